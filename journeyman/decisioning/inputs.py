"""Arrays from outside, checked: shape, type and finiteness, or a `PolicyError` that says what to change."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from journeyman.errors import PolicyError


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


def _fit(array: NDArray[Any], name: str, shape: tuple[int | None, ...]) -> None:
    if array.ndim != len(shape) or any(want is not None and got != want for got, want in zip(array.shape, shape, strict=True)):
        raise PolicyError(f"{name} has shape {array.shape}, wanted {_words(shape)}.", remedy="Check its rows and columns.")


def _words(shape: tuple[int | None, ...]) -> str:
    return "(" + ", ".join("n" if s is None else str(s) for s in shape) + ("," if len(shape) == 1 else "") + ")"
