"""One system in one world: the customers come in blocks, the system chooses for a block and is then told the rewards that are due."""

from __future__ import annotations

import time
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from journeyman.simulation.laboratory import UPDATE, World

F32, F64, Ints = NDArray[np.float32], NDArray[np.float64], NDArray[np.int64]


class System(Protocol):
    """What is compared. A new one is made for every world and seed: `System(features, dim, seed)` with the actions there at the start."""

    def grow(self, features: F32) -> None:
        """More actions, at the end of the table."""

    def choose(self, contexts: F32) -> Ints:
        """(m,): an action for each of (m, d) customers."""

    def learn(self, contexts: F32, actions: Ints, rewards: F64) -> None:
        """What the chosen actions earned, 0 or 1, in the order they were chosen."""


def earned(system: System, world: World) -> tuple[F64, float]:
    """(n,): the chance of every action chosen (the expected reward, so that luck with the last coin does not count), and seconds taken."""
    start, told = time.perf_counter(), 0
    actions = np.zeros(len(world.contexts), np.int64)
    for low in range(0, len(actions), UPDATE):
        part = slice(low, min(low + UPDATE, len(actions)))
        if low and world.available[low] > world.available[low - 1]:
            system.grow(world.features[world.available[low - 1] : world.available[low]])
        actions[part] = system.choose(world.contexts[part])
        due = max(part.stop - world.delay, 0)
        if due > told:
            rows = np.arange(told, due)
            system.learn(world.contexts[rows], actions[rows], world.rewards(rows, actions[rows]))
            told = due
    chance = world.chance[np.arange(len(actions)), actions].astype(np.float64)
    return chance, time.perf_counter() - start
