"""Orchestrator and analyst on a model behind real HTTP, within a run: they are given tools that look, and none that does."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from app.office import Office
from app.workspace import Workspace
from graphs.cohort import build as cohort
from graphs.learning import build as learning
from graphs.nodes.cohort import LOOKING, looking
from journeyman.clock import ManualClock
from tests.agents.openai_server import OpenAIServer
from tests.app.shop import MONDAY, live_shop


def test_a_run_and_its_analysis_on_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "shop"
    journey = live_shop(folder)
    with OpenAIServer() as server, Office(Workspace.open(folder), ManualClock(MONDAY), model="openai:gpt-test") as office:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "test-key")
        work = office.at_work(journey, MONDAY)
        context = office.working(journey, work)
        asyncio.run(cohort().ainvoke({"slot": "2026-03-02"}, context=context))
        state = asyncio.run(learning().ainvoke({"slot": "2026-03-02", "analyse": True, "renew": "now"}, context=context))
        assert server.answered["OrdersReplyStep"] == server.answered["AnalysisReplyStep"] == 1
        told = "\n".join(server.prompts)
        assert all(f"- {name}: " in told for name in LOOKING)
        assert set(looking(work.tools)) == set(work.tools) - {"policy_report", "select_touchpoints"}
        assert state["renewed"] == {"proposed": 0} and work.shift.orders(f"{journey}.2026-03-02").floor == 0.05
