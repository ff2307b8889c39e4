"""Gaussian priors by block, their variances re-estimated from data (empirical Bayes).

The weights W (D, Q) multiply [1, customer] by [1, send, action]; each action's identity adds u. Blocks: `intercept` and `send` (fixed),
`customer`, `send_customer`, `action`, `interaction`, `identity` (re-estimated). A block's variance follows MacKay's fixed point
τ² = ‖θ‖²/γ with γ the number of parameters the data determine, held by PSEUDO imagined parameters at the starting variance: the maximum
a posteriori of τ² under a scaled inverse χ². The starting variances are said on the scale of log-odds, whatever the features' scale.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]

START = {"customer": 0.4, "send_customer": 0.25, "action": 0.4, "interaction": 0.8, "identity": 0.15}
"""Standard deviation, in log-odds, that a block as a whole is first thought to bring to a decision."""
FIXED = {"intercept": 1.0, "send": 0.7}
PSEUDO = 8.0


@dataclass(frozen=True)
class Prior:
    """Variances per single weight, by block, and the intercept's mean (log-odds)."""

    centre: float
    variance: Mapping[str, float]

    def precision(self, blocks: Mapping[str, NDArray[np.bool_]]) -> F64:
        """(D, Q) prior precision of W."""
        out = np.zeros(next(iter(blocks.values())).shape)
        for name, mask in blocks.items():
            out[mask] = 1 / self.variance[name]
        return out


def blocks(width: int, columns: int, *, hold: bool) -> dict[str, NDArray[np.bool_]]:
    """Masks (D, Q) of the blocks of W. Column 0 is the constant; with `hold`, column 1 tells a send from a hold."""
    row, column = np.arange(width)[:, None] > 0, np.arange(columns)[None, :]
    send = (column == 1) & hold
    action = (column > 0) & ~send
    masks = {
        "intercept": ~row & (column == 0),
        "customer": row & (column == 0),
        "send": ~row & send,
        "send_customer": row & send,
        "action": ~row & action,
        "interaction": row & action,
    }
    return {name: mask for name, mask in masks.items() if mask.any()}


def starting(context_norm: float, action_norm: float) -> dict[str, float]:
    """Starting variances, given the mean squared norms of contexts and of action features."""
    x, a = max(context_norm, 1e-6), max(action_norm, 1e-6)
    norms = {"customer": x, "send_customer": x, "action": a, "interaction": x * a, "identity": 1.0}
    return {**{n: v**2 for n, v in FIXED.items()}, **{n: START[n] ** 2 / norms[n] for n in START}}


def re_estimated(
    prior: Prior,
    start: Mapping[str, float],
    masks: Mapping[str, NDArray[np.bool_]],
    mean: F64,
    spread: F64,
    identity: F64,
    identity_spread: F64,
) -> dict[str, float]:
    """One fixed-point step: `mean` and `spread` (posterior variance) of W (D, Q), of the identities (I,)."""
    new = dict(prior.variance)
    parts = {name: (mean[mask], spread[mask]) for name, mask in masks.items() if name not in FIXED} | {
        "identity": (identity, identity_spread)
    }
    for name, (value, variance) in parts.items():
        if value.size:
            known = max(value.size - variance.sum() / prior.variance[name], 0.0)
            new[name] = float((value @ value + PSEUDO * start[name]) / (known + PSEUDO))
    return new
