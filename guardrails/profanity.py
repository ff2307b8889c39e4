"""Finds the words of profanity.txt in a plain text in any disguise: case, digits for letters, stars, letters repeated or set apart.

    [m.span() for m in swearing("What the f u c k")]

The list as one pattern is slow, so a quick look comes first: one pass over the text without disguises tells which listed words may stand in
it, and only their patterns run. Where letters are starred out or set apart, all of them do.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

_LIST = Path(__file__).with_suffix(".txt")
_LEET = {
    "a": "a4@",
    "b": "b8",
    "c": "c(",
    "e": "e3",
    "g": "g9",
    "i": "i1!|",
    "l": "l1|",
    "o": "o0",
    "s": "s5$",
    "t": "t7+",
    "u": "uv",
    "z": "z2",
}
_ENDINGS = r"(?:e?s|ed|er|ers|ing|in|head|heads|y)?"
_SEPARATOR = r"[\s.\-_*·|/,]"
_GAP = _SEPARATOR + "{1,3}"
_SINGLE = r"(?:[^\W_]|[$@!|(+])"
_SINGLES = re.compile(rf"{_SEPARATOR}(?<=(?<![^\W_]){_SINGLE}.){_SEPARATOR}{{0,2}}(?:{_SINGLE}{_GAP}){{2}}{_SINGLE}", re.S)
"""Four letters or more set apart, looked for from the first separator on: most characters are none, and are passed over fast."""
_ONE_FORM = str.maketrans(
    {old: new for new, olds in _LEET.items() for old in olds} | dict.fromkeys("l1!|i", "i") | {"v": "u"} | dict.fromkeys("_-", " ")
)
_REPEATED = re.compile(r"(.)(?=\1)")
_PAIR = re.compile(r"(.)\1")


class _Listed(NamedTuple):
    """The list: its words, all of it as one pattern, each word's own, and the phrases that are honest."""

    words: tuple[str, ...]
    all: re.Pattern[str]
    each: tuple[re.Pattern[str], ...]
    honest: re.Pattern[str]


def _letter(character: str, masked: bool) -> str:
    if not character.isalpha():
        return re.escape(character)
    return "[" + re.escape(_LEET.get(character, character)) + ("*#" if masked else "") + "]"


def disguised(phrase: str, *, masked: bool) -> str:
    """A pattern for the phrase with digits for letters, and (masked) letters repeated and inner letters starred out."""
    written = []
    for word in phrase.split():
        last = len(word) - 1
        written.append(
            "".join(_letter(c, masked and 0 < i < last) + ("{1,9}" if c.isalpha() and masked else "") for i, c in enumerate(word))
        )
    return r"[\s_-]{1,9}".join(written)


def spaced(word: str) -> str:
    """A pattern for the word with its letters set apart."""
    return _GAP.join(_letter(c, False) for c in word)


@cache
def _listed() -> _Listed:
    words, honest = list[str](), list[str]()
    for line in _LIST.read_text(encoding="utf-8").splitlines():
        word, _, allowed = (part.strip() for part in line.partition("|"))
        if word and not word.startswith("#"):
            words.append(word)
            honest += [p.strip() for p in allowed.split(";") if p.strip()]
    solid = [disguised(w.strip("*"), masked=True) for w in words]
    each = [
        rf"(?:{p})[^\W_]*" if w.startswith("*") else rf"(?<![^\W_])(?:{p}){_ENDINGS}(?![^\W_])" for w, p in zip(words, solid, strict=True)
    ]
    apart = "|".join(spaced(w.strip("*")) for w in words if len(w.strip("*")) > 3 and " " not in w)
    whole = rf"(?<![^\W_])(?:{apart})(?![^\W_])|{'|'.join(each)}"
    patterns = tuple(re.compile(p, re.I) for p in each)
    return _Listed(tuple(words), re.compile(whole, re.I), patterns, re.compile("|".join(re.escape(p) for p in honest), re.I))


def _plain(text: str) -> str:
    """The text with look-alikes of a letter as one letter and single blanks between words."""
    return " ".join(text.casefold().translate(_ONE_FORM).split())


@cache
def _quick() -> tuple[Any, list[set[str]]]:
    """Finds listed words whose letters stand once each; and the letters each word has twice."""
    from ahocorasick_rs import AhoCorasick

    plain = [_plain(word.strip("*")) for word in _listed().words]
    return AhoCorasick([_REPEATED.sub("", word) for word in plain]), [{m[0] for m in _PAIR.finditer(word)} for word in plain]


def suspicious(text: str) -> bool:
    """A quick look, which overlooks nothing: whether it is worth looking for listed words in the text, or in a part of it."""
    return _hidden(text) or bool(_likely(text))


def _hidden(text: str) -> bool:
    """Whether letters may be starred out or set apart."""
    return "*" in text or "#" in text or _SINGLES.search(text) is not None


def _likely(text: str) -> list[int]:
    """The listed words that may stand in the text with all their letters in one piece."""
    finder, pairs = _quick()
    plain = _plain(text)
    seen = {word for word, _, _ in finder.find_matches_as_indexes(_REPEATED.sub("", plain), overlapping=True)}
    return [word for word in seen if all(pair in plain for pair in pairs[word])]


@lru_cache(maxsize=256)
def swearing(text: str) -> tuple[re.Match[str], ...]:
    """The listed words of a folded text, in order, none overlapping another, honest phrases left out."""
    listed = _listed()
    if _hidden(text):
        found = list(listed.all.finditer(text))
    else:
        found = sorted((m for word in _likely(text) for m in listed.each[word].finditer(text)), key=lambda m: (m.start(), -m.end()))
    kept: list[re.Match[str]] = []
    for match in filter(_meant, found):
        if not kept or match.start() >= kept[-1].end():
            kept.append(match)
    if not kept:
        return ()
    honest = [m.span() for m in listed.honest.finditer(text)]
    return tuple(m for m in kept if not any(s <= m.start() < e or m.start() <= s < m.end() for s, e in honest))


def _meant(match: re.Match[str]) -> bool:
    """Whether enough of it is letters: `$455` is no word."""
    said = match[0]
    return sum(c.isalpha() for c in said) >= max(2, len(said.replace(" ", "")) // 3) and said[0] not in "*#"
