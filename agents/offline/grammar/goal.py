"""The goal while it is being read. What one reader has understood is blanked for the next; what is left at the end was not understood.

Spans of matches are places in `whole`, whoever took what before. Not thread-safe; one `Goal` per plan.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from agents.offline.grammar.doubts import Doubt
from agents.offline.grammar.words import normalise
from agents.offline.tongues import english, language_of, sentences
from journeyman.domain import Channel

BLANK = "∎"
UPPER = (
    r"(?:at (?:the )?most|(?:no|not|never) more than|never exceed(?:ing)?|not exceed(?:ing)?|up to|(?:a )?max(?:imum)?(?: of)?"
    r"|(?:hard )?limit(?:ed)?(?: (?:of|to|at))?|cap(?:ped)?(?: (?:of|to|at|is))?|no (?:higher|greater|larger|deeper|bigger) "
    r"than|as much as)[: =]{0,3}"
)
"""Words that state an upper bound."""
BELOW = r"(?:less than|fewer than|under|below|<)"
"""Words that state a bound which is not itself allowed."""
NOT = re.compile(r"\b(?:not?|never|nothing|nobody|without|avoid|exclud\w+|except\w*|skip|stop|forbid\w*|ban(?:ned)?)\b", re.I)


def rx(pattern: str) -> re.Pattern[str]:
    """A pattern of the grammar: case does not matter."""
    return re.compile(pattern, re.I)


class Goal:
    """The normalised text, who is reading it on which day, and what is to be asked back or was assumed."""

    def __init__(self, raw: str, today: date, keep: tuple[str, ...] = ()) -> None:
        self.raw = raw
        self.today = today
        self.language = language_of(raw)
        self._keep = keep
        self._parts: list[tuple[int, str]] = []
        """Where each part of the goal, as written, begins in `whole`; an English goal is one part."""
        self.whole = ""
        self._hear(raw)
        self._begin()

    def _begin(self) -> None:
        self.text = self.whole
        self.mentioned: set[Channel] = set()
        """Channels spoken of by what has been taken, as in `at most one SMS a month`."""
        self.believed: set[Channel] = set()
        """Channels the marketer expects to work."""
        self.questions: list[str] = []
        self.assumptions: list[str] = []
        self.doubts: list[Doubt] = []

    def _hear(self, raw: str) -> None:
        for part in [raw] if self.language == "en" else sentences(raw):
            if plain := normalise(english(part, self.language, self._keep)):
                self.whole += "; " if self.whole and self.whole[-1] not in ".;!?" else " " if self.whole else ""
                self._parts.append((len(self.whole), part.strip()))
                self.whole += plain

    def amend(self, doubt: Doubt, answer: str) -> None:
        """The answer stands where the doubtful words stood; reading begins anew."""
        for start, end in doubt.spans:
            self.whole = self.whole[:start] + BLANK * (end - start) + self.whole[end:]
        self._hear(answer)
        self._begin()

    def said(self, start: int, end: int) -> str:
        """What the marketer wrote at a place in `whole`: the words themselves, or the whole sentence in a language read by phrase book."""
        if self.language == "en":
            return self.whole[start:end].strip(f" .,;:{BLANK}")
        return max((p for p in self._parts if p[0] <= start), default=self._parts[0])[1].strip(" .;-")[:160]

    def doubt(self, about: str, *spans: tuple[int, int], **words: str) -> None:
        """Notes what must be asked before there is a plan; reading goes on under the assumption of that question."""
        if about not in {d.about for d in self.doubts}:
            self.doubts.append(Doubt(about, spans, tuple(words.items())))

    def take(self, pattern: re.Pattern[str], when: Callable[[re.Match[str]], bool] | None = None) -> list[re.Match[str]]:
        """Every match that `when` accepts, in order; their words are blanked."""
        taken = [m for m in pattern.finditer(self.text) if when is None or when(m)]
        for match in taken:
            self.blank(*match.span())
        return taken

    def blank(self, start: int, end: int) -> None:
        """Nobody reads `[start, end)` again."""
        self.text = self.text[:start] + BLANK * (end - start) + self.text[end:]

    def says(self, pattern: re.Pattern[str]) -> bool:
        """Whether the words not yet taken match."""
        return pattern.search(self.text) is not None

    def before(self, start: int, *, within: str = ".;!?", reach: int = 70) -> str:
        """The words before `start` in the same sentence (or clause: `within` holds what ends it), at most `reach` characters."""
        lead = self.whole[max(0, start - reach) : start]
        for i in range(len(lead) - 1, -1, -1):
            if lead[i] in within and not (lead[i] == "." and lead[i + 1 : i + 2].isdigit()):
                return lead[i + 1 :]
        return lead

    def ask(self, question: str) -> None:
        """What a good planner would ask back."""
        if question not in self.questions:
            self.questions.append(question)

    def assume(self, assumption: str) -> None:
        """What is taken for granted meanwhile."""
        if assumption not in self.assumptions:
            self.assumptions.append(assumption)


def count(n: float, noun: str) -> str:
    """`1 day`, `3 days`, `1,000 points`."""
    return f"{n:,g} {noun}{'' if n == 1 else 's'}"
