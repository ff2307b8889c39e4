"""The outbox: every send and how far it has come.

planned → claimed → sent | failed | blocked(reason) | unknown. A send is unique by journey, normalised address and slot. Who may move a send
where is the gate's and the dispatcher's business; the moves here say from which state, so that nobody overtakes another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, bindparam, func, select, tuple_, update

from journeyman.domain import Channel, Send, SendState, Topic
from journeyman.errors import RunError
from journeyman.store.database import Store
from journeyman.store.rows import among, columns, given, insert_new, records
from journeyman.store.tables import decisions, sends

COLUMNS = columns(sends, Send)
REACHED: tuple[SendState, ...] = ("claimed", "sent", "unknown")
"""States in which a message has reached the customer, or may have: they count towards caps."""


def enqueue(store: Store, planned: Sequence[Send]) -> int:
    """Plans sends; one that is there already, by id or by (journey, address, slot), is left alone. Returns how many were new."""
    rows = [{name: getattr(send, name) for name in Send.model_fields} | {"state": "planned"} for send in planned]
    with store.transaction() as connection:
        return insert_new(connection, sends, rows)


def due(store: Store, journey: str, now: datetime, limit: int, after: tuple[datetime, str] | None = None) -> list[Send]:
    """Planned sends whose time has come, oldest first, after the place (scheduled_at, id)."""
    query = select(*COLUMNS).where(sends.c.journey == journey, sends.c.state == "planned", sends.c.scheduled_at <= now)
    if after is not None:
        query = query.where(tuple_(sends.c.scheduled_at, sends.c.id) > tuple_(*(bindparam(None, v, c.type) for v, c in _place(after))))
    return _sends(store, query.order_by(sends.c.scheduled_at, sends.c.id).limit(limit))


def due_place(store: Store, journey: str, now: datetime, skip: int) -> tuple[datetime, str] | None:
    """The place (scheduled_at, id) of the `skip`-th planned send whose time has come; None where there are fewer."""
    query = select(sends.c.scheduled_at, sends.c.id).where(
        sends.c.journey == journey, sends.c.state == "planned", sends.c.scheduled_at <= now
    )
    with store.reading() as connection:
        row = connection.execute(query.order_by(sends.c.scheduled_at, sends.c.id).offset(skip - 1).limit(1)).first()
    return (row[0], row[1]) if row else None


def next_due(store: Store, journey: str) -> datetime | None:
    """When the earliest planned send is scheduled; None when nothing is planned."""
    query = select(func.min(sends.c.scheduled_at)).where(sends.c.journey == journey, sends.c.state == "planned")
    with store.reading() as connection:
        found: datetime | None = connection.scalar(query)
    return found


def read(
    store: Store,
    journey: str | None = None,
    *,
    states: Sequence[SendState] | None = None,
    since: datetime | None = None,
    left_since: datetime | None = None,
) -> list[Send]:
    """Sends in order of schedule and id: of a journey, in these states, scheduled from `since` on, that left from `left_since` on."""
    query = select(*COLUMNS).order_by(sends.c.scheduled_at, sends.c.id)
    if journey is not None:
        query = query.where(sends.c.journey == journey)
    if states is not None:
        query = query.where(sends.c.state.in_(states))
    if since is not None:
        query = query.where(sends.c.scheduled_at >= since)
    if left_since is not None:
        query = query.where(sends.c.sent_at >= left_since)
    return _sends(store, query)


def named(store: Store, ids: Sequence[str]) -> dict[str, Send]:
    """Sends by id; unknown ids are left out."""
    return {send.id: send for send in _sends(store, select(*COLUMNS).where(among(sends.c.id, ids)))}


def one(store: Store, id_: str) -> Send:
    """A send by id. Raises RunError when there is none."""
    found = named(store, [id_])
    if not found:
        raise RunError(f"There is no send {id_}.", remedy="Copy an id from a file in the outbox.")
    return found[id_]


def history(
    store: Store, since: datetime, *, topic: Topic = "marketing", people: Sequence[str] | None = None
) -> list[tuple[str, str, Channel, datetime]]:
    """(send, customer, channel, when) of messages that reached customers, or may have, after `since`: all, or of these customers."""
    query = select(sends.c.id, sends.c.customer, sends.c.channel, sends.c.claimed_at).where(
        sends.c.state.in_(REACHED), sends.c.claimed_at > since, sends.c.topic == topic
    )
    if people is not None:
        query = query.where(among(sends.c.customer, people))
    with store.reading() as connection:
        return [(send, customer, channel, when) for send, customer, channel, when in connection.execute(query)]


def wanted(store: Store, people: Sequence[str], journeys: Sequence[str], until: datetime) -> list[tuple[Send, float]]:
    """Planned marketing sends of these journeys to these customers, scheduled before `until`, with what their decisions expect."""
    query = select(*COLUMNS, decisions.c.expected).join(decisions, decisions.c.id == sends.c.decision)
    query = query.where(
        sends.c.state == "planned", sends.c.topic == "marketing", sends.c.scheduled_at < until, sends.c.journey.in_(journeys)
    )
    with store.reading() as connection:
        rows = connection.execute(query.where(among(sends.c.customer, people))).all()
    # Rows were validated on their way in.
    return [(Send.trusted(dict(zip(Send.model_fields, row[:-1], strict=True))), row.expected) for row in rows]


def claim(store: Store, ids: Sequence[str], at: datetime) -> None:
    """planned (or claimed before a crash) → claimed. Only the gate calls this."""
    _move(store, ids, ("planned", "claimed"), {"state": "claimed", "claimed_at": at})


def block(store: Store, reasons: Mapping[str, str]) -> None:
    """planned → blocked, with a reason each."""
    _each(store, ("planned",), sends.c.reason, reasons, state="blocked")


def standing(store: Store, claims: Mapping[str, datetime]) -> set[str]:
    """Which of these claims (send id → when it was claimed) still stand: nobody claimed the send again or knows what became of it."""
    query = select(sends.c.id, sends.c.claimed_at).where(sends.c.state.in_(("claimed", "unknown")))
    with store.reading() as connection:
        return {id_ for id_, at in connection.execute(query.where(among(sends.c.id, claims))) if claims[id_] == at}


def unclaim(store: Store, ids: Sequence[str]) -> None:
    """claimed (or unknown meanwhile) → planned: certainly not sent, may be claimed again."""
    _move(store, ids, ("claimed", "unknown"), {"state": "planned", "reason": None, "claimed_at": None})


def sent(store: Store, provider_ids: Mapping[str, str]) -> None:
    """claimed (or unknown meanwhile) → sent, at the moment it was claimed; send id → the provider's id."""
    _each(store, ("claimed", "unknown"), sends.c.provider_id, provider_ids, state="sent", reason=None, sent_at=sends.c.claimed_at)


def failed(store: Store, reasons: Mapping[str, str]) -> None:
    """claimed (or unknown meanwhile) → failed: certainly not sent and hopeless."""
    _each(store, ("claimed", "unknown"), sends.c.reason, reasons, state="failed")


def unknown(store: Store, reasons: Mapping[str, str]) -> None:
    """claimed → unknown: perhaps sent; never sent again by itself."""
    _each(store, ("claimed",), sends.c.reason, reasons, state="unknown")


def counts(store: Store, journey: str | None = None) -> dict[str, int]:
    """How many sends are in each state."""
    return _counted(store, sends.c.state, journey)


def blocked(store: Store, journey: str | None = None) -> dict[str, int]:
    """How many were blocked, by reason."""
    return _counted(store, sends.c.reason, journey, sends.c.state == "blocked")


def claimed_moments(store: Store, ids: Sequence[str]) -> dict[str, datetime]:
    """When each of these sends was claimed."""
    query = select(sends.c.id, sends.c.claimed_at).where(sends.c.claimed_at.is_not(None))
    with store.reading() as connection:
        return dict(connection.execute(query.where(among(sends.c.id, ids))).all())


def _place(after: tuple[datetime, str]) -> list[tuple[Any, Any]]:
    return [(after[0], sends.c.scheduled_at), (after[1], sends.c.id)]


def _sends(store: Store, query: Any) -> list[Send]:
    with store.reading() as connection:
        return records(connection, query, Send)


def _move(store: Store, ids: Sequence[str], of: Sequence[SendState], values: Mapping[str, Any]) -> None:
    with store.transaction() as connection:
        connection.execute(update(sends).where(among(sends.c.id, ids), sends.c.state.in_(of)).values(**values))


def _each(store: Store, of: Sequence[SendState], column: Column[Any], words: Mapping[str, str], **same: Any) -> None:
    """The same move for many, each (send id → word) with a word of its own in a column, cut to what it holds."""
    if words:
        told = given({id_: word[:200] for id_, word in words.items()})
        with store.transaction() as connection:
            mine = update(sends).where(sends.c.id == told.c.key, sends.c.state.in_(of))
            connection.execute(mine.values({column: told.c.value, **{sends.c[name]: value for name, value in same.items()}}))


def _counted(store: Store, by: Any, journey: str | None, *where: Any) -> dict[str, int]:
    query = select(by, func.count()).where(*where).group_by(by).order_by(by)
    with store.reading() as connection:
        return {str(name): int(n) for name, n in connection.execute(query if journey is None else query.where(sends.c.journey == journey))}
