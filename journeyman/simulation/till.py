"""The till of the simulated world: what a success is worth, which offers customers hold, and what redeeming them costs."""

from __future__ import annotations

from typing import Any

from journeyman.domain import Incentive, Send

OFFER_HOURS = 7 * 24.0
"""How long an offer that was noticed stays in the customer's mind."""


class Till:
    """Offers in hand by customer row. Each send's offer is redeemed at most once, for no more than the send's liability (when above 0)."""

    def __init__(self) -> None:
        self._held: dict[int, tuple[float, Send, Incentive]] = {}
        self._redeemed: set[str] = set()

    def hold(self, row: int, at: float, send: Send, incentive: Incentive) -> None:
        """The customer noticed an offer at `at` (hours); it takes the place of an earlier one."""
        self._held[row] = (at, send, incentive)

    def held(self, row: int, at: float) -> tuple[Send, Incentive] | None:
        """The offer the customer still has in mind at `at`."""
        since, send, incentive = self._held.get(row, (-OFFER_HOURS * 2 + at, None, None))
        return (send, incentive) if send and incentive and at - since <= OFFER_HOURS else None

    def ring(self, gross: float | None, offer: tuple[Send, Incentive] | None) -> dict[str, Any]:
        """Properties of a success worth `gross` dollars (None: no amount): amount paid, and the redemption if `offer` is used."""
        paid = {} if gross is None else {"amount": gross, "currency": "USD"}
        if offer is None or offer[0].id in self._redeemed:
            return paid
        send, incentive = offer
        self._redeemed.add(send.id)
        cost = price(incentive, gross or 0.0)
        cost = round(min(cost, send.liability) if send.liability > 0 else cost, 2)
        if gross is not None and incentive.kind in ("percent_off", "amount_off"):
            paid["amount"] = round(max(gross - cost, 0.0), 2)
        return paid | {"incentive": incentive.key, "discount": cost, "redeemed": send.id}


def price(incentive: Incentive, gross: float) -> float:
    """What a redemption costs in dollars: a point is a cent, free shipping 6, a gift 5."""
    match incentive.kind:
        case "percent_off":
            return gross * incentive.value / 100
        case "amount_off":
            return min(incentive.value, gross) if gross else incentive.value
        case "points":
            return incentive.value / 100
        case "free_shipping":
            return 6.0
        case "gift":
            return 5.0
