"""A campaign on a model that fails at three calls in ten, and one that is killed: it ends with the same library, and pays for it once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from agents._cache import ReplyCache
from app.office import Office
from journeyman.errors import CircuitOpen
from journeyman.store import audit, library, model_calls, runs, steps
from prompts import load
from tests.agents.chaos import FAULTS
from tests.agents.openai_server import OpenAIServer
from tests.graphs.shop import ROOT, campaign, make, no_wait, opened

TARGET = 60
ENV = {"OPENAI_API_KEY": "test-key"}


def run(folder: Path, server: OpenAIServer, target: int = TARGET, **door: Any) -> dict[str, str]:
    """The approved variants by id, with what binds their text."""
    settings = {"env": ENV | {"OPENAI_BASE_URL": server.base_url}, "sleep": no_wait, "deadline": server.patience, **door}
    with opened(folder, **settings) as office:
        return approved(office, campaign(office, target)["journey"])


def approved(office: Office, journey: str) -> dict[str, str]:
    return {v.id: fingerprint for v, fingerprint in library.approved(office.store, journey)}


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], int]:
    """The library of a run without trouble, and the calls it took."""
    with OpenAIServer() as server:
        return run(make(tmp_path_factory.mktemp("calm") / "shop"), server), server.requests


def test_three_calls_in_ten_fail_and_nothing_is_lost(calm: tuple[dict[str, str], int], tmp_path: Path) -> None:
    endure(make(tmp_path / "shop"), calm, TARGET, fate=1)


@pytest.mark.slow
@pytest.mark.parametrize("fate", [1, 2, 3])
def test_nor_is_it_with_300_variants(fate: int, tmp_path: Path) -> None:
    with OpenAIServer() as server:
        calm = run(make(tmp_path / "calm"), server, 300), server.requests
    endure(make(tmp_path / "shop"), calm, 300, fate)


def endure(folder: Path, calm: tuple[dict[str, str], int], target: int, fate: int) -> None:
    """The same library, to the letter; each fault costs one call at most, so that three in ten cost less than half as many again."""
    with OpenAIServer(chaos=0.3, fate=fate, even=True) as server:
        assert run(folder, server, target) == calm[0] and len(calm[0]) >= target
    assert sum(server.misbehaved.values()) >= 0.25 * server.requests and len(server.misbehaved) >= len(FAULTS) - 2
    assert server.requests - sum(server.misbehaved.values()) <= calm[1]
    assert server.requests <= 1.5 * calm[1]


def test_leaked_instructions_are_in_no_copy(calm: tuple[dict[str, str], int], tmp_path: Path) -> None:
    folder = make(tmp_path / "shop")
    with OpenAIServer(faults={"leak": 0.5}) as server:
        assert run(folder, server) == calm[0]
    with opened(folder, env=ENV) as office:
        texts = [" ".join(w.variant.body.split()) for w in library.read(office.store, runs.listed(office.store)[0].options["journey"])]
    instructions = " ".join(load("write").source.split())
    assert server.misbehaved["leak"] > 5 and not any(instructions[i : i + 60] in t for t in texts for i in range(0, 2400, 20))


class Dead(Exception):
    """Stands for the end of the process."""


@pytest.mark.parametrize("at", [3, 25])
def test_what_was_paid_before_it_stopped_is_not_paid_again(
    at: int, calm: tuple[dict[str, str], int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends when the reply is on disk and nobody has used it yet."""
    put, kept = ReplyCache.put, list[str]()

    def mortal(self: ReplyCache, key: str, value: Any) -> None:
        put(self, key, value)
        kept.append(key)
        if len(kept) == at:
            raise Dead

    folder = make(tmp_path / "shop")
    with OpenAIServer() as server:
        monkeypatch.setattr(ReplyCache, "put", mortal)
        with pytest.raises(Dead):
            run(folder, server)
        paid = len(kept)
        monkeypatch.setattr(ReplyCache, "put", put)
        assert run(folder, server) == calm[0]
        twice = sum(n - 1 for n in server.asked.values())
    assert paid >= at and server.requests == calm[1] + twice and twice <= 8  # calls under way when it ended
    with opened(folder, env=ENV) as office:
        first, second = runs.listed(office.store, "campaign")
        assert (first.state, second.state) == ("failed", "done")
        outcomes = [c["outcome"] for c in model_calls.read(office.store, runs=[second.id])]
        assert outcomes.count("cached") >= 1
        assert {s.outcome for s in steps.of(office.store, second.id)} == {"done"}


@pytest.mark.slow
@pytest.mark.parametrize("at", [2, 15, 40])
def test_killed_in_earnest_it_resumes_without_paying_twice(at: int, calm: tuple[dict[str, str], int], tmp_path: Path) -> None:
    folder, child = make(tmp_path / "shop"), list[subprocess.Popen[bytes]]()

    def axe(number: int) -> None:
        if number == at:
            os.kill(child[0].pid, signal.SIGKILL)

    with OpenAIServer(chaos=0.2, watch=axe) as server:
        env = os.environ | ENV | {"OPENAI_BASE_URL": server.base_url, "PYTHONPATH": str(ROOT)}
        for code in (-signal.SIGKILL, 0):
            child[:] = [subprocess.Popen([sys.executable, "-m", "tests.graphs.shop", str(folder), str(TARGET)], cwd=ROOT, env=env)]
            assert child[0].wait(300) == code
        good = sum(server.answered.values())
    with opened(folder, env=ENV) as office:
        first, second = runs.listed(office.store, "campaign")
        assert (first.state, second.state) == ("running", "done")  # nobody was left to say that it failed
        assert approved(office, second.options["journey"]) == calm[0]
    assert good <= calm[1] + 8


def test_a_brief_the_model_will_not_write_is_ordered_elsewhere(tmp_path: Path) -> None:
    with OpenAIServer(never=r'"theme": "care_tips"') as server:
        found = run(folder := make(tmp_path / "shop"), server)
    with opened(folder, env=ENV) as office:
        left = [e.detail for e in audit.read(office.store) if e.action == "leave a brief out"]
    assert len(found) >= TARGET and not any("-care-tips-" in id_ for id_ in found)
    assert left and all("declined" in d["why"] for d in left)


def test_a_dead_server_is_left_alone_and_the_campaign_can_go_on(calm: tuple[dict[str, str], int], tmp_path: Path) -> None:
    folder = make(tmp_path / "shop")
    with OpenAIServer() as server:

        def run_out(number: int) -> None:
            server.down = number >= 12

        server.watch = run_out
        with pytest.raises(CircuitOpen) as caught:
            run(folder, server, tries=20)
        assert "in a row" in caught.value.message and "what is done is kept" in caught.value.remedy
        assert server.misbehaved["500"] < 50  # 16 in a row, and what was under way before and after; not 8 × 20
        server.down, server.watch = False, lambda _number: None
        assert run(folder, server) == calm[0]
