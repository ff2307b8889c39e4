"""Long lists of phrases, matched fast: a pattern is run only on texts that hold a word it cannot match without.

    _CLAIM = Phrases(r"\\b(?:clinically|scientifically) proven\\b|\\baward[ -]winning\\b")
    _CLAIM.finditer(text)        # exactly what re.compile(…, re.I).finditer(text) finds

For every pattern the words of which each match must contain one are read off its syntax tree (here: proven, award); one pass over a text
(Aho and Corasick, "Efficient string matching", 1975) tells for all patterns which may match. A pattern without such words always runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from re import _constants as c  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from sys import maxsize
from typing import Any

_ALL: list[Phrases] = []
_COMMON = {
    "a", "all", "and", "are", "as", "at", "be", "been", "but", "by", "can", "for", "from", "get", "had", "has", "have", "he", "her", "his",
    "how", "if", "in", "is", "it", "its", "just", "like", "more", "my", "new", "no", "not", "now", "of", "on", "one", "only", "or", "our",
    "so", "that", "the", "their", "they", "this", "time", "to", "up", "us", "we", "what", "when", "will", "with", "you", "your",
}  # fmt: skip
"""Words that stand in nearly every text: no use looking for them alone."""
_LEAST = 2
"""How telling a set of words must be."""
_MOST = 40
"""Alternatives that are written out at most."""


class Phrases:
    """A pattern with `finditer` and `search` as `re.Pattern` has them; case does not matter unless `flags` is 0."""

    def __init__(self, source: str, *, flags: int = re.I) -> None:
        self.pattern = re.compile(source, flags)
        """The pattern itself, for a text that was looked at before."""
        self.words = required(source)
        _ALL.append(self)
        _automaton.cache_clear()
        near.cache_clear()

    def finditer(self, text: str, start: int = 0, end: int = maxsize) -> Iterator[re.Match[str]]:
        """All matches in [start, end)."""
        return self.pattern.finditer(text, start, end) if self in near(text) else iter(())

    def match(self, text: str, start: int = 0, end: int = maxsize) -> re.Match[str] | None:
        """The match that begins at `start`, or None."""
        return self.pattern.match(text, start, end)

    def search(self, text: str, start: int = 0, end: int = maxsize) -> re.Match[str] | None:
        """The first match in [start, end), or None."""
        return self.pattern.search(text, start, end) if self in near(text) else None


@lru_cache(maxsize=256)
def near(text: str) -> frozenset[Phrases]:
    """The patterns that may match in a text."""
    found, owners, always = _automaton()
    words = {word for word, _, _ in found.find_matches_as_indexes(folded(text), overlapping=True)}
    return always.union(*[owners[word] for word in words])


@lru_cache(maxsize=1)
def _automaton() -> tuple[Any, list[frozenset[Phrases]], frozenset[Phrases]]:
    """The words of all patterns, whose word each is, and the patterns that always run."""
    from ahocorasick_rs import AhoCorasick

    whose: dict[str, set[Phrases]] = {}
    for pattern in _ALL:
        for word in pattern.words or ():
            whose.setdefault(word, set()).add(pattern)
    always = frozenset(pattern for pattern in _ALL if pattern.words is None)
    return AhoCorasick(list(whose)), [frozenset(patterns) for patterns in whose.values()], always


def folded(text: str) -> str:
    """Without case, as `re.I` compares (the long s is an s, an i is one with or without its dot), white space as single blanks."""
    plain = text.casefold()
    if not plain.isascii():
        plain = plain.replace("\u0131", "i").replace("i\u0307", "i")
    return f" {' '.join(plain.split())} "


def by_first_letter(*words: str) -> str:
    """A pattern for one of the words that reads a letter before it tries those that begin with it: `(?=[ts])(?:t(?:wo|en)|s(?:ix))`."""
    groups: dict[str, list[str]] = {}
    for word in sorted(words, key=len, reverse=True):
        groups.setdefault(word[0], []).append(word[1:])
    branches = "|".join(f"{first}(?:{'|'.join(rest)})" for first, rest in groups.items())
    return f"(?=[{''.join(groups)}])(?:{branches})"


def required(source: str) -> frozenset[str] | None:
    """Words of which every match of the pattern contains at least one; None when there are none worth looking for."""
    words = _sequence(parser.parse(source, re.I))
    if words is None or _worth(words) < _LEAST:
        return None
    return frozenset(word for word in words if not any(other in word for other in words if other != word))


def _worth(words: set[str]) -> int:
    """How telling a set is: the length of its shortest word; common words and punctuation tell little, digits more, other signs most."""
    return min(1 if word.strip() in _COMMON else sum(map(_telling, word)) for word in words)


def _telling(character: str) -> int:
    if character.isspace() or character in ".,:;!?-'()/":
        return 1
    return 1 if character.isalpha() else 2 if character.isdigit() else 4


def _sequence(tree: Any) -> set[str] | None:
    """The most telling set among the parts that follow one another; what can be written out side by side is."""
    best: set[str] | None = None
    run = {""}

    def offer(words: set[str] | None) -> None:
        nonlocal best
        if words and all(word.strip() for word in words) and (best is None or (_worth(words), -len(words)) > (_worth(best), -len(best))):
            best = words

    for part in tree:
        written = _written([part])
        if written is not None and len(run) * len(written) <= _MOST:
            run = _joined(run, written)
        else:
            offer(run)
            run = written if written is not None and len(written) <= _MOST else {""}
            offer(_part(*part))
    offer(run)
    return best


def _joined(run: set[str], written: set[str]) -> set[str]:
    return {(a + b).replace("  ", " ") for a in run for b in written}


def _written(tree: Any) -> set[str] | None:
    """All that a sequence can match, where that is little and certain; None otherwise. White space is one blank."""
    found = {""}
    for kind, value in tree:
        if kind in (c.AT, c.ASSERT_NOT):
            more: set[str] | None = {""}
        elif _blank(kind, value):
            more = {" "}
        elif kind is c.LITERAL:
            more = {chr(value).casefold()}
        elif kind is c.IN and all(k in (c.LITERAL, c.RANGE) for k, _ in value):
            listed = [code for k, v in value for code in ([v] if k is c.LITERAL else range(v[0], v[1] + 1))]
            more = {" " if chr(code).isspace() else chr(code).casefold() for code in listed} if len(listed) <= _MOST else None
        elif kind is c.SUBPATTERN:
            more = _written(value[-1])
        elif kind is c.BRANCH:
            branches = [_written(branch) for branch in value[1]]
            more = None if any(b is None for b in branches) else set().union(*(b for b in branches if b))
        elif kind in (c.MAX_REPEAT, c.MIN_REPEAT) and value[:2] == (0, 1):
            inner = _written(value[2])
            more = None if inner is None else {"", *inner}
        else:
            more = None
        if more is None or len(found) * len(more) > _MOST:
            return None
        found = _joined(found, more)
    return found


def _blank(kind: Any, value: Any) -> bool:
    """Whether a part is white space, at least one: one blank in a folded text."""
    if kind in (c.MAX_REPEAT, c.MIN_REPEAT) and value[0] > 0 and len(value[2]) == 1:
        kind, value = value[2][0]
    return (kind is c.LITERAL and chr(value).isspace()) or (kind is c.IN and list(value) == [(c.CATEGORY, c.CATEGORY_SPACE)])


def _part(kind: Any, value: Any) -> set[str] | None:
    if kind is c.SUBPATTERN:
        return _sequence(value[-1])
    if kind is c.BRANCH:
        branches = [_sequence(branch) for branch in value[1]]
        return None if any(b is None for b in branches) else set().union(*(b for b in branches if b))
    if kind in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
        return _sequence(value[2]) if value[0] > 0 else None
    if kind is c.ASSERT:  # what must stand before or after, stands in the text
        return _sequence(value[1])
    return None
