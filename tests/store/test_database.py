"""The database itself: migrations, transactions, clear errors."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from journeyman.clock import ManualClock
from journeyman.errors import StoreError
from journeyman.store import Store, audit, database, events, journeys, tables
from journeyman.store.migrations import HEAD
from journeyman.store.migrations.upgrade import scripts
from tests.delivery.small_world import NOON, a_plan, fresh_store

CLOCK = ManualClock(NOON)


def test_migrations_make_the_tables_from_nothing(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "new.sqlite", clock=CLOCK)
    with store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
    assert scripts().get_current_head() == HEAD


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    first = Store.open(tmp_path / "s.sqlite", clock=CLOCK)
    journeys.save_plan(first, a_plan())
    first.close()
    assert [j.name for j in journeys.listed(Store.open(tmp_path / "s.sqlite", clock=CLOCK))] == ["winback"]


def test_two_may_open_a_new_database_at_once(tmp_path: Path) -> None:
    troubles: list[Exception] = []

    def open_it() -> None:
        try:
            Store.open(tmp_path / "s.sqlite", clock=CLOCK).close()
        except Exception as problem:
            troubles.append(problem)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []


def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "s.sqlite", clock=CLOCK)
    with store.transaction() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    store.close()
    with pytest.raises(StoreError, match="9999") as caught:
        Store.open(tmp_path / "s.sqlite", clock=CLOCK)
    assert "newer" in caught.value.remedy


def test_tables_are_portable() -> None:
    for table in tables.metadata.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=postgresql.dialect()))


def test_a_transaction_is_all_or_nothing_and_joins_the_outer_one(tmp_path: Path) -> None:
    store = fresh_store(tmp_path, CLOCK)
    with pytest.raises(ZeroDivisionError), store.transaction():
        audit.write(store, actor="a", action="one")
        journeys.save_plan(store, a_plan())
        assert len(audit.read(store)) == 1
        raise ZeroDivisionError
    assert audit.read(store) == [] and journeys.listed(store) == []


def test_a_reading_sees_one_moment_and_holds_up_no_writer(tmp_path: Path) -> None:
    store = fresh_store(tmp_path, CLOCK)
    with store.reading():
        assert audit.read(store) == []
        writer = threading.Thread(target=lambda: audit.write(store, actor="a", action="one"))
        writer.start()
        writer.join()
        assert audit.read(store) == []
        with pytest.raises(RuntimeError):
            audit.write(store, actor="a", action="two")
    assert [e.action for e in audit.read(store)] == ["one"]


def test_tasks_do_not_share_a_transaction(tmp_path: Path) -> None:
    store = fresh_store(tmp_path, CLOCK)

    async def one(n: int) -> None:
        await asyncio.sleep(0)
        with store.transaction():
            audit.write(store, actor=str(n), action="x")

    async def all_() -> None:
        await asyncio.gather(*(one(n) for n in range(20)))

    asyncio.run(all_())
    assert len(audit.read(store)) == 20


def test_a_busy_database_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0)
    store = fresh_store(tmp_path, CLOCK)
    other = sqlite3.connect(tmp_path / "store.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="busy") as caught:
        audit.write(store, actor="a", action="b")
    assert caught.value.remedy
    other.close()


def test_a_full_disk_says_so_and_keeps_nothing_half_written(tmp_path: Path) -> None:
    store = fresh_store(tmp_path, CLOCK)
    with store.reading() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar()
    with pytest.raises(StoreError, match="disk is full") as caught, store.transaction() as connection:
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
        for n in range(2000):
            audit.write(store, actor=str(n), action="x" * 200)
    assert "--resume" in caught.value.remedy
    assert audit.read(store) == []


@pytest.mark.parametrize("content", [b"this is not a database, whatever its name says" * 100])
def test_a_file_that_is_no_database_says_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "s.sqlite").write_bytes(content)
    with pytest.raises(StoreError, match="not a database"):
        Store.open(tmp_path / "s.sqlite", clock=CLOCK)


def test_a_missing_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        Store.open(tmp_path / "no" / "s.sqlite", clock=CLOCK)


def test_moments_come_back_aware_and_in_utc(tmp_path: Path) -> None:
    from journeyman.domain import Event

    store = fresh_store(tmp_path, CLOCK)
    local = datetime(2026, 3, 4, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=-5)))
    events.add(store, [Event(message_id="m", customer="c", event="order", timestamp=local)])
    (back,) = events.read(store)
    assert back.timestamp == local and back.timestamp.tzinfo == UTC
    with pytest.raises(StoreError, match="time zone"), store.transaction() as connection:
        connection.execute(tables.audit.insert(), {"at": datetime(2026, 1, 1), "actor": "a", "action": "b", "detail": {}})  # noqa: DTZ001
