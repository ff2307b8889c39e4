"""Customers: contact data, consent per channel and topic, and addresses nothing may go to.

Consent is what the source table grants minus what was withdrawn here: reading the table again never undoes an opt-out. No record means
no. Suppressions are by normalised address, so they hold whoever else has that address.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select, update

from journeyman.domain import Channel, Customer, Topic
from journeyman.store.database import Store
from journeyman.store.rows import among, columns, insert_new, upsert
from journeyman.store.tables import consents, customers, suppressions

Scope = Literal["marketing", "all"]
"""What a suppression stops: marketing only, or everything."""
FIELDS = ("email", "phone", "push_token", "first_name", "language", "time_zone", "signed_up_at", "attributes")
COLUMNS = columns(customers, Customer)
NAMES = tuple(column.name for column in COLUMNS)


def save(store: Store, people: Sequence[Customer]) -> None:
    """Inserts or replaces contact data and the consent their source grants. Withdrawals stay."""
    rows = [{"id": p.id, **{name: getattr(p, name) for name in FIELDS}} for p in people]
    granted = [
        {"customer": p.id, "channel": channel, "topic": topic, "granted": True} for p in people for channel, topic in sorted(p.consent)
    ]
    with store.transaction() as connection:
        upsert(connection, customers, rows, FIELDS)
        connection.execute(update(consents).where(among(consents.c.customer, [p.id for p in people])).values(granted=False))
        upsert(connection, consents, granted, ("granted",))


def read(store: Store, ids: Sequence[str] | None = None) -> list[Customer]:
    """Customers by id (all, or those named), with the consent that holds now."""
    with store.reading() as connection:
        who, theirs = select(*COLUMNS), _consent()
        if ids is not None:
            who, theirs = who.where(among(customers.c.id, ids)), theirs.where(among(consents.c.customer, ids))
        people, consent = connection.execute(who).all(), connection.execute(theirs).all()
    given: dict[str, set[tuple[Channel, Topic]]] = defaultdict(set)
    for customer, channel, topic in consent:
        given[customer].add((channel, topic))
    # Rows were validated on their way in; a million of them need not be twice.
    return [
        Customer.trusted(dict(zip(NAMES, row, strict=True)) | {"consent": frozenset(given.get(row.id, ()))})
        for row in sorted(people, key=lambda r: str(r.id))
    ]


def grant(store: Store, customer: str, channel: Channel, topic: Topic = "marketing") -> None:
    """The customer says yes here and now; an earlier withdrawal is over. Suppressions are lifted by `lift`."""
    row = {"customer": customer, "channel": channel, "topic": topic, "granted": True, "withdrawn_at": None}
    with store.transaction() as connection:
        upsert(connection, consents, [row], ("granted", "withdrawn_at"))


def withdraw(store: Store, customer: str, channels: Iterable[Channel], topic: Topic = "marketing", *, at: datetime | None = None) -> None:
    """The customer says no: it holds from this transaction on."""
    moment = at or store.clock.now()
    rows = [{"customer": customer, "channel": c, "topic": topic, "granted": False, "withdrawn_at": moment} for c in channels]
    with store.transaction() as connection:
        upsert(connection, consents, rows, ("withdrawn_at",))


def suppress(
    store: Store, channel: Channel, addresses: Iterable[str], *, reason: str, scope: Scope = "all", at: datetime | None = None
) -> None:
    """Closes normalised addresses. A wider scope replaces a narrower one; otherwise the first reason stays."""
    moment = at or store.clock.now()
    rows = [{"channel": channel, "address": a, "scope": scope, "reason": reason, "at": moment} for a in addresses]
    with store.transaction() as connection:
        insert_new(connection, suppressions, rows)
        if scope == "all":
            for row in rows:
                mine = (suppressions.c.channel == channel) & (suppressions.c.address == row["address"])
                wider = {name: row[name] for name in ("scope", "reason", "at")}
                connection.execute(update(suppressions).where(mine, suppressions.c.scope != "all").values(**wider))


def lift(store: Store, channel: Channel, address: str) -> None:
    """Opens an address again, when its owner asks for it."""
    with store.transaction() as connection:
        connection.execute(suppressions.delete().where(suppressions.c.channel == channel, suppressions.c.address == address))


def suppressed(store: Store, addresses: Sequence[str] | None = None) -> dict[tuple[Channel, str], Scope]:
    """(channel, normalised address) → what is stopped; all, or of these addresses."""
    query = select(suppressions.c.channel, suppressions.c.address, suppressions.c.scope)
    if addresses is not None:
        query = query.where(among(suppressions.c.address, addresses))
    with store.reading() as connection:
        return {(channel, address): scope for channel, address, scope in connection.execute(query)}


def _consent() -> Any:
    return select(consents.c.customer, consents.c.channel, consents.c.topic).where(
        consents.c.granted.is_(True), consents.c.withdrawn_at.is_(None)
    )
