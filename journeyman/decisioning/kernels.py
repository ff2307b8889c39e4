"""How compiled loops are launched, and the moments a Newton step needs (the race among actions is in `race`).

Each part is worked out by itself in a fixed order without re-association, so its answer is the same bit for bit on any number of threads.
Not checked here: shapes and finiteness are the caller's.
"""

from __future__ import annotations

import threading
from types import FunctionType
from typing import Any

import numpy as np
from numba import njit, prange

FEW = 16
"""Up to so many rows are worked out on the calling thread: no launch cost."""
_LAUNCH = threading.Lock()  # not every numba threading layer lets two threads launch at once


def twice(function: Any, flags: set[str]) -> tuple[Any, Any]:
    """`function` compiled for a few rows on the calling thread, and for many on all; both give the same bits.

    The second goes by another name: numba keeps compiled code by name and place, and would take the one for the other.
    """
    many = FunctionType(function.__code__, function.__globals__, f"{function.__name__}_on_all_threads")
    many.__qualname__, many.__module__ = many.__name__, function.__module__
    return njit(cache=True, fastmath=flags)(function), njit(cache=True, fastmath=flags, parallel=True)(many)


def run(pair: tuple[Any, Any], rows: int, *arrays: Any) -> Any:
    """Calls the first of a pair of compiled functions for a few rows, the second (parallel) for many; both must give the same bits."""
    if rows <= FEW:
        return pair[0](*arrays)
    with _LAUNCH:
        return pair[1](*arrays)


def _moments(x, reward, weight, starts, lines, offsets):  # type: ignore[no-untyped-def]
    """Per used action a, over its rows [starts[a], starts[a+1]): residual (A, D), curvature (A, D, D), log-likelihood (A,), all f64.

    x (N, d) f32 sorted by action; the score of a row is [1, x]·lines[a] + offsets[a].
    """
    actions, width = lines.shape
    residual = np.zeros((actions, width))
    curvature = np.zeros((actions, width, width))
    likelihood = np.zeros(actions)
    for a in prange(actions):
        z = np.empty(width)
        for i in range(starts[a], starts[a + 1]):
            z[0] = 1.0
            score = offsets[a] + lines[a, 0]
            for j in range(1, width):
                z[j] = x[i, j - 1]
                score += z[j] * lines[a, j]
            e = np.exp(-abs(score))
            p = 1.0 / (1.0 + e) if score >= 0 else e / (1.0 + e)
            likelihood[a] += weight[i] * (reward[i] * score - max(score, 0.0) - np.log1p(e))
            pull, bend = weight[i] * (reward[i] - p), weight[i] * e / (1.0 + e) ** 2
            for j in range(width):
                residual[a, j] += pull * z[j]
                c = bend * z[j]
                for k in range(j + 1):
                    curvature[a, j, k] += c * z[k]
        for j in range(width):
            for k in range(j):
                curvature[a, k, j] = curvature[a, j, k]
    return residual, curvature, likelihood


_MOMENTS = twice(_moments, {"nnan", "nsz"})


def moments(x: Any, reward: Any, weight: Any, starts: Any, lines: Any, offsets: Any) -> Any:
    """See `_moments`."""
    return run(_MOMENTS, len(x), x, reward, weight, starts, lines, offsets)
