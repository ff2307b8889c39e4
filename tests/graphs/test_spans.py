"""OpenTelemetry spans of a campaign: graph, nodes, model calls, by the GenAI conventions; no content unless asked for; nothing without
an SDK."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from agents._spans import CONTENT
from agents.ask import Price
from journeyman.errors import ModelUnavailable
from journeyman.store import model_calls, runs
from prompts import load
from tests.agents.openai_server import OpenAIServer
from tests.graphs.shop import campaign, make, no_wait, opened


def spans_of(folder: Path, server: OpenAIServer, target: int = 30, env: dict[str, str] | None = None, **door: Any) -> list[ReadableSpan]:
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    keys = {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": "sk-secret-12345678"} | (env or {})
    settings = {"env": keys, "sleep": no_wait, "deadline": server.patience, "prices": {"gpt-test": Price(input=1, output=2)}}
    with opened(folder, **settings, **door) as office:
        office.tracer = provider.get_tracer("test")
        try:
            campaign(office, target)
        finally:
            provider.shutdown()
    return list(kept.get_finished_spans())


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[ReadableSpan], Path]:
    folder = make(tmp_path_factory.mktemp("spans") / "shop")
    with OpenAIServer(chaos=0.3) as server:
        return spans_of(folder, server, options={"temperature": 0.4}), folder


def test_graph_nodes_and_calls_hang_together(told: tuple[list[ReadableSpan], Path]) -> None:
    spans, folder = told
    by_id = {s.context.span_id: s for s in spans if s.context}
    (root,) = [s for s in spans if s.parent is None]
    assert (root.name, root.kind) == ("invoke_workflow campaign", SpanKind.INTERNAL)
    assert attributes(root)["gen_ai.operation.name"] == "invoke_workflow" and attributes(root)["gen_ai.workflow.name"] == "campaign"
    parents = Counter((s.name, by_id[s.parent.span_id].name) for s in spans if s.parent)
    assert parents["campaign.plan", root.name] == 1 and parents["campaign.write", root.name] > 3
    assert parents["chat gpt-test", "campaign.write"] > 3 and parents["chat gpt-test", "campaign.check"] > 1
    assert parents["invoke_agent planner", "campaign.plan"] == 1 and parents["chat gpt-test", "invoke_agent planner"] == 1
    with opened(folder) as office:
        (run,) = runs.listed(office.store)
        calls = model_calls.read(office.store)
    assert attributes(root)["journeyman.run"] == run.id
    chats = [attributes(s) for s in spans if s.name == "chat gpt-test"]
    assert len(chats) == len({c["ask"] for c in calls}) and sum(c["journeyman.requests"] for c in chats) == len(calls)
    assert sum(c["gen_ai.usage.input_tokens"] for c in chats) == sum(c["tokens_in"] for c in calls)
    assert sum(c["journeyman.cost"] for c in chats) == pytest.approx(sum(c["cost"] for c in calls))


def test_a_call_is_told_by_the_conventions_names(told: tuple[list[ReadableSpan], Path]) -> None:
    span = next(s for s in told[0] if s.name == "chat gpt-test" and attributes(s)["gen_ai.prompt.name"] == "write")
    found = attributes(span)
    assert span.kind is SpanKind.CLIENT and span.status.status_code is StatusCode.UNSET
    fixed = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-test",
        "gen_ai.response.model": "gpt-test",
        "gen_ai.response.id": "chatcmpl-1",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.request.temperature": 0.4,
        "gen_ai.request.max_tokens": 8192,
        "gen_ai.output.type": "json",
        "server.address": "127.0.0.1",
        "journeyman.prompt.hash": load("write").hash,
        "journeyman.prompt.version": load("write").version,
    }
    assert {name: found.get(name) for name in fixed} == fixed
    assert found["server.port"] > 0 and found["gen_ai.usage.output_tokens"] > 0 and "gen_ai.usage.cache_read.input_tokens" in found


def test_repeated_requests_are_events_of_one_span(told: tuple[list[ReadableSpan], Path]) -> None:
    names = Counter(event.name for span in told[0] for event in span.events)
    assert names["journeyman.trouble"] > 0 and names["journeyman.mended"] > 0
    assert all((attributes(s)["journeyman.requests"] == 1 + len(s.events)) for s in told[0] if s.name == "chat gpt-test")


def test_no_word_of_what_was_said_and_no_key_is_in_a_span(told: tuple[list[ReadableSpan], Path]) -> None:
    text = " ".join(span.to_json() for span in told[0])
    assert "You are the copywriter" not in text and "Reply STOP" not in text and "sk-secret" not in text
    assert not any(name in text for name in ("gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions"))


def test_content_is_told_when_asked_for_and_answers_from_the_cache_are_events(
    told: tuple[list[ReadableSpan], Path], tmp_path: Path
) -> None:
    folder = make(tmp_path / "shop")
    with OpenAIServer() as server:
        spans = spans_of(folder, server, env={CONTENT: "true"})
        found = next(attributes(s) for s in spans if s.name == "chat gpt-test" and attributes(s)["gen_ai.prompt.name"] == "write")
        assert json.loads(found["gen_ai.system_instructions"])[0]["content"].startswith("You are the copywriter")
        assert [m["role"] for m in json.loads(found["gen_ai.input.messages"])] == ["user"]
        assert "variants" in json.loads(found["gen_ai.output.messages"])[0]["parts"][0]["content"]
        other = make(tmp_path / "again")
        shutil.copytree(folder / ".journeyman" / "replies", other / ".journeyman" / "replies")
        again = spans_of(other, server)
    assert not [s for s in again if s.name.startswith("chat")]
    assert sum(e.name == "journeyman.cached" for s in again for e in s.events) == sum(s.name.startswith("chat") for s in spans)


def test_what_went_wrong_is_told_without_what_was_said(tmp_path: Path) -> None:
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    with (
        OpenAIServer(faults={"500": 1.0}) as server,
        opened(make(tmp_path / "shop"), env={"OPENAI_BASE_URL": server.base_url}, sleep=no_wait, tries=2) as office,
    ):
        office.tracer = provider.get_tracer("test")
        with pytest.raises(ModelUnavailable):
            campaign(office, 30)
    spans = kept.get_finished_spans()
    assert [s.name for s in spans] == ["chat gpt-test", "invoke_agent planner", "campaign.plan", "invoke_workflow campaign"]
    for span in spans:
        assert attributes(span)["error.type"] == "ModelUnavailable" and span.status.status_code is StatusCode.ERROR
        assert "HTTP 500" in str(span.status.description) and not any(e.name == "exception" for e in span.events)


def test_without_an_sdk_spans_cost_nothing_and_keep_nothing() -> None:
    assert not trace.get_tracer("journeyman").start_span("x").is_recording()
