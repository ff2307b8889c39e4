"""Recorded answers: a run is had again with no network, a changed question is another one, and a missing answer fails with the remedy."""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from pydantic import BaseModel
from typer.testing import CliRunner

from app.cli import app
from evals.cassette import Cassette
from evals.subject import Subject
from journeyman.errors import ModelNonsense, RunError
from prompts import Prompt
from tests.evals.broken import broken

BASE = "http://model.test/v1"
ENV = {"OPENAI_BASE_URL": BASE, "OPENAI_API_KEY": "sk-very-secret-key"}


class Said(BaseModel):
    """What the model says."""

    paragraph: str


def subject(folder: Path, mode: Any, **changes: Any) -> Subject:
    return Subject("openai:small", cassette=Cassette(folder, mode, env={}), env=ENV, **changes)


async def _ask(asked: Subject, epoch: int, goal: str) -> tuple[str, float, int]:
    with asked.attempt(epoch) as tally:
        reply = await asked.door.ask("narrate", Said, goal=goal, learnings=[])
    return reply.value.paragraph, tally.spent()["seconds"], tally.spent()["tokens_in"]


def ask(asked: Subject, epoch: int = 1, goal: str = "Sell tea.") -> str:
    return asyncio.run(_ask(asked, epoch, goal))[0]


@pytest.fixture
def model(respx_mock: respx.MockRouter) -> respx.Route:
    """A model that says something else each time."""

    def say(request: httpx.Request) -> httpx.Response:
        said = json.dumps({"paragraph": f"answer {len(route.calls) + 1}"})
        usage = {"prompt_tokens": 11, "completion_tokens": 3, "total_tokens": 14}
        message = {"role": "assistant", "content": said}
        return httpx.Response(200, json={"choices": [{"index": 0, "finish_reason": "stop", "message": message}], "usage": usage})

    route = respx_mock.post(f"{BASE}/chat/completions").mock(side_effect=say)
    return route


@pytest.mark.respx(assert_all_called=False, using="httpx")
def test_what_is_recorded_is_not_asked_again_and_costs_the_same_tokens(model: respx.Route, tmp_path: Path) -> None:
    first = asyncio.run(_ask(subject(tmp_path, "record"), 1, "Sell tea."))
    for mode in ("record", "replay"):
        again = asyncio.run(_ask(subject(tmp_path, mode), 1, "Sell tea."))
        assert (again[0], again[2]) == (first[0], first[2]) == ("answer 1", 11)
    assert model.call_count == 1


@pytest.mark.respx(assert_all_called=False, using="httpx")
def test_epoch_goal_settings_prompt_and_model_are_each_part_of_the_question(model: respx.Route, tmp_path: Path) -> None:
    plain = subject(tmp_path, "record")
    other_prompt = Prompt(**{**plain.prompt("narrate").__dict__, "hash": "edited"})
    said = [
        ask(plain),
        ask(plain, epoch=2),
        ask(plain, goal="Sell coffee."),
        ask(subject(tmp_path, "record", settings={"temperature": 0.5})),
        ask(subject(tmp_path, "record", prompts={"narrate": other_prompt})),
    ]
    assert said == [f"answer {n}" for n in range(1, 6)] and model.call_count == 5
    assert len(list(tmp_path.rglob("*.json"))) == 5


def test_a_missing_answer_fails_without_a_call_and_names_the_remedy(respx_mock: respx.MockRouter, tmp_path: Path) -> None:
    asked = subject(tmp_path, "replay")
    with pytest.raises(RunError, match=r"narrate@1, epoch 3 .*--record"):
        ask(asked, epoch=3)
    assert asked.cassette and len(asked.cassette.missing) == 1 and not respx_mock.calls


@pytest.mark.respx(assert_all_called=False, using="httpx")
def test_a_build_server_never_records(model: respx.Route, tmp_path: Path) -> None:
    asked = Subject("openai:small", cassette=Cassette(tmp_path, "record", env={"CI": "true"}), env=ENV)
    with pytest.raises(RunError, match="No answer to narrate@1"):
        ask(asked)
    assert model.call_count == 0


@pytest.mark.respx(assert_all_called=False, using="httpx")
def test_no_key_or_address_is_kept(model: respx.Route, tmp_path: Path) -> None:
    ask(subject(tmp_path, "record"))
    text = "".join(f.read_text() for f in tmp_path.rglob("*.json"))
    assert "answer 1" in text and "secret" not in text and "model.test" not in text


@pytest.mark.respx(assert_all_called=False, using="httpx")
def test_a_spoiled_file_is_asked_again_and_a_bad_reply_is_replayed_as_bad(model: respx.Route, tmp_path: Path) -> None:
    ask(subject(tmp_path, "record"))
    file = next(tmp_path.rglob("*.json"))
    file.write_text("{half")
    assert ask(subject(tmp_path, "record")) == "answer 2"
    model.mock(
        return_value=httpx.Response(
            200, json={"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "no"}}]}
        )
    )
    for mode in ("record", "replay"):
        with pytest.raises(ModelNonsense):
            ask(subject(tmp_path, mode), goal="Sell nothing.")
    assert model.call_count == 2 + 3


def test_a_whole_run_is_replayed_with_no_network_to_the_same_scores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CI", raising=False)
    command = ["eval", "run", "copywriter", "--model", "rehearsal", "--case", "harbor-sms-none", "--case", "de-push-percent", "--json"]
    recorded = CliRunner().invoke(app, [*command, "--record"])

    def refuse(*_: object) -> None:
        raise AssertionError("a connection was made")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    replayed = CliRunner().invoke(app, [*command, "--replay"])
    kept = tmp_path / ".journeyman" / "evals" / "cassettes"
    assert len(list(kept.rglob("*.json"))) == len(list(tmp_path.rglob("cassettes/*/*.json"))) == 2
    one, two = json.loads(recorded.stdout), json.loads(replayed.stdout)
    assert one["means"] == two["means"] and one["spent"]["tokens_in"] == two["spent"]["tokens_in"] > 0
    file = broken("language line", tmp_path)
    assert file.id == "write"
    missing = CliRunner().invoke(app, [*command, "--replay", "--prompt", f"write={tmp_path}/write-without-language-line.j2"])
    assert missing.exit_code != 0 and isinstance(missing.exception, RunError) and "--record" in str(missing.exception)
