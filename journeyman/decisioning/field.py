"""The drawn models laid out for the race among actions (`race`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from journeyman.decisioning import race
from journeyman.decisioning.kernels import run
from journeyman.decisioning.table import Table

F32 = NDArray[np.float32]


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
        run(race.winners, len(x), x, may, self.models, self._course(), prune, out)
        return out

    def decided(self, x: F32, may: NDArray[np.bool_], model: NDArray[np.int64], forced: NDArray[np.int32]) -> tuple[Any, Any, Any]:
        """action (n,) int32: the winner of draw `model` (n,), or `forced` (n,) where that is not -1; draws it won (n,) int32; its expected
        reward (n,) float64, the mean over draws."""
        t = self.table
        action, wins, expected = np.full(len(x), -1, np.int32), np.zeros(len(x), np.int32), np.zeros(len(x))
        run(race.decided, len(x), x, may, self.models, self._course(), t.unit_of, t.group_of, model, forced, action, wins, expected)
        return action, wins, expected

    def rewards(self, x: F32) -> NDArray[np.float64]:
        """(n, K): every action's expected reward, the mean over the draws."""
        t, draws = self.table, len(self.own)
        full = np.concatenate([np.ones((len(x), 1)), x], axis=1)
        out = np.empty((len(x), len(t.unit_of)))
        size = max(1, 4_000_000 // (draws * len(t.unit_of)))  # rows at a time, to bound memory
        for low in range(0, len(x), size):
            part = slice(low, low + size)
            v = (full[part] @ self.weights.astype(np.float64)).reshape(-1, draws, t.features.shape[1])  # (r, S, Q)
            out[part] = expit(v @ t.features.T.astype(np.float64) + self.own[:, t.unit_of]).mean(axis=1)
        return out

    @property
    def models(self) -> tuple[Any, ...]:
        """The arrays as `race` takes them."""
        return self.weights, self.own, self.own_mean, self.own_reach, self.scale, self.features, self.scaled, self.norms

    def _course(self) -> tuple[Any, ...]:
        t = self.table
        return (
            t.unit_columns,
            t.group_columns,
            t.group_features,
            t.cells,
            t.cell_costs,
            bool((t.cell_costs == t.cell_costs[0]).all()),
            t.slot,
            t.back,
        )
