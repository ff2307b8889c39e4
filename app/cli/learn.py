"""`journeyman learn JOURNEY`: attributes what happened, teaches the policy, says what was learned."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.console import HERE, JsonOption, WorkspaceOption, emit, people, progress


def learn(
    journey: Annotated[str, typer.Argument(help="The journey's name.")], workspace: WorkspaceOption = HERE, json: JsonOption = False
) -> None:
    """Teach the policy every decision whose attribution window has closed."""
    import asyncio

    from app.office import Office
    from app.running import running
    from graphs.learning import build
    from graphs.state import LearningState

    with Office.open(workspace) as office, progress(quiet=json) as tell:
        tell("Learning", 0, 0)
        begin: LearningState = {"slot": f"{office.clock.now():%Y-%m-%d}", "analyse": True}
        work = office.look_into(journey)
        new = office.news(journey, work)
        with running(office, "learning", journey):
            state = asyncio.run(build().ainvoke(begin, context=office.working(journey, work)))
    if json:
        emit({"journey": journey, "events": new, **{name: state[name] for name in ("learned", "policy_version", "analysis")}})
        return
    people().print(f"{journey}: {new:,} new events in the tables; learned from {state['learned']} decisions.")
    people().print(f"Policy version {state['policy_version']}.\n{state['narrative']}")
