"""`journeyman plan GOAL`: a goal in plain words becomes a plan. Inside a workspace it waits for approval; outside it is shown.

A goal that is vague or contradicts itself is asked about first. Answers come by `--answer`, at the terminal, or not at all (`--assume`).
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.console import HERE, JsonOption, WorkspaceOption, emit, people

if TYPE_CHECKING:
    from app.planning import Planned


def plan(
    goal: Annotated[str | None, typer.Argument(help="What you want, in your own words: English, German, French or Spanish.")] = None,
    answer: Annotated[list[str] | None, typer.Option("--answer", help="An answer to what was asked, in order; may be repeated.")] = None,
    assume: Annotated[bool, typer.Option("--assume", help="Go on without answers; the plan states what was assumed.")] = False,
    workspace: WorkspaceOption = HERE,
    json: JsonOption = False,
) -> None:
    """Turn a goal into a plan, or hear what must be known first. Exit code 1 while questions are open."""
    import asyncio

    from app.office import Office
    from app.planning import plan as plan_in
    from app.planning import plan_alone

    if goal is None and not answer and not assume:
        raise typer.BadParameter("say what you want, or answer what was asked.", param_hint="GOAL")

    def attempt(said: list[str], assuming: bool) -> Planned:
        if (workspace / "journeyman.yaml").exists():
            with Office.open(workspace) as office:
                return asyncio.run(plan_in(office, goal, said, assume=assuming))
        return asyncio.run(plan_alone(goal, [*before, *said], assume=assuming))

    before: list[str] = []
    made = attempt(list(answer or []), assume)
    while made.questions and not json and not assume and sys.stdin.isatty():
        _show(made, numbered=True)
        said = [typer.prompt(f"{n}", err=True) for n, _ in enumerate(made.questions, 1)]
        before += said if made.journey is None else []
        goal, made = made.goal, attempt(said if made.journey else [], False)
    if json:
        emit(made.plan if made.plan else {"journey": made.journey, "questions": [q.model_dump() for q in made.questions]})
    elif made.questions:
        _show(made)
    else:
        _tell(made)
    if made.questions:
        raise typer.Exit(1)


def _show(made: Planned, *, numbered: bool = False) -> None:
    out = people()
    out.print("[bold]Before there is a plan:[/]")
    for n, q in enumerate(made.questions, 1):
        out.print(f"  {n}. {q.text}", markup=False)
        out.print(f"     {q.why}", style="dim", markup=False)
        if q.assumed:
            out.print(f"     --assume: {q.assumed}", style="dim", markup=False)
    if not numbered:
        again = "" if made.journey else " GOAL"
        some = all(q.assumed for q in made.questions)
        out.print(
            f'\nAnswer in this order: journeyman plan{again} --answer "…"' + (", or go on with --assume." if some else "."), markup=False
        )


def _tell(made: Planned) -> None:
    from app.report.terminal import plan_table

    assert made.plan
    people().print(plan_table(made.plan))
    for finding in made.findings:
        people().print(f"  [yellow]![/] {finding['message']} {finding['remedy']}")
    if made.journey:
        people().print(f"\nIt waits for you: [bold]journeyman approve {made.journey}[/]")
