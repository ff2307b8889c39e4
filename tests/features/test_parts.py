"""Small parts: attributes as numbers, offsets of zones, names of columns."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeyman.features.attributes import encode
from journeyman.features.names import slug, slugs
from journeyman.features.zones import offset_table, spans, valid

NAN = float("nan")


INCOMES = ("Under 15K", "15-24K", "50-74K", "100-124K", "250K+")
SPENDS = ("less than $1,000", "$1,000 to $2,000", "more than $2,000")


@pytest.mark.parametrize(
    ("values", "levels", "codes"),
    [
        (["50-74K", "Under 15K", None, "15-24K", "250K+", "100-124K"], INCOMES, [2, 0, NAN, 1, 4, 3]),
        (["5+", "1", "2", "10"], ("1", "2", "5+", "10"), [2, 0, 1, 3]),
        ([SPENDS[1], SPENDS[0], SPENDS[2]], SPENDS, [1, 0, 2]),
        (["18-24 years", "65 and over"], ("18-24 years", "65 and over"), [0, 1]),
    ],
)
def test_ranges_become_steps_in_order(values: list[str | None], levels: tuple[str, ...], codes: list[float]) -> None:
    ((column, found),) = encode("Yearly Income", values)
    assert column.name == "attribute_yearly_income" and column.levels == levels
    np.testing.assert_array_equal(found, codes)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, None, 2.5], {"attribute_x": [1, NAN, 2.5]}),
        ([True, False, None], {"attribute_x": [1, 0, NAN]}),
        (["7", None, "8.5"], {"attribute_x": [7, NAN, 8.5]}),
        (["yes", "NO", None], {"attribute_x": [1, 0, NAN]}),
        (["gold", "silver", None], {"attribute_x_gold": [1, 0, NAN], "attribute_x_silver": [0, 1, NAN]}),
        (["A b", "a-b"], {"attribute_x_a_b": [1, 0], "attribute_x_a_b_2": [0, 1]}),
        ([None, None], {}),
        ([f"name {n} of many" for n in "abcdefghi"], {}),
        ([1e300, 1], {"attribute_x": [NAN, 1]}),
    ],
)
def test_other_attributes(values: list[object], expected: dict[str, list[float]]) -> None:
    found = encode("x", values)
    assert [c.name for c, _ in found] == list(expected)
    for (_, array), wanted in zip(found, expected.values(), strict=True):
        np.testing.assert_array_equal(array, wanted)


def test_slugs() -> None:
    assert slug("MEAT-PCKGD") == "meat_pckgd" and slug("Frozen & Dairy ") == "frozen_dairy" and slug("???") == "other"
    assert [s for s, _ in slugs(["A b", "a-b", "a.b"])] == ["a_b", "a_b_2", "a_b_3"]


@pytest.mark.parametrize(
    ("name", "good"), [("Europe/Paris", True), ("UTC", True), ("Mars/Olympus", False), ("../etc", False), ("", False), (None, False)]
)
def test_valid_zones(name: str | None, good: bool) -> None:
    assert valid(name) is good


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["America/New_York", "Europe/London", "Asia/Kolkata", "Africa/Casablanca", "Australia/Lord_Howe", "Pacific/Apia"]),
    st.integers(1_262_304_000, 1_893_456_000),  # 2010 to 2030
)
def test_offsets_agree_with_the_zone_database(zone: str, second: int) -> None:
    (offset,) = [o for start, end, o in spans(zone, 1_262_304_000, 1_893_456_000) if start <= second < end]
    difference = datetime.fromtimestamp(second, UTC).astimezone(ZoneInfo(zone)).utcoffset()
    assert difference is not None and offset == difference.total_seconds()


def test_the_offset_table_has_every_zone_without_gaps() -> None:
    rows = offset_table(["UTC", "Europe/Paris"], 1_767_225_600, 1_798_761_600).to_pylist()
    assert [r["zone"] for r in rows] == ["Europe/Paris"] * 3 + ["UTC"]
    assert [r["offset"] for r in rows] == [3600, 7200, 3600, 0]
    assert rows[0]["ends"] == rows[1]["starts"] == int(datetime(2026, 3, 29, 1, tzinfo=UTC).timestamp())
