"""The analyst on a language model. It says what was learned in words; every number comes from the report, none from the model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pydantic import BaseModel, ConfigDict, Field

from agents.ask import Door
from journeyman.domain import Analysis, Learning, Plan, PolicyReport

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


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

    async def analyse(self, report: PolicyReport, plan: Plan) -> Analysis:
        """Learnings with the report's own numbers, cells to write more of, variants to retire. Raises ModelError."""
        levers = _levers(plan)
        worn = {row.level for row in report.levels if row.lever == "variant"}

        def check(reply: AnalysisReply) -> AnalysisReply:
            for lesson in reply.learnings:
                _numbers(lesson, report)
                _figures(lesson.statement, [lesson.level, lesson.segment or ""])
            if strange := [x for cell in reply.write_more for x in cell.levels if x.level not in levers.get(x.lever, [])]:
                raise ValueError(f"write_more: {strange[0].lever} {strange[0].level} is not among the levers listed.")
            if unknown := [v for v in reply.retire if v not in worn]:
                raise ValueError(f"retire: the report names no variant {unknown[0]}.")
            return reply

        found = (
            await self._door.ask(
                "analyse", AnalysisReply, check=check, goal=plan.goal, report=report.model_dump(mode="json"), levers=levers
            )
        ).value
        return Analysis(
            learnings=[Learning(**lesson.model_dump(), **_numbers(lesson, report)) for lesson in found.learnings],
            write_more=[{x.lever: x.level for x in cell.levels} for cell in found.write_more],
            retire=list(dict.fromkeys(found.retire)),
        )

    async def narrate(self, learnings: Sequence[Learning], plan: Plan) -> str:
        """A paragraph whose every figure stands in the learnings. Raises ModelError."""
        told = [{**x.model_dump(mode="json"), "lift_points": round(x.lift_points, 2)} for x in learnings]
        known = [f"{value}" for x in told for value in x.values()] + [f"{abs(float(x['lift_points'])):g}" for x in told] + [plan.goal]

        def check(reply: Paragraph) -> Paragraph:
            _figures(reply.paragraph, known)
            return reply

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


def _numbers(lesson: _Lesson, report: PolicyReport) -> dict[str, float | int]:
    """lift_points and sends of the report's row for a lesson. Raises ValueError when the report has none."""
    for row in report.segments:
        if (row.segment, row.lever, row.level) == (lesson.segment, lesson.lever, lesson.level):
            return {"lift_points": 100 * (row.reward_rate - row.overall_rate), "sends": row.sends}
    for level in report.levels:
        if (None, level.lever, level.level) == (lesson.segment, lesson.lever, lesson.level):
            return {"lift_points": 100 * (level.reward_rate - report.reward_rate), "sends": level.sends}
    whom = f" for {lesson.segment}" if lesson.segment else ""
    raise ValueError(f"learnings: the report has no row {lesson.lever} {lesson.level}{whom}; spell rows as the report does.")


def _figures(text: str, known: Iterable[str]) -> None:
    allowed = {_plain(n) for source in known for n in _NUMBER.findall(source)}
    if invented := [n for n in _NUMBER.findall(text) if _plain(n) not in allowed]:
        raise ValueError(f"The figure {invented[0]} does not stand in what you were given; leave it out.")


def _plain(number: str) -> str:
    """A number without thousands separators or trailing zeros, for comparing as text."""
    return f"{float(number.replace(',', '')):g}" if number.count(".") < 2 else number
