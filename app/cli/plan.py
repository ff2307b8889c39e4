"""`journeyman plan GOAL`: a goal in plain words becomes a plan. Inside a workspace it waits for approval; outside it is shown."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.console import HERE, JsonOption, WorkspaceOption, emit, people


def plan(
    goal: Annotated[str, typer.Argument(help="What you want, in your own words.")],
    workspace: WorkspaceOption = HERE,
    json: JsonOption = False,
) -> None:
    """Turn a goal into a plan, with the assumptions made and the questions a good planner would ask back."""
    import asyncio

    from app.office import Office, plan_alone

    if (workspace / "journeyman.yaml").exists():
        with Office.open(workspace) as office:
            made, findings = asyncio.run(office.plan(goal))
    else:
        made, findings = asyncio.run(plan_alone(goal)), []
    if json:
        emit(made)
        return
    from app.report.terminal import plan_table

    people().print(plan_table(made))
    for finding in findings:
        people().print(f"  [yellow]![/] {finding['message']} {finding['remedy']}")
    if (workspace / "journeyman.yaml").exists():
        people().print(f"\nIt waits for you: [bold]journeyman approve {made.name}[/]")
