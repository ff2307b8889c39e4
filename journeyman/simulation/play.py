"""Playing policies in a simulated world, each in a copy of its own, and holding them against the oracle in its copy.

    stage.play(player, gate=True) → Diary        standing(diary, oracle's diary) → Standing

What is counted is the *expected* reward of every action taken, as the truth has it, so luck with the last coin does not count; players
learn from rewards that did happen. Regret is the oracle's reward minus the policy's, cumulated over days.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from time import perf_counter
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from journeyman.decisioning import Policy
from journeyman.decisioning.comparison import Action
from journeyman.errors import RunError
from journeyman.simulation.laboratory import WORLDS, World, make
from journeyman.simulation.players import F32, F64, Ints, Keys, Moment, Player, Told

WEEK = 7
Tell = Callable[[int, int], None]
"""Told how many days are played, and of how many."""


@dataclass(frozen=True)
class Diary:
    """What one policy did, by day: arrays are (T,)."""

    decisions: Ints
    sends: Ints
    reward: F64
    """Expected reward of what was chosen."""
    violations: Ints
    """Sends that broke a rule; a send that broke several counts once."""
    broken: dict[str, int] = field(default_factory=dict)
    """Findings by rule; a send may be in several."""
    seconds: float = 0.0


class Standard(NamedTuple):
    """What business as usual needs of a world: its actions as (variant, window), None for hold, and the standard theme."""

    actions: Sequence[Action]
    theme: str


class Stage(Protocol):
    """A world ready to be played, any number of times."""

    name: str
    about: str
    days: int
    customers: int
    decisions: int
    """About how many decisions there will be."""
    rules: tuple[str, ...]
    """What can be broken, in words; empty where the world has no rules."""
    width: int
    """Numbers in a context."""
    features: F32
    """(K, p): the actions there at the start."""
    standard: Standard | None

    def fresh(self, seed: int) -> Policy:
        """A new policy of the product for this world's actions."""

    def average(self) -> F64:
        """(K,): what each action truly earns, on average over customers."""

    def play(self, player: Player, *, gate: bool = True, tell: Tell | None = None) -> Diary:
        """All days with one player, from the start; without `gate` it is not told what is eligible."""


@dataclass(frozen=True)
class Standing:
    """A policy against the oracle, by day: (T,)."""

    reward: F64
    regret: F64
    """Cumulated. Below zero only by breaking rules, or by luck where the oracle's greed does not pay."""
    share: F64
    """Of what the oracle earned in the seven days up to each (0 while it earned nothing)."""
    total_share: float
    per_100: float
    """Expected reward of 100 decisions."""


def standing(diary: Diary, oracle: Diary) -> Standing:
    """See `Standing`."""
    mine, best = _lately(diary.reward), _lately(oracle.reward)
    total = float(oracle.reward.sum())
    return Standing(
        reward=diary.reward,
        regret=np.cumsum(oracle.reward) - np.cumsum(diary.reward),
        share=np.divide(mine, best, out=np.zeros_like(mine), where=best > 0),
        total_share=float(diary.reward.sum()) / total if total > 0 else 0.0,
        per_100=100 * float(diary.reward.sum()) / max(int(diary.decisions.sum()), 1),
    )


def _lately(value: F64) -> F64:
    """(T,): sums over the seven days up to each."""
    total = np.concatenate([np.zeros(WEEK), np.cumsum(value)])
    return np.asarray(total[WEEK:] - total[:-WEEK])


class Laboratory:
    """One of the abstract worlds as a stage: its customers in equal parts over the days, rewards learned overnight. It has no rules."""

    rules: tuple[str, ...] = ()
    standard: Standard | None = None

    def __init__(self, name: str, seed: int, days: int, customers: int) -> None:
        if not 0 < days <= customers:
            raise RunError(f"{customers} customers cannot come over {days} days.", remedy="Give at least one day, and a customer a day.")
        self.world: World = make(name, seed, customers)
        self.name, self.about, self.seed, self.days = name, WORLDS[name], seed, days
        self.customers = self.decisions = customers
        self.width, self.features = self.world.contexts.shape[1], self.world.features[: self.world.available[0]]

    def fresh(self, seed: int) -> Policy:
        """With all defaults."""
        return Policy.create(self.features, self.width, seed)

    def average(self) -> F64:
        """(K,): over all customers, whether the action was there yet or not."""
        return np.asarray(self.world.chance.mean(axis=0, dtype=np.float64))

    def play(self, player: Player, *, gate: bool = True, tell: Tell | None = None) -> Diary:  # noqa: ARG002  there is nothing to keep
        """See `Stage`. Days are numbered from the first of year 1: they mean nothing here."""
        begun, world, told = perf_counter(), self.world, 0
        ends = np.linspace(0, self.customers, self.days + 1).astype(np.int64)  # (T + 1,)
        chosen = np.full(self.customers, -1, np.int64)
        for day, (first, last) in enumerate(pairwise(ends.tolist())):
            for rows in _alike(np.arange(first, last), world.available):
                chosen[rows] = player.choose(self._moment(rows, day, player))
                after = world.available[min(int(rows[-1]) + 1, self.customers - 1)]
                if after > world.available[rows[-1]]:
                    player.grow(world.features[world.available[rows[-1]] : after])
            due = max(last - world.delay, 0)
            if due > told:
                player.learn(self._told(np.arange(told, due), chosen))
                told = due
            if tell:
                tell(day + 1, self.days)
        earned = world.chance[np.arange(self.customers), chosen].astype(np.float64)
        count = np.diff(ends)
        reward = np.diff(np.concatenate([[0.0], np.cumsum(earned)])[ends])
        return Diary(count, count, reward, np.zeros(self.days, np.int64), {}, perf_counter() - begun)

    def _moment(self, rows: Ints, day: int, player: Player) -> Moment:
        there = int(self.world.available[rows[0]])
        return Moment(
            contexts=self.world.contexts[rows],
            eligible=np.ones((len(rows), there), bool),
            keys=rows.astype(np.uint64),
            day=date.min + timedelta(days=day),
            seed=self.seed,
            truth=self.world.chance[rows, :there] if player.clairvoyant else None,
        )

    def _told(self, rows: Ints, chosen: Ints) -> Told:
        names: Keys = rows.astype(np.uint64)
        return Told(self.world.contexts[rows], chosen[rows], self.world.rewards(rows, chosen[rows]), names)


def _alike(rows: Ints, available: NDArray[np.int64]) -> list[Ints]:
    """The rows cut where more actions come."""
    return np.split(rows, np.flatnonzero(np.diff(available[rows])) + 1)
