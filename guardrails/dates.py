"""Finds the last day a text names for something: "until December 31", "bis zum 31. Dezember", "jusqu'au 31 décembre", "hasta el 31/12".

Reads plain text (see `guardrails.fold`) in English, German, French and Spanish. A day without a year is that day of any year.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_MONTHS = {
    1: "january januar janner janvier enero jan",
    2: "february februar feber fevrier febrero feb fevr",
    3: "march marz maerz mars marzo mar",
    4: "april avril abril apr avr abr",
    5: "may mai mayo",
    6: "june juni juin junio jun",
    7: "july juli juillet julio jul juil",
    8: "august aout agosto aug",
    9: "september septembre septiembre sept sep",
    10: "october oktober octobre octubre oct okt",
    11: "november novembre noviembre nov",
    12: "december dezember decembre diciembre dec dez dic",
}
_NUMBER = {name: month for month, names in _MONTHS.items() for name in names.split()}
_MONTH = rf"(?:{'|'.join(sorted(_NUMBER, key=len, reverse=True))})\b\.?"
_ENDS = (
    r"(?:ends?|ending|expires?|expiring|until|till|through|thru|by|before|valid|last\s+(?:day|chance)|bis|endet|gultig|lauft|letzter\s+tag|"
    r"jusqu'(?:au|a)|expire|valable|avant|termine|fin|hasta|valid[oa]s?|caduca|termina|antes)"
)
_DAY = re.compile(
    rf"\b{_ENDS}\b[^.!?\n]{{0,24}}?\b(?P<when>(?P<y>\d{{4}})-(?P<m>\d\d)-(?P<d>\d\d)|"
    rf"(?P<month>{_MONTH})\s+(?P<day>\d{{1,2}})(?![.,]?\d)(?:st|nd|rd|th)?(?:,?\s+(?P<year>\d{{4}}))?|"
    rf"(?P<day2>\d{{1,2}})(?:st|nd|rd|th|er|\.)?\s+(?:of\s+|de\s+)?(?P<month2>{_MONTH})(?:\s+(?:del?\s+)?(?P<year2>\d{{4}}))?|"
    r"(?P<d3>\d{1,2})\.(?P<m3>\d{1,2})\.(?P<y3>\d{2,4})?|"
    r"(?P<a>\d{1,2})/(?P<b>\d{1,2})(?:/(?P<c>\d{2,4}))?)(?!\w)",
    re.I,
)


@dataclass(frozen=True)
class LastDay:
    """A day told at [start, end): `days` are the (month, day) it may mean, `year` None when the text leaves it open."""

    start: int
    end: int
    days: frozenset[tuple[int, int]]
    year: int | None

    def fits(self, day: date) -> bool:
        """Whether it may mean that day."""
        return (day.month, day.day) in self.days and self.year in (None, day.year % 100)


def last_days(text: str) -> Iterator[LastDay]:
    """The last days of a plain text, in order."""
    for match in _DAY.finditer(text):
        year = match["y"] or match["year"] or match["year2"] or match["y3"] or match["c"]
        yield LastDay(*match.span("when"), frozenset(_days(match)), int(year) % 100 if year else None)


def _days(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    if match["y"]:
        yield int(match["m"]), int(match["d"])
    elif match["d3"]:
        yield int(match["m3"]), int(match["d3"])
    elif match["a"]:
        yield int(match["a"]), int(match["b"])
        yield int(match["b"]), int(match["a"])
    else:
        name = match["month"] or match["month2"]
        yield _NUMBER[name.lower().rstrip(".")], int(match["day"] or match["day2"])
