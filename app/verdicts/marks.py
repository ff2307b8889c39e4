"""Copy as escaped HTML with the words that broke a rule marked: by colour, by underline, and by the number of the finding below it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from app.verdicts.visible import visible
from guardrails.template import View, views

if TYPE_CHECKING:
    from guardrails.rules.base import Severity

STRICTEST: tuple[Severity, ...] = ("block", "ask", "warn")
AROUND = 40
"""Characters shown on either side of words in a template's source."""

Mark = tuple[int, int, int, "Severity"]
"""Number of the finding, [start, end) in the text as shown, and how it was meant."""


@dataclass(frozen=True)
class Field:
    """A field as one customer reads it. `notes` are the findings on the whole of it; `seen` the numbers of all that can be seen in it."""

    text: str
    marks: tuple[Mark, ...]
    notes: tuple[tuple[int, Severity], ...]
    ways: int
    """How many ways the template reads, depending on the customer; the one shown holds the most findings."""

    @classmethod
    def of(cls, template: str, values: Mapping[str, str], found: Iterable[tuple[int, tuple[int, int] | None, Severity]]) -> Field:
        """`found`: number, span in the template's source (None: the whole field), severity."""
        told = list(found)
        ways = views(template, values) or (View.literal(template),)
        marked = [[m for n, span, s in told if span for m in _marks(view, n, span, s)] for view in ways]
        best = max(range(len(ways)), key=lambda i: len({m[0] for m in marked[i]}))
        return cls(ways[best].text, tuple(marked[best]), tuple((n, s) for n, span, s in told if span is None), len(ways))

    @property
    def seen(self) -> set[int]:
        return {m[0] for m in self.marks} | {n for n, _ in self.notes}

    def html(self, card: int, start: int = 0, end: int | None = None) -> Markup:
        """The characters [start, end), marked; numbers link to the findings of this card."""
        end = len(self.text) if end is None else end
        inside = [(n, max(a, start), min(b, end), s) for n, a, b, s in self.marks if a < end and b > start]
        edges = sorted({start, end, *(a for _, a, _, _ in inside), *(b for _, _, b, _ in inside)})
        last = {n: max(b for m, _, b, _ in inside if m == n) for n, *_ in inside}
        made = Markup()
        for a, b in pairwise(edges):
            over = [(n, s) for n, x, y, s in inside if x <= a and b <= y]
            words = shown(self.text[a:b])
            if over:
                style = min((s for _, s in over), key=STRICTEST.index)
                words = Markup('<mark class="{}">{}</mark>').format(style, words)
            ends = [(n, s) for n, s in over if last[n] == b]
            made += words + refs(card, ends)
        return made

    def foot(self) -> tuple[int, int] | None:
        """Where a letter's body ends and its last paragraph begins, when that holds the way out."""
        before, gap, last = self.text.rstrip().rpartition("\n\n")
        return (len(before.rstrip()), len(before) + len(gap)) if before.strip() and "nsubscribe" in last else None


def refs(card: int, numbers: Iterable[tuple[int, Severity]]) -> Markup:
    """The numbers of findings, as links to them."""
    link = Markup('&#x2060;<a class="no {}" href="#v{}-{}"><span class="vh"> [finding </span>{}<span class="vh">] </span></a>')
    return Markup().join(link.format(severity, card, number, number) for number, severity in dict.fromkeys(numbers))


def source(template: str, span: tuple[int, int], severity: Severity) -> Markup:
    """The words in the template's source, with what stands around them."""
    start, end = span
    before, after = template[max(0, start - AROUND) : start], template[end : end + AROUND]
    lead, tail = "…" if start > AROUND else "", "…" if end + AROUND < len(template) else ""
    return Markup('{}{}<mark class="{}">{}</mark>{}{}').format(
        lead, shown(before), severity, shown(template[start:end]), shown(after), tail
    )


def shown(text: str) -> Markup:
    """Text as escaped HTML; a hidden character stands as its code, and acts no more."""
    return Markup(visible(str(escape(text)), _chip))  # noqa: S704  (escaped here)


def _chip(character: str) -> str:
    return f'<span class="chip">U+{ord(character):04X}</span>'


def _marks(view: View, number: int, span: tuple[int, int], severity: Severity) -> Iterable[Mark]:
    """The stretches of a view that come from `span` of the source."""
    start: int | None = None
    for at, (a, b) in enumerate([*view.spans, (-1, -1)]):
        if a < span[1] and b > span[0]:
            start = at if start is None else start
        elif start is not None:
            yield number, start, at, severity
            start = None
