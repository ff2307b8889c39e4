"""Sums per customer as arrays: a query's rows laid out over all n customers, and the few ratios every group takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Frame:
    """The result of `query` (column `customer` and float64 sums) over `n` customers. `frame[name]` is (n,) with 0 for whoever has none."""

    def __init__(self, n: int, query: Any) -> None:
        table = query.to_pyarrow()
        self._n, self._rows = n, table["customer"].to_numpy()
        self._table = table

    def __getitem__(self, name: str) -> Floats:
        return np.nan_to_num(self._spread(name))

    def known(self, name: str, change: Callable[[Floats], Floats]) -> Floats:
        """`change` of a column, NaN for whoever has no value."""
        return change(self._spread(name))

    def _spread(self, name: str) -> Floats:
        values = np.full(self._n, np.nan)
        values[self._rows] = self._table[name].to_numpy()
        return values


def ratio(part: Floats, whole: Floats) -> Floats:
    """part / whole, NaN where whole is 0 or less."""
    whole = np.broadcast_to(whole, part.shape)
    found: Floats = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
    return found


def trend(now: Floats, before: Floats) -> Floats:
    """(now - before) / (now + before), in [-1, 1]; NaN where both are 0."""
    return ratio(now - before, now + before)
