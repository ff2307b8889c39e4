"""Two deliveries of one journey at once, at the moments where one overtakes the other: the slower one undoes nothing of the faster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from guardrails.gate import SendGate
from journeyman.clock import ManualClock
from journeyman.delivery.dispatch import Tally, deliver
from journeyman.delivery.gatekeeper import Claimed
from journeyman.domain import FrequencyCap, Money, Outgoing
from journeyman.errors import DeliveryError, Refused
from journeyman.store import Store, budget, outbox
from tests.delivery.small_world import BRAND, NOON, Recorder, World, a_plan, a_world

A_LITTLE = timedelta(seconds=1)


@dataclass
class Overtaken(Recorder):
    """A channel in whose first call something else happens first."""

    meanwhile: Callable[[], object] | None = None

    def send(self, message: Outgoing) -> str:
        if self.meanwhile is not None:
            happen, self.meanwhile = self.meanwhile, None
            happen()
        return super().send(message)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return a_world(tmp_path, people=4, plans=[a_plan(frequency_caps=[FrequencyCap(limit=1)], incentive_budget=Money(amount=8))])


def other(world: World, channel: Recorder) -> Tally:
    """A whole delivery by another process, a little later."""
    clock = ManualClock(world.clock.now() + A_LITTLE)
    store = Store.open(world.store.engine.url.render_as_string(), clock=clock)
    try:
        return deliver(store, SendGate(store, clock, BRAND), lambda _name: channel, clock, "winback")
    finally:
        store.close()


def reserved(world: World) -> dict[str, float]:
    return budget.outstanding(world.store, "winback")


def test_a_slow_delivery_frees_no_money_of_what_the_other_sent(world: World) -> None:
    sends = world.plan_sends(*((n, "email", {"liability": 2.0}) for n in range(4)))
    fast = Recorder()

    def minutes_pass() -> None:
        other(world, fast)
        world.clock.advance_to(NOON + timedelta(minutes=2))

    world.deliver(Overtaken(meanwhile=minutes_pass))
    assert sorted(fast.keys) == sorted(send.id for send in sends)
    assert outbox.counts(world.store) == {"sent": 4}
    assert reserved(world) == {send.id: 2.0 for send in sends}


@pytest.mark.parametrize("trouble", [Refused("no"), DeliveryError("disk full")])
def test_a_way_closed_for_one_frees_no_money_of_what_the_other_sent(world: World, trouble: Exception) -> None:
    sends = world.plan_sends(*((n, "email", {"liability": 2.0}) for n in range(4)))
    slow = Overtaken(meanwhile=lambda: other(world, Recorder()), trouble={send.id: trouble for send in sends})
    if isinstance(trouble, Refused):
        world.deliver(slow)
    else:
        with pytest.raises(DeliveryError):
            world.deliver(slow)
    assert outbox.counts(world.store) == {"sent": 4}
    assert reserved(world) == {send.id: 2.0 for send in sends}


def test_what_the_other_is_sending_is_not_planned_again(world: World) -> None:
    """Else a second message for the same customer would pass the cap while the first is on its way."""
    (send,) = world.plan_sends((0, "email", {"liability": 2.0}))
    (mine,) = world.gate.claim([send])
    assert isinstance(mine, Claimed)
    SendGate(world.store, ManualClock(mine.at + A_LITTLE), BRAND).reclaim([send])  # and is about to send it
    world.gate.release([mine])
    assert world.state(send) == ("claimed", None)
    assert reserved(world) == {send.id: 2.0}


def test_where_a_repeat_is_a_second_message_the_one_that_claimed_it_settles_it(world: World) -> None:
    sends = world.plan_sends(*((n, "email", {"liability": 2.0}) for n in range(4)))
    fast = Recorder(idempotent=False)

    def minutes_pass() -> None:
        assert other(world, fast) == Tally(unknown=4)
        world.clock.advance_to(NOON + timedelta(minutes=2))

    slow = Overtaken(idempotent=False, meanwhile=minutes_pass, trouble={})
    slow.trouble[sends[0].id] = Refused("no")
    world.deliver(slow)
    assert world.state(sends[0]) == ("failed", "no")
    assert outbox.counts(world.store) == {"failed": 1, "planned": 3}
    assert reserved(world) == {}
    assert world.deliver(slow) == Tally(sent=3)
    assert sorted(slow.keys) == sorted(send.id for send in sends[1:]) and fast.keys == []


@pytest.mark.parametrize("closed", [True, False])
def test_what_may_have_left_before_a_crash_is_never_merely_planned(world: World, closed: bool) -> None:
    """Else it would count towards no cap and no budget, and an opt-out would make it *blocked*, though it may have arrived."""
    sends = world.plan_sends(*((n, "email", {"liability": 2.0}) for n in range(2)))
    world.gate.claim(sends)  # sent, and the worker died
    if closed:
        slow = Overtaken(trouble={send.id: DeliveryError("disk full") for send in sends})
        with pytest.raises(DeliveryError):
            world.deliver(slow)
    else:
        slow = Overtaken(meanwhile=lambda: world.clock.advance_to(NOON + timedelta(minutes=2)))
        assert world.deliver(slow) == Tally(sent=1, unsettled=1)
    assert world.state(sends[1])[0] == "claimed"
    assert reserved(world) == {send.id: 2.0 for send in sends}
    slow.trouble.clear()
    assert world.deliver(slow) == Tally(sent=2 if closed else 1)


def test_an_offer_redeemed_before_its_send_was_marked_is_not_counted_twice(world: World) -> None:
    (send,) = world.plan_sends((0, "email", {"liability": 2.0}))
    world.gate.claim([send])  # sent, and the worker died
    budget.spend(world.store, "winback", {send.id: 1.5})
    world.deliver(Recorder())
    assert outbox.counts(world.store) == {"sent": 1}
    assert budget.standing(world.store, "winback") == budget.Standing(spent=1.5, reserved=0.0)
