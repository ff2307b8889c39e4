"""Events in Segment's `track` shape: what customers did. `message_id` makes a repeat harmless."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from journeyman.domain.base import Record


class Event(Record):
    """One thing a customer did. Known names: order, visit, email_opened, email_clicked, sms_clicked, push_opened,
    in_app_clicked, unsubscribed, complained, and whatever success events a plan names."""

    message_id: str = Field(min_length=1, max_length=200)
    customer: str = Field(min_length=1, max_length=200)
    event: str = Field(min_length=1, max_length=200)
    timestamp: datetime
    properties: dict[str, Any] = Field(default_factory=dict)
    """`amount` and `currency` of an order, `send` (a send id) of an engagement, `channel` of an unsubscribe, `machine` of an open."""
