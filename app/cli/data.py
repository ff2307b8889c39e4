"""`journeyman data profile`: what is in the tables, and what is wrong with them. Exit code 1 when something is wrong."""

from __future__ import annotations

import typer

from app.cli.console import HERE, JsonOption, WorkspaceOption, emit, people, progress

app = typer.Typer(help="Look at the tables: profile.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Look at the tables."""


@app.command("profile")
def profile(workspace: WorkspaceOption = HERE, json: JsonOption = False) -> None:
    """Rows, columns, time span, consent and every problem of the workspace's tables."""
    from app.workspace import Workspace
    from journeyman.features import open_tables

    space = Workspace.open(workspace)
    with progress(quiet=json) as tell:
        tell("Reading the tables", 0, 0)
        found = open_tables(space.settings.data, space.root).profile()
    if json:
        emit(found)
    else:
        from app.report.terminal import profile_table

        people().print(profile_table(found))
    if found.problems:
        raise typer.Exit(1)
