"""Who may be offered an incentive today, and at what price: the plan's budget brought to a cohort.

Every arm of the experiment has the same money a head. In treatment the policy chooses under a price (`journeyman.decisioning.budget`), so
offers go to those they move most; the other arms cannot weigh, so a lottery by hash says who may be offered one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from journeyman.decisioning import Policy
from journeyman.decisioning.budget import Terms, due, price
from tools.reach import number

Bools = NDArray[np.bool_]
LIFE = 7
"""Days an incentive's cost stays set aside after its message: what is not redeemed by then is released."""
ASKED = 500
"""Customers a price is found on: chance moves the day's sum by a few per cent, and the next day makes up for it."""


@dataclass(frozen=True)
class Allowance:
    """An incentive budget as it stands: its `limit`, what is `spent`, what is `promised` by days until released, the plan's `days` left,
    today included, and the share of what was set aside that came to be `redeemed`."""

    limit: float
    spent: float = 0.0
    promised: Mapping[int, float] = field(default_factory=dict)
    days: int = 1
    redeemed: float = 0.1

    def today(self, pace: float) -> float:
        """Money to set aside today, at `pace` (a share of what is due)."""
        return pace * due(self.limit, self.spent, self.promised, self.days, LIFE, self.redeemed)


def drawn(customers: Sequence[str], slot: str, share: float | NDArray[np.float64]) -> Bools:
    """(n,): a lottery by hash; each customer wins with chance `share`, one or (n,). It looks at names alone: propensities stay exact."""
    tickets = np.array([number("incentive", slot, c) for c in customers], dtype=np.float64) / 2.0**64
    return tickets < share


def terms(
    policy: Policy, contexts: NDArray[np.float32], eligible: Bools, liability: NDArray[np.float64], money: float, floor: float
) -> Terms:
    """The terms on which the policy's choices for (n, d) `contexts` under `eligible` (n, K) set `money` aside, each action its `liability`
    (K,), with exploration `floor`."""
    offers = liability > 0
    some = np.flatnonzero(eligible[:, offers].any(axis=1))
    if not len(some) or money <= 0:
        return Terms(0.0, 1.0 if money > 0 else 0.0)
    asked = some[np.unique(np.linspace(0, len(some) - 1, min(ASKED, len(some))).astype(np.intp))]

    def set_aside(at: float) -> float:
        priced = policy.at_costs(policy.costs + at * liability) if at else policy
        return float((priced.propensities(contexts[asked], eligible[asked], floor=floor) @ liability).sum()) * len(some) / len(asked)

    return price(set_aside, money, 1.5 / float(liability[offers].min()))
