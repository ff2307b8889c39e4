"""From the words of a command line to what is measured: `--model`, `--prompt ID@VERSION` or `ID=FILE`, settings, recordings, judges."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evals.cassette import Cassette
from evals.judging import Judge
from evals.rehearsal import Rehearsal
from evals.subject import REHEARSAL, Subject
from journeyman.errors import RunError
from prompts import Prompt, PromptError, load_version, read


def subject(
    model: str, prompts: Sequence[str] = (), *, settings: Mapping[str, Any] | None = None, cassette: Cassette | None = None
) -> Subject:
    """What to measure. Raises RunError for a prompt that is not there."""
    settings = dict(settings or {})
    chosen = {prompt.id: prompt for prompt in map(_prompt, prompts)}
    between = Rehearsal(seed=int(settings.get("seed", 0))) if model == REHEARSAL and (cassette is None or cassette.live) else None
    return Subject(model, chosen, settings, cassette, between)


def judges(models: Sequence[str], *, cassette: Cassette | None = None) -> list[Judge]:
    """The judges by the names of their models; they judge at temperature 0 where the model has one."""
    settings: list[dict[str, Any]] = [{} if model == REHEARSAL else {"temperature": 0} for model in models]
    return [Judge(subject(model, settings=s, cassette=cassette)) for model, s in zip(models, settings, strict=True)]


def _prompt(wanted: str) -> Prompt:
    try:
        if version := re.fullmatch(r"([a-z0-9_]+)@(\d+)", wanted):
            return load_version(version[1], int(version[2]))
        id, equals, file = wanted.partition("=")
        if not equals:
            raise RunError(f"{wanted} names no prompt and version.", remedy="Write --prompt ID@VERSION, or --prompt ID=FILE.")
        return read(Path(file), id)
    except OSError as problem:
        raise RunError(
            f"The prompt file of {wanted} cannot be read.", remedy="Write --prompt ID=FILE with a file that is there."
        ) from problem
    except PromptError as problem:
        raise RunError(str(problem), remedy="Versions in use are in prompts/, earlier ones in prompts/archive/.") from problem
