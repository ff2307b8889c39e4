"""The experimentation loop closes by itself: several cycles of learn → propose → write → check → approve → library and policy, and back."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.office import Office
from app.report.gather import gather
from app.workspace import Workspace
from graphs.cohort import build as cohort
from graphs.learning import build as learning
from journeyman.clock import ManualClock
from journeyman.domain import Analysis, Plan, Renewal
from journeyman.simulation.world import World
from journeyman.store import audit, journeys, library, policies
from tests.app.shop import MONDAY, live_shop
from tools.explain import replay

DAYS = 30


class Street:
    """A live shop and its customers, day by day, at dawn."""

    def __init__(self, office: Office, journey: str) -> None:
        self.office, self.journey = office, journey
        self.open()
        features = self.work.shift.features(f"{journey}.start")
        desk = self.work.shift.desk
        self.world = World(
            "retail", 7, MONDAY, customers=features.customers, names=features.names, matrix=features.matrix(),
            variants=[v for v, _ in desk.variants.values()], zones={p.id: p.time_zone for p in desk.customers},
        )  # fmt: skip

    def open(self) -> None:
        """As a new process finds it."""
        self.work = self.office.at_work(self.journey, MONDAY)

    def day(self, number: int, renew: str = "due") -> dict[str, Any]:
        clock, shift = self.office.clock, self.work.shift
        assert isinstance(clock, ManualClock)
        day = MONDAY.date() + timedelta(days=number)
        clock.advance_to(datetime.combine(day, time(5), UTC))
        context = self.office.working(self.journey, self.work)
        state = asyncio.run(learning().ainvoke({"slot": f"{day}", "analyse": True, "renew": renew}, context=context))
        self.world.add_variants([v for v, _ in shift.desk.variants.values()])
        asyncio.run(cohort().ainvoke({"slot": f"{day}"}, context=context))
        for hour in range(6, 24):
            clock.advance_to(datetime.combine(day, time(hour), UTC))
            shift.deliver()
        shift.take_in(self.world.advance(day, [s for s in shift.sent() if s.sent_at and s.sent_at.date() == day]))
        return dict(state)


def opened(folder: Path, renewal: Renewal | None) -> tuple[Office, str]:
    journey = live_shop(folder, customers=600, target=24)
    office = Office(Workspace.open(folder), ManualClock(MONDAY))
    office.also = ["order"]
    plan = journeys.plan(office.store, journey)
    changed = Plan.model_validate(plan.model_dump() | {"renewal": renewal, "measurement": plan.measurement})
    journeys.save_plan(office.store, changed)
    journeys.approve(office.store, journey, by="Ada")
    return office, journey


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> tuple[Street, list[dict[str, Any]]]:
    office, journey = opened(tmp_path_factory.mktemp("renewal") / "shop", Renewal(approval="auto", every_days=7, variants=8))
    street = Street(office, journey)
    states = []
    for n in range(DAYS):
        if n == 18:
            street.open()  # another process goes on
        states.append(street.day(n))
    return street, states


def entries(street: Street, action: str) -> list[audit.Entry]:
    return [e for e in audit.read(street.office.store) if e.action == action]


def test_the_loop_closes_several_times_by_itself(street: tuple[Street, list[dict[str, Any]]]) -> None:
    town, states = street
    renewed = [s["renewed"] for s in states if s["renewed"].get("came") or s["renewed"].get("went")]
    assert len(renewed) >= 3
    assert len(entries(town, "propose copy")) == len(entries(town, "renew library")) == len(entries(town, "renew actions"))
    assert all(e.actor == "the plan" for e in entries(town, "approve new copy")) and entries(town, "approve new copy")
    moments = [e.at for e in entries(town, "propose copy")]
    assert all(b - a >= timedelta(days=7) for a, b in itertools.pairwise(moments))
    assert not any(s["renewed"].get("waits_for") for s in states)


def test_new_copy_is_checked_copy_of_the_plans_levers_and_gets_sent(street: tuple[Street, list[dict[str, Any]]]) -> None:
    town, _ = street
    store, plan = town.office.store, town.work.plan
    came = {id_ for e in entries(town, "renew library") for id_ in e.detail["new"]}
    assert came and all(v.verdict == "approve" for v in library.verdicts(store, town.journey, sorted(came)).values())
    for w in library.read(store, town.journey, ids=sorted(came)):
        assert w.variant.theme in plan.action_sets.themes and w.variant.channel in plan.action_sets.channels
    proposed = [wish for e in entries(town, "propose copy") for wish in e.detail["wishes"]]
    assert all(any(getattr(w.variant, k) == v for wish in proposed for k, v in wish.items() if k != "incentive") or
               any("incentive" in wish for wish in proposed)
               for w in library.read(store, town.journey, ids=sorted(came)))  # fmt: skip
    assert {s.variant for s in town.work.shift.sent()} & came


def test_retired_copy_is_never_chosen_again_and_old_decisions_replay(street: tuple[Street, list[dict[str, Any]]]) -> None:
    town, _ = street
    shift = town.work.shift
    made = shift.made()
    for e in entries(town, "renew library"):
        gone = set(e.detail["retired"])
        assert not any(d.variant in gone for d in made if d.decided_at > e.at)
    versions = {d.policy_version for d in made}
    assert len(versions) > 4 and versions <= {v.version for v in policies.listed(town.office.store, town.journey)}
    assert all(replay(shift, d)["same"] for d in made[:: max(1, len(made) // 60)])
    names = [v for v, _ in shift.desk.actions if v]
    assert list(dict.fromkeys(names)) == list(shift.desk.variants) and len(shift.desk.actions) == len(shift.desk.policy.actions.features)


def test_the_report_tells_of_it_and_finds_no_violation(street: tuple[Street, list[dict[str, Any]]]) -> None:
    town, _ = street
    facts = asyncio.run(gather(town.office, town.work))
    assert len(facts.renewals) == len(entries(town, "renew library")) and "new variants came in" in facts.renewals[0]
    assert facts.violations == 0 and all(row.lever != "variant" for row in facts.levels)
    assert len(entries(town, "propose copy")) == len(facts.renewals)  # a report renews nothing


class Strict:
    """An analyst who finds half of the library worn out, and wants more of a theme."""

    def __init__(self, worn: list[str]) -> None:
        self.worn = worn

    async def analyse(self, report: Any, plan: Any, tools: Any = {}) -> Analysis:  # noqa: B006
        return Analysis(write_more=[{"theme": "care_tips"}], retire=self.worn)

    async def narrate(self, learnings: Any, plan: Any) -> str:
        return "Much is worn out."


def test_worn_out_copy_goes_but_a_library_is_never_emptied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    office, journey = opened(tmp_path / "shop", Renewal(approval="auto", every_days=7, variants=6))
    with office:
        town = Street(office, journey)
        for n in range(3):
            town.day(n)
        before = [v.id for v, _ in library.approved(office.store, journey)]
        made = list(town.work.shift.made())
        analyst = Strict([*before[::2], "nobody-knows-it"])
        monkeypatch.setattr(office, "team", replace(office.team, analyst=analyst))
        renewed = town.day(3, renew="now")["renewed"]
        went, shift = renewed["went"], town.work.shift
        assert went and len(went) <= 0.1 * len(before) + 1 and set(went) < set(before[::2]) and renewed["came"]
        assert library.counts(office.store, journey)["retired"] == len(went)
        desk = shift.desk
        gone = [k for k, (v, _) in enumerate(desk.actions) if v in went]
        assert desk.policy.actions.retired[gone].all() and desk.retired == set(went)
        assert shift.cohort is not None and not shift.cohort.eligible[:, gone].any() and shift.cohort.eligible[:, 1:].any()
        assert all(replay(shift, d)["same"] for d in made[:: max(1, len(made) // 30)])
        again = office.at_work(journey, MONDAY).shift.desk  # as the next process finds it
        assert again.actions == desk.actions and again.retired == desk.retired
        assert (again.policy.actions.retired == desk.policy.actions.retired).all()
        assert again.policy_version == desk.policy_version


def test_where_the_plan_wants_approval_nothing_new_is_sent_before_it(tmp_path: Path) -> None:
    office, journey = opened(tmp_path / "shop", Renewal(approval="ask", every_days=3, variants=6))
    with office:
        town = Street(office, journey)
        before = {v.id for v, _ in library.approved(office.store, journey)}
        waited = [n for n in range(12) if town.day(n)["renewed"].get("waits_for") == "new copy"]
        assert len(waited) >= 2 and {v.id for v, _ in library.approved(office.store, journey)} == before
        assert {s.variant for s in town.work.shift.sent()} <= before
        told = asyncio.run(office.answer(journey, approved=True, by="Ada"))
        assert told["state"] == "live" and {v.id for v, _ in library.approved(office.store, journey)} > before
        town.open()
        assert len(town.work.shift.desk.variants) > len(before)
        assert [e.actor for e in audit.read(office.store) if e.action == "approve new copy"] == ["Ada"]


def test_a_no_to_new_copy_leaves_the_library_as_it_was(tmp_path: Path) -> None:
    office, journey = opened(tmp_path / "shop", Renewal(approval="ask", every_days=3, variants=6))
    with office:
        town = Street(office, journey)
        before = {v.id for v, _ in library.approved(office.store, journey)}
        while town.day(int((office.clock.now() - MONDAY).days) + (office.clock.now() > MONDAY))["renewed"].get("waits_for") is None:
            pass
        told = asyncio.run(office.answer(journey, approved=False, by="Ada"))
        assert told["state"] == "live" and {v.id for v, _ in library.approved(office.store, journey)} == before
        assert library.counts(office.store, journey)["passed"] == 0
        assert journeys.read(office.store, journey).state == "live"


def test_without_a_word_in_the_plan_nothing_renews(tmp_path: Path) -> None:
    office, journey = opened(tmp_path / "shop", None)
    with office:
        town = Street(office, journey)
        states = [town.day(n) for n in range(9)]
        assert all(s["renewed"] == {"proposed": 0} for s in states)
        assert not [e for e in audit.read(office.store) if e.action in ("propose copy", "renew actions")]
