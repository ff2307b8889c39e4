"""Attribution: hand-made cases, then properties over generated histories."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeyman.domain import Decision, Event, Objective, Send, SuccessEvent
from journeyman.measurement.attribution import Reward, attribute, followed

START = datetime(2026, 3, 2, 6, tzinfo=UTC)
LATE = START + timedelta(days=60)
ORDER = Objective(events=[SuccessEvent(event="order")], attribution_window_days=3)


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def decision(id: str, customer: str = "ann", hours: float = 0, hold: bool = False) -> Decision:
    return Decision(
        id=id, journey="j", customer=customer, arm="treatment", decided_at=at(hours), slot="s", action=0,
        variant=None if hold else "v", window=None if hold else "morning", propensity=0.5, expected=0, policy_version="1", seed=0,
        key=0, eligible="e", snapshot="f",
    )  # fmt: skip


def send(decision: str, customer: str = "ann", hours: float = 2, state: str = "sent") -> Send:
    return Send(
        id=f"send-{decision}", decision=decision, journey="j", plan_version=1, customer=customer, arm="treatment", channel="email",
        variant="v", variant_hash="h", slot="s", scheduled_at=at(hours), address="a", state=state,
        sent_at=at(hours) if state == "sent" else None,
    )  # fmt: skip


def event(hours: float, customer: str = "ann", name: str = "order", id: str | None = None, **properties: object) -> Event:
    return Event(message_id=id or f"{customer}{name}{hours}", customer=customer, event=name, timestamp=at(hours), properties=properties)


def rewards(decisions, sends, events, objective=ORDER, now=LATE):
    return {r.decision: (r.reward, r.closed) for r in attribute(decisions, sends, events, objective, now)}


def test_a_success_goes_to_the_last_send_before_it():
    told = rewards([decision("a"), decision("b", hours=24)], [send("a", hours=2), send("b", hours=26)], [event(30)])
    assert told == {"a": (0.0, True), "b": (1.0, True)}


@pytest.mark.parametrize(("hours", "credit"), [(1.99, 0), (2, 1), (2 + 72, 1), (2 + 72.01, 0)])
def test_the_window_is_closed_at_both_ends(hours, credit):
    assert rewards([decision("a")], [send("a", hours=2)], [event(hours)])["a"][0] == credit


def test_weights_add_up_and_are_clipped():
    objective = Objective(events=[SuccessEvent(event="visit", weight=0.3), SuccessEvent(event="order")])
    assert rewards([decision("a")], [send("a")], [event(3, name="visit"), event(4, name="visit")], objective)["a"][0] == pytest.approx(0.6)
    assert rewards([decision("a")], [send("a")], [event(3, name="visit"), event(4)], objective)["a"][0] == 1


def test_machine_opens_never_count():
    objective = Objective(events=[SuccessEvent(event="email_opened", weight=0.5)])
    told = rewards([decision("a")], [send("a")], [event(3, name="email_opened", machine=True)], objective)
    assert told["a"][0] == 0
    assert rewards([decision("a")], [send("a")], [event(3, name="email_opened", machine=False)], objective)["a"][0] == 0.5


def test_a_repeated_message_id_counts_once():
    objective = Objective(events=[SuccessEvent(event="order", weight=0.4)])
    assert rewards([decision("a")], [send("a")], [event(3, id="m"), event(3, id="m")], objective)["a"][0] == 0.4


def test_open_until_the_window_has_passed_even_when_won():
    assert rewards([decision("a")], [send("a", hours=2)], [], now=at(73))["a"] == (0.0, False)
    assert rewards([decision("a")], [send("a", hours=2)], [], now=at(74))["a"] == (0.0, True)
    assert rewards([decision("a")], [send("a", hours=2)], [event(3)], now=at(4))["a"] == (
        1.0,
        False,
    )


def test_the_future_is_not_looked_at():
    assert rewards([decision("a")], [send("a", hours=2)], [event(10)], now=at(9))["a"] == (0.0, False)


@pytest.mark.parametrize("state", ["blocked", "failed", "unknown"])
def test_decisions_that_did_not_reach_anybody_are_dropped(state):
    assert rewards([decision("a")], [send("a", state=state)], [event(3)]) == {}


@pytest.mark.parametrize("state", ["planned", "claimed"])
def test_decisions_on_their_way_are_open(state):
    assert rewards([decision("a")], [send("a", state=state)], [event(3)]) == {"a": (0.0, False)}


def test_a_clean_hold_earns_what_happened_anyway():
    told = rewards([decision("h", hold=True), decision("i", customer="bob", hold=True)], [], [event(5), event(100)])
    assert told == {"h": (1.0, True), "i": (0.0, True)}
    assert rewards([decision("h", hold=True)], [], [event(5)], now=at(10)) == {"h": (1.0, False)}


@pytest.mark.parametrize(("hours", "clean"), [(-72.1, True), (-72, False), (-1, False), (30, False), (72, False), (72.1, True)])
def test_a_hold_near_a_send_is_dropped(hours, clean):
    told = rewards([decision("h", hold=True), decision("a", hours=hours - 1)], [send("a", hours=hours)], [])
    assert ("h" in told) is clean


def test_nothing_eligible_is_no_hold():
    assert rewards([decision("x", hold=True).model_copy(update={"action": -1})], [], []) == {}


def test_empty_logs():
    assert attribute([], [], [], ORDER, LATE) == []


PEOPLE = st.sampled_from(["ann", "bob", "cy"])
HOURS = st.integers(0, 400).map(lambda h: h / 2)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(PEOPLE, HOURS), max_size=12),
    st.lists(st.tuples(PEOPLE, HOURS, st.sampled_from(["order", "visit", "email_opened"]), st.booleans()), max_size=12),
    HOURS,
)
def test_last_touch_properties(touches, happenings, until):
    objective = Objective(events=[SuccessEvent(event="order", weight=0.7), SuccessEvent(event="visit", weight=0.2)])
    decisions = [decision(f"d{i}", customer, hours) for i, (customer, hours) in enumerate(touches)]
    sends = [send(f"d{i}", customer, hours) for i, (customer, hours) in enumerate(touches)]
    events = [event(hours, c, name, id=f"m{i}", machine=machine) for i, (c, hours, name, machine) in enumerate(happenings)]
    now = at(until)
    told = attribute(decisions, sends, events, objective, now)
    weights = {"order": 0.7, "visit": 0.2}
    countable = [e for e in events if e.event in weights and not e.properties["machine"] and e.timestamp <= now]
    assert sum(r.reward for r in told) <= sum(weights[e.event] for e in countable) + 1e-9
    by_hand = defaultdict(float)
    for e in countable:
        before = [s for s in sends if s.customer == e.customer and s.sent_at <= e.timestamp]
        if before and e.timestamp - max(s.sent_at for s in before) <= timedelta(days=3):
            by_hand[e.customer, max(s.sent_at for s in before)] += weights[e.event]
    owed = sum(min(1.0, credit) for credit in by_hand.values())
    if len({(s.customer, s.sent_at) for s in sends}) == len(sends):  # no ties between sends
        assert sum(r.reward for r in told) == pytest.approx(owed)
    assert all(0 <= r.reward <= 1 for r in told)
    assert attribute(decisions, sends, events[::-1], objective, now) == told


def test_many_rows():
    rng = np.random.default_rng(0)
    who = rng.integers(0, 2000, 20_000)
    decisions = [decision(f"d{i}", f"c{c}", hours=float(i % 600)) for i, c in enumerate(who)]
    sends = [send(f"d{i}", f"c{c}", hours=float(i % 600) + 1) for i, c in enumerate(who)]
    events = [event(float(i % 600), f"c{c}", id=str(i)) for i, c in enumerate(rng.integers(0, 2000, 20_000))]
    told = attribute(decisions, sends, events, ORDER, LATE)
    assert len(told) == 20_000
    assert isinstance(told[0], Reward)
    assert 0 < sum(r.reward for r in told) <= 20_000


ENGAGED = Objective(events=[SuccessEvent(event="order"), SuccessEvent(event="email_clicked", weight=0.5)], view_through=0.25)


@pytest.mark.parametrize(
    ("events", "reward"),
    [
        ([event(3, name="email_clicked")], 0.5),
        ([event(4)], 0.25),
        ([event(3, name="email_clicked"), event(4)], 1.0),
        ([event(3), event(4)], 0.5),
        ([], 0.0),
    ],
)
def test_a_success_without_a_sign_of_engagement_counts_in_part(events, reward):
    assert rewards([decision("a")], [send("a")], events, ENGAGED)["a"][0] == reward


def test_what_a_held_customer_does_unasked_is_weighed_as_a_success_without_a_click():
    assert rewards([decision("a", hold=True)], [], [event(4)], ENGAGED)["a"][0] == 0.25
    assert rewards([decision("a", hold=True)], [], [event(4)])["a"][0] == 1.0


def test_where_nothing_could_have_shown_engagement_a_success_counts_whole():
    alone = ORDER.model_copy(update={"view_through": 0.25})
    assert rewards([decision("a")], [send("a")], [event(4)], alone)["a"][0] == 1.0


def test_what_followed_a_decision_counts_whoever_may_claim_it():
    made = [
        decision("a", hold=True),
        decision("b", hours=24),
        decision("c", "bob"),
        decision("d", "cid", hours=48),
        decision("e", hours=97),
    ]
    orders = [event(24), event(96), event(72.01, "bob"), event(1, "cid", name="visit")]
    objective = Objective(events=[SuccessEvent(event="visit", weight=0.3), SuccessEvent(event="order")], attribution_window_days=3)
    assert followed(made, orders, objective).tolist() == [1, 1, 0, 0, 0]
    assert followed(made, [event(72), event(0, "bob"), event(3, "cid", machine=True)], objective).tolist() == [1, 1, 0, 0, 0]
    assert followed(made, [], objective).tolist() == [0] * 5 and followed([], orders, objective).tolist() == []
