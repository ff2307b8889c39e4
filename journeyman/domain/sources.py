"""Where a workspace's tables are and what their columns are called there.

Canonical columns (left: required). A mapping names the source's column, a list of numeric columns to add up, or
`{"const": value}`; a canonical name missing from the mapping is looked for under its own name.

    customers   customer_id · email phone push_token first_name language time_zone signed_up_at consent_email consent_sms
                consent_push consent_in_app; every other column becomes an attribute
    orders      customer_id timestamp · order_id amount quantity discount product_id channel   (one row per order or order line)
    events      customer_id event timestamp · message_id properties (JSON text) channel
    products    product_id · name category brand price
    texts       customer_id timestamp text · kind
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from journeyman.domain.base import Record, Short

Table = Literal["customers", "orders", "events", "products", "texts"]
CONSENT_COLUMNS = {"email": "consent_email", "sms": "consent_sms", "push": "consent_push", "in_app": "consent_in_app"}


class Source(Record):
    """One table: a CSV or Parquet file (relative to the workspace), or `duckdb:FILE#TABLE`."""

    path: str = Field(min_length=1, max_length=2000)
    columns: dict[Short, str | list[str] | dict[Literal["const"], Any]] = Field(default_factory=dict)
    timezone: Short = "UTC"
    """The zone of timestamps that carry none."""


class DataSources(Record):
    """The workspace's tables; `customers` is the only one that must be there."""

    customers: Source
    orders: Source | None = None
    events: Source | None = None
    products: Source | None = None
    texts: Source | None = None
