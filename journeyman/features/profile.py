"""The profile: what is in the tables, column by column, whom they let us reach, and everything wrong with them.

Addresses and names are counted but never shown: a profile may be logged and passed on.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import ibis

from journeyman.domain import CHANNELS, CONSENT_COLUMNS, Channel, Record
from journeyman.features.columns import FIELDS
from journeyman.features.zones import valid

if TYPE_CHECKING:
    from journeyman.features.tables import Tables

PRIVATE = ("email", "phone", "push_token", "first_name")
EXAMPLES = 3


class ColumnProfile(Record):
    """One column. `minimum`, `maximum` and `examples` are text, and absent for addresses and names."""

    name: str
    type: str
    missing: int
    distinct: int
    minimum: str | None
    maximum: str | None
    examples: list[str]


class TableProfile(Record):
    """One table: `file` it came from, `rows` read, `used` after bad rows were left out."""

    name: str
    file: str
    rows: int
    used: int
    columns: list[ColumnProfile]


class Problem(Record):
    """One kind of trouble in one table, `count` rows of it. `examples` name rows (`row 7: abc`) or lines."""

    table: str
    kind: str
    count: int
    examples: list[str]
    remedy: str


class Reach(Record):
    """Customers with an address, with consent, and with both, on one channel."""

    channel: Channel
    addresses: int
    consents: int
    both: int


class Zones(Record):
    """Customers by whether their time zone can be used."""

    valid: int
    invalid: int
    missing: int


class Profile(Record):
    """All of it. `first` and `last` span the orders, events and texts."""

    rows_read: int
    customers: int
    tables: list[TableProfile]
    first: datetime | None
    last: datetime | None
    reach: list[Reach]
    zones: Zones
    problems: list[Problem]


def profile(tables: Tables) -> Profile:
    """Reads all tables once."""
    described = [_table(tables, name) for name in tables.names]
    span = [_span(tables.clean(name)) for name in ("orders", "events", "texts") if name in tables.names]
    moments = [m.replace(tzinfo=UTC) for pair in span for m in pair if m is not None]
    return Profile(
        rows_read=tables.rows_read,
        customers=next(t.used for t in described if t.name == "customers"),
        tables=described,
        first=min(moments, default=None),
        last=max(moments, default=None),
        reach=_reach(tables.clean("customers")),
        zones=_zones(tables.clean("customers")),
        problems=[problem for name in tables.names for problem in _problems(tables, name)],
    )


def _table(tables: Tables, name: str) -> TableProfile:
    table, found = tables.with_all_rows(name), tables.typed[name]
    columns = [
        c for c in (*FIELDS[name][1], *(f"attribute_{a}" for a in found.attributes)) if c in found.present or c not in FIELDS[name][1]
    ]
    wanted: dict[str, Any] = {}
    for n, column in enumerate(columns):
        value = table[column]
        wanted |= {f"missing_{n}": value.isnull().sum(), f"distinct_{n}": value.nunique()}
        if column not in PRIVATE:
            wanted |= {f"minimum_{n}": value.min().cast("string"), f"maximum_{n}": value.max().cast("string")}
    facts = table.aggregate(**wanted).to_pyarrow().to_pylist()[0]
    first = table.order_by("row").limit(100).to_pyarrow().to_pydict()
    clean: Any = tables.clean(name)
    return TableProfile(
        name=name,
        file=tables.raw[name].file,
        rows=tables.raw[name].rows,
        used=int(clean.count().to_pyarrow().as_py()),
        columns=[
            ColumnProfile(
                name=column.removeprefix("attribute_"),
                type=str(table[column].type()).split("(")[0],
                missing=int(facts[f"missing_{n}"] or 0),
                distinct=int(facts[f"distinct_{n}"] or 0),
                minimum=facts.get(f"minimum_{n}"),
                maximum=facts.get(f"maximum_{n}"),
                examples=[] if column in PRIVATE else list(dict.fromkeys(str(v)[:80] for v in first[column] if v is not None))[:EXAMPLES],
            )
            for n, column in enumerate(columns)
        ],
    )


def _problems(tables: Tables, name: str) -> list[Problem]:
    table, checks, raw = tables.with_all_rows(name), tables.checks[name], tables.raw[name]
    found = []
    if raw.rejected:
        examples = [f"line {line}: {why}" for line, why in raw.rejected[:EXAMPLES]]
        found.append(
            Problem(table=name, kind="unreadable line", count=len(raw.rejected), examples=examples, remedy="Mend or remove the lines.")
        )
    if not raw.rows:
        found.append(
            Problem(table=name, kind="no rows", count=1, examples=[raw.file], remedy="Fill it, or take it out of journeyman.yaml.")
        )
        return found
    counts = (
        table.aggregate(**{f"bad_{n}": check.bad.sum() for n, check in enumerate(checks)}).to_pyarrow().to_pylist()[0] if checks else {}
    )
    for n, check in enumerate(checks):
        if count := int(counts[f"bad_{n}"] or 0):
            few = table.filter(check.bad).select("row", shown=check.shown).order_by("row").limit(EXAMPLES).to_pyarrow().to_pylist()
            examples = [f"row {r['row']}: {str(r['shown'])[:80] if r['shown'] is not None else 'blank'}" for r in few]
            found.append(Problem(table=name, kind=check.kind, count=count, examples=examples, remedy=check.remedy))
    return found


def _span(table: Any) -> tuple[datetime | None, datetime | None]:
    ends = table.aggregate(first=table.timestamp.min(), last=table.timestamp.max()).to_pyarrow().to_pylist()[0]
    return ends["first"], ends["last"]


def _reach(customers: Any) -> list[Reach]:
    address = {"email": customers.email, "sms": customers.phone, "push": customers.push_token, "in_app": customers.customer_id}
    wanted: dict[str, Any] = {}
    for channel in CHANNELS:
        has, may = address[channel].notnull(), customers[CONSENT_COLUMNS[channel]].fill_null(False)
        wanted |= {f"addresses_{channel}": has.sum(), f"consents_{channel}": may.sum(), f"both_{channel}": (has & may).sum()}
    facts = customers.aggregate(**wanted).to_pyarrow().to_pylist()[0]
    return [Reach(channel=c, **{k: int(facts[f"{k}_{c}"] or 0) for k in ("addresses", "consents", "both")}) for c in CHANNELS]


def _zones(customers: Any) -> Zones:
    counted = customers.group_by("time_zone").aggregate(n=ibis._.count()).to_pyarrow().to_pylist()
    kinds = {"valid": 0, "invalid": 0, "missing": 0}
    for row in counted:
        kinds["missing" if row["time_zone"] is None else "valid" if valid(row["time_zone"]) else "invalid"] += int(row["n"])
    return Zones(**kinds)
