"""What the workspace's own tables say happened lately, as events: a journey learns from the orders and honours the opt-outs there.

An order is an event `order`, whatever its number of lines. A row's message id is its own, else made from what it says, and begins with
`FROM_TABLES`: reading a table again adds nothing, and features, which read the tables themselves, know what not to count twice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import ibis

from journeyman.domain import Event
from journeyman.features.tables import Tables

FROM_TABLES = "tables/"


def happened(tables: Tables, since: datetime, until: datetime) -> list[Event]:
    """Events and orders in [since, until), in order of time; times without a zone are UTC by now."""
    span = [ibis.literal(t.astimezone(UTC).replace(tzinfo=None)) for t in (since, until)]
    found: list[Event] = []
    for name, read in (("events", _events), ("orders", _orders)):
        rows = tables.clean(name)
        if rows is not None:
            found += read(rows.filter(rows.timestamp >= span[0], rows.timestamp < span[1]))
    return sorted(found, key=lambda e: (e.timestamp, e.message_id))


def _events(rows: Any) -> Iterator[Event]:
    for row in rows.select("customer_id", "event", "timestamp", "message_id", "properties", "channel").to_pyarrow().to_pylist():
        try:
            said = json.loads(row["properties"] or "{}")
        except ValueError:
            said = {}
        properties = said if isinstance(said, dict) else {}
        if row["channel"]:
            properties.setdefault("channel", row["channel"])
        own = row["message_id"] or _made(row["customer_id"], row["event"], row["timestamp"], properties)
        yield _event(own, row["customer_id"], row["event"], row["timestamp"], properties)


def _orders(rows: Any) -> Iterator[Event]:
    key = rows.order_id.fill_null(ibis.literal("row ") + rows.row.cast("string"))
    sums = {"amount": rows.amount.sum(), "discount": rows.discount.abs().sum(), "order_id": rows.order_id.min()}
    orders = rows.group_by("customer_id", key=key).aggregate(timestamp=rows.timestamp.min(), **sums)
    for row in orders.to_pyarrow().to_pylist():
        properties = {name: row[name] for name in ("order_id", "amount", "discount") if row[name] is not None}
        own = f"order {row['order_id']}" if row["order_id"] else _made(row["customer_id"], "order", row["timestamp"], properties)
        yield _event(own, row["customer_id"], "order", row["timestamp"], properties)


def _event(own: str, customer: str, name: str, at: datetime, properties: dict[str, Any]) -> Event:
    return Event(
        message_id=f"{FROM_TABLES}{own}"[:200], customer=customer, event=name, timestamp=at.replace(tzinfo=UTC), properties=properties
    )


def _made(*said: Any) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()[:24]
