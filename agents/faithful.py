"""Are the numbers of a text true? Every figure a text about a report holds must stand in that report, in its own unit and place.

Plain functions over strings and records, for agents and evals alike; they know no model. A figure is true when some fact of its kind (a
rate, percentage points, a count, a money amount) reads so at the precision it is written with: 0.0341 is 3.4 %, or 3 %. Words that
multiply ("twice", "doubled") are figures too, and no report holds them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from journeyman.domain import Learning, LevelReport, PolicyReport, SegmentReport

Unit = Literal["percent", "points", "plain"]
Row = LevelReport | SegmentReport
_FIGURE = re.compile(
    r"(?P<round>\b(?:about|around|roughly|some|nearly|almost|over|more than|just over|just under)\s+)?"
    r"(?<![\w.,])(?P<sign>[-−+])?[$€£]?\s?(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?![\d])"
    r"(?P<after>\s?(?:%|percent\b(?!age)|per cent\b|percentage points?\b|points?\b|pp\b|x\b|times\b|k\b)?)",
    re.I,
)
_MULTIPLIES = re.compile(
    r"\b(?:twice|thrice|double[sd]?|doubling|triple[sd]?|tripling|halve[sd]?|halving|tenfold|twofold|threefold)\b", re.I
)
ROUGHLY = 0.05
"""How far a figure said to be rough may be off, as a share of the fact."""


@dataclass(frozen=True)
class Figure:
    """A number as a text tells it."""

    text: str
    value: float
    unit: Unit
    digits: int
    """Decimals shown."""
    rough: bool = False


@dataclass(frozen=True)
class Facts:
    """What may be said: numbers by kind, and words that may be quoted as they stand (names of levels, the goal)."""

    percent: frozenset[float] = frozenset()
    points: frozenset[float] = frozenset()
    plain: frozenset[float] = frozenset()
    quotable: tuple[str, ...] = field(default=())

    def __or__(self, other: Facts) -> Facts:
        return Facts(self.percent | other.percent, self.points | other.points, self.plain | other.plain, (*self.quotable, *other.quotable))


def figures(text: str) -> list[Figure]:
    """The figures of a text, in order; a multiplying word is one no fact can match."""
    found: list[tuple[int, Figure]] = []
    for m in _FIGURE.finditer(text):
        after, number = m["after"].strip().lower(), m["number"].replace(",", "")
        if after in ("x", "times", "k"):
            found.append((m.start(), Figure(f"{m['number']} {after}", float("nan"), "plain", 0)))
            continue
        unit: Unit = "percent" if after in ("%", "percent", "per cent") else "points" if after.startswith(("percentage", "pp")) else "plain"
        digits = len(number.partition(".")[2])
        found.append((m.start(), Figure(m["number"], float(number), unit, digits, bool(m["round"]))))
    found += [(m.start(), Figure(m[0], float("nan"), "plain", 0)) for m in _MULTIPLIES.finditer(text)]
    return [figure for _, figure in sorted(found, key=lambda f: f[0])]


def invented(text: str, facts: Facts) -> list[str]:
    """The figures of a text that no fact supports, as written. Empty: the text is faithful."""
    quoted = text
    for words in sorted(set(facts.quotable), key=len, reverse=True):
        if any(c.isdigit() for c in words):
            quoted = re.sub(rf"(?<![\w.,]){re.escape(words)}(?![\w%])", " ", quoted, flags=re.I)
    return [f.text for f in figures(quoted) if not _supported(f, facts)]


def of_report(report: PolicyReport) -> Facts:
    """All that a report holds."""
    rates = {report.reward_rate, report.hold_rate, report.send_rate, report.unsubscribe_rate}
    money = {x for x in (report.budget_left, report.budget_total) if x is not None}
    counts = {report.day, report.day + 1, report.horizon_days, report.customers, report.decisions, report.rewards}
    facts = Facts(frozenset(rates), frozenset(), frozenset(map(float, counts | money)))
    rows: list[Row] = [*report.levels, *report.segments]
    for row in rows:
        facts |= of_row(row, report)
    return facts


def of_row(row: Row, report: PolicyReport) -> Facts:
    """What may be said of one row: its rate and interval, what it is compared with, the difference in points, its sends."""
    overall = row.overall_rate if isinstance(row, SegmentReport) else report.reward_rate
    points = {x - overall for x in (row.reward_rate, row.low, row.high)}
    rates = frozenset({row.reward_rate, row.low, row.high, overall, report.reward_rate})
    return Facts(rates, frozenset(map(abs, points)), frozenset({float(row.sends)}), _names(row.lever, row.level))


def of_learnings(learnings: Iterable[Learning]) -> Facts:
    """What may be said of learnings: their points with intervals, their sends, and what their statements say."""
    facts = Facts()
    for x in learnings:
        points = [abs(p) / 100 for p in (x.lift_points, x.low_points, x.high_points) if p is not None]
        said = figures(x.statement)
        facts |= Facts(
            frozenset(f.value / 100 for f in said if f.unit == "percent"),
            frozenset([*points, *(f.value / 100 for f in said if f.unit == "points")]),
            frozenset([float(x.sends), *(f.value for f in said if f.unit == "plain")]),
            _names(x.lever, x.level),
        )
    return facts


def _supported(figure: Figure, facts: Facts) -> bool:
    known = {"percent": facts.percent, "points": facts.points, "plain": facts.plain}[figure.unit]
    scale = 1.0 if figure.unit == "plain" else 100.0
    if any(_reads(figure, scale * fact) for fact in known):
        return True
    return figure.unit == "plain" and any(_reads(figure, 100.0 * fact) for fact in facts.points)  # "2 points", "2.04"


def _reads(figure: Figure, fact: float) -> bool:
    near = abs(figure.value - fact) <= 0.5 * 10.0**-figure.digits + 1e-9
    return near or (figure.rough and abs(figure.value - fact) <= ROUGHLY * abs(fact))


def _names(lever: str, level: str) -> tuple[str, ...]:
    """How a level with a number in it may be called."""
    _kind, _, number = level.partition("-")
    if lever != "incentive" or not number:
        return (level, level.replace("_", " "))
    value = f"{float(number):,g}" if re.fullmatch(r"\d+(?:\.\d+)?", number) else number
    return (
        level,
        f"{value}% off",
        f"{value} % off",
        f"{value} off",
        f"${value} off",
        f"{value} points",
        f"{value} bonus points",
        f"{value}%",
    )
