"""Copy is hostile data: characters that would act on a terminal or turn a line around are written out, so that a person sees them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

JOINERS = "\u200c\u200d"
"""Left as they are: emoji and several scripts need them."""
_PERHAPS = re.compile(r"[^\n\t -~\u00a1-\u00ac\u00ae-\u02ff]")


def hidden(character: str) -> bool:
    """Whether a character acts without being seen: control, direction, invisible, or half a pair. Tab and line break are plain."""
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") and character not in "\n\t" + JOINERS


def visible(text: str, show: Callable[[str], str] = lambda c: f"\\u{ord(c):04x}") -> str:
    """The text with every hidden character as `show` writes it: `\\u202e`."""
    return _PERHAPS.sub(lambda m: show(m[0]) if hidden(m[0]) else m[0], text)
