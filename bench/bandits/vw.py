"""Vowpal Wabbit's contextual bandits with action features (`--cb_explore_adf`), which state propensities as ours do.

Namespaces: c the customer's numbers, a the action's attributes, i its identity; every number of c meets every one of a (`-q ca`). Actions
are drawn from its own probabilities, and it learns with them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

F32, F64, Ints = NDArray[np.float32], NDArray[np.float64], NDArray[np.int64]


class VowpalWabbit:
    """`options` name the algorithm and its settings, such as `--squarecb --gamma_scale 100 -l 0.5`."""

    def __init__(self, features: F32, dim: int, seed: int, options: str = "--squarecb") -> None:
        from vowpalwabbit import Workspace

        self.workspace: Any = Workspace(f"--cb_explore_adf {options} -q ca --quiet --random_seed {seed + 1}")
        self.generator = np.random.default_rng(seed)
        self.lines: list[str] = []
        self.waiting: list[tuple[str, int, float]] = []
        self.grow(features)

    def grow(self, features: F32) -> None:
        """More lines to choose from."""
        start = len(self.lines)
        self.lines += [f"|a {_numbers(row)} |i {start + k}" for k, row in enumerate(features)]

    def choose(self, contexts: F32) -> Ints:
        """A draw from the probabilities for every customer."""
        chosen, tail = [], "\n".join(self.lines)
        for row in contexts:
            shared = f"shared |c {_numbers(row)}"
            pmf = np.array(self.workspace.predict(f"{shared}\n{tail}"))
            action = int(self.generator.choice(len(pmf), p=pmf / pmf.sum()))
            self.waiting.append((shared, action, float(pmf[action])))
            chosen.append(action)
        return np.array(chosen)

    def learn(self, contexts: F32, actions: Ints, rewards: F64) -> None:
        """In the order they were chosen; a cost is a reward with its sign turned."""
        for reward in rewards:
            shared, action, probability = self.waiting.pop(0)
            lines = list(self.lines)
            lines[action] = f"0:{-reward}:{probability} {lines[action]}"
            self.workspace.learn("\n".join([shared, *lines]))


def _numbers(row: F32) -> str:
    return " ".join(f"{j}:{value:.5g}" for j, value in enumerate(row))
