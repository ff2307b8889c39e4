"""Journeyman's policy, with its defaults in every world."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from journeyman.decisioning import Policy


class Journeyman:
    """See `bench.bandits.race.System`."""

    def __init__(self, features: NDArray[np.float32], dim: int, seed: int) -> None:
        self.policy = Policy.create(features, dim, seed=seed)

    def grow(self, features: NDArray[np.float32]) -> None:
        """New actions start from what their attributes share with the others."""
        self.policy.add_actions(features)

    def choose(self, contexts: NDArray[np.float32]) -> NDArray[np.int64]:
        """Decisions of the policy, with their exact propensities."""
        return self.policy.decide(contexts).action.astype(np.int64)

    def learn(self, contexts: NDArray[np.float32], actions: NDArray[np.int64], rewards: NDArray[np.float64]) -> None:
        """A batch of rewards."""
        self.policy.learn(contexts, actions, rewards)
