"""Arms of the experiment: a customer's arm is a hash of the customer and the journey's salt.

Nothing is stored and nothing is drawn, so an arm is the same on every machine, in every order and for the journey's whole life. Raising a
share moves customers only out of treatment or along the fixed order holdout, random control, BAU. Not a randomness test of the hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from journeyman.domain import ARMS, Measurement, Record
from journeyman.errors import PlanError

ALARM_BELOW = 0.001
"""p-value under which a split is called broken: strict, since it is looked at daily (Fabijan et al., KDD 2019)."""


class SampleRatio(Record):
    """Whether the arms came out as large as planned. `counts` are customers by arm."""

    counts: dict[str, int]
    expected: dict[str, float]
    chi_square: float
    p_value: float
    alarm: bool


def assign(customers: Sequence[str], salt: str, shares: Measurement) -> NDArray[np.str_]:
    """The arm of each customer, (n,) of names in `domain.ARMS`. Raises PlanError when the shares leave no treatment."""
    held = np.cumsum([shares.holdout, shares.random_control, shares.bau])  # (3,)
    if held[-1] >= 1:
        raise PlanError(
            f"Holdout, random control and BAU take {held[-1]:.0%} of the audience.", remedy="Lower the shares so that some are treated."
        )
    prefix = hashlib.sha256(salt.encode() + b"\0")
    points = np.empty(len(customers))  # (n,) in [0, 1)
    for i, customer in enumerate(customers):
        digest = prefix.copy()
        digest.update(customer.encode())
        points[i] = int.from_bytes(digest.digest()[:6], "big") / 2**48
    names = np.array(["holdout", "random_control", "bau", "treatment"])
    return names[np.searchsorted(held, points, side="right")]


def sample_ratio(arms: NDArray[np.str_], shares: Measurement) -> SampleRatio:
    """Chi-square test of the arms' sizes against the planned shares; an arm with no share must be empty."""
    from scipy.stats import chi2

    planned = {"holdout": shares.holdout, "random_control": shares.random_control, "bau": shares.bau}
    planned["treatment"] = 1 - sum(planned.values())
    n = len(arms)
    counts = {arm: int(np.count_nonzero(arms == arm)) for arm in ARMS}
    expected = {arm: n * planned[arm] for arm in ARMS}
    used = [arm for arm in ARMS if expected[arm] > 0]
    statistic = sum((counts[arm] - expected[arm]) ** 2 / expected[arm] for arm in used)
    strays = n - sum(counts[arm] for arm in used)
    p = 0.0 if strays else float(chi2.sf(statistic, len(used) - 1)) if len(used) > 1 else 1.0
    return SampleRatio(counts=counts, expected=expected, chi_square=float(statistic), p_value=p, alarm=p < ALARM_BELOW)
