"""The audit log: who did what and when. Only ever grows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from journeyman.domain import Record
from journeyman.store.database import Store
from journeyman.store.tables import audit

LEARNED = "learned"
"""The action of a line that holds what a journey taught: its `detail` is a learning, and the `journey`."""


class Entry(Record):
    """One line of the log."""

    id: int
    at: datetime
    actor: str
    action: str
    detail: dict[str, Any]


def write(store: Store, *, actor: str, action: str, detail: Mapping[str, Any] | None = None) -> None:
    """Adds a line; inside a transaction it stands or falls with the deed."""
    with store.transaction() as connection:
        row = {"at": store.clock.now(), "actor": actor[:200], "action": action[:200], "detail": dict(detail or {})}
        connection.execute(audit.insert(), row)


def read(store: Store, *, since: datetime | None = None) -> list[Entry]:
    """The log in order, from a moment on."""
    query = select(audit).order_by(audit.c.id)
    with store.reading() as connection:
        rows = connection.execute(query if since is None else query.where(audit.c.at >= since)).mappings()
        return [Entry(**row) for row in rows]


def learned(store: Store) -> list[str]:
    """What journeys have taught, as statements, oldest first."""
    query = select(audit.c.detail).where(audit.c.action == LEARNED).order_by(audit.c.id)
    with store.reading() as connection:
        return [detail["statement"] for detail in connection.scalars(query)]
