"""Consent, quiet hours, approved texts, and one failing send that holds up no other: each promise over thousands of cases.

Every case tells its own story, step by step, and keeps its own books of what may leave; what a channel was given must agree with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from sqlalchemy import update

from journeyman.domain import Channel, QuietHours, Variant, Written
from journeyman.errors import Refused, Uncertain
from journeyman.store import customers, decisions, library, outbox, tables
from tests.delivery.small_world import BRAND, CHANNELS, TOPICS, Recorder, World, a_customer, a_decision, a_variant
from tests.guardrails.cases import Shop, promise

PEOPLE = st.integers(0, 2)
ANY_CHANNEL = st.sampled_from(CHANNELS)
ANY_TOPIC = st.sampled_from(TOPICS)
EVERYTHING = frozenset((channel, topic) for channel in CHANNELS for topic in TOPICS)
PAIRS = st.just(EVERYTHING) | st.frozensets(st.sampled_from(sorted(EVERYTHING)))
SHARED = "both@example.com"


def step(name: str, *values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.tuples(st.just(name), *values)


EITHER = st.integers(0, 1)
FEW_CHANNELS = st.sampled_from(["email", "push"])
OF_CONSENT = st.one_of(
    step("plan", EITHER, FEW_CHANNELS, ANY_TOPIC),
    step("plan", EITHER, FEW_CHANNELS, ANY_TOPIC),
    step("deliver"),
    step("withdraw", EITHER, FEW_CHANNELS, ANY_TOPIC),
    step("grant", EITHER, FEW_CHANNELS, ANY_TOPIC),
    step("import", EITHER, PAIRS),
    step("suppress", EITHER, FEW_CHANNELS, st.sampled_from(["marketing", "all"])),
    step("lift", EITHER, FEW_CHANNELS),
)


class Consent:
    """Who agreed to what, in a few sets."""

    def __init__(self, given: Sequence[frozenset[tuple[str, str]]]) -> None:
        self.granted = {(n, *pair) for n, pairs in enumerate(given) for pair in pairs}
        self.withdrawn: set[tuple[int, str, str]] = set()
        self.closed: dict[tuple[str, str], str] = {}

    def allows(self, n: int, channel: str, topic: str, address: str) -> bool:
        open_ = self.closed.get((channel, address)) not in ("all", topic)
        return open_ and (n, channel, topic) in self.granted - self.withdrawn

    def note(self, what: str, n: int, channel: Any, more: str, address: str) -> None:
        if what == "withdraw":
            self.withdrawn.add((n, channel, more))
        elif what == "grant":
            self.withdrawn.discard((n, channel, more))
            self.granted.add((n, channel, more))
        elif what == "import":
            self.granted = {g for g in self.granted if g[0] != n} | {(n, *pair) for pair in channel}
        elif what == "suppress" and self.closed.get((channel, address)) != "all":
            self.closed[channel, address] = more
        elif what == "lift":
            self.closed.pop((channel, address), None)


@promise(st.tuples(PAIRS, PAIRS), st.lists(OF_CONSENT, min_size=4, max_size=20))
def test_no_send_without_consent_at_the_moment_of_sending(shop: Shop, given: Any, story: Any) -> None:
    """Two people with one mailbox and a phone each."""
    people = [a_customer(n, consent=pairs, email=SHARED) for n, pairs in enumerate(given)]
    with shop.case(people) as world:
        consent, channel, planned = Consent(given), Recorder(), {}
        for turn, (what, *values) in enumerate([*story, ("deliver",)]):
            if what == "plan":
                n, name, topic = values
                (send,) = world.plan_sends((n, name, {"journey": "a", "topic": topic, "slot": str(turn)}))
                planned[send.id] = (n, name, topic, send.address)
            elif what == "deliver":
                before = len(channel.got)
                world.deliver(channel, "a")
                assert set(channel.keys[before:]) == {id_ for id_, about in planned.items() if consent.allows(*about)}
                planned.clear()
            else:
                consent.note(what, values[0], values[1], values[2] if len(values) > 2 else "", _change(world, what, *values))


def _change(world: World, what: str, n: int, channel: Any, more: Any = None) -> str:
    """Does it in the store, and says which address it was about."""
    store, person = world.store, world.people[f"c{n:05d}"]
    if what == "import":
        customers.save(store, [person.model_copy(update={"consent": channel})])
        return ""
    address = world.make(n, channel, {"journey": "a"}).address
    if what == "withdraw":
        customers.withdraw(store, person.id, [channel], more)
    elif what == "grant":
        customers.grant(store, person.id, channel, more)
    elif what == "suppress":
        customers.suppress(store, channel, [address], reason="test", scope=more)
    else:
        customers.lift(store, channel, address)
    return address


KNOWN = ["America/New_York", "Europe/London", "Australia/Sydney", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu",
         "Pacific/Chatham", "America/St_Johns", "Pacific/Kiritimati", "Pacific/Honolulu"]  # fmt: skip
ZONES = st.sampled_from(KNOWN) | st.sampled_from([None, "", "Mars/Base", "EST5EDT4"])
CHANGES = [
    datetime(2026, *when, tzinfo=UTC)
    for when in [(3, 8, 7), (11, 1, 6), (3, 29, 1), (4, 4, 15), (10, 3, 15), (4, 5, 3), (9, 6, 4), (12, 31, 12)]
]
"""Clocks change in New York, London, Lord Howe and Sydney, and Santiago; the year ends."""
STARTS = st.builds(lambda m, minutes: m + timedelta(minutes=minutes), st.sampled_from(CHANGES), st.integers(-1500, 1500))
NIGHTS = st.none() | st.just(QuietHours()) | st.builds(QuietHours, start=st.times(), end=st.times())
PAUSES = st.lists(st.tuples(st.integers(0, 200), st.none() | ZONES.map(lambda zone: (zone,))), max_size=5)
"""Minutes to the next delivery, and where the customer has moved by then, if at all."""


@promise(ZONES, NIGHTS, STARTS, PAUSES, ANY_TOPIC)
def test_no_send_in_quiet_hours(shop: Shop, zone: str | None, night: QuietHours | None, start: datetime, pauses: Any, topic: str) -> None:
    """All four channels wait together; each leaves at the first delivery in hours allowed where the customer is by then."""
    with shop.case([a_customer(0, time_zone=zone)], start, quiet_hours=night) as world:
        channel = Recorder()
        waiting = {s.id: s.channel for s in world.plan_sends(*((0, c, {"journey": "a", "topic": topic}) for c in CHANNELS))}
        for minutes, moved in [(0, None), *pauses]:
            world.clock.advance_to(world.clock.now() + timedelta(minutes=minutes))
            if moved is not None:
                (zone,) = moved
                customers.save(world.store, [a_customer(0, time_zone=zone)])
            before = len(channel.got)
            world.deliver(channel, "a")
            awake = {id_ for id_, name in waiting.items() if _awake(name, zone, night, world.clock.now())}
            assert set(channel.keys[before:]) == awake
            planned = {send.id for send in outbox.read(world.store, "a", states=("planned",))}
            waiting = {id_: name for id_, name in waiting.items() if id_ in planned}
            assert not awake & planned


def _awake(channel: Channel, zone: str | None, night: QuietHours | None, now: datetime) -> bool:
    for name in [zone] if zone in KNOWN else BRAND.time_zones:
        local = now.astimezone(ZoneInfo(str(name))).time()
        if channel == "sms" and not time(8) <= local < time(21):
            return False
        if night and night.start < night.end and night.start <= local < night.end:
            return False
        if night and night.start > night.end and not night.end <= local < night.start:
            return False
    return True


OF_COPY = st.one_of(
    step("plan", PEOPLE, st.integers(0, 9)),
    step("plan", PEOPLE, st.integers(0, 9)),
    step("deliver"),
    step("edit", PEOPLE),
    step("edit behind the back", PEOPLE),
    step("settle", PEOPLE, st.sampled_from(["approved", "approved", "approved", "duplicates", "rejected"])),
    step("retire", PEOPLE),
)


@promise(st.lists(OF_COPY, max_size=14))
def test_no_unapproved_or_edited_after_approval_variant_leaves(shop: Shop, story: Any) -> None:
    """Three variants that begin as drafts. An approval binds the text that was filed, which may not be the text that is there."""
    with shop.case([a_customer(0)]) as world:
        text, filed = dict.fromkeys(range(3), 0), dict.fromkeys(range(3), 0)
        approved: dict[int, int] = {}
        library.add(world.store, "a", [Written(variant=_text(n, 0), brief="b", author="t") for n in text])
        channel, planned = Recorder(), dict[str, tuple[int, int]]()
        for turn, (what, *values) in enumerate([*story, ("deliver",)]):
            if what == "deliver":
                before = len(channel.got)
                world.deliver(channel, "a")
                may = {id_: f"Text {edition}." for id_, (n, edition) in planned.items() if approved.get(n) == edition == text[n]}
                assert {m.key: m.rendered.body for m in channel.got[before:]} == may
                planned.clear()
                continue
            n = values[0]
            if what == "plan":
                edition = max(0, text[n] - values[1] // 8)  # now and then of an earlier text
                world.variants["a", f"v{n}"] = _text(n, edition)
                (send,) = world.plan_sends((0, "in_app", {"journey": "a", "variant": f"v{n}", "slot": str(turn)}))
                planned[send.id] = (n, edition)
            elif what.startswith("edit"):
                text[n] += 1
                _edit(world, n, text[n], behind="behind" in what)
                if what == "edit":
                    filed[n] = text[n]
                    approved.pop(n, None)
            elif what == "retire":
                library.retire(world.store, "a", [f"v{n}"])
                approved.pop(n, None)
            else:
                library.settle(world.store, "a", **{values[1]: [f"v{n}"]})
                approved.pop(n, None)
                if values[1] == "approved":
                    approved[n] = filed[n]


def _text(n: int, edition: int) -> Variant:
    return a_variant("in_app", id_=f"v{n}", body=f"Text {edition}.")


def _edit(world: World, n: int, edition: int, *, behind: bool) -> None:
    new = _text(n, edition)
    if not behind:
        library.replace(world.store, "a", [Written(variant=new, brief="b", author="t")])
        return
    mine = (tables.variants.c.journey == "a") & (tables.variants.c.id == f"v{n}")
    with world.store.transaction() as connection:
        connection.execute(update(tables.variants).where(mine).values(body=new.model_dump_json(exclude_none=True)))


TROUBLES = ["none", "none", "refused", "uncertain", "bug", "no decision", "cannot be rendered", "address changed", "forged"]


@promise(st.lists(st.tuples(ANY_CHANNEL, st.sampled_from(TROUBLES)), min_size=2, max_size=14), st.booleans())
def test_one_failing_send_holds_up_no_other(shop: Shop, wanted: Any, keyed: bool) -> None:
    """Whatever is wrong with some, all others leave in the same delivery."""
    people = [a_customer(n, first_name=None if trouble == "cannot be rendered" else "Ann") for n, (_, trouble) in enumerate(wanted)]
    with shop.case(people) as world:
        broken = a_variant("push", id_="broken", body="Dear {{ first_name }},")
        library.add(world.store, "a", [Written(variant=broken, brief="b", author="t")])
        library.settle(world.store, "a", approved=["broken"])
        world.variants["a", "broken"] = broken
        channel, fine = Recorder(idempotent=keyed), []
        for n, (name, trouble) in enumerate(wanted):
            changes = {"journey": "a"} | ({"variant": "broken"} if trouble == "cannot be rendered" else {})
            send = world.make(n, "push" if "variant" in changes else name, changes)
            if trouble == "forged":
                send = send.model_copy(update={"variant_hash": "0" * 64})
            if trouble != "no decision":
                decisions.add(world.store, [a_decision(send, world.clock.now())])
            outbox.enqueue(world.store, [send])
            if error := {"refused": Refused("no"), "uncertain": Uncertain("perhaps"), "bug": KeyError("bug")}.get(trouble):
                channel.trouble[send.id] = error
            if trouble == "address changed":
                customers.save(world.store, [a_customer(n, email="new@example.com", phone="+12125559999", push_token="new")])
            if trouble == "none" or (trouble == "address changed" and name == "in_app"):
                fine.append(send.id)
        world.deliver(channel, "a")
        assert sorted(channel.keys) == sorted(fine)
        counts = outbox.counts(world.store, "a")
        assert counts.get("sent", 0) == len(fine) and not counts.get("planned")
