"""One journey's working days: reads what the store knows, lets the desk decide, writes each step in one transaction.

    snapshot(slot) → report() → decide(slot, orders) → deliver() → take_in(events) → learn(slot)

Every step may be repeated: what is written already stays as it is. Time comes from the store's clock.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from journeyman.decisioning import Policy
from journeyman.delivery import optouts
from journeyman.delivery.address import normalise
from journeyman.domain import Decision, Event, Orders, PolicyReport, Send
from journeyman.errors import DeliveryError, RunError
from journeyman.features import FeatureTable, Staged
from journeyman.features.happened import FROM_TABLES
from journeyman.measurement.attribution import attribute
from journeyman.store import Store, audit, budget, customers, decisions, events, journeys, outbox, policies, rewards, snapshots
from tools.desk import Cohort, Desk, Recent
from tools.offers import LIFE, Allowance
from tools.reach import FRESH
from tools.standing import Standing

if TYPE_CHECKING:
    from journeyman.delivery.dispatch import Tally

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ANSWER = timedelta(hours=12)
"""How long a message waits for a first answer before it teaches."""
OPT_OUTS = ("unsubscribed", "complained")


class Shift:
    """See the module. `staged` builds features; `folder` keeps snapshots and policies; `send_due` delivers behind the gate."""

    def __init__(self, store: Store, desk: Desk, staged: Staged, folder: Path, send_due: Callable[[], Tally], start: datetime) -> None:
        self.store, self.desk, self.staged, self.folder, self._send_due, self.start = store, desk, staged, folder, send_due, start
        self.journey, self.plan = desk.journey, desk.plan
        self.cohort: Cohort | None = None
        self._contexts: dict[str, tuple[NDArray[np.float32], dict[str, int]]] = {}
        self._made: dict[str, Decision] | None = None
        self._left: dict[str, Send] = {}
        self._standing = Standing(self)

    # -- before deciding ------------------------------------------------------------------------------------------------------------

    def decided(self, slot: str) -> int:
        """Decisions the slot has already."""
        return decisions.count(self.store, self.journey, slot)

    def snapshot(self, slot: str) -> str:
        """Features as of now, kept under `JOURNEY.SLOT`; the one that is there already is the one that counts."""
        name = f"{self.journey}.{slot}"
        path = self._file(name)
        if not path.exists():
            now = self.store.clock.now()
            features = self.staged.build(now, self._live_events(now))
            features.save(path)
            snapshots.add(self.store, name, as_of=now, path=path.name, fingerprint=features.fingerprint)
        return name

    def features(self, name: str) -> FeatureTable:
        """A snapshot's features."""
        return FeatureTable.load(self._file(name))

    def _file(self, name: str) -> Path:
        folder = self.folder / "snapshots"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{name}.parquet"

    def _live_events(self, until: datetime) -> Any:
        """Events and live touches before `until` as Arrow: customer_id, event, timestamp, properties."""
        import pyarrow as pa

        told = events.table(self.store, until=until, but=FROM_TABLES)
        sent = [touch for touch in outbox.history(self.store, EPOCH) if touch[3] < until]
        touches = pa.table(
            {
                "customer_id": pa.array([customer for _, customer, _, _ in sent], pa.string()),
                "event": pa.array(["message_sent"] * len(sent), pa.string()),
                "timestamp": pa.array([at for *_, at in sent], pa.timestamp("us", tz="UTC")),
                "properties": pa.array([json.dumps({"channel": channel}) for _, _, channel, _ in sent], pa.string()),
            }
        )
        return pa.concat_tables([told, touches])

    # -- deciding -------------------------------------------------------------------------------------------------------------------

    def decide(self, slot: str, snapshot: str, orders: Orders) -> tuple[int, int, list[str]]:
        """Decides for the slot's audience and enqueues the sends, in one transaction. Returns (decisions, sends, what to look at: features
        that are no longer what they were when the journey began). Raises SchemaShift, with nothing written, when too many are lost, and
        RunError for a snapshot that is not the slot's, or a slot that is decided already or long past."""
        now = self.store.clock.now()
        self._may_decide(slot, snapshot, now)
        features = self.features(snapshot)
        moved = self.desk.context_encoder.moved(features.names, features.matrix())
        self.cohort = self.desk.look(features, slot, now, self._recent(now), self._allowance(now), orders)
        orders = orders.model_copy(update={"price": self.cohort.price})
        self._contexts[snapshot] = self.desk.contexts(features), features.row_of
        choices = self.desk.choose(self.cohort, orders, snapshot)
        self._file(snapshot).with_suffix(".json").write_text(orders.model_dump_json())
        with self.store.transaction():
            decisions.add(self.store, choices.decisions, choices.eligible)
            outbox.enqueue(self.store, choices.sends)
            self._log().update({d.id: d for d in sorted(choices.decisions, key=lambda d: d.id)})  # as the store will tell them
            audit.write(self.store, actor="orchestrator", action="orders", detail={"slot": slot, **orders.model_dump(mode="json")})
            if moved:
                audit.write(self.store, actor="desk", action="features moved", detail={"slot": slot, "features": moved})
        return len(choices.decisions), len(choices.sends), moved

    def _may_decide(self, slot: str, snapshot: str, now: datetime) -> None:
        """A slot is decided once, by its own snapshot, on its own day: whoever asks, and whatever names an agent makes up."""
        if snapshot != f"{self.journey}.{slot}":
            raise RunError(f"{snapshot} is not the snapshot of {slot}.", remedy="Decide with the snapshot made for the slot.")
        if now - snapshots.read(self.store, snapshot).as_of > timedelta(days=1):
            raise RunError(f"The snapshot of {slot} is older than a day.", remedy="Run the journey again: a new slot has a new one.")
        if self.decided(slot):
            raise RunError(f"{slot} is decided already.", remedy="What it decided stands; run the journey again in its next slot.")

    def orders(self, snapshot: str) -> Orders:
        """What was ordered when a snapshot's slot was decided."""
        return Orders.model_validate_json(self._file(snapshot).with_suffix(".json").read_text())

    def _recent(self, now: datetime) -> Recent:
        rails = self.plan.guardrails
        longest = max([cap.window_days for cap in rails.frequency_caps] + [rails.cooldown_hours / 24, 1])
        past = outbox.history(self.store, now - timedelta(days=longest))
        planned = [(s.customer, s.channel, s.scheduled_at) for s in outbox.read(self.store, states=("planned",))]
        left = [(s, s.sent_at) for s in self.sent() if s.sent_at] + [
            (s, s.scheduled_at) for s in outbox.read(self.store, self.journey, states=("planned",))
        ]
        own = tuple((s.customer, s.channel, at) for s, at in left if at >= now - timedelta(days=longest))
        had = frozenset((s.customer, s.variant) for s, at in left if at >= now - FRESH)
        return Recent(tuple((c, ch, at) for _, c, ch, at in past) + tuple(planned), own, self.closed(), had)

    def closed(self) -> frozenset[tuple[str, str]]:
        """(customer, channel) that may not be written to now: the address is suppressed, or consent does not hold any more."""
        shut = customers.suppressed(self.store)
        gone = {(p.id, c) for p in self.desk.customers for c in self.desk.channels if (c, self._address(p, c)) in shut}
        return frozenset(
            gone | {(p.id, c) for p in customers.read(self.store) for c in self.desk.channels if (c, "marketing") not in p.consent}
        )

    @staticmethod
    def _address(person: Any, channel: Any) -> str:
        try:
            return normalise(channel, person.address(channel) or "")
        except DeliveryError:
            return ""

    def _allowance(self, now: datetime) -> Allowance | None:
        limit = self.plan.guardrails.incentive_budget
        if limit is None:
            return None
        costs, held = budget.costs(self.store, self.journey), budget.outstanding(self.store, self.journey)
        offers = [s for s in self.sent() if s.liability > 0]
        promised = dict.fromkeys(range(LIFE + 1), 0.0)
        for send in offers:
            if send.sent_at:
                promised[max(LIFE - (now - send.sent_at).days, 0)] += held.pop(send.id, 0.0)
        waiting = outbox.read(self.store, self.journey, states=("planned",))  # nothing is set aside for these yet
        promised[LIFE] += sum(held.values()) + sum(s.liability for s in waiting)
        old = [s for s in offers if s.sent_at and s.sent_at < now - timedelta(days=LIFE)]
        mean = float(np.mean([s.liability for s in offers])) if offers else 1.0
        # Ten imagined offers redeemed one time in ten, until there are real ones to go by.
        redeemed = (sum(costs.get(s.id, 0.0) for s in old) + mean) / (sum(s.liability for s in old) + 10 * mean)
        days = self.plan.schedule.horizon_days - (now - self.start).days
        return Allowance(limit.amount, sum(costs.values()), promised, max(days, 1), min(redeemed, 1.0))

    def deliver(self) -> dict[str, Any]:
        """What is due goes through the gate and out; returns how many ended in which state."""
        return self._send_due().model_dump()

    def _log(self) -> dict[str, Decision]:
        """Every decision of the journey by id, in order of time: read once, then kept up."""
        if self._made is None:
            self._made = {d.id: d for d in decisions.read(self.store, self.journey)}
        return self._made

    def made(self) -> list[Decision]:
        """Every decision of the journey, in order of time."""
        return list(self._log().values())

    # -- learning -------------------------------------------------------------------------------------------------------------------

    def take_in(self, happened: Sequence[Event]) -> int:
        """Keeps events, each once. An opt-out closes the channel in the same transaction; a redemption is booked against the budget."""
        with self.store.transaction():
            new = events.add(self.store, happened)
            optouts.honour(self.store, happened)
            spent = {e.properties["redeemed"]: float(e.properties["discount"]) for e in happened if "redeemed" in e.properties}
            budget.spend(self.store, self.journey, spent)
        return new

    def learn(self, slot: str) -> tuple[int, str]:
        """Teaches the policy what is new since; saves it as a new version named after the slot. Returns (decisions, version).

        A message teaches as soon as most answers to it are in, and is corrected each day until its window closes. What was sent teaches in
        all arms; holding is learned from the holdout alone, when its window has closed (see `journeyman.measurement.attribution`).
        """
        now = self.store.clock.now()
        version = journeys.read(self.store, self.journey).policy_version or ""
        new = self._answered(now)
        self._release(now)
        if not new:
            return 0, version
        version, parent = self.free_version(slot), version
        contexts = np.stack([self.context(d) for d, _ in new])
        ids = np.array([int(d.id, 16) for d, _ in new], np.uint64)
        self.desk.policy.learn(contexts, [d.action for d, _ in new], [r for _, r in new], ids=ids)
        path = self.folder / "policies" / self.journey / version
        path.parent.mkdir(parents=True, exist_ok=True)
        self.desk.policy.save(path)
        with self.store.transaction():
            policies.add(self.store, self.journey, version, str(path.relative_to(self.folder)), parent=parent)
            told = {d.id: r for d, r in new}
            rewards.record(self.store, self.journey, told, policy_version=version)
            rewards.correct(self.store, told)
            journeys.set_policy(self.store, self.journey, version)
        self.desk.policy_version = version
        return len(new), version

    def free_version(self, slot: str) -> str:
        """A name for what is taught now: the slot's, or SLOT.2, SLOT.3 … where decisions may already cite the earlier ones."""
        taken = {v.version for v in policies.listed(self.store, self.journey)}
        return next(name for name in chain([slot], (f"{slot}.{n}" for n in count(2))) if name not in taken)

    def _answered(self, now: datetime) -> list[tuple[Decision, float]]:
        """Decisions to learn or to correct now with their rewards, in order of time and id."""
        window = timedelta(days=self.plan.objective.attribution_window_days)
        since = now - 3 * window - timedelta(days=3)
        known = rewards.learned(self.store, self.journey)
        open_ = [d for d in self._log().values() if d.decided_at >= since]
        sent = outbox.read(self.store, self.journey, since=since - window)
        happened = events.read(self.store, since=since, until=now, names=[e.event for e in self.plan.objective.events])
        earned = {r.decision: r for r in attribute(open_, sent, happened, self.plan.objective, now)}
        early = {s.decision for s in sent if s.sent_at is not None and s.sent_at <= now - ANSWER}
        found = [(d, earned[d.id]) for d in open_ if d.id in earned and earned[d.id].reward != known.get(d.id)]
        return [
            (d, r.reward) for d, r in found if (r.closed and (d.variant is not None or d.arm == "holdout")) or (d.variant and d.id in early)
        ]

    def context(self, decision: Decision) -> NDArray[np.float32]:
        """(d,): what was known of the customer when it was decided."""
        if decision.snapshot not in self._contexts:
            features = self.features(decision.snapshot)
            self._contexts[decision.snapshot] = self.desk.contexts(features), features.row_of
        contexts, row_of = self._contexts[decision.snapshot]
        return np.asarray(contexts[row_of[decision.customer]])

    def _release(self, now: datetime) -> None:
        """Gives back what offers reserved that nobody redeemed in time."""
        pending = budget.outstanding(self.store, self.journey)
        old = {s.id for s in self.sent() if s.sent_at and s.sent_at < now - timedelta(days=LIFE)}
        budget.release(self.store, sorted(old & set(pending)))

    # -- what others ask ------------------------------------------------------------------------------------------------------------

    def report(self) -> PolicyReport:
        """How the journey stands: what the orchestrator and the analyst read."""
        return self._standing.report()

    def successes(self) -> dict[str, float]:
        """See `Standing.successes`."""
        return self._standing.successes()

    def policy(self, version: str) -> Policy:
        """A saved version."""
        return Policy.load(self.folder / policies.read(self.store, self.journey, version).path)

    def sent(self) -> list[Send]:
        """Everything that left, in order of schedule: read once, then kept up."""
        last = max((s.sent_at for s in self._left.values() if s.sent_at), default=None)
        for latest in (last, None):  # again from the start where something else was marked as sent meanwhile
            self._left.update({s.id: s for s in outbox.read(self.store, self.journey, states=("sent",), left_since=latest)})
            if len(self._left) == outbox.counts(self.store, self.journey).get("sent", 0):
                break
        return sorted(self._left.values(), key=lambda s: (s.scheduled_at, s.id))
