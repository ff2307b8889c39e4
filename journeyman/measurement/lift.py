"""Lift: what treatment earned over each other arm, with an interval that may be looked at every day.

Estimator. Difference of mean outcomes, adjusted by an ordinary regression per arm on centred covariates measured before the journey (Lin,
Annals of Applied Statistics 2013; with one pre-period covariate this is CUPED, Deng et al., WSDM 2013). The standard error comes from the
estimator's influence values, so it needs no model to be true. Without covariates it is the plain difference of means.

Always-valid interval. With f the share of the planned information seen so far (1 at the plan's end) the half-width is se · k(f), valid at
every look together, however often anybody looks. Up to the plan's end it follows a constant boundary of Brownian motion, which puts nearly
all of its strength where the plan is judged (O'Brien and Fleming, Biometrics 1979; Lan and DeMets, Biometrika 1983): by reflection
P(sup over [0, 1] of |B| ≥ c) ≤ 4 (1 − Φ(c)), so with nine tenths of α
    k(f) = c / sqrt(f),   4 (1 − Φ(c)) = 0.9 α                              for f ≤ 1
The last tenth of α pays for looking on after the end, by a straight line a + b·t, crossed on either side with probability at most
2 exp(−2ab) (Robbins 1970; Howard et al. 2020), a = b:
    k(f) = sqrt(log(20/α) / 2) · (1 + f) / sqrt(f)                           for f > 1
Strong approximation carries both over to means of any light-tailed outcome: an asymptotic confidence sequence (Waudby-Smith, Arbour, Sinha,
Kennedy, Ramdas, 2021). At α = 0.05, k(1) = 2.28 against 1.96 of the fixed-sample interval: 1.16 times as wide at the plan's end, 1.65 times
at half time, 3.7 times when a tenth is seen, and wide again after the end, when the question should be asked anew.
Information grows with customers and with days: a cohort watched for d of h days has f = d / h. Valid for the estimand accrued so far.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from journeyman.domain import ARMS, Arm, Record
from journeyman.errors import RunError

Floats = NDArray[np.float64]


class Lift(Record):
    """Treatment against one other arm, in outcome units per customer. `low`/`high`: always valid; `fixed_*`: for a single look."""

    versus: Arm
    value: float
    low: float
    high: float
    fixed_low: float
    fixed_high: float
    relative: float | None
    """Ratio of adjusted means − 1, with its always-valid interval; None where a mean is not above 0."""
    relative_low: float | None
    relative_high: float | None
    treatment_n: int
    control_n: int
    treatment_mean: float
    control_mean: float
    """Raw means, unadjusted."""
    p_value: float
    """Two-sided, for a single look."""
    variance_reduction: float
    """Share of the variance the covariates took away (0 without)."""
    significant: bool
    """The always-valid interval leaves out 0."""


def always_valid_z(fraction: float, alpha: float = 0.05) -> float:
    """k(f) of the module docstring: how many standard errors the always-valid interval reaches to each side."""
    from scipy.stats import norm

    if not fraction > 0:
        raise ValueError("the share of planned information must be above 0")
    if fraction <= 1:
        return float(norm.isf(0.9 * alpha / 4)) / math.sqrt(fraction)
    return math.sqrt(math.log(2 / (0.1 * alpha)) / 2) * (1 + fraction) / math.sqrt(fraction)


def lifts(
    outcome: Floats, arm: NDArray[np.str_], covariates: NDArray[np.floating] | None = None, *, fraction: float = 1.0, alpha: float = 0.05
) -> dict[Arm, Lift]:
    """Treatment against every other arm with at least two customers.

    `outcome` (n,) per customer, `arm` (n,) names, `covariates` (n, c) known before the journey (missing values are filled with the mean),
    `fraction` the share of planned information seen. Raises RunError when nobody is treated or the outcome is not finite.
    """
    outcome = np.asarray(outcome, np.float64)
    if not np.isfinite(outcome).all():
        raise RunError("Some outcomes are not numbers.", remedy="Measure every customer of the experiment, with 0 for no success.")
    if np.count_nonzero(arm == "treatment") < 2:
        raise RunError("Fewer than two customers are treated.", remedy="Run the cohort first, or lower the shares of the other arms.")
    others: list[Arm] = [a for a in ARMS if a != "treatment" and np.count_nonzero(arm == a) >= 2]
    return {other: _lift(outcome, arm, covariates, other, always_valid_z(fraction, alpha), alpha) for other in others}


def _lift(outcome: Floats, arm: NDArray[np.str_], covariates: NDArray[np.floating] | None, versus: Arm, reach: float, alpha: float) -> Lift:
    from scipy.stats import norm

    both = (arm == "treatment") | (arm == versus)
    y, treated = outcome[both], arm[both] == "treatment"  # (m,), (m,)
    plain = _influence(y, treated, np.empty((len(y), 0)))
    adjusted = plain if covariates is None else _influence(y, treated, _prepared(np.asarray(covariates, np.float64)[both], treated))
    if adjusted[1].var(axis=1).sum() > plain[1].var(axis=1).sum():  # covariates that only add noise are left out
        adjusted = plain
    (mean1, mean0), psi = adjusted  # psi (2, m): influence of each customer on each adjusted mean
    m = len(y)
    value, error = float(mean1 - mean0), _error(psi[0] - psi[1])
    z = float(norm.isf(alpha / 2))
    relative: tuple[float, float, float] | tuple[None, None, None] = (None, None, None)
    if mean1 > 0 and mean0 > 0:
        log_ratio, log_error = math.log(mean1 / mean0), _error(psi[0] / mean1 - psi[1] / mean0)
        relative = (
            math.expm1(log_ratio),
            math.expm1(log_ratio - reach * log_error),
            math.expm1(min(log_ratio + reach * log_error, 700.0)),
        )
    before = _error(plain[1][0] - plain[1][1])
    return Lift(
        versus=versus, value=value, low=value - reach * error, high=value + reach * error,
        fixed_low=value - z * error, fixed_high=value + z * error,
        relative=relative[0], relative_low=relative[1], relative_high=relative[2],
        treatment_n=int(treated.sum()), control_n=int(m - treated.sum()),
        treatment_mean=float(y[treated].mean()), control_mean=float(y[~treated].mean()),
        p_value=float(2 * norm.sf(abs(value) / error)) if error > 0 else (1.0 if value == 0 else 0.0),
        variance_reduction=max(0.0, 1 - (error / before) ** 2) if before > 0 else 0.0,
        significant=abs(value) > reach * error,
    )  # fmt: skip


def _error(influence: Floats) -> float:
    return float(influence.std(ddof=1) / math.sqrt(len(influence)))


def _prepared(x: Floats, treated: NDArray[np.bool_]) -> Floats:
    """Centred, scaled covariates, (m, c'): missing filled, constants dropped, at most one per twenty customers of the smaller arm."""
    known = np.isfinite(x)
    mean = np.where(known, x, 0).sum(0) / np.maximum(known.sum(0), 1)
    x = np.where(known, x, mean) - mean
    scale = x.std(0)
    x = x[:, scale > 1e-12] / scale[scale > 1e-12]
    return x[:, : min(treated.sum(), (~treated).sum()) // 20]


def _influence(y: Floats, treated: NDArray[np.bool_], x: Floats) -> tuple[tuple[float, float], Floats]:
    """Adjusted means of both arms and each customer's influence on them, (2, m)."""
    m = len(y)
    design = np.column_stack([np.ones(m), x])  # (m, 1 + c)
    means, psi = [], np.empty((2, m))
    for row, member in enumerate((treated, ~treated)):
        coefficients, *_ = np.linalg.lstsq(design[member], y[member], rcond=None)
        fitted = design @ coefficients  # (m,)
        mean = float(fitted.mean())
        spare = member.sum() / max(member.sum() - design.shape[1], 1)  # degrees of freedom spent
        psi[row] = fitted - mean + member * (y - fitted) * (m / member.sum()) * math.sqrt(spare)
        means.append(mean)
    return (means[0], means[1]), psi
