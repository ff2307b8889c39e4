"""The handbook: docs/guardrails.md, made from the rules themselves so that it cannot say anything else than they do.

    python -m guardrails.handbook > docs/guardrails.md

What is not a rule (how they are judged, how to add one, the plan linter) stands in handbook.md beside this file.
"""

from __future__ import annotations

import inspect
import sys
import textwrap
import unicodedata
from pathlib import Path
from typing import Any

from guardrails.elsewhere import ELSEWHERE, Kept
from guardrails.rules import RULES, Rule
from journeyman.domain import CHANNELS

FAMILIES = {"E": "E-mail", "S": "Text messages", "P": "Push notifications", "I": "In-app messages", "X": "Every channel"}
_SLOT = "<!-- rules -->\n"
_LONGEST = 110
"""Characters of an example's field that are shown."""
_WIDTH = 138


def handbook() -> str:
    """The whole page, Markdown, ending in a line break."""
    text = Path(__file__).with_name("handbook.md").read_text(encoding="utf-8")
    return text.replace(_SLOT, "\n".join(_family(letter) for letter in FAMILIES))


def _family(letter: str) -> str:
    ids = sorted(id for id in (*RULES, *ELSEWHERE) if id.startswith(letter))
    return f"### {FAMILIES[letter]}\n\n" + "\n".join(entry(RULES[id]) if id in RULES else _kept(ELSEWHERE[id]) for id in ids)


def _kept(kept: Kept) -> str:
    """A rule held where messages are sent."""
    channels = "all channels" if set(kept.channels) == set(CHANNELS) else ", ".join(kept.channels)
    lines = [
        f"**{kept.id}** · {kept.says}",
        "",
        f"- {channels} · **{kept.severity}** · {kept.source} · held by `{kept.where}`, tried in `{kept.tested}`",
        f"- passes: {_code(kept.passes, whole=True)}",
        f"- fails: {_code(kept.fails, whole=True)}",
    ]
    return "\n".join(lines) + "\n"


def entry(rule: Rule) -> str:
    """A rule in Markdown: what it says, where it applies and comes from, an example that passes and one that fails."""
    channels = "all channels" if set(rule.channels) == set(CHANNELS) else ", ".join(rule.channels)
    note = inspect.getdoc(rule.test)
    lines = [
        f"**{rule.id}** · {rule.says}",
        "",
        f"- {channels} · **{rule.severity}** · {rule.source}",
        *([textwrap.fill(f"- {' '.join(note.split())}", _WIDTH, subsequent_indent="  ")] if note else []),
        _example("- passes:", rule.passes[0]),
        _example("- fails:", rule.fails[0]),
    ]
    return "\n".join(lines) + "\n"


def _example(lead: str, fields: dict[str, Any]) -> str:
    """The fields of an example in the order they are given, a new line where one would get too long; code spans are never broken."""
    lines = [lead]
    parts = [f"{name} {_code(value)}" for name, value in _flat(fields) if value]
    for part in (*(f"{p}," for p in parts[:-1]), parts[-1]):
        if len(lines[-1]) + 1 + len(part) > _WIDTH:
            lines.append(" ")
        lines[-1] += f" {part}"
    return "\n".join(lines)


def _flat(fields: dict[str, Any], above: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in fields.items():
        name = f"{above} {name}".strip().removeprefix("_")
        if isinstance(value, dict):
            found += _flat(value, name)
        elif isinstance(value, list):
            found.append((name, "; ".join(" ".join(str(v) for v in e.values()) if isinstance(e, dict) else str(e) for e in value)))
        else:
            found.append((name, str(value)))
    return found


def _code(text: str, *, whole: bool = False) -> str:
    """A code span on one line: line breaks and invisible characters written out, long texts cut unless `whole`."""
    shown = "".join(
        "⏎" if c == "\n" else f"\\u{ord(c):04x}" if unicodedata.category(c) in ("Cf", "Cc") and c != "\u200d" else c for c in text
    )
    shown = shown if whole or len(shown) <= _LONGEST else shown[:_LONGEST].rstrip() + " …"
    fence = "``" if "`" in shown else "`"
    return f"{fence}{shown}{fence}"


if __name__ == "__main__":
    sys.stdout.write(handbook())
