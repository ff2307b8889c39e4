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


@dataclass(frozen=True)
class Copy:
    """A variant with what it is judged by, and the ways its texts read. A brand without a name is an unknown brand."""

    variant: Variant
    brand: Brand
    guardrails: Guardrails | None = None

    @cached_property
    def values(self) -> dict[str, str]:
        """Fallbacks: what a customer about whom nothing is known would read."""
        known = {name: value for name, value in self.brand.variables.items() if value.strip()}
        always = {"brand_name": self.brand.name or "Our shop", "postal_address": self.brand.postal_address or "1 Main Street, Springfield"}
        return known | always | {"unsubscribe_url": UNSUBSCRIBE}

    @cached_property
    def texts(self) -> dict[str, str]:
        """Field → template source."""
        return self.variant.texts()

    @cached_property
    def seen(self) -> list[tuple[str, View]]:
        """(field, view) for every way every field reads, with fallbacks."""
        return [(name, view) for name, text in self.texts.items() for view in views(text, self.values)]

    @cached_property
    def plain(self) -> list[tuple[str, View]]:
        """`seen` without disguises: wide, styled, accented and invisible characters made plain."""
        return [(name, fold(view)) for name, view in self.seen]

    @cached_property
    def prose(self) -> list[tuple[str, View]]:
        """`plain` without the address a button leads to, and with links blanked: words and numbers a customer reads."""
        return [(name, _unlinked(view)) for name, view in self.plain if name != "cta.url"]

    @cached_property
    def longest(self) -> list[tuple[str, View]]:
        """`seen` with long realistic values of the customer's variables."""
        own = {"first_name", *self.brand.variables} - {"brand_name", "postal_address", "unsubscribe_url"}
        values = self.values | {name: max(self.brand.variables.get(name, ""), LONGEST_NAME, key=len) for name in own}
        return [(name, view) for name, text in self.texts.items() for view in views(text, values)]

    def hit(self, field: str, view: View, start: int, end: int, message: str, severity: Severity | None = None) -> Hit:
        """A hit on [start, end) of a view, told in the source's positions."""
        return Hit(field, view.source(start, end), message, severity)


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
    """A registered rule. `says` is its one sentence for people; `needs` a brand (and guardrails) its examples are tried with."""

    id: str
    says: str
    channels: tuple[Channel, ...]
    severity: Severity
    source: str
    test: Test
    passes: Sequence[dict[str, Any]]
    fails: Sequence[dict[str, Any]]
    brand: dict[str, Any]


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
) -> Callable[[Test], Test]:
    """Registers a rule; raises ValueError when the id is taken."""

    def register(test: Test) -> Test:
        if id in RULES:
            raise ValueError(f"rule {id} is registered twice")
        good, bad = ([e] if isinstance(e, dict) else list(e) for e in (passes, fails))
        RULES[id] = Rule(id, says, tuple(channels), severity, source, test, good, bad, brand or {"name": "Acme"})
        return test

    return register


def lending(copy: Copy) -> bool:
    """Whether the variant or the plan says that it is credit copy."""
    plan = copy.guardrails.regulated if copy.guardrails else "none"
    return "credit" in (copy.variant.regulated, plan)


def marketing(copy: Copy) -> bool:
    """Whether the law of advertising applies: not transactional, or transactional in name only (it carries an offer)."""
    return copy.variant.topic == "marketing" or copy.variant.incentive is not None
