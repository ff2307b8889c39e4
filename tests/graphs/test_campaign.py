"""The campaign graph: offline and on a model behind real HTTP; approvals, rejections, and going on where it was stopped."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.office import Office
from app.workspace import Workspace
from journeyman.clock import ManualClock
from journeyman.errors import RunError
from journeyman.simulation.worlds import prepare
from journeyman.store import audit, journeys, library
from tests.agents.openai_server import OpenAIServer

ROOT = Path(__file__).parent.parent.parent
GOAL = "Turn first-time buyers into repeat buyers: a second order within four weeks. Email and SMS, one message a week, up to 15% off."


@pytest.fixture
def office(tmp_path: Path) -> Any:
    folder = tmp_path / "shop"
    shutil.copytree(ROOT / "app" / "templates" / "retail", folder)
    prepare("retail", folder, 7, customers=200)
    with Office(Workspace.open(folder), ManualClock(datetime(2026, 3, 2, 5, tzinfo=UTC))) as opened:
        opened.also = ["order"]
        yield opened


def begin(office: Office, target: int = 40, **more: Any) -> tuple[str, dict[str, Any]]:
    journey = asyncio.run(office.name_for(GOAL))
    return journey, asyncio.run(office.campaign(journey, {"goal": GOAL, "target": target}, **more))


def test_it_waits_for_two_approvals_and_then_goes_live(office: Office) -> None:
    journey, state = begin(office)
    assert state["waits_for"] == "plan" and journeys.read(office.store, journey).state == "draft"
    assert library.counts(office.store, journey)["written"] == 0
    told = asyncio.run(office.answer(journey, approved=True, by="Ada"))
    assert told["state"] == "library" and told["approved"] >= 40
    assert journeys.read(office.store, journey).state == "approved"
    told = asyncio.run(office.answer(journey, approved=True, by="Ada"))
    assert told["state"] == "live" and journeys.read(office.store, journey).state == "live"
    assert [(e.actor, e.action) for e in audit.read(office.store)] == [("Ada", "approve plan"), ("Ada", "approve library")]


def test_a_no_to_the_plan_writes_nothing_and_ends_it(office: Office) -> None:
    journey, _ = begin(office)
    told = asyncio.run(office.answer(journey, approved=False, by="Ada"))
    assert told["written"] == 0 and journeys.read(office.store, journey).state == "draft"
    with pytest.raises(RunError, match="waits for no approval"):
        asyncio.run(office.answer(journey, approved=True, by="Ada"))
    with pytest.raises(RunError, match="not live"):
        office.at_work(journey)


def test_an_answer_that_is_no_answer_is_a_no(office: Office) -> None:
    journey, _ = begin(office)
    asyncio.run(office.campaign(journey, answer={"by": "Ada"}))
    assert journeys.read(office.store, journey).state == "draft"
    assert [e.action for e in audit.read(office.store)] == ["reject plan"]


def test_the_library_covers_every_lever_and_holds_no_rejected_text(office: Office) -> None:
    journey, _ = begin(office, target=120, auto=True)
    variants = [v for v, _ in library.approved(office.store, journey)]
    plan = journeys.plan(office.store, journey)
    assert len(variants) >= 120 and {v.channel for v in variants} == {"email", "sms"}
    assert {v.theme for v in variants} == set(plan.action_sets.themes) and {v.tone for v in variants} == set(plan.action_sets.tones)
    assert {v.incentive.key for v in variants if v.incentive} == {i.key for i in plan.action_sets.incentives}
    assert all(fingerprint == v.fingerprint() for v, fingerprint in library.approved(office.store, journey))


def test_a_model_behind_http_writes_300_with_retries_and_a_cost_table(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with OpenAIServer(rate_limited=0.05, malformed=0.05, seed=3, together=4) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "test-key")
        office.model = "openai:gpt-test"
        journey, state = begin(office, target=300, auto=True)
        assert state["counts"]["approved"] >= 300 and journeys.read(office.store, journey).state == "live"
        assert server.misbehaved and server.most_at_once >= 4
    costs = {row["prompt"]: row for row in office.costs()}
    assert costs["write"]["calls"] > 20 and costs["write"]["failures"] > 0 and costs["write"]["tokens_out"] > 0
    assert all(w.author == "openai:gpt-test" and w.prompt for w in library.read(office.store, journey, status="approved"))


class Stubborn:
    """A copywriter whose every n-th draft carries a stock phrase the brand bans, and which needs so many repairs to let go of it."""

    languages = None

    def __init__(self, writer: Any, needs: dict[int, int]) -> None:
        self.writer, self.needs, self.left = writer, needs, dict[str, int]()
        self.asked: list[tuple[str, set[str]]] = []

    async def write(self, *order: Any, **more: Any) -> list[Any]:
        written = await self.writer.write(*order, **more)
        out = []
        for w in written:
            self.left[w.variant.id] = self.needs.get(len(self.left) % 4, 0)
            out.append(self.spoiled(w) if self.left[w.variant.id] else w)
        return out

    async def repair(self, written: Any, violations: Any, *_: Any) -> Any:
        id_ = written.variant.id
        self.asked.append((id_, {v.rule for v in violations}))
        self.left[id_] -= 1
        body = written.variant.body.replace(" Act now.", "")
        clean = written.model_copy(update={"variant": written.variant.model_copy(update={"body": body})})
        return self.spoiled(clean) if self.left[id_] else clean

    @staticmethod
    def spoiled(written: Any) -> Any:
        return written.model_copy(update={"variant": written.variant.model_copy(update={"body": f"{written.variant.body} Act now."})})


def test_rejected_copy_is_repaired_twice_at_most_and_checked_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    stubborn = Stubborn(office.team.copywriter, {1: 1, 2: 2, 3: 3})
    monkeypatch.setattr(office, "team", replace(office.team, copywriter=stubborn))
    journey, _ = begin(office, auto=True)
    rejected = {w.variant.id for w in library.read(office.store, journey, status="rejected")}
    asked = Counter(id_ for id_, _ in stubborn.asked)
    assert set(asked.values()) == {1, 2} and all("X17" in rules for _, rules in stubborn.asked)
    assert rejected and all(stubborn.left[id_] == 1 and asked[id_] == 2 for id_ in rejected)
    assert all("Act now" not in v.body for v, _ in library.approved(office.store, journey))
