"""The learning graph: collect → attribute → update → measure → analyse, from events to a better policy and learnings.

Wiring only; the nodes stand in `graphs/nodes/learning.py`. Each decision is learned once, when its attribution window has closed.
"""

from __future__ import annotations

from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from graphs.nodes import learning as nodes
from graphs.state import Context, LearningState


def build(checkpointer: BaseCheckpointSaver[Any] | None = None) -> CompiledStateGraph[LearningState, Context, LearningState, LearningState]:
    """The compiled graph."""
    graph = StateGraph(LearningState, context_schema=Context)
    graph.add_node("attribute", nodes.attribute)
    graph.add_node("update", nodes.update)
    graph.add_node("measure", nodes.measure)
    graph.add_node("analyse", nodes.analyse)

    graph.add_edge(START, "attribute")
    graph.add_conditional_edges("attribute", nodes.anything_new, {"new": "update", "nothing": "measure"})
    graph.add_edge("update", "measure")
    graph.add_edge("measure", "analyse")
    graph.add_edge("analyse", END)
    return graph.compile(checkpointer=checkpointer, name="learning")
