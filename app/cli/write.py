"""`journeyman write JOURNEY`: goes on with writing and checking where it stopped (a spent budget, a killed process)."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from app.cli.console import HERE, JsonOption, WorkspaceOption, emit, people, progress, short_words


def write(
    journey: Annotated[str, typer.Argument(help="The journey's name.")],
    approve: Annotated[
        Literal["ask", "auto"], typer.Option(help="`auto` says yes to all by itself: demonstrations and tests only.")
    ] = "ask",
    workspace: WorkspaceOption = HERE,
    json: JsonOption = False,
) -> None:
    """Write, check, repair and curate the variants of an approved plan."""
    import asyncio

    from app.office import Office

    with Office.open(workspace) as office, progress(quiet=json) as tell:
        state = asyncio.run(office.go_on(journey, auto=approve == "auto", tell=tell))
    if json:
        emit(state)
        return
    people().print(
        f"[bold]{journey}[/]: {state['approved']} variants approved of {state['written']} written. They stand in {state['library']}."
    )
    for lacking in short_words(state["short"]):
        people().print(f"  [yellow]![/] {lacking}")
    for row in state["costs"]:
        people().print(
            f"  {row['prompt']}@{row['hash'][:8]:<10} {row['model']:<24} {row['calls']:>5} calls "
            f"{row['tokens_in'] + row['tokens_out']:>9,} tokens"
        )
