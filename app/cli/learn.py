"""`journeyman learn JOURNEY`: attributes what happened, teaches the policy, says what was learned."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from app.cli.console import HERE, JsonOption, WorkspaceOption, emit, people, progress


def learn(
    journey: Annotated[str, typer.Argument(help="The journey's name.")],
    renew: Annotated[
        Literal["due", "now", "no"],
        typer.Option(help="Whether new copy is written for what was learned: when the plan asks for it and it is time, now, or not."),
    ] = "due",
    workspace: WorkspaceOption = HERE,
    json: JsonOption = False,
) -> None:
    """Teach the policy every decision whose attribution window has closed; renew the library where the plan wants it."""
    import asyncio

    from app.office import Office
    from app.running import running
    from graphs.learning import build
    from graphs.state import LearningState

    with Office.open(workspace) as office, progress(quiet=json) as tell:
        tell("Learning", 0, 0)
        begin: LearningState = {"slot": f"{office.clock.now():%Y-%m-%d}", "analyse": True, "renew": renew}
        work = office.look_into(journey)
        new = office.news(journey, work)
        with running(office, "learning", journey):
            state = asyncio.run(build().ainvoke(begin, context=office.working(journey, work)))
    if json:
        emit(
            {
                "journey": journey,
                "events": new,
                **{name: state[name] for name in ("learned", "policy_version", "analysis", "renewed") if name in state},
            }
        )
        return
    people().print(f"{journey}: {new:,} new events in the tables; learned from {state['learned']} decisions.")
    people().print(f"Policy version {state['policy_version']}.\n{state['narrative']}")
    renewed = state.get("renewed", {"proposed": 0})
    if renewed.get("waits_for"):
        people().print(f"New copy for it waits for you: [bold]journeyman approve {journey}[/]")
    elif renewed.get("came") or renewed.get("went"):
        people().print(f"The library renewed itself: {len(renewed['came'])} new variants, {len(renewed['went'])} retired.")
    elif renewed["proposed"] == 0 and state["analysis"]["write_more"] and renew != "no":
        people().print(f"More copy would pay; write it with [bold]journeyman learn {journey} --renew now[/]")
