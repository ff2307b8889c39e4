"""Every fault of the chaos server by itself, over real HTTP: what the door does about it, and at what price."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from agents.ask import Door, MemoryLedger
from agents.copywriter import ModelCopywriter
from journeyman.domain import Written
from tests.agents.chaos import FAULTS, ON_THE_LINE, Fault
from tests.agents.openai_server import OpenAIServer
from tests.agents.test_llm_over_http import BRIEFS, PLAN, SETTING

BRIEF = BRIEFS[1].model_copy(update={"count": 4})


class Naps:
    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await asyncio.sleep(0)


def write(server: OpenAIServer, **settings: Any) -> list[Written]:
    door = Door("openai:fake", env={"OPENAI_BASE_URL": server.base_url}, deadline=server.patience, **{"sleep": Naps(), **settings})
    return asyncio.run(ModelCopywriter(door).write(BRIEF, PLAN, SETTING))


@pytest.fixture(scope="module")
def calm() -> list[Written]:
    with OpenAIServer() as server:
        return write(server)


@pytest.mark.parametrize("fault", FAULTS)
def test_two_in_a_row_cost_a_call_each_and_no_word(fault: Fault, calm: list[Written]) -> None:
    ledger, naps = MemoryLedger(), Naps()
    with OpenAIServer(faults={fault: 1.0}) as server:
        assert write(server, ledger=ledger, sleep=naps) == calm
        assert server.misbehaved == {fault: 1 if fault == "refusal" else 2}
        outcome = "transport" if fault in ON_THE_LINE else "refused" if fault == "refusal" else "invalid"
        assert [c.outcome for c in ledger.calls] == [outcome] * server.misbehaved[fault] + ["ok"]
        assert len(naps.seconds) == (server.misbehaved[fault] if fault in ON_THE_LINE else 0)
        assert fault != "429" or naps.seconds == [7.0, 7.0]
        longest = max(len(p) for p in server.prompts)
        assert longest < 10_000  # a runaway or a leak is not sent back whole


def test_a_drip_is_given_up_in_earnest(calm: list[Written]) -> None:
    """The deadline is for the whole reply: a server that sends a byte now and then does not push it out."""
    ledger = MemoryLedger()
    with OpenAIServer(faults={"drip": 1.0}) as server:
        door = Door("openai:fake", env={"OPENAI_BASE_URL": server.base_url}, timeout=0.5, tries=3, sleep=Naps(), ledger=ledger)
        assert asyncio.run(ModelCopywriter(door).write(BRIEF, PLAN, SETTING)) == calm
        assert server.misbehaved["drip"] == 2
    assert [c.outcome for c in ledger.calls][:2] == ["transport"] * 2


def test_connections_are_kept_and_let_go(tmp_path: Path) -> None:
    """One connection for calls one after another, as many as there may be calls at once, none left when the loop ends (a socket left open
    is a warning, and a warning an error)."""
    with OpenAIServer() as server:
        door = Door("openai:fake", env={"OPENAI_BASE_URL": server.base_url}, concurrency=3)
        writer = ModelCopywriter(door)

        async def one_by_one() -> None:
            for brief in BRIEFS[:6]:
                await writer.write(brief.model_copy(update={"count": 2}), PLAN, SETTING)

        async def at_once() -> None:
            await asyncio.gather(*(writer.write(b.model_copy(update={"count": 3}), PLAN, SETTING) for b in BRIEFS))

        asyncio.run(one_by_one())
        assert server.connections == 1
        asyncio.run(at_once())
        assert server.connections <= 4 and server.requests == 6 + len(BRIEFS)
