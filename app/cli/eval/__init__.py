"""`journeyman eval`: run a suite, compare two runs, bless one, report. One command a file; `run guardrails` needs no model and no extra."""

from __future__ import annotations

import typer

from app.cli.eval.bless import bless
from app.cli.eval.compare import Compare, compare
from app.cli.eval.report import report
from app.cli.eval.run import run

app = typer.Typer(help="Measure rules, prompts and models: run, compare, bless, report.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Measure rules, prompts and models."""


app.command("run")(run)
app.command("compare", cls=Compare)(compare)
app.command("bless")(bless)
app.command("report")(report)
