"""A demonstration world as a stage: the demonstration's own data, plan, copy and eligibility, one policy at a time.

Set up once by the demonstration's first stages; then every policy plays all customers of the audience by itself, in a copy of the world.
What differs from a journey in earnest is said in docs/simulation.md: no arms, no orchestrator, no store, and the gate's second look covers
opt-outs and the budget, for the rest was looked at in the morning.
"""

from __future__ import annotations

from copy import copy
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from app.demo import DAWN, Demo, Options
from app.opening import new_policy
from app.simulate.journal import Journal
from journeyman.decisioning import Policy
from journeyman.decisioning.comparison import standard_theme
from journeyman.domain import Measurement, Orders
from journeyman.errors import RunError
from journeyman.simulation.play import Diary, Standard, Tell
from journeyman.simulation.players import F64, Bools, Ints, Moment, Player
from journeyman.simulation.promises import broken, rules_of
from journeyman.simulation.settings import UseCase
from journeyman.simulation.world import World
from tools.desk import Cohort, Desk, Recent
from tools.offers import Allowance, drawn
from tools.reach import FRESH, number

if TYPE_CHECKING:
    from graphs.state import Working

ALL = Measurement(holdout=0, random_control=0, bau=0)


class Campaign:
    """See the module; the contract is `journeyman.simulation.play.Stage`. `work` is the open journey of a demonstration at `start`;
    `customers` of the audience are played, those first by hash (None: all)."""

    def __init__(self, use_case: UseCase, work: Working, start: datetime, *, seed: int, days: int, customers: int | None) -> None:
        shift = work.shift
        self.name: str = use_case
        self.use_case, self.seed, self.days, self.start = use_case, seed, days, start
        self.plan = shift.plan
        self.about = self.plan.goal
        self.staged = shift.staged
        self.desk: Desk = copy(shift.desk)
        self.desk.plan = self.plan.model_copy(update={"measurement": ALL})  # everybody is the policy's
        self.first = shift.features(f"{shift.journey}.start")
        self.actions = [(v, w) if v is not None and w is not None else None for v, w in self.desk.actions]
        self.features, self.width = self.desk.action_encoder.features, len(self.desk.context_encoder.labels)
        self.standard: Standard | None = Standard(
            [(self.desk.variants[a[0]][0], a[1]) if a else None for a in self.actions], standard_theme(self.plan)
        )
        self.rules = rules_of(self.plan.guardrails)
        self.members = self._members(customers)
        self.customers = len(self.members)
        caps = [c.limit / c.window_days for c in self.plan.guardrails.frequency_caps if c.channel is None]
        self.decisions = int(self.customers * days * min([1.0, *caps]))

    def _members(self, customers: int | None) -> set[str]:
        """Whom the journey is for at its start, `customers` of them, in an order fixed by hash."""
        there = sorted(self._look(Journal(self.start, None), self.start).customers, key=lambda c: (number("simulate", c), c))
        if not there:
            raise RunError(f"World {self.name} has nobody in its audience at seed {self.seed}.", remedy="Take another seed.")
        return set(there[:customers])

    def fresh(self, seed: int) -> Policy:
        """As a journey's first, but exploring by itself: no other arm does it."""
        return new_policy(self.desk.action_encoder, self.desk.context_encoder, seed, temper=None, hypotheses=self.plan.hypotheses)

    def average(self) -> F64:
        """(K,): over the audience, on the first day."""
        rows = np.array(sorted(self.desk.row_of[c] for c in self.members))
        truth = self._world().expected(rows, self.start.date(), self.actions, within_days=self._window)
        return np.asarray(truth.mean(axis=0, dtype=np.float64))

    def play(self, player: Player, *, gate: bool = True, tell: Tell | None = None) -> Diary:
        """See `Stage`. Without the gate every action is open to whoever has an address on its channel, every day; nothing is stopped."""
        begun, world = perf_counter(), self._world()
        limit = self.plan.guardrails.incentive_budget
        journal = Journal(self.start, limit.amount if limit and gate else None)
        decisions, rewards = np.zeros(self.days, np.int64), np.zeros(self.days)
        for n in range(self.days):
            dawn = datetime.combine(self.start.date() + timedelta(days=n), DAWN, UTC)
            journal.purse.release(dawn)
            if type(player).learn is not Player.learn and (told := journal.answered(dawn, self.plan.objective)):
                player.learn(told)
            decisions[n], rewards[n] = self._decide(player, world, journal, dawn, gate)
            self._deliver(world, journal, dawn, gate)
            if tell:
                tell(n + 1, self.days)
        return self._diary(journal, decisions, rewards, perf_counter() - begun)

    def _world(self) -> World:
        return World(
            self.use_case,
            self.seed,
            self.start,
            customers=self.first.customers,
            names=self.first.names,
            matrix=self.first.matrix(),
            variants=[v for v, _ in self.desk.variants.values()],
            zones={p.id: p.time_zone for p in self.desk.customers},
        )

    @property
    def _window(self) -> int:
        return self.plan.objective.attribution_window_days

    def _look(self, journal: Journal, dawn: datetime) -> Cohort:
        """Everybody in the audience this morning, by the desk's own eyes; a lottery says who may be offered something, whatever plays."""
        features = self.first if dawn == self.start else self.staged.build(dawn, journal.live(dawn))
        touches = journal.touches(dawn - timedelta(days=self._memory))
        recent = Recent(touches, touches, frozenset(journal.closed), journal.had(dawn - FRESH))
        cohort = self.desk.look(features, f"{dawn:%Y-%m-%d}", dawn, recent, None, Orders())
        if standing := journal.purse.standing(dawn):
            limit, spent, promised, redeemed = standing
            days = max(self.plan.schedule.horizon_days - (dawn - self.start).days, 1)
            money = Allowance(limit, spent, promised, days, redeemed).today(1.0) / max(int(cohort.entered.sum()), 1)
            won = drawn(cohort.customers, cohort.slot, money / max(float(self.desk.liability.max()), 0.01))
            cohort.eligible[np.ix_(~won, self.desk.liability > 0)] = False
        return cohort

    @property
    def _memory(self) -> float:
        rails = self.plan.guardrails
        return max([cap.window_days for cap in rails.frequency_caps] + [rails.cooldown_hours / 24, 1])

    def _decide(self, player: Player, world: World, journal: Journal, dawn: datetime, gate: bool) -> tuple[int, float]:
        """The morning's decisions; returns how many, and what they truly earn in all."""
        cohort = self._look(journal, dawn)
        member = np.array([c in self.members for c in cohort.customers], bool)
        eligible = cohort.eligible if gate else self._reachable(cohort)
        open_ = np.flatnonzero(member & (cohort.entered if gate else eligible[:, 1:].any(axis=1)))
        if not len(open_):
            return 0, 0.0
        truth = world.expected(cohort.rows[open_], dawn.date(), self.actions, within_days=self._window)
        moment = Moment(
            contexts=cohort.contexts[open_],
            eligible=eligible[open_],
            keys=cohort.keys[open_],
            day=dawn.date(),
            seed=number(self.name, cohort.slot, str(self.seed)) % 2**31,
            hold=0,
            truth=truth if player.clairvoyant else None,
        )
        action = player.choose(moment)
        made = np.flatnonzero(action >= 0)
        full = np.zeros(len(cohort.rows), np.int64)
        full[open_] = np.maximum(action, 0)
        ones, zeros = np.ones(len(full)), np.zeros(len(full))
        choices = self.desk.written(cohort, open_[made], full, ones, zeros, moment.seed, cohort.slot)
        journal.decided(choices.decisions, choices.sends, moment.contexts[made])
        sending = {s.decision for s in choices.sends}
        goes = np.array([d.id in sending for d in choices.decisions], bool)  # an address may turn out to be none
        return len(made), float(truth[made, action[made]][goes].sum(dtype=np.float64))

    def _reachable(self, cohort: Cohort) -> Bools:
        """(n, K): whether there is an address to send to, whatever the rules say."""
        people = [self.desk.customers[r] for r in cohort.rows]
        has = np.array([[bool(p.address(c)) for c in self.desk.channels] for p in people], bool).reshape(len(people), -1)
        channel = self.desk.cell // len(self.desk.windows)  # (K - 1,)
        return np.concatenate([np.ones((len(people), 1), bool), has[:, channel]], axis=1)

    def _deliver(self, world: World, journal: Journal, dawn: datetime, gate: bool) -> None:
        """All that is due until midnight leaves, and the world answers."""
        midnight = datetime.combine(dawn.date() + timedelta(days=1), time(), UTC)
        due = journal.due(midnight)
        if gate:
            due = journal.let_through(due, world, dawn.date())
        journal.left(due)
        journal.happened(world.advance(dawn.date(), due), self.desk.channels)

    def _diary(self, journal: Journal, decisions: Ints, rewards: F64, seconds: float) -> Diary:
        """Counts by day, and the judgement of everything that left."""
        sends, violations = np.zeros(self.days, np.int64), np.zeros(self.days, np.int64)
        day_of = {s.id: (s.scheduled_at.date() - self.start.date()).days for s in journal.sends}
        for day in day_of.values():
            sends[day] += 1
        findings = broken(
            journal.sends, self.desk.customers, self.plan.guardrails, brand_zones=self.desk.brand.time_zones, events=journal.events
        )
        for send in {f.send for f in findings}:
            violations[day_of[send]] += 1
        rules: dict[str, int] = {}
        for rule in sorted(f.rule for f in findings):
            rules[rule] = rules.get(rule, 0) + 1
        return Diary(decisions, sends, rewards, violations, rules, seconds)


async def prepared(use_case: UseCase, folder: Path, *, variants: int, seed: int, days: int, customers: int | None) -> Campaign:
    """The stage of a use case, made in `folder`: data, features, plan and copy as `journeyman demo` makes them."""
    demo = Demo.new(folder, Options(use_case, days, variants, seed, "offline"), lambda _stage, _done, _total: None)
    with demo.office:
        work = await demo.opened()
        return Campaign(use_case, work, demo.start, seed=seed, days=days, customers=customers)
