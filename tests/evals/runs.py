"""Runs made by hand, for tests of what is done with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from evals.records import Attempt, Mark, Run

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def run(scores: Mapping[str, Sequence[float | None]], *, epochs: int = 1, output: str = "said", **changes: Any) -> Run:
    """A run of cases c000, c001 …: a list of scores per metric, case by case and epoch by epoch; None: the metric does not apply."""
    n = len(next(iter(scores.values())))
    attempts = [
        Attempt(
            case=f"c{i // epochs:03d}",
            epoch=i % epochs + 1,
            scores={m: v for m, values in scores.items() if (v := values[i]) is not None},
            output=f"{output} {i} {[values[i] for values in scores.values()]}",
        )
        for i in range(n)
    ]
    base: dict[str, Any] = {
        "suite": "planner",
        "at": AT,
        "model": Mark(name="openai:test", hash="m"),
        "prompts": {"plan": Mark(name="plan@1", hash="p")},
        "dataset": Mark(name=f"{n // epochs} cases", hash="d"),
        "scorer": Mark(name="planner", hash="s"),
        "epochs": epochs,
        "metrics": {m: f"what {m} counts" for m in scores},
        "attempts": attempts,
    }
    return Run(**(base | changes))


def failing(whole: Run, cases: set[str], error: str = "ModelUnavailable: it is down") -> Run:
    """The run with these cases failed."""
    return whole.model_copy(
        update={"attempts": [a if a.case not in cases else Attempt(case=a.case, epoch=a.epoch, error=error) for a in whole.attempts]}
    )
