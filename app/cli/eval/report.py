"""`journeyman eval report [RUN]`: the runs there are, blessed ones first; or one run in full, as text or as one HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.console import JsonOption, emit, people

if TYPE_CHECKING:
    from evals.records import Run


def report(
    run: Annotated[str | None, typer.Argument(help="A run by name or file; nothing: the list of all.")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write one HTML page here.", dir_okay=False)] = None,
    show: Annotated[bool, typer.Option("--show", help="Every case that lost points, and why.")] = False,
    baselines: Annotated[Path | None, typer.Option("--baselines", help="Where blessed runs are.", file_okay=False)] = None,
    json: JsonOption = False,
) -> None:
    """List the runs there are, or tell one in full."""
    from app.evals import text
    from evals import shelf
    from evals.records import read
    from evals.suite import find

    if run is None:
        blessed = sorted((baselines or shelf.BASELINES).glob("*.json"))
        found = [(f, read(f)) for f in [*blessed, *shelf.kept()]]
        if html:
            from app.evals.html import index_page

            html.write_text(index_page([r for f, r in found if f in blessed]), encoding="utf-8")
        if json:
            emit([{**_line(f, r), "blessed": f in blessed} for f, r in found])
        else:
            text.listed(people(), [(f.stem, f in blessed, r) for f, r in found])
        return
    told = shelf.find(run)
    if html:
        from app.evals.html import run_page

        html.write_text(run_page(told), encoding="utf-8")
    if json:
        emit({**told.model_dump(mode="json"), "means": told.means(), "spent": dict(told.spent)})
    else:
        text.run(people(), told, find(told.suite), Path(run), show=show)


def _line(file: Path, run: Run) -> dict[str, object]:
    return {
        "file": str(file),
        "suite": run.suite,
        "model": run.model.name,
        "at": run.at.isoformat(),
        "means": run.means(),
        "spent": dict(run.spent),
    }
