"""One run of one suite: cases, subject and judges in, a Run out. Imports inspect_ai; everything that only reads runs does without it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evals.inspecting import Tell, attempts
from evals.judging import Judge, Panel
from evals.records import Mark, Run
from evals.subject import Subject
from evals.suite import Suite
from journeyman.clock import Clock, SystemClock
from journeyman.errors import RunError
from prompts import Prompt


def run(
    suite: Suite,
    subject: Subject,
    *,
    epochs: int = 1,
    only: Sequence[str] = (),
    judges: Sequence[Judge] = (),
    logs: Path,
    clock: Clock | None = None,
    tell: Tell | None = None,
) -> Run:
    """Runs the suite (or the cases named in `only`). Raises RunError for a case that is not there and for a recording that is missing."""
    cases = suite.cases()
    if unknown := sorted(set(only) - {c.id for c in cases}):
        raise RunError(f"The suite {suite.name} has no case {unknown[0]}.", remedy="Name cases by the id of their line.")
    cases = [c for c in cases if not only or c.id in only]
    clock = clock or SystemClock()
    panel = Panel(judges, suite.rubrics) if judges else None
    made = attempts(suite, cases, subject, epochs=epochs, logs=logs, grade=panel.grade if panel else None, tell=tell)
    for tape in [subject.cassette, *(j.subject.cassette for j in judges)]:
        if tape is not None and tape.missing:
            raise RunError(
                f"{len(tape.missing)} answers are not recorded, the first is that to {tape.missing[0]}.",
                remedy=f"Record them where the model can be reached: journeyman eval run {suite.name} --model {subject.model} --record.",
            )
    by_id = {c.id: c for c in cases}
    return Run(
        suite=suite.name,
        at=clock.now(),
        model=subject.mark(),
        settings=dict(subject.settings),
        prompts={id: _prompt_mark(subject.prompt(id)) for id in suite.prompts},
        dataset=suite.dataset(cases),
        scorer=suite.scorer(),
        judges=panel.marks() if panel else [],
        epochs=epochs,
        clusters={c.id: c.cluster for c in cases if c.cluster != c.id},
        metrics={**suite.metrics, **(panel.metrics() if panel else {})},
        breakdown=suite.breakdown([(by_id[a.case], a) for a in made]),
        agreement=panel.agreement() if panel else [],
        attempts=made,
    )


def _prompt_mark(prompt: Prompt) -> Mark:
    return Mark(name=f"{prompt.id}@{prompt.version}", hash=prompt.hash)
