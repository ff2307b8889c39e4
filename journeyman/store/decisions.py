"""The decision log: every draw with its lineage, and each eligible set once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from journeyman.domain import Decision
from journeyman.errors import RunError
from journeyman.store.database import Store
from journeyman.store.rows import among, columns, insert_new, records
from journeyman.store.tables import decisions, eligible_sets


class Lineage(NamedTuple):
    """What a message tells of the decision behind it, and what was expected of it."""

    journey: str
    propensity: float
    expected: float
    policy_version: str
    seed: int


def add(store: Store, made: Sequence[Decision], eligible: Mapping[str, bytes] | None = None) -> int:
    """Keeps decisions and their eligible sets (hash → packed bits). A customer's second decision in a slot is left out. Returns how many
    were new."""
    with store.transaction() as connection:
        insert_new(connection, eligible_sets, [{"hash": name, "bits": bits} for name, bits in (eligible or {}).items()])
        return insert_new(connection, decisions, [d.__dict__ for d in made])


def read(
    store: Store,
    journey: str,
    *,
    slot: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    ids: Sequence[str] | None = None,
) -> list[Decision]:
    """A journey's decisions in order of time and id: of one slot, decided in [since, until), or of these ids."""
    query = select(*columns(decisions, Decision)).where(decisions.c.journey == journey)
    if slot is not None:
        query = query.where(decisions.c.slot == slot)
    if since is not None:
        query = query.where(decisions.c.decided_at >= since)
    if until is not None:
        query = query.where(decisions.c.decided_at < until)
    if ids is not None:
        query = query.where(among(decisions.c.id, ids))
    with store.reading() as connection:
        found = records(connection, query, Decision)
    return sorted(found, key=lambda d: (d.decided_at, d.id))


def lineage(store: Store, ids: Sequence[str]) -> dict[str, Lineage]:
    """How decisions came about, by id, of whatever journey; unknown ids are left out."""
    query = select(decisions.c.id, *(decisions.c[name] for name in Lineage._fields)).where(among(decisions.c.id, ids))
    with store.reading() as connection:
        return {id_: Lineage(*told) for id_, *told in connection.execute(query)}


def one(store: Store, id_: str) -> Decision:
    """A decision by id. Raises RunError when there is none."""
    with store.reading() as connection:
        row = connection.execute(select(decisions).where(decisions.c.id == id_)).mappings().first()
    if row is None:
        raise RunError(f"There is no decision {id_}.", remedy="Copy an id from the outbox or from the report.")
    return Decision(**row)


def count(store: Store, journey: str, slot: str | None = None) -> int:
    """How many there are (in a slot)."""
    query = select(func.count()).select_from(decisions).where(decisions.c.journey == journey)
    with store.reading() as connection:
        return int(connection.scalar(query if slot is None else query.where(decisions.c.slot == slot)) or 0)


def eligible(store: Store, name: str) -> bytes:
    """An eligible set's packed bits, by hash. Raises RunError when it is not kept."""
    with store.reading() as connection:
        bits = connection.scalar(select(eligible_sets.c.bits).where(eligible_sets.c.hash == name))
    if bits is None:
        raise RunError(f"The eligible set {name} is not kept.", remedy="The decision is older than this store.")
    return bytes(bits)
