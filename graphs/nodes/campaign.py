"""Nodes of the campaign graph. Copy goes to the store as it is written, keyed by id, so that a repeated node writes nothing twice."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from langgraph.runtime import Runtime
from langgraph.types import Send, interrupt

from agents.briefs import first_round, top_up
from agents.copytext import core_text
from agents.roles import Opinion
from graphs.state import CampaignState, CheckTask, Context, WriteTask
from guardrails.check import check as check_variant
from guardrails.check import merge
from guardrails.lint import lint as lint_plan
from journeyman.domain import Brief, Plan, Variant, Verdict, Written
from journeyman.errors import ModelNonsense, ModelRefused
from journeyman.store import audit, journeys, library

ROUNDS = 4
REPAIRS = 2
"""How often rejected copy goes back to the copywriter."""
CHUNK = 40
"""Variants a check task takes at once."""


async def plan(state: CampaignState, runtime: Runtime[Context]) -> CampaignState:
    """The planner agent; a plan that is given already is kept."""
    c = runtime.context
    c.tell("Planning", 0, 0)
    made = Plan.model_validate(state["plan"]) if state.get("plan") else await c.team.planner.plan(state["goal"], c.setting)
    made = made.model_copy(update={"name": c.journey})
    journeys.save_plan(c.store, made)
    return {"plan": made.model_dump(mode="json")}


async def lint(state: CampaignState, runtime: Runtime[Context]) -> CampaignState:
    """The plan linter's findings, for the person who approves."""
    c, planned = runtime.context, Plan.model_validate(state["plan"])
    findings = lint_plan(planned, audience=c.audience(planned), other_plans=journeys.live_plans(c.store, but=c.journey))
    return {"findings": [f.model_dump(mode="json") for f in findings]}


async def approve_plan(state: CampaignState, runtime: Runtime[Context]) -> CampaignState:
    """⏸ A person says yes to the plan; no answer means no."""
    answer = _ask(runtime.context, "plan", {"plan": state["plan"], "findings": state["findings"]})
    if answer["approved"]:
        journeys.approve(runtime.context.store, runtime.context.journey, by=answer["by"])
    return {"plan_approved": bool(answer["approved"])}


def plan_verdict(state: CampaignState) -> Literal["approved", "rejected"]:
    return "approved" if state["plan_approved"] else "rejected"


async def brief(state: CampaignState, runtime: Runtime[Context]) -> CampaignState:
    """Orders copy: everything in the first round, what is lacking in later ones."""
    c = runtime.context
    round_, planned = state.get("round", 0) + 1, Plan.model_validate(state["plan"])
    good = library.read(c.store, c.journey, status="approved")
    briefs = (
        first_round(planned, c.setting.brand, state["target"])
        if round_ == 1
        else top_up(planned, c.setting.brand, state["target"], good, round_)
    )
    return {"round": round_, "briefs": [b.model_dump(mode="json") for b in briefs]}


def orders_for_writers(state: CampaignState) -> list[Send] | Literal["curate"]:
    return [Send("write", WriteTask(brief=b, plan=state["plan"])) for b in state["briefs"]] or "curate"


async def write(state: WriteTask, runtime: Runtime[Context]) -> CampaignState:
    """One brief → its variants, kept as drafts."""
    c, ordered, ordered_by = runtime.context, Brief.model_validate(state["brief"]), Plan.model_validate(state["plan"])
    try:
        written = await c.team.copywriter.write(ordered, ordered_by, c.setting)
    except (ModelNonsense, ModelRefused) as problem:  # later rounds order elsewhere what this brief should have brought
        audit.write(c.store, actor=c.team.model, action="leave a brief out", detail={"brief": ordered.id, "why": problem.message})
        written = []
    if c.team.model == "offline":
        library.add(c.store, c.journey, written)
    else:  # the disk and the rules take their time; writers who wait for the model need not wait for these too
        async with c.pen:
            await asyncio.to_thread(_keep, c, ordered_by, written)
    c.tell("Writing", len(written), 0)
    return {"unchecked": [w.variant.id for w in written]}


def _keep(c: Context, planned: Plan, written: list[Written]) -> None:
    """Drafts go to the store, and the rules judge them ahead of the check."""
    library.add(c.store, c.journey, written)
    for w in written:
        _by_code(c, planned, w.variant)


async def gather(state: CampaignState, runtime: Runtime[Context]) -> CampaignState:
    """Waits for all writers; nothing else."""
    return {}


def orders_for_checkers(state: CampaignState) -> list[Send] | Literal["curate"]:
    ids = state["unchecked"]
    return [Send("check", CheckTask(variants=ids[i : i + CHUNK], plan=state["plan"])) for i in range(0, len(ids), CHUNK)] or "curate"


async def check(state: CheckTask, runtime: Runtime[Context]) -> CampaignState:
    """Rules, then the reviewer agent (which can only add). What is rejected goes back to the copywriter, twice at most, and what comes back
    is checked from the start."""
    c, planned = runtime.context, Plan.model_validate(state["plan"])
    copies = library.read(c.store, c.journey, status="drafted", ids=state["variants"])
    verdicts = await _judge(c, planned, [w.variant for w in copies])
    for _ in range(REPAIRS):
        rejected = [w for w in copies if verdicts[w.variant.id].verdict == "reject"]
        tried = await asyncio.gather(
            *(c.team.copywriter.repair(w, verdicts[w.variant.id].violations, planned, c.setting) for w in rejected)
        )
        copies = [w for w in tried if w is not None]
        if not copies:
            break
        library.replace(c.store, c.journey, copies)
        verdicts |= await _judge(c, planned, [w.variant for w in copies])
    library.judge(c.store, c.journey, verdicts)
    return {}


async def _judge(c: Context, planned: Plan, variants: list[Any]) -> dict[str, Verdict]:
    by_code = {v.id: _by_code(c, planned, v) for v in variants}
    by_model = await c.team.reviewer.review([v for v in variants if by_code[v.id].verdict != "reject"], planned, c.setting)
    none = Opinion([])
    said = {id_: by_model.get(id_, none) for id_ in by_code}
    return {id_: merge(verdict, said[id_].violations, unsure=said[id_].unsure) for id_, verdict in by_code.items()}


def _by_code(c: Context, planned: Plan, variant: Variant) -> Verdict:
    """What the rules say, worked out once."""
    key = f"{variant.id} {variant.fingerprint()}"
    if key not in c.judged:
        c.judged[key] = check_variant(variant, c.setting.brand, planned.guardrails)
    return c.judged[key]


async def curate(state: CampaignState, runtime: Runtime[Context]) -> CampaignState:
    """Drops near-duplicates among what passed, in the order of ids, and counts."""
    c = runtime.context
    passed = library.read(c.store, c.journey, status="passed")
    assert c.near_duplicates is not None
    fresh = c.near_duplicates.keep([(w.variant.channel, w.variant.id, core_text(w.variant)) for w in passed])
    library.settle(
        c.store, c.journey, approved=[i for i, new in fresh.items() if new], duplicates=[i for i, new in fresh.items() if not new]
    )
    return {"counts": library.counts(c.store, c.journey)}


def enough(state: CampaignState) -> Literal["short", "enough"]:
    return "short" if state["counts"]["approved"] < state["target"] and state["round"] < ROUNDS else "enough"


async def approve_library(state: CampaignState, runtime: Runtime[Context]) -> CampaignState:
    """⏸ A person says yes to the copy; no answer means no."""
    answer = _ask(runtime.context, "library", {"counts": state["counts"]})
    return {"published": bool(answer["approved"])}


def library_verdict(state: CampaignState) -> Literal["approved", "rejected"]:
    return "approved" if state["published"] else "rejected"


async def publish(state: CampaignState, runtime: Runtime[Context]) -> CampaignState:
    """The journey goes live: from now on the send gate lets its approved variants through."""
    c = runtime.context
    journeys.go_live(c.store, c.journey)
    return {}


def _ask(c: Context, what: str, about: dict[str, Any]) -> dict[str, Any]:
    """A person's answer, or the standing yes of a demonstration; either is written to the audit log."""
    answer = {"approved": True, "by": "--approve auto"} if c.auto_approve else interrupt({"waits_for": what, **about})
    if not isinstance(answer, dict) or not isinstance(answer.get("approved"), bool):
        answer = {"approved": False, "by": "nobody"}
    audit.write(
        c.store,
        actor=str(answer.get("by") or "unknown"),
        action=f"{'approve' if answer['approved'] else 'reject'} {what}",
        detail={"journey": c.journey},
    )
    return answer
