"""Receding horizon: the touchpoints that would follow if nothing new were learned.

Only the first of a day is ever acted on; the rest is a forecast for people, laid out again at the next run or event. Pure: no clock, no
store, no randomness. Not the gate: what is planned here is checked again when it is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from journeyman.decisioning.inputs import numbers
from journeyman.domain import WINDOW_HOURS, Channel, FrequencyCap, SendWindow
from journeyman.errors import PolicyError

Touch = tuple[datetime, Channel]
"""When a customer was (or would be) reached, aware, and on which channel."""


class Planned(NamedTuple):
    """One touchpoint laid out."""

    day: int
    """Days from the start of the horizon."""
    action: int
    at: datetime
    gain: float
    """What it is expected to earn over holding that day, net of cost and fatigue."""


def plan_ahead(
    scores: ArrayLike,
    places: Sequence[tuple[Channel, SendWindow] | None],
    start: date,
    *,
    zone: tzinfo = UTC,
    caps: Sequence[FrequencyCap] = (),
    cooldown_hours: float = 0.0,
    past: Sequence[Touch] = (),
    hold: int | None = None,
    fatigue: float = 0.0,
    limit: int = 5,
    items: Sequence[object] | None = None,
    fresh_days: int = 0,
) -> list[Planned]:
    """Up to `limit` touchpoints in order of time: the best gain first, each only where caps and cooldown allow it beside all others.

    scores (T, K): expected reward net of cost of every action on each of T days, NaN or -inf where not eligible. `places` (K,): channel and
    window of each action, None for hold, whose score (0 without `hold`) a touchpoint must beat. `zone` is the customer's,
    `past` the touches already made. `fatigue`: share of its gain a touchpoint loses for every other within a week.
    Actions of one of the `items` (K,) are chosen once within `fresh_days`. Raises PolicyError.
    """
    table = np.array(scores, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] != len(places):
        raise PolicyError(
            f"scores has shape {table.shape} for {len(places)} actions.", remedy="Pass one row per day, one column per action."
        )
    numbers([fatigue, cooldown_hours], "fatigue and cooldown_hours", (2,))
    gain = np.where(np.isfinite(table), table, 0.0)
    gain -= 0.0 if hold is None else gain[:, [hold]]
    gain[~np.isfinite(table) | (gain < 0)] = 0.0  # 0: never
    gain[:, [k for k, place in enumerate(places) if place is None or k == hold]] = 0.0
    chosen: list[Planned] = []
    touches = list(past)
    while len(chosen) < limit:
        tired = np.array([_near(start + timedelta(days=t), touches) for t in range(len(gain))])
        now = gain * np.clip(1 - fatigue * tired, 0.0, 1.0)[:, None]
        found = _best(now, places, start, zone, touches, caps, cooldown_hours)
        if found is None:
            break
        chosen.append(found)
        place = places[found.action]
        assert place is not None
        touches.append((found.at, place[0]))
        gain[found.day] = 0.0  # one touchpoint a day
        if items is not None:
            like = [k for k, item in enumerate(items) if item == items[found.action]]
            gain[max(found.day - fresh_days + 1, 0) : found.day + fresh_days, like] = 0.0
    return sorted(chosen, key=lambda p: p.at)


def _best(
    gain: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    places: Sequence[tuple[Channel, SendWindow] | None],
    start: date,
    zone: tzinfo,
    touches: Sequence[Touch],
    caps: Sequence[FrequencyCap],
    cooldown_hours: float,
) -> Planned | None:
    """The best allowed touchpoint; what stands in the way is judged once per (day, channel, window)."""
    verdicts: dict[tuple[int, Channel, SendWindow], bool] = {}
    for flat in np.argsort(-gain, axis=None, kind="stable"):
        day, action = divmod(int(flat), gain.shape[1])
        if not gain[day, action] > 0:
            return None
        place = places[action]
        assert place is not None
        at = datetime.combine(start + timedelta(days=day), time(WINDOW_HOURS[place[1]][0]), tzinfo=zone)
        cell = (day, *place)
        if cell not in verdicts:
            verdicts[cell] = _allowed(at, place[0], touches, caps, cooldown_hours)
        if verdicts[cell]:
            return Planned(day, action, at, float(gain[day, action]))
    return None


def _allowed(at: datetime, channel: Channel, touches: Sequence[Touch], caps: Sequence[FrequencyCap], cooldown_hours: float) -> bool:
    """Whether one more touch keeps the cooldown and every rolling window of every cap, before and after it."""
    if any(abs(at - other) < timedelta(hours=cooldown_hours) for other, _ in touches):
        return False
    for cap in caps:
        if cap.channel not in (None, channel):
            continue
        span = timedelta(days=cap.window_days)
        times = sorted([at, *(t for t, c in touches if cap.channel in (None, c) and abs(t - at) < span)])
        if any(sum(first <= t < first + span for t in times) > cap.limit for first in times):
            return False
    return True


def _near(day: date, touches: Sequence[Touch]) -> int:
    return sum(abs((t.date() - day).days) < 7 for t, _ in touches)
