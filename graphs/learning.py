"""The learning graph: update (attribute, teach, save) → analyse → propose → renew, from events to a better policy, learnings and new copy.

Wiring only; the nodes stand in `graphs/nodes/learning.py`. Each decision is learned once, when its attribution window has closed.
"""

from __future__ import annotations

from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from graphs.nodes import learning as nodes
from graphs.state import Context, LearningState
from graphs.traced import traced


def build(checkpointer: BaseCheckpointSaver[Any] | None = None) -> CompiledStateGraph[LearningState, Context, LearningState, LearningState]:
    """The compiled graph."""
    graph = StateGraph(LearningState, context_schema=Context)
    step = traced("learning")
    graph.add_node("update", step(nodes.update))
    graph.add_node("analyse", step(nodes.analyse))
    graph.add_node("propose", step(nodes.propose))
    graph.add_node("renew", step(nodes.renew))

    graph.add_edge(START, "update")
    graph.add_conditional_edges("update", nodes.whether_to_analyse, {"analyse": "analyse", "enough": END})
    graph.add_edge("analyse", "propose")
    graph.add_conditional_edges("propose", nodes.whether_to_renew, {"renew": "renew", "enough": END})
    graph.add_edge("renew", END)
    return graph.compile(checkpointer=checkpointer, name="learning")
