"""The campaign graph: plan (⇄ ⏸ask back) → lint → ⏸approve → brief → make* (write* → check) → curate → ⏸approve → publish.

Wiring only; the nodes stand in `graphs/nodes/planning.py` and `campaign.py`. `*` fans out under one concurrency limit; ⏸ waits for a
person. `make` takes a batch of briefs, so that one batch is reviewed while others are still being written.
Curate sends the graph back to brief while the library is short of its target and a round is left. A live journey comes here again with
what its analyst proposes: brief → … → publish, without a new plan.
"""

from __future__ import annotations

from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from graphs.nodes import campaign as nodes
from graphs.nodes import planning
from graphs.state import Batch, CampaignState, Context
from graphs.traced import traced


def build(checkpointer: BaseCheckpointSaver[Any] | None = None) -> CompiledStateGraph[CampaignState, Context, CampaignState, CampaignState]:
    """The compiled graph; without a checkpointer it cannot be interrupted or resumed."""
    graph = StateGraph(CampaignState, context_schema=Context)
    step = traced("campaign")
    graph.add_node("plan", step(planning.plan))
    graph.add_node("ask_back", step(planning.ask_back))
    graph.add_node("lint", step(planning.lint))
    graph.add_node("approve_plan", step(planning.approve_plan))
    graph.add_node("brief", step(nodes.brief))
    graph.add_node("make", nodes.make, input_schema=Batch)
    graph.add_node("curate", step(nodes.curate))
    graph.add_node("approve_library", step(nodes.approve_library))
    graph.add_node("publish", step(nodes.publish))

    graph.add_conditional_edges(START, nodes.what_for, {"campaign": "plan", "renewal": "brief"})
    graph.add_conditional_edges("plan", planning.planned, {"open": "ask_back", "planned": "lint"})
    graph.add_edge("ask_back", "plan")
    graph.add_edge("lint", "approve_plan")
    graph.add_conditional_edges("approve_plan", planning.plan_verdict, {"approved": "brief", "rejected": END})
    graph.add_conditional_edges("brief", nodes.batches, ["make", "curate"])
    graph.add_edge("make", "curate")
    graph.add_conditional_edges("curate", nodes.enough, {"short": "brief", "enough": "approve_library"})
    graph.add_conditional_edges("approve_library", nodes.library_verdict, {"approved": "publish", "rejected": END})
    graph.add_edge("publish", END)
    return graph.compile(checkpointer=checkpointer, name="campaign")
