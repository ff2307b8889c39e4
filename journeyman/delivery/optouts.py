"""Opt-outs, honoured in the transaction that hears of them: consent withdrawn, and the address closed whoever else has it.

`unsubscribed` ends marketing on the channel it came by; `complained` ends everything on all channels (rule E04). An `sms_received` whose
`body` is one of the words carriers know (STOP and its kin) closes that number to everything by SMS (rule S05, CTIA Messaging Principles
5.1.3). No word opens it again: consent is asked for anew where it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from journeyman.delivery import complaints
from journeyman.delivery.address import normalise
from journeyman.domain import CHANNELS, Channel, Customer, Event
from journeyman.errors import Refused
from journeyman.store import Store, customers

NAMES = ("unsubscribed", "complained")
STOP = frozenset({"stop", "stopall", "end", "cancel", "unsubscribe", "quit", "stopp", "arret", "arrêt", "baja"})
"""The five of the rule, and what it is called elsewhere."""


def says_stop(event: Event) -> bool:
    """Whether a text message from a customer says one of the words and nothing else, in any case, whatever stands around it."""
    body = str(event.properties.get("body", "")) if event.event == "sms_received" else ""
    return body.strip(" \t\r\n.,;:!?'\"“”‘’«»()[]*-").casefold() in STOP


def honour(store: Store, events: Iterable[Event]) -> int:
    """Acts on the opt-outs among `events`, which the store has, and returns how many there were; again changes nothing. An unsubscribe
    that names no known channel counts for all of them. A journey with too many complaints pauses (rule E08)."""
    outs = [event for event in events if event.event in NAMES or says_stop(event)]
    with store.transaction():
        people = {person.id: person for person in customers.read(store, [event.customer for event in outs])}
        for event in outs:
            person, named = people.get(event.customer), event.properties.get("channel")
            if event.event == "sms_received":
                _stop(store, event, person)
            else:
                _close(store, event, (named,) if event.event == "unsubscribed" and named in CHANNELS else CHANNELS, person)
        complaints.heed(store, outs)
    return len(outs)


def _stop(store: Store, event: Event, person: Customer | None) -> None:
    """STOP by SMS, for the number it came `from`, else the customer's own."""
    try:
        number = normalise("sms", str(event.properties["from"])) if "from" in event.properties else None
    except Refused:
        number = None
    number = number or (address_of(person, "sms") if person else None)
    customers.withdraw(store, event.customer, ("sms",), at=event.timestamp)
    customers.withdraw(store, event.customer, ("sms",), "transactional", at=event.timestamp)
    if number:
        customers.suppress(store, "sms", [number], reason="STOP", scope="all", at=event.timestamp)


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
