"""Planning a goal with the person who has it: the plan, or what the planner asks back first, and the answers it is given.

In a workspace the campaign graph does it, and what it waits for survives the command; outside one there is a plan and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from agents.roles import Setting
from app.office import TARGET, Office
from journeyman.clock import Clock, SystemClock
from journeyman.domain import Answer, Brand, Plan, Question
from journeyman.errors import PlanError, RunError
from journeyman.store import audit


@dataclass(frozen=True)
class Planned:
    """Where planning stands: a plan with its findings, or the questions it waits for. `journey` is None outside a workspace."""

    goal: str
    journey: str | None
    plan: Plan | None = None
    findings: list[dict[str, Any]] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


async def plan(office: Office, goal: str | None, answers: Sequence[str] = (), *, assume: bool = False, by: str = "command line") -> Planned:
    """Plans a goal with the workspace's own features and lints the plan, which then waits for approval. `answers` are for the open
    questions, in their order; no goal means the one asked about last. Raises RunError when there is nothing to answer, PlanError as
    the planner."""
    goal = goal or _asked_last(office)
    name = await office.name_for(goal)
    features = office.staged.build(office.clock.now())
    state = await office.campaign(name, {"goal": goal, "target": TARGET, "assume": assume and not answers}, features=features)
    left = list(answers)
    while state["waits_for"] == "answers" and left:
        asked = [Question.model_validate(q) for q in state["questions"]]
        given, left = _paired(asked, left), left[len(asked) :]
        state = await office.campaign(name, answer={"answers": [a.model_dump() for a in given], "by": by}, features=features)
    if left and not state.get("answers"):
        raise RunError(f"{name} waits for no answers.", remedy="Leave --answer out, or say all of it in the goal.")
    if state["waits_for"] == "answers" and assume:
        state = await office.campaign(name, answer={"assume": True, "by": by}, features=features)
    if state["waits_for"] == "answers":
        return Planned(goal, name, questions=[Question.model_validate(q) for q in state["questions"]])
    return Planned(goal, name, Plan.model_validate(state["plan"]), state["findings"])


async def plan_alone(goal: str | None, answers: Sequence[str] = (), *, assume: bool = False, clock: Clock | None = None) -> Planned:
    """A plan outside any workspace: the goal alone, the offline planner, a brand without a name."""
    from agents.offline.planner import OfflinePlanner

    if goal is None:
        raise PlanError("There is no goal.", remedy="Outside a workspace give the goal with its answers.")
    setting = Setting(brand=Brand(name="Your brand"), today=f"{(clock or SystemClock()).now():%Y-%m-%d}")
    given: list[Answer] = []
    left = list(answers)
    while True:
        made = await OfflinePlanner().plan(goal, setting, answers=given, assume=assume and not left)
        if isinstance(made, Plan):
            return Planned(goal, None, made)
        if not left:
            return Planned(goal, None, questions=list(made.questions))
        given, left = [*given, *_paired(made.questions, left)], left[len(made.questions) :]


def _paired(asked: Sequence[Question], answers: Sequence[str]) -> list[Answer]:
    return [Answer(question=q.id, text=text) for q, text in zip(asked, answers, strict=False)]


def _asked_last(office: Office) -> str:
    """The goal the planner asked about last. Raises RunError when it never did."""
    asked = [e for e in audit.read(office.store) if e.action == "ask"]
    if not asked:
        raise RunError("No goal waits for answers.", remedy="Give a goal: `journeyman plan GOAL`.")
    return str(asked[-1].detail["goal"])
