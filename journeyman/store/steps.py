"""The steps of a run: each time a node of a graph was at work, on what, for how long, and how that ended."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import select, update

from journeyman.domain import Record
from journeyman.store.database import Store
from journeyman.store.tables import steps

Outcome = Literal["running", "done", "waits", "failed"]
"""`waits`: for a person. A step of a process that was killed stays `running`."""


class Step(Record):
    """`about`: what it worked on, a word or two. `seconds`: how long (0 while it runs)."""

    id: int
    run: str
    graph: str
    node: str
    about: str
    at: datetime
    outcome: Outcome
    seconds: float


def begin(store: Store, run: str, graph: str, node: str, about: str = "") -> int:
    """A step begins; returns its number. Raises StoreError."""
    row = {"run": run, "graph": graph, "node": node, "about": about[:200], "at": store.clock.now(), "outcome": "running", "seconds": 0.0}
    with store.transaction() as connection:
        (number,) = connection.execute(steps.insert(), row).inserted_primary_key or (0,)
        return int(number)


def end(store: Store, number: int, outcome: Outcome, seconds: float) -> None:
    """It is over. Raises StoreError."""
    with store.transaction() as connection:
        connection.execute(update(steps).where(steps.c.id == number).values(outcome=outcome, seconds=seconds))


def of(store: Store, run: str) -> list[Step]:
    """A run's steps in the order they began."""
    with store.reading() as connection:
        return [Step(**row) for row in connection.execute(select(steps).where(steps.c.run == run).order_by(steps.c.id)).mappings()]
