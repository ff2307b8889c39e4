"""What a build asks of the database is asked in words that other databases know too."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import ibis
import pytest

from journeyman.features import activity, orders, staging

COLUMNS = {
    "customer": "int32",
    "timestamp": "timestamp",
    "second": "int64",
    "hour": "int32",
    "weekday": "int32",
    "day": "int64",
    "amount": "int64",
}
ACTS = ibis.table(COLUMNS | {"event": "string", "channel": "string", "quantity": "int64", "discount": "int64"}, name="acts")
ORDERS = ibis.table(COLUMNS | {"opens": "int64", "items": "int64", "discount": "int64", "category_0": "int64"}, name="orders")
MOMENT = staging.Moment(datetime(2026, 2, 20, tzinfo=UTC), 1_771_545_600, ACTS)


class Caught(Exception):
    """The query a group wanted to run."""


@pytest.mark.parametrize("dialect", ["postgres", "pyspark", "snowflake", "bigquery", "duckdb"])
def test_builds_compile_for_other_databases(dialect: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place: Any = staging.Ground(None, "s", None, ["a"], [None], ["UTC"])
    asked: list[str] = []

    def compiled(query: Any) -> Any:
        asked.append(ibis.to_sql(query, dialect=dialect))
        raise Caught

    monkeypatch.setattr(ibis.expr.types.Table, "to_pyarrow", compiled)
    bought = orders.OrderFeatures(place, ORDERS, None, [("fruit", "Fruit")], as_events=True)
    did = activity.ActivityFeatures(place, ACTS, ["login"], ["login"], habits_of_events=True)
    everything = MOMENT.before(ACTS)
    for ask in (
        lambda: bought.fill(MOMENT),
        lambda: orders.Frame(1, orders._gaps(bought._orders(MOMENT))),
        lambda: did.fill(MOMENT),
        lambda: did._as_a_whole(everything, MOMENT),
    ):
        with pytest.raises(Caught):
            ask()
    assert len(asked) == 4 and all("GROUP BY" in sql for sql in asked)
