"""`journeyman ope JOURNEY`: what a saved policy version would have earned in a journey so far. `journeyman ope LOG.parquet`: what another
policy would have earned, from any log. Exit code 1 when the overlap is poor."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.console import HERE, JsonOption, WorkspaceOption, emit, people
from journeyman.errors import DataError

REQUIRED = ("reward", "propensity", "target_propensity")
OPTIONAL = ("q_logged", "q_target")


class Interval(StrEnum):
    """How the intervals are made; `bound` holds at any number of rows."""

    NORMAL = "normal"
    BOOTSTRAP = "bootstrap"
    BOUND = "bound"


def ope(
    log: Annotated[
        str, typer.Argument(help="A journey; or Parquet with reward, propensity, target_propensity and, optionally, q_logged, q_target.")
    ],
    policy: Annotated[str | None, typer.Option(help="A journey's policy version; by default the newest that can be judged.")] = None,
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Decisions from this day on.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also decisions the version was taught from, which flatter it.")] = False,
    interval: Annotated[Interval, typer.Option(help="How intervals are made; bound holds at any number of rows.")] = Interval.NORMAL,
    workspace: WorkspaceOption = HERE,
    json: JsonOption = False,
) -> None:
    """Off-policy evaluation: estimates with intervals, effective sample size and an overlap verdict."""
    if log.endswith(".parquet") or Path(log).is_file():
        document = _from_log(Path(log), interval)
    else:
        from app.office import Office
        from tools.hindsight import hindsight

        with Office.open(workspace) as office:
            begin = since.replace(tzinfo=UTC) if since else None
            shift = office.at_work(log).shift
            document = hindsight(shift, policy, since=begin, everything=everything, interval=interval.value)
    if json:
        emit(document)
    else:
        from app.report.terminal import evaluation_table

        people().print(evaluation_table(document))
        for line in document.get("words", []):
            people().print(line)
    if document["overlap"] == "poor":
        raise typer.Exit(1)


def _from_log(log: Path, interval: Interval) -> dict[str, Any]:
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
    return evaluate(**columns, interval=interval.value).to_contract()
