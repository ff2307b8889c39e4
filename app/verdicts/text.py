"""Verdicts for people, on a console: the id, then each violation with its words marked, then the count. Fits 80 columns where it can."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from app.verdicts.visible import visible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from app.verdicts.judged import Judged

COLORS = {"approve": "green", "escalate": "yellow", "reject": "red"}
ROOM = 72
"""Characters for the words that broke a rule and what stands around them."""


def write(judged: Iterable[Judged], console: Console) -> None:
    """Each verdict as it comes, then how many there are of each."""
    counts: Counter[str] = Counter()
    for one in judged:
        counts[one.verdict.verdict] += 1
        _tell(console, one)
    console.print(summary(counts) or "The file holds no variants.")


def summary(counts: Counter[str]) -> str:
    """`3 approve, 1 reject` in the console's markup; "" when there is nothing."""
    return ", ".join(f"[{color}]{counts[v]} {v}[/]" for v, color in COLORS.items() if counts[v])


def _tell(console: Console, one: Judged) -> None:
    """A verdict. Approved without remarks: one line."""
    from rich.text import Text

    console.print(Text(f"{one.verdict.verdict:<9}", COLORS[one.verdict.verdict]) + Text(visible(one.verdict.id), "bold"), soft_wrap=True)
    texts = one.variant.texts() if one.variant else {}
    for violation, severity in one.findings:
        color = "red" if violation.severity == "block" else "yellow"
        console.print(
            Text(f"  {violation.rule} {severity:<5} {violation.field}: ", color) + Text(visible(violation.message)),
            soft_wrap=True,
        )
        if violation.span and violation.field in texts:
            console.print(_words(texts[violation.field], *violation.span, color), soft_wrap=True)


def _words(text: str, start: int, end: int, color: str) -> Text:
    """The words [start, end) within what stands around them, on one line."""
    from rich.text import Text

    room = max((ROOM - (end - start)) // 2, 12)
    before, after = text[max(0, start - room) : start], text[end : end + room]
    shown = Text("      " + ("…" if start > room else "") + visible(before), "dim")
    shown.append(visible(text[start:end]), "not dim reverse " + color)
    shown.append(visible(after) + ("…" if end + room < len(text) else ""), "dim")
    return Text(" ").join(Text.split(shown, "\n"))
