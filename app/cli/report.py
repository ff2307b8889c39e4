"""`journeyman report`: report.html of a journey, and where every journey stands."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.console import HERE, JsonOption, WorkspaceOption, emit, people, progress


def report(
    journey: Annotated[str | None, typer.Argument(help="The journey's name; without one, all journeys are listed.")] = None,
    workspace: WorkspaceOption = HERE,
    json: JsonOption = False,
) -> None:
    """Lift, learnings and copy of a journey as report.html; or a list of journeys."""
    import asyncio

    from app.office import Office
    from journeyman.store import journeys

    with Office.open(workspace) as office, progress(quiet=json) as tell:
        if journey is None:
            found = [{"journey": j.name, "state": j.state, "policy": j.policy_version} for j in journeys.listed(office.store)]
            if json:
                emit(found)
            else:
                people().print("\n".join(f"{j['journey']:<32} {j['state']}" for j in found) or "No journeys yet: `journeyman plan`.")
            return
        from app.report.gather import gather
        from app.report.page import write_report

        tell("Measuring", 0, 0)
        facts = asyncio.run(gather(office, office.look_into(journey)))
        write_report(facts, {}, office.space.report)
        if json:
            emit(facts)
        else:
            people().print(f"Report: {office.space.report}")
