"""The store keeps its word on a real PostgreSQL as it does on SQLite."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from journeyman.clock import ManualClock
from journeyman.store import Store, audit, tables
from tests.delivery.small_world import CHANNELS, NOON, Recorder, a_world
from tests.postgres import a_database, a_postgres

pytestmark = pytest.mark.slow
CLOCK = ManualClock(NOON)


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    with a_postgres() as running:
        yield running


@pytest.fixture
def url(server: Any) -> str:
    return a_database(server)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = Store.open(url, clock=CLOCK)
    yield opened
    opened.close()


def test_migrations_make_the_tables_from_nothing(store: Store) -> None:
    with store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []


def test_four_may_open_a_new_database_at_once(url: str) -> None:
    troubles: list[Exception] = []

    def open_it() -> None:
        try:
            Store.open(url, clock=CLOCK).close()
        except Exception as problem:
            troubles.append(problem)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []


def test_a_reading_sees_one_moment_and_holds_up_no_writer(store: Store) -> None:
    with store.reading():
        assert audit.read(store) == []
        writer = threading.Thread(target=lambda: audit.write(store, actor="a", action="one"))
        writer.start()
        writer.join()
        assert audit.read(store) == []
    assert [e.action for e in audit.read(store)] == ["one"]


def test_writers_see_what_the_one_before_wrote(store: Store) -> None:
    """Each reads, then writes one more: none is lost."""

    def count_on() -> None:
        for _ in range(20):
            with store.transaction():
                audit.write(store, actor="a", action=str(len(audit.read(store))))

    threads = [threading.Thread(target=count_on) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(int(e.action) for e in audit.read(store)) == list(range(60))


def test_a_world_is_delivered(url: str, tmp_path: Any) -> None:
    world, channel = a_world(tmp_path, people=20, database=url), Recorder()
    try:
        world.plan_sends(*((n, name, {"liability": 1.0}) for n in range(20) for name in CHANNELS))
        assert world.deliver(channel).sent == 80
        with world.store.reading() as connection:
            assert connection.scalar(text("select count(*) from events")) == 80
    finally:
        world.store.close()
