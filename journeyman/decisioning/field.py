"""The drawn models laid out for the race among actions (`race`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from journeyman.decisioning import race
from journeyman.decisioning.kernels import run
from journeyman.decisioning.lanes import STRIP
from journeyman.decisioning.table import Table

F32 = NDArray[np.float32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Field:
    """The drawn models laid out for the race: S draws in `width` places, a whole number of strips; the places beyond S are zero."""

    weights: F32  # (D, Q, width): columns in the order 1, unit columns, group columns
    own: F32  # (T, width) what is particular to a unit
    features: F32  # (T, U)
    own_mean: F32  # (T,)
    own_reach: F32  # (T,) greatest deviation of `own` from its mean
    norms: F32  # (T,) length of a unit's features, each times its column's spread
    scale: F32  # (U,) spread of each unit column's weight over draws, for a customer of unit scale
    lengths: F32  # (T,) length of a unit's features
    draws: int
    table: Table

    @classmethod
    def of(cls, weights: F32, own: F32, table: Table) -> Field:
        """From drawn weights (S, D, Q) and identities by unit (S, T)."""
        columns, draws = table.unit_columns, len(own)
        width = -(-draws // STRIP) * STRIP
        order = np.concatenate([[0], columns, table.group_columns])
        laid, padded = np.zeros((weights.shape[1], len(order), width), np.float32), np.zeros((own.shape[1], width), np.float32)
        laid[:, :, :draws] = weights[:, :, order].transpose(1, 2, 0)
        padded[:, :draws] = own.T
        features = np.ascontiguousarray(table.unit_features[columns].T)  # (T, U)
        spread = np.sqrt(weights.astype(np.float64).var(axis=0).sum(axis=0))[columns]  # (U,)
        scale = np.maximum(spread, 1e-6 * max(float(spread.max(initial=0.0)), 1e-12)).astype(np.float32)
        mean = own.astype(np.float64).mean(axis=0).astype(np.float32)
        return cls(
            weights=laid,
            own=padded,
            features=features,
            own_mean=mean,
            own_reach=np.abs(own - mean).max(axis=0, initial=0.0),
            norms=(1.0001 * np.sqrt(((features.astype(np.float64) * scale) ** 2).sum(axis=1))).astype(np.float32),
            scale=scale,
            lengths=(1.0001 * np.sqrt((features.astype(np.float64) ** 2).sum(axis=1))).astype(np.float32),
            draws=draws,
            table=table,
        )

    def winners(self, x: F32, may: Flags, live: Flags, *, prune: bool = True) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """(n, S): the action with the best reward net of cost under each draw, -1 where nothing is eligible; and how many units were
        scored for each row (n,). `may` (n, K) and `live` (K,) say which actions are eligible."""
        out, ran = np.full((len(x), self.draws), -1, np.int32), np.zeros(len(x), np.int32)
        run(race.winners, len(x), x, may, self.models, self._course(live), prune, out, ran)
        return out, ran

    def decided(self, x: F32, may: Flags, live: Flags, model: NDArray[np.int64], place: NDArray[np.float64]) -> tuple[Any, Any, Any, Any]:
        """action (n,) int32: the winner of draw `model` (n,), or where `place` (n,) is not negative the eligible action at that share of
        their list; draws it won (n,) int32; how many are eligible (n,) int32; its expected reward (n,) float64, the mean over draws."""
        t = self.table
        action, wins, among = np.full(len(x), -1, np.int32), np.zeros(len(x), np.int32), np.zeros(len(x), np.int32)
        expected = np.zeros(len(x))
        course = self._course(live)
        run(race.decided, len(x), x, may, self.models, course, t.unit_of, t.group_of, model, place, action, wins, among, expected)
        return action, wins, among, expected

    def rewards(self, x: F32) -> NDArray[np.float64]:
        """(n, K): every action's expected reward, the mean over the draws."""
        t = self.table
        full = np.concatenate([np.ones((len(x), 1)), x], axis=1)
        features = t.features[:, np.concatenate([[0], t.unit_columns, t.group_columns])].astype(np.float64)  # (K, Q)
        weights = self.weights[:, :, : self.draws].astype(np.float64)
        out = np.empty((len(x), len(t.unit_of)))
        size = max(1, 4_000_000 // (self.draws * len(t.unit_of)))  # rows at a time, to bound memory
        for low in range(0, len(x), size):
            part = slice(low, low + size)
            v = np.tensordot(full[part], weights, axes=1).transpose(0, 2, 1)  # (r, S, Q)
            out[part] = expit(v @ features.T + self.own[t.unit_of, : self.draws].T).mean(axis=1)
        return out

    @property
    def models(self) -> tuple[Any, ...]:
        """The arrays as `race` takes them."""
        by_column, weights = np.ascontiguousarray(self.features.T), self.weights.reshape(len(self.weights), -1)
        return weights, self.own, self.features, by_column, self.own_mean, self.own_reach, self.norms, self.scale, self.lengths

    def _course(self, live: Flags) -> tuple[Any, ...]:
        t = self.table
        one_cost = bool((t.cell_costs == t.cell_costs[0]).all())
        groups = np.ascontiguousarray(t.group_features[t.group_columns])  # (Q - 1 - U, G)
        return groups, t.cell_costs, t.cell_group, t.entries, t.starts, t.cell_of, one_cost, self.draws, live
