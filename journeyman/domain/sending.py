"""From a decision to a send: touchpoints, decisions with their lineage, rows of the outbox."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from journeyman.domain.base import Arm, Channel, Record, SendWindow, Topic
from journeyman.domain.content import Rendered

SendState = Literal["planned", "claimed", "sent", "failed", "blocked", "unknown"]
BlockReason = Literal[
    "consent",
    "suppressed",
    "cap",
    "cooldown",
    "outranked",
    "quiet_hours",
    "budget",
    "plan_not_live",
    "not_approved",
    "render",
    "duplicate",
    "no_address",
]


class Decision(Record):
    """One draw of a policy for one customer at one moment, with all that is needed to repeat it.

    `variant` and `window` are None for *hold*. `eligible` is the hash of the eligible set, kept once in the store.
    """

    id: str
    journey: str
    customer: str
    arm: Arm
    decided_at: datetime
    slot: str
    """The cohort run it belongs to, such as `2018-01-05`; with journey and address it makes a send unique."""
    action: int
    """Index into the policy's actions; the hold action has its own; -1 when nothing was eligible."""
    variant: str | None
    window: SendWindow | None
    propensity: float = Field(ge=0, le=1)
    expected: float
    policy_version: str
    seed: int
    key: int
    """The customer's number in the draw (unsigned 64 bit): decide(..., keys=[key]) repeats it."""
    eligible: str
    snapshot: str
    """Id of the feature snapshot the context came from."""


class Send(Record):
    """A row of the outbox. `liability` is what the incentive may cost, reserved from the budget when claimed."""

    id: str
    decision: str
    journey: str
    plan_version: int
    customer: str
    arm: Arm
    channel: Channel
    topic: Topic = "marketing"
    variant: str
    variant_hash: str
    slot: str
    scheduled_at: datetime
    address: str
    """Normalised; see `journeyman.delivery.address`."""
    liability: float = 0.0
    state: SendState = "planned"
    reason: str | None = None
    sent_at: datetime | None = None


class Outgoing(Record):
    """What a channel is asked to send: everything rendered, nothing left to look up. `key` makes a repeat harmless."""

    send: Send
    rendered: Rendered
    language: str
    time_zone: str | None
    """The zone the local time is told in; None when unknown."""
    sent_at: datetime
    propensity: float
    policy_version: str
    seed: int
    unsubscribe_url: str

    @property
    def key(self) -> str:
        return self.send.id
