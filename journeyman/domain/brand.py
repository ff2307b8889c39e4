"""The brand: whose voice speaks, what it may claim and offer. A section of journeyman.yaml or a file for `check --brand`."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator

from journeyman.domain.base import Id, Record, Short, Text
from journeyman.domain.plan import Incentive


class Evidence(Record):
    """A claim the brand can prove (rule X07)."""

    id: Id
    claim: Text


class Product(Record):
    """Something the brand sells; `id` is what variants name, `url` where a button leads."""

    id: Id
    name: Short
    category: Short = ""
    description: Text = ""
    url: str | None = Field(default=None, max_length=2000)
    price: float | None = Field(default=None, ge=0)
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")


class Brand(Record):
    """Only `name` is required; every other field has a safe default."""

    name: Short
    default_language: str = Field(default="en", pattern=r"^[a-z]{2}(-[A-Z]{2})?$")
    domains: list[Short] = Field(default_factory=list)
    postal_address: Text = ""
    contact_email: Short = ""
    contact_phone: Short = ""
    from_email: Short = ""
    sms_segment_limit: int = Field(default=2, ge=1, le=10)
    variables: dict[Short, str] = Field(default_factory=dict)
    """Template variables and their fallbacks. `first_name` and `unsubscribe_url` always exist; a list of names means no fallbacks."""
    banned_phrases: list[Short] = Field(default_factory=list)
    evidence: list[Evidence] = Field(default_factory=list)
    sensitive_features: list[Short] = Field(default_factory=list)
    voice: Text = ""
    products: list[Product] = Field(default_factory=list)
    incentives: list[Incentive] = Field(default_factory=list)
    time_zones: list[Short] = Field(default_factory=list)
    average_order_value: float | None = Field(default=None, ge=0)
    """What one percent-off redemption is reckoned on when the incentive budget is reserved."""

    @field_validator("variables", mode="before")
    @classmethod
    def _names_or_fallbacks(cls, value: Any) -> Any:
        return dict.fromkeys(value, "") if isinstance(value, list) else value

    @field_validator("products", mode="before")
    @classmethod
    def _names_or_products(cls, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return [{"id": v.lower().replace(" ", "-"), "name": v} if isinstance(v, str) else v for v in value]
