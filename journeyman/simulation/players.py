"""Policies as players of a simulated world, one contract for all: shown some customers, each names an action; later it is told rewards.

A player sees contexts, eligible sets and the date. The truth is shown to the oracle alone (`Moment.truth`); the best fixed action is
reckoned from the truth beforehand. Neither is a policy anybody could run: they are yardsticks. Nothing here plays; see `play`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from journeyman.chance import mix, uniform
from journeyman.decisioning import Policy
from journeyman.decisioning.comparison import FRIDAY, TUESDAY, Action, bau

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]
TRIES = 16
"""How often an A/B test means to try each candidate."""
FIRST_THOUGHT = (1.0, 29.0)
"""Successes and failures that the counting policies think of before the first: 3 in 100, the worlds' level."""


class Moment(NamedTuple):
    """m customers to decide for, each with something eligible; K actions so far."""

    contexts: F32  # (m, d)
    eligible: Bools  # (m, K)
    keys: Keys  # (m,): each customer's number in the draw
    day: date
    seed: int
    hold: int | None = None
    """The action that is no message, where the world has one."""
    truth: NDArray[np.floating] | None = None
    """(m, K): what each action would truly earn; None for all who must not know."""

    @property
    def sends(self) -> Bools:
        """(m, K): what is eligible besides holding; where that is nothing, holding."""
        open_ = self.eligible.copy()
        if self.hold is not None:
            open_[:, self.hold] &= ~np.delete(self.eligible, self.hold, axis=1).any(axis=1)
        return open_


class Told(NamedTuple):
    """Rewards that are in, one per decision; a decision told before is corrected."""

    contexts: F32  # (m, d)
    actions: Ints  # (m,)
    rewards: F64  # (m,) in [0, 1]
    ids: Keys  # (m,)


class Player:
    """A policy at play. One that learns nothing need only choose."""

    clairvoyant = False
    """Whether it is shown the truth."""

    def grow(self, features: F32) -> None:
        """More actions, at the end of the table."""

    def choose(self, moment: Moment) -> Ints:
        """(m,): an eligible action each; -1 where the policy does not even decide today."""
        raise NotImplementedError

    def learn(self, told: Told) -> None:
        """What decisions earned so far."""


class Journeyman(Player):
    """The product's policy, new or saved."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    def grow(self, features: F32) -> None:
        """New actions start from what their attributes share with the others."""
        self.policy.add_actions(features)

    def choose(self, moment: Moment) -> Ints:
        """Decisions of the policy, with its own floor and draws."""
        return self.policy.decide(moment.contexts, moment.eligible, keys=moment.keys).action.astype(np.int64)

    def learn(self, told: Told) -> None:
        """A batch of rewards."""
        self.policy.learn(told.contexts, told.actions, told.rewards, ids=told.ids)


class Chance(Player):
    """Every eligible message as likely."""

    def choose(self, moment: Moment) -> Ints:
        """Uniform, by hash of customer and day."""
        return _drawn(moment, moment.sends)


class BestFixed(Player):
    """The one action that is truly best on average; who may not have it gets the best that is allowed. `average` (K,) over customers."""

    def __init__(self, average: ArrayLike) -> None:
        self.average = np.asarray(average, np.float64)

    def choose(self, moment: Moment) -> Ints:
        """The same for all who may have it."""
        return _best(self.average[: moment.eligible.shape[1]], moment.sends)


class Oracle(Player):
    """Knows what every action would earn with every customer and takes the most now. The ceiling of the comparison."""

    clairvoyant = True

    def choose(self, moment: Moment) -> Ints:
        """The best of what is eligible."""
        assert moment.truth is not None
        return _best(moment.truth, moment.eligible)


class BusinessAsUsual(Player):
    """Mail on Tuesday, push or text on Friday; see `comparison.bau`. `actions` (K) as the world has them, `theme` the standard one."""

    def __init__(self, actions: Sequence[Action], theme: str) -> None:
        self.actions, self.theme = actions, theme

    def choose(self, moment: Moment) -> Ints:
        """On its two days; on the others it does not decide."""
        assert moment.hold is not None
        if moment.day.weekday() not in (TUESDAY, FRIDAY):
            return np.full(len(moment.keys), -1, np.int64)
        found = bau(moment.eligible, self.actions, moment.hold, moment.day, theme=self.theme, seed=moment.seed, keys=moment.keys)
        return found[0].astype(np.int64)


class _Counting(Player):
    """Successes and tries of each of `count` actions, no customers."""

    def __init__(self, count: int) -> None:
        self.success, self.tries = np.zeros(count), np.zeros(count)
        self._last: dict[int, float] = {}

    def grow(self, features: F32) -> None:
        """New actions have not been tried."""
        more = np.zeros(len(features))
        self.success, self.tries = np.append(self.success, more), np.append(self.tries, more)

    def learn(self, told: Told) -> None:
        """Counts; a correction replaces what was said before."""
        for name, action, reward in zip(told.ids.tolist(), told.actions.tolist(), told.rewards.tolist(), strict=True):
            self.tries[action] += name not in self._last
            self.success[action] += reward - self._last.get(name, 0.0)
            self._last[name] = reward


class BetaThompson(_Counting):
    """Thompson sampling on a beta distribution an action (Thompson 1933)."""

    def __init__(self, count: int, seed: int) -> None:
        super().__init__(count)
        self.generator = np.random.default_rng(seed)

    def choose(self, moment: Moment) -> Ints:
        """A draw for every customer and action."""
        good = FIRST_THOUGHT[0] + self.success
        bad = np.maximum(FIRST_THOUGHT[1] + self.tries - self.success, 1.0)
        return _best(self.generator.beta(good, bad, moment.eligible.shape), moment.sends)


class AbTest(_Counting):
    """At random for the first quarter of about `decisions`, then the winner. Candidates are as many as the test can try `TRIES` times each,
    drawn by lot; actions that come later are not tested."""

    def __init__(self, count: int, decisions: int, seed: int) -> None:
        super().__init__(count)
        self.left = decisions // 4
        kept = min(count, max(self.left // TRIES, 2))
        self.candidates = np.zeros(count, bool)
        self.candidates[np.argsort(uniform(seed, "candidates", np.arange(count)), kind="stable")[:kept]] = True

    def choose(self, moment: Moment) -> Ints:
        """By chance during the test, then the best rate (shrunk by what was first thought)."""
        sends = moment.sends
        tested = sends & np.pad(self.candidates, (0, sends.shape[1] - len(self.candidates)))
        sends = np.where(tested.any(axis=1, keepdims=True), tested, sends)
        if self.left > 0:
            self.left -= len(sends)
            return _drawn(moment, sends)
        return _best((self.success + FIRST_THOUGHT[0]) / (self.tries + sum(FIRST_THOUGHT)), sends)


def _best(value: NDArray[np.floating], open_: Bools) -> Ints:
    """(m,): the open action of greatest value; `value` (K,) or (m, K)."""
    return np.asarray(np.where(open_, value, -np.inf).argmax(axis=1), np.int64)


def _drawn(moment: Moment, open_: Bools) -> Ints:
    """(m,): one of the open actions by chance."""
    turn = mix(moment.seed, "player", moment.day.toordinal(), moment.keys) % open_.sum(axis=1).astype(np.uint64)
    return np.asarray(np.argmax(np.cumsum(open_, axis=1, dtype=np.int32) > turn[:, None].astype(np.int64), axis=1), np.int64)
