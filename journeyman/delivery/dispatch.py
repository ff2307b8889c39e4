"""The dispatcher: takes what is due, asks the gate, sends, and writes down what became of it. One failing send holds up no other.

A crash between a channel's answer and the mark leaves a send *claimed*. The next delivery repeats it under the same key where the channel
is idempotent, if the gate still allows it; elsewhere it becomes *unknown* and is never sent again by itself. Two deliveries of one journey
may run at once: what both try goes out once on an idempotent channel, and on others the one that claimed it settles it. Neither undoes what
the other has taken over, and what may have left before a crash is never merely planned again: it counts towards caps and budget.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import groupby

from pydantic import Field

from journeyman.clock import Clock
from journeyman.delivery.channels import Channel
from journeyman.delivery.gatekeeper import Answer, Blocked, Claimed, Gate, Waiting
from journeyman.domain import Channel as ChannelName
from journeyman.domain import Event, Outgoing, Record, Send
from journeyman.errors import DeliveryError, Refused, Uncertain
from journeyman.store import Store, budget, decisions, events, outbox
from journeyman.store.decisions import Lineage

BATCH = 2_500
"""Sends claimed at once where a repeat is harmless."""
SMALL_BATCH = 10
"""… and where it is not: a crash makes at most so many unknown."""
FRESH = timedelta(minutes=1)
"""How long a claim is good for; after that the gate is asked again (quiet hours may have begun)."""


class Tally(Record):
    """What became of the sends of one delivery. `waiting`: still planned; `unsettled`: still claimed, to be repeated next time."""

    sent: int = 0
    failed: int = 0
    unknown: int = 0
    waiting: int = 0
    unsettled: int = 0
    blocked: dict[str, int] = Field(default_factory=dict)

    def __add__(self, other: Tally) -> Tally:
        """Of both deliveries."""
        counts = {name: getattr(self, name) + getattr(other, name) for name in Tally.model_fields if name != "blocked"}
        return Tally(**counts, blocked=dict(sorted((Counter(self.blocked) + Counter(other.blocked)).items())))


ChannelFor = Callable[[ChannelName], Channel]


def deliver(store: Store, gate: Gate, channel_for: ChannelFor, clock: Clock, journey: str, due: datetime | None = None) -> Tally:
    """Sends what was scheduled at or before `due` (default: now), crash leftovers first. Raises StoreError, and, when all else is done,
    the DeliveryError of a channel that is closed; its sends stay planned."""
    round_ = _Round(store, gate, channel_for, clock, journey)
    round_.recover()
    return round_.send_due(due or clock.now())


def recover(store: Store, gate: Gate, channel_for: ChannelFor, clock: Clock, journey: str) -> Tally:
    """Deals with what a crash left claimed, and with nothing else. Raises like `deliver`."""
    round_ = _Round(store, gate, channel_for, clock, journey)
    round_.recover()
    return round_.tally()


def send_due(store: Store, gate: Gate, channel_for: ChannelFor, clock: Clock, journey: str, *, turn: int = 0) -> Tally:
    """Sends what is due now, beside others who do: the one whose `turn` is 1 starts a batch later, and so on, so that they do not all ask
    for the same. Raises like `deliver`."""
    return _Round(store, gate, channel_for, clock, journey).send_due(clock.now(), skip=turn * BATCH)


class _Round:
    """One delivery: its tally and the channels found closed."""

    def __init__(self, store: Store, gate: Gate, channel_for: Callable[[ChannelName], Channel], clock: Clock, journey: str) -> None:
        self._store, self._gate, self._channel_for, self._clock, self._journey = store, gate, channel_for, clock, journey
        self.closed: dict[ChannelName, DeliveryError] = {}
        self._count: Counter[str] = Counter()
        self._blocked: Counter[str] = Counter()

    def tally(self) -> Tally:
        """What became of all so far. Raises the DeliveryError of a channel found closed."""
        if self.closed:
            raise next(iter(self.closed.values()))
        return Tally(**self._count, blocked=dict(sorted(self._blocked.items())))

    def parts(self, sends: Sequence[Send]) -> Iterator[list[Send]]:
        """What may be claimed together, in order; sends of closed channels are left out."""
        for idempotent, run in groupby(sends, key=lambda send: self._channel_for(send.channel).idempotent):
            together, size = list(run), BATCH if idempotent else SMALL_BATCH
            for start in range(0, len(together), size):
                if part := [send for send in together[start : start + size] if send.channel not in self.closed]:
                    yield part

    def send_due(self, moment: datetime, *, skip: int = 0) -> Tally:
        """Batch after batch, in order; see `tally`."""
        after = outbox.due_place(self._store, self._journey, moment, skip) if skip else None
        if skip and after is None:
            return self.tally()  # those before this one have it all
        while batch := outbox.due(self._store, self._journey, moment, BATCH, after):
            after = (batch[-1].scheduled_at, batch[-1].id)
            for part in self.parts(batch):
                with _collector_paused():
                    self.send(part, self._gate.claim(part))
        return self.tally()

    def recover(self) -> None:
        """Deals with what a crash left claimed."""
        leftovers = outbox.read(self._store, self._journey, states=("claimed",))
        lost = {send.id: "interrupted" for send in leftovers if not self._channel_for(send.channel).idempotent}
        outbox.unknown(self._store, lost)
        self._count["unknown"] += len(lost)
        for part in self.parts([send for send in leftovers if send.id not in lost]):
            answers = self._gate.reclaim(part)
            doubtful = [answer for answer in answers if isinstance(answer, Blocked)]
            self._count["unknown"] += len(doubtful)
            self._count["unsettled"] += sum(isinstance(answer, Waiting) for answer in answers)
            self.send(part, [answer for answer in answers if isinstance(answer, Claimed)], again=True)

    def send(self, sends: Sequence[Send], answers: Sequence[Answer], *, again: bool = False) -> None:
        """Sends what was claimed and notes the rest. `again`: these may have left before, so none of them is planned anew."""
        # A "duplicate" is another delivery's, and in its tally.
        self._blocked.update(answer.reason for answer in answers if isinstance(answer, Blocked) and answer.reason != "duplicate")
        self._count["waiting"] += sum(isinstance(answer, Waiting) for answer in answers)
        claimed = [answer for answer in answers if isinstance(answer, Claimed)]
        known = decisions.lineage(self._store, [send.decision for send in sends])
        lineage = {id_: decision for id_, decision in known.items() if decision.journey == self._journey}
        result = _Results(self._store, again=again)
        try:
            for claim in claimed:
                self._one(claim, lineage.get(claim.send.decision), result)
                if not self._channel_for(claim.send.channel).idempotent:
                    result.keep(self._gate)
        finally:
            result.keep(self._gate)
            self._count.update(result.count)

    def _one(self, claim: Claimed, decision: Lineage | None, result: _Results) -> None:
        send = claim.send
        if send.channel in self.closed or self._clock.now() - claim.at > FRESH:
            result.back(claim)
            return
        channel = self._channel_for(send.channel)
        try:
            if decision is None:
                raise Refused(f"Decision {send.decision} is not in the log.")
            result.sent(claim, channel.send(_outgoing(claim, decision)))
        except Refused as problem:
            result.failed(claim, problem.message)
        except Uncertain as problem:
            if channel.idempotent:
                result.count["unsettled"] += 1
            else:
                result.unknown(send, problem.message)
        except DeliveryError as problem:
            self.closed[send.channel] = problem
            result.back(claim)
        except Exception as problem:  # a channel's own mistake must not hold up the others; nobody knows whether the message left
            result.unknown(send, f"{type(problem).__name__}: {problem}")


class _Results:
    """What became of some claimed sends, kept together in one transaction. Another delivery may have overtaken this one meanwhile."""

    def __init__(self, store: Store, *, again: bool) -> None:
        self._store, self._again = store, again
        self.count: Counter[str] = Counter()
        self._clear()

    def _clear(self) -> None:
        self._sent: dict[str, str] = {}
        self._failed: list[tuple[Claimed, str]] = []
        self._unknown: dict[str, str] = {}
        self._touches: list[Event] = []
        self._back: list[Claimed] = []

    def sent(self, claim: Claimed, provider_id: str) -> None:
        send = claim.send
        self._sent[send.id] = provider_id
        about = {"channel": send.channel, "send": send.id, "journey": send.journey, "variant": send.variant}
        self._touches.append(
            Event.trusted(
                {
                    "message_id": f"sent:{send.id}",
                    "customer": send.customer,
                    "event": "message_sent",
                    "timestamp": claim.at,
                    "properties": about,
                }
            )
        )

    def failed(self, claim: Claimed, why: str) -> None:
        self._failed.append((claim, why))

    def unknown(self, send: Send, why: str) -> None:
        self._unknown[send.id] = why

    def back(self, claim: Claimed) -> None:
        if self._again:
            self.count["unsettled"] += 1
        else:
            self._back.append(claim)

    def keep(self, gate: Gate) -> None:
        """Writes all of it, and a `message_sent` event for each message that left."""
        if not (self._sent or self._failed or self._unknown or self._back):
            return
        with self._store.transaction():
            outbox.sent(self._store, self._sent)
            mine = outbox.standing(self._store, {claim.send.id: claim.at for claim, _ in self._failed})
            outbox.failed(self._store, {claim.send.id: why for claim, why in self._failed if claim.send.id in mine})
            budget.release(self._store, sorted(mine))
            outbox.unknown(self._store, self._unknown)
            events.add(self._store, self._touches)
            gate.release(self._back)
        self.count.update(sent=len(self._sent), failed=len(self._failed), unknown=len(self._unknown), waiting=len(self._back))
        self._clear()


@contextmanager
def _collector_paused() -> Iterator[None]:
    """A batch makes many records and no cycles among them: looking for some would be work for nothing."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _outgoing(claim: Claimed, decision: Lineage) -> Outgoing:
    made = {"send": claim.send, "rendered": claim.rendered, "language": claim.language, "time_zone": claim.time_zone, "sent_at": claim.at}
    lineage = {"propensity": decision.propensity, "policy_version": decision.policy_version, "seed": decision.seed}
    return Outgoing.trusted({**made, **lineage, "unsubscribe_url": claim.unsubscribe_url})
