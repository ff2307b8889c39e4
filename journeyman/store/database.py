"""`Store`: one database and its transactions. Knows SQL engines and their troubles; knows nothing of what is stored.

SQLite runs in WAL mode with full synchronisation, so that what was committed outlives a power cut: a claim that was lost would be a
message sent twice. Writers come one at a time (on PostgreSQL by an advisory lock), so what a transaction has read still holds when it
writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import OperationalError, StatementError
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_fixed

from journeyman.clock import Clock
from journeyman.errors import StoreError
from journeyman.store.journal import Journal
from journeyman.store.migrations import HEAD

BUSY_SECONDS = 30
LOOK_AGAIN = 0.002
"""Seconds between looks whether another writer is done."""
CACHE_KIB = 65_536
"""Of SQLite's pages in memory: a batch changes thousands in random places, and what does not fit is written again and again."""
CHECKPOINT_PAGES = 16_384
"""How long SQLite's log grows (64 MiB) before it is worked into the file."""
WRITER_LOCK = 7_040_011
"""The number of the advisory lock that makes writers queue on PostgreSQL."""


class Store:
    """An open database at the newest migration. `clock` stamps what is written. Safe to share among threads."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self.engine = engine
        self.clock = clock
        self.journal = Journal(self)
        self._current: ContextVar[Connection | None] = ContextVar("connection", default=None)
        self._writing: ContextVar[bool] = ContextVar("writing", default=False)

    @classmethod
    def open(cls, place: str | Path, *, clock: Clock) -> Store:
        """A path (SQLite; made when missing) or an SQLAlchemy URL; migrated to the newest version. Raises StoreError."""
        name = str(place)
        engine = create_engine(name) if "://" in name else create_engine(f"sqlite:///{Path(name).absolute()}")
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        store = cls(engine, clock)
        try:
            store._migrate()
        except BaseException:
            engine.dispose()
            raise
        return store

    def close(self) -> None:
        """Writes what is left in the journal and lets go of the files. Raises StoreError when that could not be written."""
        try:
            self.journal.close()
        finally:
            self.engine.dispose()

    @property
    def writing(self) -> bool:
        """Whether a transaction of this thread or task is open."""
        return self._current.get() is not None and self._writing.get()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All or nothing. Inside another transaction of this thread or task it joins that one, so functions of this room can be put
        together into one. Do not await in it. Raises StoreError when the database is busy, full or broken."""
        with self._connection(writing=True) as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view that holds up no writer. Joins a transaction already open. Raises StoreError."""
        with self._connection(writing=False) as connection:
            yield connection

    @contextmanager
    def _connection(self, *, writing: bool) -> Iterator[Connection]:
        current = self._current.get()
        if current is not None:
            if writing and not self._writing.get():
                raise RuntimeError("a transaction cannot start inside a reading")
            yield current
            return
        try:
            options: dict[str, Any] = {"writing": writing}
            if not writing and self.engine.dialect.name == "postgresql":
                options["isolation_level"] = "REPEATABLE READ"  # one moment for all of a reading; SQLite has no other way
            with self.engine.connect().execution_options(**options) as connection, connection.begin():
                if writing and connection.dialect.name == "postgresql":
                    connection.execute(text("select pg_advisory_xact_lock(:n)"), {"n": WRITER_LOCK})
                was, wrote = self._current.set(connection), self._writing.set(writing)
                try:
                    yield connection
                finally:
                    self._current.reset(was)
                    self._writing.reset(wrote)
        except StatementError as problem:
            raise _explained(problem, self.engine) from problem

    def _migrate(self) -> None:
        if self._version() == HEAD:
            return
        with self.transaction() as connection:
            from journeyman.store.migrations.upgrade import upgrade

            upgrade(connection)

    def _version(self) -> str | None:
        with self.reading() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            return connection.execute(text("select version_num from alembic_version")).scalar()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver
    connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000:d}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA cache_size = {-CACHE_KIB:d}")
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES:d}")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    """Writers queue. SQLite's own queue lets them look only ten times a second: with two of them it would stand still half of the time."""
    if not connection.get_execution_options().get("writing", True):
        connection.exec_driver_sql("BEGIN")
        return
    connection.exec_driver_sql("PRAGMA busy_timeout = 0")
    try:
        for attempt in Retrying(
            retry=retry_if_exception(_locked), stop=stop_after_delay(BUSY_SECONDS), wait=wait_fixed(LOOK_AGAIN), reraise=True
        ):
            with attempt:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000:d}")


def _locked(problem: BaseException) -> bool:
    return isinstance(problem, OperationalError) and "locked" in str(problem.orig)


REMEDIES = {
    "locked": ("The database is busy.", "Another run holds it; wait for that to end, then try again."),
    "busy": ("The database is busy.", "Another run holds it; wait for that to end, then try again."),
    "full": ("The disk is full.", "Free some space and run again with --resume; nothing half-written was kept."),
    "readonly": ("The database may not be written to.", "Give yourself write permission on the file and its folder."),
    "unable to open": ("The database cannot be opened.", "Check that its folder exists and may be written to."),
    "malformed": ("The database file is damaged.", "Restore it from a copy, or start a new workspace."),
    "not a database": ("The file is not a database.", "Name another file, or restore it from a copy."),
}


def _explained(problem: StatementError, engine: Engine) -> StoreError:
    said = str(problem.orig).lower()
    for sign, (message, remedy) in REMEDIES.items():
        if sign in said:
            return StoreError(f"{message} ({engine.url.database})", remedy=remedy)
    return StoreError(f"The database refused: {problem.orig}", remedy="Report this with the command that led to it.")
