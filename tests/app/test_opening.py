"""A journey at work when the customers' table has changed since it was planned: who is new is met, who is gone is left in peace."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from app.office import Office
from app.workspace import Workspace
from journeyman.clock import ManualClock
from journeyman.domain import Orders
from journeyman.errors import RunError
from tests.app.shop import MONDAY, live_shop
from tools.ahead import forecast, sequence
from tools.explain import replay


def renamed(folder: Path, old: list[str], new: list[str]) -> None:
    """Customers `old` are gone from the tables; `new` have come, each with what an old one had done."""
    for name in ("customers", "orders", "events"):
        path = folder / "data" / f"{name}.parquet"
        table = pq.read_table(path)
        place = table.schema.get_field_index("customer_id")
        ids = table["customer_id"]
        for before, after in zip(old, new, strict=True):
            ids = pc.if_else(pc.equal(ids, before), pa.scalar(after, ids.type), ids)
        pq.write_table(table.set_column(place, table.schema.field(place), ids), path)


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("opening") / "shop"
    journey = live_shop(folder)
    return folder, journey


def test_customers_who_came_and_went(planned: tuple[Path, str]) -> None:
    folder, journey = planned
    clock = ManualClock(MONDAY)
    with Office(Workspace.open(folder), clock) as office:
        shift = office.at_work(journey, clock.now()).shift
        shift.decide("day 1", shift.snapshot("day 1"), Orders(floor=0.2))
        first = {d.customer for d in shift.made()}
    gone = sorted(first)[:40]
    came = [f"~{name}" for name in gone]  # they sort after everybody else
    renamed(folder, gone, came)
    clock.advance_to(MONDAY + timedelta(days=8))
    with Office(Workspace.open(folder), clock) as office:
        shift = office.at_work(journey, MONDAY).shift
        with pytest.raises(RunError, match="joined after the last run"):
            sequence(shift, came[0])
        assert sequence(shift, sorted(first)[50])["words"]
        shift.decide("day 9", shift.snapshot("day 9"), Orders(floor=0.2))
        second = [d for d in shift.made() if d.slot == "day 9"]
        assert {d.customer for d in second} & set(came) and not {d.customer for d in second} & set(gone)
        assert all(replay(shift, d)["same"] for d in shift.made()[:: len(first) // 20])
        assert sequence(shift, came[0])["words"] and forecast(shift)["customers"] > 0
        assert shift.report().journey == journey
