"""The feature table: one row per customer, one float32 column per feature, with a fingerprint and words for every column.

A missing value is NaN; a count of nothing is 0. Rows are in order of customer id. Saved as Parquet with its fingerprint and words inside.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from journeyman.domain import Record
from journeyman.errors import DataError, PlanError
from journeyman.features.sources import near

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Column:
    """A feature in words: `unit` such as days, orders, share; `group` such as orders, habits. `levels` name the codes 0, 1, 2 … of an
    ordinal attribute, lowest first."""

    name: str
    meaning: str
    unit: str
    group: str
    levels: tuple[str, ...] = ()


class Entry(Record):
    """A line of the catalogue. `quantiles` are minimum, quartiles and maximum of the known values, None when none is known."""

    name: str
    meaning: str
    unit: str
    group: str
    levels: list[str]
    quantiles: tuple[float, float, float, float, float] | None
    missing: int


@dataclass(frozen=True)
class FeatureTable:
    """`table` has `customer_id` (string, ascending) and one float32 column per entry of `columns`, in that order."""

    table: pa.Table
    columns: tuple[Column, ...] = field(repr=False)

    @classmethod
    def of(cls, customers: Sequence[str], matrix: Floats, columns: Sequence[Column]) -> FeatureTable:
        """From ids (n,), ascending, and `matrix` (n, d)."""
        arrays = [pa.array(customers, pa.string())] + [pa.array(np.ascontiguousarray(matrix[:, j])) for j in range(len(columns))]
        return cls(pa.table(arrays, names=["customer_id", *(c.name for c in columns)]), tuple(columns))

    @cached_property
    def customers(self) -> list[str]:
        """Ids, ascending."""
        ids: list[str] = self.table["customer_id"].to_pylist()
        return ids

    @cached_property
    def row_of(self) -> dict[str, int]:
        """Each customer's row."""
        return {name: row for row, name in enumerate(self.customers)}

    @cached_property
    def names(self) -> list[str]:
        """Feature names, in the order of the matrix's columns."""
        return [c.name for c in self.columns]

    @cached_property
    def fingerprint(self) -> str:
        """sha256 over the names and types of all columns, hex."""
        return _fingerprint(self.table.schema)

    def matrix(self, names: Sequence[str] | None = None) -> Floats:
        """(n, d) float32, NaN for missing; all columns, or those named. Raises PlanError for a name there is not."""
        for name in names or ():
            self.column(name)
        chosen = self.names if names is None else list(names)
        return np.column_stack([self.table[n].to_numpy() for n in chosen]) if chosen else np.empty((len(self.table), 0), np.float32)

    def column(self, name: str) -> Column:
        """A feature's words. Raises PlanError with near names."""
        for column in self.columns:
            if column.name == name:
                return column
        raise PlanError(f"There is no feature {name}.", remedy=near(name, self.names, say="Some there are:"))

    def catalogue(self) -> list[Entry]:
        """Every feature with its meaning and how its values spread."""
        entries = []
        for column in self.columns:
            values = self.table[column.name].to_numpy()
            known = values[np.isfinite(values)].astype(np.float64)
            spread = tuple(float(q) for q in np.quantile(known, (0, 0.25, 0.5, 0.75, 1))) if len(known) else None
            entries.append(Entry(**_plain(column), quantiles=spread, missing=int(len(values) - len(known))))
        return entries

    def save(self, path: Path) -> None:
        """Writes Parquet beside `path`, then moves it there: a reader never sees half a file."""
        words = {b"fingerprint": self.fingerprint.encode(), b"columns": json.dumps([_plain(c) for c in self.columns]).encode()}
        waiting = path.with_name(f".{path.name}.part")
        pq.write_table(self.table.replace_schema_metadata(words), waiting)
        waiting.replace(path)

    @classmethod
    def load(cls, path: Path) -> FeatureTable:
        """Raises DataError where the file is missing, no feature table, or not what its fingerprint says."""
        try:
            table = pq.read_table(path)
        except (OSError, pa.ArrowInvalid) as problem:
            raise DataError(f"{path} cannot be read as a feature table.", remedy="Build the features again.") from problem
        words = table.schema.metadata or {}
        if words.get(b"fingerprint", b"").decode() != _fingerprint(table.schema):
            raise DataError(f"{path} does not hold the columns its fingerprint says.", remedy="Build the features again.")
        columns = tuple(Column(**{**c, "levels": tuple(c["levels"])}) for c in json.loads(words[b"columns"]))
        return cls(table.replace_schema_metadata(None), columns)


def _plain(column: Column) -> dict[str, Any]:
    return asdict(column) | {"levels": list(column.levels)}


def _fingerprint(schema: pa.Schema) -> str:
    return hashlib.sha256("\n".join(f"{f.name}:{f.type}" for f in schema).encode()).hexdigest()
