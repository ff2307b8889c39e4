"""Audience predicates: a typed tree over catalogue features, never SQL text.

`{"all": [{"feature": "days_since_last_order", "op": ">=", "value": 21}, {"not": {...}}]}`
Evaluation over a feature table lives in `journeyman.features.audience`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag

from journeyman.domain.base import Record

Op = Literal[">=", "<=", "==", "!=", ">", "<", "in", "not_in"]
Scalar = bool | int | float | str


class Comparison(Record):
    """One feature against one value (or a list, for `in` and `not_in`). Missing values never match."""

    feature: str = Field(min_length=1, max_length=200)
    op: Op
    value: Scalar | list[Scalar]


class AllOf(Record):
    """Every child holds; an empty list means everybody."""

    all: list[Predicate] = Field(max_length=50)


class AnyOf(Record):
    """At least one child holds; an empty list means nobody."""

    any: list[Predicate] = Field(max_length=50)


class Not(Record):
    """The child does not hold."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)

    not_: Predicate = Field(alias="not")


def _kind(value: object) -> str:
    keys = value.keys() if isinstance(value, dict) else {type(value).__name__}
    for tag, names in {"all": {"all", "AllOf"}, "any": {"any", "AnyOf"}, "not": {"not", "not_", "Not"}}.items():
        if names & set(keys):
            return tag
    return "comparison"


Predicate = Annotated[
    Annotated[Comparison, Tag("comparison")] | Annotated[AllOf, Tag("all")] | Annotated[AnyOf, Tag("any")] | Annotated[Not, Tag("not")],
    Discriminator(_kind),
]

AllOf.model_rebuild()
AnyOf.model_rebuild()
Not.model_rebuild()


def comparisons(where: Predicate) -> list[Comparison]:
    """Every comparison in a predicate, left to right."""
    if isinstance(where, Comparison):
        return [where]
    children = where.all if isinstance(where, AllOf) else where.any if isinstance(where, AnyOf) else [where.not_]
    return [c for child in children for c in comparisons(child)]
