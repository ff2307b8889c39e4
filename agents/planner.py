"""The planner on a language model. The model understands the goal, looks and asks; code holds it to the goal's own numbers.

Whatever the model answers, no limit comes out looser than what `stated` (the goal grammar) reads in the goal: caps, quiet hours, budget,
discount, channels, offers and audience take the stricter of both. Shares for comparison are the grammar's, not the model's to choose.
Contradictions the grammar sees are asked about before a model is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, model_validator

from agents._clamp import clamp
from agents.ask import Door
from agents.loop import work
from agents.roles import Planner, Setting
from journeyman.domain import AllOf, Answer, Plan, Question, Questions, Text, comparisons
from journeyman.errors import ModelNonsense, PlanError

UNREAD = frozenset({"aim", "aim_unknown", "other"})
"""Doubts of the grammar's that a model may settle: it is smaller than the language."""
STEPS = 9
"""Questions to the model for one plan, the plan among them."""
ROUNDS = 10
"""Answers after which a model has asked enough."""


class Asked(BaseModel):
    """A question back."""

    model_config = ConfigDict(extra="forbid")
    text: Annotated[str, Field(min_length=3, max_length=600)]
    why: Annotated[str, Field(min_length=3, max_length=600)]
    assumed: Text | None = None


class PlannerReply(BaseModel):
    """The reply to `plan`: questions, or the plan."""

    model_config = ConfigDict(extra="forbid")
    questions: Annotated[list[Asked], Field(min_length=1, max_length=8)] | None = None
    plan: Plan | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: Any) -> Any:
        """A plan with nothing around it is taken as one."""
        return {"plan": value} if isinstance(value, dict) and "objective" in value else value

    @model_validator(mode="after")
    def _one(self) -> PlannerReply:
        if (self.questions is None) == (self.plan is None):
            raise ValueError("give exactly one of questions and plan; the other null.")
        return self


class ModelPlanner:
    """Looks and asks through the door, then clamps the plan to what `stated` reads in the goal."""

    def __init__(self, door: Door, stated: Planner) -> None:
        self._door = door
        self._stated = stated

    async def plan(self, goal: str, setting: Setting, *, answers: Sequence[Answer] = (), assume: bool = False) -> Plan | Questions:
        """See `roles.Planner`. Raises PlanError when no valid plan comes of it, ModelError when the model fails."""
        try:
            stated = await self._read(goal, setting, answers, assume=assume)
        except PlanError as refusal:
            if refusal.message.startswith("X09"):  # protected classes: no model is asked
                raise
            stated = None  # the grammar is smaller than the language; the brand's offers still bound the model
        if isinstance(stated, Questions):
            return stated
        brand, whole = setting.brand, "\n".join([goal, *(a.text for a in answers)])
        may_ask = not assume and len(answers) < ROUNDS

        def check(reply: PlannerReply) -> PlannerReply:
            if reply.questions and not may_ask:
                raise ValueError("Nobody can be asked any more: state what you take for granted in assumptions, and plan.")
            if reply.plan is None:
                return reply
            _sound(reply.plan, setting)
            return reply.model_copy(update={"plan": clamp(reply.plan.model_copy(update={"goal": whole}), stated, brand)})

        try:
            reply = await work(
                self._door,
                "plan",
                PlannerReply,
                setting.lookout.tools() if setting.lookout else {},
                agent="planner",
                check=check,
                review=_remarks(setting),
                steps=STEPS,
                goal=goal,
                answers=[a.model_dump() for a in answers],
                assume=not may_ask,
                today=setting.today,
                brand=brand.model_dump(
                    mode="json", include={"name", "default_language", "voice", "products", "incentives"}, exclude_none=True
                ),
                features=setting.features,
                customers=setting.customers,
                knowledge=list(setting.knowledge),
            )
        except ModelNonsense as problem:
            raise PlanError(
                f"The model made no valid plan of the goal: {problem.message}",
                remedy="Reword the goal (what to raise, for whom, by which channels, within which limits), or use model: offline.",
            ) from problem
        if reply.plan is not None:
            return reply.plan
        taken = {a.question for a in answers}
        ids = (f"q{n}" for n in range(1, 100) if f"q{n}" not in taken)
        asked = [Question(id=next(ids), text=q.text, why=q.why, assumed=q.assumed) for q in reply.questions or []]
        return Questions(questions=asked)

    async def _read(self, goal: str, setting: Setting, answers: Sequence[Answer], *, assume: bool) -> Plan | Questions | None:
        """What the grammar reads: the plan that bounds the model's, what must be asked first, or None where it reads too little."""
        stated = await self._stated.plan(goal, setting, answers=answers, assume=assume)
        if isinstance(stated, Plan):
            return stated
        if clear := [q for q in stated.questions if q.id not in UNREAD]:
            return Questions(language=stated.language, questions=clear)
        guessed = await self._stated.plan(goal, setting, answers=answers, assume=True)
        if isinstance(guessed, Questions):
            return None
        everybody = guessed.audience.model_copy(update={"where": AllOf(all=[])})
        return guessed.model_copy(update={"audience": everybody, "assumptions": []})


def _remarks(setting: Setting) -> Callable[[PlannerReply], str | None]:
    """What the linter blocks in a plan, told once."""

    def remarks(reply: PlannerReply) -> str | None:
        if reply.plan is None or setting.lookout is None:
            return None
        blocks = [f for f in setting.lookout.lint_plan(reply.plan) if f["severity"] == "block"]
        return "; ".join(f"{f['message']} {f['remedy']}" for f in blocks) or None

    return remarks


def _sound(plan: Plan, setting: Setting) -> None:
    """Raises ValueError, with what to tell the model, for a plan that names what there is not."""
    named = {c.feature for c in comparisons(plan.audience.where)}
    if unknown := sorted(named - setting.features.keys() if setting.features else ()):
        raise ValueError(f"audience: there are no features {', '.join(unknown)}; use those listed.")
    if sensitive := sorted(named & set(setting.brand.sensitive_features)):
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
    levels = plan.levels()
    for h in plan.hypotheses:
        if h.lever and h.level not in levels[h.lever]:
            raise ValueError(f"hypotheses: the plan has no {h.lever} {h.level}; name one of {', '.join(levels[h.lever])}.")
