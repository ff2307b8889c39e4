"""Who is meant: evaluates a typed predicate over a feature table.

Three answers, not two (Kleene's logic): a comparison with a missing value is *unknown*, `not` leaves unknown unknown, `all` is false when
any child is false, `any` is true when any child is true, and only customers for whom the whole is *true* are selected. So a missing value
never matches, not even under `not`: nobody is written to because we know nothing about them.
"""

from __future__ import annotations

import operator
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from journeyman.domain import AllOf, Comparison, Not, Predicate
from journeyman.errors import PlanError
from journeyman.features.sources import near
from journeyman.features.table import Column, FeatureTable

Bools = NDArray[np.bool_]
Answer = tuple[Bools, Bools]
"""(n,) certainly true, (n,) certainly false; neither is unknown."""

_TESTS: dict[str, Callable[[NDArray[np.float32], np.float32], Bools]] = {
    ">=": operator.ge, "<=": operator.le, "==": operator.eq, "!=": operator.ne, ">": operator.gt, "<": operator.lt,
}  # fmt: skip


def select(features: FeatureTable, where: Predicate) -> Bools:
    """(n,) bool, in the table's order. Raises PlanError for an unknown feature (with near names) or a value that cannot be compared."""
    return _answer(features, where)[0]


def _answer(features: FeatureTable, where: Predicate) -> Answer:
    if isinstance(where, Comparison):
        return _compare(features, where)
    if isinstance(where, Not):
        true, false = _answer(features, where.not_)
        return false, true
    every = isinstance(where, AllOf)
    true, false = np.full(len(features.table), every), np.full(len(features.table), not every)
    for child in where.all if isinstance(where, AllOf) else where.any:
        also, neither = _answer(features, child)
        true, false = (true & also, false | neither) if every else (true | also, false & neither)
    return true, false


def _compare(features: FeatureTable, where: Comparison) -> Answer:
    column = features.column(where.feature)
    values = features.table[where.feature].to_numpy()  # (n,) float32
    known = ~np.isnan(values)
    many = where.op in ("in", "not_in")
    if isinstance(where.value, list) != many:
        raise PlanError(
            f"{where.feature} {where.op} {where.value!r} cannot be compared.",
            remedy="Give a list to `in` and `not_in`, and one value to every other operator.",
        )
    wanted = [_number(column, v) for v in (where.value if isinstance(where.value, list) else [where.value])]
    if many:
        inside = np.isin(values, np.array(wanted, np.float32))
        holds = inside if where.op == "in" else ~inside
    else:
        holds = _TESTS[where.op](values, wanted[0])
    return holds & known, ~holds & known


def _number(column: Column, value: bool | float | str) -> np.float32:
    """A value as the column holds it: a level's code for an ordinal attribute's word, else the number in float32."""
    if not isinstance(value, str):
        return np.float32(max(min(value, 3e38), -3e38))  # wider than any feature, within float32
    if value in column.levels:
        return np.float32(column.levels.index(value))
    remedy = near(value, column.levels, say="Its levels are") if column.levels else "Compare it with a number."
    raise PlanError(f"{column.name} has no value {value!r}.", remedy=remedy)
