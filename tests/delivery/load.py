"""A busy shop to kill workers in, and what must hold of it afterwards.

Every round some sends are planned, people opt out, a text is edited, and two workers deliver the same journeys at once. The checks look
only at the files a channel wrote and at what the tables say, and judge them by what the load itself remembers having done.
"""

from __future__ import annotations

import itertools
import json
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from journeyman.domain import FrequencyCap, Money, Send, Variant, Written
from journeyman.store import customers, library, outbox
from tests.delivery.mortal import KILLED, Crew, Order, Worker
from tests.delivery.small_world import BRAND, CHANNELS, NOON, World, a_customer, a_plan, a_variant, a_world

JOURNEYS = ["a", "b"]
BUDGETS = {"a": 90.0, "b": 30.0}
CAP, SMS_CAP, WINDOW = 3, 1, timedelta(days=1)
ZONES = ["America/New_York", "Europe/London", "Asia/Tokyo", "Asia/Kathmandu", "America/Los_Angeles", None]
PEOPLE = 36
SPACING = timedelta(minutes=45)
"""Between rounds: hundreds of them pass through every hour of the day."""
PLANNED_A_ROUND = 16


@dataclass(frozen=True)
class Message:
    """One message that left, as its file tells it."""

    id: str
    address: str
    slot: str
    at: datetime
    body: str


@dataclass
class Load:
    """The world, its seeded luck, and all that was ever asked of it."""

    world: World
    folder: Path
    luck: random.Random
    planned: dict[str, Send] = field(default_factory=dict)
    gone: dict[tuple[str, str], datetime] = field(default_factory=dict)
    """(customer or address, channel) → since when it gets no marketing."""
    closed: dict[tuple[str, str], datetime] = field(default_factory=dict)
    """(address, channel) → since when it gets nothing."""
    editions: list[datetime] = field(default_factory=lambda: [NOON])
    """When each edition of the push text was approved."""
    kills: int = 0
    torn: int = 0
    """Rounds that left sends claimed."""

    @classmethod
    def of(cls, folder: Path, seed: int, database: str | None = None) -> Load:
        caps = [FrequencyCap(limit=CAP, window_days=WINDOW.days), FrequencyCap(channel="sms", limit=SMS_CAP, window_days=WINDOW.days)]
        plans = [a_plan(name, frequency_caps=caps, incentive_budget=Money(amount=BUDGETS[name])) for name in JOURNEYS]
        people = [a_customer(n, time_zone=ZONES[n % 6], email=f"p{n - n % 9 // 8}@example.com") for n in range(PEOPLE)]  # some share one
        load = cls(a_world(folder, people, plans, [_edition(0)], database=database), folder, random.Random(seed))
        for journey in JOURNEYS:
            draft = a_variant("in_app", id_="draft")
            library.add(load.world.store, journey, [Written(variant=draft, brief="b", author="test")])
            load.world.variants[journey, "draft"] = draft
        return load

    def run(self, crew: Crew, kills: int) -> None:
        """Rounds until so many workers were killed, then rounds without deaths until everything is settled."""
        for turn in itertools.count():
            if self.kills >= kills:
                break
            assert turn < 40 + 8 * kills, "workers hardly die"
            self._round(crew, turn)
        for _ in range(8):
            self.world.clock.advance_to(self.world.clock.now() + timedelta(hours=3, minutes=7))
            crew.work(Order(workers=[self._worker(), self._worker()]))
        assert not set(outbox.counts(self.world.store)) & {"planned", "claimed"}

    def _round(self, crew: Crew, turn: int) -> None:
        self.world.clock.advance_to(NOON + turn * SPACING)
        self._change()
        self._plan(turn)
        axe = (self.luck.randrange(2), self.luck.uniform(0.005, 0.12)) if self.luck.random() < 0.3 else None
        workers = [self._worker(steps=self.luck.choice([None, *(self.luck.randint(1, 200) for _ in range(3))])) for _ in range(2)]
        self.kills += crew.work(Order(workers=workers, axe=axe)).count(KILLED)
        self.torn += "claimed" in outbox.counts(self.world.store)

    def _worker(self, steps: int | None = None) -> Worker:
        """One of two that start within seconds of each other."""
        now = self.world.clock.now() + timedelta(milliseconds=self.luck.randrange(5000))
        journeys = self.luck.sample(JOURNEYS, 2)
        return Worker(journeys=journeys, now=now, steps=steps, pace=self.luck.choice([0, 0, 1, 20]))

    def _change(self) -> None:
        store, now, luck = self.world.store, self.world.clock.now(), self.luck
        who, channel = self.world.people[f"c{luck.randrange(PEOPLE):05d}"], luck.choice(CHANNELS)
        if luck.random() < 0.25:
            customers.withdraw(store, who.id, [channel])
            self.gone.setdefault((who.id, channel), now)
        if luck.random() < 0.15:
            scope: customers.Scope = luck.choice(("marketing", "all"))
            address = self.world.make(int(who.id[1:]), channel, {"journey": "a"}).address
            customers.suppress(store, channel, [address], reason="test", scope=scope)
            (self.closed if scope == "all" else self.gone).setdefault((address, channel), now)
        if luck.random() < 0.1:
            edition = _edition(len(self.editions))
            for journey in JOURNEYS:
                library.replace(store, journey, [Written(variant=edition, brief="b", author="test")])
                library.settle(store, journey, approved=[edition.id])
                self.world.variants[journey, edition.id] = edition
            self.editions.append(now)

    def _plan(self, turn: int) -> None:
        everything = list(itertools.product(range(PEOPLE), CHANNELS, JOURNEYS))
        wanted = []
        for n, channel, journey in self.luck.sample(everything, PLANNED_A_ROUND):
            topic = self.luck.choice(["marketing", "marketing", "transactional"])
            changes = {"journey": journey, "slot": f"r{turn}", "liability": self.luck.choice([0.0, 0.0, 1.0, 2.5]), "topic": topic}
            if topic == "marketing" and channel in ("push", "in_app"):
                changes["variant"] = "edited" if channel == "push" else self.luck.choice(["draft", "in_app-marketing"])
            wanted.append((n, channel, changes))
        self.planned |= {send.id: send for send in self.world.plan_sends(*wanted)}

    def messages(self) -> list[Message]:
        """All that left, in order of time."""
        told = [json.loads(path.read_bytes()) for path in (self.folder / "outbox").rglob("*.json")]
        found = [Message(t["send_id"], t["address"], t["slot"], datetime.fromisoformat(t["sent_at"]), t["rendered"]["body"]) for t in told]
        return sorted(found, key=lambda message: message.at)

    def check(self, *, keyed: bool) -> None:
        """Every promise, in its own words."""
        messages, rows = self.messages(), {row["id"]: row for row in self._table("select * from sends")}
        sent = [self.planned[message.id] for message in messages]
        assert len({(send.journey, send.address, send.slot) for send in sent}) == len(messages), "twice"
        for message in messages:
            self._allowed(message)
        self._capped(messages)
        self._afforded(sent, rows)
        self._none_lost({message.id for message in messages}, rows, keyed=keyed)
        noted = [json.loads(row["properties"])["send"] for row in self._table("select * from events where event = 'message_sent'")]
        assert sorted(noted) == sorted(id_ for id_, row in rows.items() if row["state"] == "sent")

    def check_busy(self) -> None:
        """The load put every promise to the test."""
        reasons = Counter((row["state"], row["reason"]) for row in self._table("select * from sends"))
        for reason in ("consent", "suppressed", "cap", "quiet_hours", "budget", "not_approved"):
            assert reasons["blocked", reason] > 0, reason
        assert reasons["sent", None] > reasons.total() / 10 and self.torn > self.kills / 20

    def _allowed(self, message: Message) -> None:
        send = self.planned[message.id]
        never = self.world.clock.now() + timedelta(days=1)
        assert message.at < self.closed.get((send.address, send.channel), never), "suppressed"
        if send.topic == "marketing":
            assert message.at < min(self.gone.get((who, send.channel), never) for who in (send.customer, send.address)), "opted out"
        zone = self.world.people[send.customer].time_zone
        for name in [zone] if zone else BRAND.time_zones:
            assert time(8) <= message.at.astimezone(ZoneInfo(name)).time() < time(21), "asleep"
        assert send.variant != "draft", "never approved"
        if send.variant == "edited":
            current = sum(since <= message.at for since in self.editions) - 1
            assert f"Edition {current}." in message.body, "not the text that was approved"
            assert send.variant_hash == _edition(current).fingerprint()

    def _capped(self, messages: list[Message]) -> None:
        got: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
        for message in messages:
            send = self.planned[message.id]
            if send.topic == "marketing":
                got[send.customer].append((message.at, send.channel))
        for of_one in got.values():
            for at, _ in of_one:
                recent = [channel for when, channel in of_one if at - WINDOW < when <= at]
                assert len(recent) <= CAP and recent.count("sms") <= SMS_CAP, "too many"

    def _afforded(self, sent: list[Send], rows: dict[str, dict[str, Any]]) -> None:
        ledger = self._table("select * from budget")
        for journey, amount in BUDGETS.items():
            assert sum(send.liability for send in sent if send.journey == journey) <= amount, "overspent"
            held = {row["send"]: row["reserved"] + row["spent"] for row in ledger if row["journey"] == journey and row["reserved"]}
            assert sum(held.values()) <= amount, "over-reserved"
            may_have_left = [row for row in rows.values() if row["journey"] == journey and row["state"] in ("sent", "unknown")]
            assert held == {row["id"]: row["liability"] for row in may_have_left if row["liability"]}, "counted twice, or not at all"

    def _none_lost(self, left: set[str], rows: dict[str, dict[str, Any]], *, keyed: bool) -> None:
        twins = {(row["journey"], row["address"], row["slot"]) for row in rows.values()}
        assert all((send.journey, send.address, send.slot) in twins for send in self.planned.values())
        for id_, row in rows.items():
            assert row["state"] in ("sent", "unknown", "blocked"), row
            assert id_ in left or row["state"] != "sent", "marked as sent, but no message"
            assert id_ not in left or row["state"] != "blocked", "marked as blocked, but a message"
            assert row["state"] != "unknown" or not keyed or row["reason"].startswith("interrupted, then "), row
            if row["state"] == "blocked" and row["reason"] not in ("quiet_hours", "budget", "cap"):
                self._deserved(row)

    def _deserved(self, row: dict[str, Any]) -> None:
        """A block has its reason in what was done here."""
        who = {(row["customer"], row["channel"]), (row["address"], row["channel"])}
        if row["reason"] in ("consent", "suppressed"):
            assert who & (self.gone.keys() | self.closed.keys()), row
        else:
            assert row["reason"] == "not_approved" and row["variant"] in ("draft", "edited"), row

    def _table(self, query: str) -> list[dict[str, Any]]:
        with self.world.store.reading() as connection:
            return [dict(row) for row in connection.execute(text(query)).mappings()]


def _edition(number: int) -> Variant:
    return a_variant("push", id_="edited", body=f"Come and see. Edition {number}.")
