"""Nodes of the campaign graph from the first brief on. Copy goes to the store as it is written, keyed by id, so that a repeated node writes
nothing twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

from langgraph.runtime import Runtime
from langgraph.types import Send

from agents import orders
from agents.copytext import core_text
from agents.roles import Opinion
from graphs.nodes.planning import ask
from graphs.state import Batch, CampaignState, CheckTask, Context, Proposal, WriteTask
from graphs.traced import traced
from guardrails.check import check as check_variant
from guardrails.check import merge
from journeyman.domain import Brand, Brief, Plan, Variant, Verdict, Written
from journeyman.errors import ModelNonsense, ModelRefused
from journeyman.store import audit, journeys, library

step = traced("campaign")
REPAIRS = 2
"""How often rejected copy goes back to the copywriter."""
RENEWAL, RENEWAL_ROUNDS = "renewal", 2
"""The count of rounds of a renewal, and how many it may have."""
BATCH = 40
"""Variants ordered in a batch, at most (or one brief): two calls of the reviewer's worth."""


def what_for(state: CampaignState) -> Literal["campaign", "renewal"]:
    return "renewal" if state.get("renewal") else "campaign"


async def brief(state: CampaignState, runtime: Runtime[Context]) -> CampaignState:
    """Orders copy: the first round of a language, then what is lacking; the brand's own language before the others."""
    c, planned = runtime.context, Plan.model_validate(state["plan"])
    brand = planned.spoken(c.setting.brand)
    if proposal := state.get("renewal"):
        return _renewal(c, planned, state, proposal)
    wanted, rounds = orders.targets(state.get("speakers", {}), brand, state["target"], planned.languages), dict(state.get("rounds", {}))
    good, ordered = library.read(c.store, c.journey, status="approved"), list[Brief]()
    written = Counter(w.variant.language[:2] for w in library.read(c.store, c.journey))
    for language in orders.due(orders.lacking(wanted, good), rounds, brand.default_language[:2], c.team.copywriter.languages):
        rounds[language] = rounds.get(language, 0) + 1
        ordered += orders.orders(planned, brand, wanted, language, rounds[language], good, written[language])
    return {"rounds": rounds, "briefs": _with_known(c, ordered)}


def _renewal(c: Context, planned: Plan, state: CampaignState, proposal: Proposal) -> CampaignState:
    """What was proposed for a live journey, or what its first round did not bring."""
    round_ = state.get("rounds", {}).get(RENEWAL, 0) + 1
    good, have = library.read(c.store, c.journey, status="approved"), len(state.get("fresh", []))
    note = f"Learned so far: {' '.join(proposal['why'])}"[:1500] if proposal["why"] else ""
    cycle = state.get("cycles", 0) + (round_ == 1)
    brand, number = planned.spoken(c.setting.brand), 100 * cycle + round_
    briefs = orders.renewal(planned, brand, proposal["wishes"], proposal["variants"] - have, number, good, note)
    return {"rounds": {**state.get("rounds", {}), RENEWAL: round_}, "cycles": cycle, "briefs": _with_known(c, briefs)}


def _with_known(c: Context, ordered: list[Brief]) -> list[dict[str, Any]]:
    """Briefs, each with the ids of the copy it must not repeat: what stands in the library now, so that no writer waits for another."""
    written = library.read(c.store, c.journey)
    if c.recall:
        c.recall([_subject(b) for b in ordered])  # looked up for all in one go, before each batch asks for its own
    return [b.model_dump(mode="json") | {"known": orders.known(b, written)} for b in ordered]


def batches(state: CampaignState) -> list[Send] | Literal["curate"]:
    """Briefs in batches, in their order: what is written together is reviewed together, and no batch waits for another."""
    made: list[list[dict[str, Any]]] = []
    room = 0
    for ordered in state["briefs"]:
        if not made or ordered["count"] > room:
            made.append([])
            room = BATCH
        made[-1].append(ordered)
        room -= ordered["count"]
    return [Send("make", Batch(briefs=some, plan=state["plan"])) for some in made] or "curate"


async def make(state: Batch, runtime: Runtime[Context]) -> CampaignState:
    """A batch of briefs → copy that is written and judged. Where one brief fails for good the others are finished first: what was paid for
    is kept."""
    c, planned = runtime.context, Plan.model_validate(state["plan"])
    known = [b["known"] for b in state["briefs"]]
    briefs = [Brief.model_validate({name: value for name, value in b.items() if name != "known"}) for b in state["briefs"]]
    told = c.recall([_subject(b) for b in briefs]) if c.recall else [c.setting.knowledge] * len(briefs)
    tasks = [WriteTask(brief=b, plan=planned, known=k, knowledge=t) for b, k, t in zip(briefs, known, told, strict=True)]
    ids: list[str] = []
    for found in await asyncio.gather(*(write(task, runtime) for task in tasks), return_exceptions=True):
        if isinstance(found, BaseException):
            raise found
        ids += found
    await check(CheckTask(variants=ids, plan=planned), runtime)
    return {}


def _subject(brief: Brief) -> str:
    """What to look up for a brief in the brand guide and in what was learned."""
    levels = [brief.channel, brief.theme, brief.tone, brief.product, brief.incentive.key if brief.incentive else None]
    return " ".join(level.replace("_", " ") for level in levels if level)


@step
async def write(state: WriteTask, runtime: Runtime[Context]) -> list[str]:
    """One brief → its variants, kept as drafts; their ids."""
    c, ordered, planned = runtime.context, state["brief"], state["plan"]
    place = {id_: n for n, id_ in enumerate(state["known"])}
    exists = sorted(library.read(c.store, c.journey, ids=state["known"]), key=lambda w: place[w.variant.id])
    originals = [w.variant for w in library.read(c.store, c.journey, ids=ordered.translates)]
    avoid, setting = [core_text(w.variant) for w in exists], replace(c.setting, knowledge=tuple(state["knowledge"]))
    try:
        written = await c.team.copywriter.write(ordered, planned, setting, avoid=avoid, originals=originals)
    except (ModelNonsense, ModelRefused) as problem:  # later rounds order elsewhere what this brief should have brought
        audit.write(c.store, actor=c.team.model, action="leave a brief out", detail={"brief": ordered.id, "why": problem.message})
        written = []
    await _aside(c, _keep, c, planned, written)
    c.tell("Writing", len(written), 0)
    return [w.variant.id for w in written]


async def _aside(c: Context, work: Callable[..., None], *given: Any) -> None:
    """The disk and the rules take their time; whoever waits for a model need not wait for these too."""
    if c.team.model == "offline":
        work(*given)
    else:
        async with c.pen:
            await asyncio.to_thread(work, *given)


def _keep(c: Context, planned: Plan, written: list[Written]) -> None:
    """Drafts go to the store; the rules judge them ahead of the check, and they are made ready to be compared."""
    library.add(c.store, c.journey, written)
    for w in written:
        _by_code(c, planned, w.variant)
    if c.near_duplicates is not None:
        c.near_duplicates.read_ahead([core_text(w.variant) for w in written])


@step
async def check(state: CheckTask, runtime: Runtime[Context]) -> None:
    """Rules, then the reviewer agent (which can only add). What is rejected goes back to the copywriter, twice at most, and what comes back
    is checked from the start."""
    c, planned = runtime.context, state["plan"]
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
    await _aside(c, library.judge, c.store, c.journey, verdicts)


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
    """Drops near-duplicates among what passed, in the order of ids, and counts; what is approved already holds against what is new."""
    c, planned = runtime.context, Plan.model_validate(state["plan"])
    brand = planned.spoken(c.setting.brand)
    good, passed = (library.read(c.store, c.journey, status=status) for status in ("approved", "passed"))
    assert c.near_duplicates is not None
    fresh = c.near_duplicates.keep([(_shelf(w.variant, brand), w.variant.id, core_text(w.variant)) for w in [*good, *passed]])
    new = [w.variant.id for w in passed if fresh[w.variant.id]]
    alike = [w.variant.id for w in passed if not fresh[w.variant.id]]
    if state.get("renewal"):  # the journey is live: what passed waits for the yes before anything may be sent
        library.settle(c.store, c.journey, duplicates=alike)
        return {"counts": library.counts(c.store, c.journey), "fresh": new}
    library.settle(c.store, c.journey, approved=new, duplicates=alike)
    wanted = orders.targets(state.get("speakers", {}), brand, state["target"], planned.languages)
    full = [*good, *(w for w in passed if fresh[w.variant.id])]
    return {"counts": library.counts(c.store, c.journey), "short": orders.lacking(wanted, full)}


def _shelf(variant: Variant, brand: Brand) -> str:
    """Texts are compared within a channel and a language."""
    return variant.channel if variant.language[:2] == brand.default_language[:2] else f"{variant.channel}-{variant.language[:2]}"


def enough(state: CampaignState, runtime: Runtime[Context]) -> Literal["short", "enough"]:
    if proposal := state.get("renewal"):
        left = len(state["fresh"]) < proposal["variants"] and state["rounds"][RENEWAL] < RENEWAL_ROUNDS
        return "short" if left and state["briefs"] else "enough"
    c = runtime.context
    own = Plan.model_validate(state["plan"]).spoken(c.setting.brand).default_language[:2]
    return "short" if orders.due(state["short"], state["rounds"], own, c.team.copywriter.languages) else "enough"


async def approve_library(state: CampaignState, runtime: Runtime[Context]) -> CampaignState:
    """⏸ A person says yes to the copy; no answer means no."""
    c, proposal = runtime.context, state.get("renewal")
    if not proposal:
        answer = ask(c, "library", {"counts": state["counts"], "short": state["short"]})
        return {"published": bool(answer["approved"])}
    about = {"new": state["fresh"], "retire": proposal["retire"], "why": proposal["why"]}
    answer = ask(c, "new copy", about, standing=None if proposal["ask"] else "the plan")
    if not answer["approved"]:
        library.settle(c.store, c.journey, rejected=state["fresh"])
        return {"published": False, **_settled(state)}
    return {"published": True}


def library_verdict(state: CampaignState) -> Literal["approved", "rejected"]:
    return "approved" if state["published"] else "rejected"


async def publish(state: CampaignState, runtime: Runtime[Context]) -> CampaignState:
    """The journey goes live: from now on the send gate lets its approved variants through."""
    c = runtime.context
    if proposal := state.get("renewal"):
        with c.store.transaction():
            library.settle(c.store, c.journey, approved=state["fresh"])
            library.retire(c.store, c.journey, proposal["retire"])
            told = {
                "journey": c.journey,
                "cycle": state["cycles"],
                "new": state["fresh"],
                "retired": proposal["retire"],
                "why": proposal["why"],
            }
            audit.write(c.store, actor=c.team.model, action="renew library", detail=told)
        return _settled(state)
    journeys.go_live(c.store, c.journey)
    if state["short"]:
        audit.write(c.store, actor="curate", action="library short", detail={"journey": c.journey, "lacking": state["short"]})
    return {}


def _settled(state: CampaignState) -> CampaignState:
    """A renewal is over: the next one begins anew."""
    return {"renewal": None, "fresh": [], "rounds": {k: n for k, n in state["rounds"].items() if k != RENEWAL}}
