"""A line of a file with its verdict: what every format tells. A line that is no variant is rejected under the rule X00."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from guardrails.check import Finding, conclude, findings
from guardrails.lines import Line
from guardrails.rules.base import Severity
from journeyman.domain import Brand, Guardrails, Variant, Verdict, Violation
from journeyman.errors import ContentError

NO_VARIANT = "X00"
NO_VARIANT_SAYS = "Every line is one variant, with an id of its own."
COMES_TO: dict[Severity, str] = {"block": "reject", "ask": "escalate", "warn": "approve"}
"""The verdict a finding leads to by itself."""


@dataclass(frozen=True)
class Judged:
    """A line, its verdict, and the findings as the rules meant them. `problem` says why there is no `variant`."""

    line: int
    raw: str
    """The line as it stands in the file, without byte order mark and line break."""
    variant: Variant | None
    verdict: Verdict
    findings: tuple[Finding, ...]
    problem: ContentError | None = None


def judge(lines: Iterable[Line], brand: Brand, guardrails: Guardrails | None) -> Iterator[Judged]:
    """Every line judged, in order, as it comes."""
    for number, raw, read in lines:
        text = raw.decode("utf-8-sig", "replace").rstrip("\r\n")
        if isinstance(read, ContentError):
            found: tuple[Finding, ...] = ((Violation(rule=NO_VARIANT, severity="block", field="line", message=str(read)), "block"),)
            yield Judged(number, text, None, conclude(_id(text, number), found), found, read)
        else:
            found = tuple(findings(read, brand, guardrails))
            yield Judged(number, text, read, conclude(read.id, found), found)


def told(judged: Judged, violation: Violation, file: Path) -> str:
    """A violation's message without the file and line that a format tells in its own way."""
    return violation.message.removeprefix(f"{file}:{judged.line}: ")


def _id(text: str, number: int) -> str:
    """The id a broken line gives itself, or `line-N`."""
    try:
        own = json.loads(text).get("id")
    except (ValueError, AttributeError, RecursionError):
        own = None
    if not isinstance(own, str | int) or not str(own):
        return f"line-{number}"
    return str(own)[:128].encode("utf-8", "replace").decode()
