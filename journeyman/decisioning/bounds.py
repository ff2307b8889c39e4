"""Intervals for an off-policy value that hold at any number of rows, by betting.

If the mean of X ≥ 0 is at most m, nobody who bets a share of her money on every row's X exceeding m is expected to grow rich: her capital
Π (1 + λ (X_i - m)), with 0 ≤ λ ≤ 1/m, stays within 1/α with probability 1 - α (Ville; Markov). So an m at which capital has exceeded 1/α
is too small (Waudby-Smith and Ramdas, Journal of the Royal Statistical Society B 86, 2024). X need not be bounded above, which is what
importance weights want (Karampatziakis, Mineiro and Ramdas, 2021). Capital is spread evenly over STAKES, so there is nothing to tune and
the rows' order does not matter.

With weights w of mean 1 and rewards r in [0, 1]: w·r bounds a value from below, and w·(1 - r), whose mean is 1 less the value, from above.
Where weights vary much the upper bound is wide, for that is all the log knows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
STAKES = np.geomspace(1e-4, 0.99, 40)
"""Bets as a share of the largest that cannot ruin, 1/m."""
HALVINGS = 40


def value(w: F64, r: F64, level: float) -> tuple[float, float]:
    """(low, high) in [0, 1] for the target's mean reward; weights and rewards (n,)."""
    return min(_below(w * r, level), 1.0), max(1 - _below(w * (1 - r), level), 0.0)


def gain(w: F64, r: F64, level: float) -> tuple[float, float]:
    """(low, high) in [-1, 1] for the target's mean reward less the log's."""
    return min(_below((w - 1) * r + 1, level) - 1, 1.0), max(1 - _below(w * (1 - r) + r, level), -1.0)


def _below(x: F64, level: float) -> float:
    """The largest m refuted as the mean of x (n,) ≥ 0, by a one-sided test at (1 - level) / 2; at most 2."""
    wanted = np.log(2 / (1 - level))
    low, high = 0.0, 2.0
    for _ in range(HALVINGS):
        m = (low + high) / 2
        capital = np.log1p(STAKES[:, None] * (x / m - 1)).sum(axis=1)  # (stakes,)
        top = capital.max()
        refuted = top + np.log(np.exp(capital - top).mean()) > wanted
        low, high = (m, high) if refuted else (low, m)
    return low
