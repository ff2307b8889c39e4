"""Models as judges. A rubric is a file (`rubrics/ID.j2`): it is rendered, asked and validated like any prompt, and its hash marks the run.

`Panel` grades single outputs: every judge gives 1 to 5 by every rubric, and two judges' grades say how far they agree. `prefer` compares
two outputs of one case twice, the second time with the places swapped: a judge who then changes its mind prefers neither, and how often
that happens is reported. A judge sees outputs as quoted data and never learns which is which.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from evals.agreement import agreement
from evals.records import Agreement, Case, Mark, Run, digest
from evals.subject import Subject, epoch
from prompts import load

RUBRICS = Path(__file__).parent / "rubrics"
GOOD = 4
"""The least grade that means good; judges agree or not on this side of it."""
PREFERENCE = "preference"
Choice = Literal["base", "candidate", "neither"]


class Grade(BaseModel):
    """The reply to a grading rubric. The reason comes first: a grade that follows it is better considered."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=600)
    grade: int = Field(ge=1, le=5)


class Preference(BaseModel):
    """The reply to the pairwise rubric."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=600)
    better: Literal["first", "second", "neither"]


@dataclass
class Judge:
    """A model that judges."""

    subject: Subject

    def __post_init__(self) -> None:
        self.subject.prompts = {file.stem: load(file.stem, RUBRICS) for file in sorted(RUBRICS.glob("*.j2"))}

    async def grade(self, rubric: str, case: Case, output: Any) -> int:
        """1 to 5. Raises ModelError."""
        return (await self.subject.door.ask(rubric, Grade, given=case.given, output=output)).value.grade

    async def prefer(self, case: Case, base: Any, candidate: Any) -> tuple[Choice, Choice]:
        """Which of two outputs is better, asked with base first and with candidate first. Raises ModelError."""
        once = (await self.subject.door.ask(PREFERENCE, Preference, given=case.given, first=base, second=candidate)).value.better
        again = (await self.subject.door.ask(PREFERENCE, Preference, given=case.given, first=candidate, second=base)).value.better
        forth: dict[str, Choice] = {"first": "base", "second": "candidate", "neither": "neither"}
        back: dict[str, Choice] = {"first": "candidate", "second": "base", "neither": "neither"}
        return forth[once], back[again]

    def mark(self, rubrics: Sequence[str]) -> Mark:
        """The judge by name and hash: its model, settings and the rubrics it is asked."""
        asked = {id: self.subject.prompt(id).hash for id in rubrics}
        return Mark(name=self.subject.model, hash=digest([self.subject.model, dict(self.subject.settings), asked]))


@dataclass
class Panel:
    """Judges who grade every output by every rubric of its suite."""

    judges: Sequence[Judge]
    rubrics: Sequence[str]
    _given: dict[tuple[str, str, int], dict[int, int]] = field(default_factory=dict, init=False)

    async def grade(self, case: Case, output: Any) -> dict[str, float]:
        """`judged_RUBRIC` → the judges' mean grade, 1 as 0.0 and 5 as 1.0. Raises ModelError."""
        scores = {}
        for rubric in self.rubrics:
            grades = {at: await judge.grade(rubric, case, output) for at, judge in enumerate(self.judges)}
            self._given[rubric, case.id, epoch()] = grades
            scores[f"judged_{rubric}"] = (sum(grades.values()) / len(grades) - 1) / 4
        return scores

    def metrics(self) -> dict[str, str]:
        """What the judged metrics mean."""
        names = ", ".join(j.subject.model for j in self.judges)
        return {f"judged_{rubric}": f"grade for {rubric} by {names}" for rubric in self.rubrics}

    def marks(self) -> list[Mark]:
        """The judges' marks, in order."""
        return [judge.mark(self.rubrics) for judge in self.judges]

    def agreement(self) -> list[Agreement]:
        """For each rubric and two judges: how far they agree on what is good."""
        found = []
        for rubric in self.rubrics:
            grades = [g for (name, _, _), g in sorted(self._given.items()) if name == rubric]
            for one, other in combinations(range(len(self.judges)), 2):
                names = f"{rubric}: {self.judges[one].subject.model} and {self.judges[other].subject.model}"
                found.append(agreement(names, [(g[one] >= GOOD, g[other] >= GOOD) for g in grades]))
        return found


async def pairwise(judge: Judge, cases: Mapping[str, Case], base: Run, candidate: Run) -> tuple[dict[str, float], Agreement]:
    """The judge's preference by case, from -1 (base in both orders) to 1 (candidate in both), over the first epochs' outputs where both
    answered; and how far the two orders agree. Equal outputs are not asked about: neither is preferred. Raises ModelError."""
    before, after = ({a.case: a for a in run.attempts if a.epoch == 1 and not a.error} for run in (base, candidate))
    both = [case for case in sorted(before.keys() & after.keys()) if case in cases]
    asked = [case for case in both if before[case].output != after[case].output]
    said = await asyncio.gather(*(judge.prefer(cases[c], before[c].output, after[c].output) for c in asked))
    worth = {"candidate": 1.0, "neither": 0.0, "base": -1.0}
    found = dict.fromkeys(both, 0.0) | {c: (worth[one] + worth[other]) / 2 for c, (one, other) in zip(asked, said, strict=True)}
    return found, agreement(f"{judge.subject.model} with places swapped", said)
