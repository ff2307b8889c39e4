"""Runs of graphs as they are kept: an id, the steps and calls made under it, a budget, an OpenTelemetry span.

A budget is that of one run; a campaign is one run however often it stops and goes on, so what its earlier parts spent counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from journeyman.place import Place, place
from journeyman.store import model_calls, runs

if TYPE_CHECKING:
    from app.office import Office


@contextmanager
def running(office: Office, kind: str, journey: str) -> Iterator[str]:
    """A run of a graph: what is done inside is kept under its id. Inside another run it is a part of that."""
    from graphs.traced import workflow

    if here := place.get():
        with workflow(kind, here.run, office.tracer, journey=journey):
            yield here.run
        return
    run = runs.start(office.store, kind, {"journey": journey, "model": office.model})
    _count(office, run)
    try:
        with workflow(kind, run.id, office.tracer, journey=journey):
            yield run.id
    except BaseException as problem:
        runs.fail(office.store, run.id, str(problem) or type(problem).__name__)
        raise
    runs.finish(office.store, run.id)


@contextmanager
def part_of(office: Office, run: str) -> Iterator[None]:
    """Runs of graphs inside are parts of this one."""
    _count(office, runs.read(office.store, run))
    was = place.set(Place(run))
    try:
        yield
    finally:
        place.reset(was)


def _count(office: Office, run: runs.Run) -> None:
    """Books what the run has spent already; a campaign's earlier runs for the same journey are parts of it."""
    if office.model == "offline":
        return
    journey = run.options.get("journey")
    campaign = run.kind == "campaign"
    parts = [r.id for r in runs.listed(office.store, run.kind) if r.options.get("journey") == journey] if campaign else [run.id]
    spent = model_calls.read(office.store, runs=parts)
    office.budget.spent_tokens = sum(c["tokens_in"] + c["tokens_out"] for c in spent)
    office.budget.spent_money = sum(c["cost"] or 0.0 for c in spent)
