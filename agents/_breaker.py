"""A circuit breaker: a model that keeps failing is left alone for a while, then tried with one request.

    closed ── `failures` in a row ──► open ── after the rest ──► half open: one request is let through
      ▲                                 ▲                            │ good: closed
      └─────────────────────────────────┴──── bad: open, twice as long ◄┘

In a row means of all requests to the model, however many are under way. Only what tells of an outage counts (server errors, time-outs,
broken connections); a rate limit or a reply that does not fit is a sign of life.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from agents._transport import Broken
from journeyman.clock import Clock
from journeyman.errors import CircuitOpen

FIRST_REST = timedelta(seconds=30)
LONGEST_REST = timedelta(minutes=15)


class Breaker:
    """Of one model. `failures` in a row open it."""

    def __init__(self, model: str, clock: Clock, *, failures: int) -> None:
        self._model, self._clock, self._most = model, clock, failures
        self._failures = 0
        self._rest = FIRST_REST
        self._until: datetime | None = None
        self._probing = False
        self._last = ""

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Around one request. Raises CircuitOpen, before it is made, while the model is left alone."""
        probe = self._admit()
        try:
            yield
        except Broken as broken:
            if broken.trouble.outage:
                self._failed(broken.trouble.said, probe)
            raise
        else:
            self._failures, self._until, self._rest = 0, None, FIRST_REST
        finally:
            self._probing = self._probing and not probe

    def _admit(self) -> bool:
        """Whether this request is the probe of a half open breaker."""
        if self._until is None:
            return False
        if self._probing or self._clock.now() < self._until:
            raise CircuitOpen(
                f"{self._model} failed {self._failures} times in a row and is left alone until {self._until:%H:%M:%S} UTC. "
                f"Last, it {self._last}.",
                remedy="See whether the server is up, then run again: what is done is kept.",
            )
        self._probing = True
        return True

    def _failed(self, said: str, probe: bool) -> None:
        self._failures, self._last = self._failures + 1, said
        if probe:
            self._rest = min(2 * self._rest, LONGEST_REST)
        if probe or (self._until is None and self._failures >= self._most):
            self._until = self._clock.now() + self._rest
