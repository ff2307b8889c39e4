"""How well `eval compare` tells a worse prompt from an equal one: detection at known effects, and false alarms where nothing changed.

The rehearsal model writes to the suite's briefs, with the prompt in use and with one that lacks an instruction; the instruction is worth
exactly the effect named. Many answers to every case are kept once; each repetition draws both of its runs from them, never the same answer
twice, and compares them. `python -m bench.evals [REPETITIONS]` (100); four minutes on two cores.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench.measure import line
from evals.comparing import compare
from evals.records import Attempt, Case, Mark, Run
from evals.rehearsal import Rehearsal
from evals.subject import REHEARSAL, Subject
from evals.suite import Suite, find
from prompts import Prompt, load
from tests.evals.broken import BREAKS, broken

EFFECTS = (0.05, 0.10, 0.20)
EPOCHS = (1, 3, 10)
POOL = 24
"""Answers kept of every case and condition: twice the most epochs, so that two equal runs share none."""
OBEYS = 0.95
Pool = dict[str, list[Attempt]]


def pooled(suite: Suite, cases: list[Case], prompt: Prompt, effect: float, seed: int) -> Pool:
    """POOL scored answers to every case, with the rehearsal model and without inspect_ai around it."""
    subject = Subject(REHEARSAL, {prompt.id: prompt}, {}, None, Rehearsal(obeys=OBEYS, effect=effect, seed=seed))

    async def ask(case: Case, epoch: int) -> Attempt:
        with subject.attempt(epoch):
            output = await suite.answer(case, subject)
        scores, _ = suite.score(case, output)
        return Attempt(case=case.id, epoch=epoch, scores=scores, output=json.dumps(output, sort_keys=True))

    async def ask_all() -> Pool:
        return {case.id: [await ask(case, epoch) for epoch in range(1, POOL + 1)] for case in cases}

    return asyncio.run(ask_all())


def drawn(suite: Suite, cases: list[Case], pool: Pool, epochs: int, draw: random.Random, *, apart: Pool | None = None) -> tuple[Run, Run]:
    """Two runs of so many epochs: the first from `pool`, the second from `apart`, or from what is left of `pool`."""
    first, second = [], []
    for case, kept in pool.items():
        order = draw.sample(range(POOL), POOL)
        other = [(apart or pool)[case][at] for at in (draw.sample(range(POOL), epochs) if apart else order[epochs : 2 * epochs])]
        first += [kept[at].model_copy(update={"epoch": n}) for n, at in enumerate(order[:epochs], 1)]
        second += [a.model_copy(update={"epoch": n}) for n, a in enumerate(other, 1)]
    run = Run(
        suite=suite.name,
        at=datetime(2026, 3, 2, tzinfo=UTC),
        prompts={},
        epochs=epochs,
        metrics=dict(suite.metrics),
        dataset=suite.dataset(cases),
        scorer=Mark(name=suite.name, hash=""),
        model=Mark(name=REHEARSAL, hash=""),
        attempts=first,
    )
    return run, run.model_copy(update={"attempts": second})


def main(repetitions: int) -> None:
    """Prints a line per setting: the share of comparisons that found a regression."""
    equal: dict[str, Pool] = {}
    with tempfile.TemporaryDirectory() as folder:
        for what, (id, name, metric, _) in BREAKS.items():
            suite = find(name)
            cases = [c for c in suite.cases() if c.given.get("agent", "copywriter") == "copywriter" and "variant" not in c.given]
            base = equal.setdefault(name, pooled(suite, cases, load(id), 0.0, 1)) if name not in equal else equal[name]
            for effect in (0.0, *EFFECTS):
                worse = pooled(suite, cases, broken(what, Path(folder)), effect, 2) if effect else None
                for epochs in EPOCHS:
                    draw = random.Random(f"{what} {effect} {epochs}")
                    pairs = (drawn(suite, cases, base, epochs, draw, apart=worse) for _ in range(repetitions))
                    found = [compare(*pair, seed=n) for n, pair in enumerate(pairs)]
                    right = sum(any(m.metric == metric and m.verdict == "regression" for m in c.metrics) for c in found)
                    share = sum(c.verdict == "regression" for c in found) / repetitions
                    told = line(
                        "evals.detected" if effect else "evals.false_alarm", share, "share", dropped=what, suite=name, cases=len(cases),
                        effect_points=round(100 * effect), epochs=epochs, repetitions=repetitions, right_metric=right / repetitions,
                        unsure=sum(c.verdict == "unsure" for c in found) / repetitions,
                    )  # fmt: skip
                    print(told, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
