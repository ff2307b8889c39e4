"""`journeyman ope LOG.parquet`: what another policy would have earned, from a log. Exit code 1 when the overlap is poor."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import JsonOption, emit, people
from journeyman.errors import DataError

REQUIRED = ("reward", "propensity", "target_propensity")
OPTIONAL = ("q_logged", "q_target")


def ope(
    log: Annotated[Path, typer.Argument(help="Parquet with reward, propensity, target_propensity; optionally q_logged, q_target.")],
    json: JsonOption = False,
) -> None:
    """Off-policy evaluation: estimates with intervals, effective sample size and an overlap verdict."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from journeyman.decisioning.evaluation import evaluate

    try:
        table = pq.read_table(log)
    except (OSError, pa.ArrowException) as problem:
        raise DataError(f"Cannot read {log} as Parquet: {str(problem).splitlines()[0]}", remedy="Check the path and the file.") from problem
    missing = [name for name in REQUIRED if name not in table.column_names]
    if missing:
        raise DataError(f"{log} lacks {', '.join(missing)}.", remedy=f"It has: {', '.join(table.column_names)}. Rename the columns.")
    columns = {name: table.column(name).to_numpy() for name in (*REQUIRED, *OPTIONAL) if name in table.column_names}
    found = evaluate(**columns)
    document = found.to_contract()
    if json:
        emit(document)
    else:
        from app.report.terminal import evaluation_table

        people().print(evaluation_table(document))
    if document["overlap"] == "poor":
        raise typer.Exit(1)
