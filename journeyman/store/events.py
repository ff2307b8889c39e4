"""What customers did, each event once (by message id)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, func, select

from journeyman.domain import Event
from journeyman.store.database import Store
from journeyman.store.rows import insert_new
from journeyman.store.tables import events

if TYPE_CHECKING:
    import pyarrow as pa


ENCODE = json.JSONEncoder(ensure_ascii=False, default=str).encode


def add(store: Store, happened: Sequence[Event]) -> int:
    """Keeps events; a message id known already is left out. Returns how many were new."""
    rows = [
        {
            "message_id": e.message_id,
            "customer": e.customer,
            "event": e.event,
            "timestamp": e.timestamp if e.timestamp.tzinfo else e.timestamp.replace(tzinfo=UTC),
            "properties": ENCODE(e.properties),
        }
        for e in happened
    ]
    with store.transaction() as connection:
        return insert_new(connection, events, rows)


def read(store: Store, *, since: datetime | None = None, until: datetime | None = None, names: Sequence[str] | None = None) -> list[Event]:
    """Events in [since, until) in order of time and id; of these names only."""
    with store.reading() as connection:
        rows = connection.execute(_between(since, until, names)).all()
    # Rows were validated on their way in.
    return [
        Event.trusted({"message_id": id_, "customer": customer, "event": event, "timestamp": at, "properties": json.loads(properties)})
        for id_, customer, event, at, properties in rows
    ]


def table(store: Store, *, since: datetime | None = None, until: datetime | None = None, but: str | None = None) -> pa.Table:
    """Events in [since, until) as Arrow: customer_id, event, timestamp (UTC), properties (JSON text); in order of time and id. Those whose
    message id begins with `but` are left out."""
    import pyarrow as pa

    query = _between(since, until, None)
    if but is not None:
        query = query.where(events.c.message_id.not_like(f"{but}%"))
    with store.reading() as connection:
        rows = connection.execute(query).all()
    _, customers, what, when, properties = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    return pa.table(
        {
            "customer_id": pa.array(customers, pa.string()),
            "event": pa.array(what, pa.string()),
            "timestamp": pa.array(when, pa.timestamp("us", tz="UTC")),
            "properties": pa.array(properties, pa.string()),
        }
    )


def latest(store: Store) -> datetime | None:
    """When the latest event happened; None before the first."""
    query = select(func.max(events.c.timestamp))
    with store.reading() as connection:
        found: datetime | None = connection.scalar(query)
        return found


def _between(since: datetime | None, until: datetime | None, names: Sequence[str] | None) -> Select[Any]:
    query = select(events).order_by(events.c.timestamp, events.c.message_id)
    if since is not None:
        query = query.where(events.c.timestamp >= since)
    if until is not None:
        query = query.where(events.c.timestamp < until)
    return query if names is None else query.where(events.c.event.in_(list(names)))
