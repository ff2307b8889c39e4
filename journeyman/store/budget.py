"""The incentive budget's ledger: money is reserved when a send is claimed, then spent or released.

A send's reservation is what its incentive may cost. `spend` books what it did cost; the truth is booked even where it is more than was
reserved, and the gate then reserves less for others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select, update

from journeyman.domain import Record
from journeyman.store.database import Store
from journeyman.store.rows import among, upsert
from journeyman.store.tables import budget


class Standing(Record):
    """What a journey's incentives have cost and may yet cost, in its budget's currency."""

    spent: float
    reserved: float

    @property
    def committed(self) -> float:
        """Both: what is no longer free."""
        return self.spent + self.reserved


def standing(store: Store, journey: str) -> Standing:
    """The ledger's sums for a journey."""
    query = select(func.sum(budget.c.spent), func.sum(budget.c.reserved)).where(budget.c.journey == journey)
    with store.reading() as connection:
        spent, reserved = connection.execute(query).one()
    return Standing(spent=spent or 0.0, reserved=reserved or 0.0)


def reserve(store: Store, journey: str, liabilities: Mapping[str, float]) -> None:
    """Sets money aside for sends (send id → amount), unless what they cost is booked already. Only the gate calls this, after it has looked
    at what is free."""
    now = store.clock.now()
    rows = [
        {"journey": journey, "send": send, "reserved": amount, "spent": 0.0, "reserved_at": now, "settled_at": None}
        for send, amount in liabilities.items()
    ]
    with store.transaction() as connection:
        upsert(connection, budget, rows, ("reserved", "reserved_at", "settled_at"), where=budget.c.spent == 0)


def release(store: Store, sends: Sequence[str]) -> None:
    """Gives reservations back: the message did not leave, or the offer ran out unused. Without a reservation nothing changes."""
    with store.transaction() as connection:
        mine = update(budget).where(among(budget.c.send, sends), budget.c.reserved > 0)
        connection.execute(mine.values(reserved=0.0, settled_at=store.clock.now()))


def spend(store: Store, journey: str, costs: Mapping[str, float]) -> None:
    """Books what offers did cost (send id → amount) in place of their reservations. The same again changes nothing."""
    now = store.clock.now()
    rows = [
        {"journey": journey, "send": send, "reserved": 0.0, "spent": cost, "reserved_at": now, "settled_at": now}
        for send, cost in costs.items()
    ]
    with store.transaction() as connection:
        upsert(connection, budget, rows, ("reserved", "spent", "settled_at"))


def outstanding(store: Store, journey: str) -> dict[str, float]:
    """Send → what is still reserved for it."""
    query = select(budget.c.send, budget.c.reserved).where(budget.c.journey == journey, budget.c.reserved > 0)
    with store.reading() as connection:
        return dict(connection.execute(query).all())


def costs(store: Store, journey: str) -> dict[str, float]:
    """Send → what its offer did cost, for all that were redeemed."""
    query = select(budget.c.send, budget.c.spent).where(budget.c.journey == journey, budget.c.spent > 0)
    with store.reading() as connection:
        return dict(connection.execute(query).all())
