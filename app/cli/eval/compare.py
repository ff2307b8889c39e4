"""`journeyman eval compare BASE CANDIDATE`: is the candidate worse, case by case?

Exit codes: 0 no regression, 1 a regression, 2 not enough evidence (and how many cases would do), 3 the comparison could not be made: a run
is missing, was asked other cases or judged by other judges, or the command was used wrongly (docs/decisions/024-evals.md says why 3).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from app.cli.console import JsonOption, emit, people
from app.cli.eval.run import TAPES, CassetteOption

FAILED = 3


class Compare(TyperCommand):
    """A command whose wrong use exits with 3, since 2 has another meaning here."""

    def make_context(self, *args: Any, **more: Any) -> Any:
        """The parsed command line. Raises the parser's error with exit code 3."""
        try:
            return super().make_context(*args, **more)
        except Exception as problem:
            if getattr(problem, "exit_code", None) == 2:
                problem.exit_code = FAILED  # type: ignore[attr-defined]
            raise


def compare(
    base: Annotated[str, typer.Argument(help="A run by name or file, or `blessed`.")],
    candidate: Annotated[str, typer.Argument(help="A run by name or file; a suite's name means its latest run.")],
    margin: Annotated[float, typer.Option("--margin", min=0.1, max=100, help="The loss that must be ruled out, in points.")] = 5.0,
    alpha: Annotated[float, typer.Option("--alpha", min=0.0001, max=0.5, help="The chance of crying wolf that is allowed.")] = 0.05,
    judge: Annotated[str | None, typer.Option("--judge", help="A model that chooses between the two outputs of each case, twice.")] = None,
    replay: Annotated[bool, typer.Option("--replay", help="The judge's kept answers only.")] = False,
    record: Annotated[bool, typer.Option("--record", help="Keep the judge's answers.")] = False,
    cassette: CassetteOption = TAPES,
    html: Annotated[Path | None, typer.Option("--html", help="Write one HTML page here.", dir_okay=False)] = None,
    junit: Annotated[Path | None, typer.Option("--junit", help="Write JUnit XML here.", dir_okay=False)] = None,
    baselines: Annotated[Path | None, typer.Option("--baselines", help="Where blessed runs are.", file_okay=False)] = None,
    show: Annotated[bool, typer.Option("--show", help="Every case that changed.")] = False,
    json: JsonOption = False,
) -> None:
    """Compare two runs of one suite."""
    from journeyman.errors import JourneymanError

    try:
        code = _compare(base, candidate, margin, alpha, judge, (cassette, record, replay), html, junit, baselines, show, json)
    except (JourneymanError, OSError) as problem:
        print(f"Error: {getattr(problem, 'message', problem)}", file=sys.stderr)  # noqa: T201
        if remedy := getattr(problem, "remedy", ""):
            print(f"       {remedy}", file=sys.stderr)  # noqa: T201
        raise typer.Exit(FAILED) from None
    raise typer.Exit(code)


def _compare(
    base: str, candidate: str, margin: float, alpha: float, judge: str | None, tape: tuple[Path, bool, bool], html: Path | None,
    junit: Path | None, baselines: Path | None, show: bool, json: bool,
) -> int:  # fmt: skip
    from app.evals import text
    from evals import comparing, shelf

    after = shelf.find(candidate)
    before = shelf.find(base, like=after, baselines=baselines or shelf.BASELINES)
    preferred, agreement = _preferred(judge, before, after, tape) if judge else ({}, [])
    found = comparing.compare(before, after, alpha=alpha, margin=margin / 100, preferred=preferred, agreement=agreement)
    if html:
        from app.evals.html import comparison_page

        html.write_text(comparison_page(found), encoding="utf-8")
    if junit:
        from app.evals.junit import document

        junit.write_text(document(found, after), encoding="utf-8")
    if json:
        emit(found)
    else:
        text.comparison(people(), found, show=show)
    return found.code


def _preferred(judge: str, before: Any, after: Any, tape: tuple[Path, bool, bool]) -> tuple[dict[str, float], list[Any]]:
    import asyncio

    from app.cli.eval.run import tape_for
    from evals import choosing, judging
    from evals.suite import find

    folder, record, replay = tape
    chosen = choosing.judges([judge], cassette=tape_for(folder, judge, record=record, replay=replay))[0]
    cases = {case.id: case for case in find(before.suite).cases()}
    preferred, agreement = asyncio.run(judging.pairwise(chosen, cases, before, after))
    return preferred, [agreement]
