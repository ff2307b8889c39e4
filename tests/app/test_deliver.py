"""`deliver` sends what is due between two runs: opt-outs are heard first, nothing is decided, nothing goes twice."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import typer

from app.cli.deliver import deliver
from app.office import Office
from app.workspace import Workspace
from journeyman.clock import ManualClock
from journeyman.domain import Orders
from journeyman.errors import PlanError
from journeyman.store import decisions, outbox
from tests.app.shop import MONDAY, live_shop
from tests.app.test_news import appended


@pytest.fixture
def decided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, str, ManualClock]:
    """A journey whose first day is decided and enqueued; nothing has left yet."""
    folder = tmp_path / "shop"
    journey, clock = live_shop(folder), ManualClock(MONDAY)
    with Office(Workspace.open(folder), clock) as office:
        work = office.at_work(journey, MONDAY)
        work.shift.decide("day 1", work.shift.snapshot("day 1"), Orders(floor=0.2))
    monkeypatch.setattr(Office, "open", classmethod(lambda cls, _: cls(Workspace.open(folder), clock)))
    monkeypatch.setattr("journeyman.clock.SystemClock", lambda: clock)
    return folder, journey, clock


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    return dict(json.loads(capsys.readouterr().out))


def test_what_is_due_goes_out_once_and_who_left_gets_nothing(
    decided: tuple[Path, str, ManualClock], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, journey, clock = decided
    with Office.open(folder) as office:
        planned = outbox.read(office.store, journey)
        made = decisions.count(office.store, journey)
    leaver = planned[0]
    gone = {
        "timestamp": MONDAY,
        "event": "unsubscribed",
        "customer_id": leaver.customer,
        "properties": json.dumps({"channel": leaver.channel}),
    }
    appended(folder, "events", gone)
    sent = 0
    for _ in range(24):
        clock.advance_to(clock.now() + timedelta(hours=1))
        deliver(journey, workers=1, workspace=folder, json=True)
        sent += told(capsys)["tally"]["sent"]
    with Office.open(folder) as office:
        counts = outbox.counts(office.store, journey)
        assert counts["sent"] == sent > 0 and "planned" not in counts
        assert outbox.one(office.store, leaver.id).state == "blocked"
        assert decisions.count(office.store, journey) == made
    assert len(list((folder / "outbox").glob("*.json"))) == sent
    deliver(journey, workers=1, workspace=folder, json=False)
    assert f"{journey}: 0 sent." in capsys.readouterr().err


def test_a_journey_that_annoys_people_sends_nothing(decided: tuple[Path, str, ManualClock], capsys: pytest.CaptureFixture[str]) -> None:
    folder, journey, clock = decided
    clock.advance_to(MONDAY + timedelta(hours=6))
    deliver(journey, workers=1, workspace=folder, json=True)
    assert told(capsys)["tally"]["sent"] > 3
    with Office.open(folder) as office:
        mails = [s for s in outbox.read(office.store, journey, states=("sent",)) if s.channel == "email"][:3]
    complaint = {"timestamp": clock.now(), "event": "complained", "properties": json.dumps({"channel": "email"})}
    appended(folder, "events", *(complaint | {"customer_id": send.customer} for send in mails))
    clock.advance_to(MONDAY + timedelta(hours=10))
    for _ in range(2):
        with pytest.raises(typer.Exit) as ended:
            deliver(journey, workers=1, workspace=folder, json=True)
        assert ended.value.exit_code == 1 and "3 people complained" in told(capsys)["paused"]


def test_a_journey_nobody_knows_says_so(decided: tuple[Path, str, ManualClock]) -> None:
    with pytest.raises(PlanError, match="nobody"):
        deliver("nobody", workers=1, workspace=decided[0], json=True)
