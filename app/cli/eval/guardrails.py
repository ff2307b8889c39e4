"""`journeyman eval run guardrails`: the rules against labelled copy, precision and recall rule by rule. Deterministic, without a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.console import emit, people

if TYPE_CHECKING:
    from rich.table import Table

    from evals.rules import Result


def judge(cases: Path | None, *, show: bool, json: bool) -> bool:
    """Judges labelled copy and prints the scores; whether the suite holds its bars."""
    from evals import rules

    result = rules.run(rules.cases(cases or rules.SUITE))
    if json:
        emit(result)
    else:
        _tell(result, show)
    return result.good


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
