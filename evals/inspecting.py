"""Runs a suite on inspect_ai: the only file that imports it (three seconds), so import this one inside a command.

Our agents answer inside an inspect solver, our scorers inside an inspect scorer; inspect brings fan-out, epochs, error capture and a log
that `inspect view` opens. Results are taken from the log's samples by our own list of (case, epoch): inspect leaves failed samples out of
its means, we count them. Nothing is sent anywhere, no socket is bound, no settings of the surrounding shell are obeyed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from inspect_ai import Task, eval
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.log import EvalLog, EvalSample
from inspect_ai.model import ModelOutput, ModelUsage
from inspect_ai.scorer import Score, Scorer, Target, mean, scorer
from inspect_ai.solver import Generate, Solver, TaskState, solver

from evals.records import LONGEST, Attempt, Case
from evals.subject import Subject
from evals.suite import Suite
from journeyman.errors import JourneymanError, RunError

Tell = Callable[[str, int, int], None]
Grade = Callable[[Case, Any], Any]


def attempts(
    suite: Suite, cases: Sequence[Case], subject: Subject, *, epochs: int, logs: Path, grade: Grade | None = None, tell: Tell | None = None
) -> list[Attempt]:
    """An attempt for every case and epoch, in that order; what failed says why. `grade(case, output)` may add scores of judges.

    Raises RunError when inspect itself could not run."""
    done = [0]
    total = len(cases) * epochs

    @solver
    def subject_answers() -> Solver:
        async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001 (inspect's signature)
            case = by_id[str(state.sample_id)]
            with subject.attempt(state.epoch) as tally:
                try:
                    output = await suite.answer(case, subject)
                    graded = await grade(case, output) if grade else {}
                except JourneymanError as problem:
                    state.metadata["error"] = f"{type(problem).__name__}: {problem}"
                    output, graded = None, {}
                finally:
                    state.metadata["spent"] = tally.spent()
                    done[0] += 1
                    if tell:
                        tell(f"Asking: {suite.name}", done[0], total)
            state.metadata["graded"] = graded
            state.output = ModelOutput.from_content(subject.model, "" if output is None else _text(output))
            spent = tally.spent()
            state.output.usage = ModelUsage(
                input_tokens=spent["tokens_in"], output_tokens=spent["tokens_out"], total_tokens=spent["tokens_in"] + spent["tokens_out"]
            )
            state.metadata["output"] = output
            return state

        return solve

    @scorer(metrics=[mean()])
    def plain_function() -> Scorer:
        async def judge(state: TaskState, target: Target) -> Score:  # noqa: ARG001 (inspect's signature)
            if state.metadata.get("error"):
                return Score(value=0.0, explanation=state.metadata["error"], metadata={"scores": {}, "notes": []})
            scores, notes = suite.score(by_id[str(state.sample_id)], state.metadata["output"])
            scores |= state.metadata.get("graded", {})
            value = sum(scores.values()) / max(1, len(scores))
            return Score(
                value=value, answer=state.output.completion, explanation="\n".join(notes), metadata={"scores": scores, "notes": notes}
            )

        return judge

    by_id = {case.id: case for case in cases}
    samples = [Sample(id=c.id, input=str(c.given.get("goal") or _text(c.given))[:LONGEST]) for c in cases]
    task = Task(
        dataset=MemoryDataset(samples, name=suite.name), solver=subject_answers(), scorer=plain_function(), name=suite.name, epochs=epochs
    )
    logs.mkdir(parents=True, exist_ok=True)
    with _alone(logs):
        log = eval(
            task, model=None, log_dir=str(logs), log_format="eval", display="none", score_display=False, log_level="error",
            ctl_server=False, acp_server=False, log_realtime=False, fail_on_error=False, score_on_error=False, max_samples=32,
        )[0]  # fmt: skip
    return _collected(log, cases, epochs)


def _collected(log: EvalLog, cases: Sequence[Case], epochs: int) -> list[Attempt]:
    if log.status != "success":
        raise RunError(
            f"The run was not finished: {log.error.message if log.error else log.status}.", remedy=f"See the log {log.location}."
        )
    samples = {(str(s.id), s.epoch): s for s in log.samples or []}
    return [_attempt(case, epoch, samples.get((case.id, epoch))) for case in cases for epoch in range(1, epochs + 1)]


def _attempt(case: Case, epoch: int, sample: EvalSample | None) -> Attempt:
    if sample is None:
        return Attempt(case=case.id, epoch=epoch, error="The case was not run.")
    spent: Mapping[str, Any] = sample.metadata.get("spent") or {}
    told = sample.metadata.get("error") or (sample.error.message if sample.error else "")
    if told:
        return Attempt(case=case.id, epoch=epoch, error=told[:LONGEST], **spent)
    score = next(iter((sample.scores or {}).values()), None)
    if score is None or not isinstance(score.metadata, dict):
        return Attempt(case=case.id, epoch=epoch, error="The answer was not scored.", **spent)
    text = sample.output.completion[:LONGEST]
    return Attempt(case=case.id, epoch=epoch, scores=score.metadata["scores"], notes=score.metadata["notes"], output=text, **spent)


def _text(output: Any) -> str:
    return output if isinstance(output, str) else json.dumps(output, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Inspect's own settings in the shell, its files in the home folder and the nearest .env are left out of it."""
    kept, here = dict(os.environ), Path.cwd()
    for name in [n for n in os.environ if n.startswith("INSPECT_")]:
        del os.environ[name]
    os.environ["XDG_DATA_HOME"] = str(folder / "inspect")
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(here)
        os.environ.clear()
        os.environ.update(kept)
