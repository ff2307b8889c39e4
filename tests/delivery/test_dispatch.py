"""Delivery: one failing send holds up no other, nothing goes out twice, and every send ends where it should."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from journeyman.delivery import optouts
from journeyman.delivery.dispatch import SMALL_BATCH, Tally, deliver
from journeyman.delivery.file import FileChannel
from journeyman.domain import Event, Money
from journeyman.errors import DeliveryError, Refused, Uncertain
from journeyman.store import budget, customers, events, outbox
from tests.delivery.small_world import BRAND, NOON, Recorder, World, a_customer, a_plan, a_world


@pytest.fixture
def world(tmp_path: Path) -> World:
    return a_world(tmp_path, people=6)


def test_what_is_due_goes_out_and_is_noted(world: World, tmp_path: Path) -> None:
    later = {"scheduled_at": NOON + timedelta(hours=1)}
    first, second, third = world.plan_sends((0, "email"), (1, "sms"), (2, "push", later))
    tally = world.deliver(FileChannel(tmp_path / "outbox", BRAND))
    assert tally == Tally(sent=2)
    assert sorted(p.name for p in (tmp_path / "outbox").glob("*.json")) == sorted(f"{s.id}.json" for s in (first, second))
    assert [world.state(s)[0] for s in (first, second, third)] == ["sent", "sent", "planned"]
    assert outbox.one(world.store, first.id).sent_at == NOON
    noted = events.read(world.store)
    assert {(e.event, e.customer, e.properties["channel"], e.timestamp) for e in noted} == {
        ("message_sent", "c00000", "email", NOON),
        ("message_sent", "c00001", "sms", NOON),
    }
    assert world.deliver(FileChannel(tmp_path / "outbox", BRAND)) == Tally()


def test_outgoing_carries_the_lineage(world: World) -> None:
    (send,) = world.plan_sends((0, "email"))
    channel = Recorder()
    world.deliver(channel)
    (message,) = channel.got
    assert (message.propensity, message.policy_version, message.seed) == (0.25, "p1", 7)
    assert (message.time_zone, message.sent_at, message.language) == ("America/New_York", NOON, "en")
    assert message.send.id == send.id and message.unsubscribe_url in message.rendered.body


@pytest.mark.parametrize("idempotent", [True, False])
def test_one_failing_send_holds_up_no_other(world: World, idempotent: bool) -> None:
    sends = world.plan_sends(*((n, "email") for n in range(6)))
    trouble = {
        sends[0].id: Refused("bad address"),
        sends[2].id: Uncertain("timed out"),
        sends[3].id: ValueError("a bug"),
    }
    channel = Recorder(idempotent=idempotent, trouble=trouble)
    tally = world.deliver(channel)
    assert channel.keys == [sends[n].id for n in (1, 4, 5)]
    doubtful = {"unsettled": 1, "unknown": 1} if idempotent else {"unknown": 2}
    assert tally == Tally(sent=3, failed=1, **doubtful)
    assert world.state(sends[0]) == ("failed", "bad address")
    assert world.state(sends[3]) == ("unknown", "ValueError: a bug")
    channel.trouble.clear()
    again = world.deliver(channel)
    assert again == (Tally(sent=1) if idempotent else Tally())
    assert len(set(channel.keys)) == len(channel.keys)
    assert world.state(sends[2])[0] == ("sent" if idempotent else "unknown")


def test_a_closed_channel_leaves_its_sends_planned_and_stops_no_other(world: World) -> None:
    sends = world.plan_sends((0, "email"), (1, "sms"), (2, "email"), (3, "sms"))
    broken = Recorder(trouble={s.id: DeliveryError("disk full", remedy="Free some space.") for s in sends})
    fine = Recorder()
    with pytest.raises(DeliveryError, match="disk full"):
        deliver(world.store, world.gate, lambda name: broken if name == "email" else fine, world.clock, "winback")
    assert fine.keys == [sends[1].id, sends[3].id]
    assert [world.state(s)[0] for s in sends] == ["planned", "sent", "planned", "sent"]
    broken.trouble.clear()
    assert world.deliver(broken).sent == 2


def test_a_refused_send_gives_its_reservation_back(tmp_path: Path) -> None:
    world = a_world(tmp_path, plans=[a_plan(incentive_budget=Money(amount=10))])
    first, second = world.plan_sends((0, "email", {"liability": 6.0}), (1, "email", {"liability": 4.0}))
    world.deliver(Recorder(trouble={first.id: Refused("no")}))
    assert budget.outstanding(world.store, "winback") == {second.id: 4.0}


def test_a_send_without_its_decision_does_not_leave(world: World) -> None:
    send = world.make(0, "email")
    outbox.enqueue(world.store, [send])
    channel = Recorder()
    assert world.deliver(channel) == Tally(failed=1)
    assert channel.got == [] and "not in the log" in str(world.state(send)[1])


def test_an_unrenderable_send_is_blocked_and_blocks_no_other(tmp_path: Path) -> None:
    world = a_world(tmp_path, people=[a_customer(0, first_name=None), a_customer(1)])
    broken = world.variants["winback", "push-marketing"].model_copy(update={"id": "broken", "body": "Hi {{ first_name }}"})
    from journeyman.domain import Written
    from journeyman.store import library

    library.add(world.store, "winback", [Written(variant=broken, brief="b", author="t")])
    library.settle(world.store, "winback", approved=["broken"])
    world.variants["winback", "broken"] = broken
    sends = world.plan_sends((0, "push", {"variant": "broken"}), (1, "push", {"variant": "broken"}), (1, "email", {"slot": "b"}))
    assert world.deliver(Recorder()) == Tally(sent=2, blocked={"render": 1})
    assert world.state(sends[0]) == ("blocked", "render")


@dataclass
class Slow(Recorder):
    """A channel that takes its time."""

    world: World | None = None
    takes: timedelta = timedelta(seconds=40)

    def send(self, message):  # type: ignore[no-untyped-def]
        assert self.world is not None
        self.world.clock.advance_to(self.world.clock.now() + self.takes)
        return super().send(message)


def test_a_claim_that_went_stale_is_asked_for_again(world: World) -> None:
    world.plan_sends(*((n, "push") for n in range(6)))
    slow = Slow(world=world)
    tally = world.deliver(slow)
    assert (tally.sent, tally.waiting) == (2, 4)
    while outbox.counts(world.store).get("planned"):
        world.deliver(slow)
    assert len(slow.keys) == len(set(slow.keys)) == 6


def test_leftovers_of_a_crash_on_a_channel_without_keys_become_unknown(world: World) -> None:
    sends = world.plan_sends((0, "email"), (1, "email"))
    world.gate.claim(sends[:1])
    channel = Recorder(idempotent=False)
    assert world.deliver(channel) == Tally(sent=1, unknown=1)
    assert channel.keys == [sends[1].id]
    assert world.state(sends[0]) == ("unknown", "interrupted")
    assert world.deliver(channel) == Tally()


def test_leftovers_of_a_crash_are_looked_at_again_before_they_are_repeated(world: World) -> None:
    sends = world.plan_sends((0, "email"), (1, "email"), (2, "email"))
    world.gate.claim(sends)
    customers.withdraw(world.store, "c00001", ["email"])
    channel = Recorder()
    assert world.deliver(channel) == Tally(sent=2, unknown=1)
    assert channel.keys == [sends[0].id, sends[2].id]
    assert world.state(sends[1]) == ("unknown", "interrupted, then consent")


def test_leftovers_found_in_quiet_hours_wait_or_become_unknown(world: World) -> None:
    early = NOON.replace(day=5, hour=12, minute=30)  # 07:30 in New York
    (send,) = world.plan_sends((0, "email", {"scheduled_at": NOON}))
    world.gate.claim([send])
    world.clock.advance_to(early)
    assert world.deliver(Recorder()) == Tally(unknown=1)
    world.plan_sends((1, "email", {"scheduled_at": early, "slot": "b"}))
    outbox.claim(world.store, ["winback-c00001-b-email"], early)
    channel = Recorder()
    assert world.deliver(channel) == Tally(unsettled=1)
    world.clock.advance_to(early + timedelta(minutes=30))
    assert world.deliver(channel) == Tally(sent=1)


def test_many_sends_page_through_and_waiting_ones_do_not_go_in_circles(tmp_path: Path) -> None:
    world = a_world(tmp_path, people=SMALL_BATCH * 3 + 4, now=NOON.replace(hour=12, minute=30))
    world.plan_sends(*((n, "email") for n in range(SMALL_BATCH * 3 + 4)))
    channel = Recorder(idempotent=False)
    assert world.deliver(channel) == Tally(waiting=SMALL_BATCH * 3 + 4)
    world.clock.advance_to(NOON)
    assert world.deliver(channel).sent == SMALL_BATCH * 3 + 4


def test_opt_outs_close_addresses_at_once(world: World) -> None:
    twin = a_customer(9, email="PERSON1@example.com")
    customers.save(world.store, [twin])
    world.people[twin.id] = twin
    out = [
        Event(message_id="1", customer="c00001", event="unsubscribed", timestamp=NOON, properties={"channel": "email"}),
        Event(message_id="2", customer="c00002", event="complained", timestamp=NOON, properties={"channel": "email"}),
        Event(message_id="3", customer="c00003", event="email_opened", timestamp=NOON),
    ]
    assert optouts.honour(world.store, out) == 2 == optouts.honour(world.store, out)
    transactional = {"topic": "transactional", "slot": "t"}
    world.plan_sends((1, "email"), (1, "sms"), (1, "email", transactional), (9, "email", {"slot": "x"}))
    world.plan_sends((2, "sms"), (2, "email", transactional), (3, "email"))
    tally = world.deliver(Recorder())
    assert tally == Tally(sent=3, blocked={"suppressed": 4})
    people = customers.read(world.store)
    assert optouts.closed(world.store, people) == {
        ("c00001", "email"), ("c00009", "email"), *(("c00002", c) for c in ("email", "sms", "push", "in_app")),
    }  # fmt: skip


@pytest.mark.parametrize("body", ["STOP", "stop", " Stop. ", "END", "Cancel", "UNSUBSCRIBE", "quit!", "“Stop”", "STOPP"])
def test_stop_by_text_closes_the_number_before_the_next_send(world: World, body: str) -> None:
    sends = world.plan_sends((0, "sms"), (0, "email"), (1, "sms"))
    told = Event(message_id="m", customer="c00000", event="sms_received", timestamp=world.clock.now(), properties={"body": body})
    assert optouts.honour(world.store, [told]) == 1 == optouts.honour(world.store, [told])
    world.deliver(channel := Recorder())
    assert world.state(sends[0])[0] == "blocked" and sorted(channel.keys) == sorted(s.id for s in sends[1:])


@pytest.mark.parametrize("body", ["Please stop by on Sunday", "Don't stop", "endless", "", "When does it end?", "STOP 1"])
def test_other_texts_close_nothing(world: World, body: str) -> None:
    (send,) = world.plan_sends((0, "sms"))
    told = Event(message_id="m", customer="c00000", event="sms_received", timestamp=world.clock.now(), properties={"body": body})
    assert optouts.honour(world.store, [told]) == 0
    world.deliver(Recorder())
    assert world.state(send)[0] == "sent"


def test_stop_from_a_number_closes_that_number_whoever_has_it(world: World) -> None:
    (send,) = world.plan_sends((1, "sms"))
    stop = {"body": "Stop", "from": "+1 (212) 555-0001"}
    optouts.honour(
        world.store, [Event(message_id="m", customer="nobody", event="sms_received", timestamp=world.clock.now(), properties=stop)]
    )
    world.deliver(Recorder())
    assert world.state(send) == ("blocked", "suppressed")
