"""Copy in a campaign: topped up until the target or told to be short, in the customers' languages, briefed with what is known."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from agents.offline.copywriter import OfflineCopywriter
from agents.orders import ROUNDS
from app.office import Office
from app.workspace import Workspace
from journeyman.clock import ManualClock
from journeyman.domain import Orders
from journeyman.simulation.worlds import prepare
from journeyman.store import audit, decisions, journeys, library, outbox
from tests.graphs.test_campaign import GOAL, ROOT
from tools.ahead import sequence

NOW = datetime(2026, 3, 2, 5, tzinfo=UTC)
TONGUES = ["en", "de-DE", "fr", "DE", "es_MX", None, "klingon", "it"]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    yield from opened(tmp_path)


def opened(folder: Path, tongues: bool = False) -> Iterator[Office]:
    space = folder / "shop"
    shutil.copytree(ROOT / "app" / "templates" / "retail", space)
    prepare("retail", space, 7, customers=240)
    if tongues:
        file = space / "data" / "customers.parquet"
        table = pq.read_table(file)
        spoken = [TONGUES[n % len(TONGUES)] for n in range(len(table))]
        pq.write_table(table.set_column(table.schema.get_field_index("language"), "language", pa.array(spoken, pa.string())), file)
    with Office(Workspace.open(space), ManualClock(NOW)) as office:
        office.also = ["order"]
        yield office


def begin(office: Office, target: int, **more: Any) -> tuple[str, dict[str, Any]]:
    journey = asyncio.run(office.name_for(GOAL))
    features = office.staged.build(NOW)
    return journey, asyncio.run(office.campaign(journey, {"goal": GOAL, "target": target}, features=features, auto=True, **more))


class Watched:
    """The offline copywriter, with what each order brought along; every n-th text is spoiled so that a rule rejects it for good."""

    languages = OfflineCopywriter.languages

    def __init__(self, spoil: int = 0, most: int = 10**9) -> None:
        self.writer, self.spoil, self.most, self.written = OfflineCopywriter(), spoil, most, 0
        self.asked: list[tuple[Any, list[str], list[str], tuple[str, ...]]] = []

    async def write(self, brief: Any, plan: Any, setting: Any, *, avoid: Any = (), originals: Any = (), start: int = 0) -> list[Any]:
        self.asked.append((brief, list(avoid), [v.id for v in originals], setting.knowledge))
        made = await self.writer.write(brief, plan, setting, avoid=avoid, start=start)
        made = made[: max(0, self.most - self.written)]
        self.written += len(made)
        if self.spoil:
            made = [w if n % self.spoil else self.spoiled(w) for n, w in enumerate(made)]
        return made

    async def repair(self, *_: Any) -> None:
        return None

    @staticmethod
    def spoiled(w: Any) -> Any:
        return w.model_copy(update={"variant": w.variant.model_copy(update={"body": f"{w.variant.body} Act now, it is risk-free."})})


def watch(office: Office, monkeypatch: pytest.MonkeyPatch, writer: Watched) -> Watched:
    monkeypatch.setattr(office, "team", replace(office.team, copywriter=writer))
    return writer


def test_five_hundred_is_an_ordinary_request(office: Office) -> None:
    started = perf_counter()
    journey, state = begin(office, 500)
    assert state["counts"]["approved"] >= 500 and state["short"] == {} and perf_counter() - started < 120
    plan = journeys.plan(office.store, journey)
    variants = [v for v, _ in library.approved(office.store, journey)]
    pairs = {(v.theme, v.tone, v.channel) for v in variants}
    assert len(pairs) > 0.8 * len(plan.action_sets.themes) * len(plan.action_sets.tones) * len(plan.action_sets.channels)


def test_what_is_rejected_or_too_alike_is_topped_up_until_the_target(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = watch(office, monkeypatch, Watched(spoil=2))
    journey, state = begin(office, 60)
    assert state["counts"]["rejected"] > 20 and state["counts"]["approved"] >= 60 and state["short"] == {}
    assert 2 <= state["rounds"]["en"] <= ROUNDS
    later = [(b, avoid) for b, avoid, _, _ in writer.asked if b.id.endswith("-r2")]
    assert later and all(avoid for _, avoid in later)
    written = {w.variant.id: w.variant for w in library.read(office.store, journey)}
    bodies = Counter(v.body for v in written.values())
    assert max(bodies.values()) == 1


def test_a_library_that_stays_short_says_so(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    watch(office, monkeypatch, Watched(most=30))
    journey, state = begin(office, 60)
    approved = state["counts"]["approved"]
    assert approved <= 30 and state["short"] == {"en": 60 - approved} and state["rounds"]["en"] == ROUNDS
    entry = next(e for e in audit.read(office.store) if e.action == "library short")
    assert entry.detail == {"journey": journey, "lacking": state["short"]}


def test_a_brief_comes_with_the_passages_and_learnings_on_its_subject(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    lesson = "The theme care tips earns more than average by email."
    audit.write(office.store, actor="offline", action="learned", detail={"journey": "another", "statement": lesson})
    writer = watch(office, monkeypatch, Watched())
    begin(office, 30)
    told = {b.theme: knowledge for b, _, _, knowledge in writer.asked}
    assert all(1 <= len(k) <= 6 for k in told.values()) and len(set(told.values())) > 1
    assert any(lesson in passage for passage in told["care_tips"])


def test_customers_are_written_to_in_their_language(tmp_path: Path) -> None:
    for office in opened(tmp_path, tongues=True):
        journey, state = begin(office, 60)
        have = Counter(v.language for v, _ in library.approved(office.store, journey))
        assert state["speakers"] and have["en"] >= 60 and min(have["de"], have["fr"], have["es"]) >= 25
        assert "it" in state["short"] and set(state["short"]) <= {"it", "es"}  # nobody here writes Italian, and it says so
        shift = office.at_work(journey, NOW).shift
        shift.decide("2026-03-02", shift.snapshot("2026-03-02"), Orders())
        speaks = {p.id: p.tongue for p in shift.desk.customers}
        wanted = {"en": "en", "de": "de", "fr": "fr", "es": "es"}
        sent = outbox.read(office.store, journey)
        languages = Counter()
        for send in sent:
            language = shift.desk.variants[send.variant][0].language
            assert language == wanted.get(speaks[send.customer] or "", "en"), send.customer
            languages[language] += 1
        assert len(languages) == 4 and {d.arm for d in decisions.read(office.store, journey)} >= {"treatment", "random_control", "bau"}
        german = next(p.id for p in shift.desk.customers if p.tongue == "de")
        for touch in sequence(shift, german)["touchpoints"]:
            assert shift.desk.variants[touch["variant"]][0].language == "de"


def test_translation_orders_bring_their_originals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for office in opened(tmp_path, tongues=True):
        writer = watch(office, monkeypatch, Watched())
        begin(office, 30)
        first = [b.language for b, *_ in writer.asked]
        assert first == sorted(first, key=lambda language: language != "en")  # the brand's own copy stands before any is carried over
        abroad = [(b, originals) for b, _, originals, _ in writer.asked if b.language != "en"]
        assert abroad and sum(bool(o) for _, o in abroad) > len(abroad) / 3
        assert all(o == sorted(b.translates) for b, o in abroad)
