"""What the grammar notes beside a plan, told in the goal's language: readers speak English, `tongues/notes.yaml` the other three."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import yaml

from agents.offline.tongues import HERE, LANGUAGES

if TYPE_CHECKING:
    from agents.offline.grammar.goal import Goal


def told(sentence: str, goal: Goal) -> str:
    """A reader's sentence in the goal's language, the goal quoted as its author wrote it; English where it is not known."""
    if goal.language == "en":
        return sentence
    for pattern, others in _notes():
        if found := pattern.fullmatch(sentence):
            text = others[LANGUAGES.index(goal.language) - 1]
            for name, value in found.groupdict().items():
                at = goal.whole.lower().find(value.lower()) if name == "words" else -1
                text = text.replace("{" + name + "}", goal.said(at, at + len(value)) if at >= 0 else value)
            return text
    return sentence


@cache
def _notes() -> list[tuple[re.Pattern[str], list[str]]]:
    rows: list[list[str]] = yaml.safe_load((HERE / "notes.yaml").read_text("utf-8"))
    return [(re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(row[0]))), row[1:]) for row in rows]
