"""Judges copy: every rule of `guardrails.rules` on every variant. Pure: the same variant, brand and guardrails give the same verdict.

Any block rejects; none, but something only a person or model can settle (severity `ask`), escalates; else the variant is approved. A
model's opinion comes in through `merge` and can only add.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

from guardrails.rules import RULES, Copy
from guardrails.rules.base import Severity
from journeyman.domain import Brand, Guardrails, Variant, Verdict, Violation

Finding = tuple[Violation, Severity]
"""A violation, and how the rule meant it. The violation itself says `warn` of both `warn` and `ask` (a person or model must settle it)."""

_FIELDS = tuple(Violation.model_fields)
"""rule, severity, field, span, message: all of a violation, and what two that are the same have in common."""


def check(variant: Variant, brand: Brand, guardrails: Guardrails | None = None) -> Verdict:
    """The verdict of code on one variant. Raises nothing that the variant's content could cause."""
    return conclude(variant.id, findings(variant, brand, guardrails))


def findings(variant: Variant, brand: Brand, guardrails: Guardrails | None = None) -> Iterator[Finding]:
    """Every violation once, what blocks first and then by rule; where a rule says the same twice, its stricter meaning."""
    copy, found = Copy(variant, brand, guardrails), dict[tuple[Any, ...], Severity]()
    channel, near = variant.channel, copy.near
    for rule in RULES.values():
        if channel not in rule.channels or (rule.phrases and near.isdisjoint(rule.phrases)):
            continue
        for hit in rule.test(copy):
            severity = hit.severity or rule.severity
            said = (rule.id, "block" if severity == "block" else "warn", hit.field, hit.span, hit.message)
            if found.get(said) != "ask":
                found[said] = severity
    for said, severity in sorted(found.items(), key=lambda f: (f[0][1] != "block", f[0][0])):
        yield Violation.trusted(dict(zip(_FIELDS, said, strict=True))), severity


def conclude(id: str, found: Iterable[Finding]) -> Verdict:
    """What findings come to: any block rejects, else anything asked escalates, else approved."""
    told = list(found)
    meant = {severity for _, severity in told}
    said: Literal["approve", "reject", "escalate"] = "reject" if "block" in meant else "escalate" if "ask" in meant else "approve"
    return Verdict.trusted({"id": id, "verdict": said, "violations": [v for v, _ in told]})


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
