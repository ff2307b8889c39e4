"""`journeyman simulate`: any policy against any world, with regret and violations over time and a picture. Exit code 1 on a violation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import JsonOption, emit, people, progress


def simulate(
    world: Annotated[str, typer.Option(help="winback, retail, saas, fintech, hospitality, or an abstract one: a, b, c, d, e, f.")],
    policy: Annotated[
        list[str] | None,
        typer.Option(
            help="journeyman, journeyman:PATH, bau, random, best-fixed, ab-test or beta-ts; repeat it for more. The oracle plays too."
        ),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=365, help="Simulated days.")] = 28,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="The same seed gives the same result.")] = 7,
    customers: Annotated[int | None, typer.Option(min=1, max=100_000, help="How many (default: the audience; 20,000 in a to f).")] = None,
    variants: Annotated[int, typer.Option(min=10, max=3000, help="Approved variants wanted (not in a to f).")] = 300,
    gate: Annotated[bool, typer.Option("--gate/--no-gate", help="Without it, policies are not told what the rules allow.")] = True,
    out: Annotated[Path, typer.Option(dir_okay=False, help="The page; its picture is written beside it as .svg.")] = Path(
        "simulation.html"
    ),
    json: JsonOption = False,
) -> None:
    """Play policies in a simulated world: regret, share of the oracle and violations over time."""
    from app.simulate.compare import Asked
    from app.simulate.compare import simulate as play
    from app.simulate.page import summary, write_page

    asked = Asked(world, tuple(policy or ()), days, seed, customers, variants, gate)
    with progress(quiet=json) as tell:
        outcome = play(asked, tell)
    picture = write_page(outcome, out)
    if json:
        emit(outcome.document() | {"page": str(out), "picture": str(picture)})
    else:
        console = people()
        console.print(summary(outcome))
        console.print(f"Page: {out}", markup=False, soft_wrap=True)
    if outcome.violations:
        raise typer.Exit(1)
