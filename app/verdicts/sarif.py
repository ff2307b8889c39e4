"""Verdicts as one SARIF 2.1.0 document on stdout, as GitHub code scanning and editors show it. Nothing in it depends on time or machine.

A rule that blocks is an error, one that asks a warning (its results carry `verdict: escalate`), advice a note. A result points at the
words within the line of the file; its fingerprint stays the same when lines move.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from app.verdicts.judged import COMES_TO, NO_VARIANT, NO_VARIANT_SAYS, Judged, told
from app.verdicts.places import strings, within
from app.verdicts.visible import visible
from guardrails.rules import RULES

if TYPE_CHECKING:
    from guardrails.rules import Rule
    from guardrails.rules.base import Severity
    from journeyman.domain import Violation

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS: dict[Severity, str] = {"block": "error", "ask": "warning", "warn": "note"}
GITHUB: dict[Severity, str] = {"block": "error", "ask": "warning", "warn": "recommendation"}
"""What code scanning calls the severity of a rule."""
LONGEST_SNIPPET = 1000


def write(judged: Iterable[Judged], file: Path) -> None:
    """The document, on stdout."""
    sys.stdout.write(json.dumps(document(judged, file), indent=1) + "\n")
    sys.stdout.flush()


def document(judged: Iterable[Judged], file: Path) -> dict[str, Any]:
    """The SARIF log of one run over one file."""
    from importlib.metadata import version

    order = [NO_VARIANT, *sorted(RULES)]
    index = {id: place for place, id in enumerate(order)}
    uri, seen = address(file), Counter[str]()
    results = [
        _result(one, violation, severity, index, uri, file, seen, spots)
        for one in judged
        for spots in [strings(one.raw) if one.variant and one.findings else {}]
        for violation, severity in one.findings
    ]
    driver = {
        "name": "journeyman",
        "version": version("journeyman"),
        "rules": [_descriptor(RULES[id]) if id in RULES else _no_variant() for id in order],
    }
    run = {"tool": {"driver": driver}, "columnKind": "utf16CodeUnits", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def address(file: Path) -> str:
    """The file as a URI: relative to the current folder, or whole where it lies elsewhere."""
    whole = Path(os.path.abspath(file))  # noqa: PTH100  (a link keeps its own name)
    here = Path.cwd()
    if whole.is_relative_to(here):
        return quote(os.fsencode(whole.relative_to(here).as_posix()))
    return whole.as_uri()


def _descriptor(rule: Rule) -> dict[str, Any]:
    import inspect

    from guardrails.handbook import entry

    note = " ".join((inspect.getdoc(rule.test) or "").split())
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.says},
        "fullDescription": {"text": f"{rule.says} {note}".strip()[:1000]},
        "help": {"text": f"{rule.says} {note}".strip() + f"\nSource: {rule.source}", "markdown": entry(rule)},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {"tags": ["copy", *rule.channels], "problem.severity": GITHUB[rule.severity], "source": rule.source},
    }


def _no_variant() -> dict[str, Any]:
    remedy = "A line is a JSON object with at least `id`, `channel` and `body`."
    return {
        "id": NO_VARIANT,
        "shortDescription": {"text": NO_VARIANT_SAYS},
        "fullDescription": {"text": f"{NO_VARIANT_SAYS} {remedy}"},
        "help": {"text": f"{NO_VARIANT_SAYS} {remedy}", "markdown": f"{NO_VARIANT_SAYS} {remedy}"},
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["copy"], "problem.severity": "error"},
    }


def _result(
    one: Judged,
    violation: Violation,
    severity: Severity,
    index: dict[str, int],
    uri: str,
    file: Path,
    seen: Counter[str],
    spots: dict[str, tuple[int, int]],
) -> dict[str, Any]:
    id, field = one.verdict.id, violation.field
    text = visible(f"{id}, {field}: {told(one, violation, file)}")
    start, end = _stretch(one, violation, spots)
    region: dict[str, Any] = {
        "startLine": one.line,
        "startColumn": _column(one.raw, start),
        "endLine": one.line,
        "endColumn": _column(one.raw, end),
    }
    if end - start <= LONGEST_SNIPPET:
        region["snippet"] = {"text": one.raw[start:end]}
    return {
        "ruleId": violation.rule,
        "ruleIndex": index[violation.rule],
        "level": LEVELS[severity],
        "message": {"text": _no_link(text)},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": uri}, "region": region},
                "logicalLocations": [{"name": field, "fullyQualifiedName": f"{id}/{field}", "kind": "property"}],
            }
        ],
        "partialFingerprints": {"journeymanFinding/v1": _fingerprint(one, violation, seen)},
        "properties": {"verdict": COMES_TO[severity], "variant": id, "field": field},
    }


def _stretch(one: Judged, violation: Violation, spots: dict[str, tuple[int, int]]) -> tuple[int, int]:
    """[start, end) of the raw line: the words, else the field, else the whole line. Never empty unless the line is."""
    spot = spots.get(violation.field)
    if spot is None:
        return (0, len(one.raw))
    words = within(one.raw, *spot, violation.span) if violation.span else None
    if words and words[0] < words[1]:
        return words
    return spot if spot[0] < spot[1] else (spot[0] - 1, spot[1] + 1)


def _column(raw: str, at: int) -> int:
    """The column of a character, from 1, in UTF-16 code units."""
    return 1 + at + sum(c > "\uffff" for c in raw[:at])


def _fingerprint(one: Judged, violation: Violation, seen: Counter[str]) -> str:
    """The same for the same variant, rule, field and words, wherever the line stands; the n-th of its like carries its number."""
    words = (one.variant.texts() if one.variant else {}).get(violation.field, "")
    words = words[slice(*violation.span)] if violation.span else ""
    made = "\0".join((one.verdict.id, violation.rule, violation.field, words))
    digest = hashlib.sha256(made.encode("utf-8", "replace")).hexdigest()[:32]
    seen[digest] += 1
    return f"{digest}:{seen[digest]}"


def _no_link(text: str) -> str:
    """Square brackets that would make a link of copy are taken as they are written."""
    return re.sub(r"[\[\]]", r"\\\g<0>", text) if re.search(r"\]\s*\(", text) else text
