"""Feature values against values worked out by hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from journeyman.errors import DataError
from journeyman.features import FeatureTable, stage

AS_OF = datetime(2026, 2, 20, 3, tzinfo=UTC)
CUSTOMERS = """customer_id,time_zone,signed_up_at,income
a,America/New_York,2025-01-01,50-74K
b,Mars/Olympus,,Under 15K
c,,,
"""
PRODUCTS = "product_id,category\np1,Fresh Fruit\np2,Dairy\np3,Toys\n"
ORDERS = """customer_id,order_id,timestamp,amount,quantity,discount,product_id
a,o1,2026-01-01T15:00:00Z,10.00,1,0,p1
a,o1,2026-01-01T15:00:00Z,5.00,2,1,p2
a,o2,2026-01-31T15:00:00Z,20.00,1,5,p1
a,o3,2026-02-10T03:00:00Z,7.50,950,0,p3
b,o4,2026-02-19T03:00:00Z,4.00,1,,
a,o5,2026-02-20T03:00:00Z,99.00,1,0,p1
"""


def live(*events: tuple[str, str, datetime, dict[str, Any]]) -> pa.Table:
    who, what, when, properties = zip(*events, strict=True)
    said = [json.dumps(p) for p in properties]
    return pa.table({"customer_id": list(who), "event": list(what), "timestamp": list(when), "properties": said})


def of(features: FeatureTable, customer: str, *names: str) -> list[float]:
    row = features.customers.index(customer)
    return [pytest.approx(v, nan_ok=True, rel=1e-5) for v in features.matrix(names)[row]]


def same(one: FeatureTable, other: FeatureTable) -> bool:
    """Equal to the bit."""
    return one.fingerprint == other.fingerprint and one.customers == other.customers and one.matrix().tobytes() == other.matrix().tobytes()


def test_orders_by_hand(opened: Any) -> None:
    features = stage(opened(customers=CUSTOMERS, orders=ORDERS, products=PRODUCTS), default_zone="Asia/Tokyo").build(AS_OF)
    expected = {
        "days_since_last_order": 10, "days_since_first_order": 49.5, "days_since_signup": 415.125,
        "orders_total": 3, "orders_7d": 0, "orders_30d": 2, "orders_90d": 3,
        "revenue_total": 42.5, "revenue_30d": 27.5, "revenue_90d": 42.5, "average_order_value": 42.5 / 3, "largest_order": 20,
        "items_per_order": 5 / 3, "discount_share": 6 / 48.5, "order_gap_mean": 19.75, "order_gap_std": 20.5 / np.sqrt(2),
        "order_overdue": 10 / 19.75, "orders_trend": 1 / 3, "revenue_trend": 12.5 / 42.5,
        "category_share_fresh_fruit": 30 / 42.5, "category_share_dairy": 5 / 42.5, "category_share_90d_toys": 7.5 / 42.5,
        "days_since_category_dairy": 49.5, "category_breadth": 3,
        "hour_share_morning": 2 / 3, "hour_share_night": 1 / 3, "hour_share_evening": 0,
        "weekday_share_thu": 1 / 3, "weekday_share_sat": 1 / 3, "weekday_share_mon": 1 / 3, "weekday_share_tue": 0, "weekend_share": 1 / 3,
        "touches_7d": 0, "days_since_last_touch": np.nan, "email_engagement_rate": np.nan, "attribute_income": 1,
    }  # fmt: skip
    assert (
        list(features.matrix(list(expected))[0])
        == of(features, "a", *expected)
        == [pytest.approx(v, nan_ok=True) for v in expected.values()]
    )


def test_an_invalid_zone_falls_back_to_the_brands_and_nothing_bought_is_nothing(opened: Any) -> None:
    features = stage(opened(customers=CUSTOMERS, orders=ORDERS, products=PRODUCTS), default_zone="Asia/Tokyo").build(AS_OF)
    assert of(features, "b", "hour_share_midday", "weekday_share_thu") == [1, 1]  # 03:00 UTC is noon in Tokyo
    assert of(features, "b", "order_gap_mean", "category_share_dairy", "days_since_signup") == [np.nan, np.nan, 1]
    counts = ("orders_total", "orders_30d", "revenue_total", "category_breadth", "touches_30d")
    assert of(features, "c", *counts) == [0] * len(counts)
    unknown = ("days_since_last_order", "average_order_value", "largest_order", "orders_trend", "hour_share_night", "attribute_income")
    assert of(features, "c", *unknown) == [np.nan] * len(unknown)


def test_an_order_over_several_moments_counts_once_and_only_what_is_past(opened: Any) -> None:
    lines = ["a,o1,2026-02-01,10", "a,o1,2026-02-03,5", "a,o1,2026-03-01,100", "a,,2026-02-05,1", "a,,2026-02-05,1"]
    orders = "\n".join(["customer_id,order_id,timestamp,amount", *lines])
    staged = stage(opened(customers=CUSTOMERS, orders=orders))
    assert of(staged.build(datetime(2026, 2, 2, tzinfo=UTC)), "a", "orders_total", "revenue_total") == [1, 10]
    assert of(staged.build(datetime(2026, 2, 10, tzinfo=UTC)), "a", "orders_total", "revenue_total", "days_since_last_order") == [3, 17, 5]
    assert of(staged.build(datetime(2026, 3, 2, tzinfo=UTC)), "a", "orders_total", "days_since_last_order") == [3, 25]


EVENTS = """customer_id,event,timestamp,properties
a,Project Created,2026-02-10T03:00:00Z,
a,project_created,2026-01-01T03:00:00Z,
a,card_payment,2026-02-18T03:00:00Z,"{""amount"": 12.5}"
a,card_payment,2025-02-18T03:00:00Z,"{""amount"": ""7.5""}"
a,message_sent,2026-02-15T03:00:00Z,"{""channel"": ""email""}"
a,message_sent,2026-02-16T03:00:00Z,"{""channel"": ""email""}"
a,message_sent,2026-02-16T03:00:00Z,"{""channel"": ""sms""}"
a,email_opened,2026-02-15T04:00:00Z,
a,email_opened,2026-02-16T04:00:00Z,"{""machine"": true}"
b,message_sent,2025-12-01T03:00:00Z,"{""channel"": ""push""}"
b,order,2026-02-10T03:00:00Z,"{""amount"": 30, ""quantity"": 2}"
"""


def test_events_by_hand(opened: Any) -> None:
    features = stage(opened(customers=CUSTOMERS, events=EVENTS), also=["savings_opened"]).build(AS_OF)
    expected = {
        "events_project_created_total": 2, "events_project_created_7d": 0, "events_project_created_30d": 1,
        "events_project_created_90d": 2, "days_since_project_created": 10,
        "events_card_payment_amount_total": 20, "events_card_payment_amount_90d": 12.5,
        "events_savings_opened_total": 0, "days_since_savings_opened": np.nan,
        "touches_7d": 3, "touches_30d": 3, "days_since_last_touch": 4, "email_touches_30d": 2, "sms_touches_30d": 1,
        "email_engagement_rate": 0.5, "sms_engagement_rate": 0, "push_engagement_rate": np.nan,
        "activity_total": 5, "activity_7d": 2, "active_days_30d": 3, "activity_kinds": 4, "days_since_last_activity": 2,
    }  # fmt: skip
    assert of(features, "a", *expected) == [v if v == v else pytest.approx(v, nan_ok=True) for v in expected.values()]
    assert of(features, "b", "orders_total", "revenue_total", "items_per_order", "touches_30d", "days_since_last_order") == [
        1,
        30,
        2,
        0,
        10,
    ]


def test_live_events_count_like_old_ones(opened: Any) -> None:
    staged = stage(opened(customers=CUSTOMERS, orders=ORDERS, products=PRODUCTS), also=["order", "savings_opened"])
    day = AS_OF - timedelta(days=1)
    came = live(
        ("a", "order", day, {"amount": 17.5}),
        ("a", "message_sent", day, {"channel": "sms"}),
        ("a", "sms_clicked", day, {}),
        ("c", "savings_opened", day, {}),
        ("a", "order", AS_OF, {"amount": 1000}),
        ("stranger", "order", day, {"amount": 1}),
    )
    before, after = staged.build(AS_OF), staged.build(AS_OF, came)
    assert before.fingerprint == after.fingerprint
    names = ("days_since_last_order", "orders_total", "revenue_total", "events_order_7d", "days_since_order", "order_gap_mean")
    assert of(before, "a", *names) == [10, 3, 42.5, 0, 10, 19.75]
    assert of(after, "a", *names) == [1, 4, 60, 1, 1, (39.5 + 9) / 3]
    assert of(after, "a", "touches_7d", "sms_touches_30d", "sms_engagement_rate", "category_share_dairy") == [1, 1, 1, 5 / 42.5]
    assert of(after, "c", "events_savings_opened_total", "days_since_savings_opened") == [1, 1]
    assert same(staged.build(AS_OF, came.slice(0, 0)), before)
    assert same(staged.build(AS_OF), before), "earlier live events must leave nothing behind"


def test_live_orders_alone_make_order_features(opened: Any) -> None:
    staged = stage(opened(customers="customer_id\na\n"), also=["order"])
    assert of(staged.build(AS_OF), "a", "orders_total", "days_since_last_order") == [0, np.nan]
    naive = live(("a", "order", (AS_OF - timedelta(days=1)).replace(tzinfo=None), {"amount": 8}))
    assert of(staged.build(AS_OF, naive), "a", "orders_total", "revenue_total", "days_since_last_order") == [1, 8, 1]


def test_live_events_without_a_column_are_refused(opened: Any) -> None:
    staged = stage(opened(customers=CUSTOMERS))
    with pytest.raises(DataError, match="no column event"):
        staged.build(AS_OF, pa.table({"customer_id": ["a"], "timestamp": [AS_OF], "properties": ["{}"]}))


def test_sensitive_columns_can_be_left_out_and_names_never_clash(opened: Any) -> None:
    events = "customer_id,event,timestamp\na,signup,2026-02-01\n"
    tables = opened(customers="customer_id,age,plan\na,30,pro\nb,40,free\n", events=events)
    names = stage(tables).build(AS_OF).names
    assert {"attribute_age", "attribute_plan_pro", "attribute_plan_free"} <= set(names) and len(set(names)) == len(names)
    left = stage(tables, leave_out=["age", "touches_7d", "plan"]).build(AS_OF).names
    assert sorted(set(names) - set(left)) == ["attribute_age", "attribute_plan_free", "attribute_plan_pro", "touches_7d"]


def test_an_unknown_default_zone_is_refused(opened: Any) -> None:
    with pytest.raises(DataError, match="no time zone Mars"):
        stage(opened(customers=CUSTOMERS), default_zone="Mars/Olympus")


def test_texts_become_axes_that_later_texts_do_not_turn(opened: Any) -> None:
    lines = [
        f"{'ab'[n % 2]},2026-01-{n + 1:02},{'The invoice is wrong, I want my money back' if n % 2 else 'Lovely fruit, ' + 'so fresh ' * n}"
        for n in range(9)
    ]
    early = "customer_id,timestamp,text\n" + "".join(f'{w},{t},"{x}"\n' for w, t, x in (line.split(",", 2) for line in lines))
    late = early + 'c,2026-03-01,"My parcel never came"\n'
    first = stage(opened(customers=CUSTOMERS, texts=early), until=AS_OF).build(AS_OF)
    second = stage(opened(customers=CUSTOMERS, texts=late), until=AS_OF).build(AS_OF)
    assert same(first, second)
    axes = first.matrix([n for n in first.names if n.startswith("text_axis_")])
    assert axes.shape[1] >= 2 and np.abs(axes[0] - axes[1]).max() > 0.3 and np.isnan(axes[2]).all()
    assert of(first, "a", "texts_total", "days_since_last_text") == [5, 42.125]
