"""Nodes of the cohort graph. Everything a slot decides is written in one transaction; a slot decided already goes straight to delivery."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from langchain_core.tools import BaseTool
from langgraph.runtime import Runtime

from graphs.state import CohortState, Context
from journeyman.domain import PolicyReport

LOOKING = ("sequence_touchpoints", "forecast", "evaluate_policy", "explain")
"""The bandit's tools that change nothing: what agents may call by themselves."""


def looking(tools: Mapping[str, BaseTool]) -> dict[str, BaseTool]:
    """Of a journey's tools those that only look."""
    return {name: tools[name] for name in LOOKING}


async def snapshot(state: CohortState, runtime: Runtime[Context]) -> CohortState:
    """Features as of now, kept so that every decision can be replayed; nothing when the slot is decided already."""
    shift = runtime.context.at_work().shift
    done = shift.decided(state["slot"])
    return {"decided": done, "snapshot": "" if done else shift.snapshot(state["slot"])}


def already_decided(state: CohortState) -> Literal["new", "decided"]:
    return "decided" if state["decided"] else "new"


async def orchestrate(state: CohortState, runtime: Runtime[Context]) -> CohortState:
    """The orchestrator agent reads the policy's report and orders pace, exploration and rest; it can only tighten."""
    work = runtime.context.at_work()
    report = PolicyReport.model_validate(await work.tools["policy_report"].ainvoke({}))
    orders = await runtime.context.team.orchestrator.orchestrate(report, work.plan, looking(work.tools))
    return {"orders": orders.model_dump(mode="json")}


async def decide(state: CohortState, runtime: Runtime[Context]) -> CohortState:
    """Eligibility, choice and enqueueing, by the bandit tool, in one transaction."""
    tool = runtime.context.at_work().tools["select_touchpoints"]
    chosen = await tool.ainvoke({"slot": state["slot"], "snapshot": state["snapshot"], "orders": state["orders"]})
    return {"decided": chosen["decisions"], "enqueued": chosen["sends"], "moved": chosen["moved"]}


async def deliver(state: CohortState, runtime: Runtime[Context]) -> CohortState:
    """What is due now goes through the gate; what is due later stays planned for the next tick."""
    return {"tally": runtime.context.at_work().shift.deliver()}
