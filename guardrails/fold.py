"""Texts without disguise: wide and styled letters made plain, invisible characters dropped, so that a rule sees what a reader reads."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from guardrails.template import Piece, View

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


def plain(text: str) -> str:
    """The text with every character in its plain form. Case is kept, accents are not."""
    return text if text.isascii() else "".join(c if c.isascii() else _plain(c) for c in text)


def fold(view: View) -> View:
    """The view with every character in its plain form; pieces still lead to the source."""
    if view.text.isascii():
        return view
    looks = [c if c.isascii() else _plain(c) for c in view.text]
    text = "".join(looks)
    if len(text) == len(view.text) and "" not in looks:
        return view.reading(text)
    pieces, at = list[Piece](), 0
    for look, (start, end) in zip(looks, view.spans, strict=True):
        if look:
            pieces.append(Piece(at, at + len(look), start, end, False))
            at += len(look)
    return View(text, tuple(pieces))
