"""Off-policy evaluation: what another policy would have earned, from the log of this one.

Estimators, with w = target_propensity / propensity of the logged action, q̂ a reward model on the logged action and Q its mean under the
target policy: `ips` mean(w r) (Horvitz and Thompson 1952) · `snips` Σwr/Σw (Swaminathan and Joachims 2015) · `dm` mean(Q) · `dr`
mean(Q + w(r - q̂)) (Dudík et al. 2011) · `sndr` with self-normalised w · `switch-dr` with w set to 0 above a threshold that balances
variance against a bound on the bias (Wang, Agarwal, Dudík 2017). q̂ must not have been fitted on the same rows.

No verdict without overlap: where few rows carry the weight, or the weights do not average to 1 as they must, `overlap` is poor and
`verdict` is `refused`. Numbers are still given, for those who want to look.

Intervals: `normal` and `bootstrap` belong to each estimator and are right for large logs; with few rows, skewed weights and rare rewards
they miss far too often. `bound` holds at every size (see `bounds`): it is the interval of the policy's value itself, whatever estimates it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

from journeyman.decisioning.bounds import gain_interval, value_interval
from journeyman.decisioning.inputs import numbers, whole
from journeyman.errors import PolicyError

F64 = NDArray[np.float64]
Ints = NDArray[np.intp]
Overlap = Literal["good", "poor"]
Interval = Literal["normal", "bootstrap", "bound"]
Verdict = Literal["better", "worse", "no difference", "refused"]

ESS_LEAST = 100.0
ESS_SHARE = 0.01
HEAVIEST = 0.05
"""Overlap is poor below ESS_LEAST effective rows (in a small log: below half of them), below ESS_SHARE of all rows, or when one row carries
more than HEAVIEST of the weight (in a small log: more than four rows' share)."""


@dataclass(frozen=True)
class Estimate:
    """A mean reward per decision with its standard error and interval."""

    value: float
    stderr: float
    low: float
    high: float

    @property
    def interval(self) -> tuple[float, float]:
        return self.low, self.high


@dataclass(frozen=True)
class Evaluation:
    """All estimates; `value`, `stderr` and `interval` are those of `estimator`, the recommended one: dr with a reward model, else snips."""

    n: int
    ess: float
    """Effective sample size (Σw)²/Σw²."""
    max_weight: float
    mean_weight: float
    overlap: Overlap
    logged: float
    """Mean reward in the log: what the logging policy earned."""
    estimates: Mapping[str, Estimate]
    estimator: str
    gain: Estimate
    """Target minus logging policy, paired by row."""

    @property
    def value(self) -> float:
        return self.estimates[self.estimator].value

    @property
    def stderr(self) -> float:
        return self.estimates[self.estimator].stderr

    @property
    def interval(self) -> tuple[float, float]:
        return self.estimates[self.estimator].interval

    @property
    def verdict(self) -> Verdict:
        """Whether the target policy earns more than the logging one did; refused when the overlap is poor."""
        if self.overlap == "poor":
            return "refused"
        return "better" if self.gain.low > 0 else "worse" if self.gain.high < 0 else "no difference"

    def to_contract(self) -> dict[str, Any]:
        """The JSON of `journeyman ope`; estimates that need a reward model are absent without one."""
        found = {k: {"value": e.value, "stderr": e.stderr, "low": e.low, "high": e.high} for k, e in self.estimates.items()}
        return {"n": self.n, "ess": self.ess, "max_weight": self.max_weight, "overlap": self.overlap, "estimates": found}


def evaluate(
    reward: ArrayLike,
    propensity: ArrayLike,
    target_propensity: ArrayLike,
    q_logged: ArrayLike | None = None,
    q_target: ArrayLike | None = None,
    *,
    level: float = 0.95,
    interval: Interval = "normal",
    groups: ArrayLike | None = None,
    seed: int = 0,
    resamples: int = 1000,
) -> Evaluation:
    """Evaluate a target policy on a log; every input is (n,).

    `propensity` in (0, 1] and `target_propensity` in [0, 1] are of the logged action. `groups` (whole numbers ≥ 0) names rows that belong
    together, such as one customer's decisions: intervals then take groups, not rows, as independent, and the bound takes the largest group
    for the largest there can be. `interval="bootstrap"` resamples rows (groups) `resamples` times from `seed` (percentiles); "bound" wants
    rewards in [0, 1]. Raises PolicyError on values out of range, NaN, unequal lengths, or only one of the two q.
    """
    r = numbers(reward, "reward", (None,), np.float64)
    shape = (len(r),)
    p = numbers(propensity, "propensity", shape, np.float64)
    t = numbers(target_propensity, "target_propensity", shape, np.float64)
    if not len(r):
        raise PolicyError("The log is empty.", remedy="Evaluate after decisions have been logged.")
    if (p <= 0).any() or (p > 1 + 1e-9).any():
        raise PolicyError("propensity must lie in (0, 1].", remedy="Leave out rows the logging policy did not choose (action -1).")
    if (t < 0).any() or (t > 1 + 1e-9).any():
        raise PolicyError("target_propensity must lie in [0, 1].", remedy="Check the target policy's propensities.")
    if (q_logged is None) != (q_target is None):
        raise PolicyError("q_logged and q_target go together.", remedy="Pass both or neither.")
    if interval not in get_args(Interval) or not 0 < level < 1 or resamples < 2:
        raise PolicyError("interval is normal, bootstrap or bound, level lies in (0, 1), resamples ≥ 2.", remedy="Check the arguments.")
    if interval == "bound" and (r.min() < 0 or r.max() > 1):
        raise PolicyError("The bound needs rewards in [0, 1].", remedy="Weight and clip the success events, or ask for another interval.")
    members = np.arange(len(r)) if groups is None else np.unique(whole(groups, "groups", shape, 0, 2**62), return_inverse=True)[1]
    w = t / p
    zero = np.zeros(len(r))
    q = zero if q_logged is None else numbers(q_logged, "q_logged", shape, np.float64)
    big_q = zero if q_target is None else numbers(q_target, "q_target", shape, np.float64)
    columns = _columns(r, w, q, big_q, with_model=q_target is not None)
    draws = _resampled(columns, r, members, seed, resamples) if interval == "bootstrap" else None
    z = float(norm.ppf(0.5 + level / 2))
    estimates = {name: _estimate(parts, members, z, None if draws is None else draws[name], level) for name, parts in columns.items()}
    estimator = "snips" if q_target is None else "dr"
    both = None if draws is None else draws[estimator] - draws["logged"]
    gain = _gain(columns[estimator], r, members, z, both, level)
    if interval == "bound":
        sizes = np.bincount(members).astype(np.float64)
        low, high = value_interval(r, w, 1 - level, sizes, members)
        estimates = {name: replace(e, low=low, high=high) for name, e in estimates.items()}
        low, high = gain_interval(r, w, 1 - level, sizes, members)
        gain = replace(gain, low=low, high=high)
    total, square = float(w.sum()), float((w**2).sum())
    ess = total**2 / square if square else 0.0
    return Evaluation(
        n=len(r),
        ess=ess,
        max_weight=float(w.max()),
        mean_weight=float(w.mean()),
        overlap=_overlap(w, ess, members),
        logged=float(r.mean()),
        estimates=estimates,
        estimator=estimator,
        gain=gain,
    )


Parts = tuple[F64, F64, F64]
"""An estimator as base, top, bottom, each (n,): value = mean(base) + mean(top) / mean(bottom)."""


def _columns(r: F64, w: F64, q: F64, big_q: F64, *, with_model: bool) -> dict[str, Parts]:
    one, zero = np.ones(len(r)), np.zeros(len(r))
    found: dict[str, Parts] = {"ips": (zero, w * r, one), "snips": (zero, w * r, w)}
    if with_model:
        found |= {"dm": (big_q, zero, one), "dr": (big_q, w * (r - q), one), "sndr": (big_q, w * (r - q), w)}
        found["switch-dr"] = (big_q, _switch(r, w, q, big_q), one)
    return found


def _switch(r: F64, w: F64, q: F64, big_q: F64) -> F64:
    """The correction w(r - q̂) with large weights dropped, at the threshold of least estimated mean squared error (at equal error, the
    largest).

    This is the SWITCH-DR of Wang, Agarwal and Dudík (2017): doubly robust on actions of weight up to τ, the reward model alone on the
    others. Written by action, the first part is Σₐ π(a) q̂(a) 1[w(a) ≤ τ] + w(r - q̂) 1[w ≤ τ] and the second Σₐ π(a) q̂(a) 1[w(a) > τ]; the
    two sums make Q, so dropping corrections is all there is to do, and other actions' weights are not needed (plain SWITCH, on ips, would
    need them). The threshold follows their rule, variance plus squared bound of the bias, with two differences: the target's probability
    above τ is estimated from the weights logged (at most 1), as the others are not known here, and the range of rewards is the largest
    residual seen. Both are estimates, so the bias is not bounded for certain; nor does the interval know that τ was chosen on the same
    rows. It is a second opinion where weights are large, not the recommended estimate."""
    span = float(np.abs(r - q).max(initial=0.0))
    best, kept = np.inf, w * (r - q)
    for threshold in np.unique(np.quantile(w, [1.0, 0.999, 0.99, 0.98, 0.95, 0.9, 0.75, 0.5]))[::-1]:
        small = w <= threshold
        trial = np.where(small, w * (r - q), 0.0)
        error = float(np.var(big_q + trial)) / len(r) + (span * min(float(np.mean(np.where(small, 0.0, w))), 1.0)) ** 2
        if error < best:
            best, kept = error, trial
    return kept


def _value(parts: Parts) -> float:
    base, top, bottom = (float(a.mean()) for a in parts)
    return base + (top / bottom if bottom > 0 else 0.0)


def _influence(parts: Parts) -> F64:
    """(n,): how far each row moves the estimate (delta method)."""
    base, top, bottom = parts
    scale = float(bottom.mean())
    ratio = float(top.mean()) / scale if scale > 0 else 0.0
    return np.asarray(base - base.mean() + ((top - ratio * bottom) / scale if scale > 0 else 0.0))


def _error(influence: F64, members: Ints) -> float:
    """The standard error of a mean whose groups are independent."""
    n, moved = len(influence), np.bincount(members, weights=influence)
    return float(np.sqrt((moved**2).sum() * (len(moved) / max(len(moved) - 1, 1)))) / n


def _estimate(parts: Parts, members: Ints, z: float, draws: F64 | None, level: float) -> Estimate:
    return _with_interval(_value(parts), _error(_influence(parts), members), z, draws, level)


def _gain(parts: Parts, r: F64, members: Ints, z: float, draws: F64 | None, level: float) -> Estimate:
    paired = _influence(parts) - (r - r.mean())
    return _with_interval(_value(parts) - float(r.mean()), _error(paired, members), z, draws, level)


def _with_interval(value: float, stderr: float, z: float, draws: F64 | None, level: float) -> Estimate:
    if draws is None:
        return Estimate(value, stderr, value - z * stderr, value + z * stderr)
    low, high = np.quantile(draws, [0.5 - level / 2, 0.5 + level / 2])
    return Estimate(value, float(draws.std(ddof=1)), float(low), float(high))


def _resampled(columns: Mapping[str, Parts], r: F64, members: Ints, seed: int, resamples: int) -> dict[str, F64]:
    """The estimates on groups drawn with replacement, by name (and the logged mean), (resamples,) each."""
    generator = np.random.default_rng(seed)
    sums = {name: [np.bincount(members, weights=part) for part in parts] for name, parts in columns.items()}  # (G,) each
    sizes, earned = np.bincount(members), np.bincount(members, weights=r)
    found = {name: np.empty(resamples) for name in [*columns, "logged"]}
    for b in range(resamples):
        drawn = generator.integers(len(sizes), size=len(sizes))
        rows = sizes[drawn].sum()
        found["logged"][b] = earned[drawn].sum() / rows
        for name, parts in sums.items():
            base, top, bottom = (float(part[drawn].sum()) / rows for part in parts)
            found[name][b] = base + (top / bottom if bottom > 0 else 0.0)
    return found


def _overlap(w: F64, ess: float, members: Ints) -> Overlap:
    """Good when enough rows share the weight and the weights average to 1 within four standard errors."""
    total, n = float(w.sum()), len(w)
    if total <= 0 or ess < max(min(ESS_LEAST, n / 2), ESS_SHARE * n) or float(w.max()) > max(HEAVIEST, 4 / n) * total:
        return "poor"
    off = abs(float(w.mean()) - 1)
    return "poor" if off > 4 * _error(w - w.mean(), members) + 0.02 else "good"
