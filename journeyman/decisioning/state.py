"""The parts of a policy's state, as values: what it was created with, its actions, what it believes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]


@dataclass(frozen=True)
class Settings:
    """What a policy is created with. `memory` and `half_life` count decisions; `base_rate` is the reward first thought of."""

    context_dim: int
    seed: int
    hold: int | None
    floor: float
    draws: int
    base_rate: float
    memory: int
    half_life: float | None
    temper: float | None


@dataclass(frozen=True)
class Actions:
    """The action table: features (K, p) as given, items (K,), costs (K,) in reward units, retired (K,), the features' centre (p,), and
    the lever each feature belongs to (p,), which (affinity, context number, feature) are thought to act alike (m, 3), and what each feature
    is expected to bring before anything is learned, in log-odds (p,)."""

    features: F32
    items: NDArray[np.int64]
    costs: F64
    retired: NDArray[np.bool_]
    centre: F32
    groups: NDArray[np.int64]
    affinities: NDArray[np.int64]
    tilts: F64


@dataclass(frozen=True)
class Belief:
    """What the policy believes now: the mode, prior variances by block, and the drawn models."""

    mean: F64  # (D, Q)
    identity: F64  # (I,)
    variance: dict[str, float]
    weights: F32  # (S, D, Q)
    identities: F32  # (S, I)
