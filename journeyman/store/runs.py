"""Runs and the stages they have behind them, so that a run that was killed goes on where it stopped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, select, update

from journeyman.domain import Record
from journeyman.errors import RunError
from journeyman.store.database import Store
from journeyman.store.rows import insert_new
from journeyman.store.tables import runs, stages


class Run(Record):
    """A run. `options` and `result` are JSON; `stage` is the one at hand, or the last."""

    id: str
    kind: str
    options: dict[str, Any]
    stage: str | None
    state: Literal["running", "done", "failed"]
    started_at: datetime
    finished_at: datetime | None
    result: Any


def start(store: Store, kind: str, options: Mapping[str, Any] | None = None) -> Run:
    """A new run; its id is `KIND-NUMBER`, counted up."""
    with store.transaction() as connection:
        number = connection.scalar(select(func.count()).select_from(runs)) or 0
        id_ = f"{kind}-{number + 1:05d}"
        row = {"id": id_, "kind": kind, "options": dict(options or {}), "state": "running", "started_at": store.clock.now()}
        connection.execute(runs.insert(), row)
        return read(store, id_)


def read(store: Store, id_: str) -> Run:
    """Raises RunError when there is no such run."""
    with store.reading() as connection:
        row = connection.execute(select(runs).where(runs.c.id == id_)).mappings().first()
    if row is None:
        raise RunError(f"There is no run {id_}.", remedy="Start one with `journeyman run`.")
    return Run(**row)


def listed(store: Store, kind: str | None = None) -> list[Run]:
    """All runs (of a kind), oldest first."""
    query = select(runs).order_by(runs.c.started_at, runs.c.id)
    with store.reading() as connection:
        rows = connection.execute(query if kind is None else query.where(runs.c.kind == kind)).mappings()
        return [Run(**row) for row in rows]


def unfinished(store: Store, kind: str | None = None) -> Run | None:
    """The newest run (of a kind) that was begun and is not done: killed or failed."""
    query = select(runs).where(runs.c.state != "done").order_by(runs.c.started_at.desc(), runs.c.id.desc()).limit(1)
    with store.reading() as connection:
        row = connection.execute(query if kind is None else query.where(runs.c.kind == kind)).mappings().first()
    return Run(**row) if row else None


def enter(store: Store, id_: str, stage: str) -> None:
    """The run is at this stage now (again, if it had failed)."""
    _change(store, id_, stage=stage, state="running", finished_at=None)


def mark(store: Store, id_: str, stage: str, result: Any = None) -> None:
    """The stage is behind the run; `result` (JSON) is kept for those after it. A second mark changes nothing."""
    with store.transaction() as connection:
        insert_new(connection, stages, [{"run": id_, "stage": stage, "done_at": store.clock.now(), "result": result}])


def stage_done(store: Store, id_: str, stage: str) -> bool:
    """Whether the stage is behind the run."""
    return stage in done(store, id_)


def done(store: Store, id_: str) -> dict[str, Any]:
    """Stage → its result, of all stages behind the run, in the order they were done."""
    query = select(stages.c.stage, stages.c.result).where(stages.c.run == id_).order_by(stages.c.done_at, stages.c.stage)
    with store.reading() as connection:
        return dict(connection.execute(query).all())


def finish(store: Store, id_: str, result: Any = None) -> None:
    """The run is done."""
    _change(store, id_, state="done", finished_at=store.clock.now(), result=result)


def fail(store: Store, id_: str, why: str) -> None:
    """The run ended in an error; it can be taken up again."""
    _change(store, id_, state="failed", finished_at=store.clock.now(), result={"error": why})


def _change(store: Store, id_: str, **values: Any) -> None:
    with store.transaction() as connection:
        if not connection.execute(update(runs).where(runs.c.id == id_).values(**values)).rowcount:
            raise RunError(f"There is no run {id_}.", remedy="Start one with `journeyman run`.")
