"""Feature snapshots: which tables of contexts decisions came from. The tables themselves are files, not here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from journeyman.domain import Record
from journeyman.errors import RunError
from journeyman.store.database import Store
from journeyman.store.rows import insert_new
from journeyman.store.tables import snapshots


class Snapshot(Record):
    """Features as of a moment, in a file; `fingerprint` is of their schema."""

    id: str
    as_of: datetime
    path: str
    fingerprint: str
    created_at: datetime


def add(store: Store, id_: str, *, as_of: datetime, path: str, fingerprint: str) -> bool:
    """Keeps a snapshot; one that is there already stays. Returns whether it was new."""
    row = {"id": id_, "as_of": as_of, "path": path, "fingerprint": fingerprint, "created_at": store.clock.now()}
    with store.transaction() as connection:
        return insert_new(connection, snapshots, [row]) == 1


def read(store: Store, id_: str) -> Snapshot:
    """Raises RunError when there is no such snapshot."""
    with store.reading() as connection:
        row = connection.execute(select(snapshots).where(snapshots.c.id == id_)).mappings().first()
    if row is None:
        raise RunError(f"There is no snapshot {id_}.", remedy="It was made elsewhere or cleared away.")
    return Snapshot(**row)


def newest(store: Store) -> Snapshot | None:
    """The snapshot with the latest `as_of`; None before the first."""
    query = select(snapshots).order_by(snapshots.c.as_of.desc(), snapshots.c.id.desc()).limit(1)
    with store.reading() as connection:
        row = connection.execute(query).mappings().first()
    return Snapshot(**row) if row else None
