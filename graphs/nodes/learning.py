"""Nodes of the learning graph. Rewards and the new policy version are written in one transaction, each decision once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Literal

from langgraph.runtime import Runtime

from graphs.nodes.cohort import looking
from graphs.state import Context, LearningState, Proposal, Working
from journeyman.domain import Analysis, PolicyReport, Renewal
from journeyman.store import audit, journeys, library
from tools.renewal import renew as take_in

PROPOSED = "propose copy"
KEPT, MOST_RETIRED = 5, 0.1
"""Variants of a channel and language that always stay, and the share of a library that one renewal may retire."""


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
    """A paragraph for the report; the analysis itself holds what to write more of and what to retire."""
    c, work, found = runtime.context, runtime.context.at_work(), Analysis.model_validate(state["analysis"])
    if state.get("renew", "no") != "no":  # a report only reads
        told = set(audit.learned(c.store))
        for x in found.learnings:
            if x.lift_points and x.statement not in told:
                audit.write(c.store, actor=c.team.model, action=audit.LEARNED, detail={"journey": c.journey, **x.model_dump(mode="json")})
    return {"narrative": await runtime.context.team.analyst.narrate(found.learnings, work.plan)}


def whether_to_renew(state: LearningState) -> Literal["renew", "enough"]:
    return "renew" if state.get("renew", "no") != "no" else "enough"


async def renew(state: LearningState, runtime: Runtime[Context]) -> LearningState:
    """The experimentation loop closes: the analysis goes to the campaign graph as a proposal; what that publishes becomes actions of the
    policy, and worn-out copy is chosen no more. Nothing is proposed where the plan wants none, or before its time."""
    c, work = runtime.context, runtime.context.at_work()
    asked = work.plan.renewal or (Renewal() if state.get("renew") == "now" else None)
    if asked is None or c.commission is None or (state.get("renew") == "due" and not _due(c, asked)):
        return {"renewed": {"proposed": 0}}
    proposal = _proposal(c, work, Analysis.model_validate(state["analysis"]), asked)
    if not proposal["wishes"] and not proposal["retire"]:
        return {"renewed": {"proposed": 0}}
    audit.write(c.store, actor=c.team.model, action=PROPOSED, detail={"journey": c.journey, **proposal})
    ended = await c.commission(proposal)
    changed = take_in(work.shift)
    told = {"proposed": len(proposal["wishes"]), "waits_for": ended["waits_for"], "came": changed.came, "went": changed.went}
    return {"renewed": told, "policy_version": changed.policy_version}


def _due(c: Context, asked: Renewal) -> bool:
    """Whether the days between two renewals have gone by; the first comes as many days after the journey was made."""
    last = [e.at for e in audit.read(c.store) if e.action == PROPOSED and e.detail.get("journey") == c.journey]
    since = max(last, default=journeys.read(c.store, c.journey).created_at)
    return c.store.clock.now() >= since + timedelta(days=asked.every_days)


def _proposal(c: Context, work: Working, found: Analysis, asked: Renewal) -> Proposal:
    """What the analysis asks for, within what the plan allows; a library is never emptied."""
    good = [v for v, _ in library.approved(c.store, c.journey)]
    left, retire = Counter((v.channel, v.language) for v in good), list[str]()
    for id_ in found.retire:
        variant = next((v for v in good if v.id == id_), None)
        if variant and left[variant.channel, variant.language] > KEPT and len(retire) < MOST_RETIRED * len(good):
            left[variant.channel, variant.language] -= 1
            retire.append(id_)
    why = [x.statement for x in found.learnings if x.lift_points and x.lever in work.plan.levels()][:5]
    return Proposal(wishes=found.write_more, variants=asked.variants, retire=retire, why=why, ask=asked.approval == "ask")
