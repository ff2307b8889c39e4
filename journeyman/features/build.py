"""Features as of a moment. `stage(tables)` does the heavy work once; `Staged.build(as_of)` is cheap enough for every simulated day.

Strictly point-in-time: nothing at or after `as_of` counts, in any column. Which events and categories become columns is found in the data
when staging (from before `until`, where given) and then stays, so that every build has the same columns and fingerprint. What a customer
*is* (attributes) has no time and is taken as it stands in the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from journeyman.errors import DataError
from journeyman.features import staging
from journeyman.features.activity import TOUCH, ActivityFeatures
from journeyman.features.attributes import encode
from journeyman.features.names import slug, slugs
from journeyman.features.orders import OrderFeatures
from journeyman.features.staging import DAY, Ground, Moment
from journeyman.features.table import Column, FeatureTable
from journeyman.features.tables import Tables
from journeyman.features.zones import valid

MOST_EVENTS, MOST_CATEGORIES = 20, 16
LIVE_COLUMNS = ("customer_id", "event", "timestamp", "properties")
COUNTED = ("orders", "events", "messages", "texts", "categories", "active days", "money")
"""Units of which somebody to whom nothing happened has none; in any other unit the value is unknown."""
SIGNUP = Column("days_since_signup", "Days since the customer signed up, or else was first seen", "days", "customer")


class Group(Protocol):
    """A family of columns. `fill` gives their values (n,) by name; one it leaves out counts as never having happened."""

    columns: list[Column]

    def fill(self, moment: Moment) -> dict[str, NDArray[np.float64]]: ...


class Staged:
    """Made by `stage`. `columns` are the features of every build, in order."""

    def __init__(self, place: Ground, groups: Sequence[Group], fixed: list[tuple[Column, NDArray[np.float64]]], barred: set[str]) -> None:
        self._place, self._groups, self._fixed = place, groups, fixed
        every = [SIGNUP, *(c for g in groups for c in g.columns), *(c for c, _ in fixed)]
        first = {c.name: c for c in reversed(every)}  # of two with one name the first stays
        self.columns = tuple(c for c in dict.fromkeys(first[c.name] for c in every) if c.name not in barred)

    def build(self, as_of: datetime, extra_events: pa.Table | None = None) -> FeatureTable:
        """One row per customer. `extra_events` (customer_id, event, timestamp, properties as JSON text) came since the tables were read:
        touches, engagement, success events, and `order` with properties.amount. Raises DataError where they lack a column."""
        if as_of.tzinfo is None:
            raise ValueError("as_of must be aware")
        as_of = as_of.astimezone(UTC)
        live = None
        if extra_events is not None and len(extra_events):
            if lacking := set(LIVE_COLUMNS) - set(extra_events.column_names):
                raise DataError(f"The live events have no column {sorted(lacking)[0]}.", remedy=f"Give them {', '.join(LIVE_COLUMNS)}.")
            live = staging.live_acts(self._place, extra_events)
        moment = Moment(as_of, int(as_of.timestamp()), live)
        found: dict[str, NDArray[np.float64]] = {}
        for group in self._groups:
            found = group.fill(moment) | found
        found |= {SIGNUP.name: self._tenure(found, moment)} | {c.name: values for c, values in self._fixed}
        n = len(self._place.ids)
        matrix = np.empty((n, len(self.columns)), np.float32)
        for j, column in enumerate(self.columns):
            matrix[:, j] = found.get(column.name, np.full(n, 0.0 if column.unit in COUNTED else np.nan))
        return FeatureTable.of(self._place.ids, matrix, self.columns)

    def _tenure(self, found: dict[str, NDArray[np.float64]], moment: Moment) -> NDArray[np.float64]:
        """(n,) days since sign-up; whose sign-up is unknown (or yet to come) counts from the first order or act."""
        signed = np.array([np.nan if s is None or s >= moment.second else (moment.second - s) / DAY for s in self._place.signed_up])
        seen = np.full(len(signed), np.nan)
        for name in ("days_since_first_order", "days_since_first_activity"):
            seen = np.fmax(seen, found.get(name, seen))
        return np.where(np.isnan(signed), seen, signed)


def stage(
    tables: Tables,
    also: Sequence[str] = (),
    *,
    default_zone: str = "UTC",
    until: datetime | None = None,
    leave_out: Sequence[str] = (),
) -> Staged:
    """Reads the tables once and settles the columns.

    `also`: events that have columns even if none happened yet (a plan's success events). `default_zone`: where customers without a valid
    time zone live. `until`: choose columns and learn text axes from what happened before it only. `leave_out`: features or attributes never
    to be made (a brand's sensitive ones). Raises DataError for a default zone that does not exist.
    """
    if not valid(default_zone):
        raise DataError(f"There is no time zone {default_zone}.", remedy="Write one such as Europe/London or America/New_York.")
    place = staging.ground(tables, default_zone)
    end = None if until is None else until.astimezone(UTC)
    acts = staging.acts(place, tables.clean("events"), "acts") if "events" in tables.names else None
    names, amounts = _events(acts, end) if acts is not None else ([], [])
    with_orders = "orders" in tables.names or "order" in (*names, *also)
    groups: list[Group] = []
    if with_orders:
        codes, categories = _categories(place, tables, end)
        staged = staging.orders(place, tables, codes, len(categories)) if "orders" in tables.names else None
        groups.append(OrderFeatures(place, staged, acts, categories, as_events="order" in also))
    columns = list(dict.fromkeys([*also, *names]))
    columns = [c for c in columns if c not in (TOUCH, "order")]
    groups.append(ActivityFeatures(place, acts, columns, amounts, habits_of_events=acts is not None and not with_orders))
    if "texts" in tables.names:
        from journeyman.features.texts import TextFeatures

        groups.append(TextFeatures(place, tables.clean("texts"), None if end is None else int(end.timestamp())))
    barred = {slug(name) for name in leave_out}
    return Staged(place, groups, _attributes(tables, barred), barred)


def _attributes(tables: Tables, barred: set[str]) -> list[tuple[Column, NDArray[np.float64]]]:
    names = [a for a in tables.attributes if not {slug(a), f"attribute_{slug(a)}"} & barred]
    if not names:
        return []
    customers: Any = tables.clean("customers")
    facts = customers.order_by("customer_id").select(*(f"attribute_{a}" for a in names)).to_pyarrow()
    return [pair for a in names for pair in encode(a, facts[f"attribute_{a}"].to_pylist())]


def _before(table: Any, until: datetime | None) -> Any:
    return table if until is None else table.filter(table.timestamp < ibis.literal(until.replace(tzinfo=None)))


def _events(acts: Any, until: datetime | None) -> tuple[list[str], list[str]]:
    """The commonest events, and those of them that mostly carry an amount."""
    counts = _before(acts, until).group_by("event").aggregate(n=ibis._.count(), paid=ibis._.amount.count())
    top = counts.order_by(ibis.desc("n"), "event").limit(MOST_EVENTS + 2).to_pyarrow().to_pylist()
    kept = [row for row in top if row["event"] != TOUCH][:MOST_EVENTS]
    return [row["event"] for row in kept], [row["event"] for row in kept if 2 * row["paid"] > row["n"]]


def _categories(place: Ground, tables: Tables, until: datetime | None) -> tuple[Any, list[tuple[str, str]]]:
    """`(product_id → code, (slug, name) by code)` of the categories with most spend; all others are one more, named other."""
    typed = tables.typed
    if (
        "products" not in typed
        or "orders" not in typed
        or "category" not in typed["products"].present
        or "product_id" not in typed["orders"].present
    ):
        return None, []
    products, lines = tables.clean("products"), _before(tables.clean("orders"), until)
    assert products is not None
    products = products.filter(products.category.notnull()).select("product_id", "category")
    spend = (
        lines.inner_join(products, "product_id")
        .group_by("category")
        .aggregate(spend=(ibis._.amount * staging.SCALE).round().cast("int64").sum())
    )
    ranked = spend.order_by(ibis.desc("spend"), "category").select("category").to_pyarrow()["category"].to_pylist()
    names = slugs([*ranked[:MOST_CATEGORIES], *(["other"] if len(ranked) > MOST_CATEGORIES else [])])
    if not names:
        return None, []
    known = ibis.memtable(pa.table({"category": [n for _, n in names], "code": pa.array(range(len(names)), pa.int32())}))
    joined = products.left_join(known, "category")
    code = joined.code.fill_null(MOST_CATEGORIES) if len(ranked) > MOST_CATEGORIES else joined.code
    return place.keep("codes", joined.select("product_id", code=code)), names
