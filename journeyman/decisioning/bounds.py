"""Intervals that hold at every sample size: confidence by betting, for what a target policy earns and for its gain.

A bet against "the mean is v" multiplies a stake of 1 by 1 + λ(x - v), row by row. If the mean is v (or less) the stake does not grow on
average, so by Ville's inequality it reaches 1/α with probability α at most; every v at which it does is ruled out (Waudby-Smith and Ramdas
2024, "Estimating means of bounded random variables by betting"). The size of the bet need not be guessed: the stake is spread over many
λ, as in Cover's universal portfolio (1991) and their diversified Kelly bets, and each share is left to grow. The result does not depend on
the order of the rows and has no seed.

Importance weights have no ceiling here, and need none: x = w·r is at least 0, so a bet on more than v can never lose more than its stake
(Karampatziakis, Mineiro and Ramdas 2021, "Off-policy confidence sequences"). What bounds the value from below is w·r; from above it is
w·(1 - r), since both policies earn between 0 and 1 and weights average to 1 (Thomas, Theocharous and Ghavamzadeh 2015 reverse rewards so).
For the gain it is 1 + (w - 1)·r and 1 + (w - 1)·(1 - r). Where the log does not cover the target, weights average to less than 1, and all
four bounds still hold.

The upper bounds are wide where weights are skewed and must be: the log cannot rule out an action that is always rewarded and which it
happened not to try. No reward model is used; one that is wrong would not break an average, but it would break a promise.

Assumed: rewards in [0, 1], the propensities that were used, rows (with `sizes`: customers) independent given the policies.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

F64 = NDArray[np.float64]
BETS = 32
"""How many sizes of bet the stake is spread over: evenly in the logarithm, from a small share of 1/√n to nearly all."""
SMALLEST, LARGEST_BET = 0.1, 0.99
TINY = 1e-12
CHUNK = 65_536
"""Rows worked out at a time, to bound memory."""


def value_interval(r: F64, w: F64, alpha: float, sizes: F64 | None = None, members: NDArray[np.intp] | None = None) -> tuple[float, float]:
    """(low, high) that hold the target's mean reward with probability 1 - alpha. r (n,) in [0, 1], w (n,) ≥ 0. With `members` (n,), each
    row's group, and `sizes` (G,), rows by group, groups are the independent units, and none can have more rows than the largest has."""
    low = below(_summed(w * r, members), alpha / 2, sizes)
    high = 1 - below(_summed(w * (1 - r), members), alpha / 2, sizes)
    return _ordered(min(low, 1.0), max(high, 0.0))


def gain_interval(r: F64, w: F64, alpha: float, sizes: F64 | None = None, members: NDArray[np.intp] | None = None) -> tuple[float, float]:
    """(low, high) that hold the target's mean reward minus the logging policy's with probability 1 - alpha; arguments as above."""
    low = below(_summed(1 + (w - 1) * r, members), alpha / 2, sizes) - 1
    high = 1 - below(_summed(1 + (w - 1) * (1 - r), members), alpha / 2, sizes)
    return _ordered(min(low, 1.0), max(high, -1.0))


def below(x: F64, alpha: float, sizes: F64 | None = None) -> float:
    """A bound that is below the mean of x ≥ 0 with probability 1 - alpha, whatever its distribution: x (n,) independent rows, or, with
    `sizes` (n,), sums over groups of so many rows, the mean being E[x] / E[size]."""
    share = np.ones(len(x)) if sizes is None else sizes / sizes.max()  # (n,) in (0, 1]
    part = x if sizes is None else x / sizes.max()
    if not part.sum() > 0:
        return 0.0
    bets = np.geomspace(min(SMALLEST / np.sqrt(len(x)), LARGEST_BET), LARGEST_BET, BETS)
    enough = -np.log(alpha)

    def excess(log_v: float) -> float:
        """How far the stake's logarithm lies above what rules v out; falls as v grows."""
        change = part * np.exp(-log_v) - share
        grown = sum(np.log1p(bets[:, None] * some).sum(axis=1) for some in np.array_split(change, 1 + len(change) // CHUNK))
        top = float(grown.max())
        return float(top + np.log(np.exp(grown - top).mean()) - enough)

    high = float(np.log(part.sum() / share.sum()))  # at the mean itself no bet has grown
    low = high - 1.0
    while excess(low) < 0:
        low, high = low - 1.0, low
        if low < np.log(TINY):
            return 0.0
    log_v: float = brentq(excess, low, high, xtol=1e-9)
    return float(np.exp(log_v))


def _ordered(low: float, high: float) -> tuple[float, float]:
    """Where weights are far from averaging to 1 the two sides may contradict each other, no value being left; all between is then told."""
    return min(low, high), max(low, high)


def _summed(x: F64, members: NDArray[np.intp] | None) -> F64:
    return x if members is None else np.bincount(members, weights=x).astype(np.float64)
