"""What happened so far to one policy at play: decisions, sends, events, opt-outs and the budget, all in memory.

It stands in for the store that a journey in earnest has, with the same reading of the same things: attribution by
`journeyman.measurement.attribution`, features from events and touches before the morning.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from copy import deepcopy
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from journeyman.domain import Channel, Decision, Event, Objective, Send
from journeyman.measurement.attribution import attribute
from journeyman.simulation.players import Told
from journeyman.simulation.purse import Purse
from journeyman.simulation.world import World
from tools.shift import ANSWER, OPT_OUTS


class Journal:
    """See the module. `limit`: the incentive budget that is kept to, None for none."""

    def __init__(self, start: datetime, limit: float | None) -> None:
        self.start, self.purse = start, Purse(limit)
        self.sends: list[Send] = []
        """What left, in order of time."""
        self.events: list[Event] = []
        self.closed: set[tuple[str, str]] = set()
        """(customer, channel) that were left by opt-out."""
        self._waiting: list[Send] = []
        self._made: dict[str, tuple[Decision, NDArray[np.float32]]] = {}
        self._known: dict[str, float] = {}

    # -- mornings -------------------------------------------------------------------------------------------------------------------

    def live(self, until: datetime) -> Any:
        """Events and touches before `until` as Arrow: customer_id, event, timestamp, properties."""
        import pyarrow as pa

        rows = [(e.customer, e.event, e.timestamp, json.dumps(e.properties)) for e in self.events if e.timestamp < until]
        rows += [(s.customer, "message_sent", s.scheduled_at, json.dumps({"channel": s.channel})) for s in self.sends]
        kinds = (pa.string(), pa.string(), pa.timestamp("us", tz="UTC"), pa.string())
        columns = zip(*rows, strict=True) if rows else ([] for _ in kinds)
        names = ("customer_id", "event", "timestamp", "properties")
        return pa.table({n: pa.array(list(c), k) for n, c, k in zip(names, columns, kinds, strict=True)})

    def touches(self, since: datetime) -> tuple[tuple[str, Channel, datetime], ...]:
        """(customer, channel, when) of what left since, and of what waits to."""
        return tuple((s.customer, s.channel, s.scheduled_at) for s in (*self.sends, *self._waiting) if s.scheduled_at >= since)

    def had(self, since: datetime) -> frozenset[tuple[str, str]]:
        """(customer, variant) of what left since, and of what waits to."""
        return frozenset((s.customer, s.variant) for s in (*self.sends, *self._waiting) if s.scheduled_at >= since)

    def answered(self, now: datetime, objective: Objective) -> Told | None:
        """What messages earned, new or changed since it was last told: those sent long enough ago for a first answer."""
        window = timedelta(days=objective.attribution_window_days)
        since = now - 2 * window - timedelta(days=2)
        sent = [s for s in self.sends if s.scheduled_at >= since - window]
        open_ = [self._made[s.decision][0] for s in sent if since <= s.scheduled_at <= now - ANSWER]
        if not open_:
            return None
        happened = [e for e in self.events if e.timestamp >= since]
        found = attribute(open_, sent, happened, objective, now)
        new = {r.decision: r.reward for r in found if r.reward != self._known.get(r.decision)}
        if not new:
            return None
        self._known |= new
        return Told(
            contexts=np.stack([self._made[d][1] for d in new]),
            actions=np.array([self._made[d][0].action for d in new], np.int64),
            rewards=np.array(list(new.values()), np.float64),
            ids=np.array([int(d, 16) for d in new], np.uint64),
        )

    def decided(self, decisions: Sequence[Decision], sends: Sequence[Send], contexts: NDArray[np.float32]) -> None:
        """Keeps decisions with their contexts (m, d), and their sends until they are due."""
        self._made |= {d.id: (d, x) for d, x in zip(decisions, contexts, strict=True) if d.variant is not None}
        self._waiting += sends

    # -- days -----------------------------------------------------------------------------------------------------------------------

    def due(self, until: datetime) -> list[Send]:
        """What is scheduled before `until`, as sent at its time; it waits no longer."""
        now = sorted((s for s in self._waiting if s.scheduled_at < until), key=lambda s: (s.scheduled_at, s.id))
        self._waiting = [s for s in self._waiting if s.scheduled_at >= until]
        return [s.model_copy(update={"state": "sent", "sent_at": s.scheduled_at}) for s in now]

    def let_through(self, due: Sequence[Send], world: World, day: date) -> list[Send]:
        """The gate's second look: who left a channel before the send's moment gets nothing, nor does what the budget has no room for."""
        gone = {
            (e.customer, channel): e.timestamp
            for e in reversed(deepcopy(world).advance(day, due))
            if e.event in OPT_OUTS
            for channel in (e.properties.get("channel"), e.event)
        }
        passed: list[Send] = []
        planned = 0.0
        for send in due:
            left = [t for t in (gone.get((send.customer, send.channel)), gone.get((send.customer, "complained"))) if t is not None]
            if (send.customer, send.channel) in self.closed or any(t <= send.scheduled_at for t in left):
                continue
            if not self.purse.fits(planned + send.liability if send.liability > 0 else 0.0):
                continue
            planned += send.liability
            passed.append(send)
        return passed

    def left(self, sends: Sequence[Send]) -> None:
        """These went out."""
        self.sends += sends
        for send in sends:
            self.purse.reserve(send.id, send.liability, send.scheduled_at)

    def happened(self, events: Sequence[Event], channels: Sequence[Channel]) -> None:
        """Keeps events; an opt-out closes its channel, a complaint all `channels`; a redemption is booked."""
        self.events += events
        for event in events:
            if event.event in OPT_OUTS:
                told = [c for c in channels if c == event.properties.get("channel")]
                self.closed |= {(event.customer, c) for c in (channels if event.event == "complained" or not told else told)}
            if "redeemed" in event.properties:
                self.purse.redeem(str(event.properties["redeemed"]), float(event.properties["discount"]))
