"""What a suite is: cases, the agent that answers them, and a scorer. One suite a file in `evals/tasks/`, found by its name."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

from evals.records import Attempt, Case, Mark, digest
from evals.subject import Subject
from journeyman.errors import RunError

NAMES = ("planner", "copywriter", "reviewer", "analyst", "injection", "end_to_end")
"""The suites, and for each a module of `evals.tasks` with a `SUITE`."""
FOLDER = Path(__file__).parent / "suites"
Scores = dict[str, float]


@dataclass(frozen=True)
class Suite:
    """`answer` makes an output (JSON) of a case; `score` is a plain function of case and output to metrics in [0, 1], more is better, with
    notes on what lost points. `prompts`: the prompts its answers come of, which a run of it vouches for. `bars`: what the offline experts
    must reach. `breakdown`: further figures over all attempts. `rubrics`: what a judge may be asked about an output."""

    name: str
    says: str
    prompts: tuple[str, ...]
    metrics: Mapping[str, str]
    read: Callable[[], list[Case]]
    answer: Callable[[Case, Subject], Awaitable[Any]]
    score: Callable[[Case, Any], tuple[Scores, list[str]]]
    bars: Mapping[str, float]
    breakdown: Callable[[Sequence[tuple[Case, Attempt]]], dict[str, dict[str, float]]] = lambda _pairs: {}
    rubrics: tuple[str, ...] = ()

    def cases(self) -> list[Case]:
        """The cases by id. Raises ContentError for a malformed line, RunError where two have one id."""
        found = sorted(self.read(), key=lambda c: c.id)
        if len({c.id for c in found}) < len(found):
            twice = next(a.id for a, b in pairwise(found) if a.id == b.id)
            raise RunError(f"Two cases of the suite {self.name} are called {twice}.", remedy="Give every case an id of its own.")
        return found

    def dataset(self, cases: Sequence[Case]) -> Mark:
        """The mark of exactly these cases; layout and order of their files do not matter."""
        return Mark(name=f"{len(cases)} cases", hash=digest([c.model_dump(mode="json") for c in cases]))

    def scorer(self) -> Mark:
        """The mark of the code that scores."""
        return Mark(name=self.name, hash=digest(inspect.getsource(import_module(f"evals.scorers.{self.name}"))))


def find(name: str) -> Suite:
    """The suite of this name (`end-to-end` and `end_to_end` are one). Raises RunError naming those there are."""
    module = name.replace("-", "_")
    if module not in NAMES:
        raise RunError(f"There is no suite {name}.", remedy=f"There are {', '.join(NAMES)} and guardrails.")
    suite: Suite = import_module(f"evals.tasks.{module}").SUITE
    return suite
