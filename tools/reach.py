"""Who may be sent what today: eligibility of customers × actions, from consent, addresses, caps, cooldown and zones.

Pure numpy over facts gathered beforehand. It never allows what the send gate would refuse at decision time; the gate checks again at the
moment of sending. Hold is always eligible.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from guardrails.quiet import allowed_at
from journeyman.domain import CHANNELS, WINDOW_HOURS, Brand, Channel, Customer, Incentive, Plan, SendWindow

Bools = NDArray[np.bool_]
FRESH = timedelta(days=14)
"""How long a customer does not get the same variant again."""

Zones = tuple[ZoneInfo, ...]
"""The zones a customer may be in: one when known. The first tells when a window starts; all must allow the moment."""


def next_start(window: SendWindow, zone: ZoneInfo, now: datetime) -> datetime:
    """The next time the window opens where the customer is, at or after `now`; UTC."""
    local = now.astimezone(zone)
    start = local.replace(hour=WINDOW_HOURS[window][0], minute=0, second=0, microsecond=0, fold=0)
    if start.astimezone(UTC) < now:
        start = (local + timedelta(days=1)).replace(hour=WINDOW_HOURS[window][0], minute=0, second=0, microsecond=0, fold=0)
    return start.astimezone(UTC)


def number(*parts: str) -> int:
    """A stable unsigned 64-bit number of some words: keys of draws, seeds of slots."""
    return int.from_bytes(hashlib.sha256("\x1f".join(parts).encode()).digest()[:8], "big")


def reserve(incentive: Incentive | None, brand: Brand) -> float:
    """What one redemption is reckoned to cost, in the budget's currency: a percentage of the brand's average order (50 where none is
    given), an amount as it stands, a point as one hundredth, free shipping as 6."""
    if incentive is None:
        return 0.0
    order = brand.average_order_value or 50.0
    cost = {"percent_off": incentive.value / 100 * order, "amount_off": incentive.value, "points": incentive.value / 100}
    return round(cost.get(incentive.kind, 6.0 if incentive.kind == "free_shipping" else incentive.value), 2)


def reach(customers: Sequence[Customer], suppressed: set[tuple[str, str]], channels: Sequence[Channel]) -> Bools:
    """(n, channels): consent to marketing, an address, and no suppression (customer id, channel)."""
    return np.array(
        [[(c, "marketing") in p.consent and bool(p.address(c)) and (p.id, c) not in suppressed for c in channels] for p in customers],
        dtype=bool,
    ).reshape(len(customers), len(channels))


def under_caps(plan: Plan, channels: Sequence[Channel], ages_hours: Sequence[tuple[int, Channel, float]], n: int) -> Bools:
    """(n, channels): one more send would break no cap and no cooldown. `ages_hours`: (row, channel, hours since) of recent sends."""
    ok = np.ones((n, len(channels)), dtype=bool)
    rows = np.array([r for r, _, _ in ages_hours], dtype=np.int64)
    which = np.array([CHANNELS.index(c) for _, c, _ in ages_hours], dtype=np.int64)
    ages = np.array([a for _, _, a in ages_hours], dtype=np.float64)
    for cap in plan.guardrails.frequency_caps:
        recent = ages < cap.window_days * 24
        if cap.channel is not None:
            recent &= which == CHANNELS.index(cap.channel)
        full = np.bincount(rows[recent], minlength=n) >= cap.limit
        for j, channel in enumerate(channels):
            if cap.channel in (None, channel):
                ok[:, j] &= ~full
    if plan.guardrails.cooldown_hours:
        ok &= ~(np.bincount(rows[ages < plan.guardrails.cooldown_hours], minlength=n) > 0)[:, None]
    return ok


def spacing_hours(plan: Plan) -> float:
    """How far apart messages of this journey are in treatment, so that a cap is used evenly; 0 where no cap allows more than one."""
    spans = [cap.window_days // cap.limit for cap in plan.guardrails.frequency_caps if cap.channel is None and cap.limit > 1]
    return max(24.0 * max(spans, default=0) - 12, 0.0)


def rested(plan: Plan, ages_hours: Sequence[tuple[int, Channel, float]], n: int) -> Bools:
    """(n,): long enough since the last message for the cap to be used evenly: two a week are three days apart, not one behind the other.

    This is sequencing, for the treatment alone: a second message on the next day meets a tired customer, and comes before anything was
    learned from the first.
    """
    recent = [row for row, _, age in ages_hours if age < spacing_hours(plan)]
    return np.asarray(np.bincount(np.array(recent, dtype=np.int64), minlength=n) == 0)


def started(names: Sequence[str], salt: str, share: float, ages_hours: Sequence[tuple[int, Channel, float]]) -> Bools:
    """(n,): the first `share` of the customers, in an order fixed for the journey by hash, and whoever was written to of late."""
    turn = (
        np.array([number("rollout", salt, name) for name in names], dtype=np.float64) / 2.0**64 < share
        if share < 1
        else np.ones(len(names), bool)
    )
    turn[[row for row, _, _ in ages_hours]] = True
    return turn


def open_windows(plan: Plan, channels: Sequence[Channel], windows: Sequence[SendWindow], zones: Zones, now: datetime) -> Bools:
    """(channels, windows): the window's next start is outside quiet hours in every candidate zone."""
    return np.array([[allowed_at(next_start(w, zones[0], now), zones, plan.guardrails.quiet_hours, c) for w in windows] for c in channels])
