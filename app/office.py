"""A workspace at work: opens its store, tables and agents, runs the graphs over them, and knows what a journey waits for.

Commands and the demonstration come here; nothing here is about terminals, and nothing decides: agents, tools and graphs do.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agents.roles import Setting, Team
from app.checkpoints import campaign_graph
from app.experiment import commission, recall
from app.running import running
from app.workspace import Workspace
from graphs.state import Context, Working
from journeyman.clock import Clock, SystemClock
from journeyman.delivery import complaints
from journeyman.domain import Plan
from journeyman.errors import RunError
from journeyman.store import Store, audit, customers, journeys, library, model_calls

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

    from agents.ask import Budget
    from guardrails.lint import AudienceFacts
    from journeyman.features import FeatureTable, Profile, Staged, Tables
    from tools.lookout import Lookout

Tell = Callable[[str, int, int], None]
TARGET = 300
"""Variants a library holds unless something else is asked for."""


class Office:
    """See the module. Use as a context manager; `clock` is the system's unless a simulation brings its own."""

    def __init__(self, space: Workspace, clock: Clock | None = None, *, seed: int = 0, model: str | None = None) -> None:
        self.space, self.clock, self.seed = space, clock or SystemClock(), seed
        self.model = model or space.settings.model
        self.store = Store.open(space.database, clock=self.clock)
        self.also: Sequence[str] = ()
        """Success events that have feature columns even before they first happen."""
        self.door: dict[str, Any] = {}
        """What the door to a model is told beside the workspace's settings (see agents.ask.Door)."""
        self.tracer: Tracer | None = None
        """None: that of the process."""

    @classmethod
    def open(cls, folder: Path, clock: Clock | None = None) -> Office:
        return cls(Workspace.open(folder), clock)

    def __enter__(self) -> Office:
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()

    # -- what agents and graphs are given -------------------------------------------------------------------------------------------

    @cached_property
    def tables(self) -> Tables:
        """The workspace's tables; customers are taken into the store as they are read."""
        from journeyman.features import open_tables

        opened = open_tables(self.space.settings.data, self.space.root)
        customers.save(self.store, opened.customers())
        return opened

    @cached_property
    def profile(self) -> Profile:
        """What is in the tables and what is wrong with them."""
        return self.tables.profile()

    @cached_property
    def staged(self) -> Staged:
        """The tables made ready for features."""
        from journeyman.features import stage

        brand = self.space.settings.brand
        return stage(
            self.tables, self.also, default_zone=brand.time_zones[0] if brand.time_zones else "UTC", leave_out=brand.sensitive_features
        )

    @cached_property
    def budget(self) -> Budget:
        """What the run at hand may spend on a language model, and has spent."""
        from agents.ask import Budget

        return Budget(tokens=self.space.settings.limits.tokens, money=self.space.settings.limits.money)

    @cached_property
    def team(self) -> Team:
        """The five agents on the model chosen."""
        if self.model == "offline":
            from agents.team import assemble

            return assemble("offline", seed=self.seed)
        from app.models import team

        return team(self.space, self.model, self.budget, self.store, seed=self.seed, tracer=self.tracer, **self.door)

    def setting(self, features: FeatureTable | None = None) -> Setting:
        """What agents may know: the brand, the catalogue, the knowledge folder. Never a customer."""
        return Setting(
            brand=self.space.settings.brand,
            today=f"{self.clock.now():%Y-%m-%d}",
            features={e.name: e.meaning for e in features.catalogue()} if features else {},
            knowledge=self.space.passages(),
            customers=len(features.customers) if features else 0,
            lookout=self._lookout(features) if features else None,
        )

    def _lookout(self, features: FeatureTable) -> Lookout:
        from app.audience import facts
        from tools.lookout import Lookout

        brand, others = self.space.settings.brand, journeys.live_plans(self.store, but="")
        return Lookout(
            features,
            lambda where, channels: facts(where, channels, features, self.tables.customers(), brand),
            self.space.passages(),
            others,
            brand.sensitive_features,
        )

    def context(self, journey: str, *, features: FeatureTable | None = None, auto: bool = False, tell: Tell | None = None) -> Context:
        """What the campaign graph's nodes are given."""
        from tools.knowledge import NearDuplicates

        return Context(
            store=self.store,
            team=self.team,
            setting=self.setting(features),
            journey=journey,
            auto_approve=auto,
            near_duplicates=NearDuplicates(),
            audience=lambda plan: self._facts(plan, features),
            tell=tell or (lambda _stage, _done, _total: None),
            tracer=self.tracer,
            recall=recall(self.store, self.space.passages()),
        )

    def _facts(self, plan: Plan, features: FeatureTable | None) -> AudienceFacts | None:
        """The audience in numbers, for the plan linter."""
        if features is None:
            return None
        from app.audience import facts

        return facts(plan.audience.where, plan.action_sets.channels, features, self.tables.customers(), self.space.settings.brand)

    # -- the campaign graph ---------------------------------------------------------------------------------------------------------

    async def name_for(self, goal: str) -> str:
        """A free name for a journey with this goal; the same goal finds its own again, also while its planner waits for answers."""
        from agents.offline.planner import OfflinePlanner

        name = OfflinePlanner().name(goal, self.setting())
        taken = {e.detail["journey"]: e.detail["goal"] for e in audit.read(self.store) if e.action == "ask"}
        taken |= {j.name: journeys.plan(self.store, j.name).goal for j in journeys.listed(self.store)}
        number, free = 1, name
        while free in taken and not f"{taken[free]}\n".startswith(f"{goal}\n"):
            number += 1
            free = f"{name}-{number}"
        return free

    async def campaign(
        self, journey: str, begin: dict[str, Any] | None = None, *, answer: dict[str, Any] | None = None, **context: Any
    ) -> dict[str, Any]:
        """Runs the campaign graph until it ends or waits for a person: begins it, answers what it waits for, or goes on where it was
        stopped. Returns its state with `waits_for` (answers, plan, library or None)."""
        from langgraph.types import Command

        from app.models import warm

        async with campaign_graph(self.space, journey) as (graph, config):
            before = await graph.aget_state(config)
            if answer is not None:
                if not before.interrupts:
                    raise RunError(f"{journey} waits for no approval.", remedy="See where it stands with `journeyman report`.")
                if before.interrupts[0].value["waits_for"] == "answers" and "approved" in answer:
                    raise RunError(
                        f"{journey} waits for answers first.", remedy='Give them: `journeyman plan --answer "…"`, or `--assume`.'
                    )
                work: Any = Command(resume=answer)
            elif before.values:
                work = None
            else:
                work = begin
            # Tasks, not `next`: killed between a node and the checkpoint after it, a campaign has no next, but a task with its result.
            if work is not None or (before.tasks and not before.interrupts) or (before.interrupts and context.get("auto")):
                if work is None and before.interrupts:
                    work = Command(resume={"approved": True, "by": "--approve auto"})
                given = self.context(journey, **context)
                if self.model != "offline" and given.recall:  # loaded while the model is waited for
                    asyncio.get_running_loop().run_in_executor(None, warm, given.recall)
                with running(self, "campaign", journey):
                    await graph.ainvoke(work, config, context=given, durability="sync")
            after = await graph.aget_state(config)
            waits = after.interrupts[0].value["waits_for"] if after.interrupts else None
            return {**after.values, "waits_for": waits}

    async def answer(self, journey: str, *, approved: bool, by: str, tell: Tell | None = None) -> dict[str, Any]:
        """A person's yes or no to what a journey waits for: its plan, its library, or to go on after a pause."""
        if journeys.read(self.store, journey).state == "paused":
            if approved:
                complaints.resume(self.store, journey, by=by)
            return {"journey": journey, "state": journeys.read(self.store, journey).state}
        return self._standing(journey, await self.campaign(journey, answer={"approved": approved, "by": by}, tell=tell))

    async def go_on(self, journey: str, *, auto: bool, tell: Tell | None = None) -> dict[str, Any]:
        """Goes on where writing was stopped."""
        journeys.read(self.store, journey)
        return self._standing(journey, await self.campaign(journey, auto=auto, tell=tell))

    def _standing(self, journey: str, state: dict[str, Any]) -> dict[str, Any]:
        counts = library.counts(self.store, journey)
        live = journeys.read(self.store, journey).state == "live"
        return {
            "journey": journey,
            "state": state["waits_for"] or ("live" if live else "rejected"),
            **{name: counts[name] for name in ("written", "approved", "rejected", "duplicates")},
            "short": state.get("short", {}),
            "library": str(self.save_library(journey)),
            "costs": self.costs(),
        }

    def save_library(self, journey: str) -> Path:
        """The journey's variants as JSON Lines, for people to read before they approve: neighbours differ in theme, so that the
        first ten are ten ideas and not one with ten offers."""
        file = self.space.root / f"{journey}.variants.jsonl"
        turns: Counter[tuple[str, ...]] = Counter()
        ranked: list[tuple[tuple[int | str, ...], str]] = []
        for variant in (written.variant for written in library.read(self.store, journey, status="approved")):
            cell = (variant.incentive.key if variant.incentive else "", variant.channel, variant.theme)
            ranked.append(((turns[cell], *cell), variant.model_dump_json(exclude_none=True)))
            turns[cell] += 1
        lines = [line for _, line in sorted(ranked)]
        file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return file

    def costs(self) -> list[dict[str, Any]]:
        """What language models have cost here, by prompt as it stood and model."""
        from agents.ask import ModelCall, cost_table

        return [row.model_dump() for row in cost_table(ModelCall(**c) for c in model_calls.read(self.store))]

    # -- a live journey -------------------------------------------------------------------------------------------------------------

    def at_work(self, journey: str, start: datetime | None = None) -> Working:
        """A live journey's shift with its bandit tools. Raises RunError when it is not live."""
        standing = journeys.read(self.store, journey)
        if standing.state == "paused":
            why = complaints.why_paused(self.store, journey) or "A person paused it."
            raise RunError(f"{journey} is paused. {why}", remedy=f"When the cause is mended, let it go on: `journeyman approve {journey}`.")
        return self.look_into(journey, start)

    def look_into(self, journey: str, start: datetime | None = None) -> Working:
        """As `at_work`, for reading: the journey may stand still. Raises RunError when it never was live."""
        from app.opening import open_shift
        from tools.bandit import bandit_tools

        standing = journeys.read(self.store, journey)
        if standing.state not in ("live", "paused"):
            raise RunError(f"{journey} is not live, but {standing.state}.", remedy=f"Approve it first: `journeyman approve {journey}`.")
        shift = open_shift(self, standing, start or standing.created_at)
        return Working(shift=shift, tools=bandit_tools(shift), plan=shift.plan)

    def news(self, journey: str, work: Working) -> int:
        """Takes in what the workspace's tables say happened since the journey was made, opt-outs at once. Returns how much was new."""
        from journeyman.features.happened import happened

        since = journeys.read(self.store, journey).created_at
        return work.shift.take_in(happened(self.tables, since, self.clock.now()))

    def working(self, journey: str, work: Working) -> Context:
        """What the cohort and learning graphs' nodes are given."""
        order = partial(commission, self, journey, target=TARGET)
        return Context(
            store=self.store,
            team=self.team,
            setting=self.setting(),
            journey=journey,
            desk=work,
            tracer=self.tracer,
            commission=order,
        )

    def explain(self, send: str) -> dict[str, Any]:
        """See `tools.explain`."""
        from journeyman.store import outbox
        from tools.explain import explain

        return explain(self.look_into(outbox.one(self.store, send).journey).shift, send)
