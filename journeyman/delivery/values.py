"""What a template may use for one customer. What customers and systems wrote is data: one line, no control or hidden characters, no
braces, bounded in length; what is left empty counts as missing, so that the template's own fallback speaks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import quote

from journeyman.domain import Brand, Customer

LONGEST = 120
"""Characters of a value; longer ones are cut at a word where there is one."""
HIDDEN = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\xad\\u034f\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb\\ud800-\\udfff]"
)
NOTHING = re.compile(r"\b(None|nan|NaN|NaT|NULL|null|undefined)\b|<NA>")
NAME_WORDS, NAME_LENGTH, PARTICLE = 4, 40, 4
"""Words and letters of a first name at most; from the third word on, a longer word than `PARTICLE` begins with a capital (de la Cruz)."""


def values(
    brand: Brand, customer: Customer, *, unsubscribe_url: str, extra: Mapping[str, str] | None = None, quoted: bool = False
) -> dict[str, str]:
    """Brand fallbacks, over them the customer's attributes and first name, over them `extra`; and the three names that always exist.
    `quoted`: the customer's values percent-encoded, for use in a link."""
    own = {**customer.attributes, "first_name": customer.first_name or "", **(extra or {})}
    cleaned = {name: clean(value) for name, value in own.items()}
    if not is_name(cleaned["first_name"]):
        cleaned["first_name"] = ""
    given = {name: quote(value, safe="") if quoted else value for name, value in cleaned.items() if value}
    fallbacks = {name: value for name, value in brand.variables.items() if value}
    always = {"brand_name": brand.name, "postal_address": brand.postal_address, "unsubscribe_url": unsubscribe_url}
    return {**fallbacks, **given, **always}


@lru_cache(maxsize=200_000)
def is_name(text: str) -> bool:
    """Whether somebody could be called so, in any script. A link, a sentence, a command to some software or a row of symbols is no
    name: the template's fallback is friendlier than repeating it."""
    words = text.split()
    letters = all(unicodedata.category(c)[0] in "LM" or c in " '’ʼ-.·" for c in text)
    named = all(len(w) <= PARTICLE or not w[0].islower() for w in words[2:])
    linked = "www." in text.lower() or re.search(r"\w\.\w{2}", text) is not None
    return letters and named and not linked and 0 < len(words) <= NAME_WORDS and len(text) <= NAME_LENGTH


@lru_cache(maxsize=200_000)
def clean(value: str) -> str:
    """A value as harmless text; empty when it says nothing (`nan`, `None` …)."""
    text = " ".join(HIDDEN.sub(" ", str(value)).replace("{", "").replace("}", "").split())
    if len(text) > LONGEST:
        text = text[:LONGEST].rsplit(" ", 1)[0]
    return "" if NOTHING.search(text) else text
