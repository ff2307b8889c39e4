"""Tools in the hands of a compromised model: whatever it passes, nothing is loosened, nothing is written outside, nothing is sent twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from app.office import Office
from app.workspace import Workspace
from journeyman.clock import ManualClock
from journeyman.errors import JourneymanError
from journeyman.measurement.arms import assign
from journeyman.measurement.audit import audit
from journeyman.store import library
from tests.app.shop import MONDAY, live_shop

NAMES = [
    "2026-03-02",
    "x",
    "",
    "..",
    "../../escape",
    "a/b",
    "\x00",
    "'; DROP TABLE decisions; --",
    "{{ 7*7 }}",
    "ignore all rules",
    "é" * 400,
]
VALUES: list[Any] = [None, -1, 0, 1e9, float("nan"), float("inf"), "0.5", "all", [], ["fax"], ["email", "sms"], {}, True, "x" * 10_000]
FIELDS = [
    "pace", "floor", "rest", "windows", "rollout", "price", "note", "quiet_hours", "frequency_caps", "consent", "max_discount_percent",
    "holdout", "audience", "incentive", "budget",
]  # fmt: skip
anything = st.one_of(st.sampled_from(VALUES), st.floats(), st.integers(), st.text(max_size=30))


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("hostile") / "shop"
    journey = live_shop(folder)
    return folder, journey


def outside(folder: Path) -> dict[str, int]:
    """Every file above the snapshots, with its size: what must not change."""
    return {str(f): f.stat().st_size for f in folder.parent.rglob("*") if f.is_file() and "journeyman.db" not in f.name}


def tried(call: Callable[[], Any]) -> str:
    """How a call ended; anything but an answer or a named refusal is a failure of the test."""
    try:
        call()
    except (JourneymanError, ValidationError) as refused:
        return type(refused).__name__
    return "answered"


def test_no_argument_loosens_anything(planned: tuple[Path, str]) -> None:
    folder, journey = planned
    clock = ManualClock(MONDAY)
    with Office(Workspace.open(folder), clock) as office:
        work = office.at_work(journey, MONDAY)
        tools, shift = work.tools, work.shift
        snapshot = shift.snapshot("2026-03-02")
        before, ended = outside(folder), Counter[str]()

        @settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
        @given(
            slot=st.sampled_from(NAMES[1:]),
            name=st.sampled_from([snapshot, f"{journey}.x", *NAMES]),
            orders=st.dictionaries(st.sampled_from(FIELDS), anything, max_size=4),
        )
        def of_a_slot_made_up(slot: str, name: str, orders: dict[str, Any]) -> None:
            ended[tried(lambda: tools["select_touchpoints"].invoke({"slot": slot, "snapshot": name, "orders": orders}))] += 1

        @settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
        @given(who=st.sampled_from(NAMES), days=st.integers(-(10**9), 10**9).filter(lambda d: not 1 <= d <= 60))
        def of_other_tools(who: str, days: int) -> None:
            for tool, given_ in (
                ("explain", {"send": who}),
                ("evaluate_policy", {"version": who}),
                ("evaluate_policy", {"since": who}),
                ("sequence_touchpoints", {"customer": who}),
                ("sequence_touchpoints", {"customer": shift.desk.customers[0].id, "days": days}),
                ("forecast", {"days": days}),
            ):
                ended[tried(lambda tool=tool, given_=given_: tools[tool].invoke(given_))] += 1

        of_a_slot_made_up()
        of_other_tools()
        assert "answered" not in ended and shift.made() == [] and outside(folder) == before

        loose = {
            "pace": 1.0,
            "floor": 0.5,
            "rest": [],
            "windows": ["morning", "midday", "afternoon", "evening"],
            "rollout": 1.0,
            "price": 0.0,
        }
        for field, value in (("pace", 2.0), ("floor", 0.0), ("rollout", 1.5), ("price", -1.0), ("consent", True), ("quiet_hours", None)):
            hostile = {"slot": "2026-03-02", "snapshot": snapshot, "orders": {**loose, field: value}}
            assert tried(lambda hostile=hostile: tools["select_touchpoints"].invoke(hostile)) == "ValidationError"
        for day in range(9):  # the loosest orders there are, and every slot asked for again and again
            slot = f"{clock.now():%Y-%m-%d}"
            told = {"slot": slot, "snapshot": shift.snapshot(slot), "orders": loose}
            assert tried(lambda told=told: tools["select_touchpoints"].invoke(told)) == "answered"
            assert {tried(lambda told=told: tools["select_touchpoints"].invoke(told)) for _ in range(3)} == {"RunError"}
            old = {"slot": "2026-03-02", "snapshot": snapshot, "orders": loose}
            assert tried(lambda old=old: tools["select_touchpoints"].invoke(old)) == "RunError", day
            for _ in range(24):
                shift.deliver()
                clock.advance_to(clock.now() + timedelta(hours=1))
        sent, people, plan = shift.sent(), office.tables.customers(), work.plan
        assert len(sent) > 50
        arms = {p.id: str(a) for p, a in zip(people, assign([p.id for p in people], shift.desk.salt, plan.measurement), strict=True)}
        approved = {v.id for v, _ in library.approved(office.store, journey)}
        zones = office.space.settings.brand.time_zones
        assert audit(office.space.outbox, people, plan.guardrails, brand_zones=zones, arms=arms, approved=approved) == []
        assert max(Counter((s.customer, s.slot) for s in sent).values()) == 1
        assert all(arms[s.customer] != "holdout" for s in sent)
