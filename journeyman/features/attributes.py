"""Customers' further columns as numbers: numbers as they are, yes and no as 1 and 0, ranges in order, a few words a column each.

`50-74K`, `Under 15K`, `65+` are recognised as steps of a scale and become 0, 1, 2 … from low to high; the words stay known as levels, so
that an audience may say `attribute_income >= 50-74K`. A column of many different words is an identity, not a feature, and is left out.
"""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from journeyman.features.columns import NO, YES
from journeyman.features.names import slugs
from journeyman.features.table import Column

Floats = NDArray[np.float64]
MOST_LEVELS, MOST_WORDS = 40, 8
_NUMBER = r"[$€£]?\s*(?P<{}>\d[\d,]*(?:\.\d+)?)\s*(?P<{}>[kKmM]?)"
_STEP = re.compile(
    r"^(?P<below>under|below|less than|up to|<=?|≤)?\s*(?P<above>over|above|more than|at least|>=?|≥)?\s*"
    + _NUMBER.format("low", "unit")
    + r"(?:\s*(?:-|–|to)\s*" + _NUMBER.format("high", "unit_high") + r")?\s*(?P<more>\+|(?:or|and) (?:more|over|older|above))?"
    r"\s*(?:years?|yrs?|months?|days?|%)?$",
    re.IGNORECASE,
)  # fmt: skip


def encode(name: str, values: list[Any]) -> list[tuple[Column, Floats]]:
    """The columns (none, one or several) of attribute `name`; `values` (n,) are numbers, booleans, text or None. NaN for missing."""
    known = [v for v in values if v is not None]
    safe, words = slugs([name])[0][0], name.replace("_", " ")
    if not known:
        return []
    if all(isinstance(v, bool | int | float) for v in known):
        return [(Column(f"attribute_{safe}", f"The customer's {words}", "number", "attributes"), _numbers(values))]
    texts = [None if v is None else str(v) for v in values]
    levels = sorted({t for t in texts if t is not None})
    if all(_is_number(t) for t in levels):
        return [(Column(f"attribute_{safe}", f"The customer's {words}", "number", "attributes"), _numbers(texts))]
    if all(t.lower() in YES + NO for t in levels):
        flags = np.array([np.nan if t is None else float(t.lower() in YES) for t in texts])
        return [(Column(f"attribute_{safe}", f"1 if {words}, else 0", "flag", "attributes"), flags)]
    steps = [_step(t) for t in levels]
    if len(levels) <= MOST_LEVELS and None not in steps:
        order = tuple(level for _, level in sorted(zip(steps, levels, strict=True)))
        codes = np.array([np.nan if t is None else float(order.index(t)) for t in texts])
        meaning = f"The customer's {words}, from 0 ({order[0]}) to {len(order) - 1} ({order[-1]})"
        return [(Column(f"attribute_{safe}", meaning, "level", "attributes", order), codes)]
    if len(levels) > MOST_WORDS:
        return []
    return [
        (
            Column(f"attribute_{safe}_{part}", f"1 if the customer's {words} is {level}, else 0", "flag", "attributes"),
            np.array([np.nan if t is None else float(t == level) for t in texts]),
        )
        for part, level in slugs(levels)
    ]


def _numbers(values: list[Any]) -> Floats:
    found = np.array([np.nan if v is None else float(v) for v in values])
    return np.where(np.abs(found) < 1e30, found, np.nan)


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _step(text: str) -> tuple[float, int] | None:
    """Where a level stands on its scale: its lower bound, then below, exactly or above it."""
    found = _STEP.match(text.strip())
    if not found:
        return None
    unit = (found["unit"] or found["unit_high"] or "").lower()
    low = float(found["low"].replace(",", "")) * {"": 1, "k": 1e3, "m": 1e6}[unit]
    return low, -1 if found["below"] else 1 if found["above"] or found["more"] else 0
