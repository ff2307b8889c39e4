"""The feature table on its own: matrix, fingerprint, catalogue, and the file that must be what it says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from journeyman.errors import DataError, PlanError
from journeyman.features import FeatureTable
from journeyman.features.table import Column

DAYS = Column("days_since_last_order", "Days since the last order", "days", "orders")
STEPS = Column("attribute_income", "Income", "level", "attributes", ("low", "high"))
MATRIX = np.array([[1, 0], [3, np.nan], [8, 1]], np.float32)


def table(*columns: Column) -> FeatureTable:
    return FeatureTable.of(["a", "b", "c"], MATRIX[:, : len(columns)], columns)


def test_matrix_gives_all_or_the_columns_asked_for() -> None:
    features = table(DAYS, STEPS)
    assert features.matrix().dtype == np.float32
    np.testing.assert_array_equal(features.matrix(), MATRIX)
    np.testing.assert_array_equal(features.matrix(["attribute_income", "days_since_last_order"]), MATRIX[:, ::-1])
    assert features.matrix([]).shape == (3, 0)
    with pytest.raises(PlanError, match="Did you mean days_since_last_order"):
        features.matrix(["days_since_last_orders"])


def test_the_fingerprint_is_of_names_and_types_not_of_values() -> None:
    renamed = Column("days_since_order", DAYS.meaning, DAYS.unit, DAYS.group)
    assert table(DAYS, STEPS).fingerprint != table(DAYS).fingerprint != table(renamed).fingerprint
    assert table(STEPS, DAYS).fingerprint != table(DAYS, STEPS).fingerprint
    assert FeatureTable.of(["z"], MATRIX[:1], (DAYS, STEPS)).fingerprint == table(DAYS, STEPS).fingerprint


def test_the_catalogue_says_how_values_spread() -> None:
    days, steps = table(DAYS, STEPS).catalogue()
    assert (days.quantiles, days.missing, days.unit) == ((1, 2, 3, 5.5, 8), 0, "days")
    assert (steps.quantiles, steps.missing, steps.levels) == ((0, 0.25, 0.5, 0.75, 1), 1, ["low", "high"])
    (nothing,) = FeatureTable.of(["a"], np.full((1, 1), np.nan, np.float32), (DAYS,)).catalogue()
    assert (nothing.quantiles, nothing.missing) == (None, 1)


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    features = table(DAYS, STEPS)
    features.save(tmp_path / "f.parquet")
    again = FeatureTable.load(tmp_path / "f.parquet")
    assert (again.fingerprint, again.customers, again.columns) == (features.fingerprint, features.customers, features.columns)
    np.testing.assert_array_equal(again.matrix(), MATRIX)
    assert [p.name for p in tmp_path.iterdir()] == ["f.parquet"]


def test_a_file_that_is_not_what_it_says_is_refused(tmp_path: Path) -> None:
    features, path = table(DAYS, STEPS), tmp_path / "f.parquet"
    features.save(path)
    changed = pq.read_table(path).rename_columns(["customer_id", "days", "attribute_income"])
    pq.write_table(changed, path)
    with pytest.raises(DataError, match="fingerprint"):
        FeatureTable.load(path)
    pq.write_table(features.table, path)
    with pytest.raises(DataError, match="fingerprint"):
        FeatureTable.load(path)
    for content in (b"no parquet", b""):
        path.write_bytes(content)
        with pytest.raises(DataError, match="cannot be read"):
            FeatureTable.load(path)
    with pytest.raises(DataError, match="cannot be read"):
        FeatureTable.load(tmp_path / "none.parquet")
