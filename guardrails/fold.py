"""Texts without disguise: wide and styled letters made plain, invisible characters dropped, so that a rule sees what a reader reads."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from guardrails.template import View

_LOOKS = str.maketrans(
    {"’": "'", "‘": "'", "`": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "⁄": "/", "٪": "%", "。": "."}
)


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    if unicodedata.category(character) in ("Cf", "Mn", "Me"):
        return ""
    if (digit := unicodedata.digit(character, None)) is not None:
        return str(digit)
    plain = unicodedata.normalize("NFKC", character).translate(_LOOKS)
    base = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return base or plain


def fold(view: View) -> View:
    """The view with every character in its plain form; spans still lead to the source. Case is kept, accents are not."""
    if view.text.isascii():
        return view
    text = [character if character.isascii() else _plain(character) for character in view.text]
    return View("".join(text), lambda: tuple(s for plain, span in zip(text, view.spans, strict=True) for s in [span] * len(plain)))
