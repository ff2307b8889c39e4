"""Two live journeys want the same customer, and the limits let one message through: priority decides, then expected value."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agents.offline.grammar.priority import read_priority
from journeyman.domain import Channel, FrequencyCap, Plan
from journeyman.store import decisions, journeys, outbox
from tests.delivery.small_world import NOON, Recorder, World, a_customer, a_decision, a_plan, a_world

WEEK = [FrequencyCap(limit=1)]


def a_journey(name: str, priority: int = 50, **limits: Any) -> Plan:
    return a_plan(name, **limits).model_copy(update={"priority": priority})


def plan_one(world: World, journey: str, n: int = 0, channel: Channel = "email", *, expected: float = 0.1, **changes: Any) -> str:
    send = world.make(n, channel, {"journey": journey} | changes)
    decisions.add(world.store, [a_decision(send, world.clock.now()).model_copy(update={"expected": expected})])
    outbox.enqueue(world.store, [send])
    return send.id


def delivered(world: World, *order: str) -> list[str]:
    """Journeys whose message went out, delivering in this order."""
    channel = Recorder()
    for journey in order:
        world.deliver(channel, journey)
    return [message.send.journey for message in channel.got]


@pytest.mark.parametrize("order", [("low", "high"), ("high", "low")])
def test_priority_goes_first_whoever_delivers_first(tmp_path: Path, order: tuple[str, str]) -> None:
    plans = [a_journey("low", 20, frequency_caps=WEEK), a_journey("high", 80, frequency_caps=WEEK)]
    world = a_world(tmp_path, plans=plans)
    low = plan_one(world, "low", expected=0.9)
    plan_one(world, "high", channel="sms")
    assert delivered(world, *order) == ["high"]
    assert outbox.one(world.store, low).reason == ("outranked" if order[0] == "low" else "cap")


def test_then_what_is_expected_to_bring_more(tmp_path: Path) -> None:
    world = a_world(tmp_path, plans=[a_journey("a", cooldown_hours=20), a_journey("b", cooldown_hours=20)])
    plan_one(world, "a", 0, expected=0.3)
    plan_one(world, "b", 0, expected=0.2)
    plan_one(world, "a", 1, expected=0.2)
    plan_one(world, "b", 1, expected=0.3)
    channel = Recorder()
    world.deliver(channel, "a")
    world.deliver(channel, "b")
    assert [(m.send.customer, m.send.journey) for m in channel.got] == [("c00000", "a"), ("c00001", "b")]


def test_where_both_may_go_both_go(tmp_path: Path) -> None:
    world = a_world(tmp_path, plans=[a_journey("low", 1, frequency_caps=[FrequencyCap(limit=2)]), a_journey("high", 99)])
    plan_one(world, "low")
    plan_one(world, "high")
    assert delivered(world, "low", "high") == ["low", "high"]


@pytest.mark.parametrize("why", ["no consent", "tomorrow", "own cap of 0", "paused", "transactional"])
def test_a_rival_that_cannot_write_holds_up_nobody(tmp_path: Path, why: str) -> None:
    consent = frozenset({("email", "marketing"), ("sms", "transactional")})
    person = a_customer(0, consent=consent) if why in ("no consent", "transactional") else a_customer(0)
    rails = {"frequency_caps": [FrequencyCap(limit=0 if why == "own cap of 0" else 1)]}
    world = a_world(tmp_path, people=[person], plans=[a_journey("low", 20, frequency_caps=WEEK), a_journey("high", 80, **rails)])
    changes: dict[str, Any] = {"scheduled_at": NOON + timedelta(days=2)} if why == "tomorrow" else {}
    changes |= {"topic": "transactional"} if why == "transactional" else {}
    plan_one(world, "high", channel="sms", **changes)
    plan_one(world, "low")
    if why == "paused":
        journeys.pause(world.store, "high")
    assert delivered(world, "low") == ["low"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["email", "sms", "push"]), st.booleans(), st.integers(0, 12)), max_size=8),
    st.integers(1, 2),
    st.sampled_from([0, 20]),
)
@example([(0, "email", False, 0), (0, "email", True, 0), (0, "email", True, 0)], 2, 0)  # takes one of two places two rivals need
def test_the_lower_journey_never_costs_the_higher_one_a_customer(wanted: list[Any], cap: int, cooldown: int) -> None:
    """What the higher one sends in a day is what it would send if the lower one did not exist."""

    def day(*order: str) -> set[str]:
        with tempfile.TemporaryDirectory() as folder:
            rails = {"frequency_caps": [FrequencyCap(limit=cap)], "cooldown_hours": cooldown}
            world = a_world(Path(folder), people=4, plans=[a_journey("low", 10, **rails), a_journey("high", 90, **rails)])
            for slot, (n, channel, high, hours) in enumerate(wanted):
                moment = NOON + timedelta(hours=hours / 4)
                plan_one(world, "high" if high else "low", n, channel, slot=f"s{slot}", scheduled_at=moment)
            recorder = Recorder()
            for quarter in range(14):
                world.clock.advance_to(NOON + timedelta(hours=quarter / 4))
                for journey in order:
                    world.deliver(recorder, journey)
            world.store.close()
            return {m.key for m in recorder.got if m.send.journey == "high"}

    assert day("low", "high") == day("high")


@pytest.mark.parametrize(
    ("goal", "priority"),
    [
        ("Win back lapsed customers.", 50),
        ("Win them back, high priority.", 80),
        ("Low-priority newsletter to regulars.", 20),
        ("Win them back with priority 65 and one e-mail a week.", 65),
        ("Kunden zurückgewinnen, hohe Priorität.", 80),
        ("Reconquérir les clients, priorité haute.", 80),
        ("Recuperar clientes, prioridad alta.", 80),
        ("Give priority: 400 points.", 50),
    ],
)
def test_a_goal_says_its_priority(goal: str, priority: int) -> None:
    assert read_priority(goal) == priority
