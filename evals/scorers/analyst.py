"""Scores an analyst by its report: are its figures the report's, its directions right, its claims warranted, the clear ones found?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from journeyman.domain import Analysis, PolicyReport

LEAST = 60
"""Sends below which nothing can be clear."""
MANY = 8
"""As many learnings as an analyst need tell."""
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_UP = re.compile(r"\b(?:more|better|above|best|well|higher|wins?|ahead|outperforms?)\b", re.I)
_DOWN = re.compile(r"\b(?:less|worse|below|worst|lower|poorly|behind|underperforms?)\b", re.I)


def score(report: PolicyReport, analysis: Analysis, paragraph: str) -> tuple[dict[str, float], list[str]]:
    """`faithful`: figures that stand in the report; `direction`: learnings whose sign and words agree with their row; `warranted`:
    learnings whose interval is clear; `found`: clear rows that were named. Absent where there is nothing to judge."""
    marks: dict[str, list[tuple[bool, str]]] = {"faithful": [], "direction": [], "warranted": [], "found": []}
    allowed = set(figures(report))
    for text in (*(x.statement for x in analysis.learnings), paragraph):
        marks["faithful"] += [(_number(n) in allowed, f"{n} stands nowhere in the report: {text}") for n in _NUMBER.findall(text)]
    clear = dict(clear_rows(report))
    named = {(x.lever, x.level) for x in analysis.learnings if not x.segment and x.lift_points}
    for learning in analysis.learnings:
        where = f"{learning.lever} {learning.level}"
        if not learning.lift_points:
            continue
        if learning.segment:
            row = next(
                (s for s in report.segments if (s.segment, s.lever, s.level) == (learning.segment, learning.lever, learning.level)), None
            )
            marks["direction"].append(
                (row is not None and _agrees(learning.statement, row.reward_rate > row.overall_rate), f"{where}: sign")
            )
        else:
            up = clear.get((learning.lever, learning.level))
            marks["warranted"].append((up is not None, f"{where} is not clear of chance"))
            if up is not None:
                marks["direction"].append(((learning.lift_points > 0) == up and _agrees(learning.statement, up), f"{where}: sign"))
    if clear:
        for lever, level in clear if len(clear) <= MANY else ():
            marks["found"].append(((lever, level) in named, f"{lever} {level} is clear and was not told"))
    notes = [f"{name}: {why}" for name, m in marks.items() for ok, why in m if not ok]
    scores = {name: sum(ok for ok, _ in m) / len(m) for name, m in marks.items() if m}
    if not clear:
        scores["warranted"] = float(not named)
        notes += ["warranted: something was claimed though nothing is clear"] if named else []
    return scores, notes


def clear_rows(report: PolicyReport) -> Iterator[tuple[tuple[str, str], bool]]:
    """(lever, level) → above the overall rate, for the levels whose interval leaves it out."""
    for row in report.levels:
        peers = sum(r.lever == row.lever for r in report.levels)
        if row.lever != "variant" and peers > 1 and row.sends >= LEAST and not row.low <= report.reward_rate <= row.high:
            yield (row.lever, row.level), row.reward_rate > report.reward_rate


def figures(report: PolicyReport) -> Iterator[str]:
    """Every number that may be said of a report: its own, shares as percentages, and differences in points, to two decimals or fewer."""
    rates = [report.reward_rate, report.hold_rate, report.send_rate, report.unsubscribe_rate]
    counts: list[float] = [report.customers, report.decisions, report.rewards, report.day, report.horizon_days, 95, 100]
    differences = []
    for level in report.levels:
        rates += [level.reward_rate, level.low, level.high]
        counts.append(level.sends)
        differences.append(level.reward_rate - report.reward_rate)
    for row in report.segments:
        rates += [row.reward_rate, row.overall_rate]
        counts.append(row.sends)
        differences.append(row.reward_rate - row.overall_rate)
    for money in (report.budget_left, report.budget_total):
        counts += [money] if money is not None else []
    for share in (*rates, *differences):
        for decimals in (0, 1, 2):
            yield _number(f"{abs(100 * share):.{decimals}f}")
            yield _number(f"{round(abs(100 * share), 2):.{decimals}f}")  # points are kept to two decimals and may be told shorter
        yield _number(f"{abs(share)}")
    for count in counts:
        yield _number(f"{count:g}" if count < 1e6 else f"{count:.0f}")
    for text in (*(r.level for r in report.levels), *(s.segment for s in report.segments)):
        yield from map(_number, _NUMBER.findall(text))


def _agrees(statement: str, up: bool) -> bool:
    """Whether the words do not say the opposite; saying neither is no fault."""
    said_up, said_down = bool(_UP.search(statement)), bool(_DOWN.search(statement))
    return (said_up or not said_down) if up else (said_down or not said_up)


def _number(text: str) -> str:
    return f"{float(text.replace(',', '')):.10g}"


def read(output: Mapping[str, Any]) -> tuple[Analysis, str]:
    """An answer of the suite as what the analyst said."""
    return Analysis.model_validate(output["analysis"]), str(output["paragraph"])
