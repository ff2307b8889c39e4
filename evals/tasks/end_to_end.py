"""Suite `end_to_end`: a goal becomes a live journey with a library, on a small made-up world; the whole campaign graph, nobody asked.

Goal → plan → its audience counted among 150 customers → copy written, checked, mended, curated → published → orders for the first day.
Then what it left behind is judged.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from agents.roles import Setting
from evals.records import Case, read_lines
from evals.scorers import end_to_end as scorer
from evals.subject import Subject
from evals.suite import FOLDER, Suite
from evals.tasks.copywriter import brands
from journeyman.clock import ManualClock
from journeyman.domain import Brand, Customer, DataSources, Plan, PolicyReport, Source
from journeyman.features import FeatureTable, open_tables, select, stage
from journeyman.simulation.worlds import START, prepare
from journeyman.store import Store, journeys, library

HERE = FOLDER / "end_to_end"
CUSTOMERS, SEED = 150, 7


def read() -> list[Case]:
    """The goals with their brand and target."""
    known = brands()
    lines = read_lines(sorted(HERE.glob("*.jsonl")))
    return [Case(id=line["id"], cluster=line["id"], given={**line, "brand": known[line["brand"]]}) for _, line in lines]


@cache
def _world() -> tuple[FeatureTable, list[Customer]]:
    """The small world's features and people on its first day."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        prepare("retail", root, SEED, customers=CUSTOMERS)
        sources = DataSources(**{name: Source(path=f"data/{name}.parquet") for name in ("customers", "orders", "events", "products")})
        tables = open_tables(sources, root)
        staged = stage(tables, ["order"], default_zone="UTC")
        return staged.build(START), list(tables.customers())


async def answer(case: Case, subject: Subject) -> dict[str, Any]:
    """The plan, the audience's size, the journey's state and its approved copy. Raises PlanError and ModelError."""
    from graphs.campaign import build
    from graphs.state import Context
    from tools.knowledge import NearDuplicates

    given, (features, _) = case.given, _world()
    around = Setting(
        brand=Brand.model_validate(given["brand"]),
        today=f"{START:%Y-%m-%d}",
        features={e.name: e.meaning for e in features.catalogue()},
        customers=len(features.customers),
    )
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder) / "journeyman.db", clock=ManualClock(START))
        try:
            context = Context(
                store=store, team=subject.team, setting=around, journey=case.id, auto_approve=True, near_duplicates=NearDuplicates()
            )
            await build().ainvoke({"goal": given["goal"], "target": given["target"]}, context=context)
            plan = journeys.plan(store, case.id)
            orders = await subject.team.orchestrator.orchestrate(_first_day(plan, len(features.customers)), plan)
            return {
                "orders": orders.model_dump(mode="json", exclude={"price"}),
                "plan": plan.model_dump(mode="json"),
                "audience": int(select(features, plan.audience.where).sum()),
                "state": journeys.read(store, case.id).state,
                "variants": [v.model_dump(mode="json", exclude_none=True) for v, _ in library.approved(store, case.id)],
            }
        finally:
            store.close()


def _first_day(plan: Plan, customers: int) -> PolicyReport:
    """What a policy reports before anything was sent."""
    return PolicyReport(
        journey=plan.name,
        policy_version="0",
        day=0,
        horizon_days=plan.schedule.horizon_days,
        customers=customers,
        decisions=0,
        rewards=0,
        send_rate=0.0,
        reward_rate=0.0,
        hold_rate=0.0,
        unsubscribe_rate=0.0,
        budget_left=None,
        budget_total=None,
    )


def score(case: Case, output: dict[str, Any]) -> tuple[dict[str, float], list[str]]:
    """See `evals.scorers.end_to_end`; rendered for ten customers and for one about whom nothing is known."""
    return scorer.score(case.given, output, [*_world()[1][:10], Customer(id="unknown")])


SUITE = Suite(
    name="end_to_end",
    says="A goal becomes a live journey whose library is large enough, covers the levers, breaks no rule and can be sent.",
    prompts=("plan", "write", "repair", "review", "orchestrate"),
    metrics={
        "live": "campaigns that went live",
        "enough": "approved copy of the target",
        "covered": "levels of the levers with copy of their own",
        "lawful": "approved copy that no rule rejects",
        "sendable": "approved copy that renders for every customer",
        "reached": "audiences that are not empty",
        "orders": "first-day orders that rest no channel and explore",
    },
    read=read,
    answer=answer,
    score=score,
    bars={"live": 1.0, "enough": 1.0, "lawful": 1.0, "sendable": 1.0, "reached": 1.0},
)
