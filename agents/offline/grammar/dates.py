"""Durations and dates: how long the journey runs, and the patterns other readers use for `three weeks` or `31 December`.

A month is 30 days, a quarter 90, a year 365. A date without a year is the next one. Not a calendar of every feast.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from agents.offline.grammar.doubts import Unclear
from agents.offline.grammar.goal import UPPER, Goal, count, rx
from agents.offline.grammar.numbers import NUMBER

DEFAULT_DAYS = 28
LONGEST = 730
_DAYS = {"hour": 1 / 24, "hr": 1 / 24, "day": 1, "week": 7, "wk": 7, "fortnight": 14, "month": 30, "quarter": 90, "year": 365, "yr": 365}
UNIT = rf"(?:{'|'.join(_DAYS)})"
_MONTHS = "|".join(f"{m}(?:{calendar.month_name[i][3:]})?" for i, m in enumerate(calendar.month_abbr) if i) + "|sept"
_FEASTS = {"christmas": (12, 24), "new year's eve": (12, 31), "valentine's day": (2, 14), "halloween": (10, 31), "year end": (12, 31)}
_WEEKDAYS = [d.lower() for d in calendar.day_name]
DATE = (
    r"(?P<iso>\d{4}-\d{1,2}-\d{1,2})"
    rf"|(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<m1>{_MONTHS})\b\.?(?:,? (?P<y1>20\d\d))?"
    rf"|(?P<m2>{_MONTHS})\.? (?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d|:)(?:,? (?P<y2>20\d\d))?"
    r"|(?P<a>\d{1,2})[/.](?P<b>\d{1,2})[/.](?P<y3>(?:20)?\d\d)\b"
    rf"|(?:the )?end of (?P<end>(?:the |this )?(?:month|quarter|year|week)|{_MONTHS})\b"
    rf"|(?P<feast>{'|'.join(_FEASTS)}|black friday|thanksgiving)"
    rf"|(?:next |this )?(?P<weekday>{'|'.join(_WEEKDAYS)})\b"
)


def duration(tag: str) -> str:
    """A pattern for a length of time (`3 weeks`, `a month`, `60+ days`, `3-6 weeks`); groups `{tag}_lo`, `{tag}_n`, `{tag}_unit`."""
    return (
        rf"(?:(?:(?P<{tag}_lo>{NUMBER}) ?(?:-|to|or) ?)?(?P<{tag}_n>{NUMBER})\+?|(?:an?|one|the last|the past|this)\b)[ "
        rf"-]?(?:full |whole |straight )?(?P<{tag}_unit>{UNIT})s?\b"
    )


def days(match: re.Match[str], tag: str) -> float:
    """The length a `duration(tag)` pattern has matched, in days; of a range the upper end."""
    return float(match[f"{tag}_n"] or 1) * _DAYS[match[f"{tag}_unit"].lower()]


def least_days(match: re.Match[str], tag: str) -> float:
    """The lower end of a range of lengths, in days; of a single length, that length."""
    return float(match[f"{tag}_lo"] or match[f"{tag}_n"] or 1) * _DAYS[match[f"{tag}_unit"].lower()]


def read_date(match: re.Match[str], goal: Goal) -> date:
    """The day a DATE pattern has matched. Raises Unclear for a day that does not exist."""
    g, today = match.groupdict(), goal.today
    try:
        if g["iso"]:
            year, month, day = map(int, g["iso"].split("-"))
            return date(year, month, day)
        if g["a"]:
            return _slashed(int(g["a"]), int(g["b"]), int(g["y3"]), goal)
        if g["d1"] or g["d2"]:
            month = list(calendar.month_abbr).index((g["m1"] or g["m2"])[:3].title())
            return _next(month, int(g["d1"] or g["d2"]), g["y1"] or g["y2"], today)
        if g["end"]:
            return _end(g["end"].lower().removeprefix("the ").removeprefix("this "), today)
    except ValueError:
        raise Unclear("no_such_day", match.span()) from None
    if g["weekday"]:
        ahead = (_WEEKDAYS.index(g["weekday"].lower()) - today.weekday()) % 7 or 7
        return today + timedelta(days=ahead)
    feast = g["feast"].lower()
    if feast in _FEASTS:
        return _next(*_FEASTS[feast], None, today)
    on = [_thanksgiving(year) + timedelta(days=feast == "black friday") for year in (today.year, today.year + 1)]
    return next(d for d in on if d >= today)


def _slashed(a: int, b: int, year: int, goal: Goal) -> date:
    """Day first or month first, whichever exists; where both do, the earlier day still ahead, and a question."""
    year = year if year > 99 else 2000 + year
    both = [date(year, m, d) for d, m in {(a, b), (b, a)} if 1 <= m <= 12 and d <= calendar.monthrange(year, m)[1] and d]
    if not both:
        raise ValueError
    if len(both) > 1:
        goal.ask(f"Is {a}/{b}/{year} {' or '.join(f'{d.day} {d:%B}' for d in sorted(both))}? I have taken the earlier one.")
    return min((d for d in both if d >= goal.today), default=max(both))


def _next(month: int, day: int, year: str | None, today: date) -> date:
    if year:
        return date(int(year), month, day)
    for y in range(today.year, today.year + 9):  # a 29 February may be years away
        if day <= calendar.monthrange(y, month)[1] and date(y, month, day) >= today:
            return date(y, month, day)
    raise ValueError


def _end(what: str, today: date) -> date:
    if what == "week":
        return today + timedelta(days=6 - today.weekday())
    if what == "year":
        return date(today.year, 12, 31)
    month = today.month if what == "month" else (today.month - 1) // 3 * 3 + 3 if what == "quarter" else 0
    month = month or list(calendar.month_abbr).index(what[:3].title())
    year = today.year + (month < today.month)
    return date(year, month, calendar.monthrange(year, month)[1])


def _thanksgiving(year: int) -> date:
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 21)


_FROM_TO = rx(rf"\b(?:from|starting|start(?:s|ing)?(?: on)?|beginning|launch(?:es|ing)?(?: on)?) (?:on )?(?:{DATE})")
_UNTIL = rx(rf"\b(?P<word>until|till|by|through|to|before|ends?(?: on)?|ending(?: on)?|up to|no later than)(?: the)?(?: on)? (?:{DATE})")
_FOR = rx(
    rf"\b(?:(?:for|over|during|across|in|within|inside)(?: {UPPER})?(?: (?:the|a total of|a period of))?(?: (?:next|coming"
    rf"|following|whole|first))?"
    rf"|(?:run|runs|running|(?<!the )(?<!in )lasts?|lasting|duration|horizon|length|timeline|period|time ?frame)(?: (?:of|for"
    rf"|is))?[: =]{{0,3}}) {duration('h')}"
)
_ALONE = rx(rf"(?:^|(?<=[,;.]))\s?{duration('h')}(?=\s?(?:$|[,;.]))")
_LONG = rx(rf"\b{duration('h')}[ -](?:long )?(?:campaign|journey|programme|program|pilot|test|run|sprint|flight|horizon|push)\b")


def read_horizon(goal: Goal) -> int:
    """Days the journey runs, 1 to 730. An end in the past, before the start or beyond two years is a doubt."""
    begins = goal.take(_FROM_TO)
    starts = [read_date(m, goal) for m in begins]
    for m in begins:
        goal.ask(f"The plan starts when it is approved; should approval wait until {m.group().split(' ', 1)[1]}?")
    ends: list[int] = []
    for match in goal.take(_UNTIL):
        end = read_date(match, goal) - timedelta(days=match["word"].lower() == "before")
        if starts and end < max(starts):
            goal.doubt("dates", *(m.span() for m in begins), match.span())
        elif (ahead := (end - goal.today).days) < 1:
            goal.doubt("past", match.span(), today=f"{goal.today:%Y-%m-%d}")
        else:
            ends.append(ahead)
    lengths = [*goal.take(_LONG), *goal.take(_FOR), *goal.take(_ALONE)]
    ends += [max(1, int(least_days(match, "h"))) for match in lengths]
    if not ends:
        if not goal.doubts or goal.doubts[-1].about not in ("dates", "past"):
            goal.assume(f"The journey runs for {DEFAULT_DAYS} days, as the goal names no end.")
        return DEFAULT_DAYS
    if len(set(ends)) > 1:
        goal.ask(f"The goal names several lengths ({', '.join(count(d, 'day') for d in sorted(set(ends)))}); I have taken the shortest.")
    if min(ends) > LONGEST:
        goal.doubt("too_long", *(m.span() for m in lengths), size=f"{min(ends):,}")
    return min(*ends, LONGEST)
