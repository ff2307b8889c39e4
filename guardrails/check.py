"""Judges copy: every rule of `guardrails.rules` on every variant. Pure: the same variant, brand and guardrails give the same verdict.

Any block rejects; none, but something only a person or model can settle (severity `ask`), escalates; else the variant is approved. A
model's opinion comes in through `merge` and can only add.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from guardrails.rules import RULES, Copy
from journeyman.domain import Brand, Guardrails, Variant, Verdict, Violation


def check(variant: Variant, brand: Brand, guardrails: Guardrails | None = None) -> Verdict:
    """The verdict of code on one variant. Raises nothing that the variant's content could cause."""
    copy, unsure, found = Copy(variant, brand, guardrails), False, dict[Violation, None]()
    for rule in RULES.values():
        if variant.channel not in rule.channels:
            continue
        for hit in rule.test(copy):
            severity = hit.severity or rule.severity
            unsure |= severity == "ask"
            level = "block" if severity == "block" else "warn"
            found[Violation(rule=rule.id, severity=level, field=hit.field, span=hit.span, message=hit.message)] = None
    blocked = any(v.severity == "block" for v in found)
    ordered = sorted(found, key=lambda v: (v.severity != "block", v.rule))
    return Verdict(id=variant.id, verdict="reject" if blocked else "escalate" if unsure else "approve", violations=ordered)


def check_many(variants: Iterable[Variant], brand: Brand, guardrails: Guardrails | None = None) -> Iterator[Verdict]:
    """`check` for each, in order, as they come."""
    return (check(variant, brand, guardrails) for variant in variants)


def merge(verdict: Verdict, extra: Sequence[Violation], *, unsure: bool = False) -> Verdict:
    """The verdict with a model's violations and doubts added. It gets stricter or stays; nothing said here clears what code raised."""
    added = [v for v in extra if v not in verdict.violations]
    if any(v.severity == "block" for v in extra):
        said: Literal["approve", "reject", "escalate"] = "reject"
    else:
        said = "escalate" if unsure and verdict.verdict == "approve" else verdict.verdict
    return Verdict(id=verdict.id, verdict=said, violations=[*verdict.violations, *added])
