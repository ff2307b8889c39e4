"""`journeyman trace [RUN]`: what a run did, as a tree of steps and model calls; without a run, the runs there were."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.console import HERE, JsonOption, WorkspaceOption, emit, people


def trace(
    run: Annotated[str | None, typer.Argument(help="A run's id, or `last`. Without one, runs are listed.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every step and every answer, one a line.")] = False,
    workspace: WorkspaceOption = HERE,
    json: JsonOption = False,
) -> None:
    """Steps, model calls, seconds, tokens, cost, what was asked again and what the cache spared."""
    from app import tracing
    from app.trace_text import lines
    from app.workspace import Workspace
    from journeyman.clock import SystemClock
    from journeyman.store import Store

    store = Store.open(Workspace.open(workspace).database, clock=SystemClock())
    try:
        told = tracing.listed(store) if run is None else tracing.trace(store, tracing.find(store, run))
    finally:
        store.close()
    if json:
        emit(told)
        return
    if isinstance(told, list):
        shown = [f"{r['run']:<18} {r['state']:<8} {r['calls']:>6} calls  {r['journey']:.42}" for r in told]
        shown = shown or ["Nothing has run here yet: `journeyman plan`."]
    else:
        shown = list(lines(told, every=every))
    for line in shown:
        people().print(line, markup=False, soft_wrap=True)
