"""The compiled loops: who wins each drawn model, what an action is expected to earn, and the moments a Newton step needs.

Every row is worked out by itself in a fixed order without re-association, so a row's answer is the same bit for bit alone, in a crowd, and
on any number of threads. Arrays: n rows, d = D - 1 context numbers, Q action columns (column 0 is the constant 1), S draws, K actions,
T units (see `table.Table`). Not checked here: shapes and finiteness are the caller's.
"""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from numba import njit, prange

FEW = 16
"""Up to so many rows are worked out on the calling thread: no launch cost."""
_LAUNCH = threading.Lock()  # not every numba threading layer lets two threads launch at once


def _project_row(x, weights, out):  # type: ignore[no-untyped-def]
    """out (S*Q,) = [1, x] · weights (D, S*Q)."""
    out[:] = weights[0]
    for j in range(x.shape[0]):
        c = x[j]
        row = weights[j + 1]
        for t in range(out.shape[0]):
            out[t] += c * row[t]


def _score_units(v, identity, unit_columns, unit_features, out):  # type: ignore[no-untyped-def]
    """out (T,): each unit's part of the score under one draw with projected weights v (Q,)."""
    out[:] = identity
    for q in unit_columns:
        c = v[q]
        row = unit_features[q]
        for t in range(out.shape[0]):
            out[t] += c * row[t]


_project: Any = njit(cache=True, inline="never")(_project_row)
_units: Any = njit(cache=True, inline="never")(_score_units)


def _winners(x, eligible, weights, identity, unit_columns, unit_features, group_columns, group_features, cells, costs, slot, back):  # type: ignore[no-untyped-def]
    """(n, S) int32: the action with the best reward net of cost under each draw; -1 where nothing is eligible.

    x (n, d) f32 · eligible (n, K) · weights (D, S*Q) f32 · identity (S, T) f32 · unit_features (Q, T) f32 · group_features (Q, G) f32 ·
    cells (C, 4) i64: group, first unit, end unit, offset of its slots · costs (C,) f64 · slot (K,) and back (slots,) map action ↔ slot.
    """
    n, draws, columns = x.shape[0], identity.shape[0], unit_features.shape[0]
    one_cost = True
    for c in range(1, costs.shape[0]):
        one_cost = one_cost and costs[c] == costs[0]
    winner = np.full((n, draws), -1, np.int32)
    for i in prange(n):
        shut = np.full(back.shape[0], -np.inf, np.float32)
        some = False
        for k in range(eligible.shape[1]):
            if eligible[i, k]:
                shut[slot[k]] = 0.0
                some = True
        if not some:
            continue
        v = np.empty(weights.shape[1], np.float32)
        score = np.empty(identity.shape[1], np.float32)
        _project(x[i], weights, v)
        for s in range(draws):
            mine = v[s * columns : (s + 1) * columns]
            _units(mine, identity[s], unit_columns, unit_features, score)
            best, best_cell, best_score = -np.inf, -1, np.float32(0.0)
            for c in range(cells.shape[0]):
                low, high, at = cells[c, 1], cells[c, 2], cells[c, 3]
                part, bar = score[low:high], shut[at : at + high - low]
                top = np.float32(-np.inf)
                for t in range(part.shape[0]):
                    top = max(top, part[t] + bar[t])
                if top == -np.inf:
                    continue
                total = np.float64(mine[0]) + np.float64(top)
                for q in group_columns:
                    total += np.float64(mine[q]) * np.float64(group_features[q, cells[c, 0]])
                net = total if one_cost else 1.0 / (1.0 + np.exp(-total)) - costs[c]
                if net > best or best_cell < 0:
                    best, best_cell, best_score = net, c, top
            low, high, at = cells[best_cell, 1], cells[best_cell, 2], cells[best_cell, 3]
            for t in range(high - low):
                if score[low + t] + shut[at + t] == best_score:
                    winner[i, s] = back[at + t]
                    break
    return winner


def _chosen_rewards(x, action, weights, identity, features, unit_of):  # type: ignore[no-untyped-def]
    """(n,) f64: mean over draws of the reward of `action` (n,) (0 where -1); features (K, Q) f32, unit_of (K,)."""
    n, draws, columns = x.shape[0], identity.shape[0], features.shape[1]
    out = np.zeros(n, np.float64)
    for i in prange(n):
        k = action[i]
        if k < 0:
            continue
        v = np.empty(weights.shape[1], np.float32)
        _project(x[i], weights, v)
        mean = 0.0
        for s in range(draws):
            total = np.float64(identity[s, unit_of[k]])
            for q in range(columns):
                total += np.float64(v[s * columns + q]) * np.float64(features[k, q])
            mean += 1.0 / (1.0 + np.exp(-total))
        out[i] = mean / draws
    return out


def _all_rewards(x, weights, identity, unit_columns, unit_features, group_columns, group_features, unit_of, group_of):  # type: ignore[no-untyped-def]
    """(n, K) f64: mean over draws of every action's reward."""
    n, draws, columns = x.shape[0], identity.shape[0], unit_features.shape[0]
    out = np.zeros((n, unit_of.shape[0]), np.float64)
    for i in prange(n):
        v = np.empty(weights.shape[1], np.float32)
        score = np.empty(identity.shape[1], np.float32)
        group = np.empty(group_features.shape[1], np.float64)
        _project(x[i], weights, v)
        for s in range(draws):
            mine = v[s * columns : (s + 1) * columns]
            _units(mine, identity[s], unit_columns, unit_features, score)
            for g in range(group.shape[0]):
                group[g] = mine[0]
                for q in group_columns:
                    group[g] += np.float64(mine[q]) * np.float64(group_features[q, g])
            for k in range(unit_of.shape[0]):
                out[i, k] += 1.0 / (1.0 + np.exp(-(group[group_of[k]] + score[unit_of[k]])))
        for k in range(unit_of.shape[0]):
            out[i, k] /= draws
    return out


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


class _Kernel:
    """One loop compiled twice: for a few rows on the calling thread, for many on all; both give the same bits."""

    def __init__(self, function: Any) -> None:
        flags = {"nnan", "nsz"}  # lets max() run in vector registers; no re-association
        self._alone = njit(cache=True, fastmath=flags)(function)
        self._together = njit(cache=True, fastmath=flags, parallel=True)(function)

    def __call__(self, *arrays: Any) -> Any:
        if len(arrays[0]) <= FEW:
            return self._alone(*arrays)
        with _LAUNCH:
            return self._together(*arrays)


winners = _Kernel(_winners)
chosen_rewards = _Kernel(_chosen_rewards)
all_rewards = _Kernel(_all_rewards)
moments = _Kernel(_moments)
