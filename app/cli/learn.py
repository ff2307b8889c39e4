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
    from graphs.learning import build
    from graphs.state import LearningState

    with Office.open(workspace) as office, progress(quiet=json) as tell:
        tell("Learning", 0, 0)
        begin: LearningState = {"slot": f"{office.clock.now():%Y-%m-%d}", "analyse": True}
        state = asyncio.run(build().ainvoke(begin, context=office.working(journey, office.at_work(journey))))
    if json:
        emit({"journey": journey, "learned": state["learned"], "policy_version": state["policy_version"], "analysis": state["analysis"]})
        return
    people().print(f"{journey}: learned from {state['learned']} decisions; policy version {state['policy_version']}.\n{state['narrative']}")
