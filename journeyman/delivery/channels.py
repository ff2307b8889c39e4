"""The seam to the outside world."""

from __future__ import annotations

from typing import Protocol

from journeyman.domain import Outgoing


class Channel(Protocol):
    """One way out: a provider, or files.

    `idempotent`: the same `message.key` twice has the effect of once, so a send that may have been cut short is simply repeated.
    """

    @property
    def name(self) -> str: ...

    @property
    def idempotent(self) -> bool: ...

    def send(self, message: Outgoing) -> str:
        """Hands the message over and returns the provider's id for it. Raises Refused (certainly not sent, hopeless for this customer),
        Uncertain (perhaps sent), or another DeliveryError (certainly not sent, and nobody else's would be: the way itself is closed)."""
        ...
