"""`journeyman eval run guardrails`: the rules against labelled copy. Exit code 1 when a rule finds too little, or too much of what is not.

Deterministic, without a model. `--json` prints scores and mistakes as one document.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from app.cli.console import JsonOption, emit, people

if TYPE_CHECKING:
    from rich.table import Table

    from evals.rules import Result

app = typer.Typer(help="Measure the rules and prompts: run.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Measure the rules and prompts."""


@app.command("run")
def run(
    suite: Annotated[Literal["guardrails"], typer.Argument(help="The suite to run.")],  # noqa: ARG001 (there is one)
    cases: Annotated[Path | None, typer.Option("--cases", help="A folder of your own labelled lines.", file_okay=False)] = None,
    show: Annotated[bool, typer.Option("--show", help="Every line that was judged otherwise than its label.")] = False,
    json: JsonOption = False,
) -> None:
    """Judge labelled copy and print precision and recall, rule by rule."""
    from evals import rules

    result = rules.run(rules.cases(cases or rules.SUITE))
    if json:
        emit(result)
    else:
        _tell(result, show)
    if not result.good:
        raise typer.Exit(1)


def _tell(result: Result, show: bool) -> None:
    from evals.rules import PRECISION

    console = people()
    console.print(_table(result))
    for mistake in result.mistakes if show else ():
        console.print(f"[bold]{mistake.rule}[/] {mistake.kind} {mistake.where}", highlight=False)
        console.print(f"  {mistake.text}", markup=False, soft_wrap=True)
        if mistake.message:
            console.print(f"  → {mistake.message}", markup=False, style="dim", soft_wrap=True)
    good = "green" if result.good else "red"
    console.print(
        f"{result.cases} lines: precision [{good}]{result.precision:.3f}[/] (at least {PRECISION}), recall [{good}]{result.recall:.3f}[/]."
        + (f" {len(result.mistakes)} mistakes; see them with --show." if result.mistakes and not show else "")
    )


def _table(result: Result) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for name in ("rule", "breaks it", "found", "false", "recall", "precision", "severity"):
        table.add_column(name, justify="left" if name in ("rule", "severity") else "right")
    for score in result.scores:
        style = "red" if score.low else ("yellow" if score.false else "")
        counts = (str(score.expected), str(score.found), str(score.false))
        table.add_row(score.rule, *counts, _share(score.recall), _share(score.precision), score.severity, style=style)
    return table


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
