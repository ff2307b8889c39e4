"""`journeyman run JOURNEY`: one cohort run now. `journeyman run --resume`: takes up what was interrupted, a demonstration too."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.console import HERE, JsonOption, WorkspaceOption, emit, people, progress
from journeyman.errors import RunError


def run(
    journey: Annotated[str | None, typer.Argument(help="The journey's name.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run that was interrupted.")] = False,
    workspace: WorkspaceOption = HERE,
    json: JsonOption = False,
) -> None:
    """Decide for today's cohort, pass the gate, deliver. Repeating a run for the same day sends nothing twice."""
    import asyncio

    if resume:
        from app.cli.demo import show
        from app.demo import Demo

        with progress(quiet=json) as tell:
            result = asyncio.run(Demo.resumed(workspace, tell).run())
        show(result, json)
        return
    if journey is None:
        raise RunError("Which journey?", remedy="Name it: `journeyman run JOURNEY`, or use --resume for an interrupted run.")
    from app.office import Office
    from app.running import running
    from graphs.cohort import build
    from journeyman.delivery import complaints
    from tools.ahead import forecast

    with Office.open(workspace) as office, progress(quiet=json) as tell:
        tell("Cohort run", 0, 0)
        slot = f"{office.clock.now():%Y-%m-%d}"
        work = office.at_work(journey)
        office.news(journey, work)
        if stopped := complaints.why_paused(office.store, journey):
            _paused(journey, slot, stopped, json)
            raise typer.Exit(1)
        with running(office, "cohort", journey):
            state = asyncio.run(build().ainvoke({"slot": slot}, context=office.working(journey, work)))
        ahead = forecast(work.shift) if state["decided"] else None
    if json:
        told = {"decided": state["decided"], "enqueued": state.get("enqueued", 0), "moved": state.get("moved", []), "tally": state["tally"]}
        emit({"journey": journey, "slot": slot, **told, "forecast": ahead})
    else:
        for line in state.get("moved", []):
            people().print(f"Look at this: {line}. The policy was taught on other numbers.")
        people().print(f"{journey}, {slot}: {state['decided']} decisions, {state.get('enqueued', 0)} enqueued; {state['tally']}")
        if ahead:
            by = ", ".join(f"{count:,} {channel.replace('_', '-')}" for channel, count in ahead["by_channel"].items())
            gain = ahead["gain"]
            people().print(
                f"Next {ahead['days']} days, if nothing new were learned: about {ahead['sends']['value']:,.0f} sends ({by or 'none'}), "
                f"worth {gain['value']:,.1f} ± {2 * gain['stderr']:,.1f} successes more than silence."
            )


def _paused(journey: str, slot: str, why: str, json: bool) -> None:
    """Nothing is decided or sent; a person must look."""
    if json:
        emit({"journey": journey, "slot": slot, "decided": 0, "enqueued": 0, "tally": {}, "paused": why})
    else:
        people().print(f"[red]{journey} is paused; nothing was sent.[/] {why}\nWhen the cause is mended: `journeyman approve {journey}`.")
