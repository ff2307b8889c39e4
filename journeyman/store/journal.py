"""What is written down beside the work: ledger and trace. Whoever writes goes on at once; a thread of its own puts rows that come together
into one transaction, in their order. A commit waits for the disk, and hundreds of calls under way must not wait for hundreds of commits.

A process that is killed loses what it wrote in its last tenth of a second. Nothing that binds anybody
may be kept this way: claims, decisions and approvals have transactions of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

from sqlalchemy import Executable

from journeyman.errors import StoreError

if TYPE_CHECKING:
    from journeyman.store.database import Store

GATHERING = 0.1
"""Seconds rows are waited for before they are written, unless somebody wants to read them."""
Row = tuple[Executable, dict[str, Any]]


class Journal:
    """Of one store. The thread starts with the first row."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rows: SimpleQueue[Row | Event | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._trouble: StoreError | None = None
        self.numbers: dict[str, Iterator[int]] = {}
        """Counters, by what they count."""

    def write(self, statement: Executable, row: dict[str, Any]) -> None:
        """Adds a row. Raises StoreError when an earlier one could not be written."""
        self._complain()
        if self._thread is None:
            self._thread = Thread(target=self._work, name="journal", daemon=True)
            self._thread.start()
        self._rows.put((statement, row))

    def flush(self) -> None:
        """Returns when all that was written so far stands in the database. Raises StoreError when it could not be, RuntimeError inside a
        transaction, for which the journal would wait."""
        if self._store.writing:
            raise RuntimeError("the journal cannot be read inside a transaction")
        if self._thread is not None:
            self._rows.put(done := Event())
            done.wait()
        self._complain()

    def close(self) -> None:
        """Writes what is left and ends the thread."""
        if self._thread is not None:
            self._rows.put(None)
            self._thread.join()
            self._thread = None
        self._complain()

    def _complain(self) -> None:
        if self._trouble is not None:
            trouble, self._trouble = self._trouble, None
            raise trouble

    def _work(self) -> None:
        while True:
            came = [self._rows.get()]
            until = monotonic() + GATHERING
            with suppress(Empty):
                while isinstance(came[-1], tuple):
                    came.append(self._rows.get(timeout=max(0.0, until - monotonic())))
            rows = [one for one in came if isinstance(one, tuple)]
            try:
                if rows:
                    with self._store.transaction() as connection:
                        for statement, row in rows:
                            connection.execute(statement, row)
            except StoreError as problem:
                self._trouble = problem
            for one in came:
                if isinstance(one, Event):
                    one.set()
            if None in came:
                return
