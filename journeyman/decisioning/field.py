"""The drawn models laid out for the race among actions (`race`), and the loops over customers that run it on all threads.

Arrays: n rows, d = D - 1 context numbers, Q action columns (column 0 is the constant 1), S draws, K actions, T units. Not checked here:
shapes and finiteness are the caller's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from journeyman.decisioning.kernels import run
from journeyman.decisioning.race import FOUR, log_odds, race
from journeyman.decisioning.sums import FLAGS, add_products
from journeyman.decisioning.table import Table

F32 = NDArray[np.float32]
ROWS = 64
"""Rows that share one thread's scratch memory."""
DENSE, PATIENCE = 0.5, 16
"""When more than this share of the units had to run, the next rows of a block are not looked through beforehand: it would not pay."""


@dataclass(frozen=True)
class Field:
    """The drawn models laid out for the race; U unit columns."""

    weights: F32  # (D, S·Q), columns fastest
    own: F32  # (S, T) what is particular to a unit
    own_mean: F32  # (T,)
    own_reach: F32  # (T,) greatest deviation of `own` from its mean
    scale: F32  # (U,) spread of each unit column's weight over draws, for a customer of unit scale
    features: F32  # (U, T)
    scaled: F32  # (U, T) features times `scale`
    norms: F32  # (T,) length of a unit's features
    table: Table

    @classmethod
    def of(cls, weights: F32, own: F32, table: Table) -> Field:
        """From drawn weights (S, D, Q) and identities by unit (S, T)."""
        columns = table.unit_columns
        features = np.ascontiguousarray(table.unit_features[columns])  # (U, T)
        spread = np.sqrt(weights.astype(np.float64).var(axis=0).sum(axis=0))[columns]  # (U,)
        scale = np.maximum(spread, 1e-6 * max(float(spread.max(initial=0.0)), 1e-12)).astype(np.float32)
        mean = own.astype(np.float64).mean(axis=0).astype(np.float32)
        return cls(
            weights=np.ascontiguousarray(weights.transpose(1, 0, 2).reshape(weights.shape[1], -1)),
            own=np.ascontiguousarray(own),
            own_mean=mean,
            own_reach=np.abs(own - mean).max(axis=0, initial=0.0),
            scale=scale,
            features=features,
            scaled=np.ascontiguousarray(features * scale[:, None]),
            norms=np.sqrt((features.astype(np.float64) ** 2).sum(axis=0)).astype(np.float32),
            table=table,
        )

    def winners(self, x: F32, may: NDArray[np.bool_], *, prune: bool = True) -> NDArray[np.int32]:
        """(n, S): the action with the best reward net of cost under each draw, -1 where nothing is eligible."""
        out = np.full((len(x), len(self.own)), -1, np.int32)
        run(_WINNERS, len(x), x, may, self.models, self._course(), prune, out)
        return out

    def decided(self, x: F32, may: NDArray[np.bool_], model: NDArray[np.int64], forced: NDArray[np.int32]) -> tuple[Any, Any, Any]:
        """action (n,) int32: the winner of draw `model` (n,), or `forced` (n,) where that is not -1; draws it won (n,) int32; its expected
        reward (n,) float64, the mean over draws."""
        t = self.table
        action, wins, expected = np.full(len(x), -1, np.int32), np.zeros(len(x), np.int32), np.zeros(len(x))
        run(_DECIDED, len(x), x, may, self.models, self._course(), t.unit_of, t.group_of, model, forced, action, wins, expected)
        return action, wins, expected

    def rewards(self, x: F32) -> NDArray[np.float64]:
        """(n, K): every action's expected reward, the mean over the draws."""
        t = self.table
        out = np.zeros((len(x), len(t.unit_of)))
        run(_REWARDS, len(x), x, self.models, self._course(), t.unit_of, t.group_of, out)
        return out

    @property
    def models(self) -> tuple[Any, ...]:
        """The arrays as `race` takes them."""
        return self.weights, self.own, self.own_mean, self.own_reach, self.scale, self.features, self.scaled, self.norms

    def _course(self) -> tuple[Any, ...]:
        t = self.table
        return t.unit_columns, t.group_columns, t.group_features, t.cells, t.cell_costs, t.slot, t.back


@njit(cache=True)
def _scratch(models, course):  # type: ignore[no-untyped-def]
    """What a thread needs to run races; see `race`."""
    draws, units, columns, cells = models[1].shape[0], models[1].shape[1], course[0].shape[0], course[3].shape[0]
    projected, open_ = np.empty(models[0].shape[1], np.float32), np.empty(course[6].shape[0], np.bool_)
    scores, running, who = np.empty((FOUR, units), np.float32), np.empty(units, np.bool_), np.empty(units, np.int64)
    rows, gates, win = np.empty(columns * units, np.float32), np.empty(cells * units, np.int32), np.empty(draws, np.int32)
    return projected, open_, scores, running, who, rows, gates, win


def _all_winners(x, may, models, course, prune, out):  # type: ignore[no-untyped-def]
    n, units = x.shape[0], models[1].shape[1]
    for block in prange((n + ROWS - 1) // ROWS):
        scratch = _scratch(models, course)
        rest = 0
        for i in range(block * ROWS, min(n, (block + 1) * ROWS)):
            look = prune and rest == 0
            ran = race(x[i], may[i], models, course, look, scratch)
            rest = max(rest - 1, 0) if not look else PATIENCE if ran > DENSE * units else 0
            if ran:
                out[i] = scratch[7]


def _all_decided(x, may, models, course, unit_of, group_of, model, forced, action, wins, expected):  # type: ignore[no-untyped-def]
    n, draws, units = x.shape[0], models[1].shape[0], models[1].shape[1]
    for block in prange((n + ROWS - 1) // ROWS):
        scratch = _scratch(models, course)
        v, win = scratch[0].reshape(draws, -1), scratch[7]
        rest = 0
        for i in range(block * ROWS, min(n, (block + 1) * ROWS)):
            look = rest == 0
            ran = race(x[i], may[i], models, course, look, scratch)
            rest = max(rest - 1, 0) if not look else PATIENCE if ran > DENSE * units else 0
            if not ran:
                continue
            k = forced[i] if forced[i] >= 0 else win[model[i]]
            count, total = 0, 0.0
            for s in range(draws):
                count += win[s] == k
                total += 1.0 / (1.0 + np.exp(-log_odds(v[s], (unit_of[k], s), group_of[k], models, course)))
            action[i], wins[i], expected[i] = k, count, total / draws


def _all_rewards(x, models, course, unit_of, group_of, out):  # type: ignore[no-untyped-def]
    n, draws, units = x.shape[0], models[1].shape[0], models[1].shape[1]
    columns, group_columns, group_features = course[0], course[1], course[2]
    for block in prange((n + ROWS - 1) // ROWS):
        projected, part = np.empty(models[0].shape[1], np.float32), np.empty(units, np.float32)
        factors, group = np.empty(columns.shape[0], np.float32), np.empty(group_features.shape[1])
        for i in range(block * ROWS, min(n, (block + 1) * ROWS)):
            projected[:] = models[0][0]
            add_products(x[i], models[0][1:], projected)
            v = projected.reshape(draws, -1)
            for s in range(draws):
                for j in range(columns.shape[0]):
                    factors[j] = v[s, columns[j]]
                part[:] = models[1][s]
                add_products(factors, models[5], part)
                for g in range(group.shape[0]):
                    group[g] = 0.0
                    for q in group_columns:
                        group[g] += np.float64(v[s, q]) * np.float64(group_features[q, g])
                for k in range(unit_of.shape[0]):
                    out[i, k] += 1.0 / (1.0 + np.exp(-(np.float64(v[s, 0]) + np.float64(part[unit_of[k]]) + group[group_of[k]])))
            for k in range(unit_of.shape[0]):
                out[i, k] /= draws


def _twice(function: Any) -> tuple[Any, Any]:
    """Compiled for a few rows on the calling thread, and for many on all; both give the same bits."""
    return njit(cache=True, fastmath=FLAGS)(function), njit(cache=True, fastmath=FLAGS, parallel=True)(function)


_WINNERS = _twice(_all_winners)
_DECIDED = _twice(_all_decided)
_REWARDS = _twice(_all_rewards)
