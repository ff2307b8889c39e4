"""Is the second of two paired sets of scores worse? Numpy arithmetic; no files, no runs.

Cases come in clusters that are drawn together. Two one-sided tests look for a loss: a studentized cluster bootstrap of the mean difference
(Davison & Hinkley, "Bootstrap Methods and their Application", 1997, 4.4) and an exact sign test over clusters that assumes nothing but
independence of clusters. Holm's step-down correction covers both tests of every metric, so that all together cry wolf at most in a share
`alpha` of comparisons in which nothing changed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

DRAWS = 4000
FEW = 5
"""Losses below which resampling sees too little of what may be lost, and an exact binomial bound speaks as well."""
ENOUGH = 20
"""Clusters that must have changed before the bootstrap is believed on its own: with fewer its p-value is too bold (measured: up to three
times alpha), and the sign test's is taken where that is larger."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Paired:
    """Differences (candidate minus base) of one metric. `difference`: mean over cases; `low`, `high`: two-sided interval of it;
    `floor`: one-sided lower bound; `p_mean`, `p_sign`: one-sided p-values of a loss; `better`, `worse`: clusters by sign."""

    cases: int
    clusters: int
    difference: float
    low: float
    high: float
    floor: float
    p_mean: float
    p_sign: float
    better: int
    worse: int
    spread: float
    """Standard deviation of a cluster's contribution, in the units of a case: what `cases_needed` plans with."""


def paired(
    differences: Sequence[float],
    clusters: Sequence[str],
    *,
    epochs: int = 1,
    sampled: bool = True,
    alpha: float = 0.05,
    seed: int = 0,
    draws: int = DRAWS,
) -> Paired:
    """Compares cases one by one. `differences` (n,) in [-1, 1], each the mean of `epochs` tries; `clusters` (n,) names. `sampled` False:
    the answers are the same to the letter, so there is nothing that chance could have hidden. Raises ValueError when there are none."""
    if not differences or len(differences) != len(clusters):
        raise ValueError("needs one cluster for each of at least one difference")
    d = np.asarray(differences, dtype=np.float64)
    names, place = np.unique(np.asarray(clusters), return_inverse=True)
    k, n = len(names), len(d)
    sums: Floats = np.bincount(place, weights=d, minlength=k).astype(np.float64)  # (k,)
    sizes: Floats = np.bincount(place, minlength=k).astype(np.float64)  # (k,)
    mean = float(d.mean())
    signs = np.sign(np.round(sums, 12))
    better, worse = int((signs > 0).sum()), int((signs < 0).sum())
    error = _error(sums, sizes, mean)
    low, high, floor, p_mean = _bootstrap(sums, sizes, mean, error, alpha, seed, draws)
    p_sign = sign_test(better, worse)
    if better + worse < ENOUGH:
        p_mean = max(p_mean, p_sign)
        wide = math.sqrt(
            error**2 + 2 * (np.abs(sums).max() / n) ** 2
        )  # as if one more had been lost and one won (after Agresti & Min, 2005)
        z, z_two = NormalDist().inv_cdf(1 - alpha), NormalDist().inv_cdf(1 - alpha / 2)
        low, high, floor = min(low, mean - z_two * wide), max(high, mean + z_two * wide), min(floor, mean - z * wide)
    if sampled and worse < FEW:
        floor = min(floor, -share_below(worse, n * epochs, alpha))
    return Paired(n, k, mean, low, high, floor, p_mean, p_sign, better, worse, error * math.sqrt(n))


def _error(sums: Floats, sizes: Floats, mean: float) -> float:
    """Standard error of a mean over cases drawn by cluster (linearized ratio)."""
    k = len(sums)
    if k < 2:
        return abs(mean)
    return float(np.sqrt((((sums - mean * sizes) ** 2).sum()) * k / (k - 1)) / sizes.sum())


def _bootstrap(
    sums: Floats, sizes: Floats, mean: float, error: float, alpha: float, seed: int, draws: int
) -> tuple[float, float, float, float]:
    """Interval, lower bound and p-value of a loss. Without any spread the mean is taken as it stands, and the sign test has to judge."""
    k = len(sums)
    if error < 1e-12 or k < 2:
        return mean, mean, mean, 1.0
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(k, np.full(k, 1 / k), size=draws).astype(np.float64)  # (draws, k)
    totals, counts = drawn @ sums, drawn @ sizes
    means = totals / counts
    residual = drawn @ (sums**2) - 2 * means * (drawn @ (sums * sizes)) + means**2 * (drawn @ (sizes**2))
    errors = np.sqrt(np.maximum(residual, 0.0) * k / (k - 1)) / counts
    errors = np.maximum(errors, 0.05 * error)  # a draw of equals has no spread of its own
    t = (means - mean) / errors
    p = (1 + int((t <= mean / error).sum())) / (draws + 1)
    ends = np.quantile(t, [1 - alpha / 2, alpha / 2, 1 - alpha])
    return mean - ends[0] * error, mean - ends[1] * error, mean - ends[2] * error, p


def share_below(seen: int, of: int, alpha: float) -> float:
    """What a share is below with confidence 1 - alpha, `seen` having been seen `of` so many times (Clopper & Pearson, 1934)."""
    return 1.0 if seen >= of else float(betaincinv(seen + 1, of - seen, 1 - alpha))


def sign_test(better: int, worse: int) -> float:
    """Exact one-sided p-value of seeing so many losses among clusters that changed, were a gain and a loss equally likely."""
    n = better + worse
    return sum(math.comb(n, i) for i in range(worse, n + 1)) / 2**n if n else 1.0


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Holm's adjusted p-values (Holm, "A simple sequentially rejective multiple test procedure", 1979)."""
    adjusted, worst = dict[str, float](), 0.0
    for rank, (name, p) in enumerate(sorted(p_values.items(), key=lambda item: item[1])):
        worst = max(worst, min(1.0, (len(p_values) - rank) * p))
        adjusted[name] = worst
    return adjusted


def cases_needed(spread: float, margin: float, *, lost: int = 0, epochs: int = 1, alpha: float = 0.05, power: float = 0.8) -> int:
    """Cases with which, were nothing worse, a loss of `margin` would be ruled out with this power (normal approximation), and with which
    as few losses as were `lost` would still be few enough."""
    z = NormalDist().inv_cdf(1 - alpha) + NormalDist().inv_cdf(power)
    needed = max(1, math.ceil((z * spread / margin) ** 2))
    while lost < FEW and share_below(lost, needed * epochs, alpha) > margin:
        needed = math.ceil(needed * 1.05) + 1
    return needed
