"""How small a lift a comparison of two groups can show. Arithmetic before the journey; the measuring itself is `journeyman.measurement`."""

from __future__ import annotations

import math
from statistics import NormalDist


def smallest_lift(n_treated: float, n_held: float, base: float, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """The relative lift two groups of this size show with this power (two-sided test of two shares, normal approximation); inf if none.

    Solved for the treated share by bisection, each share with its own variance (Fleiss, Statistical Methods for Rates and Proportions)."""
    if min(n_treated, n_held) < 1:
        return math.inf
    z = NormalDist().inv_cdf(1 - alpha / 2) + NormalDist().inv_cdf(power)

    def seen(share: float) -> bool:
        return share - base >= z * math.sqrt(share * (1 - share) / n_treated + base * (1 - base) / n_held)

    low, high = base, 1.0
    if not seen(high):
        return math.inf
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if seen(middle) else (middle, high)
    return high / base - 1
