"""The standing promises, over generated worlds: whatever is planned, whoever opts out and however time goes, what left keeps them.

The checks look only at what a channel was given, and say each promise in their own words.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.gate import SendGate
from journeyman.delivery.gatekeeper import Claimed
from journeyman.domain import Customer, FrequencyCap, Guardrails, Money, Outgoing, QuietHours
from journeyman.errors import Refused, Uncertain
from journeyman.store import Store, budget, customers, outbox
from tests.delivery.small_world import BRAND, CHANNELS, NOON, TOPICS, Recorder, World, a_customer, a_plan, a_world

ROOT = Path(__file__).parents[2]
JOURNEYS = ("a", "b")
ZONES = st.sampled_from(
    ["America/New_York", "America/Los_Angeles", "Europe/London", "Asia/Tokyo", "Australia/Lord_Howe", None, "", "Mars/Base"]
)
CONSENT = st.frozensets(st.tuples(st.sampled_from(CHANNELS), st.sampled_from(TOPICS)))
STARTS = st.sampled_from([datetime(2026, 3, 6, tzinfo=UTC), datetime(2026, 10, 23, tzinfo=UTC), datetime(2026, 10, 30, tzinfo=UTC), NOON])
"""Just before clocks change in New York, London and Lord Howe, and an ordinary day."""


@contextmanager
def a_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@st.composite
def limits(draw: st.DrawFn) -> Guardrails:
    caps = st.builds(FrequencyCap, channel=st.sampled_from([None, *CHANNELS]), limit=st.integers(0, 3), window_days=st.integers(1, 8))
    night = st.builds(QuietHours, start=st.times(), end=st.times())
    return Guardrails(
        frequency_caps=draw(st.lists(caps, max_size=3)),
        cooldown_hours=draw(st.sampled_from([0, 0, 1, 20, 48])),
        quiet_hours=draw(st.none() | st.just(QuietHours()) | night),
        incentive_budget=draw(st.none() | st.builds(Money, amount=st.integers(0, 12))),
    )


@st.composite
def people(draw: st.DrawFn) -> list[Customer]:
    full = a_customer().consent
    return [
        a_customer(n, time_zone=draw(ZONES), consent=draw(st.just(full) | CONSENT), email=f"p{n // 2}@example.com")  # two share a mailbox
        for n in range(4)
    ]


PLANNED = st.tuples(
    st.integers(0, 3),
    st.sampled_from(CHANNELS),
    st.sampled_from(JOURNEYS),
    st.sampled_from(TOPICS),
    st.integers(0, 20),
    st.sampled_from("xyz"),
)
OUT = st.tuples(st.integers(0, 3), st.sampled_from(CHANNELS))
TICKS = st.lists(st.tuples(st.lists(PLANNED, max_size=8), st.lists(OUT, max_size=1), st.integers(0, 60 * 60)), min_size=1, max_size=6)


WORLDS = st.tuples(people(), st.tuples(limits(), limits()), TICKS, STARTS, st.booleans(), st.randoms(use_true_random=False))


@settings(max_examples=100, deadline=None)
@given(WORLDS)
def test_the_standing_promises(world: Any) -> None:
    _live_through(*world)


@pytest.mark.slow
@settings(max_examples=5000, deadline=None)
@given(WORLDS)
def test_the_standing_promises_in_thousands_of_worlds(world: Any) -> None:
    _live_through(*world)


def _live_through(everybody: Any, plans: Any, ticks: Any, start: datetime, keyed: bool, luck: Any) -> None:
    with a_folder() as folder:
        named = dict(zip(JOURNEYS, plans, strict=True))
        world = a_world(folder, people=everybody, plans=[a_plan(j, **dict(g)) for j, g in named.items()], now=start)
        channel, withdrawn = Recorder(idempotent=keyed), {}
        for day, (planned, outs, seconds) in enumerate(ticks):
            world.clock.advance_to(start + timedelta(hours=14 * day, seconds=seconds))
            for n, name in outs:
                customers.withdraw(world.store, everybody[n].id, [name])
                withdrawn.setdefault((everybody[n].id, name), world.clock.now())
            sends = [
                (n, name, {"journey": j, "topic": topic, "liability": float(cost), "slot": slot})
                for n, name, j, topic, cost, slot in planned
            ]
            for send in world.plan_sends(*sends):
                if luck.random() < 0.2:
                    channel.trouble[send.id] = luck.choice([Refused("no"), Uncertain("perhaps"), KeyError("bug")])
            for journey in JOURNEYS:
                world.deliver(channel, journey)
            channel.trouble.clear()
        _check(world, channel, named, withdrawn)


def _check(world: World, channel: Recorder, plans: dict[str, Guardrails], withdrawn: dict[tuple[str, str], datetime]) -> None:
    assert len(channel.keys) == len(set(channel.keys))
    assert len({(m.send.journey, m.send.address, m.send.slot) for m in channel.got}) == len(channel.got)
    by_customer: dict[str, list[Outgoing]] = defaultdict(list)
    for message in sorted(channel.got, key=lambda m: (m.sent_at, channel.keys.index(m.key))):
        send, person = message.send, world.people[message.send.customer]
        assert (send.channel, send.topic) in person.consent
        left = withdrawn.get((person.id, send.channel))
        assert left is None or message.sent_at < left or send.topic == "transactional"
        _awake(message, person, plans[send.journey])
        if send.topic == "marketing":
            by_customer[person.id].append(message)
    for messages in by_customer.values():
        _within_caps(messages, plans)
    for journey, limit in plans.items():
        spent = sum(m.send.liability for m in channel.got if m.send.journey == journey)
        assert limit.incentive_budget is None or spent <= limit.incentive_budget.amount + 1e-6
        assert limit.incentive_budget is None or budget.standing(world.store, journey).committed <= limit.incentive_budget.amount + 1e-6


def _awake(message: Outgoing, person: Customer, limit: Guardrails) -> None:
    known = person.time_zone in ("America/New_York", "America/Los_Angeles", "Europe/London", "Asia/Tokyo", "Australia/Lord_Howe")
    for zone in [person.time_zone] if known else BRAND.time_zones:
        local = message.sent_at.astimezone(ZoneInfo(str(zone))).time()
        assert message.send.channel != "sms" or time(8) <= local < time(21)
        if night := limit.quiet_hours:
            over_midnight = night.start > night.end
            asleep = (local >= night.start or local < night.end) if over_midnight else night.start <= local < night.end
            assert not asleep
    assert message.time_zone == (person.time_zone if known else None)


def _within_caps(messages: list[Outgoing], plans: dict[str, Guardrails]) -> None:
    """Each message held its own plan's limits at the moment it left, counting everything before it."""
    for n, message in enumerate(messages):
        limit, before = plans[message.send.journey], messages[:n]
        for cap in limit.frequency_caps:
            if cap.channel in (None, message.send.channel):
                recent = [
                    m for m in before
                    if message.sent_at - m.sent_at < timedelta(days=cap.window_days) and cap.channel in (None, m.send.channel)
                ]  # fmt: skip
                assert len(recent) < cap.limit
        for m in before:
            assert message.sent_at - m.sent_at >= timedelta(hours=limit.cooldown_hours)


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 3), st.integers(0, 2), st.integers(0, 40))
def test_caps_uniqueness_and_budget_hold_between_threads(threads: int, cap: int, amount: int) -> None:
    plan = a_plan(frequency_caps=[FrequencyCap(limit=cap)], incentive_budget=Money(amount=amount))
    with a_folder() as folder:
        world = a_world(folder, people=10, plans=[plan])
        sends = world.plan_sends(*((n, channel, {"liability": 3.0}) for n in range(10) for channel in CHANNELS))
        claimed: list[Claimed] = []
        troubles: list[Exception] = []

        def work(turn: int) -> None:
            store = Store.open(folder / "store.sqlite", clock=world.clock)
            gate = SendGate(store, world.clock, BRAND)
            order = sends[turn * 7 :] + sends[: turn * 7]
            try:
                for start in range(0, len(order), 4):
                    claimed.extend(a for a in gate.claim(order[start : start + 4]) if isinstance(a, Claimed))
            except Exception as problem:
                troubles.append(problem)
            store.close()

        crew = [threading.Thread(target=work, args=(turn,)) for turn in range(threads + 1)]
        for worker in crew:
            worker.start()
        for worker in crew:
            worker.join()
        assert troubles == []
        assert max(Counter(c.send.id for c in claimed).values(), default=1) == 1
        assert max(Counter(c.send.customer for c in claimed).values(), default=0) <= cap
        assert len(claimed) == min(10 * cap, amount // 3)
        assert budget.standing(world.store, "winback").committed == 3 * len(claimed) <= amount


def test_two_processes_deliver_one_journey(tmp_path: Path) -> None:
    world = a_world(tmp_path, people=60, plans=[a_plan(frequency_caps=[FrequencyCap(limit=2)])])
    world.plan_sends(*((n, channel) for n in range(60) for channel in CHANNELS))
    command = [sys.executable, "-m", "tests.delivery.killed", str(tmp_path), "never", "0"]
    both = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for process in both:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
    assert outbox.counts(world.store) == {"sent": 120, "blocked": 120}
    assert len(list((tmp_path / "outbox").glob("*.json"))) == 120


def test_eight_in_the_morning_before_and_after_clocks_change() -> None:
    """08:00 in New York is 13:00 UTC on 7 March 2026 and 12:00 UTC on the 8th."""
    with a_folder() as folder:
        world, channel = a_world(folder, now=datetime(2026, 3, 7, 12, tzinfo=UTC)), Recorder()
        for day, slot in ((7, "1"), (8, "2")):
            world.clock.advance_to(datetime(2026, 3, day, 12, tzinfo=UTC))
            world.plan_sends((0, "email", {"slot": slot}))
            world.deliver(channel)
            world.clock.advance_to(datetime(2026, 3, day, 13, tzinfo=UTC))
            world.deliver(channel)
        assert [(m.sent_at.day, m.sent_at.hour) for m in channel.got] == [(7, 13), (8, 12)]
