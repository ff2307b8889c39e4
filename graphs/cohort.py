"""The cohort graph: snapshot → orchestrate → decide → deliver, one scheduled run for a journey's customers.

Wiring only; the nodes stand in `graphs/nodes/cohort.py`. Eligibility and decision are the bandit's tools; the send gate stands
inside deliver. Costs no tokens per customer. A run repeated for the same slot decides nothing anew and sends nothing twice.
"""

from __future__ import annotations

from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from graphs.nodes import cohort as nodes
from graphs.state import CohortState, Context
from graphs.traced import traced


def build(checkpointer: BaseCheckpointSaver[Any] | None = None) -> CompiledStateGraph[CohortState, Context, CohortState, CohortState]:
    """The compiled graph."""
    graph = StateGraph(CohortState, context_schema=Context)
    step = traced("cohort")
    graph.add_node("snapshot", step(nodes.snapshot))
    graph.add_node("orchestrate", step(nodes.orchestrate))
    graph.add_node("decide", step(nodes.decide))
    graph.add_node("deliver", step(nodes.deliver))

    graph.add_edge(START, "snapshot")
    graph.add_conditional_edges("snapshot", nodes.already_decided, {"new": "orchestrate", "decided": "deliver"})
    graph.add_edge("orchestrate", "decide")
    graph.add_edge("decide", "deliver")
    graph.add_edge("deliver", END)
    return graph.compile(checkpointer=checkpointer, name="cohort")
