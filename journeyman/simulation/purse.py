"""The incentive budget of a simulated journey: reserved with a send, spent when redeemed, free again when the offer has run out.

The same ledger as `journeyman.store.budget` keeps for a real journey, in memory. Amounts are in the budget's currency.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

OFFER_DAYS = 7
"""How long an offer's cost stays reserved."""
TOLERANCE = 1e-9


class Purse:
    """See the module. `limit` None: no budget, everything fits."""

    def __init__(self, limit: float | None) -> None:
        self.limit, self.spent = limit, 0.0
        self._reserved: dict[str, float] = {}
        self._waiting: deque[tuple[datetime, str]] = deque()  # in order of time
        self._held = 0.0
        self._cost: dict[str, float] = {}
        self._made: list[tuple[datetime, str, float]] = []

    @property
    def committed(self) -> float:
        """Spent and reserved."""
        return self.spent + self._held

    def fits(self, liability: float) -> bool:
        """Whether one more send of that cost stays within the budget."""
        return self.limit is None or liability <= 0 or self.committed + liability <= self.limit + TOLERANCE

    def reserve(self, send: str, liability: float, at: datetime) -> None:
        """The send left; sends are told in order of time."""
        if liability > 0:
            self._reserved[send] = liability
            self._waiting.append((at, send))
            self._held += liability
            self._made.append((at, send, liability))

    def redeem(self, send: str, cost: float) -> None:
        """What the offer did cost, in place of its reservation; the same again changes nothing."""
        self._free(send)
        self.spent += cost - self._cost.get(send, 0.0)
        self._cost[send] = cost

    def release(self, now: datetime) -> None:
        """Offers that nobody used in time."""
        while self._waiting and self._waiting[0][0] < now - timedelta(days=OFFER_DAYS):
            self._free(self._waiting.popleft()[1])

    def standing(self, now: datetime) -> tuple[float, float, dict[int, float], float] | None:
        """(limit, spent, what is reserved by days until it is released, share of old reservations that was spent); None without a budget.

        Ten imagined offers redeemed one time in ten count until there are real ones to go by.
        """
        if self.limit is None:
            return None
        promised = dict.fromkeys(range(OFFER_DAYS + 1), 0.0)
        for at, send, _ in self._made:
            promised[max(OFFER_DAYS - (now - at).days, 0)] += self._reserved.get(send, 0.0)
        old = [(send, liability) for at, send, liability in self._made if at < now - timedelta(days=OFFER_DAYS)]
        mean = sum(liability for *_, liability in self._made) / len(self._made) if self._made else 1.0
        redeemed = (sum(self._cost.get(send, 0.0) for send, _ in old) + mean) / (sum(liability for _, liability in old) + 10 * mean)
        return self.limit, self.spent, promised, min(redeemed, 1.0)

    def _free(self, send: str) -> None:
        self._held -= self._reserved.pop(send, 0.0)
        if not self._reserved:
            self._held = 0.0  # no dust of rounding
