"""What a rule is: a pure function from a copy to hits, registered under its id with its severity, source and two examples.

    @rule("S06", "Links are spelled out.", channels=["sms"], severity="block", source="carriers",
          passes={"body": "Acme: see https://acme.com"}, fails={"body": "Acme: see https://bit.ly/x"})
    def no_shorteners(copy: Copy) -> Iterator[Hit]:
        ...
        yield copy.hit(field, view, start, end, "Use your own domain instead of bit.ly.")

`passes` and `fails` are given in the shape of a variant line (id and the rule's first channel are filled in) and tried by one generic test.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple

from guardrails.fold import fold
from guardrails.phrases import Phrases, near
from guardrails.template import LONGEST_NAME, UNSUBSCRIBE, View, views
from journeyman.domain import CHANNELS, Brand, Channel, Guardrails, Variant

Severity = Literal["block", "warn", "ask"]
"""`ask`: code is not sure; it warns, and the verdict escalates to a person or model."""


class Hit(NamedTuple):
    """A broken rule, before it carries the rule's id. `severity` None: the rule's own."""

    field: str
    span: tuple[int, int] | None
    message: str
    severity: Severity | None = None


Views = list[tuple[str, View]]
"""(field, view), in reading order."""


class Copy:
    """A variant with what it is judged by, and the ways its texts read. A brand without a name is an unknown brand.

    `values`: fallbacks, what a customer about whom nothing is known would read. `texts`: field → template source. Of every way every field
    reads with the fallbacks, `seen` holds the text as it is; `plain` the same without disguises: wide, styled, accented and invisible
    characters made plain; `prose` is `plain` without the address a button leads to, and with links blanked: what a customer reads.
    """

    def __init__(self, variant: Variant, brand: Brand, guardrails: Guardrails | None = None) -> None:
        self.variant, self.brand, self.guardrails = variant, brand, guardrails
        self.values = fallbacks(brand)
        self.texts = variant.texts()
        self.seen: Views = [(name, view) for name, text in self.texts.items() for view in views(text, self.values)]
        self.plain: Views = [(name, fold(view)) for name, view in self.seen]
        self.prose: Views = [(name, _unlinked(view)) for name, view in self.plain if name != "cta.url"]

    @cached_property
    def near(self) -> frozenset[Phrases]:
        """The patterns that may match somewhere in the copy: a quick look, which overlooks none that does."""
        return near("\n".join({view.text for _, view in (*self.seen, *self.plain, *self.prose)}))

    def matches(self, *patterns: Phrases, views: Views | None = None) -> Iterator[tuple[str, View, re.Match[str]]]:
        """(field, view, match) wherever a pattern matches in the prose (or the views given): field by field, then pattern by pattern."""
        if likely := [pattern for pattern in patterns if pattern in self.near]:
            for field, view in self.prose if views is None else views:
                for pattern in likely:
                    for match in pattern.pattern.finditer(view.text):
                        yield field, view, match

    def longest(self, *fields: str) -> Views:
        """(field, view) for every way these fields read, with long realistic values of the customer's variables."""
        return [(name, view) for name in fields if name in self.texts for view in self._longest(self.texts[name])]

    def _longest(self, text: str) -> tuple[View, ...]:
        if "{" not in text:
            return views(text, {})
        own = {"first_name", *self.brand.variables} - {"brand_name", "postal_address", "unsubscribe_url"}
        return views(text, self.values | {name: max(self.brand.variables.get(name, ""), LONGEST_NAME, key=len) for name in own})

    def hit(self, field: str, view: View, start: int, end: int, message: str, severity: Severity | None = None) -> Hit:
        """A hit on [start, end) of a view, told in the source's positions."""
        return Hit(field, view.source(start, end), message, severity)


def fallbacks(brand: Brand) -> dict[str, str]:
    """Variable → what a customer about whom nothing is known would read."""
    known = {name: value for name, value in brand.variables.items() if value.strip()}
    always = {"brand_name": brand.name or "Our shop", "postal_address": brand.postal_address or "1 Main Street, Springfield"}
    return known | always | {"unsubscribe_url": UNSUBSCRIBE}


_LINK = re.compile(r"(?:\b[a-z][a-z0-9+.-]*://|\bwww\.)\S+", re.I)


def _unlinked(view: View) -> View:
    """The view with its links blanked; itself where it has none."""
    if "://" not in view.text and "www." not in view.text.lower():
        return view
    return view.reading(_LINK.sub(_blank, view.text))


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


Test = Callable[[Copy], Iterator[Hit]]


@dataclass(frozen=True)
class Rule:
    """A registered rule. `says` is its one sentence for people; `brand` its examples are tried with. Where it finds nothing without one of
    some phrases, `phrases` are those, and `check` passes it over in copy that has none of them near."""

    id: str
    says: str
    channels: tuple[Channel, ...]
    severity: Severity
    source: str
    test: Test
    passes: Sequence[dict[str, Any]]
    fails: Sequence[dict[str, Any]]
    brand: dict[str, Any]
    phrases: frozenset[Phrases] = frozenset()


RULES: dict[str, Rule] = {}


def rule(
    id: str,
    says: str,
    *,
    severity: Severity,
    source: str,
    passes: dict[str, Any] | list[dict[str, Any]],
    fails: dict[str, Any] | list[dict[str, Any]],
    channels: Sequence[Channel] = CHANNELS,
    brand: dict[str, Any] | None = None,
    phrases: Sequence[Phrases] = (),
) -> Callable[[Test], Test]:
    """Registers a rule; raises ValueError when the id is taken."""

    def register(test: Test) -> Test:
        if id in RULES:
            raise ValueError(f"rule {id} is registered twice")
        good, bad = ([e] if isinstance(e, dict) else list(e) for e in (passes, fails))
        RULES[id] = Rule(id, says, tuple(channels), severity, source, test, good, bad, brand or {"name": "Acme"}, frozenset(phrases))
        return test

    return register


def lending(copy: Copy) -> bool:
    """Whether the variant or the plan says that it is credit copy."""
    plan = copy.guardrails.regulated if copy.guardrails else "none"
    return "credit" in (copy.variant.regulated, plan)


def marketing(copy: Copy) -> bool:
    """Whether the law of advertising applies: not transactional, or transactional in name only (it carries an offer)."""
    return copy.variant.topic == "marketing" or copy.variant.incentive is not None
