"""Three complaints in a thousand e-mails stop a journey, whoever sends them in; a person lets it go on, and the count begins anew."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from journeyman.delivery import complaints, optouts
from journeyman.domain import Event
from journeyman.errors import PlanError
from journeyman.store import audit, customers, events, journeys
from tests.delivery.small_world import Recorder, World, a_plan, a_world

HOUR = timedelta(hours=1)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Two journeys; `winback` has written 200 people."""
    made = a_world(tmp_path, people=1100, plans=[a_plan(), a_plan("other")])
    made.plan_sends(*((n, "email") for n in range(200)))
    made.deliver(Recorder())
    made.clock.advance_to(made.clock.now() + HOUR)
    return made


def complain(world: World, *people: int, channel: str = "email", named: bool = True) -> int:
    told = [
        Event(
            message_id=f"complaint-{n}-{channel}",
            customer=f"c{n:05d}",
            event="complained",
            timestamp=world.clock.now(),
            properties={"channel": channel} | ({"send": f"winback-c{n:05d}-2026-03-04-email"} if named else {}),
        )
        for n in people
    ]
    events.add(world.store, told)
    return optouts.honour(world.store, told)


def state(world: World, journey: str = "winback") -> str:
    return journeys.read(world.store, journey).state


@pytest.mark.parametrize("named", [True, False])
def test_three_of_two_hundred_stop_it_and_nothing_else(world: World, named: bool) -> None:
    complain(world, 0, 1, named=named)
    assert state(world) == "live"
    world.plan_sends((250, "email", {"slot": "next"}), (251, "email", {"slot": "next", "journey": "other"}))
    complain(world, 2, named=named)
    assert (state(world), state(world, "other")) == ("paused", "live")
    channel = Recorder()
    assert world.deliver(channel).blocked == {"plan_not_live": 1} and world.deliver(channel, "other").sent == 1
    entry = audit.read(world.store)[-1]
    assert (entry.actor, entry.action) == ("guardrails", "paused for complaints")
    assert entry.detail == {"journey": "winback", "rule": "E08", "sent": 200, "complained": 3, "rate": 0.015}
    assert "3 people complained about 200 e-mails (1.5%" in str(complaints.why_paused(world.store, "winback"))


def test_the_rate_counts_not_the_number(world: World) -> None:
    world.plan_sends(*((n, "email", {"slot": "more"}) for n in range(200, 1100)))
    world.deliver(Recorder())
    world.clock.advance_to(world.clock.now() + HOUR)
    complain(world, 0, 1, 2)  # of 1,100: 0.27 %
    assert state(world) == "live"
    complain(world, 3)  # 0.36 %
    assert state(world) == "paused"


def test_one_person_counts_once_and_only_mail_counts(world: World) -> None:
    for _ in range(3):
        complain(world, 0)
    complain(world, 1, 2, 3, 4, channel="push")
    assert state(world) == "live"
    assert complaints.counted(world.store, "winback", world.clock.now()).complained == 1
    assert customers.read(world.store, ["c00001"])[0].consent == frozenset()


def test_old_complaints_are_forgotten(world: World) -> None:
    complain(world, 0, 1)
    world.clock.advance_to(world.clock.now() + timedelta(days=31))
    world.plan_sends(*((n, "email", {"slot": "later"}) for n in range(100, 200)))
    world.deliver(Recorder())
    complain(world, 2, named=False)
    count = complaints.counted(world.store, "winback", world.clock.now())
    assert (count.sent, count.complained, state(world)) == (100, 1, "live")


def test_a_person_lets_it_go_on_and_the_count_begins_anew(world: World) -> None:
    complain(world, 0, 1, 2)
    complaints.resume(world.store, "winback", by="Ann")
    assert state(world) == "live" and complaints.why_paused(world.store, "winback") is None
    world.clock.advance_to(world.clock.now() + HOUR)
    complain(world, 3)
    assert state(world) == "live"
    world.plan_sends(*((n, "email", {"slot": "anew"}) for n in range(300, 400)))
    world.deliver(Recorder())
    world.clock.advance_to(world.clock.now() + HOUR)
    complain(world, 301, 302, named=False)
    assert state(world) == "paused"
    with pytest.raises(PlanError):
        complaints.resume(world.store, "nowhere", by="Ann")


def test_said_in_words(world: World) -> None:
    said = str(complaints.counted(world.store, "winback", world.clock.now()))
    assert said.startswith("Nobody reported an e-mail as spam, of 200 since ")
    complain(world, 0)
    assert "1 person reported an e-mail as spam, of 200 since" in str(complaints.counted(world.store, "winback", world.clock.now()))
