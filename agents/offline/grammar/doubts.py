"""What a goal leaves open that no plan may be made without. A reader names the doubt; the words to ask in: `tongues/questions.yaml`.

A doubt with an assumption is noted on the goal, and reading goes on under it; where nothing can be assumed `Unclear` ends the reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import yaml

from agents.offline.tongues import HERE, Language
from journeyman.domain import Question

if TYPE_CHECKING:
    from agents.offline.grammar.goal import Goal

Span = tuple[int, int]


@dataclass(frozen=True)
class Doubt:
    """`about`: its entry in questions.yaml; `spans`: places in `Goal.whole` that an answer takes the place of; `words`: what fills the
    entry's names."""

    about: str
    spans: tuple[Span, ...] = ()
    words: tuple[tuple[str, str], ...] = ()


class Unclear(Exception):
    """A doubt under which reading cannot go on."""

    def __init__(self, about: str, *spans: Span, **words: str) -> None:
        super().__init__(about)
        self.doubt = Doubt(about, spans, tuple(words.items()))


def question(doubt: Doubt, goal: Goal) -> Question:
    """The question of a doubt, in the goal's language and with its own words."""
    told = _entries()[doubt.about][goal.language]
    said = " … ".join(f"“{words}”" for words in dict.fromkeys(goal.said(*span) for span in doubt.spans)) or "“…”"
    fill = {"words": said, **dict(doubt.words)}
    return Question(id=doubt.about, **{name: _filled(text, fill) for name, text in told.items()})


def _filled(text: str, fill: dict[str, str]) -> str:
    for name, value in fill.items():
        text = text.replace("{" + name + "}", value)
    return text


@cache
def _entries() -> dict[str, dict[Language, dict[str, str]]]:
    return dict(yaml.safe_load((HERE / "questions.yaml").read_text("utf-8")))
