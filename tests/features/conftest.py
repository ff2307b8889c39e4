"""A small folder of tables to open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from journeyman.domain import DataSources
from journeyman.features import Tables, open_tables

IBIS_ON_DUCKDB_2 = "ignore:fetch_arrow_table:DeprecationWarning"  # ibis 12 still calls it


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings(IBIS_ON_DUCKDB_2))


Opener = Callable[..., Tables]


@pytest.fixture
def opened(tmp_path: Path) -> Opener:
    """`opened(customers=..., orders=..., columns={"orders": {...}}, zones={"orders": ...})`: text becomes CSV, an Arrow table Parquet."""

    def make(*, columns: dict[str, Any] | None = None, zones: dict[str, str] | None = None, **tables: str | bytes | pa.Table) -> Tables:
        sources = {}
        for name, content in tables.items():
            path = tmp_path / f"{name}.{'parquet' if isinstance(content, pa.Table) else 'csv'}"
            if isinstance(content, pa.Table):
                pq.write_table(content, path)
            else:
                path.write_bytes(content.encode() if isinstance(content, str) else content)
            sources[name] = {"path": path.name, "columns": (columns or {}).get(name, {}), "timezone": (zones or {}).get(name, "UTC")}
        return open_tables(DataSources(**sources), tmp_path)

    return make
