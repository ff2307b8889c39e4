"""Casts, mapping, and every kind of bad row: counted, shown by row, left out or mended, never fatal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from journeyman.features import Problem, Tables

CUSTOMERS = "customer_id\na\nb\n"


def problems(tables: Tables) -> dict[tuple[str, str], Problem]:
    return {(p.table, p.kind): p for p in tables.profile().problems}


def rows(tables: Tables, name: str, *columns: str) -> list[tuple[Any, ...]]:
    table = tables.clean(name)
    assert table is not None
    found = table.order_by("row").select(*columns).to_pyarrow().to_pydict()
    return list(zip(*found.values(), strict=True))


def test_good_tables_have_no_problems(opened: Any) -> None:
    tables = opened(customers=CUSTOMERS, orders="customer_id,timestamp,amount\na,2026-01-01,5\n", events="customer_id,event,timestamp\n")
    assert [p.kind for p in tables.profile().problems] == ["no rows"]  # the events table, which may still fill
    assert tables.rows_read == 3


def test_every_bad_order_is_counted_and_the_rest_is_used(opened: Any) -> None:
    orders = (
        "customer_id,timestamp,amount,quantity\n"
        "a,2026-01-01T10:00:00Z,5,1\n"
        ",2026-01-01T10:00:00Z,5,1\n"
        "ghost,2026-01-01T10:00:00Z,5,1\n"
        "a,yesterday,5,1\n"
        "a,,5,1\n"
        "a,infinity,5,1\n"
        "b,2026-01-02T10:00:00Z,five,1\n"
        "b,2026-01-02T10:00:00Z,nan,1\n"
        "b,2026-01-02T10:00:00Z,,many\n"
    )
    tables = opened(customers=CUSTOMERS, orders=orders)
    found = problems(tables)
    counts = {kind: p.count for (_, kind), p in found.items()}
    assert counts == {
        "missing customer_id": 1,
        "unknown customer_id": 1,
        "unreadable timestamp": 3,
        "unreadable amount": 2,
        "unreadable quantity": 1,
    }
    assert found["orders", "unreadable timestamp"].examples == ["row 4: yesterday", "row 5: blank", "row 6: infinity"]
    assert found["orders", "unknown customer_id"].examples == ["row 3: ghost"]
    assert all(p.remedy for p in found.values())
    assert rows(tables, "orders", "customer_id", "amount", "quantity") == [("a", 5.0, 1.0), ("b", None, None)]
    assert tables.rows_read == 11


def test_lines_that_are_no_rows_are_set_aside_and_counted(opened: Any) -> None:
    tables = opened(customers=b"customer_id,first_name\na,Ann\nb\nc,Cy,extra\nd,J\xfcrgen\ne,Eve\n")
    problem = problems(tables)["customers", "unreadable line"]
    assert problem.count == 3 and problem.examples[0].startswith("line 3: ")
    assert [c.id for c in tables.customers()] == ["a", "e"]


def test_bad_customers_are_counted_and_the_first_of_a_kind_stays(opened: Any) -> None:
    text = (
        "customer_id,first_name,email,time_zone,signed_up_at,consent_email\n"
        "a,Ann,ann@example.com,Europe/Paris,2025-05-01,yes\n"
        "a,Another,x@example.com,Europe/Paris,2025-05-01,no\n"
        ",Nobody,,,,\n"
        "b,Bo,,Mars/Olympus,soon,perhaps\n"
        "c,Cy,,,,TRUE\n"
    )
    tables = opened(customers=text)
    counts = {kind: p.count for (_, kind), p in problems(tables).items()}
    assert counts == {
        "repeated customer_id": 1,
        "missing customer_id": 1,
        "invalid time_zone": 1,
        "unreadable signed_up_at": 1,
        "unreadable consent_email": 1,
        "consent_email without email": 1,
    }
    ann, bo, cy = tables.customers()
    assert (ann.first_name, ann.email, ann.signed_up_at) == ("Ann", "ann@example.com", datetime(2025, 5, 1, tzinfo=UTC))
    assert ann.consent == {("email", "marketing")} and bo.consent == frozenset()
    assert bo.time_zone == "Mars/Olympus" and bo.signed_up_at is None and cy.time_zone is None


def test_bad_events_are_counted_and_a_repeat_counts_once_its_earliest(opened: Any) -> None:
    text = (
        "customer_id,event,timestamp,message_id,properties\n"
        'a,login,2026-01-02,m1,"{""amount"": 5}"\n'
        "a,login,2026-01-01,m1,\n"
        "a,,2026-01-01,m2,\n"
        "b,login,2026-01-01,,not json\n"
        "b,login,2026-01-01,,[1]\n"
    )
    tables = opened(customers=CUSTOMERS, events=text)
    counts = {kind: p.count for (_, kind), p in problems(tables).items()}
    assert counts == {"repeated message_id": 1, "missing event": 1, "unreadable properties": 2}
    assert [(c, t.day) for c, t in rows(tables, "events", "customer_id", "timestamp")] == [("a", 1), ("b", 1), ("b", 1)]


def test_a_mapping_renames_adds_up_and_fills_in(opened: Any) -> None:
    orders = "who,at,net,tax,off\na,2026-01-01,10,1.5,\nb,2026-01-01,,2,1\nb,2026-01-01,3,x,1\n"
    columns = {
        "orders": {"customer_id": "who", "timestamp": "at", "amount": ["net", "tax"], "discount": "off", "channel": {"const": "web"}},
        "customers": {"consent_email": {"const": True}, "tier": "level"},
    }
    tables = opened(customers="customer_id,level,city\na,gold,Paris\nb,,Rome\n", orders=orders, columns=columns)
    assert rows(tables, "orders", "customer_id", "amount", "discount", "channel") == [("a", 11.5, None, "web"), ("b", 2.0, 1.0, "web")]
    assert problems(tables)["orders", "unreadable amount"].examples == ["row 3: 3 + x"]
    a, b = tables.customers()
    assert a.attributes == {"tier": "gold", "city": "Paris"} and b.attributes == {"city": "Rome"}
    assert a.consent == b.consent == {("email", "marketing")}


@pytest.mark.parametrize(
    ("written", "zone", "utc"),
    [
        ("2026-07-01T12:00:00Z", "America/New_York", "2026-07-01T12:00:00"),
        ("2026-07-01T12:00:00+02:00", "America/New_York", "2026-07-01T10:00:00"),
        ("2026-07-01 12:00", "America/New_York", "2026-07-01T16:00:00"),
        ("2026-01-01 12:00", "America/New_York", "2026-01-01T17:00:00"),
        ("2026-07-01", "Asia/Kolkata", "2026-06-30T18:30:00"),
        ("2026-11-01 01:30", "America/New_York", "2026-11-01T05:30:00"),  # happens twice: the first
        ("2026-07-01T12:00:00.250", "UTC", "2026-07-01T12:00:00.250000"),
        ("1782907200", "America/New_York", "2026-07-01T12:00:00"),
        ("1782907200250", "UTC", "2026-07-01T12:00:00.250000"),
    ],
)
def test_timestamps_become_utc(opened: Any, written: str, zone: str, utc: str) -> None:
    orders = f"customer_id,timestamp\na,2026-03-01T00:00:00Z\na,{written}\n"
    tables = opened(customers=CUSTOMERS, orders=orders, zones={"orders": zone})
    assert rows(tables, "orders", "timestamp")[-1] == (datetime.fromisoformat(utc),)


def test_parquet_types_are_cast(opened: Any) -> None:
    stamp = datetime(2026, 7, 1, 12, tzinfo=UTC)
    noon = stamp.replace(tzinfo=None)
    orders = pa.table({
        "customer_id": pa.array([1.0, 2.0]),
        "timestamp": pa.array([stamp, stamp], pa.timestamp("ms", "Asia/Tokyo")),
        "amount": pa.array([5, 7], pa.int32()),
    })  # fmt: skip
    tables = opened(customers=pa.table({"customer_id": [1, 2], "vip": [True, None], "age": [30, 41]}), orders=orders)
    assert rows(tables, "orders", "customer_id", "timestamp", "amount") == [
        ("1", noon, 5.0),
        ("2", noon, 7.0),
    ]
    assert [c.attributes for c in tables.customers()] == [{"vip": "true", "age": "30"}, {"age": "41"}]


def test_the_profile_tells_columns_span_reach_and_zones_but_no_addresses(opened: Any) -> None:
    text = (
        "customer_id,email,phone,time_zone,consent_email,consent_sms\n"
        "a,ann@example.com,+12025550123,Europe/Paris,yes,yes\n"
        "b,bo@example.com,,Mars/Olympus,no,no\n"
        "c,,,,,\n"
    )
    orders = "customer_id,timestamp,amount\na,2026-01-01,5\nb,2026-02-01,7\nb,2026-02-01,\n"
    profile = opened(customers=text, orders=orders).profile()
    assert (profile.rows_read, profile.customers) == (6, 3)
    assert (profile.first, profile.last) == (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))
    assert {r.channel: (r.addresses, r.consents, r.both) for r in profile.reach} == {
        "email": (2, 1, 1), "sms": (1, 1, 1), "push": (0, 0, 0), "in_app": (3, 0, 0),
    }  # fmt: skip
    assert (profile.zones.valid, profile.zones.invalid, profile.zones.missing) == (1, 1, 1)
    amount = next(c for t in profile.tables for c in t.columns if (t.name, c.name) == ("orders", "amount"))
    assert (amount.type, amount.missing, amount.distinct, amount.minimum, amount.maximum) == ("float64", 1, 2, "5.0", "7.0")
    assert amount.examples == ["5.0", "7.0"]
    assert "example.com" not in profile.model_dump_json() and "0123" not in profile.model_dump_json()
