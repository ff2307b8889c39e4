"""`journeyman approve JOURNEY`: a person's yes (or no) to what a journey waits for: its plan first, then its library of variants."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.console import HERE, JsonOption, WorkspaceOption, emit, people, progress, short_words


def approve(
    journey: Annotated[str, typer.Argument(help="The journey's name, as `plan` gave it.")],
    reject: Annotated[bool, typer.Option("--reject", help="Say no instead.")] = False,
    by: Annotated[str, typer.Option(help="Who says so; written to the audit log.")] = "command line",
    workspace: WorkspaceOption = HERE,
    json: JsonOption = False,
) -> None:
    """Approve the plan, and the copy is written; approve the library, and the journey goes live."""
    import asyncio

    from rich.markup import escape

    from app.office import Office
    from journeyman.store import journeys

    with Office.open(workspace) as office, progress(quiet=json) as tell:
        if not json and journeys.read(office.store, journey).state == "draft":
            for line in [
                "[bold]The plan takes for granted[/]",
                *(f"  • {escape(a)}" for a in journeys.plan(office.store, journey).assumptions),
            ]:
                people().print(line)
        state = asyncio.run(office.answer(journey, approved=not reject, by=by, tell=tell))
    if json:
        emit(state)
        return
    if state["state"] == "paused":
        people().print(f"[bold]{journey}[/] stays paused; nothing is sent.")
        return
    for lacking in short_words(state.get("short", {})):
        people().print(f"  [yellow]![/] {lacking}")
    waits = {
        "plan": "for you to approve the plan",
        "library": f"for you to approve {state.get('approved', 0)} variants",
        "new copy": "for you to approve new copy",
    }
    told = {"live": "is live: start it with `journeyman run`.", "rejected": "was rejected; nothing will be sent."}
    where = (
        told.get(state["state"]) or f"waits {waits[state['state']]}: `journeyman approve {journey}`, or look first in {state['library']}."
    )
    people().print(f"[bold]{journey}[/] {where}")
