"""The demonstration: the whole main job on a world whose responses are simulated. Everything else in the chain is what runs in earnest.

    data → profile → features → plan and copy → day by day (learn, decide, deliver, respond) → report

Each stage leaves a mark in the store; a run killed anywhere goes on from the last mark, with the same seeds, to the same report. The
simulated world is rebuilt by replaying what was sent.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from app.office import Office
from app.report.facts import ReportFacts
from app.running import part_of, running
from app.workspace import FILE, Workspace
from graphs.state import Context, Working
from journeyman.clock import ManualClock
from journeyman.domain import Event
from journeyman.errors import RunError, WorkspaceError
from journeyman.simulation.settings import SETTINGS
from journeyman.simulation.world import World
from journeyman.simulation.worlds import prepare
from journeyman.store import decisions, journeys, outbox, runs
from tools.shift import OPT_OUTS

TEMPLATES = Path(__file__).parent / "templates"
DAWN = time(5, 0)
"""When the day's cohort run happens, UTC: night in America, before working hours in Europe."""
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Options:
    """What a demonstration was asked for."""

    use_case: str
    days: int
    variants: int
    seed: int
    model: str


@dataclass
class Result:
    """What came of it. `seconds` by stage."""

    facts: ReportFacts
    workspace: Path
    seconds: dict[str, float] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """The JSON of `journeyman demo --json`."""
        f = self.facts
        names = {"holdout": "vs_holdout", "random_control": "vs_random", "bau": "vs_bau"}
        lift = {
            names[c.against]: c.difference.model_dump() | {"relative": c.relative.model_dump() if c.relative else None}
            for c in f.comparisons
        }
        same = ("customers", "rows_read", "features", "variants", "decisions", "sends", "blocked", "violations")
        return {
            **{name: getattr(f, name) for name in same},
            "lift": lift,
            "oracle_share": f.oracle_share,
            "seconds": {stage: round(value, 3) for stage, value in self.seconds.items()},
            "workspace": str(self.workspace),
            "report": str(self.workspace / "report.html"),
        }


class Demo:
    """One demonstration in one folder. Make it with `new` or `resumed`, then `run`."""

    def __init__(self, office: Office, clock: ManualClock, options: Options, run: str, tell: Tell) -> None:
        self.office, self.clock, self.options, self.run_id, self.tell = office, clock, options, run, tell
        self.setting = SETTINGS[options.use_case]  # type: ignore[index]
        self.seconds: dict[str, float] = {}
        office.also = [self.setting.event]

    @classmethod
    def new(cls, folder: Path, options: Options, tell: Tell) -> Demo:
        """Makes the workspace and its tables. A folder that holds an earlier demonstration is made anew; any other is left alone."""
        if folder.exists() and any(folder.iterdir()):
            if not (folder / FILE).exists() or Workspace.open(folder).settings.use_case is None:
                raise WorkspaceError(f"{folder} holds something else.", remedy="Name an empty folder with --workspace DIR.")
            shutil.rmtree(folder)
        begun = perf_counter()
        tell("Making the data", 0, 0)
        shutil.copytree(TEMPLATES / options.use_case, folder)
        facts = prepare(options.use_case, folder, options.seed)  # type: ignore[arg-type]
        settings = folder / FILE
        settings.write_text(f"{settings.read_text(encoding='utf-8').rstrip()}\nuse_case: {options.use_case}\n", encoding="utf-8")
        clock = ManualClock(datetime.combine(facts.start.date(), DAWN, UTC))
        office = Office(Workspace.open(folder), clock, seed=options.seed, model=options.model)
        run = runs.start(office.store, "demo", asdict(options) | {"start": clock.now().isoformat(), "note": facts.note})
        demo = cls(office, clock, options, run.id, tell)
        demo.seconds["data"] = perf_counter() - begun
        return demo

    @classmethod
    def resumed(cls, folder: Path, tell: Tell) -> Demo:
        """The demonstration that was interrupted in a folder. Raises RunError when there is none."""
        space = Workspace.open(folder)
        clock = ManualClock(datetime(1970, 1, 1, tzinfo=UTC))
        office = Office(space, clock)
        run = runs.unfinished(office.store, "demo")
        if run is None:
            raise RunError("Nothing was interrupted here.", remedy="Start a demonstration with `journeyman demo`.")
        options = Options(**{name: run.options[name] for name in Options.__dataclass_fields__})
        office.seed, office.model = options.seed, options.model
        clock.advance_to(datetime.fromisoformat(run.options["start"]))
        for send in outbox.history(office.store, datetime(1970, 1, 1, tzinfo=UTC)):
            clock.advance_to(send[3])  # it had come at least this far
        return cls(office, clock, options, run.id, tell)

    async def run(self) -> Result:
        """Everything from the first stage without a mark to the report."""
        with self.office, part_of(self.office, self.run_id):
            run = runs.read(self.office.store, self.run_id)
            self._profile()
            work = await self.opened()
            context = self.office.working(work.shift.journey, work)
            world, shares = self._world(work), self._shares()
            for number in range(self.options.days):
                self.tell("Deciding, sending, learning", number, self.options.days)
                day = self.start.date() + timedelta(days=number)
                done = f"day {number:03d}" in self._done()
                if not done:
                    shares[number] = await self._day(day, number, work, context, world)
                else:
                    world.advance(day, self._sent_on(day, work))
            self.clock.advance_to(datetime.combine(self.start.date() + timedelta(days=self.options.days), time(), UTC))
            facts = await self._report(work, run.options["note"], shares)
            runs.finish(self.office.store, self.run_id)
            return Result(facts, self.office.space.root, self.seconds)

    async def opened(self) -> Working:
        """What comes before the first day: features, plan, copy, and the open journey."""
        self.start = datetime.fromisoformat(runs.read(self.office.store, self.run_id).options["start"])
        goal = (self.office.space.root / "goal.txt").read_text(encoding="utf-8").strip()
        return self._open(await self._campaign(goal))

    # -- stages ---------------------------------------------------------------------------------------------------------------------

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        begun = perf_counter()
        yield
        self.seconds[stage] = self.seconds.get(stage, 0.0) + perf_counter() - begun

    def _done(self) -> dict[str, Any]:
        return runs.done(self.office.store, self.run_id)

    def _profile(self) -> None:
        with self._timed("profile"):
            self.tell("Reading and profiling the tables", 0, 0)
            _ = self.office.profile

    async def _campaign(self, goal: str) -> str:
        with self._timed("features"):
            self.tell("Building features", 0, 0)
            features = self.office.staged.build(self.start)
        with self._timed("plan"):
            self.tell("Planning", 0, 0)
            journey = await self.office.name_for(goal)
        with self._timed("write"):
            self.tell("Writing and checking variants", 0, 0)
            begin = {"goal": goal, "target": self.options.variants}
            await self.office.campaign(journey, begin, features=features, auto=True)
            self.office.save_library(journey)
        if journeys.read(self.office.store, journey).state != "live":
            raise RunError(f"{journey} did not go live.", remedy="See the audit log with `journeyman report`.")
        return journey

    def _open(self, journey: str) -> Working:
        with self._timed("open"):
            self.tell("Opening the journey", 0, 0)
            return self.office.at_work(journey, self.start)

    def _world(self, work: Working) -> World:
        with self._timed("respond"):
            features = work.shift.features(f"{work.shift.journey}.start")
            desk = work.shift.desk
            return World(
                self.options.use_case,  # type: ignore[arg-type]
                self.options.seed,
                self.start,
                customers=features.customers,
                names=features.names,
                matrix=features.matrix(),
                variants=[v for v, _ in desk.variants.values()],
                zones={p.id: p.time_zone for p in desk.customers},
            )

    async def _day(self, day: date, number: int, work: Working, context: Context, world: World) -> tuple[float, float]:
        """Yesterday's last sends, then learn, decide, deliver what is due today; then the world responds."""
        from graphs.cohort import build as cohort
        from graphs.learning import build as learning

        dawn, midnight = datetime.combine(day, DAWN, UTC), datetime.combine(day + timedelta(days=1), time(), UTC)
        slot = f"{day}"
        self._deliver_until(dawn, work, self._leaving(day, world, work))
        self.clock.advance_to(dawn)
        with self._timed("learn"):
            if not work.shift.decided(slot):  # after a kill the clock may stand at noon: what was decided at dawn was taught at dawn
                renewal = work.plan.renewal
                due = renewal is not None and number > 0 and number % renewal.every_days == 0
                with running(self.office, "learning", context.journey):
                    await learning().ainvoke({"slot": slot, "analyse": due, "renew": "due" if due else "no"}, context=context)
                world.add_variants([v for v, _ in work.shift.desk.variants.values()])
        with self._timed("decide"), running(self.office, "cohort", context.journey):
            await cohort().ainvoke({"slot": slot}, context=context)
        share = self._against_oracle(day, slot, work, world)
        self._deliver_until(midnight, work, self._leaving(day, world, work))
        with self._timed("respond"):
            happened = world.advance(day, self._sent_on(day, work))
            self.clock.advance_to(midnight)
            with self.office.store.transaction():
                work.shift.take_in(happened)
                runs.mark(self.office.store, self.run_id, f"day {number:03d}", share)
        return share

    def _leaving(self, day: date, world: World, work: Working) -> list[Event]:
        """The opt-outs of the day that messages so far have brought about: the gate must know each from its own moment on."""
        with self._timed("respond"):
            return [e for e in deepcopy(world).advance(day, self._sent_on(day, work)) if e.event in OPT_OUTS]

    def _deliver_until(self, moment: datetime, work: Working, leaving: list[Event]) -> None:
        """Moves the clock from one scheduled send to the next, so that the gate judges each at its own time."""
        with self._timed("deliver"):
            while (due := outbox.next_due(self.office.store, work.shift.journey)) is not None and due < moment:
                self.clock.advance_to(due)
                work.shift.take_in([e for e in leaving if e.timestamp <= due])
                leaving[:] = [e for e in leaving if e.timestamp > due]
                work.shift.deliver()
                if outbox.next_due(self.office.store, work.shift.journey) == due:  # it waits for a later hour
                    break

    def _sent_on(self, day: date, work: Working) -> list[Any]:
        return [s for s in work.shift.sent() if s.sent_at is not None and s.sent_at.date() == day]

    def _against_oracle(self, day: date, slot: str, work: Working, world: World) -> tuple[float, float]:
        """What the treatment's messages of a slot truly add, and what the best eligible message for each customer would have."""
        with self._timed("oracle"):
            shift = work.shift
            made = [
                d for d in decisions.read(self.office.store, shift.journey, slot=slot) if d.arm == "treatment" and d.variant is not None
            ]
            if not made:
                return 0.0, 0.0
            rows = np.array([shift.desk.row_of[d.customer] for d in made])
            actions = [(v, w) if v is not None and w is not None else None for v, w in shift.desk.actions]
            truth = world.expected(rows, day, actions)
            sets = {d.eligible: decisions.eligible(self.office.store, d.eligible) for d in made}
            bits = np.stack([np.frombuffer(sets[d.eligible], np.uint8) for d in made])
            eligible = np.unpackbits(bits, axis=1, count=len(actions)).astype(bool)
            chosen = truth[np.arange(len(made)), [d.action for d in made]]
            return float(chosen.sum()), float(np.where(eligible, truth, 0).max(axis=1).sum())

    def _shares(self) -> dict[int, tuple[float, float]]:
        return {int(stage[4:]): tuple(left) for stage, left in self._done().items() if stage.startswith("day ")}

    async def _report(self, work: Working, note: str, shares: dict[int, tuple[float, float]]) -> ReportFacts:
        from app.report.gather import gather
        from app.report.page import write_report

        with self._timed("report"):
            self.tell("Measuring and reporting", 0, 0)
            chosen, best = (sum(s[i] for s in shares.values()) for i in (0, 1))
            facts = await gather(
                self.office,
                work,
                notice=f"The responses in this report are simulated; nothing else in the chain is. {note}",
                seed=self.options.seed,
                oracle_share=chosen / best if best else None,
            )
        write_report(facts, self.seconds, self.office.space.report)
        return facts
