"""Both ends of the experimentation loop in a workspace: what writers are told beside a brief, and proposals on their way to them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextvars import copy_context
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from app.checkpoints import campaign_graph
from app.running import running
from graphs.state import Proposal
from journeyman.store import Store, audit, journeys

if TYPE_CHECKING:
    from app.office import Office
    from tools.knowledge import Knowledge

RECALLED, LATEST = 6, 200
"""Passages a writer is given with a brief, and how many of the latest learnings they are chosen from."""


def recall(store: Store, passages: Sequence[str]) -> Callable[[Sequence[str]], list[list[str]]]:
    """Looks up the RECALLED passages of the knowledge folder and of what journeys have taught that are nearest to each subject."""

    @cache
    def known() -> Knowledge:
        from tools.knowledge import Knowledge

        told = Knowledge()
        told.add(["\n\n".join(passages), *(f"Learned earlier: {statement}" for statement in audit.learned(store)[-LATEST:])])
        return told

    found: dict[str, list[str]] = {}
    one_at_a_time = Lock()

    def looked_up(subjects: Sequence[str]) -> list[list[str]]:
        with one_at_a_time:  # a thread may be reading the folder ahead
            new = [subject for subject in dict.fromkeys(subjects) if subject not in found]
            found.update(zip(new, known().nearest(new, RECALLED), strict=True))
        return [found[subject] for subject in subjects]

    return looked_up


async def commission(office: Office, journey: str, proposal: Proposal, target: int) -> dict[str, Any]:
    """A live journey's campaign graph, begun again with what its analyst proposes; a proposal that still waits for a person stays the one
    that counts. Returns its state with `waits_for`. Called from within the learning graph, it is a graph of its own all the same."""
    from langchain_core.runnables.config import var_child_runnable_config

    async def run() -> dict[str, Any]:
        plan = journeys.plan(office.store, journey)
        begin = {"plan": plan.model_dump(mode="json"), "goal": plan.goal, "short": {}, "renewal": proposal, "fresh": []}
        async with campaign_graph(office.space, journey) as (graph, config):
            before = await graph.aget_state(config)
            if not before.interrupts:
                begin["target"] = before.values.get("target", target)
                with running(office, "campaign", journey):
                    await graph.ainvoke(begin, config, context=office.context(journey), durability="sync")
            after = await graph.aget_state(config)
            return {**after.values, "waits_for": after.interrupts[0].value["waits_for"] if after.interrupts else None}

    apart = copy_context()
    apart.run(var_child_runnable_config.set, None)
    return await asyncio.create_task(run(), context=apart)
