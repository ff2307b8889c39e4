"""Blessed runs: the measure for what comes later, kept as JSON beside the suites; and which prompts they no longer vouch for.

A prompt is vouched for when a blessed run of some suite that exercises it had exactly this file. The experts without a model read no
prompts, so their runs vouch for none.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from agents.team import OFFLINE
from evals.records import Run, read, save
from evals.shelf import BASELINES, baseline_file
from evals.subject import REHEARSAL
from evals.suite import NAMES, find
from journeyman.errors import RunError
from prompts import Prompt, ids, load
from prompts.loader import HERE as PROMPTS


def bless(run: Run, baselines: Path = BASELINES) -> Path:
    """Keeps a run as the blessed one of its suite and model. Raises RunError for a run of some cases only, of cases that have changed
    since, or with attempts that failed for want of an answer."""
    suite = find(run.suite)
    if run.dataset != suite.dataset(suite.cases()):
        raise RunError(
            f"The run was not asked today's cases of {run.suite} ({run.dataset.name}).",
            remedy=f"Run the whole suite: journeyman eval run {run.suite}.",
        )
    if run.failed:
        raise RunError(
            f"{len(run.failed)} of its {len(run.attempts)} attempts got no answer; the first: {run.failed[0].error}",
            remedy="Mend that and run the suite again; a blessed run answers every case.",
        )
    file = baseline_file(run.suite, run.model.name, baselines)
    save(run, file)
    return file


def remarks(run: Run) -> list[str]:
    """What somebody who blesses this run should know."""
    if run.model.name == REHEARSAL:
        return ["The rehearsal model knows only the instructions it was built for: bless a run of the model you use as well."]
    if run.model.name == OFFLINE:
        return ["The experts without a model read no prompts: this run vouches for their code, not for a prompt."]
    return []


@dataclass(frozen=True)
class Unvouched:
    """A prompt in use that no blessed run had. `last`: name of the version that the nearest blessed run had, "" for none."""

    prompt: Prompt
    suites: tuple[str, ...]
    last: str

    def __str__(self) -> str:
        """What is wrong and the commands that mend it."""
        suite = self.suites[0] if self.suites else ""
        if not suite:
            return f"prompts/{self.prompt.id}.j2 is exercised by no suite: add it to one in evals/tasks/."
        changed = f"is not the {self.last} that was blessed" if self.last else "has no blessed run"
        same = self.last == f"{self.prompt.id}@{self.prompt.version}"
        raised = f" Raise its version to {self.prompt.version + 1} and keep the old file as prompts/archive/{self.last}.j2." if same else ""
        return (
            f"prompts/{self.prompt.id}.j2 {changed} (suite {suite}).{raised} Then: journeyman eval run {suite} --model MODEL --epochs 3 && "
            f"journeyman eval compare blessed {suite} && journeyman eval bless {suite}"
        )


def unvouched(prompts: Path = PROMPTS, baselines: Path = BASELINES) -> list[Unvouched]:
    """The prompts in use that no blessed run vouches for, by id."""
    runs = [r for r in map(read, sorted(baselines.glob("*.json"))) if r.model.name != OFFLINE]
    suites = {id: tuple(name for name in NAMES if id in find(name).prompts) for id in ids(prompts)}
    found = []
    for id in ids(prompts):
        prompt, marks = load(id, prompts), [r.prompts[id] for r in runs if id in r.prompts]
        if prompt.hash not in {m.hash for m in marks}:
            found.append(Unvouched(prompt, suites[id], marks[0].name if marks else ""))
    return found
