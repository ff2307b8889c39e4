"""Strictly point-in-time: whatever happens at or after `as_of`, the features as of then are the same to the bit."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeyman.domain import DataSources
from journeyman.features import FeatureTable, open_tables, stage

AS_OF = datetime(2026, 2, 20, 3, tzinfo=UTC)
PEOPLE = ("a", "b", "c")
STAMP = pa.timestamp("us", "UTC")
ORDER = pa.schema(
    {"customer_id": pa.string(), "order_id": pa.string(), "timestamp": STAMP, "amount": pa.float64(), "product_id": pa.string()}
)
EVENT = pa.schema(
    {"customer_id": pa.string(), "event": pa.string(), "timestamp": STAMP, "properties": pa.string(), "message_id": pa.string()}
)

moments = st.one_of(
    st.just(AS_OF),
    st.sampled_from([timedelta(microseconds=m) for m in (-1, 1, -400_000, 400_000)]).map(lambda d: AS_OF + d),
    st.integers(-200 * 86_400, 100 * 86_400).map(lambda s: AS_OF + timedelta(seconds=s)),
)
orders = st.fixed_dictionaries({
    "customer_id": st.sampled_from(PEOPLE), "order_id": st.sampled_from(["o1", "o2", "o3", None]), "timestamp": moments,
    "amount": st.floats(-5, 500, width=32), "product_id": st.sampled_from(["p1", "p2", "p3", None]),
})  # fmt: skip
events = st.fixed_dictionaries({
    "customer_id": st.sampled_from(PEOPLE), "event": st.sampled_from(["login", "order", "message_sent", "email_clicked", "upgrade"]),
    "timestamp": moments, "properties": st.sampled_from(["{}", '{"channel": "email", "amount": 3.1}', '{"amount": 0.7}', None]),
    "message_id": st.sampled_from(["m1", "m2", None]),
})  # fmt: skip


def features(some_orders: list[Any] | None, some_events: list[Any], live: list[Any] | None = None) -> FeatureTable:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        tables = {
            "customers": pa.table({"customer_id": PEOPLE, "time_zone": ["Europe/Paris", "Asia/Tokyo", None]}),
            "products": pa.table({"product_id": ["p1", "p2", "p3"], "category": ["fruit", "toys", "fruit"]}),
            "events": pa.Table.from_pylist(some_events, EVENT),
        }
        if some_orders is not None:
            tables["orders"] = pa.Table.from_pylist(some_orders, ORDER)
        for name, table in tables.items():
            pq.write_table(table, folder / f"{name}.parquet")
        opened = open_tables(DataSources(**{name: {"path": f"{name}.parquet"} for name in tables}), folder)
        return stage(opened, also=["order", "upgrade"], until=AS_OF).build(AS_OF, pa.Table.from_pylist(live, EVENT) if live else None)


def same(one: FeatureTable, other: FeatureTable) -> bool:
    return one.names == other.names and one.matrix().tobytes() == other.matrix().tobytes()


def past(rows: list[Any]) -> list[Any]:
    return [r for r in rows if r["timestamp"] < AS_OF]


@settings(max_examples=6, deadline=None)
@given(st.one_of(st.none(), st.lists(orders, max_size=30)), st.lists(events, max_size=30))
def test_the_future_changes_nothing(some_orders: list[Any] | None, some_events: list[Any]) -> None:
    full = features(some_orders, some_events)
    assert same(full, features(None if some_orders is None else past(some_orders), past(some_events)))


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.one_of(st.none(), st.lists(orders, max_size=30)), st.lists(events, max_size=30))
def test_the_future_changes_nothing_at_length(some_orders: list[Any] | None, some_events: list[Any]) -> None:
    assert same(features(some_orders, some_events), features(None if some_orders is None else past(some_orders), past(some_events)))


@settings(max_examples=4, deadline=None)
@given(st.lists(orders, max_size=20), st.lists(events, min_size=1, max_size=30))
def test_live_events_of_the_future_change_nothing(some_orders: list[Any], live: list[Any]) -> None:
    assert same(features(some_orders, [], live), features(some_orders, [], past(live)))


@settings(max_examples=3, deadline=None)
@given(st.lists(orders, max_size=30), st.lists(events, max_size=30), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(some_orders: list[Any], some_events: list[Any], random: Any) -> None:
    for n, row in enumerate(some_events):
        row["message_id"] = json.dumps(n)  # of repeats with one timestamp the first row stays, so let there be none
    before = features(some_orders, some_events)
    random.shuffle(some_orders)
    random.shuffle(some_events)
    assert same(before, features(some_orders, some_events))
