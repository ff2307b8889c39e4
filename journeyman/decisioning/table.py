"""The action table laid out for fast scoring.

Actions come as a product (a variant in each of its send windows), and the model adds up over action columns, so an action's score splits
into a part of its *unit* (columns that are the same for all actions of an item) and a part of its *group* (the rest, which takes few
distinct values). Units are scored once, then only added to groups. The split is found from the features; where there is none, every
action is a unit of its own. *Cells* gather actions of one group and one cost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
F32 = NDArray[np.float32]


@dataclass(frozen=True)
class Table:
    """See the module. T units, G groups, C cells, Q columns."""

    features: F32  # (K, Q)
    unit_of: Ints  # (K,)
    group_of: Ints  # (K,)
    first: Ints  # (T,) an action of each unit
    unit_columns: Ints
    unit_features: F32  # (Q, T)
    group_columns: Ints
    group_features: F32  # (Q, G)
    cell_of: Ints  # (K,)
    cell_group: Ints  # (C,) cells of one cost stand together
    cell_costs: NDArray[np.float64]  # (C,)
    entries: Ints  # (K,) actions, those of a unit together
    starts: Ints  # (T + 1,) where a unit's entries start


def build(features: F32, items: Ints, costs: NDArray[np.float64]) -> Table:
    """Lay out `features` (K, Q) (column 0 is the constant) of actions with `items` (K,) and `costs` (K,)."""
    count = len(features)
    _, unit = np.unique(items, return_inverse=True)
    varying = _varying(features, unit)
    _, group = np.unique(features[:, varying], axis=0, return_inverse=True)
    group = group.reshape(-1)
    sparse = (group.max() + 1) * (unit.max() + 1) > 2 * count + 64
    if sparse or len(np.unique(unit * count + group)) < count:
        unit, group, varying = np.arange(count), np.zeros(count, np.int64), np.zeros(features.shape[1], bool)
    _, first = np.unique(unit, return_index=True)
    _, group_first = np.unique(group, return_index=True)
    levels, level = np.unique(costs, return_inverse=True)
    names, cell = np.unique(level * (group.max() + 1) + group, return_inverse=True)
    entries = np.argsort(unit, kind="stable")
    constant = np.arange(features.shape[1]) == 0
    return Table(
        features=np.ascontiguousarray(features),
        unit_of=unit.astype(np.int64),
        group_of=group.astype(np.int64),
        first=first.astype(np.int64),
        unit_columns=np.flatnonzero(~varying & ~constant),
        unit_features=np.ascontiguousarray(features[first].T),
        group_columns=np.flatnonzero(varying),
        group_features=np.ascontiguousarray(features[group_first].T),
        cell_of=cell.astype(np.int64),
        cell_group=names % (group.max() + 1),
        cell_costs=levels[names // (group.max() + 1)],
        entries=entries,
        starts=np.searchsorted(unit[entries], np.arange(len(first) + 1)),
    )


def _varying(features: F32, unit: Ints) -> NDArray[np.bool_]:
    """(Q,): columns that differ between actions of one unit."""
    order = np.argsort(unit, kind="stable")
    starts = np.flatnonzero(np.diff(unit[order], prepend=-1))
    ranked = features[order]
    spread = np.maximum.reduceat(ranked, starts) != np.minimum.reduceat(ranked, starts)
    return np.asarray(spread.any(axis=0))
