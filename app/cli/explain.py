"""`journeyman explain SEND`: why this customer got this message, in words, and the decision replayed to the same answer."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.console import HERE, JsonOption, WorkspaceOption, emit, people


def explain(
    send: Annotated[str, typer.Argument(help="A send's id: the name of a file in the outbox.")],
    workspace: WorkspaceOption = HERE,
    json: JsonOption = False,
) -> None:
    """Lineage of a send. Exit code 1 when the replay does not agree with what was logged."""
    from app.office import Office

    with Office.open(workspace) as office:
        told = office.explain(send)
    if json:
        emit(told)
    else:
        for line in told["words"]:
            people().print(line)
    if not told["replay"]["same"]:
        raise typer.Exit(1)
