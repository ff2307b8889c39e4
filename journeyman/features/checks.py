"""What can be wrong with a row, as expressions: each check names its rows, says whether they are left out, and what to do about them.

Checks look at one typed table (`columns.typed`); a bad row is counted and shown, and never stops anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ibis

from journeyman.domain import CONSENT_COLUMNS, Channel
from journeyman.features.columns import FIELDS, Typed
from journeyman.features.zones import valid

LONGEST_ID = 200
WITH_ADDRESS: dict[Channel, str] = {"email": "email", "sms": "phone", "push": "push_token"}


@dataclass(frozen=True)
class Check:
    """`bad` is a boolean column over the table, `shown` the value to show; `drops` tells whether the row is left out."""

    kind: str
    bad: Any
    shown: Any
    remedy: str
    drops: bool = True


def checked(name: str, typed: Typed, customers: Any = None) -> tuple[Any, list[Check]]:
    """`(table, checks)` of table `name`; `customers` is the clean customers table. The table may have gained a helper column."""
    table = _with_copies(name, typed)
    required, kinds = FIELDS[name]
    checks = [_missing(c, table) for c in required if kinds[c] == "text"]
    for column, kind in kinds.items():
        told = None if kind == "text" or column not in typed.present else table[f"told_{column}"]
        if kind == "time" and told is not None:
            bad = table[column].isnull() & (told.notnull() if column not in required else ibis.literal(True))
            checks.append(
                Check(f"unreadable {column}", bad, told, "Write it as ISO 8601, such as 2026-03-31T14:05:00Z.", column in required)
            )
        elif kind == "number" and told is not None:
            bad = table[column].isnull() & told.notnull()
            checks.append(Check(f"unreadable {column}", bad, told, "Write a plain number, such as 12.50.", column == "amount"))
        elif kind == "flag" and told is not None:
            bad = table[column].isnull() & told.notnull()
            checks.append(Check(f"unreadable {column}", bad, told, "Write yes or no; anything else counts as no.", drops=False))
    return table, checks + _of_table(name, typed, table, customers)


def _missing(column: str, table: Any) -> Check:
    value = table[column]
    bad = value.isnull() | (value.length() > LONGEST_ID if column.endswith("_id") or column == "event" else ibis.literal(False))
    remedy = f"Give every row a {column} of at most {LONGEST_ID} characters." if column.endswith("_id") else f"Give every row its {column}."
    return Check(f"missing {column}", bad, value, remedy)


def _with_copies(name: str, typed: Typed) -> Any:
    """Adds `copy` where rows may repeat an identity: 0 for the first (earliest event), 1, 2 … for its repeats."""
    table = typed.table
    if name == "events" and "message_id" in typed.present:
        repeats = ibis.row_number().over(group_by=table.message_id, order_by=[table.timestamp, table.row])
        return table.mutate(copy=table.message_id.notnull().ifelse(repeats, 0))
    if name in ("customers", "products"):
        identity = table[FIELDS[name][0][0]]
        return table.mutate(copy=identity.notnull().ifelse(ibis.row_number().over(group_by=identity, order_by=table.row), 0))
    return table


def _of_table(name: str, typed: Typed, table: Any, customers: Any) -> list[Check]:
    checks = []
    if "copy" in table.columns:
        identity = table.message_id if name == "events" else table[FIELDS[name][0][0]]
        remedy = "The first is kept; remove the others." if name != "events" else "The earliest is kept; give every event its own."
        checks.append(Check(f"repeated {identity.get_name()}", table.copy > 0, identity, remedy))
    if name in ("orders", "events", "texts"):
        known = table.customer_id.isin(customers.customer_id)
        remedy = "Add the customer to the customers table, or leave the row out."
        checks.append(Check("unknown customer_id", table.customer_id.notnull() & ~known, table.customer_id, remedy))
    if name == "events" and "properties" in typed.present:
        bad = table.properties.notnull() & (table.properties.try_cast("json").isnull() | ~table.properties.startswith("{"))
        checks.append(Check("unreadable properties", bad, table.properties, "Write a JSON object; it is read as empty.", drops=False))
    if name == "customers" and "time_zone" in typed.present:
        zones = table.select("time_zone").distinct().to_pyarrow()["time_zone"].to_pylist()
        wrong = sorted(z for z in zones if z and not valid(z))
        bad = table.time_zone.isin(wrong) if wrong else table.time_zone.notnull() & ibis.literal(False)
        remedy = "Write an IANA name, such as America/New_York; until then only hours allowed in all of the brand's zones are used."
        checks.append(Check("invalid time_zone", bad, table.time_zone, remedy, drops=False))
    if name == "customers":
        checks += [_consent_without_address(c, table) for c in WITH_ADDRESS if CONSENT_COLUMNS[c] in typed.present]
    return checks


def _consent_without_address(channel: Channel, table: Any) -> Check:
    address = WITH_ADDRESS[channel]
    bad = table[f"consent_{channel}"].fill_null(False) & table[address].isnull()
    remedy = f"Add the {address} or withdraw the consent; nothing is sent on this channel."
    return Check(f"consent_{channel} without {address}", bad, table.customer_id, remedy, drops=False)
