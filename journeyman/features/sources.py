"""A source as it is: opens one CSV file, Parquet file or DuckDB table as an Ibis table whose values nobody has touched yet.

Files are read by an in-memory DuckDB connection. A CSV's values stay text (an id of 007 stays 007) and its broken lines are set aside and
counted; nothing is guessed but the delimiter, from the header line. No mapping and no casting happens here: that is `columns`.
"""

from __future__ import annotations

import csv
import tempfile
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import duckdb
import ibis

from journeyman.domain import Source
from journeyman.errors import DataError

ROW = "journeyman_row"
"""The column that counts a source's rows, from 1."""
CSV, PARQUET = (".csv", ".tsv", ".txt"), (".parquet", ".pq")


@dataclass(frozen=True)
class Raw:
    """A table as found. `file` is its name for people, `rows` how many were readable, `rejected` the lines that were not (number, why).
    `copied` is the DuckDB table its text was read into, None where the file itself is asked each time."""

    file: str
    table: Any
    rows: int
    rejected: tuple[tuple[int, str], ...] = ()
    copied: str | None = None


def connect() -> Any:
    """An Ibis backend on an in-memory DuckDB: two threads, UTC, overflow to the system's temporary folder."""
    return ibis.duckdb.connect(threads=2, temp_directory=tempfile.gettempdir())


def near(name: str, names: list[str] | tuple[str, ...], *, say: str = "It has") -> str:
    """`Did you mean …?` for a misspelt name, or the list of what there is."""
    lower = {n.lower(): n for n in names}
    close = [lower[c] for c in get_close_matches(name.lower(), list(lower), n=3, cutoff=0.6)]
    return f"Did you mean {' or '.join(close)}?" if close else f"{say} {', '.join(names[:20]) or 'nothing'}."


def read(connection: Any, name: str, source: Source, root: Path) -> Raw:
    """Opens `source` for table `name`; relative paths start at `root`. Raises DataError with file and remedy."""
    if source.path.startswith("duckdb:"):
        return _from_database(connection, name, source.path.removeprefix("duckdb:"), root)
    path = root / source.path
    kind = path.suffixes[-2] if path.suffix == ".gz" and len(path.suffixes) > 1 else path.suffix
    if kind.lower() not in CSV + PARQUET:
        raise DataError(f"{name}: {source.path} is neither CSV nor Parquet.", remedy="Name a .csv or .parquet file, or duckdb:FILE#TABLE.")
    _must_hold_something(name, path)
    return _from_csv(connection, name, path) if kind.lower() in CSV else _from_parquet(connection, name, path)


def _must_hold_something(name: str, path: Path) -> None:
    if not path.is_file():
        there = sorted(p.name for p in path.parent.iterdir()) if path.parent.is_dir() else []
        hint = near(path.name, there, say=f"{path.parent} has")
        raise DataError(f"{name}: there is no file {path}.", remedy=f"{hint} Correct data.{name}.path in journeyman.yaml.")
    if path.stat().st_size == 0:
        raise DataError(f"{name}: {path} is empty.", remedy="Export it again, with a header and rows.")


def _from_parquet(connection: Any, name: str, path: Path) -> Raw:
    try:
        table = connection.read_parquet(path, table_name=f"source_{name}")
        rows = int(table.count().to_pyarrow().as_py())
    except duckdb.Error as problem:
        raise DataError(f"{name}: {path} is not readable Parquet ({_first_line(problem)}).", remedy="Export it again.") from problem
    return Raw(path.name, table.mutate(**{ROW: ibis.row_number() + 1}), rows)


def _from_database(connection: Any, name: str, place: str, root: Path) -> Raw:
    file, _, inside = place.partition("#")
    if not inside:
        raise DataError(f"{name}: duckdb:{place} names no table.", remedy="Write duckdb:FILE#TABLE.")
    path = root / file
    _must_hold_something(name, path)
    catalogue = f"source_{name}"
    try:
        connection.attach(path, catalogue, read_only=True)
        listed = connection.raw_sql("SELECT table_catalog, table_schema, table_name FROM information_schema.tables").fetchall()
    except duckdb.Error as problem:
        raise DataError(f"{name}: {path} is not a DuckDB database ({_first_line(problem)}).", remedy="Name a DuckDB file.") from problem
    tables = sorted(table for place, schema, table in listed if (place, schema) == (catalogue, "main"))
    if inside not in tables:
        raise DataError(f"{name}: {path} has no table {inside}.", remedy=near(inside, tables))
    table = connection.table(inside, database=(catalogue, "main"))
    return Raw(f"{path.name}#{inside}", table.mutate(**{ROW: ibis.row_number() + 1}), int(table.count().to_pyarrow().as_py()))


def _from_csv(connection: Any, name: str, path: Path) -> Raw:
    header, delimiter = _header(name, path)
    try:
        view = connection.read_csv(
            path,
            table_name=f"source_{name}",
            auto_detect=False,
            columns=dict.fromkeys(header, "VARCHAR"),
            header=True,
            delim=delimiter,
            quote='"',
            escape='"',
            store_rejects=True,
            rejects_table=f"rejects_{name}",
            rejects_scan=f"scans_{name}",
        )
        table = connection.create_table(f"read_{name}", view.mutate(**{ROW: ibis.row_number() + 1}), temp=True)
        refused = connection.table(f"rejects_{name}").select("line", "error_message").order_by("line", "error_message").to_pyarrow()
        rows = int(table.count().to_pyarrow().as_py())
    except duckdb.Error as problem:
        raise DataError(f"{name}: {path} is not readable CSV ({_first_line(problem)}).", remedy="Export it again as UTF-8.") from problem
    rejected = {int(line): str(why) for line, why in zip(*(refused[c].to_pylist() for c in ("line", "error_message")), strict=True)}
    if rejected and not rows:
        line, why = next(iter(rejected.items()))
        raise DataError(
            f"{name}: {len(rejected):,} lines of {path} are all unreadable, the first is line {line}: {why}",
            remedy=f"Save it as UTF-8 with {len(header)} columns in every line.",
        )
    return Raw(path.name, table, rows, tuple(rejected.items()), f"read_{name}")


def _header(name: str, path: Path) -> tuple[list[str], str]:
    """Column names and delimiter, from the first line."""
    import gzip

    opened: Any = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rb") as stream:
            first = stream.readline(100_000).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise DataError(f"{name}: {path} is not readable text in UTF-8.", remedy="Export it again as UTF-8.") from problem
    delimiter = max(",;\t|", key=first.count)
    header = [h.strip() or f"column_{n}" for n, h in enumerate(next(csv.reader([first], delimiter=delimiter), []), 1)]
    if not first.strip() or "\0" in first:
        raise DataError(f"{name}: {path} starts with no header.", remedy="Put the column names in the first line.")
    if twice := sorted({h for h in header if [x.lower() for x in header].count(h.lower()) > 1}):
        raise DataError(f"{name}: {path} has the column {twice[0]} twice.", remedy="Give every column its own name.")
    return header, delimiter


def _first_line(problem: Exception) -> str:
    return str(problem).splitlines()[0][:200]
