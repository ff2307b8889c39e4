"""Wall clocks: what hour it is where somebody is, as plain offset tables that any database can join.

The zone database is Python's (`zoneinfo`, with the `tzdata` package behind it), the same the rest of Journeyman uses.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import pyarrow as pa

WEEK = 7 * 86_400
Span = tuple[int, int, int]
"""From (epoch seconds, inclusive), to (exclusive), seconds east of UTC."""


@lru_cache(maxsize=2048)
def valid(name: str | None) -> bool:
    """Whether `name` is an IANA zone."""
    try:
        return bool(name) and bool(ZoneInfo(str(name)))
    except (ValueError, OSError, KeyError):  # malformed, a folder, unknown
        return False


@lru_cache(maxsize=4096)
def spans(name: str, start: int, end: int, *, wall: bool = False) -> tuple[Span, ...]:
    """The offsets of zone `name` over [start, end] in epoch seconds, each change to the second (looked for once a week).

    `wall`: start and end are readings of the local clock instead of UTC (an hour that occurs twice counts as its first).
    """
    zone, found, since = ZoneInfo(name), [], start
    offset = _offset(zone, start, wall)
    for moment in range(start, end + WEEK, WEEK):
        after = _offset(zone, moment + WEEK, wall)
        if after == offset:
            continue
        low, high = moment, moment + WEEK
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if _offset(zone, middle, wall) == offset else (low, middle)
        found.append((since, high, offset))
        since, offset = high, after
    return (*found, (since, max(end, since) + 2 * WEEK, offset))


def offset_table(names: Iterable[str], start: int, end: int) -> pa.Table:
    """`zone, starts, ends, offset`: one row per zone and stretch of UTC time with one offset."""
    rows = [(name, *span) for name in sorted(set(names)) for span in spans(name, start, end)]
    schema = pa.schema({"zone": pa.string(), "starts": pa.int64(), "ends": pa.int64(), "offset": pa.int64()})
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema)


def _offset(zone: ZoneInfo, second: int, wall: bool) -> int:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=second)
    local = moment.replace(tzinfo=zone) if wall else moment.astimezone(zone)
    return int((local.utcoffset() or timedelta()).total_seconds())
