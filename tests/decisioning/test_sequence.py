"""Laying touchpoints out: best gains first, never against caps or cooldown."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeyman.decisioning.sequence import plan_ahead
from journeyman.domain import FrequencyCap
from journeyman.errors import PolicyError

PLACES = [None, ("email", "morning"), ("email", "evening"), ("sms", "midday"), ("push", "morning")]
START = date(2018, 1, 5)


def at(*when):
    return datetime(2018, *when, tzinfo=UTC)


def test_the_best_two_a_week_in_order_of_time():
    scores = np.zeros((14, 5))
    scores[[2, 4, 6, 9], [1, 3, 2, 4]] = [0.02, 0.05, 0.03, 0.04]
    laid = plan_ahead(scores, PLACES, START, caps=[FrequencyCap(limit=2, window_days=7)])
    # day 6 before day 2: it gains more; beside days 4 and 6, day 9 would be the third within seven days
    assert [(p.day, p.action) for p in laid] == [(2, 1), (4, 3), (9, 4)]
    assert laid[0].at == at(1, 7, 8) and laid[1].gain == 0.05


def test_the_same_copy_comes_once_in_its_time():
    scores = np.zeros((14, 5))
    scores[:, 1], scores[:, 2], scores[:, 4] = 0.05, 0.04, 0.03  # e-mail in two windows is one piece of copy
    copy = ["hold", "a", "a", "b", "c"]
    laid = plan_ahead(scores, PLACES, START, cooldown_hours=40, items=copy, fresh_days=5, limit=4)
    times = {k: [p.day for p in laid if copy[p.action] == k] for k in "ac"}
    assert len(laid) == 4 and all(b - a >= 5 for t in times.values() for a, b in pairwise(t)) and len(times["c"]) >= 1


def test_windows_are_told_in_the_customers_zone():
    scores = np.zeros((1, 5))
    scores[0, 2] = 0.1
    laid = plan_ahead(scores, PLACES, START, zone=ZoneInfo("America/Denver"), past=[(at(1, 5, 22), "sms")], cooldown_hours=2)
    assert laid[0].at.astimezone(UTC) == at(1, 6, 1)


def test_hold_must_be_beaten_and_ineligible_days_stay_empty():
    scores = np.full((3, 5), 0.03)
    scores[:, 0] = [0.05, 0.01, 0.03]
    scores[1, 1:4] = np.nan
    laid = plan_ahead(scores, PLACES, START, hold=0)
    assert [(p.day, p.action, round(p.gain, 9)) for p in laid] == [(1, 4, 0.02)]
    assert plan_ahead(np.full((3, 5), -np.inf), PLACES, START) == []


def test_past_touches_count_against_caps_and_cooldown():
    scores = np.full((5, 5), 0.02)
    past = [(at(1, 4, 18), "email")]
    assert [p.day for p in plan_ahead(scores, PLACES, START, past=past, caps=[FrequencyCap(limit=1, window_days=3)])] == [2]
    laid = plan_ahead(scores, PLACES, START, past=past, cooldown_hours=48)
    assert laid[0].at - past[0][0] >= timedelta(hours=48)
    by_channel = plan_ahead(
        scores, PLACES, START, past=past, caps=[FrequencyCap(channel="email", limit=0), FrequencyCap(channel="sms", limit=1)]
    )
    assert {PLACES[p.action][0] for p in by_channel} == {"sms", "push"}


def test_fatigue_spreads_and_thins():
    scores = np.full((10, 5), 0.02)
    assert len(plan_ahead(scores, PLACES, START, fatigue=0.0)) == 5
    assert len(plan_ahead(scores, PLACES, START, fatigue=0.6)) < 5
    assert [p.gain for p in plan_ahead(scores, PLACES, START, fatigue=0.6, limit=1)] == [0.02]


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 4), st.integers(1, 9), st.integers(0, 80), st.integers(0, 3))
def test_no_plan_ever_breaks_a_cap_or_cooldown(seed, limit, span, cooldown, history):
    g = np.random.default_rng(seed)
    past = [(at(1, 4) - timedelta(hours=int(97 * k)), "sms") for k in range(min(history, limit))]
    cap = FrequencyCap(limit=limit, window_days=span)
    laid = plan_ahead(g.random((21, 5)) - 0.3, PLACES, START, caps=[cap], cooldown_hours=cooldown, past=past)
    times = sorted([p.at for p in laid] + [t for t, _ in past])
    new = {p.at for p in laid}
    assert len(laid) <= 5 and [p.at for p in laid] == sorted(p.at for p in laid)
    for first in times:
        inside = [t for t in times if first <= t < first + timedelta(days=span)]
        assert len(inside) <= limit or not new & set(inside)
    for a, b in pairwise(times):
        assert b - a >= timedelta(hours=cooldown) or not new & {a, b}


def test_scores_must_fit_the_actions():
    with pytest.raises(PolicyError):
        plan_ahead(np.zeros((3, 4)), PLACES, START)
