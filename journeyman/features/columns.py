"""From a source's columns to ours: applies a mapping and casts, keeping what a value looked like so that a bad one can be shown.

`typed` gives a table with `row`, every canonical column (missing ones as typed nulls), `told_<column>` (the text as found) for those
whose cast can fail, and `attribute_<column>` for a customer column that is not ours. No row is dropped here: that is `tables`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import ibis

from journeyman.domain import Source
from journeyman.errors import DataError
from journeyman.features.sources import ROW, Raw, near
from journeyman.features.zones import spans, valid

Kind = Literal["text", "time", "number", "flag"]
IBIS: dict[Kind, str] = {"text": "string", "time": "timestamp(6)", "number": "float64", "flag": "boolean"}


def _fields(required: str, *, text: str = "", time: str = "", number: str = "", flag: str = "") -> tuple[tuple[str, ...], dict[str, Kind]]:
    kinds: dict[Kind, str] = {"text": text, "time": time, "number": number, "flag": flag}
    return tuple(required.split()), {name: kind for kind, names in kinds.items() for name in names.split()}


FIELDS = {
    "customers": _fields(
        "customer_id",
        text="customer_id email phone push_token first_name language time_zone",
        time="signed_up_at",
        flag="consent_email consent_sms consent_push consent_in_app",
    ),
    "orders": _fields(
        "customer_id timestamp", text="customer_id order_id product_id channel", time="timestamp", number="amount quantity discount"
    ),
    "events": _fields("customer_id event timestamp", text="customer_id event message_id properties channel", time="timestamp"),
    "products": _fields("product_id", text="product_id name category brand", number="price"),
    "texts": _fields("customer_id timestamp text", text="customer_id text kind", time="timestamp"),
}
"""Per table: the columns that must be there, and the kind of each canonical column (see journeyman.domain.sources)."""

YES, NO = ("true", "t", "yes", "y", "1", "1.0"), ("false", "f", "no", "n", "0", "0.0")


@dataclass(frozen=True)
class Typed:
    """`table` as in the module's words; `present` the canonical columns that have a source; `attributes` the customers' further columns."""

    table: Any
    present: tuple[str, ...]
    attributes: tuple[str, ...]


def typed(raw: Raw, name: str, source: Source) -> Typed:
    """Raises DataError naming file, column and remedy for a column that is not there or a zone that does not exist."""
    required, kinds = FIELDS[name]
    there = tuple(c for c in raw.table.columns if c != ROW)
    if not valid(source.timezone):
        raise DataError(f"{name}: there is no time zone {source.timezone}.", remedy="Write one such as Europe/London or America/New_York.")
    for canonical in source.columns:
        if canonical not in kinds and name != "customers":
            raise DataError(f"{name}: {canonical} is not one of our columns.", remedy=near(canonical, list(kinds), say="Ours are"))
    mapping: dict[str, Any] = {c: c for c in kinds if c in there} | dict(source.columns)
    for canonical, wanted in mapping.items():
        for column in [wanted] if isinstance(wanted, str) else wanted if isinstance(wanted, list) else []:
            if column not in there:
                remedy = f"{near(column, there)} Correct data.{name}.columns.{canonical} in journeyman.yaml."
                raise DataError(f"{name}: {raw.file} has no column {column} (for {canonical}).", remedy=remedy)
    for canonical in required:
        if canonical not in mapping:
            remedy = f"{near(canonical, there)} Say which it is in data.{name}.columns.{canonical} in journeyman.yaml."
            raise DataError(f"{name}: {raw.file} has no column {canonical}.", remedy=remedy)
    return _select(raw.table, there, mapping, kinds, source.timezone, with_attributes=name == "customers")


def _select(
    table: Any, there: tuple[str, ...], mapping: dict[str, Any], kinds: dict[str, Kind], zone: str, *, with_attributes: bool
) -> Typed:
    chosen = {"row": table[ROW]}
    for canonical, kind in kinds.items():
        if canonical not in mapping:
            chosen[canonical] = ibis.null(IBIS[kind])
        else:
            chosen[canonical] = _value(table, mapping[canonical], kind, zone)
        if kind != "text":
            chosen[f"told_{canonical}"] = _told(table, mapping[canonical]) if canonical in mapping else ibis.null("string")
    used = {c for wanted in mapping.values() for c in ([wanted] if isinstance(wanted, str) else wanted if isinstance(wanted, list) else [])}
    plain = [c for c in there if c not in used and c not in mapping and not (table[c].type().is_nested() or table[c].type().is_binary())]
    further = {c: mapping[c] for c in mapping if c not in kinds} | {c: c for c in plain}
    attributes = tuple(sorted(further)) if with_attributes else ()
    for attribute in attributes:
        wanted = further[attribute]
        as_it_is = isinstance(wanted, str) and (table[wanted].type().is_numeric() or table[wanted].type().is_boolean())
        chosen[f"attribute_{attribute}"] = table[wanted] if as_it_is else _text(table, wanted)
    return Typed(table.select(**chosen), tuple(c for c in kinds if c in mapping), attributes)


def _text(table: Any, wanted: Any) -> Any:
    """Trimmed text, blank as null; whole numbers kept in floating columns lose their `.0`."""
    if isinstance(wanted, dict):
        return ibis.literal(None if wanted["const"] is None else str(wanted["const"])).cast("string")
    if isinstance(wanted, list):
        return _number(table, wanted).cast("string")
    column = table[wanted]
    if column.type().is_floating():
        column = (column == column.floor()).ifelse(column.try_cast("int64").cast("string"), column.cast("string"))
    return column.cast("string").strip().nullif("")


def _told(table: Any, wanted: Any) -> Any:
    if isinstance(wanted, list):
        parts = [ibis.coalesce(_text(table, c), ibis.literal("")) for c in wanted]
        return ibis.literal(" + ").join(parts).nullif(" + ".join("" for _ in wanted))
    return _text(table, wanted)


def _value(table: Any, wanted: Any, kind: Kind, zone: str) -> Any:
    if kind == "text":
        return _text(table, wanted)
    if kind == "number":
        return _number(table, wanted if isinstance(wanted, list) else [wanted])
    if kind == "flag":
        text = _text(table, wanted).lower()
        return ibis.cases((text.isin(YES), True), (text.isin(NO), False), else_=ibis.null("boolean"))
    return _time(table, wanted, zone)


def _number(table: Any, wanted: list[Any]) -> Any:
    """The sum of columns; a blank adds nothing, all blank or one that is no finite number below 10¹² make it null."""
    total, some, good = ibis.literal(0.0), ibis.literal(False), ibis.literal(True)
    for one in wanted:
        numeric = isinstance(one, str) and table[one].type().is_numeric()
        found = table[one] if numeric else _text(table, one)
        number = found.cast("float64") if numeric else found.try_cast("float64")
        total = total + number.fill_null(0.0)
        some = some | found.notnull()
        good = good & (found.isnull() | (number.abs() < 1e12).fill_null(False))
    return (some & good).ifelse(total, ibis.null("float64"))


def _time(table: Any, wanted: Any, zone: str) -> Any:
    """A UTC timestamp: ISO 8601 text, a date, a timestamp, or epoch seconds (10 digits) or milliseconds (13)."""
    if isinstance(wanted, str) and (kind := table[wanted].type()).is_timestamp() and (kind.timezone or zone == "UTC"):
        return _sane(table[wanted].cast("timestamp"))
    text = _text(table, wanted)
    epoch = text.re_search(r"^\d{10}(\d{3})?$")
    carries_zone = text.re_search(r"\d\s*(Z|z|UTC|[+-]\d\d(:?\d\d)?)$") & text.re_search(r"\d:\d\d")
    number = epoch.ifelse(text, ibis.null("string")).try_cast("float64")
    instant = (text.length() == 13).ifelse(number / 1000, number)
    read = epoch.ifelse(ibis.null("string"), text).try_cast("timestamp('UTC')").cast("timestamp")
    read = _sane(read)
    local = read if zone == "UTC" else carries_zone.ifelse(read, _to_utc(table, read, zone))
    return ibis.coalesce(_from_epoch(instant), local)


def _from_epoch(seconds: Any) -> Any:
    return _sane((seconds * 1000).cast("int64").as_timestamp("ms").cast("timestamp"))


def _sane(moment: Any) -> Any:
    inside = moment.between(ibis.timestamp("1970-01-01 00:00:00"), ibis.timestamp("2200-01-01 00:00:00"))
    return inside.ifelse(moment, ibis.null("timestamp"))


def _to_utc(table: Any, wall: Any, zone: str) -> Any:
    """Readings of a zone's clock as UTC."""
    ends = table.aggregate(first=wall.min(), last=wall.max()).to_pyarrow().to_pylist()[0]
    if ends["first"] is None:
        return wall
    first, last = (int((ends[k] - datetime(1970, 1, 1)).total_seconds()) for k in ("first", "last"))  # noqa: DTZ001
    stretches = spans(zone, first, last, wall=True)
    second = wall.epoch_seconds()
    branches = [(second < to, wall - ibis.interval(seconds=offset)) for _, to, offset in stretches]
    return ibis.cases(*branches, else_=wall - ibis.interval(seconds=stretches[-1][2]))
