"""`journeyman eval bless RUN`: makes a run the one that later runs of its suite and model are compared with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import JsonOption, emit, people


def bless(
    run: Annotated[str, typer.Argument(help="A run by name or file; a suite's name means its latest run.")],
    baselines: Annotated[Path | None, typer.Option("--baselines", help="Where blessed runs are kept.", file_okay=False)] = None,
    json: JsonOption = False,
) -> None:
    """Bless a run: the file it is kept in belongs into version control."""
    from evals import baseline, shelf

    blessed = shelf.find(run)
    file = baseline.bless(blessed, baselines or shelf.BASELINES)
    if json:
        emit(
            {
                "suite": blessed.suite,
                "model": blessed.model.name,
                "prompts": {k: m.name for k, m in blessed.prompts.items()},
                "file": str(file),
            }
        )
        return
    console = people()
    console.print(f"{blessed.suite} with {blessed.model.name} is blessed: {file}", highlight=False, soft_wrap=True)
    for remark in baseline.remarks(blessed):
        console.print(remark, style="yellow", soft_wrap=True)
    console.print("Commit it together with the prompt it vouches for.")
