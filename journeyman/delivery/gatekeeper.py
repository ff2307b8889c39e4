"""The gate as delivery sees it: without one nothing is sent. `guardrails.gate.SendGate` is the real one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from journeyman.domain import BlockReason, Rendered, Send


@dataclass(frozen=True, slots=True)
class Claimed:
    """May go out, now and once. `at` is the moment it was allowed, and the one it counts as sent at."""

    send: Send
    rendered: Rendered
    at: datetime
    language: str
    time_zone: str | None
    """The customer's zone, None when it is missing or invalid."""
    unsubscribe_url: str


@dataclass(frozen=True, slots=True)
class Blocked:
    """Will never go out."""

    send: Send
    reason: BlockReason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Not now, perhaps later: asking again before `until` is useless."""

    send: Send
    until: datetime


Answer = Claimed | Blocked | Waiting


class Gate(Protocol):
    """The one place that says what may leave. Raises StoreError."""

    def claim(self, sends: Sequence[Send]) -> list[Answer]:
        """One answer per send, in order, each written to the outbox in one transaction."""
        ...

    def reclaim(self, sends: Sequence[Send]) -> list[Answer]:
        """The same for sends that were claimed before a crash and may be repeated: Blocked means *unknown* in the outbox."""
        ...

    def release(self, claims: Sequence[Claimed]) -> None:
        """Sends that certainly did not leave are planned again, their budget free; but not where the claim stands no longer."""
        ...
