"""The incentive budget of a simulated journey: reserved with a send, spent when redeemed, free again when the offer has run out.

The same ledger as `journeyman.store.budget` keeps for a real journey, in memory. Amounts are in the budget's currency.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

OFFER_DAYS = 7
"""How long an offer's cost stays reserved."""
TOLERANCE = 1e-9


class Purse:
    """See the module. `limit` None: no budget, everything fits."""

    def __init__(self, limit: float | None) -> None:
        self.limit, self.spent = limit, 0.0
        self._reserved: dict[str, tuple[datetime, float]] = {}
        self._cost: dict[str, float] = {}
        self._offers: list[float] = []

    @property
    def committed(self) -> float:
        """Spent and reserved."""
        return self.spent + sum(amount for _, amount in self._reserved.values())

    def fits(self, liability: float) -> bool:
        """Whether one more send of that cost stays within the budget."""
        return self.limit is None or liability <= 0 or self.committed + liability <= self.limit + TOLERANCE

    def reserve(self, send: str, liability: float, at: datetime) -> None:
        """The send left."""
        if liability > 0:
            self._reserved[send] = (at, liability)
            self._offers.append(liability)

    def redeem(self, send: str, cost: float) -> None:
        """What the offer did cost, in place of its reservation; the same again changes nothing."""
        self._reserved.pop(send, None)
        self.spent += cost - self._cost.get(send, 0.0)
        self._cost[send] = cost

    def release(self, now: datetime) -> None:
        """Offers that nobody used in time."""
        self._reserved = {s: (at, a) for s, (at, a) in self._reserved.items() if at >= now - timedelta(days=OFFER_DAYS)}

    def allowance(self, days: int) -> tuple[float, float, int, float] | None:
        """(free now, left, days that remain, what an offer has come to so far); None without a budget.

        Ten imagined offers redeemed one time in ten count until there are real ones to go by.
        """
        if self.limit is None:
            return None
        mean = float(np.mean(self._offers)) if self._offers else 5.0
        cost = (self.spent + mean) / (len(self._offers) + 10)
        return max(self.limit - self.committed, 0.0), max(self.limit - self.spent, 0.0), max(days, 1), cost
