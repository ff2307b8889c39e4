"""Caps, uniqueness and the budget: each promise over thousands of cases, and some between threads.

Every case keeps its own books, as slowly and plainly as they can be kept; what the gate lets through must agree with them.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.gate import SendGate
from journeyman.delivery.gatekeeper import Claimed
from journeyman.domain import FrequencyCap, Money, Plan, Send
from journeyman.errors import Refused, Uncertain
from journeyman.store import Store, budget, journeys, outbox, tables
from tests.delivery.small_world import BRAND, CHANNELS, NOON, TOPICS, Recorder, World, a_customer, a_plan, a_world
from tests.guardrails.cases import FEW, JOURNEYS, MANY, Shop, promise

CAPS = st.lists(
    st.builds(FrequencyCap, channel=st.sampled_from([None, None, *CHANNELS]), limit=st.integers(0, 3), window_days=st.integers(1, 4)),
    max_size=3,
)
COOLDOWNS = st.sampled_from([0, 0, 0, 1, 20, 48])
ANY_CHANNEL = st.sampled_from(CHANNELS)
ASKED = st.tuples(st.integers(0, 1), ANY_CHANNEL, st.sampled_from(JOURNEYS), st.sampled_from(TOPICS))
DAYS = st.lists(st.tuples(st.lists(ASKED, max_size=5), st.integers(0, 40)), min_size=1, max_size=5)
"""What is planned, and the hours that have passed before."""


class Books:
    """Marketing messages that left, and whether another may."""

    def __init__(self, caps: list[FrequencyCap], cooldown: float = 0) -> None:
        self._caps, self._cooldown = caps, timedelta(hours=cooldown)
        self._left: dict[str, list[tuple[str, datetime]]] = defaultdict(list)

    def may(self, customer: str, channel: str, now: datetime) -> bool:
        if any(now - when < self._cooldown for _, when in self._left[customer]):
            return False
        for cap in self._caps:
            if cap.channel is None or cap.channel == channel:
                counted = [when for name, when in self._left[customer] if cap.channel is None or name == cap.channel]
                if len([when for when in counted if when > now - timedelta(days=cap.window_days)]) + 1 > cap.limit:
                    return False
        return True

    def note(self, customer: str, channel: str, now: datetime) -> None:
        self._left[customer].append((channel, now))


def plan_day(world: World, day: int, asked: Any, topics: Sequence[str] = TOPICS) -> list[Send]:
    wanted = [(n, c, {"journey": j, "topic": t, "slot": f"{day}.{k}"}) for k, (n, c, j, t) in enumerate(asked) if t in topics]
    sends = [world.make(*one) for one in wanted]
    outbox.enqueue(world.store, sends)
    return sends


def let_through(world: World, sends: Sequence[Send]) -> list[str]:
    return [answer.send.id for answer in world.gate.claim(sends) if isinstance(answer, Claimed)]


def left_by_noon(world: World, days: Any, topics: Sequence[str] = TOPICS) -> set[str]:
    """What leaves when each day's sends come to the gate at noon, those of both journeys together."""
    left = set()
    for day, (asked, _) in enumerate(days):
        world.clock.advance_to(NOON + timedelta(days=day))
        left |= set(let_through(world, plan_day(world, day, asked, topics)))
    return left


@promise(CAPS, COOLDOWNS, DAYS)
def test_no_cap_exceeded_and_none_left_unused(shop: Shop, caps: Any, cooldown: float, days: Any) -> None:
    """Day by day, what leaves is what the books allow, in order. SMS has a legal night of its own and is told of elsewhere."""
    books = Books(caps, cooldown)
    with shop.case([a_customer(0), a_customer(1)], frequency_caps=caps, cooldown_hours=cooldown, quiet_hours=None) as world:
        for day, (asked, hours) in enumerate(days):
            world.clock.advance_to(world.clock.now() + timedelta(hours=hours))
            now, expected = world.clock.now(), []
            sends = plan_day(world, day, [(n, "push" if c == "sms" else c, j, t) for n, c, j, t in asked])
            for send in sends:
                if send.topic == "transactional" or books.may(send.customer, send.channel, now):
                    expected.append(send.id)
                    if send.topic == "marketing":
                        books.note(send.customer, send.channel, now)
            assert let_through(world, sends) == expected


@promise(CAPS, COOLDOWNS, DAYS)
def test_transactional_messages_are_not_capped_as_marketing(shop: Shop, caps: Any, cooldown: float, days: Any) -> None:
    """All of them leave, and the marketing that leaves is the same as if they did not exist."""
    people, limits = [a_customer(0), a_customer(1)], {"frequency_caps": caps, "cooldown_hours": cooldown}
    with shop.case(people, **limits) as world:
        left = left_by_noon(world, days)
        transactional = {send.id for send in outbox.read(world.store) if send.topic == "transactional"}
    assert transactional <= left
    with shop.case(people, **limits) as world:
        assert left_by_noon(world, days, ["marketing"]) == left - transactional


@promise(st.none() | st.sets(st.sampled_from([None, *CHANNELS]), min_size=1, max_size=3), DAYS)
def test_a_cap_of_0_means_none_and_an_absent_cap_means_uncapped(shop: Shop, closed: Any, days: Any) -> None:
    """`closed`: the channels with a cap of 0 (None among them: a cap of 0 over all); None: no cap at all."""
    caps = [FrequencyCap(channel=channel, limit=0) for channel in closed or ()]
    with shop.case([a_customer(0), a_customer(1)], frequency_caps=caps) as world:
        left, planned = left_by_noon(world, days), outbox.read(world.store)
    assert left == {send.id for send in planned if send.topic == "transactional" or not closed or not {None, send.channel} & closed}


WRITTEN = ["one@example.com", "ONE@Example.com", " one@EXAMPLE.com ", "two@example.com"]
DIALLED = ["+12125550001", "(212) 555-0001", "212.555.0001", " +1 212 555 0002"]
SAME = [0, 0, 0, 1]
"""Which of these are one mailbox, one phone."""
ONCE = st.lists(
    st.tuples(
        st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["email", "sms"]), st.sampled_from(JOURNEYS), st.integers(0, 2)), max_size=6),
        st.lists(st.sampled_from(["fine", "fine", "refused", "uncertain", "bug"]), min_size=3, max_size=3),
        st.booleans(),
    ),
    max_size=5,
)


@promise(ONCE, st.booleans())
def test_no_two_sends_for_one_journey_address_and_slot(shop: Shop, rounds: Any, keyed: bool) -> None:
    """Planned again and again under other ids and spellings; some refused, some in doubt, some claimed by a worker that then died."""
    people = [a_customer(n, email=WRITTEN[n], phone=DIALLED[n]) for n in range(4)]
    with shop.case(people) as world:
        channel = Recorder(idempotent=keyed)
        for turn, (asked, fates, dies) in enumerate(rounds):
            wanted = [(n, c, {"journey": j, "slot": str(slot), "id": f"{turn}.{k}"}) for k, (n, c, j, slot) in enumerate(asked)]
            sends = world.plan_sends(*wanted)
            channel.trouble = {}
            for send, fate in zip(sends, fates, strict=False):
                if fate != "fine":
                    channel.trouble[send.id] = {"refused": Refused("no"), "uncertain": Uncertain("perhaps"), "bug": KeyError("bug")}[fate]
            if dies:
                world.gate.claim(outbox.read(world.store, "a", states=("planned",)))
            for journey in JOURNEYS:
                world.deliver(channel, journey)
        assert len(set(channel.keys)) == len(channel.keys)
        mailboxes = [(m.send.journey, m.send.channel, SAME[int(m.send.customer[1:])], m.send.slot) for m in channel.got]
        assert len(set(mailboxes)) == len(mailboxes)


TROUBLE = ("refused", "uncertain")
OF_MONEY = st.one_of(
    st.tuples(st.just("plan"), st.integers(0, 12), st.sampled_from(["fine", "fine", "fine", "refused", "uncertain"])),
    st.tuples(st.just("plan"), st.integers(0, 12), st.just("fine")),
    st.tuples(st.just("redeem"), st.integers(0, 99), st.sampled_from([0.25, 0.5, 1.0])),
    st.tuples(st.just("expire"), st.integers(0, 99), st.none()),
    st.tuples(st.just("die"), st.integers(0, 12), st.booleans()),
)


@promise(st.integers(0, 30), st.lists(OF_MONEY, max_size=14), st.booleans())
def test_the_budget_is_never_overspent_and_never_left_unused(shop: Shop, amount: int, story: Any, keyed: bool) -> None:
    """`owed`: what each message that left, or may have, has cost or may yet cost."""
    with shop.case([a_customer(0)], incentive_budget=Money(amount=amount)) as world:
        channel, owed, open_ = Recorder(idempotent=keyed), dict[str, float](), set()
        for turn, (what, number, more) in enumerate(story):
            if what in ("plan", "die"):
                (send,) = world.plan_sends((0, "push", {"journey": "a", "slot": str(turn), "liability": float(number)}))
                affordable = sum(owed.values()) + number <= amount
                channel.trouble = {send.id: {"refused": Refused("no"), "uncertain": Uncertain("perhaps")}[more]} if more in TROUBLE else {}
                if what == "die":
                    claims = world.gate.claim([send])
                    assert isinstance(claims[0], Claimed) is affordable
                world.deliver(channel, "a")
                assert (send.id in channel.keys) is (affordable and more not in TROUBLE and (what == "plan" or keyed))
                if affordable and more != "refused":
                    owed[send.id] = float(number)
                    open_.add(send.id)
                channel.trouble = {}
                world.deliver(channel, "a")
            elif open_:
                id_ = sorted(open_)[number % len(open_)]
                open_.discard(id_)
                if what == "redeem":
                    owed[id_] *= more
                    budget.spend(world.store, "a", {id_: owed[id_]})
                else:
                    owed[id_] = 0.0
                    budget.release(world.store, [id_])
            assert sum(owed.values()) <= amount
            assert budget.standing(world.store, "a").committed == sum(owed.values())


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, list[Store]]]:
    """A world of four people and two more doors to its database."""
    folder = tmp_path_factory.mktemp("crowd")
    world = a_world(folder, people=4)
    doors = [Store.open(folder / "store.sqlite", clock=world.clock) for _ in range(2)]
    yield world, doors
    for store in (world.store, *doors):
        store.close()


@pytest.mark.parametrize("number", [FEW, pytest.param(MANY, marks=pytest.mark.slow)])
def test_caps_uniqueness_and_budget_hold_between_two_at_once(crowd: tuple[World, list[Store]], number: int) -> None:
    @settings(max_examples=number, deadline=None)
    @given(st.integers(0, 2), st.integers(0, 30), st.permutations(range(8)), st.permutations(range(8)), st.integers(1, 4))
    def holds(cap: int, amount: int, mine: list[int], yours: list[int], batch: int) -> None:
        world, doors = crowd
        with one_race(world, a_plan(frequency_caps=[FrequencyCap(limit=cap)], incentive_budget=Money(amount=amount))) as sends:
            start = threading.Barrier(2)

            def claim(door: Store, order: list[int]) -> list[Claimed]:
                gate = SendGate(door, world.clock, BRAND)
                start.wait()
                batches = [[sends[n] for n in order[k : k + batch]] for k in range(0, len(order), batch)]
                return [answer for part in batches for answer in gate.claim(part) if isinstance(answer, Claimed)]

            with ThreadPoolExecutor(2) as crew:
                claimed = [c for found in crew.map(claim, doors, [mine, yours]) for c in found]
            assert len({c.send.id for c in claimed}) == len(claimed)
            assert max(Counter(c.send.customer for c in claimed).values(), default=0) <= cap
            assert len(claimed) == min(4 * cap, amount // 3)
            assert budget.standing(world.store, "winback").committed == 3 * len(claimed) <= amount

    holds()


@contextmanager
def one_race(world: World, plan: Plan) -> Iterator[list[Send]]:
    """Four people, two sends each, under this plan; all gone afterwards."""
    journeys.save_plan(world.store, plan)
    journeys.approve(world.store, plan.name, by="test")
    try:
        yield world.plan_sends(*((n, channel, {"liability": 3.0}) for n in range(4) for channel in ("email", "push")))
    finally:
        with world.store.transaction() as connection:
            for table in (tables.sends, tables.budget, tables.decisions):
                connection.execute(table.delete())
            connection.execute(tables.plans.delete().where(tables.plans.c.version > 1))
            connection.execute(tables.journeys.update().values(version=1, approved_version=1))
