"""When customers act, on their own clocks: shares of five parts of the day and of seven weekdays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from journeyman.domain import WINDOW_HOURS
from journeyman.features.frame import Frame, ratio
from journeyman.features.table import Column

PARTS = ("night", *WINDOW_HOURS)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


def columns(of: str) -> list[Column]:
    """`of` is orders or events: what the habits are seen in."""
    hours = {part: f"between {lo} and {hi} o'clock" for part, (lo, hi) in WINDOW_HOURS.items()} | {"night": "outside 8 to 21 o'clock"}
    words = [(f"hour_share_{part}", f"Share of {of} {hours[part]}, local time") for part in PARTS]
    words += [(f"weekday_share_{day}", f"Share of {of} on {name}") for day, name in zip(WEEKDAYS, _DAYS, strict=True)]
    words += [("weekend_share", f"Share of {of} on Saturdays and Sundays")]
    return [Column(name, meaning, "share", "habits") for name, meaning in words]


def sums(table: Any, weight: Any) -> dict[str, Any]:
    """Sums of `weight` by part of the day and weekday, for a table with `hour` and `weekday`."""
    found = {f"hour_{part}": ((table.hour >= lo) & (table.hour < hi)).ifelse(weight, 0).sum() for part, (lo, hi) in WINDOW_HOURS.items()}
    return found | {f"weekday_{day}": (table.weekday == d).ifelse(weight, 0).sum() for d, day in enumerate(WEEKDAYS)}


def shares(frame: Frame, total: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """The columns' values from the sums of `frame`; NaN for whoever has done nothing."""
    awake = {part: frame[f"hour_{part}"] for part in WINDOW_HOURS}
    found = {"hour_share_night": ratio(total - sum(awake.values(), np.zeros(1)), total)}
    found |= {f"hour_share_{part}": ratio(count, total) for part, count in awake.items()}
    found |= {f"weekday_share_{day}": ratio(frame[f"weekday_{day}"], total) for day in WEEKDAYS}
    return found | {"weekend_share": ratio(frame["weekday_sat"] + frame["weekday_sun"], total)}
