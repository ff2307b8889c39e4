"""Who may be sent what today: caps, cooldown, spacing, windows across zones."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from guardrails.quiet import candidates
from journeyman.domain import Brand, Channel, Customer, Incentive, Plan
from tools.reach import next_start, number, open_windows, reach, reserve, rested, started, under_caps

NOW = datetime(2026, 3, 2, 5, tzinfo=UTC)
BOTH: list[Channel] = ["email", "sms"]


def plan(**guardrails: Any) -> Plan:
    return Plan.model_validate(
        {
            "name": "p",
            "goal": "g",
            "objective": {"events": [{"event": "order"}]},
            "audience": {"description": "all", "where": {"all": []}},
            "action_sets": {"channels": BOTH, "themes": ["t"], "tones": ["warm"], "send_windows": ["morning", "evening"]},
            "guardrails": guardrails,
        }
    )


def test_reach_needs_consent_an_address_and_no_suppression() -> None:
    yes = frozenset({("email", "marketing"), ("sms", "marketing")})
    people = [
        Customer(id="a", email="a@example.com", phone="+12025550101", consent=yes),
        Customer(id="b", email="b@example.com", consent=yes),
        Customer(id="c", email="c@example.com", phone="+12025550102", consent=frozenset({("sms", "marketing")})),
    ]
    assert reach(people, {("a", "email")}, BOTH).tolist() == [[False, True], [True, False], [False, True]]


def test_caps_count_what_they_name_and_zero_means_none() -> None:
    ages: list[tuple[int, Channel, float]] = [(0, "email", 10.0), (0, "sms", 100.0), (1, "email", 200.0)]
    two_a_week = plan(frequency_caps=[{"limit": 2, "window_days": 7}])
    assert under_caps(two_a_week, BOTH, ages, 3).all(axis=1).tolist() == [False, True, True]
    one_mail = plan(frequency_caps=[{"channel": "email", "limit": 1, "window_days": 7}])
    assert under_caps(one_mail, BOTH, ages, 3).tolist() == [[False, True], [True, True], [True, True]]
    no_sms = plan(frequency_caps=[{"channel": "sms", "limit": 0}])
    assert under_caps(no_sms, BOTH, [], 1).tolist() == [[True, False]]
    assert under_caps(plan(cooldown_hours=48), BOTH, ages, 3).all(axis=1).tolist() == [False, True, True]
    assert under_caps(plan(), BOTH, ages, 3).all()


def test_two_a_week_are_three_days_apart() -> None:
    weekly = plan(frequency_caps=[{"limit": 2, "window_days": 7}])
    assert rested(weekly, [(0, "email", 24.0), (1, "email", 72.0), (2, "email", -3.0)], 4).tolist() == [False, True, False, True]
    assert rested(plan(), [(0, "email", 1.0)], 1).all()


def test_a_start_in_steps_only_ever_adds_customers_and_leaves_out_nobody_written_to() -> None:
    names = [f"c{n}" for n in range(3000)]
    third, two = started(names, "salt", 1 / 3, []), started(names, "salt", 2 / 3, [])
    assert 0.3 < third.mean() < 0.37 and 0.63 < two.mean() < 0.7 and two[third].all() and started(names, "salt", 1.0, []).all()
    assert not np.array_equal(third, started(names, "other", 1 / 3, []))
    late = int(np.flatnonzero(~third)[0])
    assert started(names, "salt", 1 / 3, [(late, "email", 30.0)])[late]


@pytest.mark.parametrize(
    ("zone", "expected"), [("America/New_York", 13), ("Europe/Berlin", 7), ("Asia/Tokyo", 23), ("America/Los_Angeles", 16)]
)
def test_the_next_morning_is_the_customers_own(zone: str, expected: int) -> None:
    start = next_start("morning", ZoneInfo(zone), NOW)
    assert start >= NOW and start.hour == expected and start.astimezone(ZoneInfo(zone)).hour == 8


def test_an_unknown_zone_gets_only_hours_allowed_everywhere() -> None:
    brand = ["America/New_York", "America/Los_Angeles"]
    quiet = plan(quiet_hours={"start": "21:00", "end": "08:00"})
    known = open_windows(quiet, BOTH, ["morning", "evening"], candidates("America/New_York", brand), NOW)
    unknown = open_windows(quiet, BOTH, ["morning", "evening"], candidates("Mars/Phobos", brand), NOW)
    assert known.all() and unknown.tolist() == [[False, True], [False, True]]


def test_reserves_and_numbers() -> None:
    brand = Brand(name="B", average_order_value=40)
    assert reserve(Incentive(kind="percent_off", value=15), brand) == 6.0 and reserve(None, brand) == 0.0
    assert reserve(Incentive(kind="points", value=500), brand) == 5.0 and reserve(Incentive(kind="free_shipping"), brand) == 6.0
    assert number("a", "b") == number("a", "b") != number("ab") and 0 <= number("a") < 2**64
