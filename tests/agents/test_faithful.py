"""Numbers in texts: every true one passes, every false one is named."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.faithful import Facts, figures, invented, of_learnings, of_report, of_row
from agents.offline.analyst import OfflineAnalyst
from agents.offline.phrases import points, rate
from journeyman.domain import ActionSets, Audience, LevelReport, Objective, Plan, PolicyReport, SegmentReport, SuccessEvent
from journeyman.domain.predicate import AllOf

THEME = LevelReport(lever="theme", level="savings", sends=1250, reward_rate=0.0341, low=0.021, high=0.0512)
OFFER = LevelReport(lever="incentive", level="percent_off-20", sends=400, reward_rate=0.08, low=0.06, high=0.1049)
SEGMENT = SegmentReport(
    segment="evening shoppers", lever="theme", level="savings", sends=240, reward_rate=0.07, overall_rate=0.0341, low=0.05, high=0.095
)
REPORT = PolicyReport(
    journey="j", policy_version="1", day=6, horizon_days=28, customers=900, decisions=4000, rewards=120, send_rate=0.5, reward_rate=0.05,
    hold_rate=0.02, unsubscribe_rate=0.001, budget_left=400, budget_total=500, levels=[THEME, OFFER], segments=[SEGMENT],
)  # fmt: skip
PLAN = Plan(
    name="p",
    goal="Win back people.",
    objective=Objective(events=[SuccessEvent(event="order")]),
    audience=Audience(description="all", where=AllOf(all=[])),
    action_sets=ActionSets(channels=["email"], themes=["savings"], tones=["warm"], send_windows=["morning"]),
)


@pytest.mark.parametrize(
    "text",
    [
        "No figure at all.",
        "The theme earns 3.4% of 1,250 sends (between 2.1% and 5.1%).",
        "The theme earns about 3 percent, 1.6 percentage points less than average (5%).",
        "Roughly 1,200 sends tell us so.",
        "Evening shoppers: 7% of 240 sends, 3.6 percentage points more.",
        "20% off earns 8% of 400 sends.",
        "On day 7 of 28, 400 of 500 dollars are left.",
    ],
)
def test_true_figures_pass(text: str) -> None:
    assert invented(text, of_report(REPORT)) == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("The theme earns 3.9% of its sends.", ["3.9"]),
        ("The theme earns 3.42% of its sends.", ["3.42"]),
        ("It rests on 1,251 sends.", ["1,251"]),
        ("Roughly 1,900 sends tell us so.", ["1,900"]),
        ("It earns twice the average.", ["twice"]),
        ("That is 2x the rest, or 3 times as much.", ["2 x", "3 times"]),
        ("30% off earns more.", ["30"]),
        ("It earns 1,250%.", ["1,250"]),
        ("9 percentage points more.", ["9"]),
        ("Sales doubled: 8% and 8.3%.", ["doubled", "8.3"]),
    ],
)
def test_false_figures_are_named(text: str, named: list[str]) -> None:
    assert invented(text, of_report(REPORT)) == named


def test_a_row_does_not_lend_its_numbers_to_another() -> None:
    assert invented("The theme earns 8%.", of_row(THEME, REPORT)) == ["8"]
    assert invented("The theme earns 3.4% against 5% overall.", of_row(THEME, REPORT)) == []


@given(st.floats(0.0005, 0.9), st.integers(0, 10**6))
def test_what_our_own_words_write_is_true(share: float, sends: int) -> None:
    row = LevelReport(lever="theme", level="savings", sends=sends, reward_rate=share, low=share / 2, high=min(1.0, share * 1.5))
    text = f"{rate(share)} of {sends:,} sends, {points(100 * abs(share - REPORT.reward_rate))} from average"
    assert invented(text, of_row(row, REPORT)) == []


@given(st.floats(0.0005, 0.9), st.floats(0.0011, 0.2))
def test_a_rate_moved_by_more_than_its_rounding_is_false(share: float, by: float) -> None:
    facts = Facts(percent=frozenset({share}))
    assert invented(f"{100 * (share + by):.1f}%", facts) != []


def test_the_offline_analyst_is_faithful_to_its_reports() -> None:
    found = asyncio.run(OfflineAnalyst().analyse(REPORT, PLAN))
    assert found.learnings
    for x in found.learnings:
        assert x.low_points is not None and x.high_points is not None and x.low_points <= x.lift_points <= x.high_points
    assert [bad for x in found.learnings for bad in invented(x.statement, of_report(REPORT))] == []
    assert invented(asyncio.run(OfflineAnalyst().narrate(found.learnings, PLAN)), of_learnings(found.learnings)) == []


def test_figures_keep_their_units_and_order() -> None:
    told = figures("About 1,200 of 3.50% and 2 percentage points, doubled.")
    assert [(f.text, f.unit, f.digits, f.rough) for f in told] == [
        ("1,200", "plain", 0, True), ("3.50", "percent", 2, False), ("2", "points", 0, False), ("doubled", "plain", 0, False),
    ]  # fmt: skip
