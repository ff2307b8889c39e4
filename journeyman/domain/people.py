"""Customers as the send gate and the templates need them. Consent is per channel and topic; no record means no."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from journeyman.domain.base import Channel, Record, Topic


class Customer(Record):
    """Identity, addresses, consent and place of one customer. `time_zone` is as given: it may be missing or invalid."""

    id: str = Field(min_length=1, max_length=200)
    email: str | None = None
    phone: str | None = None
    push_token: str | None = None
    first_name: str | None = None
    language: str | None = None
    time_zone: str | None = None
    signed_up_at: datetime | None = None
    consent: frozenset[tuple[Channel, Topic]] = frozenset()
    attributes: dict[str, str] = Field(default_factory=dict)
    """Further template variables (city, tier …)."""

    @property
    def tongue(self) -> str | None:
        """The language spoken, as two letters (`de-AT` and `DE` are `de`), or None where it is unknown or no code."""
        code = (self.language or "").strip().replace("_", "-").lower().partition("-")[0]
        return code if len(code) == 2 and code.isascii() and code.isalpha() else None

    def address(self, channel: Channel) -> str | None:
        """The address on a channel as given (in-app reaches the customer id), or None."""
        return {"email": self.email, "sms": self.phone, "push": self.push_token, "in_app": self.id}[channel]
