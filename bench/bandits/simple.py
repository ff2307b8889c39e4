"""What most teams do: one number an action, no customers. Beta Thompson sampling, an A/B test and then its winner, and chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from journeyman.simulation.laboratory import ROUNDS

F32, F64, Ints = NDArray[np.float32], NDArray[np.float64], NDArray[np.int64]


class BetaThompson:
    """Thompson sampling on a beta distribution an action, from 1 success in 30 (the rate first thought of is known to all systems)."""

    def __init__(self, features: F32, dim: int, seed: int) -> None:
        self.generator, self.success, self.failure = np.random.default_rng(seed), np.full(len(features), 1.0), np.full(len(features), 29.0)

    def grow(self, features: F32) -> None:
        """New actions start from what was first thought."""
        self.success = np.append(self.success, np.full(len(features), 1.0))
        self.failure = np.append(self.failure, np.full(len(features), 29.0))

    def choose(self, contexts: F32) -> Ints:
        """A draw for every customer and action."""
        return self.generator.beta(self.success, self.failure, (len(contexts), len(self.success))).argmax(axis=1)

    def learn(self, contexts: F32, actions: Ints, rewards: F64) -> None:
        """Counts."""
        np.add.at(self.success, actions, rewards)
        np.add.at(self.failure, actions, 1 - rewards)


class AbTest:
    """Everything at random for a share of the rounds, then the action with the best rate; actions that come later are not tested."""

    def __init__(self, features: F32, dim: int, seed: int, share: float = 0.25) -> None:
        self.generator, self.until, self.shown = np.random.default_rng(seed), share * ROUNDS, 0
        self.success, self.tries = np.zeros(len(features)), np.zeros(len(features))

    def grow(self, features: F32) -> None:
        """Too late for this test."""

    def choose(self, contexts: F32) -> Ints:
        """By chance during the test, then the winner (rates shrunk by 30 tries at 3 %)."""
        self.shown += len(contexts)
        if self.shown <= self.until:
            return self.generator.integers(len(self.tries), size=len(contexts))
        return np.full(len(contexts), ((self.success + 0.9) / (self.tries + 30)).argmax())

    def learn(self, contexts: F32, actions: Ints, rewards: F64) -> None:
        """Counts, also after the test."""
        np.add.at(self.success, actions, rewards)
        np.add.at(self.tries, actions, 1)


class Chance:
    """Every action as likely."""

    def __init__(self, features: F32, dim: int, seed: int) -> None:
        self.generator, self.count = np.random.default_rng(seed), len(features)

    def grow(self, features: F32) -> None:
        """More to choose from."""
        self.count += len(features)

    def choose(self, contexts: F32) -> Ints:
        """Uniform."""
        return self.generator.integers(self.count, size=len(contexts))

    def learn(self, contexts: F32, actions: Ints, rewards: F64) -> None:
        """Nothing."""
