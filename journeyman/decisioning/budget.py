"""An incentive budget's dual price: what an offer must earn beyond other messages, for each unit of money set aside for it.

Two questions, asked anew at every run. `due`: how much may be set aside today, so that a budget is neither overspent nor stranded when the
plan ends. `price`: at which price do today's choices set aside just that much. The price is subtracted from the score of every offer in
proportion to its liability (the Lagrange multiplier of the budget, as in bandits with knapsacks: Badanidiyuru, Kleinberg and Slivkins,
2013), so the offers go to those they move most. It depends on who is there today, not on any luck, so propensities stay exact.

Money counts as used when it was spent or is set aside for an offer somebody still holds: only so can a budget never be overspent. The send
gate holds to that by itself, whatever is priced here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from journeyman.decisioning.inputs import numbers
from journeyman.errors import PolicyError

STEPS = 14
"""Halvings of the price's logarithm: from a range of a million it is found to a thousandth."""
RANGE = 1e6


class Terms(NamedTuple):
    """On what terms offers go out today."""

    price: float
    """Reward units per unit of money; 0 while the budget does not bind."""
    share: float
    """Of customers who may be offered anything at all, by lot: 1, but where even the dearest price would set too much aside."""


def due(limit: float, spent: float, promised: Mapping[int, float], days: int, life: int, redeemed: float) -> float:
    """Money to set aside for offers today, so that the same every day uses the budget up to the plan's end.

    `limit` of the budget, `spent` of it so far; `promised`: what is still set aside for earlier offers, by the days until they run out (0:
    today). `days` are left, today included; an offer holds for `life` days, and `redeemed` in [0, 1] of what is set aside is spent in the
    end. Never more than is free now. Raises PolicyError on negative or infinite numbers.
    """
    open_ = float(sum(promised.values()))
    if min(numbers([limit, spent, open_, redeemed], "limit, spent, promised and redeemed", (4,), np.float64)) < 0 or redeemed > 1:
        raise PolicyError("Money must not be negative, and redeemed lies between 0 and 1.", remedy="Check the budget's ledger.")
    if days < 1 or life < 1:
        raise PolicyError("days and life must be at least 1.", remedy="Count today as a day.")
    returning = sum(amount for left, amount in promised.items() if left < days)
    whole = min(days, life)  # days whose offers are still held when the plan ends
    steady = (limit - spent - open_ + (1 - redeemed) * returning) / (whole + redeemed * (days - whole))
    return float(max(min(steady, limit - spent - open_), 0.0))


def price(set_aside: Callable[[float], float], target: float, dearest: float) -> Terms:
    """The terms on which `set_aside(price)`, the money today's choices would set aside, which falls as the price rises, is `target`.

    At `dearest` nobody is offered anything by choice. It is asked STEPS + 2 times at most.
    """
    if target <= 0:
        return Terms(0.0, 0.0)
    if set_aside(0.0) <= target:
        return Terms(0.0, 1.0)
    least = set_aside(dearest)
    if least > target:  # what is explored by chance alone is too much
        return Terms(dearest, target / least)
    low, high = np.log(dearest / RANGE), np.log(dearest)
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if set_aside(float(np.exp(middle))) > target else (low, middle)
    return Terms(float(np.exp(high)), 1.0)
