"""Nodes of the campaign graph up to the approved plan: planning, asking back, linting, and how a person is asked at all."""

from __future__ import annotations

from typing import Any, Literal

from langgraph.runtime import Runtime
from langgraph.types import interrupt
from pydantic import ValidationError

from graphs.state import CampaignState, Context
from guardrails.lint import lint as lint_plan
from journeyman.domain import Answer, Plan, Questions
from journeyman.errors import PlanError
from journeyman.store import audit, journeys


async def plan(state: CampaignState, runtime: Runtime[Context]) -> CampaignState:
    """The planner agent, with what it has been told so far; a plan that is given already is kept."""
    c = runtime.context
    c.tell("Planning", 0, 0)
    made = Plan.model_validate(state["plan"]) if state.get("plan") else await _planner(c, state)
    if isinstance(made, Questions):
        told = {"journey": c.journey, "goal": state["goal"], "about": [q.id for q in made.questions]}
        audit.write(c.store, actor="planner", action="ask", detail=told)
        return {"questions": [q.model_dump(mode="json") for q in made.questions]}
    made = made.model_copy(update={"name": c.journey})
    journeys.save_plan(c.store, made)
    return {"plan": made.model_dump(mode="json"), "questions": []}


async def _planner(c: Context, state: CampaignState) -> Plan | Questions:
    """The planner's answer. Raises PlanError when it still asks though nobody is there to answer."""
    answers, assume = [Answer.model_validate(a) for a in state.get("answers", [])], state.get("assume", False) or c.auto_approve
    made = await c.team.planner.plan(state["goal"], c.setting, answers=answers, assume=assume)
    if c.auto_approve and isinstance(made, Questions):
        open_ = [q for q in made.questions if not q.assumed] or made.questions
        raise PlanError(f"Nothing sensible can be assumed: {open_[0].text}", remedy="Say it in the goal.")
    return made


def planned(state: CampaignState) -> Literal["open", "planned"]:
    return "open" if state["questions"] else "planned"


async def ask_back(state: CampaignState, runtime: Runtime[Context]) -> CampaignState:
    """⏸ The planner asks back before it plans. Resumed with `{"answers": [{"question", "text"}, …]}` or `{"assume": true}`; anything else
    is no answer, and it asks again."""
    said = interrupt({"waits_for": "answers", "questions": state["questions"]})
    told = said if isinstance(said, dict) else {}
    try:
        given = [Answer.model_validate(a).model_dump() for a in told.get("answers", [])]
    except ValidationError:
        given = []
    assume = told.get("assume") is True
    if given or assume:
        about = {"journey": runtime.context.journey, "answers": given}
        audit.write(runtime.context.store, actor=str(told.get("by") or "unknown"), action="answer" if given else "assume", detail=about)
    return {"answers": [*state.get("answers", []), *given], "assume": assume}


async def lint(state: CampaignState, runtime: Runtime[Context]) -> CampaignState:
    """The plan linter's findings, for the person who approves."""
    c, planned = runtime.context, Plan.model_validate(state["plan"])
    facts = c.audience(planned)
    findings = lint_plan(planned, audience=facts, other_plans=journeys.live_plans(c.store, but=c.journey))
    return {"findings": [f.model_dump(mode="json") for f in findings], "speakers": facts.languages if facts else {}}


async def approve_plan(state: CampaignState, runtime: Runtime[Context]) -> CampaignState:
    """⏸ A person says yes to the plan; no answer means no."""
    answer = ask(runtime.context, "plan", {"plan": state["plan"], "findings": state["findings"]})
    if answer["approved"]:
        journeys.approve(runtime.context.store, runtime.context.journey, by=answer["by"])
    return {"plan_approved": bool(answer["approved"])}


def plan_verdict(state: CampaignState) -> Literal["approved", "rejected"]:
    return "approved" if state["plan_approved"] else "rejected"


def ask(c: Context, what: str, about: dict[str, Any], standing: str | None = None) -> dict[str, Any]:
    """A person's answer, or the `standing` yes of a plan or a demonstration; either is written to the audit log."""
    standing = "--approve auto" if c.auto_approve else standing
    answer = {"approved": True, "by": standing} if standing else interrupt({"waits_for": what, **about})
    if not isinstance(answer, dict) or not isinstance(answer.get("approved"), bool):
        answer = {"approved": False, "by": "nobody"}
    audit.write(
        c.store,
        actor=str(answer.get("by") or "unknown"),
        action=f"{'approve' if answer['approved'] else 'reject'} {what}",
        detail={"journey": c.journey},
    )
    return answer
