"""Versions of a journey's policy: where each is kept and which it grew from. The policy itself is a folder of arrays, not here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from journeyman.domain import Record
from journeyman.errors import PolicyError
from journeyman.store.database import Store
from journeyman.store.rows import insert_new
from journeyman.store.tables import policies


class PolicyVersion(Record):
    """One version; `path` is relative to the workspace's state folder or absolute, as it was given."""

    journey: str
    version: str
    path: str
    parent: str | None
    created_at: datetime


def add(store: Store, journey: str, version: str, path: str, *, parent: str | None = None) -> bool:
    """Keeps a version; one that is there already stays. Returns whether it was new."""
    row = {"journey": journey, "version": version, "path": path, "parent": parent, "created_at": store.clock.now()}
    with store.transaction() as connection:
        return insert_new(connection, policies, [row]) == 1


def read(store: Store, journey: str, version: str) -> PolicyVersion:
    """Raises PolicyError when there is no such version."""
    query = select(policies).where(policies.c.journey == journey, policies.c.version == version)
    with store.reading() as connection:
        row = connection.execute(query).mappings().first()
    if row is None:
        there = ", ".join(v.version for v in listed(store, journey))
        raise PolicyError(f"Journey {journey} has no policy {version}.", remedy=f"It has: {there}." if there else "It has none yet.")
    return PolicyVersion(**row)


def listed(store: Store, journey: str) -> list[PolicyVersion]:
    """All versions, oldest first."""
    query = select(policies).where(policies.c.journey == journey).order_by(policies.c.created_at, policies.c.version)
    with store.reading() as connection:
        return [PolicyVersion(**row) for row in connection.execute(query).mappings()]
