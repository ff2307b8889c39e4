"""The ledger of calls to language models: what was asked, of whom, at what cost. Prompts and replies are not kept here."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import select

from journeyman.store.database import Store
from journeyman.store.tables import model_calls

COLUMNS = [column for column in model_calls.c if column.name != "id"]


class Call(Protocol):
    """One call. `outcome` is a word such as ok, cached, invalid; `cost` in US dollars, None when unknown. `ask` is the same for all calls
    made for one answer; `run` and `step` (journeyman.store.steps) say what for, None when unknown."""

    @property
    def prompt(self) -> str: ...
    @property
    def prompt_version(self) -> int: ...
    @property
    def prompt_hash(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def outcome(self) -> str: ...
    @property
    def tokens_in(self) -> int: ...
    @property
    def tokens_out(self) -> int: ...
    @property
    def cost(self) -> float | None: ...
    @property
    def seconds(self) -> float: ...
    @property
    def tokens_cached(self) -> int: ...
    @property
    def ask(self) -> str: ...
    @property
    def run(self) -> str | None: ...
    @property
    def step(self) -> int | None: ...


class StoreLedger:
    """Writes calls down as they are made, in the journal."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def record(self, call: Call) -> None:
        """Adds a call. Raises StoreError when an earlier one could not be written."""
        self._store.journal.write(model_calls.insert(), {column.name: getattr(call, column.name) for column in COLUMNS})


def read(store: Store, *, since: datetime | None = None, runs: Collection[str] | None = None) -> list[dict[str, Any]]:
    """The calls in order, from a moment on or of some runs, as fields by name."""
    query = select(*COLUMNS).order_by(model_calls.c.id)
    if since is not None:
        query = query.where(model_calls.c.at >= since)
    if runs is not None:
        query = query.where(model_calls.c.run.in_(runs))
    store.journal.flush()
    with store.reading() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]
