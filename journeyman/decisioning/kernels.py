"""How compiled loops are spread over threads, and the moments a Newton step needs (the race among actions is in `race`).

Loops are compiled once, let go of the interpreter's lock, and get a stretch of the rows each: no row knows of another, so its answer is the
same bit for bit on any number of threads. Not checked here: shapes and finiteness are the caller's.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Any

import numba
import numpy as np
from numba import njit

FEW = 16
"""Up to so many rows are worked out on the calling thread: no launch cost."""
PIECES = 4
"""Stretches for each thread, so that a slow one does not keep the others waiting."""


def run(loop: Callable[..., None], count: int, *arrays: Any) -> None:
    """`loop(low, high, *arrays)` for all of `count` rows, on as many threads as numba is set to (`numba.set_num_threads`)."""
    threads = numba.get_num_threads()
    if count <= FEW or threads == 1:
        loop(0, count, *arrays)
        return
    edges = np.linspace(0, count, min(threads * PIECES, count // (FEW // 2)) + 1).astype(int).tolist()
    for done in [_pool(threads).submit(loop, low, high, *arrays) for low, high in pairwise(edges)]:
        done.result()


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="decisioning")


@njit(cache=True, error_model="numpy", fastmath={"nnan", "nsz"}, nogil=True)
def _moments(low, high, x, reward, weight, starts, lines, offsets, residual, curvature, likelihood):  # type: ignore[no-untyped-def]
    """Per used action a from `low` to `high`, over its rows [starts[a], starts[a+1]): residual (A, D), curvature (A, D(D+1)/2, the lower
    triangle by rows) and log-likelihood (A,), all f64 and added to.

    x (N, d) f32 sorted by action; the score of a row is [1, x]·lines[a] + offsets[a].
    """
    width = lines.shape[1]
    padded = (width + 7) // 8 * 8  # whole vector registers
    z, pulled, square = np.zeros(padded), np.empty(padded), np.empty((width, padded))
    z[0] = 1.0
    for a in range(low, high):
        pulled[:] = 0.0
        square[:] = 0.0
        for i in range(starts[a], starts[a + 1]):
            for j in range(1, width):
                z[j] = x[i, j - 1]
            score = offsets[a]
            for j in range(width):
                score += z[j] * lines[a, j]
            e = np.exp(-abs(score))
            p = 1.0 / (1.0 + e) if score >= 0 else e / (1.0 + e)
            likelihood[a] += weight[i] * (reward[i] * score - max(score, 0.0) - np.log1p(e))
            pull, bend = weight[i] * (reward[i] - p), weight[i] * e / (1.0 + e) ** 2
            for k in range(padded):
                pulled[k] += pull * z[k]
            for j in range(width):
                c, row = bend * z[j], square[j]
                for k in range(padded):
                    row[k] += c * z[k]
        at = 0
        for j in range(width):
            residual[a, j] += pulled[j]
            for k in range(j + 1):
                curvature[a, at] += square[j, k]
                at += 1


def moments(x: Any, reward: Any, weight: Any, starts: Any, lines: Any, offsets: Any) -> Any:
    """See `_moments`."""
    actions, width = lines.shape
    residual, curvature, likelihood = np.zeros((actions, width)), np.zeros((actions, width * (width + 1) // 2)), np.zeros(actions)
    run(_moments, actions, x, reward, weight, starts, lines, offsets, residual, curvature, likelihood)
    return residual, curvature, likelihood
