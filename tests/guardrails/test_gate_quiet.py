"""Quiet hours hold in every zone the customer may be in, on days when clocks change too."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from guardrails.quiet import allowed_at, candidates, next_allowed, zone_or_none
from journeyman.domain import QuietHours

NIGHT = QuietHours()
BRAND_ZONES = ["America/New_York", "America/Los_Angeles"]
ZONES = ["UTC", "America/New_York", "America/Los_Angeles", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns",
         "Africa/Casablanca", "Pacific/Apia", "Pacific/Chatham", "Europe/Dublin", "Antarctica/Troll"]  # fmt: skip
BAD = [None, "", "Nowhere/Land", "america/new york", "../../etc/passwd", "America", "EST5EDT4", "\x00", " ", "/usr/share", "New York", "🎉"]
moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda m: m.replace(tzinfo=UTC))  # noqa: DTZ001
clock_changes = st.sampled_from(
    [datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC)]
)
near_changes = st.builds(lambda m, s: m + timedelta(seconds=s), clock_changes, st.integers(-90_000, 90_000))
nights = st.builds(QuietHours, start=st.times(), end=st.times())
channels = st.sampled_from(["email", "sms", "push", "in_app"])


def _quiet(local: time, start: time, end: time) -> bool:
    """Said differently from the code under test: walk the clock face from `start` to `end`."""
    face = 24 * 3600 * 10**6
    at, begins, ends = (((t.hour * 60 + t.minute) * 60 + t.second) * 10**6 + t.microsecond for t in (local, start, end))
    return (at - begins) % face < (ends - begins) % face


@given(moments | near_changes, st.sampled_from(ZONES), nights, channels)
def test_a_known_zone(moment: datetime, zone: str, night: QuietHours, channel: str) -> None:
    local = moment.astimezone(ZoneInfo(zone)).time()
    expected = not _quiet(local, night.start, night.end) and (channel != "sms" or time(8) <= local < time(21))
    assert allowed_at(moment, candidates(zone, BRAND_ZONES), night, channel) is expected  # type: ignore[arg-type]


@given(moments | near_changes, st.sampled_from(BAD), channels)
def test_an_unknown_zone_means_all_of_the_brands(moment: datetime, bad: str | None, channel: str) -> None:
    everywhere = all(allowed_at(moment, (ZoneInfo(z),), NIGHT, channel) for z in BRAND_ZONES)  # type: ignore[arg-type]
    assert allowed_at(moment, candidates(bad, BRAND_ZONES), NIGHT, channel) is everywhere  # type: ignore[arg-type]


@pytest.mark.parametrize("bad", BAD)
def test_no_zone_at_all_means_utc(bad: str | None) -> None:
    assert zone_or_none(bad) is None
    assert candidates(bad, []) == (ZoneInfo("UTC"),) == candidates(bad, ["Nowhere/Land"])
    assert candidates(bad, ["Nowhere/Land", "Asia/Tokyo"]) == (ZoneInfo("Asia/Tokyo"),)


@given(moments | near_changes, st.lists(st.sampled_from(ZONES), min_size=1, max_size=3), nights, channels)
@example(datetime(2026, 3, 8, 6, 30, tzinfo=UTC), ["America/New_York"], QuietHours(start=time(1), end=time(2, 30)), "email")
def test_next_allowed_is_the_first_minute(moment: datetime, names: list[str], night: QuietHours, channel: str) -> None:
    zones = tuple(map(ZoneInfo, names))
    found = next_allowed(moment, zones, night, channel)  # type: ignore[arg-type]
    if found is None:
        probes = (moment + timedelta(minutes=m) for m in range(0, 2 * 1440, 37))
        assert not any(allowed_at(p.replace(second=0, microsecond=0), zones, night, channel) for p in probes if p > moment)  # type: ignore[arg-type]
        return
    assert found >= moment and allowed_at(found, zones, night, channel)  # type: ignore[arg-type]
    minute = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
    while minute < found:
        assert not allowed_at(minute, zones, night, channel)  # type: ignore[arg-type]
        minute += timedelta(minutes=7)


@pytest.mark.parametrize(("hour", "allowed"), [(8, True), (7, False), (20, True), (21, False), (0, False)])
def test_the_edges(hour: int, allowed: bool) -> None:
    moment = datetime(2026, 3, 4, hour, tzinfo=ZoneInfo("America/New_York"))
    assert allowed_at(moment, candidates("America/New_York", []), NIGHT, "email") is allowed
    assert allowed_at(moment, candidates("America/New_York", []), None, "sms") is allowed
    assert allowed_at(moment, candidates("America/New_York", []), None, "email")


def test_equal_ends_are_no_night() -> None:
    assert allowed_at(datetime(2026, 3, 4, 3, tzinfo=UTC), (ZoneInfo("UTC"),), QuietHours(start=time(9), end=time(9)), "email")
