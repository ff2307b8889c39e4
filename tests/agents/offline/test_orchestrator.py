"""Orders by rule: exploration by evidence, pace by budget, rest only when it is clear; never looser than the plan."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planned import plan
from reports import level, report

from agents.offline.orchestrator import FLOOR, OfflineOrchestrator
from journeyman.domain import Orders, Plan, PolicyReport

PLAN = plan("Win back lapsed customers by email, SMS and push, up to 20% off, budget $5,000")


def order(given_report: PolicyReport, planned: Plan = PLAN) -> Orders:
    return asyncio.run(OfflineOrchestrator().orchestrate(given_report, planned))


def test_exploration_falls_with_evidence_between_its_bounds() -> None:
    floors = [order(report(rewards=n)).floor for n in (0, 10, 50, 150, 500, 2000, 100_000)]
    assert floors == sorted(floors, reverse=True) and floors[0] == FLOOR[1] and floors[-1] == pytest.approx(FLOOR[0], abs=0.001)


@pytest.mark.parametrize(("day", "rewards", "share"), [(0, 0, 1 / 3), (1, 200, 2 / 3), (2, 200, 1.0), (9, 0, 1.0), (0, 5000, 1.0)])
def test_a_journey_that_knows_nothing_starts_in_steps(day: int, rewards: int, share: float) -> None:
    orders = order(report(day=day, rewards=rewards))
    assert orders.rollout == pytest.approx(share, abs=1e-4) and ("wait" in orders.note) == (share < 1)


@pytest.mark.parametrize(
    ("left", "day", "pace"),
    [(5000, 0, 1.0), (3750, 7, 1.0), (4900, 14, 1.0), (1250, 14, 0.5), (0, 14, 0.0), (500, 27, 1.0), (1000, 0, 0.2)],
)
def test_pace_follows_what_is_left_against_the_days(left: float, day: int, pace: float) -> None:
    orders = order(report(budget_left=left, budget_total=5000.0, day=day))
    assert orders.pace == pytest.approx(pace, abs=0.002)
    assert ("budget" in orders.note) == (pace < 1)


def test_a_channel_clearly_the_worst_rests_and_the_note_says_why() -> None:
    levels = [level("channel", "email", 0.06, 0.01), level("channel", "sms", 0.02, 0.005), level("channel", "push", 0.07, 0.02)]
    orders = order(report(levels=levels))
    assert orders.rest == ["sms"]
    assert "SMS rests" in orders.note and "2%" in orders.note.replace("2.0%", "2%") and "2,000 sends" in orders.note
    assert "worse than silence" in orders.note
    assert "unsubscribe" in order(report(levels=levels, hold_rate=0.0, unsubscribe_rate=0.02)).note


@pytest.mark.parametrize(
    "levels",
    [
        [],
        [level("channel", "sms", 0.01, 0.005)],
        [level("channel", "email", 0.06, 0.03), level("channel", "sms", 0.04, 0.03)],
        [level("channel", "email", 0.06, 0.01), level("channel", "sms", 0.02, 0.01, sends=20)],
        [level("channel", "email", 0.06, 0.01), level("channel", "in_app", 0.01, 0.002)],
    ],
)
def test_nothing_rests_on_thin_or_overlapping_evidence(levels: list) -> None:  # type: ignore[type-arg]
    assert order(report(levels=levels)).rest == []


def test_the_only_channel_never_rests() -> None:
    only = plan("Win back lapsed customers by email only")
    assert order(report(levels=[level("channel", "email", 0.001, 0.0005), level("channel", "sms", 0.5, 0.1)]), only).rest == []


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_orders_always_tighten(data: st.DataObject) -> None:
    levels = [
        level("channel", c, data.draw(st.floats(0, 1)), data.draw(st.floats(0, 0.5)), data.draw(st.integers(0, 5000)))
        for c in data.draw(st.lists(st.sampled_from(["email", "sms", "push", "in_app"]), unique=True))
    ]
    total = data.draw(st.none() | st.floats(0, 1e6))
    orders = order(
        report(
            levels=levels,
            rewards=data.draw(st.integers(0, 10**6)),
            day=data.draw(st.integers(0, 60)),
            budget_total=total,
            budget_left=None if total is None else data.draw(st.floats(-10, total)),
            unsubscribe_rate=data.draw(st.floats(0, 1)),
        )
    )
    assert 0 <= orders.pace <= 1 and FLOOR[0] <= orders.floor <= FLOOR[1] and orders.windows is None
    assert set(orders.rest) < set(PLAN.action_sets.channels) and orders.note
