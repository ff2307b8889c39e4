"""`journeyman demo`: the main job from goal to measured lift. Everything is real but the responses, which a simulated world gives."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from app.cli.console import JsonOption, emit, people, progress

UseCase = Literal["retail", "saas", "winback", "fintech", "hospitality"]


def demo(
    use_case: Annotated[UseCase, typer.Option("--use-case", help="winback has real households; the others made-up customers.")] = "winback",
    days: Annotated[int, typer.Option(min=1, max=365, help="Simulated days.")] = 28,
    variants: Annotated[int, typer.Option(min=10, max=3000, help="Approved variants wanted.")] = 300,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="The same seed gives the same report.")] = 7,
    model: Annotated[str, typer.Option(help="`offline`, or a model such as openai:NAME.")] = "offline",
    workspace: Annotated[Path | None, typer.Option("--workspace", help="Its folder (default: journeyman-USE_CASE).")] = None,
    json: JsonOption = False,
) -> None:
    """Run the main job: goal, plan, copy, checks, decisions, sends, learning, lift."""
    import asyncio

    from app.demo import Demo, Options

    options = Options(use_case=use_case, days=days, variants=variants, seed=seed, model=model)
    with progress(quiet=json) as tell:
        result = asyncio.run(Demo.new(workspace or Path(f"journeyman-{use_case}"), options, tell).run())
    show(result, json)


def show(result: object, json: bool) -> None:
    """The end of a run, for a machine or for people."""
    from app.demo import Result

    assert isinstance(result, Result)
    if json:
        emit(result.document())
        return
    from app.report.terminal import summary

    people().print(summary(result.facts, result.seconds, str(result.workspace / "report.html")))
