"""OpenTelemetry spans of model calls, by the GenAI semantic conventions (status: development; the names are written out here, since the
constants of the semantic-conventions package are marked as moved). Without an SDK all of this does nothing.

One span, `chat MODEL`, holds all requests made for one answer, repeated ones included. An agent that looks before it answers is the span
`invoke_agent NAME` around its answers and its tools (`execute_tool NAME`). What was said goes into a span only when
OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT is true. An answer from the cache is no call: an event on the span around it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer

from agents._line import Said
from agents._transport import Endpoint
from journeyman.errors import JourneymanError
from journeyman.place import place
from prompts import Prompt

CONTENT = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"


class Spans:
    """Makes the spans of one door. `tracer` None: the one of the process's provider, asked for when a span begins."""

    def __init__(
        self, endpoint: Endpoint, max_output: int, options: Mapping[str, Any], env: Mapping[str, str], tracer: Tracer | None
    ) -> None:
        self._tracer = tracer
        self._open = env.get(CONTENT, "").strip().lower() in ("true", "1")
        self._endpoint = endpoint
        address = endpoint.address
        self._fixed: dict[str, Any] = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": endpoint.provider or "unknown",
            "gen_ai.request.model": endpoint.name,
            "gen_ai.request.max_tokens": max_output,
            "gen_ai.output.type": "json",
            **({"server.address": address[0], "server.port": address[1]} if address else {}),
            **{f"gen_ai.request.{name}": options[name] for name in ("temperature", "top_p", "seed") if name in options},
        }

    @contextmanager
    def agent(self, name: str) -> Iterator[None]:
        """The span around an agent's work, from its first question to its answer."""
        provider = "gen_ai.provider.name"
        known = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": name, provider: self._fixed[provider]}
        with self._span(f"invoke_agent {name}", SpanKind.INTERNAL, known):
            yield

    @contextmanager
    def tool(self, name: str) -> Iterator[None]:
        """The span around one call of a tool."""
        known = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name, "gen_ai.tool.type": "function"}
        with self._span(f"execute_tool {name}", SpanKind.INTERNAL, known):
            yield

    @contextmanager
    def call(self, prompt: Prompt, ask: str) -> Iterator[Called]:
        """The span around one answer."""
        named = {**self._fixed, "gen_ai.prompt.name": prompt.id, **_ours(prompt), "journeyman.ask": ask}
        with self._span(f"chat {self._endpoint.name}", SpanKind.CLIENT, named) as span:
            yield Called(span, self._open)

    @contextmanager
    def _span(self, name: str, kind: SpanKind, known: Mapping[str, Any]) -> Iterator[Span]:
        """A span of the run at hand; what goes wrong in it is told in our own words."""
        here = place.get()
        tracer = self._tracer or trace.get_tracer("journeyman")
        known = {**known, "journeyman.run": here.run} if here else known
        with tracer.start_as_current_span(name, kind=kind, attributes=known, record_exception=False, set_status_on_exception=False) as span:
            try:
                yield span
            except BaseException as problem:
                fault = type(problem).__name__
                span.set_attribute("error.type", fault)
                # What a provider said may hold what we sent it; our own words name prompt and fault alone.
                span.set_status(Status(StatusCode.ERROR, problem.message if isinstance(problem, JourneymanError) else fault))
                raise

    def cached(self, prompt: Prompt) -> None:
        """An answer came from the cache."""
        trace.get_current_span().add_event("journeyman.cached", {"gen_ai.prompt.name": prompt.id, **_ours(prompt)})


class Called:
    """The span of one answer, to be told what happens."""

    def __init__(self, span: Span, open_: bool) -> None:
        self._span, self._open = span, open_
        self._tokens = [0, 0, 0]
        self._requests = 0

    def request(self, outcome: str, said: Said | None = None) -> None:
        """One more request was answered, or was not."""
        self._requests += 1
        self._span.set_attribute("journeyman.requests", self._requests)
        if said is None:
            self._span.add_event("journeyman.trouble", {"outcome": outcome})
            return
        if outcome != "ok":
            self._span.add_event("journeyman.mended", {"outcome": outcome})
        for place_, more in enumerate((said.tokens_in, said.tokens_out, said.tokens_cached)):
            self._tokens[place_] += more
        for name, value in zip(("input_tokens", "output_tokens", "cache_read.input_tokens"), self._tokens, strict=True):
            self._span.set_attribute(f"gen_ai.usage.{name}", value)
        self._span.set_attribute("gen_ai.response.finish_reasons", [said.finish or "unknown"])
        for name, text in (("model", said.model), ("id", said.id)):
            if text:
                self._span.set_attribute(f"gen_ai.response.{name}", text)

    def cost(self, dollars: float | None) -> None:
        if dollars is not None:
            self._span.set_attribute("journeyman.cost", dollars)

    def content(self, messages: Sequence[tuple[str, str]], answer: str) -> None:
        """What was said, where that is wanted."""
        if not self._open or not self._span.is_recording():
            return
        system = [{"type": "text", "content": text} for role, text in messages if role == "system"]
        asked = [{"role": role, "parts": [{"type": "text", "content": text}]} for role, text in messages if role != "system"]
        told = [{"role": "assistant", "parts": [{"type": "text", "content": answer}], "finish_reason": "stop"}]
        for name, value in (("system_instructions", system), ("input.messages", asked), ("output.messages", told)):
            self._span.set_attribute(f"gen_ai.{name}", json.dumps(value, ensure_ascii=False))


def _ours(prompt: Prompt) -> dict[str, str | int]:
    return {"journeyman.prompt.version": prompt.version, "journeyman.prompt.hash": prompt.hash}
