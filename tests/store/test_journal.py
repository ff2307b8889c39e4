"""The journal: rows in order, many in one transaction, none lost at the end, trouble told to whoever comes next."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import event

from journeyman.clock import ManualClock
from journeyman.errors import StoreError
from journeyman.store import Store, steps
from journeyman.store.tables import steps as table
from tests.delivery.small_world import NOON


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "s.sqlite", clock=ManualClock(NOON))


def test_rows_stand_in_order_and_commits_are_few(store: Store) -> None:
    commits: list[object] = []
    event.listen(store.engine, "commit", commits.append)
    for number in range(200):
        steps.end(store, "r", steps.begin(store, "r", "g", f"n{number}"), "done", number / 10)
    assert [(s.number, s.node, s.outcome, s.seconds) for s in steps.of(store, "r")] == [
        (n + 1, f"n{n}", "done", n / 10) for n in range(200)
    ]
    assert len(commits) < 20
    store.close()


def test_what_was_written_last_is_there_after_closing(store: Store, tmp_path: Path) -> None:
    steps.begin(store, "r", "g", "n")
    store.close()
    again = Store.open(tmp_path / "s.sqlite", clock=ManualClock(NOON))
    assert [s.outcome for s in steps.of(again, "r")] == ["running"]
    assert steps.begin(again, "r", "g", "m") == 2  # another process goes on counting
    again.close()


def test_many_may_write_at_once(store: Store) -> None:
    def some(name: str) -> None:
        for _ in range(50):
            steps.end(store, name, steps.begin(store, name, "g", "n"), "done", 0.0)

    writers = [Thread(target=some, args=(f"r{n}",)) for n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [len(steps.of(store, f"r{n}")) for n in range(4)] == [50] * 4
    store.close()


def test_it_waits_for_no_transaction_of_the_writer(store: Store) -> None:
    """A row written inside a transaction waits for its end in the thread, not here."""
    with store.transaction():
        steps.begin(store, "r", "g", "n")
    assert len(steps.of(store, "r")) == 1
    store.close()


def test_trouble_is_told_once_and_the_journal_goes_on(store: Store) -> None:
    store.journal.write(table.insert(), {"run": None, "number": 1})
    with pytest.raises(StoreError):
        store.journal.flush()
    steps.begin(store, "r", "g", "n")
    assert len(steps.of(store, "r")) == 1
    store.close()
