"""What a run is: every attempt at every case with its scores, and the marks that say what was measured by what. Plain JSON on disk.

A score is a number in [0, 1], more is better. A metric that does not apply to a case is absent from its attempts; an attempt that failed
has no scores and says why in `error`. Nothing here knows inspect_ai, a model or a suite.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from journeyman.domain import Record
from journeyman.errors import ContentError, RunError

LONGEST = 100_000
"""Characters of an output that are kept."""


class Case(Record):
    """One case: what is given and what is expected of it. Cases of one `cluster` are not independent (asked together, or variations of
    one theme) and are drawn together in statistics."""

    id: str = Field(min_length=1, max_length=120)
    cluster: str
    given: dict[str, Any]


class Mark(Record):
    """Something a run depends on, by name and hash (sha256, hex)."""

    name: str
    hash: str


class Attempt(Record):
    """One answer to one case. `output` is text or JSON as text; `notes` say where points were lost. Tokens, cost (US dollars, None:
    unknown) and seconds (waiting for the model) add up all requests made for it."""

    case: str
    epoch: int = Field(ge=1)
    scores: dict[str, float] = Field(default_factory=dict)
    output: str = ""
    notes: list[str] = Field(default_factory=list)
    error: str = ""
    calls: int = Field(default=0, ge=0)
    tokens_in: int = Field(default=0, ge=0)
    tokens_out: int = Field(default=0, ge=0)
    cost: float | None = 0.0
    seconds: float = Field(default=0.0, ge=0)


class Agreement(Record):
    """How far two readings of the same things agree: two judges, or one judge with the order swapped."""

    between: str
    things: int
    same: float
    kappa: float | None
    """Cohen's; None where there is nothing to agree on by chance (all readings equal)."""
    ac1: float
    """Gwet's, which stays meaningful when one answer prevails."""


class Run(Record):
    """A finished run. `prompts`: prompt id → version and hash, of what was in use; `dataset`, `scorer`, `judges`: what it was measured by;
    `clusters`: case → cluster where that is not the case itself; `breakdown`: further figures in rows of named numbers."""

    suite: str
    at: datetime
    model: Mark
    settings: dict[str, Any] = Field(default_factory=dict)
    prompts: dict[str, Mark]
    dataset: Mark
    scorer: Mark
    judges: list[Mark] = Field(default_factory=list)
    epochs: int = Field(ge=1)
    clusters: dict[str, str] = Field(default_factory=dict)
    metrics: dict[str, str]
    breakdown: dict[str, dict[str, float]] = Field(default_factory=dict)
    agreement: list[Agreement] = Field(default_factory=list)
    attempts: list[Attempt]

    @property
    def failed(self) -> list[Attempt]:
        """The attempts without an answer."""
        return [a for a in self.attempts if a.error]

    def by_case(self) -> dict[str, list[Attempt]]:
        """Attempts by case, epochs in order."""
        found: dict[str, list[Attempt]] = {}
        for attempt in sorted(self.attempts, key=lambda a: (a.case, a.epoch)):
            found.setdefault(attempt.case, []).append(attempt)
        return found

    def means(self) -> dict[str, float]:
        """Each metric's mean over the cases it applies to, epochs averaged first; what failed counts as 0 where the case is known to be
        one the metric applies to."""
        table = case_scores(self)
        return {m: sum(by.values()) / len(by) for m in self.metrics if (by := table.get(m))}

    @property
    def spent(self) -> Mapping[str, float | None]:
        """Calls, tokens, cost (None: not all prices are known) and seconds of the whole run."""
        costs = [a.cost for a in self.attempts]
        return {
            "calls": sum(a.calls for a in self.attempts),
            "tokens_in": sum(a.tokens_in for a in self.attempts),
            "tokens_out": sum(a.tokens_out for a in self.attempts),
            "cost": None if None in costs else sum(c or 0.0 for c in costs),
            "seconds": sum(a.seconds for a in self.attempts),
        }


def case_scores(run: Run, also: Mapping[str, set[str]] | None = None) -> dict[str, dict[str, float]]:
    """metric → case → score, epochs averaged. A failed or missing attempt counts as 0 in every metric that applies to its case: those
    scored in another epoch, or named for it in `also` (metric → cases, from the run compared with); all of them where none is known."""
    applies: dict[str, set[str]] = {m: set(cases) for m, cases in (also or {}).items()}
    for attempt in run.attempts:
        for metric in attempt.scores:
            applies.setdefault(metric, set()).add(attempt.case)
    known = set().union(*applies.values()) if applies else set()
    by_case, table = run.by_case(), dict[str, dict[str, float]]()
    for case in sorted(by_case.keys() | known):
        tries = by_case.get(case, [])
        for metric in run.metrics:
            if case in applies.get(metric, ()) or (case not in known):
                table.setdefault(metric, {})[case] = sum(a.scores.get(metric, 0.0) for a in tries) / max(run.epochs, len(tries))
    return table


def digest(value: Any) -> str:
    """sha256 of a JSON value, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()


def save(run: Run, file: Path) -> None:
    """Writes a run: one JSON document with an attempt a line, so that a diff of two reads well."""
    head = run.model_dump(mode="json", exclude={"attempts"})
    lines = ",\n".join(
        json.dumps(a.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False, sort_keys=True)
        for a in sorted(run.attempts, key=lambda a: (a.case, a.epoch))
    )
    body = json.dumps(head, ensure_ascii=False, indent=1)[:-2]
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".part")
    fresh.write_text(f'{body},\n "attempts": [\n{lines}\n]}}\n', encoding="utf-8")
    fresh.replace(file)


def read(file: Path) -> Run:
    """Reads a run. Raises RunError when there is none or it is not one."""
    try:
        return Run.model_validate_json(file.read_text(encoding="utf-8"))
    except OSError as problem:
        raise RunError(f"There is no run at {file}.", remedy="See the runs there are with `journeyman eval report`.") from problem
    except ValidationError as problem:
        told = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in problem.errors(include_input=False)[:3])
        raise RunError(f"{file} is no run: {told}.", remedy="Make it again with `journeyman eval run SUITE`.") from problem


def read_lines(files: Sequence[Path]) -> list[tuple[str, dict[str, Any]]]:
    """The JSON objects of *.jsonl files with where each stands. Raises ContentError naming file and line."""
    found: list[tuple[str, dict[str, Any]]] = []
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            try:
                value = json.loads(line)
                if not isinstance(value, dict):
                    raise ValueError("it is not an object")
            except ValueError as problem:
                raise ContentError(f"{file.name}:{number} is no case: {problem}.", remedy="A line is one JSON object.") from problem
            found.append((f"{file.name}:{number}", value))
    return found
