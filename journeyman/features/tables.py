"""A workspace's tables, opened and made clean: our column names, our types, UTC; bad rows left out, counted and shown.

`open_tables` stops with a `DataError` where nothing could be read rightly (no file, wrong column, empty or unreadable file). Everything
smaller is a `Problem` in the profile. CSV is parsed when opened; Parquet and DuckDB tables are looked at when somebody asks.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from journeyman.domain import CONSENT_COLUMNS, Customer, DataSources
from journeyman.errors import DataError
from journeyman.features.checks import Check, checked
from journeyman.features.columns import FIELDS, Typed, typed
from journeyman.features.sources import Raw, connect, read

if TYPE_CHECKING:
    from journeyman.features.profile import Profile


class Tables:
    """Opened by `open_tables`. `names` are the tables there are; `clean(name)` is an Ibis table, None when there is none."""

    def __init__(self, connection: Any, raw: dict[str, Raw], found: dict[str, Typed]) -> None:
        self.connection, self.raw, self.typed = connection, raw, found
        self._stagings = count(1)
        self.checks: dict[str, list[Check]] = {}
        self._checked: dict[str, Any] = {}
        self._clean: dict[str, Any] = {}
        for name in found:
            self._add(name)

    def _add(self, name: str) -> None:
        table, checks = checked(name, self.typed[name], self._clean.get("customers"))
        self._checked[name], self.checks[name] = table, checks
        for check in checks:
            if check.drops:
                table = table.filter(~check.bad)
        kept = [*FIELDS[name][1], *(c for c in table.columns if c.startswith("attribute_"))]
        self._clean[name] = table.select("row", *kept)
        if name == "customers":  # looked at by every other table: kept
            self._clean[name] = self.connection.create_table("clean_customers", self._clean[name].order_by("customer_id"), temp=True)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.typed)

    @property
    def rows_read(self) -> int:
        """Rows of all tables, bad ones included; lines that could not be read are not."""
        return sum(r.rows for r in self.raw.values())

    @property
    def attributes(self) -> tuple[str, ...]:
        """The customers' further columns, by name."""
        return self.typed["customers"].attributes

    def clean(self, name: str) -> Any | None:
        """Good rows of a table with all canonical columns (`attribute_…` for customers' further ones), or None."""
        return self._clean.get(name)

    def next_staging(self) -> str:
        """A prefix for the tables of one more staging: `staging_1`, `staging_2` …"""
        return f"staging_{next(self._stagings)}"

    def with_all_rows(self, name: str) -> Any:
        """The typed table with bad rows still in, for the profile."""
        return self._checked[name]

    def profile(self) -> Profile:
        """What is in the tables and what is wrong with them. Reads everything once."""
        from journeyman.features.profile import profile

        return profile(self)

    def customers(self) -> list[Customer]:
        """Everybody, by id. Consent is for marketing only; a further column is an attribute, as text; blanks are left out."""
        return list(self._people)

    @cached_property
    def _people(self) -> tuple[Customer, ...]:
        table = self._clean["customers"]
        texts = {f"attribute_{a}": table[f"attribute_{a}"].cast("string") for a in self.attributes}
        rows = table.mutate(signed_up_at=table.signed_up_at.cast("timestamp('UTC')"), **texts).order_by("customer_id").to_pyarrow()
        return tuple(_customer(row) for row in rows.to_pylist())


def _customer(row: dict[str, Any]) -> Customer:
    plain = ("email", "phone", "push_token", "first_name", "language", "time_zone", "signed_up_at")
    return Customer(
        id=row["customer_id"],
        consent=frozenset((channel, "marketing") for channel, column in CONSENT_COLUMNS.items() if row[column]),
        attributes={k.removeprefix("attribute_"): v for k, v in row.items() if k.startswith("attribute_") and v is not None},
        **{k: row[k] for k in plain},
    )


def open_tables(sources: DataSources, root: Path) -> Tables:
    """Opens every table named in `sources`; relative paths start at `root`. Raises DataError with file, column and remedy."""
    connection = connect()
    raw, found = {}, {}
    for name in ("customers", "products", "orders", "events", "texts"):
        source = getattr(sources, name)
        if source is not None:
            raw[name] = read(connection, name, source, root)
            found[name] = typed(raw[name], name, source)
            if copy := raw[name].copied:  # text is parsed once, not at every look
                parsed = connection.create_table(f"typed_{name}", found[name].table, temp=True)
                found[name] = replace(found[name], table=parsed)
                connection.drop_table(copy)
    if not raw["customers"].rows:
        raise DataError(f"customers: {raw['customers'].file} has no rows.", remedy="Export it again, one row per customer.")
    return Tables(connection, raw, found)
