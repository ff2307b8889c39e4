"""The steps of a run: each time a node of a graph was at work, on what, for how long, and how that ended. Kept in the journal."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Literal

from sqlalchemy import bindparam, func, select, update

from journeyman.domain import Record
from journeyman.store.database import Store
from journeyman.store.tables import steps

Outcome = Literal["running", "done", "waits", "failed"]
"""`waits`: for a person. A step of a process that was killed stays `running`."""
_END = update(steps).where(steps.c.run == bindparam("of"), steps.c.number == bindparam("its"))


class Step(Record):
    """`number` in its run, from 1. `about`: what it worked on, a word or two. `seconds`: how long (0 while it runs)."""

    run: str
    number: int
    graph: str
    node: str
    about: str
    at: datetime
    outcome: Outcome
    seconds: float


def begin(store: Store, run: str, graph: str, node: str, about: str = "") -> int:
    """A step begins; returns its number."""
    if run not in store.journal.numbers:
        with store.reading() as connection:
            last = connection.scalar(select(func.max(steps.c.number)).where(steps.c.run == run)) or 0
        store.journal.numbers[run] = count(last + 1)
    number = next(store.journal.numbers[run])
    row = {"run": run, "number": number, "graph": graph, "node": node, "about": about[:200], "at": store.clock.now()}
    store.journal.write(steps.insert(), row | {"outcome": "running", "seconds": 0.0})
    return number


def end(store: Store, run: str, number: int, outcome: Outcome, seconds: float) -> None:
    """It is over."""
    store.journal.write(_END, {"of": run, "its": number, "outcome": outcome, "seconds": seconds})


def of(store: Store, run: str) -> list[Step]:
    """A run's steps in the order they began. Raises StoreError."""
    store.journal.flush()
    with store.reading() as connection:
        return [Step(**row) for row in connection.execute(select(steps).where(steps.c.run == run).order_by(steps.c.number)).mappings()]
