"""The laboratory's six worlds, a to f: 20,000 customers come one after another, each is offered one of up to 300 actions.

They have no days, channels, messages or rules: what is left is the question who likes what. `python -m bench.quality` compares bandits in
them; `journeyman simulate --world a` plays a policy in one.

A world is a table of chances, drawn once from a seed: `chance[t, k]` is the probability that customer t answers action k. Whether she does
is decided by a number drawn for her beforehand, so every system meets the same customers with the same luck. In log-odds,

    chance = intercept + customer's readiness + action's appeal + taste(customer) · attributes(action) + what is particular to the action

with standard deviations of the four parts over customers × actions as in `SIZES`; the intercept makes a random policy earn 3 %. With these
sizes the best fixed action earns about 59 % of what an oracle earns. The sizes are settings of the worlds: no policy is told them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit

ROUNDS, UPDATE, DIM, COLUMNS, ACTIONS, RANDOM = 20_000, 200, 32, 16, 300, 0.03
SIZES = {"customer": 0.5, "action": 0.5, "interaction": 0.7, "identity": 0.3}
WORLDS = {
    "a": "bilinear logistic, idiosyncratic actions",
    "b": "as a, 100 of the 300 actions arrive at half time",
    "c": "tastes are random trees, attributes half informative",
    "d": "as a, tastes drift to others by the end",
    "e": "as a, 12 actions only",
    "f": "as a, rewards come 2,000 rounds late",
}
F64 = NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """n customers, K actions."""

    name: str
    seed: int
    contexts: NDArray[np.float32]  # (n, d)
    features: NDArray[np.float32]  # (K, p), as the systems see them
    chance: NDArray[np.float32]  # (n, K)
    luck: F64  # (n,): a customer answers when her luck is below the chance
    available: NDArray[np.int64]  # (n,): actions 0 … available - 1 can be chosen
    delay: int  # rounds until a reward is told

    def rewards(self, rows: NDArray[np.int64], actions: NDArray[np.int64]) -> F64:
        """0 or 1 for customers `rows` offered `actions`, both (m,)."""
        return (self.luck[rows] < self.chance[rows, actions]).astype(np.float64)

    @property
    def best(self) -> F64:
        """(n,): the oracle's chance."""
        return np.array([c[:k].max() for c, k in zip(self.chance, self.available, strict=True)], np.float64)

    @property
    def best_fixed(self) -> float:
        """Mean chance of the best single action in hindsight; of latecomers, the best of the others before they came."""
        early = self.available == self.available.min()
        late = self.chance[~early].sum(axis=0, dtype=np.float64) if (~early).any() else np.zeros(self.chance.shape[1])
        first = self.chance[early].sum(axis=0, dtype=np.float64)
        first[self.available.min() :] = first[: self.available.min()].max()
        return float((first + late).max() / len(self.chance))


def make(name: str, seed: int, rounds: int = ROUNDS) -> World:
    """World `name` (a … f) of `seed`."""
    g = np.random.default_rng([ord(name), seed])
    count = 12 if name == "e" else ACTIONS
    x, latent = g.standard_normal((rounds, DIM)), g.standard_normal((count, COLUMNS))
    seen = (latent + g.standard_normal(latent.shape)) / np.sqrt(2) if name == "c" else latent
    own = g.standard_normal(count)
    if name == "c":
        readiness, taste = _trees(g, x, 1)[:, 0], _trees(g, x, COLUMNS)
    else:
        readiness, taste = x @ g.standard_normal(DIM) / np.sqrt(DIM), x @ g.standard_normal((DIM, COLUMNS)) / np.sqrt(DIM)
    appeal = np.broadcast_to(g.standard_normal(COLUMNS), (rounds, COLUMNS))
    if name == "d":  # by the end, tastes and appeals are drawn anew; their size never changes
        turn = np.linspace(0, np.pi / 2, rounds)[:, None]
        taste = np.cos(turn) * taste + np.sin(turn) * (x @ g.standard_normal((DIM, COLUMNS)) / np.sqrt(DIM))
        appeal = np.cos(turn) * appeal + np.sin(turn) * g.standard_normal(COLUMNS)
    score = SIZES["customer"] * readiness[:, None] + SIZES["identity"] * own
    score = score + (SIZES["action"] * appeal + SIZES["interaction"] * taste) @ latent.T / np.sqrt(COLUMNS)
    chance = expit(score + brentq(lambda b: float(expit(score[::20] + b).mean()) - RANDOM, -20, 5))
    available = np.full(rounds, count)
    if name == "b":
        available[: rounds // 2] = 200
    contexts, features = x.astype(np.float32), seen.astype(np.float32)
    delay = 2_000 if name == "f" else 0
    return World(name, seed, contexts, features, chance.astype(np.float32), g.random(rounds), available, delay)


def _trees(g: np.random.Generator, x: F64, outputs: int, trees: int = 10, depth: int = 3) -> F64:
    """(n, outputs): sums of random trees, of unit variance: each asks `depth` questions of the form x_j > c and answers with one number."""
    out = np.zeros((len(x), outputs))
    for o in range(outputs):
        for _ in range(trees):
            leaf = np.zeros(len(x), np.int64)
            for _ in range(depth):
                leaf = 2 * leaf + (x[:, g.integers(x.shape[1])] > g.normal(scale=0.5))
            out[:, o] += g.standard_normal(2**depth)[leaf]
    scaled: F64 = (out - out.mean(axis=0)) / out.std(axis=0)
    return scaled
