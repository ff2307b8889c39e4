"""Quiet hours: may a message go out at this moment, wherever the customer may be? Pure functions.

They ask the wall clock of each zone, so days on which clocks change need no case of their own. A customer whose zone is missing or invalid
may be in any of the brand's zones, and only hours allowed in all of them count. SMS has a legal day of 08:00 to 21:00 in the recipient's
place (47 CFR 64.1200, rule S04) whatever the plan says, and quiet hours hold for every topic.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from journeyman.domain import Channel, QuietHours

SMS_NIGHT = QuietHours(start=time(21), end=time(8))
MINUTE = timedelta(minutes=1)
HORIZON = timedelta(days=2)
"""How far `next_allowed` looks."""


@lru_cache(maxsize=4096)
def zone_or_none(name: str | None) -> ZoneInfo | None:
    """The zone of that name; None when it is missing, misspelt or no zone at all."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):  # unknown, malformed, or the name of a folder of zones
        return None


def candidates(name: str | None, brand_zones: Sequence[str]) -> tuple[ZoneInfo, ...]:
    """The zones a customer may be in: their own; or all of the brand's; or UTC where the brand names none that exists."""
    own = zone_or_none(name)
    if own is not None:
        return (own,)
    return tuple(zone for zone in map(zone_or_none, brand_zones) if zone is not None) or (ZoneInfo("UTC"),)


def allowed_at(moment: datetime, zones: Sequence[ZoneInfo], quiet: QuietHours | None, channel: Channel) -> bool:
    """True when `moment` (aware) is outside the quiet hours in every zone. `quiet` None: only the law's night for SMS holds."""
    nights = [night for night in (quiet, SMS_NIGHT if channel == "sms" else None) if night is not None]
    return not any(_within(moment.astimezone(zone).time(), night) for zone in zones for night in nights)


def next_allowed(moment: datetime, zones: Sequence[ZoneInfo], quiet: QuietHours | None, channel: Channel) -> datetime | None:
    """The first whole minute at or after `moment` that is allowed, UTC (or `moment` itself); None when there is none in two days."""
    if allowed_at(moment, zones, quiet, channel):
        return moment.astimezone(UTC)
    minute = moment.astimezone(UTC).replace(second=0, microsecond=0)
    while minute < moment + HORIZON:
        minute += MINUTE
        if allowed_at(minute, zones, quiet, channel):
            return minute
    return None


def _within(local: time, night: QuietHours) -> bool:
    """Equal ends make no night at all."""
    if night.start <= night.end:
        return night.start <= local < night.end
    return local >= night.start or local < night.end
