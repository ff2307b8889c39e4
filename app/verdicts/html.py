"""Verdicts as one HTML page on stdout: opens with no network and no script, a hundred variants a page, each as a customer would see it.

Copy is hostile data: all of it is escaped, no address in it becomes a link, and characters that act unseen are written out.
"""

from __future__ import annotations

import os
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.report.page import words
from app.verdicts.judged import NO_VARIANT_SAYS, Judged, told
from app.verdicts.marks import Field, refs, shown, source
from guardrails.rules import RULES, Copy

if TYPE_CHECKING:
    from markupsafe import Markup

    from guardrails.rules.base import Severity
    from journeyman.domain import Brand, Guardrails

PER_PAGE = 100
LINKED = 100
"""Variants a rule's list links to; the rest are counted."""
LONGEST_LINE = 400
"""Characters of a line that is no variant which are shown."""
VERDICTS = {"reject": "Rejected", "escalate": "Escalated", "approve": "Approved"}
MEANT: dict[Severity, str] = {"block": "Blocks", "ask": "A person must settle it", "warn": "Advice"}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


@dataclass(frozen=True)
class Remark:
    """A finding below a variant. `words` is the template's source around the words, where the copy as shown does not hold them."""

    number: int
    rule: str
    severity: Severity
    field: str
    message: str
    words: Markup | None


@dataclass(frozen=True)
class Card:
    """A variant as it is shown, or a line that is none (`raw`)."""

    place: int
    line: int
    id: str
    verdict: str
    facts: list[str]
    channel: str
    language: str
    fields: dict[str, Field]
    remarks: list[Remark]
    raw: str = ""


@dataclass
class RuleCount:
    """How often a rule spoke, by what it meant, and of which variants (place, id)."""

    id: str
    says: str
    source: str
    meant: Counter[str] = field(default_factory=Counter)
    cards: dict[int, str] = field(default_factory=dict)


def write(judged: Iterable[Judged], file: Path, brand: Brand, guardrails: Guardrails | None) -> None:
    """The page, on stdout. In ASCII, so that no terminal or shell can spoil it."""
    text = page(judged, file, brand, guardrails)
    sys.stdout.write(text.encode("ascii", "xmlcharrefreplace").decode("ascii"))
    sys.stdout.flush()


def page(judged: Iterable[Judged], file: Path, brand: Brand, guardrails: Guardrails | None) -> str:
    """The whole page as text."""
    cards = [_card(place, one, file, brand, guardrails) for place, one in enumerate(judged, 1)]
    env = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    env.filters |= {"words": words, "shown": shown}
    env.globals |= {"refs": refs, "verdict_names": VERDICTS, "meant_names": MEANT, "linked": LINKED}
    return env.get_template("page.html.j2").render(
        name=os.fsencode(file.name).decode("utf-8", "replace"),
        brand=brand.name,
        pages=[cards[at : at + PER_PAGE] for at in range(0, len(cards), PER_PAGE)],
        total=len(cards),
        counts=Counter(card.verdict for card in cards),
        broken=sum(not card.channel for card in cards),
        rules=_by_rule(cards),
    )


def _by_rule(cards: Iterable[Card]) -> list[RuleCount]:
    """The rules that spoke: first those that blocked most, then those that asked, then advice."""
    counts: defaultdict[str, RuleCount] = defaultdict(lambda: RuleCount("", "", ""))
    for card in cards:
        for remark in card.remarks:
            if remark.rule not in counts:
                rule = RULES.get(remark.rule)
                counts[remark.rule] = RuleCount(remark.rule, rule.says if rule else NO_VARIANT_SAYS, rule.source if rule else "")
            counts[remark.rule].meant[remark.severity] += 1
            counts[remark.rule].cards[card.place] = card.id
    return sorted(counts.values(), key=lambda r: (-r.meant["block"], -r.meant["ask"], -r.meant["warn"], r.id))


def _card(place: int, one: Judged, file: Path, brand: Brand, guardrails: Guardrails | None) -> Card:
    variant = one.variant
    fields: dict[str, Field] = {}
    if variant is not None:
        values = Copy(variant, brand, guardrails).values
        for name, text in variant.texts().items():
            spans = [(n, v.span, s) for n, (v, s) in enumerate(one.findings, 1) if v.field == name]
            fields[name] = Field.of(text, values, spans)
    remarks = [
        Remark(n, v.rule, s, v.field, told(one, v, file), _words(fields.get(v.field), one, n)) for n, (v, s) in enumerate(one.findings, 1)
    ]
    raw = one.raw[:LONGEST_LINE] + ("…" if len(one.raw) > LONGEST_LINE else "")
    language = variant.language if variant and _LANGUAGE.fullmatch(variant.language) else ""
    return Card(
        place,
        one.line,
        one.verdict.id,
        one.verdict.verdict,
        list(_facts(one)),
        variant.channel if variant else "",
        language,
        fields,
        remarks,
        raw if variant is None else "",
    )


def _words(where: Field | None, one: Judged, number: int) -> Markup | None:
    violation, severity = one.findings[number - 1]
    if where is None or violation.span is None or number in where.seen or one.variant is None:
        return None
    return source(one.variant.texts()[violation.field], violation.span, severity)


def _facts(one: Judged) -> Iterator[str]:
    """What the variant says of itself, in words."""
    variant = one.variant
    if variant is None:
        return
    yield from (words(text) for text in (variant.theme, variant.tone, variant.product or "") if text)
    if variant.incentive:
        yield words(variant.incentive.key)
    if variant.topic != "marketing":
        yield words(variant.topic)
    if variant.regulated != "none":
        yield words(variant.regulated)
