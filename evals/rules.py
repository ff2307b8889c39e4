"""The rules against labelled copy: how much of what is wrong each rule finds (recall), and how much of what it finds is wrong (precision).

A suite is a folder of `NAME.jsonl` with a `NAME.yaml` beside it. A line is a variant with `expect`, the ids of all rules it breaks, and
perhaps a `note`; the YAML file holds the brand it is judged by. Code alone decides, so the same lines always give the same scores.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, ValidationError, computed_field

from guardrails.check import check
from guardrails.rules import RULES
from journeyman.domain import Brand, Record, Variant, Verdict
from journeyman.errors import ContentError

SUITE = Path(__file__).parent / "suites" / "guardrails"
PRECISION = 0.97
"""Least share of all findings that must be right."""
FLOOR = {"block": 1.0, "ask": 0.95, "warn": 0.95}
"""Least recall of a rule by its severity: what blocks must find all there is."""


class Case(Record):
    """A labelled line: a variant, its brand, the rules it breaks."""

    variant: Variant
    brand: Brand
    expect: frozenset[str]
    note: str = ""
    where: str
    """File and line, for people."""


class Score(Record):
    """What a rule found. `expected`: lines that break it; `found`: those of them it raised; `false`: other lines it raised."""

    rule: str
    severity: Literal["block", "ask", "warn"]
    expected: int = Field(ge=0)
    found: int = Field(ge=0)
    false: int = Field(ge=0)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def recall(self) -> float | None:
        """None where no line breaks the rule."""
        return self.found / self.expected if self.expected else None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def precision(self) -> float | None:
        """None where nothing was raised."""
        raised = self.found + self.false
        return self.found / raised if raised else None

    @property
    def low(self) -> bool:
        """Whether the rule finds less than its severity asks for."""
        return self.recall is not None and self.recall < FLOOR[self.severity]


class Mistake(Record):
    """A line that a rule judged otherwise than its label."""

    rule: str
    kind: Literal["missed", "false"]
    where: str
    text: str
    message: str = ""


class Result(Record):
    """Scores by rule and over all, with every mistake."""

    cases: int
    precision: float
    recall: float
    scores: list[Score]
    mistakes: list[Mistake]

    @property
    def good(self) -> bool:
        """Whether the suite holds its bars: precision over all, recall of every rule."""
        return self.precision >= PRECISION and not any(score.low for score in self.scores)


def cases(folder: Path = SUITE) -> list[Case]:
    """The labelled lines of a suite. Raises ContentError naming the file and line that is wrong."""
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise ContentError(f"There are no labelled lines in {folder}.", remedy="It needs NAME.jsonl files with a NAME.yaml beside each.")
    return [case for file in files for case in _read(file)]


def _read(file: Path) -> Iterator[Case]:
    brand = _brand(file.with_suffix(".yaml"))
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        where = f"{file.name}:{number}"
        try:
            fields = json.loads(line)
            expect, note = frozenset(fields.pop("expect")), fields.pop("note", "")
            case = Case(variant=Variant.model_validate(fields), brand=brand, expect=expect, note=note, where=where)
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            told = " ".join(str(problem).split())
            raise ContentError(f"{where} is no labelled variant: {told}.", remedy="A line is a variant with `expect`.") from problem
        if unknown := expect - RULES.keys():
            raise ContentError(f"{where} expects unknown rules: {', '.join(sorted(unknown))}.", remedy="Use ids of docs/guardrails.md.")
        yield case


def _brand(file: Path) -> Brand:
    try:
        return Brand.model_validate(yaml.safe_load(file.read_text(encoding="utf-8"))["brand"])
    except (OSError, yaml.YAMLError, ValidationError, KeyError, TypeError) as problem:
        told = " ".join(str(problem).split())
        raise ContentError(f"{file} describes no brand: {told}.", remedy="It needs a `brand` with a name.") from problem


def run(labelled: Sequence[Case]) -> Result:
    """Judges every line and compares with its label."""
    verdicts = [(case, check(case.variant, case.brand)) for case in labelled]
    raised = [(case, {v.rule for v in verdict.violations}) for case, verdict in verdicts]
    scores = [
        Score(
            rule=rule.id,
            severity=rule.severity,
            expected=sum(rule.id in case.expect for case, _ in raised),
            found=sum(rule.id in case.expect & said for case, said in raised),
            false=sum(rule.id in said - case.expect for case, said in raised),
        )
        for rule in sorted(RULES.values(), key=lambda r: r.id)
    ]
    found, false, expected = (sum(getattr(s, name) for s in scores) for name in ("found", "false", "expected"))
    return Result(
        cases=len(labelled),
        precision=found / max(1, found + false),
        recall=found / max(1, expected),
        scores=scores,
        mistakes=[mistake for case, verdict in verdicts for mistake in _mistakes(case, verdict)],
    )


def _mistakes(case: Case, verdict: Verdict) -> Iterator[Mistake]:
    text = " | ".join(case.variant.texts().values())
    said = {v.rule: v.message for v in verdict.violations}
    for rule in sorted(case.expect - said.keys()):
        yield Mistake(rule=rule, kind="missed", where=case.where, text=text)
    for rule in sorted(said.keys() - case.expect):
        yield Mistake(rule=rule, kind="false", where=case.where, text=text, message=said[rule])
