"""Writing and reading many rows at once, alike on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Boolean, Column, Connection, Select, String, Table, TableValuedAlias, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from journeyman.domain import Record

R = TypeVar("R", bound=Record)
Row = Mapping[str, Any]


def insert_new(connection: Connection, table: Table, rows: Sequence[Row]) -> int:
    """Inserts the rows whose keys are not there yet and leaves the others alone. Returns how many were new."""
    if not rows:
        return 0
    statement = _insert(connection, table).on_conflict_do_nothing()
    return connection.execution_options(preserve_rowcount=True).execute(statement, list(rows)).rowcount


def upsert(connection: Connection, table: Table, rows: Sequence[Row], update: Sequence[str], where: Any = None) -> None:
    """Inserts the rows; where the primary key exists (and `where` holds), the columns named in `update` take the new values."""
    if not rows:
        return
    statement = _insert(connection, table)
    keys = [column.name for column in table.primary_key]
    changed = {name: statement.excluded[name] for name in update}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed, where=where), list(rows))


def columns(table: Table, kind: type[Record]) -> list[Column[Any]]:
    """The table's columns that are fields of a record, in the record's order."""
    return [table.c[name] for name in kind.model_fields if name in table.c]


def records(connection: Connection, query: Select[Any], kind: type[R]) -> list[R]:
    """What a query for all `columns` of a kind finds. Rows were validated on their way in."""
    names = tuple(kind.model_fields)
    return [kind.trusted(dict(zip(names, row, strict=True))) for row in connection.execute(query).all()]


def among(column: Column[Any], values: Iterable[str]) -> FunctionElement[bool]:
    """That a column's text is one of these, however many: they travel as one JSON array, and the statement stays the same."""
    return _Among(column, bindparam(None, json.dumps(sorted(set(values)), ensure_ascii=False), String))


class _Among(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True


@compiles(_Among, "sqlite")
def _among_on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    column, values = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608  (both are SQL made by SQLAlchemy)


@compiles(_Among, "postgresql")
def _among_on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    column, values = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} = ANY(ARRAY(SELECT json_array_elements_text(CAST({values} AS JSON))))"


def given(values: Mapping[str, str]) -> TableValuedAlias:
    """Texts by key as a table of `key` and `value` to update from; they travel as one JSON object."""
    told = _Given(bindparam(None, json.dumps(dict(values), ensure_ascii=False), String))
    return told.table_valued("key", "value", name="given")


class _Given(FunctionElement[str]):
    name = "given"
    inherit_cache = True


@compiles(_Given, "sqlite")
def _given_on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(_Given, "postgresql")
def _given_on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"json_each_text(CAST({compiler.process(element.clauses, **options)} AS JSON))"


def _insert(connection: Connection, table: Table) -> Any:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)
