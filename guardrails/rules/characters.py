"""Characters that are not what they look like: mixed scripts, invisible characters, text that runs backwards."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from guardrails.rules.base import Copy, Hit, rule

_WORD = re.compile(r"[^\W\d_][\w'’\u0300-\u036f]*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_MARKS = frozenset("\u200e\u200f\u061c")
_JOINERS = frozenset("\u200c\u200d")
_HIDDEN = frozenset(
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060\u2061\u2062\u2063\u2064\u206a\u206b\u206c\u206d\u206e\u206f\u3164\ufeff\uffa0\ufff9\ufffa\ufffb"
)
_SUSPECT = re.compile(rf"[{''.join(_BIDI | _MARKS | _JOINERS | _HIDDEN)}\U000e0000-\U000e007f\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""Any character `_invisible` has something to say about."""
_TOGETHER = (
    {"LATIN", "HAN", "HIRAGANA", "KATAKANA"},
    {"LATIN", "HAN", "HANGUL"},
    {"LATIN", "HAN", "BOPOMOFO"},
    *(
        {"LATIN", other}
        for other in (
            "ARABIC",
            "HEBREW",
            "DEVANAGARI",
            "BENGALI",
            "TAMIL",
            "TELUGU",
            "GUJARATI",
            "GURMUKHI",
            "KANNADA",
            "MALAYALAM",
            "SINHALA",
            "THAI",
        )
    ),
)
"""Scripts that share words in honest text (UTS 39, moderately restrictive): Latin with Cyrillic or Greek is not among them."""
_JOINING = frozenset(
    {
        "ARABIC",
        "SYRIAC",
        "MONGOLIAN",
        "NKO",
        "DEVANAGARI",
        "BENGALI",
        "TAMIL",
        "TELUGU",
        "GUJARATI",
        "GURMUKHI",
        "KANNADA",
        "MALAYALAM",
        "SINHALA",
        "ORIYA",
        "KHMER",
    }
)
_UNITS = frozenset({"μm", "μg", "μl", "μL", "μs", "μF", "kΩ", "MΩ", "mΩ"})
_LANGUAGES = {"CYRILLIC": {"ru", "uk", "bg", "sr", "mk", "be", "kk", "ky", "mn", "tg"}, "GREEK": {"el"}}


@lru_cache(maxsize=4096)
def _script(character: str) -> str:
    from confusable_homoglyphs.categories import alias

    return "LATIN" if character.isascii() and character.isalpha() else str(alias(character)).upper()


@lru_cache(maxsize=4096)
def _looks_latin(character: str) -> bool:
    from confusable_homoglyphs.confusables import is_confusable

    return bool(is_confusable(character, preferred_aliases=["latin"]))


def _scripts(text: str) -> set[str]:
    return {_script(c) for c in text} - {"COMMON", "INHERITED", "UNKNOWN"}


@rule(
    "X14",
    "No words of mixed scripts, no invisible and no direction-changing characters.",
    severity="block",
    source="Unicode UTS 39 and UTR 36",
    passes=[{"body": "Café à la carte 👩‍👩‍👧, naïve résumé."}, {"body": "مرحبا بكم في متجرنا"}, {"body": "ברוכים הבאים"}],
    fails=[{"body": "Your pаssword"}, {"body": "Sa\u200bve"}, {"body": "Pay \u202e001$ now"}],
)
def honest_characters(copy: Copy) -> Iterator[Hit]:
    for field, view in copy.seen:
        if view.text.isascii() and not _CONTROL.search(view.text):
            continue
        for at, why in _invisible(view.text):
            code = f"U+{ord(view.text[at]):04X}"
            yield copy.hit(field, view, at, at + 1, f"There is {why} ({code}) that no reader sees. Delete it and type the word again.")
        for match in _WORD.finditer(view.text):
            scripts = () if match[0].isascii() else _scripts(match[0])
            if len(scripts) > 1 and match[0] not in _UNITS and not any(scripts <= allowed for allowed in _TOGETHER):
                named = " and ".join(sorted(s.title() for s in scripts))
                yield copy.hit(field, view, *match.span(), f"“{match[0]}” mixes {named} letters that look alike. Type it again.")
            elif len(scripts) == 1 and _masquerades(match[0], next(iter(scripts)), view.text, copy.variant.language):
                yield copy.hit(field, view, *match.span(), f"“{match[0]}” is written in letters that only look Latin. Type it again.")


def _masquerades(word: str, script: str, text: str, language: str) -> bool:
    """A whole word of look-alikes in a text that is otherwise Latin."""
    if (
        script not in _LANGUAGES
        or language[:2] in _LANGUAGES[script]
        or len(word) < 2
        or not all(_looks_latin(c) for c in word if c.isalpha())
    ):
        return False
    others = [c for c in text if c.isalpha()]
    return any(_script(c) == "LATIN" for c in others) and all(_looks_latin(c) for c in others if _script(c) == script)


def _invisible(text: str) -> Iterator[tuple[int, str]]:
    if not _SUSPECT.search(text):
        return
    right_to_left = any(unicodedata.bidirectional(c) in ("R", "AL") for c in text)
    for at, character in enumerate(text):
        if character in _BIDI or (character in _MARKS and not right_to_left):
            yield at, "a control character for writing direction"
        elif character in _HIDDEN:
            yield at, "an invisible character"
        elif character in _JOINERS and not _joins(text, at):
            yield at, "an invisible joiner"
        elif "\U000e0000" <= character <= "\U000e007f" and not _flag(text, at):
            yield at, "an invisible tag character"
        elif unicodedata.category(character) == "Cc" and character not in "\n\r\t":
            yield at, "a control character"


def _joins(text: str, at: int) -> bool:
    """A joiner between emoji, or in a script that needs it."""
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if not before or not after:
        return False
    if text[at] == "\u200d" and _pictograph(after):
        return _pictograph(before) or (before in "\ufe0f" and _pictograph(text[at - 2 : at - 1])) or "\U0001f3fb" <= before <= "\U0001f3ff"
    near = before if _script(before) not in ("INHERITED", "COMMON") else text[at - 2 : at - 1] or before
    return _script(near) in _JOINING and _script(after) in _JOINING | {"INHERITED"}


def _pictograph(character: str) -> bool:
    return bool(character) and (
        unicodedata.category(character) in ("So", "Sk") or "\U0001f000" <= character <= "\U0001faff" or character in "♀♂⚕⚖✈❤⬛"
    )


def _flag(text: str, at: int) -> bool:
    """Part of a flag such as Scotland's: a black flag, tag letters, a cancel tag."""
    start = at
    while start > 0 and "\U000e0000" <= text[start - 1] <= "\U000e007f":
        start -= 1
    end = at
    while end < len(text) and "\U000e0000" <= text[end] <= "\U000e007f":
        end += 1
    return text[start - 1 : start] == "\U0001f3f4" and text[end - 1] == "\U000e007f" and end - start <= 7
