"""What happens in the workspace's own tables while a journey is live: orders teach, opt-outs close, nothing counts twice."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import typer

from app.cli.approve import approve
from app.cli.run import run
from app.office import Office
from app.workspace import Workspace
from journeyman.clock import ManualClock
from journeyman.domain import Orders
from journeyman.errors import RunError
from journeyman.store import audit, customers, events
from tests.app.shop import MONDAY, live_shop


def appended(folder: Path, name: str, *rows: dict[str, Any]) -> None:
    """Rows at the end of a table; columns they do not name are null, times are written as the table writes them."""
    path = folder / "data" / f"{name}.parquet"
    table = pq.read_table(path)
    columns = {}
    for field in table.schema:
        values = [row.get(field.name) for row in rows]
        stamps = pa.types.is_timestamp(field.type)
        columns[field.name] = pa.array([v.replace(tzinfo=None) if stamps and not field.type.tz and v else v for v in values], field.type)
    pq.write_table(pa.concat_tables([table, pa.table(columns, schema=table.schema)]), path)


@pytest.fixture
def sent(tmp_path: Path) -> tuple[Path, str, list[Any]]:
    """A journey one day old, and what it sent."""
    folder = tmp_path / "shop"
    journey, clock = live_shop(folder), ManualClock(MONDAY)
    with Office(Workspace.open(folder), clock) as office:
        work = office.at_work(journey, MONDAY)
        assert office.news(journey, work) == 0  # what the tables told before is no news
        work.shift.decide("day 1", work.shift.snapshot("day 1"), Orders(floor=0.2))
        for _ in range(24):
            clock.advance_to(clock.now() + timedelta(hours=1))
            work.shift.deliver()
        return folder, journey, work.shift.sent()


def test_orders_teach_opt_outs_close_and_nothing_counts_twice(sent: tuple[Path, str, list[Any]]) -> None:
    folder, journey, sends = sent
    buyer, leaver, texter = sends[0], sends[1], next(s for s in sends[2:] if s.channel == "sms")
    later = MONDAY + timedelta(days=2)
    line = {"customer_id": buyer.customer, "timestamp": later, "order_id": "new-1", "amount": 30.0, "quantity": 1}
    appended(folder, "orders", line, line | {"amount": 12.0})  # one order of two lines
    told = {
        "timestamp": later,
        "event": "unsubscribed",
        "customer_id": leaver.customer,
        "properties": json.dumps({"channel": leaver.channel}),
    }
    stop = {"timestamp": later, "event": "sms_received", "customer_id": texter.customer, "properties": json.dumps({"body": "Stop"})}
    appended(folder, "events", told, stop)
    clock = ManualClock(MONDAY + timedelta(days=3))
    with Office(Workspace.open(folder), clock) as office:
        work = office.at_work(journey, MONDAY)
        assert office.news(journey, work) == 3 and office.news(journey, work) == 0
        (order,) = events.read(office.store, names=["order"])
        assert (order.customer, order.timestamp, order.properties["amount"]) == (buyer.customer, later, 42.0)
        consent = {p.id: p.consent for p in customers.read(office.store)}
        assert (leaver.channel, "marketing") not in consent[leaver.customer] and ("sms", "marketing") not in consent[texter.customer]
        assert ("sms", texter.address) in customers.suppressed(office.store)

        clock.advance_to(MONDAY + timedelta(days=work.plan.objective.attribution_window_days + 2))
        learned, version = work.shift.learn("later")
        assert learned > len(sends) and version == "later"  # the holdout's silence teaches too
        assert work.shift.successes()[buyer.decision] == 1.0 and sum(work.shift.successes()[s.decision] for s in sends) == 1.0

        features = work.shift.features(work.shift.snapshot("later"))
        alone = office.staged.build(clock.now())
        place = features.row_of[buyer.customer]
        assert features.matrix(["orders_total"])[place] == alone.matrix(["orders_total"])[place] >= 2


def test_a_second_office_knows_what_the_first_took_in(sent: tuple[Path, str, list[Any]]) -> None:
    folder, journey, sends = sent
    appended(folder, "events", {"timestamp": MONDAY + timedelta(days=1), "event": "visit", "customer_id": sends[0].customer})
    for expected in (1, 0):
        with Office(Workspace.open(folder), ManualClock(MONDAY + timedelta(days=2))) as office:
            assert office.news(journey, office.at_work(journey, MONDAY)) == expected


def test_complaints_pause_the_journey_and_a_person_lets_it_go_on(
    sent: tuple[Path, str, list[Any]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, journey, sends = sent
    mails = [s for s in sends if s.channel == "email"][:3]
    later = MONDAY + timedelta(days=1)
    told = {"timestamp": later, "event": "complained", "properties": json.dumps({"channel": "email"})}
    appended(folder, "events", *(told | {"customer_id": s.customer} for s in mails))
    clock = ManualClock(later + timedelta(hours=2))
    monkeypatch.setattr(Office, "open", classmethod(lambda cls, _: cls(Workspace.open(folder), clock)))
    with pytest.raises(typer.Exit) as ended:
        run(journey, resume=False, workspace=folder, json=True)
    assert ended.value.exit_code == 1
    assert "3 people complained" in json.loads(capsys.readouterr().out)["paused"]
    with pytest.raises(RunError, match=r"is paused. It was paused on .* 3 people complained"):
        run(journey, resume=False, workspace=folder, json=True)
    approve(journey, reject=True, by="Ann", workspace=folder, json=True)
    assert json.loads(capsys.readouterr().out)["state"] == "paused"
    approve(journey, reject=False, by="Ann", workspace=folder, json=True)
    assert json.loads(capsys.readouterr().out)["state"] == "live"
    run(journey, resume=False, workspace=folder, json=True)
    assert json.loads(capsys.readouterr().out)["decided"] > 0
    with Office.open(folder) as office:
        log = [(e.actor, e.action) for e in audit.read(office.store)]
        assert log.index(("guardrails", "paused for complaints")) < log.index(("Ann", "resumed"))
