"""`journeyman ope JOURNEY | LOG.parquet`: what another policy would have earned, from a journey's own decisions or from a log.

Exit code 1 when the overlap is poor: the log cannot tell.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from app.cli.console import HERE, JsonOption, WorkspaceOption, emit, people, progress
from journeyman.errors import DataError, PlanError, RunError

REQUIRED = ("reward", "propensity", "target_propensity")
OPTIONAL = ("q_logged", "q_target")
IntervalName = Literal["normal", "bootstrap", "bound"]
ArmName = Literal["treatment", "random_control", "both"]


def ope(
    subject: Annotated[
        str,
        typer.Argument(
            metavar="JOURNEY|LOG.parquet",
            help="A journey, or a Parquet file with reward, propensity, target_propensity and optionally q_logged, q_target.",
        ),
    ],
    policy: Annotated[str | None, typer.Option("--policy", help="A saved version of the journey's policy; the latest by default.")] = None,
    since: Annotated[
        datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="Only decisions made since this day (UTC).")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also decisions made before the version was taught, which flatter it.")] = False,
    arm: Annotated[
        ArmName, typer.Option("--arm", help="Whose decisions: these two arms choose by chance.", show_default=True)
    ] = "treatment",
    interval: Annotated[IntervalName, typer.Option("--interval", help="bound holds in small logs too, and is wider.")] = "normal",
    workspace: WorkspaceOption = HERE,
    json: JsonOption = False,
) -> None:
    """What another policy would have earned: estimates with intervals, effective sample size and a verdict."""
    from app.report.terminal import evaluation_table, hindsight_words

    if subject.endswith(".parquet") or Path(subject).is_file():
        if policy or since or everything or arm != "treatment":
            raise RunError(
                "--policy, --since, --all and --arm are for a journey's own decisions.", remedy="Leave them out, or name a journey."
            )
        document, shown = _of_log(Path(subject), interval), evaluation_table
    else:
        with progress(quiet=json) as tell:
            tell("Putting the decisions before the version again", 0, 0)
            day = since.replace(tzinfo=UTC) if since else None
            arms = ("treatment", "random_control") if arm == "both" else (arm,)
            document = _of_journey(subject, workspace, policy, interval, since=day, everything=everything, arms=arms)
        shown = hindsight_words
    if json:
        emit(document)
    else:
        people().print(shown(document))
    if document["overlap"] == "poor":
        raise typer.Exit(1)


def _of_log(log: Path, interval: IntervalName) -> dict[str, Any]:
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
    return evaluate(**columns, interval=interval).to_contract()


def _of_journey(journey: str, workspace: Path, version: str | None, interval: IntervalName, **which: Any) -> dict[str, Any]:
    from app.office import Office
    from journeyman.store import journeys
    from tools.hindsight import hindsight

    with Office.open(workspace) as office:
        there = [j.name for j in journeys.listed(office.store)]
        if journey not in there:
            raise PlanError(
                f"There is no journey {journey}, nor such a file.",
                remedy=f"There are: {', '.join(there)}." if there else "Make one with `journeyman plan`.",
            )
        return hindsight(office.look_into(journey).shift, version, interval=interval, **which).to_contract()
