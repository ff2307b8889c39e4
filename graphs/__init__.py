"""LangGraph wiring: one file per graph, nodes in `nodes/`, what flows in `state.py`."""
