"""Small words for people: a level of a lever by name, lists, rates and percentage points. Shared by the analyst's sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence

from journeyman.domain import SEGMENT

_CHANNELS = {"email": "email", "sms": "SMS", "push": "push", "in_app": "in-app"}


def level_in_words(lever: str, level: str) -> str:
    """`theme`, `we_miss_you` → `the theme “we miss you”`; `incentive`, `percent_off-20` → `20% off`."""
    if lever == "channel":
        return _CHANNELS.get(level, level)
    if lever == "incentive":
        return offer_in_words(level)
    if lever == SEGMENT:
        return level
    if lever == "send_window":
        return f"{level} sends"
    shown = level.replace("_", " ").replace("-", " ") if lever == "product" else level.replace("_", " ")
    return f"the {shown} tone" if lever == "tone" else f"the {lever.replace('_', ' ')} “{shown}”"


def offer_in_words(key: str) -> str:
    """An incentive's key for people: `points-1000` → `1,000 points`."""
    kind, _, value = key.partition("-")
    number = f"{float(value):,g}" if re.fullmatch(r"\d+(?:\.\d+)?", value) else value
    return {
        "percent_off": f"{number}% off",
        "amount_off": f"{number} off",
        "points": f"{number} points",
        "free_shipping": "free shipping",
        "gift": "a gift",
    }.get(kind, "no offer" if kind in ("plain", "none") else key.replace("_", " "))


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def rate(value: float) -> str:
    """A share as a percentage with one decimal below 10 %, none above: `3.4%`, `12%`."""
    percent = 100 * value
    return f"{percent:.1f}%".replace(".0%", "%") if abs(percent) < 9.95 else f"{percent:.0f}%"


def points(value: float) -> str:
    """`1.2 points`, `1 point`: a difference of rates in percentage points, given in points."""
    shown = f"{value:.1f}".removesuffix(".0") if abs(value) < 9.95 else f"{value:.0f}"
    return f"{shown} percentage point{'' if shown == '1' else 's'}"
