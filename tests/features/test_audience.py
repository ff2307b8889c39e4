"""Predicates: nested, negated, on missing values, on words; and the feature that does not exist."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from journeyman.domain import Predicate
from journeyman.errors import PlanError
from journeyman.features import FeatureTable, select
from journeyman.features.table import Column

NAN = float("nan")
INCOME = Column("attribute_income", "Income", "level", "attributes", ("Under 15K", "15-24K", "25K+"))
COLUMNS = (Column("days_since_last_order", "", "days", "orders"), Column("orders_total", "", "orders", "orders"), INCOME)
MATRIX = np.array([[10, 1, 0], [21, 2, 1], [NAN, 0, 2], [30.1, 5, NAN]], np.float32)
FEATURES = FeatureTable.of(["a", "b", "c", "d"], MATRIX, COLUMNS)


def who(where: dict[str, Any]) -> str:
    mask = select(FEATURES, TypeAdapter[Any](Predicate).validate_python(where))
    assert mask.dtype == np.bool_ and mask.shape == (4,)
    return "".join(c for c, m in zip(FEATURES.customers, mask, strict=True) if m)


def has(feature: str, op: str, value: Any) -> dict[str, Any]:
    return {"feature": feature, "op": op, "value": value}


LATE = has("days_since_last_order", ">=", 21)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (LATE, "bd"),
        (has("days_since_last_order", ">", 21), "d"),
        (has("days_since_last_order", "<=", 21), "ab"),
        (has("days_since_last_order", "<", 21), "a"),
        (has("days_since_last_order", "==", 30.1), "d"),  # as the column holds it
        (has("days_since_last_order", "!=", 10), "bd"),
        (has("orders_total", "in", [1, 5]), "ad"),
        (has("orders_total", "not_in", [1, 5]), "bc"),
        (has("days_since_last_order", "not_in", [10]), "bd"),
        (has("orders_total", "==", True), "a"),
        (has("orders_total", "<", 1e300), "abcd"),
        ({"not": LATE}, "a"),
        ({"not": {"not": LATE}}, "bd"),
        ({"all": []}, "abcd"),
        ({"any": []}, ""),
        ({"all": [LATE, has("orders_total", ">", 2)]}, "d"),
        ({"any": [LATE, has("orders_total", "==", 0)]}, "bcd"),
        ({"not": {"all": [LATE, has("orders_total", ">", 0)]}}, "ac"),  # c: false and unknown is false
        ({"not": {"any": [LATE, has("orders_total", ">", 2)]}}, "a"),  # c: unknown or false is unknown
        ({"all": [{"any": [LATE, {"not": has("orders_total", ">=", 1)}]}, {"not": has("orders_total", ">=", 5)}]}, "bc"),
        (has("attribute_income", ">=", "15-24K"), "bc"),
        (has("attribute_income", "in", ["Under 15K", "25K+"]), "ac"),
        ({"not": has("attribute_income", "==", "25K+")}, "ab"),
    ],
)
def test_who_is_meant(where: dict[str, Any], expected: str) -> None:
    assert who(where) == expected


@pytest.mark.parametrize(
    ("where", "words"),
    [
        (has("day_since_last_orders", ">=", 21), "There is no feature day_since_last_orders. Did you mean days_since_last_order?"),
        ({"any": [LATE, {"not": has("zzz", "==", 1)}]}, "There is no feature zzz."),
        (has("orders_total", "in", 3), "Give a list to `in`"),
        (has("orders_total", ">=", [3]), "Give a list to `in`"),
        (has("orders_total", ">=", "many"), "Compare it with a number."),
        (has("attribute_income", "==", "under 15"), "Did you mean Under 15K?"),
    ],
)
def test_what_cannot_be_meant_is_told(where: dict[str, Any], words: str) -> None:
    with pytest.raises(PlanError) as caught:
        who(where)
    assert words in str(caught.value) and caught.value.remedy
