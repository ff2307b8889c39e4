"""Opt-outs, honoured in the transaction that hears of them: consent withdrawn, and the address closed whoever else has it.

`unsubscribed` ends marketing on the channel it came by; `complained` ends everything on all channels (rules E04, S05).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from journeyman.delivery.address import normalise
from journeyman.domain import CHANNELS, Channel, Customer, Event
from journeyman.errors import Refused
from journeyman.store import Store, customers

NAMES = ("unsubscribed", "complained")


def honour(store: Store, events: Iterable[Event]) -> int:
    """Acts on the opt-outs among `events` and returns how many there were; again changes nothing. An unsubscribe that names no known
    channel counts for all of them."""
    outs = [event for event in events if event.event in NAMES]
    with store.transaction():
        people = {person.id: person for person in customers.read(store, [event.customer for event in outs])}
        for event in outs:
            named = event.properties.get("channel")
            channels = (named,) if event.event == "unsubscribed" and named in CHANNELS else CHANNELS
            _close(store, event, channels, people.get(event.customer))
    return len(outs)


def _close(store: Store, event: Event, channels: Sequence[Channel], person: Customer | None) -> None:
    complained = event.event == "complained"
    customers.withdraw(store, event.customer, channels, at=event.timestamp)
    if complained:
        customers.withdraw(store, event.customer, channels, "transactional", at=event.timestamp)
    for channel in channels:
        address = address_of(person, channel) if person else None
        if address:
            scope: customers.Scope = "all" if complained else "marketing"
            customers.suppress(store, channel, [address], reason=event.event, scope=scope, at=event.timestamp)


def address_of(person: Customer, channel: Channel) -> str | None:
    """The normalised address, or None when there is none that can be delivered to."""
    try:
        return normalise(channel, person.address(channel) or "")
    except Refused:
        return None


def closed(store: Store, people: Iterable[Customer]) -> frozenset[tuple[str, Channel]]:
    """(customer, channel) pairs that marketing cannot reach: the address is suppressed."""
    stopped = customers.suppressed(store)
    return frozenset((p.id, c) for p in people for c in CHANNELS if stopped and (c, address_of(p, c)) in stopped)
