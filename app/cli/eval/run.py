"""`journeyman eval run SUITE`: asks every case of a suite, scores the answers, and keeps the run for comparing and blessing.

Exit code 1 when a case got no answer, or when the experts without a model miss a bar of the suite.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.console import JsonOption, emit, people, progress

if TYPE_CHECKING:
    from evals.cassette import Cassette
    from evals.subject import Subject
    from evals.suite import Suite

CassetteOption = Annotated[Path, typer.Option("--cassette", help="Where answers are recorded and replayed from.", file_okay=False)]
TAPES = Path(".journeyman") / "evals" / "cassettes"


def run(
    suite: Annotated[str, typer.Argument(help="planner, copywriter, reviewer, analyst, injection, end-to-end or guardrails.")],
    model: Annotated[str, typer.Option("--model", help="offline, rehearsal, or a model such as openai:NAME.")] = "offline",
    prompt: Annotated[list[str] | None, typer.Option("--prompt", help="ID@VERSION or ID=FILE instead of the prompt in use.")] = None,
    epochs: Annotated[int, typer.Option("--epochs", min=1, max=100, help="How often each case is asked.")] = 1,
    case: Annotated[list[str] | None, typer.Option("--case", help="Only this case; may be given again.")] = None,
    judge: Annotated[list[str] | None, typer.Option("--judge", help="A model that grades the answers; two also agree or not.")] = None,
    temperature: Annotated[float | None, typer.Option("--temperature", min=0, max=2, help="The model's temperature.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="The model's seed.")] = None,
    record: Annotated[bool, typer.Option("--record", help="Keep the model's answers; what is kept already is not asked again.")] = False,
    replay: Annotated[bool, typer.Option("--replay", help="Only kept answers: no network; a missing one is an error.")] = False,
    cassette: CassetteOption = TAPES,
    cases: Annotated[Path | None, typer.Option("--cases", help="Guardrails: a folder of your own labelled lines.", file_okay=False)] = None,
    show: Annotated[bool, typer.Option("--show", help="Every case that lost points, and why.")] = False,
    json: JsonOption = False,
) -> None:
    """Ask a suite and score the answers."""
    if suite == "guardrails":
        from app.cli.eval.guardrails import judge as judge_copy

        if not judge_copy(cases, show=show, json=json):
            raise typer.Exit(1)
        return
    from app.evals import text
    from evals import choosing, shelf
    from evals.suite import find

    asked = find(suite)
    settings = {name: value for name, value in (("temperature", temperature), ("seed", seed)) if value is not None}
    tape = tape_for(cassette, model, record=record, replay=replay)
    subject = choosing.subject(model, prompt or [], settings=settings, cassette=tape)
    _read_by(asked, subject)
    _installed()
    from evals.running import run as run_suite

    with progress(quiet=json) as tell:
        done = run_suite(
            asked,
            subject,
            epochs=epochs,
            only=case or [],
            judges=choosing.judges(judge or [], cassette=tape),
            logs=(shelf.HERE / "logs").absolute(),
            tell=tell,
        )
    file = shelf.keep(done)
    missed = text.missed_bars(done, asked)
    if json:
        figures = {"means": done.means(), "spent": dict(done.spent), "failed": len(done.failed), "missed": missed}
        emit({**done.model_dump(mode="json", exclude={"attempts"}), **figures, "run": file.stem, "file": str(file)})
    else:
        text.run(people(), done, asked, file, show=show)
    if done.failed or missed:
        raise typer.Exit(1)


def tape_for(folder: Path, model: str, *, record: bool, replay: bool) -> Cassette | None:
    """The recording to use: asked for by --record or --replay, else none (offline answers need none)."""
    from evals.cassette import Cassette as Tape
    from journeyman.errors import RunError

    if record and replay:
        raise RunError("--record and --replay exclude each other.", remedy="Record once, then replay.")
    if model == "offline" or not (record or replay):
        return None
    return Tape(folder, "record" if record else "replay")


def _read_by(suite: Suite, subject: Subject) -> None:
    """A prompt chosen must be one that the run reads. Raises RunError, for it would be measured by nothing."""
    from journeyman.errors import RunError

    if subject.prompts and subject.model == "offline":
        raise RunError("The experts without a model read no prompts.", remedy="Name a --model; rehearsal needs no key.")
    if strange := sorted(subject.prompts.keys() - set(suite.prompts)):
        raise RunError(
            f"The suite {suite.name} does not exercise the prompt {strange[0]}.", remedy=f"Its prompts: {', '.join(suite.prompts)}."
        )


def _installed() -> None:
    """Says what to install when inspect_ai is not there."""
    from importlib.util import find_spec

    from journeyman.errors import RunError

    if find_spec("inspect_ai") is None:
        raise RunError("Suites run on inspect_ai, which is not installed.", remedy="Install it: pip install -e '.[evals]'.")
