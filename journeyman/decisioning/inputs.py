"""Arrays from outside, checked: shape, type and finiteness, or a `PolicyError` that says what to change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from journeyman.errors import PolicyError

LARGEST = 1000.0
"""Contexts and features are of about unit scale; what is far beyond is no measurement, and would drown all others."""


def numbers(value: Any, name: str, shape: tuple[int | None, ...], dtype: Any = np.float32) -> NDArray[Any]:
    """`value` as a finite contiguous array of `dtype`; None in `shape` fits any length."""
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "biuf":
            raise TypeError(f"holds {array.dtype}")
        out = np.ascontiguousarray(array, dtype)
    except (TypeError, ValueError) as problem:
        raise PolicyError(f"{name} is not an array of numbers: {problem}.", remedy=f"Pass {name} with shape {_words(shape)}.") from problem
    _fit(out, name, shape)
    if not np.isfinite(out).all():
        raise PolicyError(f"{name} holds NaN or infinite values.", remedy="Encode missing values first (ContextEncoder does).")
    return out


def contexts(value: Any, width: int) -> NDArray[np.float32]:
    """(n, width) contexts; numbers beyond ±LARGEST count as ±LARGEST."""
    table = numbers(value, "contexts", (None, width))
    if table.size and max(table.max(), -table.min()) > LARGEST:
        table = np.clip(table, -LARGEST, LARGEST)
    return table


def attributes(value: Any, name: str, width: int | None) -> NDArray[np.float32]:
    """(K, width) features of actions, none beyond ±LARGEST."""
    table = numbers(value, name, (None, width))
    if table.size and max(table.max(), -table.min()) > LARGEST:
        raise PolicyError(f"{name} holds numbers beyond ±{LARGEST:.0f}.", remedy="Scale the features to about one (ActionEncoder does).")
    return table


def whole(value: Any, name: str, shape: tuple[int | None, ...], low: int, high: int) -> NDArray[np.int64]:
    """`value` as whole numbers in [low, high)."""
    array = np.asarray(value)
    if array.dtype.kind not in "iu" and array.size:
        raise PolicyError(f"{name} must hold whole numbers, not {array.dtype}.", remedy=f"Pass integers from {low} to {high - 1}.")
    _fit(array, name, shape)
    if array.size and (array.min() < low or array.max() >= high):
        raise PolicyError(f"{name} must lie between {low} and {high - 1}.", remedy="Check that it belongs to this policy's actions.")
    return array.astype(np.int64)


def flags(value: Any, name: str, shape: tuple[int | None, ...]) -> NDArray[np.bool_]:
    """`value` as an array of booleans."""
    array = np.asarray(value)
    if array.dtype != np.bool_ and not (array.dtype.kind in "iu" and np.isin(array, (0, 1)).all()):
        raise PolicyError(f"{name} must be true or false, not {array.dtype}.", remedy=f"Pass booleans with shape {_words(shape)}.")
    _fit(array, name, shape)
    return np.ascontiguousarray(array, np.bool_)


def share(value: float, name: str) -> float:
    """A number in [0, 1]."""
    if not 0 <= value <= 1:
        raise PolicyError(f"{name} must lie between 0 and 1, not {value}.", remedy="Pass a share such as 0.05.")
    return float(value)


def levers(groups: ArrayLike | None, count: int) -> NDArray[np.int64]:
    """(count,): the lever of each feature, one for all by default."""
    return np.zeros(count, np.int64) if groups is None else whole(groups, "groups", (count,), 0, max(count, 1))


def affinities(sets: Sequence[Sequence[tuple[int, int]]], width: int, groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """(m, 3): affinity, context number below `width`, feature; each pair once, and the features of one affinity in one of the levers
    `groups` (p,), whose prior they share."""
    rows = [(n, j, k) for n, pairs in enumerate(sets) for j, k in pairs]
    table = whole(np.array(rows, np.int64).reshape(-1, 3), "affinities", (None, 3), 0, max(width, len(groups), len(sets), 1))
    if len(table) and (table[:, 1].max() >= width or table[:, 2].max() >= len(groups) or len(np.unique(table[:, 1:], axis=0)) < len(table)):
        raise PolicyError("affinities must name each pair of a context number and a feature once.", remedy="Check the pairs.")
    for number in np.unique(table[:, 0]):
        if len(np.unique(groups[table[table[:, 0] == number, 2]])) > 1:
            raise PolicyError(f"Affinity {number} has features of several levers.", remedy="Make one affinity a lever.")
    return table


def keys(keys: ArrayLike, count: int, name: str = "keys") -> NDArray[np.uint64]:
    """(count,) unsigned numbers of customers or decisions."""
    array = np.asarray(keys)
    if array.shape != (count,) or (array.dtype.kind != "u" and not (array.dtype.kind == "i" and (array >= 0).all())):
        raise PolicyError(
            f"{name} must be {count} unsigned whole numbers.", remedy="Number each customer, e.g. by a 64-bit hash of the id."
        )
    return array.astype(np.uint64)


def _fit(array: NDArray[Any], name: str, shape: tuple[int | None, ...]) -> None:
    if array.ndim != len(shape) or any(want is not None and got != want for got, want in zip(array.shape, shape, strict=True)):
        raise PolicyError(f"{name} has shape {array.shape}, wanted {_words(shape)}.", remedy="Check its rows and columns.")


def _words(shape: tuple[int | None, ...]) -> str:
    return "(" + ", ".join("n" if s is None else str(s) for s in shape) + ("," if len(shape) == 1 else "") + ")"
