"""Nodes of the learning graph. Rewards and the new policy version are written in one transaction, each decision once."""

from __future__ import annotations

from typing import Literal

from langgraph.runtime import Runtime

from graphs.nodes.cohort import looking
from graphs.state import Context, LearningState
from journeyman.domain import PolicyReport


async def update(state: LearningState, runtime: Runtime[Context]) -> LearningState:
    """Attributes what happened to the decisions whose window has closed, and teaches them to the policy."""
    learned, version = runtime.context.at_work().shift.learn(state["slot"])
    return {"learned": learned, "policy_version": version}


def whether_to_analyse(state: LearningState) -> Literal["analyse", "enough"]:
    """Analysis is for people: only when asked for, and when something was learned."""
    return "analyse" if state.get("analyse") else "enough"


async def analyse(state: LearningState, runtime: Runtime[Context]) -> LearningState:
    """What was learned, in words, and which copy to order next."""
    work = runtime.context.at_work()
    report = PolicyReport.model_validate(await work.tools["policy_report"].ainvoke({}))
    analysis = await runtime.context.team.analyst.analyse(report, work.plan, looking(work.tools))
    return {"report": report.model_dump(mode="json"), "analysis": analysis.model_dump(mode="json")}


async def propose(state: LearningState, runtime: Runtime[Context]) -> LearningState:
    """A paragraph for the report; the analysis itself holds the new briefs for the campaign graph."""
    from journeyman.domain import Analysis

    work, found = runtime.context.at_work(), Analysis.model_validate(state["analysis"])
    return {"narrative": await runtime.context.team.analyst.narrate(found.learnings, work.plan)}
