"""The analyst on a language model. It says what was learned in words; every number in them is checked against the report.

A statement with a figure its row of the report does not hold goes back once; the second time the offline analyst's sentence about that
row takes its place. Differences, intervals and sends always come from the row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict, Field

from agents.ask import Door
from agents.faithful import Facts, Row, invented, of_learnings, of_row
from agents.loop import Tool, work
from agents.offline.analyst import OfflineAnalyst, learning, statement
from journeyman.domain import Analysis, Learning, Plan, PolicyReport, SegmentReport

STEPS = 4
"""Questions to the model for one analysis, the analysis among them."""
_PRAISE = re.compile(r"\b(?:better|best|more|higher|above|outperforms?|wins?)\b", re.I)
_BLAME = re.compile(r"\b(?:worse|worst|less|lower|below|underperforms?|weak(?:er|est)?|loses?)\b", re.I)


class _Lesson(BaseModel):
    model_config = ConfigDict(extra="forbid")

    statement: str = Field(min_length=10, max_length=400)
    lever: str = Field(max_length=200)
    level: str = Field(max_length=200)
    segment: str | None = Field(max_length=200)


class _Level(BaseModel):
    model_config = ConfigDict(extra="forbid")

    lever: str = Field(max_length=200)
    level: str = Field(max_length=200)


class _Cell(BaseModel):
    model_config = ConfigDict(extra="forbid")

    levels: list[_Level] = Field(min_length=1, max_length=5)


class AnalysisReply(BaseModel):
    """The reply to `analyse`."""

    model_config = ConfigDict(extra="forbid")

    learnings: list[_Lesson] = Field(max_length=10)
    write_more: list[_Cell] = Field(max_length=20)
    retire: list[str] = Field(max_length=100)


class Paragraph(BaseModel):
    """The reply to `narrate`."""

    model_config = ConfigDict(extra="forbid")

    paragraph: str = Field(min_length=40, max_length=1500)


class ModelAnalyst:
    """Reads reports through the door."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def analyse(self, report: PolicyReport, plan: Plan, tools: Mapping[str, Tool] = {}) -> Analysis:
        """Learnings with the report's own numbers, cells to write more of, variants to retire. Raises ModelError."""
        levers, weak = _levers(plan), {row.level for row in report.levels if row.lever == "variant"}
        sent_back = False

        def check(reply: AnalysisReply) -> AnalysisReply:
            nonlocal sent_back
            rows = [_row(lesson, report) for lesson in reply.learnings]
            if strange := [x for cell in reply.write_more for x in cell.levels if x.level not in levers.get(x.lever, [])]:
                raise ValueError(f"write_more: {strange[0].lever} {strange[0].level} is not among the levers listed.")
            if unknown := [v for v in reply.retire if v not in weak]:
                raise ValueError(f"retire: the report names no variant {unknown[0]}.")
            false = {n: bad for n, row in enumerate(rows) if (bad := _untrue(reply.learnings[n], row, report, plan))}
            if false and not sent_back:
                sent_back = True
                told = "; ".join(f"“{reply.learnings[n].statement[:80]}” says {', '.join(bad)}" for n, bad in false.items())
                raise ValueError(f"learnings: figures that are not their row's: {told}. Use the row's own numbers or none.")
            truthful = [
                lesson.model_copy(update={"statement": statement(rows[n], report)[:400]}) if n in false else lesson
                for n, lesson in enumerate(reply.learnings)
            ]
            return reply.model_copy(update={"learnings": truthful})

        found = await work(
            self._door,
            "analyse",
            AnalysisReply,
            tools,
            agent="analyst",
            check=check,
            steps=STEPS,
            goal=plan.goal,
            report=report.model_dump(mode="json"),
            levers=levers,
        )
        return Analysis(
            learnings=[learning(_row(lesson, report), report, lesson.statement) for lesson in found.learnings],
            write_more=[{x.lever: x.level for x in cell.levels} for cell in found.write_more],
            retire=list(dict.fromkeys(found.retire)),
        )

    async def narrate(self, learnings: Sequence[Learning], plan: Plan) -> str:
        """A paragraph whose every figure stands in the learnings; a false one is sent back once, then written without the model. Raises
        ModelError."""
        told = [{**x.model_dump(mode="json"), "lift_points": round(x.lift_points, 2)} for x in learnings]
        facts = of_learnings(learnings) | Facts(quotable=(plan.goal,))
        plainly = await OfflineAnalyst().narrate(learnings, plan)
        sent_back = False

        def check(reply: Paragraph) -> Paragraph:
            nonlocal sent_back
            bad = invented(reply.paragraph, facts)
            if bad and not sent_back:
                sent_back = True
                raise ValueError(f"The figure {bad[0]} does not stand in what you were given; leave it out.")
            return reply if not bad else Paragraph(paragraph=plainly)

        return (await self._door.ask("narrate", Paragraph, check=check, goal=plan.goal, learnings=told)).value.paragraph


def _levers(plan: Plan) -> dict[str, list[str]]:
    sets = plan.action_sets
    levers = {
        "channel": list(map(str, sets.channels)),
        "theme": sets.themes,
        "tone": sets.tones,
        "product": sets.products,
        "incentive": [i.key for i in sets.incentives],
    }
    return {lever: levels for lever, levels in levers.items() if levels}


def _row(lesson: _Lesson, report: PolicyReport) -> Row:
    """The report's row a lesson is about. Raises ValueError when the report has none."""
    rows: list[Row] = [r for r in report.segments if (r.segment, r.lever, r.level) == (lesson.segment, lesson.lever, lesson.level)]
    rows += [r for r in report.levels if (None, r.lever, r.level) == (lesson.segment, lesson.lever, lesson.level)]
    if not rows:
        whom = f" for {lesson.segment}" if lesson.segment else ""
        raise ValueError(f"learnings: the report has no row {lesson.lever} {lesson.level}{whom}; spell rows as the report does.")
    return rows[0]


def _untrue(lesson: _Lesson, row: Row, report: PolicyReport, plan: Plan) -> list[str]:
    """Figures of a statement that its row does not hold, and a "better" or "worse" that contradicts it."""
    bad = invented(lesson.statement, of_row(row, report) | Facts(quotable=(plan.goal, lesson.segment or "")))
    overall = row.overall_rate if isinstance(row, SegmentReport) else report.reward_rate
    if row.reward_rate < overall and _PRAISE.search(lesson.statement) and not _BLAME.search(lesson.statement):
        bad.append("better, where its rate is lower")
    if row.reward_rate > overall and _BLAME.search(lesson.statement) and not _PRAISE.search(lesson.statement):
        bad.append("worse, where its rate is higher")
    return bad
