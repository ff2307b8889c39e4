"""What would follow if nothing new were learned: a customer's next touchpoints, and a journey's next days. For people; nothing is enqueued.

Receding horizon: what is laid out here is decided anew at every run. Expected rewards are the policy's own, from the last snapshot.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from guardrails.quiet import allowed_at
from journeyman.decisioning.sequence import Planned, plan_ahead
from journeyman.errors import RunError
from journeyman.features import select
from journeyman.measurement.arms import assign
from journeyman.store import outbox
from tools.reach import FRESH, next_start, number, reach, spacing_hours

if TYPE_CHECKING:
    from tools.shift import Shift

ASKED = 200
"""Customers a forecast looks at; the others are taken to be like them."""
LIMIT = 5


def sequence(shift: Shift, customer: str, days: int = 14) -> dict[str, Any]:
    """A customer's next touchpoints, up to five within `days`: `touchpoints` (at, channel, window, variant, gain over silence in reward
    units) and `words`. Raises RunError for an unknown customer, or before the first run."""
    if customer not in shift.desk.row_of:
        raise RunError(f"There is no customer {customer}.", remedy="Customers are named as in the customers' table.")
    ahead = _Ahead(shift, days)
    if customer not in ahead.features.row_of:
        raise RunError(f"{customer} joined after the last run.", remedy=f"Run the journey: `journeyman run {shift.journey}`.")
    laid = ahead.lay_out([shift.desk.row_of[customer]])[0]
    places = [ahead.place(p) for p in laid]
    zone = shift.desk.zones[shift.desk.row_of[customer]][0]
    words = [
        f"{p.at.astimezone(zone):%a %d %b %H:%M}  {place}, expected to earn {p.gain:.4f} more than silence"
        for p, place in zip(laid, places, strict=True)
    ]
    touchpoints = [
        {"at": p.at.isoformat(), "variant": v, "window": w, "channel": shift.desk.variants[str(v)][0].channel, "gain": p.gain}
        for p, (v, w) in ((p, shift.desk.actions[p.action]) for p in laid)
    ]
    return {
        "customer": customer,
        "snapshot": ahead.snapshot,
        "days": days,
        "touchpoints": touchpoints,
        "words": words or ["Nothing: silence is expected to do better."],
    }


def forecast(shift: Shift, days: int = 7) -> dict[str, Any]:
    """The journey's next `days`, for those the policy decides on: `sends`, their `gain` over silence, what `silence` would earn (both in
    reward units), `offers` set aside: sums, with the standard error of having looked at some customers only. Raises RunError before the
    first run."""
    ahead, desk = _Ahead(shift, days), shift.desk
    inside = np.flatnonzero(select(ahead.features, shift.plan.audience.where))
    names = [c for r in inside if (c := ahead.features.customers[r]) in desk.row_of]
    rows = np.array([desk.row_of[c] for c in names], dtype=np.intp)
    treated = rows[assign(names, desk.salt, shift.plan.measurement) == "treatment"]
    asked = sorted(treated, key=lambda r: number("forecast", desk.customers[r].id))[:ASKED]
    scale = len(treated) / max(len(asked), 1)
    channels: Counter[str] = Counter()
    table = np.zeros((len(asked), 4))  # sends, reward over silence, silence, offers
    for n, (row, laid) in enumerate(zip(asked, ahead.lay_out(asked), strict=True)):
        channels.update(desk.variants[str(desk.actions[p.action][0])][0].channel for p in laid)
        cost = sum(float(desk.policy.costs[p.action]) for p in laid)
        table[n] = (
            len(laid),
            sum(p.gain for p in laid) + cost,
            len(laid) * ahead.silence[row],
            sum(float(desk.liability[p.action]) for p in laid),
        )
    total, error = table.sum(axis=0) * scale, table.std(axis=0) * np.sqrt(max(len(asked), 1)) * scale
    sums = {
        name: {"value": round(float(v), 4), "stderr": round(float(e), 4)}
        for name, v, e in zip(("sends", "gain", "silence", "offers"), total, error, strict=True)
    }
    return {
        "days": days, "snapshot": ahead.snapshot, "customers": len(treated), "asked": len(asked), **sums,
        "by_channel": {c: round(k * scale) for c, k in sorted(channels.items())},
    }  # fmt: skip


class _Ahead:
    """The state the next days start from: the last snapshot, the policy, who may be reached and what they were sent."""

    def __init__(self, shift: Shift, days: int) -> None:
        if not 1 <= days <= 60:
            raise RunError(f"{days} days cannot be looked ahead.", remedy="Ask for 1 to 60.")
        made = shift.made()
        if not made:
            raise RunError(f"{shift.journey} has decided nothing yet.", remedy=f"Run it first: `journeyman run {shift.journey}`.")
        self.shift, self.days, self.snapshot = shift, days, made[-1].snapshot
        self.now = shift.store.clock.now()
        self.features = shift.features(self.snapshot)
        self.contexts = shift.desk.contexts(self.features)
        self.orders = shift.orders(self.snapshot)
        self.silence: dict[int, float] = {}
        rails = shift.plan.guardrails
        longest = max([cap.window_days for cap in rails.frequency_caps] + [1])
        self.past: dict[str, list[tuple[datetime, Any]]] = {}
        for _, person, channel, at in outbox.history(shift.store, self.now - timedelta(days=longest)):
            self.past.setdefault(person, []).append((at, channel))
        self.had: dict[str, set[str]] = {}
        for send in shift.sent():
            if send.sent_at and send.sent_at >= self.now - FRESH:
                self.had.setdefault(send.customer, set()).add(send.variant)
        for send in outbox.read(shift.store, states=("planned",)):
            self.past.setdefault(send.customer, []).append((send.scheduled_at, send.channel))
            self.had.setdefault(send.customer, set()).add(send.variant)

    def lay_out(self, rows: Any) -> list[list[Planned]]:
        """The touchpoints of customers `rows` of the desk."""
        desk, plan = self.shift.desk, self.shift.plan
        people = [desk.customers[r] for r in rows]
        may = reach(people, set(self.shift.closed()), desk.channels)  # (n, channels)
        reward = desk.policy.rewards(self.contexts[[self.features.row_of[p.id] for p in people]])  # (n, K)
        net = reward - desk.priced(desk.policy, self.orders.price).costs
        out = []
        for n, (row, person) in enumerate(zip(rows, people, strict=True)):
            self.silence[row] = float(reward[n, 0])
            zones = desk.zones[row]
            quiet = [
                may[n, j]
                and channel not in self.orders.rest
                and allowed_at(next_start(w, zones[0], self.now), zones, plan.guardrails.quiet_hours, channel)
                for j, channel in enumerate(desk.channels)
                for w in desk.windows
            ]
            allowed = np.array(quiet)[desk.cell] & desk.tongues.open[desk.tongues.of[row]]
            scores = np.where(np.append(True, allowed), net[n], -np.inf)
            scores[[k for v in self.had.get(person.id, ()) for k in desk.actions_of.get(v, ())]] = -np.inf
            best = self._best(scores)
            places = [None, *((desk.variants[str(desk.actions[k][0])][0].channel, desk.actions[k][1]) for k in best[1:])]
            laid = plan_ahead(
                np.tile(scores[best], (self.days, 1)),
                places,
                (self.now.astimezone(zones[0]) + timedelta(days=1)).date(),
                zone=zones[0],
                caps=plan.guardrails.frequency_caps,
                cooldown_hours=max(plan.guardrails.cooldown_hours, spacing_hours(plan)),
                past=self.past.get(person.id, ()),
                hold=0,
                limit=LIMIT,
                items=[desk.actions[k][0] for k in best],
                fresh_days=FRESH.days,
            )
            out.append([p._replace(action=int(best[p.action])) for p in laid])
        return out

    def _best(self, scores: Any) -> Any:
        """Hold, and the LIMIT best actions of every cell: others never come first, on no day."""
        cells = self.shift.desk.cell
        order = np.lexsort((-scores[1:], cells))
        first = np.append(0, np.flatnonzero(np.diff(cells[order])) + 1)
        rank = np.arange(len(order)) - np.repeat(first, np.diff(np.append(first, len(order))))
        return np.append(0, order[rank < LIMIT] + 1)

    def place(self, planned: Planned) -> str:
        variant, window = self.shift.desk.actions[planned.action]
        return f"{variant} ({self.shift.desk.variants[str(variant)][0].channel.replace('_', '-')}, {window})"
