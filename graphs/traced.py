"""Nodes that leave a trace: each time one is at work, a step of the run in the store and an OpenTelemetry span.

A graph as a whole is the span `invoke_workflow NAME` (GenAI semantic conventions), made by whoever runs it (`workflow`); its nodes are
spans of our own beneath it, and model calls (agents) beneath those. Without an SDK the spans do nothing; outside a run no step is kept.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from langgraph.errors import GraphBubbleUp
from langgraph.runtime import Runtime
from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer

from graphs.state import Context
from journeyman.domain import Brief
from journeyman.errors import JourneymanError
from journeyman.place import Place, place
from journeyman.store import steps

Node = TypeVar("Node", bound=Callable[..., Awaitable[Any]])


def traced(graph: str) -> Callable[[Node], Node]:
    """Makes a node, an async function of `(state, runtime)`, leave a trace under its own name. LangGraph sees its signature as it is."""

    def leaving_a_trace(work: Node) -> Node:
        @functools.wraps(work)
        async def at_work(state: Any, runtime: Runtime[Context]) -> Any:
            with _step(runtime.context, graph, work.__name__, _about(state)):
                return await work(state, runtime)

        return cast(Node, at_work)

    return leaving_a_trace


@contextmanager
def workflow(name: str, run: str, tracer: Tracer | None = None, **about: str) -> Iterator[None]:
    """A run of a whole graph; what happens inside belongs to `run`."""
    known = {"gen_ai.operation.name": "invoke_workflow", "gen_ai.workflow.name": name, "journeyman.run": run}
    known |= {f"journeyman.{key}": value for key, value in about.items()}
    was = place.set(Place(run))
    try:
        with _span(tracer, f"invoke_workflow {name}", known):
            yield
    finally:
        place.reset(was)


@contextmanager
def _step(context: Context, graph: str, node: str, about: str) -> Iterator[None]:
    here = place.get()
    known = {"journeyman.graph": graph, "journeyman.node": node, "journeyman.journey": context.journey, "journeyman.about": about}
    with _span(context.tracer, f"{graph}.{node}", known) as span:
        if here is None:
            yield
            return
        number = steps.begin(context.store, here.run, graph, node, about)
        was, started = place.set(Place(here.run, number)), time.perf_counter()
        outcome: steps.Outcome = "done"
        try:
            yield
        except GraphBubbleUp:
            outcome = "waits"
            span.set_attribute("journeyman.waits", True)
            raise
        except BaseException:
            outcome = "failed"
            raise
        finally:
            place.reset(was)
            steps.end(context.store, here.run, number, outcome, time.perf_counter() - started)


@contextmanager
def _span(tracer: Tracer | None, name: str, known: dict[str, str]) -> Iterator[Span]:
    tracer = tracer or trace.get_tracer("journeyman")
    with tracer.start_as_current_span(
        name, kind=SpanKind.INTERNAL, attributes=known, record_exception=False, set_status_on_exception=False
    ) as span:
        try:
            yield span
        except GraphBubbleUp:
            raise  # a person is asked: nothing went wrong
        except BaseException as problem:
            kind = type(problem).__name__
            span.set_attribute("error.type", kind)
            span.set_status(Status(StatusCode.ERROR, problem.message if isinstance(problem, JourneymanError) else kind))
            raise


def _about(state: Any) -> str:
    """What a fan-out task is about, in a word or two; nothing for other nodes."""
    if not isinstance(state, dict):
        return ""
    if isinstance(state.get("brief"), Brief):
        return str(state["brief"].id)
    if isinstance(state.get("variants"), list):
        return f"{len(state['variants'])} variants"
    return str(state.get("slot", ""))
