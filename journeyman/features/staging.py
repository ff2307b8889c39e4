"""The heavy work, done once: order lines become orders, events become acts, everything knows its customer's number and local hour.

Both come out as tables in DuckDB that a build only has to filter by time and add up. Amounts are whole ten-thousandths, so that a sum is
the same in any order. The expressions keep to what Ibis compiles for any of its databases; live events take the same way as old ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis
import pyarrow as pa

from journeyman.features.tables import Tables
from journeyman.features.zones import offset_table, valid

DAY = 86_400
SCALE = 10_000
"""Amounts are kept as whole numbers of 1/10,000."""
LARGE = 1e12
WEIGHED = 100
"""A line of more pieces than this is sold by measure (fuel, by weight): it counts as one item."""


@dataclass(frozen=True)
class Ground:
    """What every feature group stands on. `people`: customer (0 … n-1, in order of id), customer_id, zone; `ids` in the same order."""

    connection: Any
    prefix: str
    people: Any
    ids: list[str]
    signed_up: list[int | None]
    """Epoch seconds, or None."""
    zones: list[str]

    def keep(self, name: str, table: Any) -> Any:
        """`table` worked out and kept in DuckDB as this staging's `name`, in place of what had that name."""
        return self.connection.create_table(f"{self.prefix}_{name}", table, temp=True, overwrite=True)


@dataclass(frozen=True)
class Moment:
    """When features are wanted: only what lies before counts. `live` are the acts that came since the tables were read, or None."""

    as_of: datetime
    second: int
    live: Any = None

    def before(self, table: Any) -> Any:
        """The rows of `table` before this moment."""
        return table.filter(table.timestamp < ibis.literal(self.as_of.replace(tzinfo=None)))

    def within(self, table: Any, days: int, until: int = 0) -> Any:
        """A condition: at most `days` days ago, and more than `until` days ago."""
        recent = table.second >= self.second - days * DAY
        return recent & (table.second < self.second - until * DAY) if until else recent


def ground(tables: Tables, default_zone: str) -> Ground:
    """Numbers the customers and settles everybody's zone: their own if it is one, else `default_zone`."""
    connection, prefix, customers = tables.connection, tables.next_staging(), tables.clean("customers")
    assert customers is not None
    names = customers.select("time_zone").distinct().to_pyarrow()["time_zone"].to_pylist()
    usable = sorted(n for n in names if valid(n))
    own = customers.time_zone.isin(usable) if usable else ibis.literal(False)
    numbered = customers.select(
        customer=ibis.row_number().over(order_by=customers.customer_id).cast("int32"),
        customer_id=customers.customer_id,
        zone=own.ifelse(customers.time_zone, default_zone),
        signed_up=_second(customers.signed_up_at),
    )
    people = connection.create_table(f"{prefix}_people", numbered.order_by("customer"), temp=True)
    columns = people.order_by("customer").select("customer_id", "signed_up").to_pyarrow()
    ids, signed_up = columns["customer_id"].to_pylist(), columns["signed_up"].to_pylist()
    return Ground(connection, prefix, people, ids, signed_up, sorted({*usable, default_zone}))


def orders(place: Ground, tables: Tables, codes: Any, categories: int) -> Any:
    """One row per order, or per moment of an order whose lines have several (`opens` is 1 for the first, so that each counts once).

    Columns: customer timestamp second opens amount items discount hour weekday day category_0 … (spend by category).
    `codes`: product_id → code below `categories`, or None.
    """
    lines: Any = tables.clean("orders")
    key = lines.order_id if "order_id" in tables.typed["orders"].present else ibis.null("string")
    lines = lines.mutate(key=key.fill_null(ibis.literal("row ") + lines.row.cast("string")))
    if codes is not None:
        lines = lines.left_join(codes, "product_id").select(lines, codes.code)
    pieces = lines.quantity.fill_null(1.0)
    lines = lines.mutate(
        amount=_whole(lines.amount).fill_null(0),
        discount=_whole(lines.discount.abs()).fill_null(0),
        items=(pieces > WEIGHED).ifelse(1, pieces.clip(0.0, None).ceil().cast("int64")),
    )
    spend = {f"category_{c}": (lines.code == c).ifelse(lines.amount, 0).sum().cast("int64") for c in range(categories)}
    sums = {c: lines[c].sum().cast("int64") for c in ("amount", "discount", "items")}
    parts = lines.group_by("customer_id", "key", "timestamp").aggregate(**sums, **spend)
    first = ibis.row_number().over(group_by=[parts.customer_id, parts.key], order_by=parts.timestamp) == 0
    parts = parts.mutate(opens=first.ifelse(1, 0)).drop("key")
    return place.keep("orders", _placed(place, parts, lines))


def acts(place: Ground, events: Any, name: str) -> Any:
    """Events with their customer's number, kept as `name`: customer timestamp second event amount quantity discount channel hour
    weekday day. `events` has customer_id, event, timestamp, properties and, perhaps, channel. An open by a machine is nobody's act."""
    read = events.mutate(json=events.properties.try_cast("json"))
    channel = read.json["channel"].unwrap_as("string")
    if "channel" in events.columns:
        channel = ibis.coalesce(read.channel, channel)
    said = read.select(
        "customer_id",
        "event",
        "timestamp",
        **{key: _whole(_numeric(read.json[key])) for key in ("amount", "quantity", "discount")},
        channel=(read.event == "message_sent").ifelse(channel, ibis.null("string")),
        machine=read.json["machine"].unwrap_as("boolean").fill_null(False),
    )
    by_people = said.filter(~said.machine).drop("machine")
    return place.keep(name, _placed(place, by_people, events))


def live_acts(place: Ground, events: pa.Table) -> Any:
    """Acts of `events`: customer_id, event, timestamp (naive means UTC), properties (JSON text)."""
    stamp = events["timestamp"]
    naive = stamp.cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us")) if stamp.type.tz else stamp.cast(pa.timestamp("us"))
    plain = {c: events[c].cast(pa.string()) for c in ("customer_id", "event", "properties")}
    arrived = place.keep("arrived", pa.table(plain | {"timestamp": naive}))
    return acts(place, arrived, "live")


def _placed(place: Ground, table: Any, source: Any) -> Any:
    """Adds customer number, second, local hour (0-23), weekday (0 = Monday) and day number; drops customer_id and unknown customers.

    `source` is what `table` was made from: cheaper to ask for the first and last timestamp.
    """
    table = table.mutate(second=_second(table.timestamp))
    stamps = source.select(second=_second(source.timestamp))
    ends = stamps.aggregate(first=stamps.second.min(), last=stamps.second.max()).to_pyarrow().to_pylist()[0]
    offsets = ibis.memtable(offset_table(place.zones, ends["first"] or 0, ends["last"] or 0))
    known = table.inner_join(place.people.drop("signed_up"), "customer_id").drop("customer_id")
    inside = [known.zone == offsets.zone, known.second >= offsets.starts, known.second < offsets.ends]
    local = known.left_join(offsets, inside).select(known, clock=known.second + offsets.offset.fill_null(0))
    return local.mutate(
        hour=((local.clock // 3600) % 24).cast("int32"), weekday=((local.clock // DAY + 3) % 7).cast("int32"), day=local.clock // DAY
    ).drop("clock", "zone")


def _second(timestamp: Any) -> Any:
    return timestamp.epoch_seconds().cast("float64").floor().cast("int64")


def _whole(number: Any) -> Any:
    return (number.abs() < LARGE).ifelse((number * SCALE).round().cast("int64"), ibis.null("int64"))


def _numeric(value: Any) -> Any:
    """A JSON number, or a number in quotes."""
    return ibis.coalesce(value.unwrap_as("float64"), value.unwrap_as("string").try_cast("float64"))
