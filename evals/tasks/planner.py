"""Suite `planner`: goals in four languages with known answers, vague and contradictory ones among them; cases in `suites/planner/`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any

from agents.roles import Setting
from evals.records import Attempt, Case
from evals.scorers import planner as scorer
from evals.subject import Subject
from evals.suite import Suite
from journeyman.domain import Plan
from journeyman.errors import PlanError


def read() -> list[Case]:
    """The goals; the setting they are read in is part of every case's hash."""
    shared = {"brand": _setting().brand.model_dump(mode="json"), "today": _setting().today}
    return [
        Case(id=c.id, cluster=c.id, given={"goal": c.goal, "language": c.language, "expect": c.expect, **shared}) for c in scorer.cases()
    ]


@cache
def _setting() -> Setting:
    return scorer.setting()


async def answer(case: Case, subject: Subject) -> dict[str, Any]:
    """The facts of the plan, or the questions asked back; neither where the goal was refused."""
    try:
        made = await subject.team.planner.plan(case.given["goal"], _setting())
    except PlanError as refusal:
        return {"refused": refusal.message}
    return scorer.facts(made) if isinstance(made, Plan) else {"questions": [q.text for q in made.questions]}


def score(case: Case, output: dict[str, Any]) -> tuple[dict[str, float], list[str]]:
    """`fields`: share of the expected fields that are right; `questions`: asked back where the goal cannot be planned."""
    expect = case.given["expect"]
    points = scorer.score(expect, output)
    lost = [f"{name}: {output.get(name)!r}, not {expect[name]!r}" for name, point in points.items() if point < 1]
    if expect.get("questions"):
        return {"questions": points["questions"]}, lost
    return {"fields": sum(points.values()) / len(points)}, lost


def breakdown(pairs: Sequence[tuple[Case, Attempt]]) -> dict[str, dict[str, float]]:
    """Shares of right answers by language."""
    seen: defaultdict[str, list[float]] = defaultdict(list)
    for case, attempt in pairs:
        seen[f"language {case.given['language']}"].append(sum(attempt.scores.values()))
    return {row: {"right": sum(v) / len(v), "attempts": len(v)} for row, v in sorted(seen.items())}


SUITE = Suite(
    name="planner",
    says="Goals in plain words become the plan they state; a goal that cannot be planned gets questions.",
    prompts=("plan",),
    metrics={"fields": "expected fields that the plan holds", "questions": "unplannable goals that got questions"},
    read=read,
    answer=answer,
    score=score,
    bars={"fields": 0.95, "questions": 0.95},
    breakdown=breakdown,
)
