"""A small world for tests of the store, delivery and the gate: one brand, live journeys, a few customers, sends made to order."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import event

from guardrails.gate import SendGate
from journeyman.clock import ManualClock
from journeyman.delivery.address import normalise
from journeyman.delivery.dispatch import Tally, deliver
from journeyman.domain import (
    ActionSets,
    AllOf,
    Audience,
    Brand,
    Channel,
    Cta,
    Customer,
    Decision,
    Guardrails,
    Objective,
    Outgoing,
    Plan,
    Send,
    SuccessEvent,
    Variant,
    Written,
)
from journeyman.store import Store, customers, decisions, journeys, library, outbox

NOON = datetime(2026, 3, 4, 17, tzinfo=UTC)
"""Noon in New York, a Wednesday."""
BRAND = Brand(
    name="Harbor & Vine",
    domains=["harborvine.com"],
    from_email="hello@harborvine.com",
    postal_address="12 Quay Street, Portland, ME 04101",
    variables={"city": "your city"},
    time_zones=["America/New_York", "America/Los_Angeles"],
)
HELLO = "Hi {{ first_name | default('there', true) }},"
TOPICS = ("marketing", "transactional")
CHANNELS: tuple[Channel, ...] = ("email", "sms", "push", "in_app")


@cache
def _migrated() -> Path:
    """An empty database, migrated once and copied for each test."""
    path = Path(tempfile.mkdtemp()) / "empty.sqlite"
    Store.open(path, clock=ManualClock(NOON)).close()
    return path


def fresh_store(folder: Path, clock: ManualClock) -> Store:
    shutil.copy(_migrated(), folder / "store.sqlite")
    store = Store.open(folder / "store.sqlite", clock=clock)
    store.close()
    event.listen(store.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))  # no power cuts in tests
    return store


def a_plan(name: str = "winback", **limits: Any) -> Plan:
    return Plan(
        name=name,
        goal="Win them back.",
        objective=Objective(events=[SuccessEvent(event="order")]),
        audience=Audience(description="everybody", where=AllOf(all=[])),
        action_sets=ActionSets(channels=list(CHANNELS), themes=["savings"], tones=["warm"], send_windows=["morning"]),
        guardrails=Guardrails(**limits),
    )


def a_variant(channel: Channel = "email", topic: str = "marketing", id_: str | None = None, **changes: Any) -> Variant:
    email = {"subject": "{{ first_name | default('Hello', true) }}, we kept your place", "preheader": "Fresh in today"}
    fields: dict[str, Any] = {
        "email": email | {"cta": Cta(label="See what's fresh", url="https://harborvine.com/fresh")},
        "sms": {},
        "push": {"title": "Fresh in"},
        "in_app": {"title": "Fresh in"},
    }[channel]
    body = {
        "email": HELLO + "\n\nCome and see.\n\nUnsubscribe: {{ unsubscribe_url }}\n\n{{ postal_address }}",
        "sms": "Harbor & Vine: come and see. Reply STOP to opt out",
    }.get(channel, "Come and see what is new in {{ city }}.")
    made = {
        "id": id_ or f"{channel}-{topic}",
        "channel": channel,
        "topic": topic,
        "theme": "savings",
        "tone": "warm",
        "body": body,
        **fields,
    }
    return Variant(**{**made, **changes})


def a_customer(n: int = 0, **changes: Any) -> Customer:
    person: dict[str, Any] = {
        "id": f"c{n:05d}",
        "email": f"person{n}@example.com",
        "phone": f"+1212555{n:04d}",
        "push_token": f"token{n}",
        "first_name": "Ann",
        "time_zone": "America/New_York",
        "consent": frozenset((c, t) for c in CHANNELS for t in TOPICS),
    }
    return Customer(**{**person, **changes})


@dataclass
class Recorder:
    """A channel that keeps what it was given and does what it is told for some keys."""

    idempotent: bool = True
    name: str = "recorder"
    got: list[Outgoing] = field(default_factory=list)
    trouble: dict[str, BaseException] = field(default_factory=dict)

    def send(self, message: Outgoing) -> str:
        if message.key in self.trouble:
            raise self.trouble[message.key]
        self.got.append(message)
        return f"provider-{message.key}"

    @property
    def keys(self) -> list[str]:
        return [message.key for message in self.got]


@dataclass
class World:
    store: Store
    clock: ManualClock
    brand: Brand
    gate: SendGate
    people: dict[str, Customer]
    variants: dict[tuple[str, str], Variant]

    def plan_sends(self, *wanted: tuple[int, Channel] | tuple[int, Channel, dict[str, Any]]) -> list[Send]:
        """Enqueues sends (customer number, channel, changes) with a decision each."""
        sends = [self.make(n, channel, *more) for n, channel, *more in wanted]
        decisions.add(self.store, [a_decision(send, self.clock.now()) for send in sends])
        outbox.enqueue(self.store, sends)
        return sends

    def make(self, n: int, channel: Channel, changes: dict[str, Any] | None = None) -> Send:
        changes = changes or {}
        journey, topic, slot = changes.get("journey", "winback"), changes.get("topic", "marketing"), changes.get("slot", "2026-03-04")
        customer = self.people[f"c{n:05d}"]
        variant = self.variants[journey, changes.get("variant", f"{channel}-{topic}")]
        id_ = f"{journey}-{customer.id}-{slot}-{channel}"
        made = {
            "id": id_,
            "decision": id_,
            "journey": journey,
            "plan_version": 1,
            "customer": customer.id,
            "arm": "treatment",
            "channel": channel,
            "topic": topic,
            "variant": variant.id,
            "variant_hash": variant.fingerprint(),
            "slot": slot,
            "scheduled_at": self.clock.now(),
            "address": normalise(channel, customer.address(channel) or "missing@example.com"),
        }
        return Send(**{**made, **changes})

    def deliver(self, channel: Any, journey: str = "winback") -> Tally:
        return deliver(self.store, self.gate, lambda _name: channel, self.clock, journey)

    def state(self, send: Send) -> tuple[str, str | None]:
        row = outbox.one(self.store, send.id)
        return row.state, row.reason


def a_decision(send: Send, at: datetime) -> Decision:
    return Decision(
        id=send.decision, journey=send.journey, customer=send.customer, arm=send.arm, decided_at=at, slot=f"{send.slot}/{send.channel}",
        action=1, variant=send.variant, window="morning", propensity=0.25, expected=0.1, policy_version="p1", seed=7,
        key=2**64 - 3, eligible="e", snapshot="s",
    )  # fmt: skip


def a_world(
    folder: Path,
    people: int | Sequence[Customer] = 3,
    plans: Sequence[Plan] = (),
    variants: Sequence[Variant] = (),
    now: datetime = NOON,
    brand: Brand = BRAND,
    database: str | None = None,
) -> World:
    """Live journeys (default: one without limits but quiet hours) with an approved variant per channel and topic. `database`: an empty one,
    by its URL, instead of a file in the folder."""
    clock = ManualClock(now)
    store = Store.open(database, clock=clock) if database else fresh_store(folder, clock)
    everybody = [a_customer(n) for n in range(people)] if isinstance(people, int) else list(people)
    copy = [a_variant(channel, topic) for channel in CHANNELS for topic in TOPICS] + list(variants)
    with store.transaction():
        customers.save(store, everybody)
        _go_live(store, plans or [a_plan()], copy)
    named = {(plan.name, v.id): v for plan in plans or [a_plan()] for v in copy}
    return World(store, clock, brand, SendGate(store, clock, brand), {p.id: p for p in everybody}, named)


def _go_live(store: Store, plans: Sequence[Plan], copy: Sequence[Variant]) -> None:
    for plan in plans:
        journeys.save_plan(store, plan)
        journeys.approve(store, plan.name, by="test")
        journeys.go_live(store, plan.name)
        library.add(store, plan.name, [Written(variant=v, brief="b", author="test") for v in copy])
        library.settle(store, plan.name, approved=[v.id for v in copy])
