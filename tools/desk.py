"""The decision desk of one journey: what the bandit tools act on. Opened once, used for many cohort runs.

It holds the library as actions, the policy that chooses among them and the customers. One run goes `look → choose`; the caller writes the
result in one transaction. It decides; it never sends: that is delivery's, behind the gate.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guardrails.quiet import candidates
from journeyman.decisioning import ActionEncoder, ContextEncoder, Policy
from journeyman.decisioning.comparison import bau, random_control, standard_theme
from journeyman.delivery.address import normalise
from journeyman.domain import Arm, Brand, Channel, Customer, Decision, Orders, Plan, Send, Variant
from journeyman.errors import Refused
from journeyman.features import FeatureTable, select
from journeyman.measurement.arms import assign
from tools.offers import Allowance, drawn, terms
from tools.reach import Bools, next_start, number, open_windows, reach, reserve, rested, started, under_caps
from tools.tongues import Tongues


@dataclass(frozen=True)
class Recent:
    """What already happened to customers: marketing sends of late (customer, channel, when), those of this journey alone, channels closed
    to them, and which variants they had of late (customer, variant)."""

    sends: tuple[tuple[str, Channel, datetime], ...] = ()
    own: tuple[tuple[str, Channel, datetime], ...] = ()
    suppressed: frozenset[tuple[str, str]] = frozenset()
    had: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Cohort:
    """One slot's audience. Arrays are over its n customers; `eligible` is (n, K) with action 0 = hold."""

    slot: str
    now: datetime
    customers: tuple[str, ...]
    rows: NDArray[np.intp]
    """Rows of the feature table, and of the desk's customers."""
    arms: NDArray[np.str_]
    contexts: NDArray[np.float32]
    """(n, d)"""
    eligible: Bools
    entered: Bools
    """(n,): some message could be sent, were it the customer's turn. All arms enter the experiment by this one condition."""
    keys: NDArray[np.uint64]
    price: float = 0.0
    """What an offer must earn in treatment, in reward units for each unit of money set aside for it."""


@dataclass(frozen=True)
class Choices:
    """What came of one slot: decisions (holds and the holdout's included), the sends they want, and the eligible sets by hash."""

    decisions: list[Decision]
    sends: list[Send]
    eligible: dict[str, bytes]


class Desk:
    """See the module. `variants` are the approved ones with their fingerprints, in the order of the policy's actions."""

    def __init__(
        self,
        *,
        journey: str,
        salt: str,
        plan: Plan,
        plan_version: int,
        brand: Brand,
        customers: list[Customer],
        variants: list[tuple[Variant, str]],
        policy: Policy,
        policy_version: str,
        contexts: ContextEncoder,
        actions: ActionEncoder,
        seed: int,
    ) -> None:
        self.journey, self.salt, self.plan, self.plan_version, self.brand, self.seed = journey, salt, plan, plan_version, brand, seed
        self.policy, self.policy_version, self.context_encoder = policy, policy_version, contexts
        self.customers = sorted(customers, key=lambda p: p.id)
        self.row_of = {p.id: n for n, p in enumerate(self.customers)}
        self.zones = [candidates(p.time_zone, brand.time_zones) for p in self.customers]
        self.take_in(actions, variants, {v.id for v, _ in variants})

    def take_in(self, actions: ActionEncoder, variants: list[tuple[Variant, str]], usable: set[str]) -> None:
        """Actions with new ones at the end, every variant they name, and which may be sent from now on: the others' are open to nobody."""
        self.action_encoder, self.actions = actions, list(actions.actions)
        self.variants = {v.id: (v, fingerprint) for v, fingerprint in variants}
        self.retired = set(self.variants) - usable
        self._cells()

    def _cells(self) -> None:
        """Every action's cell, channel × window: but for offers and languages, eligibility is the same within one."""
        self.channels = list(self.plan.action_sets.channels)
        self.windows = list(self.plan.action_sets.send_windows)
        places = [(self.channels.index(self.variants[str(v)][0].channel), self.windows.index(w)) for v, w in self.actions[1:] if w]
        self.cell = np.array([channel * len(self.windows) + window for channel, window in places], dtype=np.intp)  # (K - 1,)
        self.actions_of: dict[str, list[int]] = {}
        for k, (variant_id, _) in enumerate(self.actions[1:], 1):
            self.actions_of.setdefault(str(variant_id), []).append(k)
        copies, usable = [self.variants[str(v)][0] for v, _ in self.actions[1:]], [v not in self.retired for v, _ in self.actions[1:]]
        cells, own = len(self.channels) * len(self.windows), self.plan.spoken(self.brand).default_language
        self.tongues = Tongues.make(copies, np.array(usable), self.cell, cells, self.customers, own)
        offers = [None if v is None else self.variants[v][0].incentive for v, _ in self.actions]
        self.liability = np.array([reserve(offer, self.brand) for offer in offers])  # (K,)

    def look(self, features: FeatureTable, slot: str, now: datetime, recent: Recent, allowance: Allowance | None, orders: Orders) -> Cohort:
        """The slot's audience with contexts and eligible sets: of the customers in `features`, those the desk knows."""
        place = np.array([self.row_of.get(c, -1) for c in features.customers], dtype=np.intp)
        inside = np.flatnonzero(select(features, self.plan.audience.where) & (place >= 0))
        rows = place[inside]
        people = [self.customers[r] for r in rows]
        names = [p.id for p in people]
        arms = assign(names, self.salt, self.plan.measurement)
        contexts, price = self.contexts(features)[inside], 0.0
        eligible, entered = np.ones((len(rows), len(self.actions)), dtype=bool), np.zeros(len(rows), dtype=bool)
        if len(rows):
            ages, own = self._ages(names, now, recent.sends), self._ages(names, now, recent.own)
            open_ = self._groups(people, rows, now, ages, recent, orders)
            treated = arms == "treatment"
            resting = treated & ~rested(self.plan, own, len(rows))  # no other journey may delay when treatment enters
            waiting = treated & ~started(names, self.salt, orders.rollout, own)
            tongue = self.tongues.of[rows]
            entered = (open_ & self.tongues.cells[tongue]).any(axis=1) & ~resting
            eligible[:, 1:] = (open_ & ~(resting | waiting)[:, None])[:, self.cell]
            if not self.tongues.all:
                eligible[:, 1:] &= self.tongues.open[tongue]
            self._not_again(eligible, names, recent)
            if allowance is not None:
                offered, price = self._offered(names, slot, arms, entered & ~waiting, contexts, eligible, allowance, orders)
                eligible[np.ix_(~offered, self.liability > 0)] = False
        return Cohort(
            slot=slot,
            now=now,
            customers=tuple(names),
            rows=rows,
            arms=arms,
            contexts=contexts,
            eligible=eligible,
            entered=entered,
            keys=np.array([number(n) for n in names], dtype=np.uint64),
            price=price,
        )

    def contexts(self, features: FeatureTable) -> NDArray[np.float32]:
        """(all of its customers, d). Encoded together, so that a replay from the snapshot gives the same bits."""
        return self.context_encoder.encode(features.names, features.matrix())

    @staticmethod
    def _ages(names: list[str], now: datetime, sends: tuple[tuple[str, Channel, datetime], ...]) -> list[tuple[int, Channel, float]]:
        """(row, channel, hours since) of what was sent to the cohort."""
        place = {name: i for i, name in enumerate(names)}
        return [(place[c], ch, (now - at).total_seconds() / 3600) for c, ch, at in sends if c in place]

    def _not_again(self, eligible: Bools, names: list[str], recent: Recent) -> None:
        """Takes from `eligible` (n, K) what a customer had of late: nobody likes to get the same letter twice."""
        place = {name: i for i, name in enumerate(names)}
        pairs = [(place[c], k) for c, v in recent.had if c in place for k in self.actions_of.get(v, ())]
        if pairs:
            eligible[tuple(np.array(pairs).T)] = False

    def _groups(
        self,
        people: list[Customer],
        rows: NDArray[np.intp],
        now: datetime,
        ages: list[tuple[int, Channel, float]],
        recent: Recent,
        orders: Orders,
    ) -> Bools:
        """(n, channels × windows): what a customer may be sent, by cell."""
        n = len(people)
        may = reach(people, set(recent.suppressed), self.channels) & under_caps(self.plan, self.channels, ages, n)
        may &= np.array([c not in orders.rest for c in self.channels])
        zones = [self.zones[r] for r in rows]
        kinds = {z: open_windows(self.plan, self.channels, self.windows, z, now) for z in dict.fromkeys(zones)}
        opened = np.stack([kinds[z] for z in zones])  # (n, channels, windows)
        if orders.windows is not None:
            opened = opened & np.array([w in orders.windows for w in self.windows])
        return np.asarray((may[:, :, None] & opened).reshape(n, -1))

    def _offered(
        self,
        names: list[str],
        slot: str,
        arms: NDArray[np.str_],
        turn: Bools,
        contexts: NDArray[np.float32],
        eligible: Bools,
        allowance: Allowance,
        orders: Orders,
    ) -> tuple[Bools, float]:
        """(n,) who may be offered an incentive, and its price in treatment. Each head whose `turn` it is has the same money in all arms."""
        treated, heads = turn & (arms == "treatment"), turn & (arms != "holdout")
        money = allowance.today(orders.pace) / max(int(heads.sum()), 1)
        asked = terms(self.policy, contexts[treated], eligible[treated], self.liability, money * int(treated.sum()), orders.floor)
        share = np.where(arms == "treatment", asked.share, money / max(float(self.liability.max()), 0.01))
        return drawn(names, slot, share), asked.price

    def choose(self, cohort: Cohort, orders: Orders, snapshot: str) -> Choices:
        """A decision for everybody who may be sent something, by the policy or the arm's own rule; hold for the holdout."""
        open_ = np.flatnonzero(cohort.entered)
        seed = number(self.journey, cohort.slot, str(self.seed)) % 2**31
        action = np.zeros(len(cohort.rows), dtype=np.int64)
        propensity = np.ones(len(cohort.rows))
        expected = np.zeros(len(cohort.rows))
        arms: tuple[Arm, ...] = ("treatment", "random_control", "bau")
        for arm in arms:
            mine = open_[cohort.arms[open_] == arm]
            if len(mine):
                action[mine], propensity[mine], expected[mine] = self._by(arm, cohort, mine, seed, orders)
        return self.written(cohort, open_, action, propensity, expected, seed, snapshot)

    def _by(self, arm: Arm, cohort: Cohort, mine: NDArray[np.intp], seed: int, orders: Orders) -> tuple[Any, Any, Any]:
        """(action, propensity, expected), each (m,), for the customers of one arm."""
        eligible, keys = cohort.eligible[mine], cohort.keys[mine]
        if arm == "treatment":
            chosen = self.priced(self.policy, cohort.price).decide(
                cohort.contexts[mine], eligible, keys=keys, seed=seed, floor=orders.floor
            )
            return chosen.action, chosen.propensity, chosen.expected
        if arm == "random_control":
            action, propensity = random_control(eligible, 0, seed=seed, keys=keys)
        else:
            actions = [(self.variants[v][0], w) if v is not None and w is not None else None for v, w in self.actions]
            action, propensity = bau(eligible, actions, 0, cohort.now.date(), theme=standard_theme(self.plan), seed=seed, keys=keys)
        return action, propensity, np.zeros(len(mine))

    def priced(self, policy: Policy, price: float) -> Policy:
        """`policy` on a day when offers have a price: reward units for each unit of money set aside."""
        return policy.at_costs(policy.costs + price * self.liability[: len(policy.costs)]) if price else policy

    def written(
        self, cohort: Cohort, logged: NDArray[np.intp], action: Any, propensity: Any, expected: Any, seed: int, snapshot: str
    ) -> Choices:
        """Decisions and sends as records, for the rows `logged` of the cohort; `action`, `propensity` and `expected` are (n,)."""
        decisions, sends, sets = [], [], {}
        for i in logged:
            customer = self.customers[cohort.rows[i]]
            variant_id, window = self.actions[action[i]] if action[i] > 0 else (None, None)
            bits = np.packbits(cohort.eligible[i]).tobytes()
            name = f"{number(bits.hex()):016x}"
            sets[name] = bits
            decision = Decision(
                id=f"{number(self.journey, customer.id, cohort.slot):016x}",
                journey=self.journey,
                customer=customer.id,
                arm=str(cohort.arms[i]),
                decided_at=cohort.now,
                slot=cohort.slot,
                action=int(action[i]),
                variant=variant_id,
                window=window,
                propensity=float(propensity[i]),
                expected=float(expected[i]),
                policy_version=self.policy_version,
                seed=seed,
                key=int(cohort.keys[i]),
                eligible=name,
                snapshot=snapshot,
            )
            decisions.append(decision)
            if variant_id is not None and window is not None and (send := self._send(decision, customer, cohort, int(cohort.rows[i]))):
                sends.append(send)
        return Choices(decisions, sends, sets)

    def _send(self, decision: Decision, customer: Customer, cohort: Cohort, row: int) -> Send | None:
        variant, fingerprint = self.variants[str(decision.variant)]
        try:
            address = normalise(variant.channel, customer.address(variant.channel) or "")
        except Refused:
            return None
        assert decision.window is not None
        return Send(
            id=decision.id,
            decision=decision.id,
            journey=self.journey,
            plan_version=self.plan_version,
            customer=customer.id,
            arm=decision.arm,
            channel=variant.channel,
            topic=variant.topic,
            variant=variant.id,
            variant_hash=fingerprint,
            slot=decision.slot,
            scheduled_at=next_start(decision.window, self.zones[row][0], cohort.now),
            address=address,
            liability=reserve(variant.incentive, self.brand),
        )
