"""What the analyst says: only what is clear, with its numbers, in good English."""

from __future__ import annotations

import asyncio
import re

import pytest
from planned import plan
from reports import level, report

from agents.offline.analyst import OfflineAnalyst
from agents.offline.phrases import listed, offer_in_words, points, rate
from journeyman.domain import Analysis, Learning, PolicyReport, SegmentReport

PLAN = plan("Win back lapsed customers by email, SMS and push, up to 20% off")
CLEAR = report(
    levels=[
        level("channel", "sms", 0.08, 0.01),
        level("channel", "email", 0.05, 0.01),
        level("theme", "favourites", 0.09, 0.02, 800),
        level("theme", "savings", 0.03, 0.01, 900),
        level("theme", "seasonal", 0.05, 0.04, 40),
        level("incentive", "percent_off-20", 0.051, 0.02, 500),
        level("incentive", "percent_off-10", 0.049, 0.02, 500),
        level("variant", "email-a-1", 0.005, 0.004, 300),
        level("variant", "email-a-2", 0.05, 0.03, 300),
    ],
    segments=[
        SegmentReport(
            segment="evening shoppers", lever="channel", level="sms", sends=400, reward_rate=0.14, overall_rate=0.08, low=0.11, high=0.17
        ),
        SegmentReport(
            segment="newcomers", lever="channel", level="sms", sends=400, reward_rate=0.1, overall_rate=0.08, low=0.07, high=0.14
        ),
    ],
)


def analyse(given: PolicyReport) -> Analysis:
    return asyncio.run(OfflineAnalyst().analyse(given, PLAN))


def narrate(learnings: list[Learning]) -> str:
    return asyncio.run(OfflineAnalyst().narrate(learnings, PLAN))


def test_what_is_clear_is_learned_with_the_reports_numbers() -> None:
    found = {(x.lever, x.level, x.segment): x for x in analyse(CLEAR).learnings}
    assert set(found) == {
        ("channel", "sms", None),
        ("theme", "favourites", None),
        ("theme", "savings", None),
        ("channel", "sms", "evening shoppers"),
    }
    sms = found["channel", "sms", None]
    assert sms.lift_points == 3 and sms.sends == 2000 and "8%" in sms.statement and "2,000 sends" in sms.statement
    assert "7% and 9%" in sms.statement
    assert "evening shoppers" in found["channel", "sms", "evening shoppers"].statement


def test_overlap_is_too_early_to_say() -> None:
    thin = report(levels=[level("theme", "favourites", 0.06, 0.03, 90), level("theme", "savings", 0.04, 0.03, 90)])
    learned = analyse(thin)
    assert [x.lift_points for x in learned.learnings] == [0] and learned.learnings[0].statement.startswith("Too early to say")
    assert learned.retire == [] and learned.write_more == []
    assert "too early" in narrate(learned.learnings) and "90 sends" in narrate(learned.learnings)


def test_an_empty_report_teaches_nothing() -> None:
    assert analyse(report()) == Analysis()
    assert "Nothing has been sent" in narrate([])


def test_orders_for_copy_name_winners_and_what_lacks_copy_and_retire_names_the_worn_out() -> None:
    learned = analyse(CLEAR)
    assert learned.write_more == [{"channel": "sms"}, {"theme": "favourites", "channel": "sms"}, {"theme": "seasonal"}]
    assert learned.retire == ["email-a-1"]
    sets = PLAN.action_sets
    for cell in learned.write_more:
        assert set(cell) <= {"channel", "theme", "tone", "incentive"}
        assert cell.get("channel", "email") in sets.channels and cell.get("theme", "savings") in sets.themes


def test_the_paragraph_reads_well() -> None:
    text = narrate(analyse(CLEAR).learnings)
    assert text == (
        "The theme “favourites” (4 percentage points above average) and SMS (3 percentage points above average) work best so far. "
        "The theme “savings” (2 percentage points below) earns less than average. People differ: evening shoppers respond more to SMS "
        "(6 percentage points above their average). The largest of these groups rests on 2,000 sends, and all of it may still shift as "
        "more comes in."
    )
    sentences = re.split(r"(?<=\.) ", text)
    assert len(set(sentences)) == len(sentences) and not re.search(r"\b(\w+) \1\b", text)


@pytest.mark.parametrize(
    ("value", "said"),
    [(1.0, "1 percentage point"), (0.96, "1 percentage point"), (2.34, "2.3 percentage points"), (12.4, "12 percentage points")],
)
def test_points_are_rounded_and_take_the_right_plural(value: float, said: str) -> None:
    assert points(value) == said


def test_small_words() -> None:
    assert [listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])] == ["a", "a and b", "a, b and c"]
    assert [rate(0.034), rate(0.05), rate(0.1234)] == ["3.4%", "5%", "12%"]
    assert [offer_in_words(k) for k in ("percent_off-20", "points-1000", "free_shipping", "gift", "plain")] == [
        "20% off",
        "1,000 points",
        "free shipping",
        "a gift",
        "no offer",
    ]


def test_of_who_answers_the_most_and_the_least_keen_are_told_and_no_copy_is_ordered_for_them() -> None:
    who = [
        level("segment", "frequent buyers", 0.09, 0.01),
        level("segment", "big baskets", 0.07, 0.01),
        level("segment", "newcomers", 0.02, 0.01),
    ]
    learned = analyse(report(levels=[*who, *CLEAR.levels]))
    told = {x.level: x.statement for x in learned.learnings if x.lever == "segment"}
    assert set(told) == {"frequent buyers", "newcomers"} and told["newcomers"].startswith("Newcomers answer less than average: 2% of ")
    assert learned.write_more == analyse(CLEAR).write_more
    assert "Frequent buyers answer most (4 percentage points above average)." in narrate(learned.learnings)
    assert "frequent buyers work" not in narrate(learned.learnings).lower()
