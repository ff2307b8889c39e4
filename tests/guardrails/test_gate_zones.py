"""Quiet hours through the gate, all over the world: clocks that change, odd and unknown zones, people who move, the turn of the year."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from guardrails.gate import SendGate
from journeyman.delivery.gatekeeper import Answer, Blocked, Claimed, Waiting
from journeyman.domain import Channel, FrequencyCap, QuietHours
from journeyman.store import customers
from tests.delivery.small_world import BRAND, Recorder, World, a_customer
from tests.guardrails.cases import Shop

SECOND = timedelta(seconds=1)
NIGHT = QuietHours()
UNKNOWN = [None, "", "Nowhere/Land", "america/new york", "America", "EST5EDT4", "../../etc/passwd", "\x00", "🎉"]


def utc(month: int, day: int, hour: int, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def hours(start: str, end: str) -> QuietHours:
    return QuietHours(start=time.fromisoformat(start), end=time.fromisoformat(end))


def ask(world: World, channel: Channel = "email", **changes: Any) -> Answer:
    (answer,) = world.gate.claim(world.plan_sends((0, channel, {"journey": "a", **changes})))
    return answer


def leaves(
    shop: Shop, zone: str | None, now: datetime, night: QuietHours | None = NIGHT, channel: Channel = "email", **changes: Any
) -> bool:
    with shop.case([a_customer(0, time_zone=zone)], now, quiet_hours=night) as world:
        answer = ask(world, channel, **changes)
    return isinstance(answer, Claimed)


GAPS_AND_OVERLAPS = [
    # zone, quiet hours, then moments in UTC and whether a message leaves
    ("America/New_York", "22:00", "02:30", {(3, 8, 6, 59): False, (3, 8, 7, 0): True}),  # 02:00 becomes 03:00
    ("America/New_York", "22:00", "01:30", {(11, 1, 5, 29): False, (11, 1, 5, 30): True, (11, 1, 6, 0): False, (11, 1, 6, 30): True}),
    ("Europe/London", "22:00", "01:30", {(3, 29, 0, 59): False, (3, 29, 1, 0): True}),  # 01:00 becomes 02:00
    ("Europe/London", "22:00", "01:30", {(10, 25, 0, 29): False, (10, 25, 0, 30): True, (10, 25, 1, 0): False, (10, 25, 1, 30): True}),
    ("Australia/Sydney", "02:00", "03:00", {(10, 3, 15, 59): True, (10, 3, 16, 0): True}),  # that hour does not exist
    ("Australia/Sydney", "22:00", "02:30", {(4, 4, 15, 29): False, (4, 4, 15, 30): True, (4, 4, 16, 0): False, (4, 4, 16, 30): True}),
    ("America/Santiago", "00:00", "00:30", {(9, 6, 3, 59): True, (9, 6, 4, 0): True}),  # midnight becomes 01:00
    ("America/Santiago", "23:15", "23:45", {(4, 5, 2, 14): True, (4, 5, 2, 15): False, (4, 5, 2, 45): True, (4, 5, 3, 15): False}),
    ("Australia/Lord_Howe", "01:00", "02:15", {(10, 3, 15, 29): False, (10, 3, 15, 30): True}),  # 02:00 becomes 02:30
    ("Australia/Lord_Howe", "22:00", "01:45", {(4, 4, 14, 44): False, (4, 4, 14, 45): True, (4, 4, 15, 0): False, (4, 4, 15, 15): True}),
]


@pytest.mark.parametrize(("zone", "start", "end", "moments"), GAPS_AND_OVERLAPS)
def test_the_days_on_which_clocks_change(
    shop: Shop, zone: str, start: str, end: str, moments: dict[tuple[int, int, int, int], bool]
) -> None:
    found = {moment: leaves(shop, zone, utc(*moment), hours(start, end)) for moment in moments}
    assert found == moments


@pytest.mark.parametrize(
    ("zone", "eight"),
    [
        ("Asia/Kolkata", utc(1, 15, 2, 30)),
        ("Asia/Kathmandu", utc(1, 15, 2, 15)),
        ("Pacific/Chatham", utc(1, 15, 18, 15)),
        ("Pacific/Chatham", utc(7, 15, 19, 15)),
        ("America/St_Johns", utc(1, 15, 11, 30)),
        ("America/St_Johns", utc(7, 15, 10, 30)),
        ("Australia/Lord_Howe", utc(1, 15, 21, 0)),
        ("Australia/Lord_Howe", utc(7, 15, 21, 30)),
    ],
)
@pytest.mark.parametrize("channel", ["email", "sms"])
def test_eight_to_nine_where_zones_are_not_whole_hours(shop: Shop, zone: str, eight: datetime, channel: Channel) -> None:
    nine_at_night = eight + timedelta(hours=13)
    assert not leaves(shop, zone, eight - SECOND, channel=channel)
    assert leaves(shop, zone, eight, channel=channel)
    assert leaves(shop, zone, nine_at_night - SECOND, channel=channel)
    assert not leaves(shop, zone, nine_at_night, channel=channel)


@pytest.mark.parametrize("zone", UNKNOWN)
@pytest.mark.parametrize("channel", ["email", "sms"])
def test_an_unknown_zone_is_all_of_the_brands(shop: Shop, zone: str | None, channel: Channel) -> None:
    """New York and Los Angeles in winter: 08:00 in the west is 16:00 UTC, 21:00 in the east is 02:00 UTC."""
    found = [leaves(shop, zone, moment, channel=channel) for moment in (utc(1, 15, 13), utc(1, 15, 15, 59), utc(1, 15, 16))]
    assert found == [False, False, True]
    found = [leaves(shop, zone, moment, channel=channel) for moment in (utc(1, 16, 1, 59), utc(1, 16, 2), utc(1, 16, 4))]
    assert found == [True, False, False]


@pytest.mark.parametrize(("zones", "eight"), [([], 8), (["Nowhere/Land"], 8), (["Nowhere/Land", "Asia/Tokyo"], 23)])
def test_a_brand_without_a_valid_zone_is_in_utc(shop: Shop, zones: list[str], eight: int) -> None:
    brand = BRAND.model_copy(update={"time_zones": zones})
    for now, may in ((utc(1, 15, eight) - SECOND, False), (utc(1, 15, eight), True)):
        with shop.case([a_customer(0, time_zone=None)], now, quiet_hours=NIGHT) as world:
            world.gate = SendGate(world.store, world.clock, brand)
            answer = ask(world)
            assert isinstance(answer, Claimed if may else Waiting)
            assert isinstance(answer, Waiting) or answer.time_zone is None


def test_who_moves_while_a_send_waits_is_asked_where_they_are_then(shop: Shop) -> None:
    """07:30 in New York: it waits for eight. By then the customer is in Los Angeles, and it waits for eight there; then in London."""
    with shop.case([a_customer(0)], utc(1, 15, 12, 30), quiet_hours=NIGHT) as world:
        (send,) = world.plan_sends((0, "email", {"journey": "a"}))
        assert world.gate.claim([send]) == [Waiting(send, utc(1, 15, 13))]
        world.clock.advance_to(utc(1, 15, 13))
        customers.save(world.store, [a_customer(0, time_zone="America/Denver")])
        assert world.gate.claim([send]) == [Waiting(send, utc(1, 15, 15))]
        customers.save(world.store, [a_customer(0, time_zone="Europe/London")])
        (answer,) = world.gate.claim([send])
        assert isinstance(answer, Claimed) and answer.time_zone == "Europe/London"


def test_who_moves_into_the_night_gets_nothing_once_the_window_is_over(shop: Shop) -> None:
    with shop.case([a_customer(0)], utc(1, 15, 12, 30), quiet_hours=NIGHT) as world:
        (send,) = world.plan_sends((0, "email", {"journey": "a"}))
        assert isinstance(world.gate.claim([send])[0], Waiting)
        customers.save(world.store, [a_customer(0, time_zone="Asia/Tokyo")])  # 21:30
        (answer,) = world.gate.claim([send])
        assert isinstance(answer, Blocked) and answer.reason == "quiet_hours"


def test_who_moves_after_a_crash_is_not_woken_by_the_repeat(shop: Shop) -> None:
    with shop.case([a_customer(0)], utc(1, 15, 17), quiet_hours=NIGHT) as world:
        (send,) = world.plan_sends((0, "email", {"journey": "a"}))
        world.gate.claim([send])
        customers.save(world.store, [a_customer(0, time_zone="Asia/Tokyo")])
        channel = Recorder()
        world.deliver(channel, "a")
        assert channel.got == [] and world.state(send) == ("unknown", "interrupted, then quiet_hours")


@pytest.mark.parametrize(
    ("zone", "now", "may"),
    [
        ("Pacific/Kiritimati", utc(12, 31, 18), True),  # 08:00 on 1 January, the first of all
        ("Pacific/Kiritimati", utc(12, 31, 17, 59), False),
        ("Pacific/Apia", utc(12, 31, 18), False),  # 07:00 on 1 January
        ("Pacific/Apia", utc(12, 31, 19), True),
        ("Pacific/Honolulu", utc(12, 31, 18), True),  # 08:00 on 31 December
        ("Pacific/Honolulu", utc(1, 1, 6, 59, 2027), True),  # still 31 December, 20:59
        ("Pacific/Honolulu", utc(1, 1, 7, 0, 2027), False),
        ("America/New_York", utc(1, 1, 5, 0, 2027), False),  # the stroke of midnight
        ("Europe/London", utc(12, 31, 23, 59), False),
        ("Europe/London", utc(1, 1, 8, 0, 2027), True),
    ],
)
def test_the_turn_of_the_year(shop: Shop, zone: str, now: datetime, may: bool) -> None:
    assert leaves(shop, zone, now) is leaves(shop, zone, now, channel="sms") is may


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Honolulu", "UTC"])
def test_a_new_year_is_no_new_day_for_caps(shop: Shop, zone: str) -> None:
    cap = FrequencyCap(limit=1, window_days=1)
    with shop.case([a_customer(0, time_zone=zone)], utc(12, 31, 20), quiet_hours=None, frequency_caps=[cap]) as world:
        assert isinstance(ask(world, slot="2026-12-31"), Claimed)
        for now, may in ((utc(1, 1, 0, 0, 2027), False), (utc(1, 1, 19, 59, 2027), False), (utc(1, 1, 20, 0, 2027), True)):
            world.clock.advance_to(now)
            assert isinstance(ask(world, slot=now.isoformat()), Claimed) is may


@pytest.mark.parametrize(
    ("start", "end", "awake", "asleep"),
    [
        ("21:00", "08:00", [(8, 0), (12, 0), (20, 59)], [(21, 0), (23, 59), (0, 0), (7, 59)]),
        ("12:00", "14:30", [(11, 59), (14, 30), (0, 0), (23, 59)], [(12, 0), (14, 29)]),
        ("00:00", "06:00", [(6, 0), (23, 59)], [(0, 0), (5, 59)]),
        ("18:00", "00:00", [(0, 0), (17, 59)], [(18, 0), (23, 59)]),
        ("09:00", "09:00", [(0, 0), (8, 59), (9, 0), (9, 1), (23, 59)], []),
    ],
)
def test_over_midnight_and_within_the_day(shop: Shop, start: str, end: str, awake: list[Any], asleep: list[Any]) -> None:
    for zone, offset in (("UTC", 0), ("Asia/Tokyo", 9), ("Pacific/Honolulu", -10)):
        for local in [*awake, *asleep]:
            now = utc(6, 15, *local) - timedelta(hours=offset)
            assert leaves(shop, zone, now, hours(start, end)) is (local in awake), (zone, local)


@pytest.mark.parametrize("night", [None, hours("03:00", "04:00"), hours("09:00", "09:00"), NIGHT])
@pytest.mark.parametrize("topic", ["marketing", "transactional"])
def test_sms_leaves_from_eight_to_nine_only_whatever_the_plan_says(shop: Shop, night: QuietHours | None, topic: str) -> None:
    for zone, offset in (("Asia/Kolkata", 5.5), ("America/New_York", -4), ("Pacific/Chatham", 12.75)):
        eight = utc(6, 15, 8) - timedelta(hours=offset)
        for now, may in ((-1, False), (0, True), (13 * 3600 - 1, True), (13 * 3600, False), (19 * 3600, False)):
            assert leaves(shop, zone, eight + now * SECOND, night, "sms", topic=topic) is may


def test_a_plan_may_ask_for_a_longer_night_than_the_law(shop: Shop) -> None:
    night = hours("18:00", "10:00")
    found = [leaves(shop, "UTC", utc(6, 15, *local), night, "sms") for local in [(9, 59), (10, 0), (17, 59), (18, 0)]]
    assert found == [False, True, True, False]


def test_sms_to_an_unknown_zone_keeps_the_law_in_each_of_the_brands(shop: Shop) -> None:
    """In summer 08:00 in Los Angeles is 15:00 UTC, and 21:00 in New York is 01:00 UTC."""
    moments = [utc(6, 15, 14, 59), utc(6, 15, 15), utc(6, 16, 0, 59), utc(6, 16, 1)]
    assert [leaves(shop, "Mars/Base", moment, None, "sms") for moment in moments] == [False, True, True, False]
    assert all(leaves(shop, "Mars/Base", moment, None) for moment in moments)
