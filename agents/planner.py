"""The planner on a language model. The model understands the goal; code holds it to the goal's own numbers.

Whatever the model answers, no limit comes out looser than what `stated` (the goal grammar) reads in the goal: caps, quiet hours, budget,
discount, channels, offers and audience take the stricter of both. Shares for comparison are the grammar's, not the model's to choose.
"""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import available_timezones

from agents._clamp import clamp
from agents.ask import Door
from agents.roles import Planner, Setting
from journeyman.domain import AllOf, AnyOf, Comparison, Not, Plan, Predicate
from journeyman.errors import ModelNonsense, PlanError


class ModelPlanner:
    """Asks the door for the contract plan, then clamps it to what `stated` reads in the goal."""

    def __init__(self, door: Door, stated: Planner) -> None:
        self._door = door
        self._stated = stated

    async def plan(self, goal: str, setting: Setting) -> Plan:
        """Raises PlanError when no valid plan comes of it, ModelError when the model fails."""
        try:
            stated = await self._stated.plan(goal, setting)
        except PlanError as refusal:
            if refusal.message.startswith("X09"):  # protected classes: no model is asked
                raise
            stated = None  # the grammar is smaller than the language; the brand's offers still bound the model
        brand = setting.brand

        def check(plan: Plan) -> Plan:
            named = {c.feature for c in comparisons(plan.audience.where)}
            if unknown := sorted(named - setting.features.keys() if setting.features else ()):
                raise ValueError(f"audience: there are no features {', '.join(unknown)}; use those listed.")
            if sensitive := sorted(named & set(brand.sensitive_features)):
                raise ValueError(f"audience: {', '.join(sensitive)} may not be used; choose others.")
            if plan.schedule.timezone not in available_timezones():
                raise ValueError(f"schedule.timezone: {plan.schedule.timezone} is no IANA zone; use UTC if unsure.")
            if len(plan.schedule.cron.split()) != 5:
                raise ValueError("schedule.cron: write five fields, such as 0 6 * * *.")
            if len({s.event for s in plan.objective.events}) < len(plan.objective.events):
                raise ValueError("objective.events: name each event once.")
            shares = plan.measurement
            if shares.holdout + shares.random_control + shares.bau > 0.9:
                raise ValueError("measurement: the three shares must leave at least a tenth for treatment.")
            return clamp(plan.model_copy(update={"goal": goal}), stated, brand)

        try:
            reply = await self._door.ask(
                "plan",
                Plan,
                check=check,
                goal=goal,
                today=setting.today,
                brand=brand.model_dump(mode="json", include={"name", "voice", "products", "incentives"}, exclude_none=True),
                features=setting.features,
                customers=setting.customers,
                knowledge=list(setting.knowledge),
            )
        except ModelNonsense as problem:
            raise PlanError(
                f"The model made no valid plan of the goal: {problem.message}",
                remedy="Reword the goal (what to raise, for whom, by which channels, within which limits), or use model: offline.",
            ) from problem
        return reply.value


def comparisons(where: Predicate) -> Iterator[Comparison]:
    """Every comparison in a predicate, left to right."""
    match where:
        case Comparison():
            yield where
        case AllOf(all=children) | AnyOf(any=children):
            for child in children:
                yield from comparisons(child)
        case Not(not_=child):
            yield from comparisons(child)
