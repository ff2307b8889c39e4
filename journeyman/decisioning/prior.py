"""Gaussian priors by block, their variances re-estimated from data (empirical Bayes).

The weights W (D, Q) multiply [1, customer] by [1, send, action]; each action's identity adds u. Blocks: `intercept` and `send` (fixed),
`customer`, `send_customer`, and for each lever of the actions (a group of columns: channel, theme, …) its own `action` and `interaction`,
then `identity`: a lever that matters gets room, one that does not is shrunk away. A block's variance follows MacKay's fixed point
τ² = ‖θ‖²/γ with γ the number of parameters the data determine (Neural Computation 4, 1992), held by PSEUDO imagined parameters at the
starting variance: the maximum a posteriori of τ² under a scaled inverse χ².

An *affinity* is a set of interactions thought to act alike (what somebody did on a channel before × that channel, for every channel): its
weights have a common part N(0, s²) besides their own N(0, τ²), so a few hundred answers tell what no single pair could. The starting
variances are said on the scale of log-odds, whatever the features' scale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
Ints = NDArray[np.int64]

START = {"customer": 0.5, "send_customer": 0.25, "action": 0.8, "interaction": 0.6, "identity": 0.2}
"""Standard deviation, in log-odds, that a part as a whole is first thought to bring to a decision; levers share their part evenly."""
FIXED = {"intercept": 1.0, "send": 0.7}
PSEUDO = 2.0
AFFINITY = 0.3
"""Standard deviation, in log-odds for one unit of context and feature, of what the pairs of an affinity have in common."""
STEP = 4.0
"""A variance moves by this factor at most in one re-estimation."""
FURTHEST = 0.9
"""The largest share of a step that its successor is believed to keep (see `accelerated`)."""


@dataclass(frozen=True)
class Prior:
    """Variances per single weight, by block, the intercept's mean and what each column is expected to bring (log-odds)."""

    centre: float
    variance: Mapping[str, float]
    shared: tuple[tuple[str, Ints], ...] = ()
    """Affinities: the block each lies in, and its places in W laid out column by column (order q·D + j)."""
    tilt: F64 = field(default_factory=lambda: np.zeros(1))
    """(Q,); a single 0: nothing is expected of any column."""

    def mean(self, width: int) -> F64:
        """(D, Q): the prior mean of W, zero but for the constant's row."""
        out = np.zeros((width, len(self.tilt)))
        out[0] = self.tilt
        out[0, 0] = self.centre
        return out

    def ties(self) -> list[tuple[Ints, float]]:
        """What an affinity takes from the diagonal precision 1/τ²: places and c = s² / (τ² (τ² + n s²)), for (τ² I + s² 11ᵀ)⁻¹."""
        out = []
        for block, places in self.shared:
            own = self.variance[block]
            out.append((places, AFFINITY**2 / (own * (own + len(places) * AFFINITY**2))))
        return out

    def precision(self, blocks: Mapping[str, NDArray[np.bool_]]) -> F64:
        """(D, Q) prior precision of W."""
        out = np.zeros(next(iter(blocks.values())).shape)
        for name, mask in blocks.items():
            out[mask] = 1 / self.variance[name]
        return out


def blocks(width: int, columns: int, groups: Ints, *, hold: bool) -> dict[str, NDArray[np.bool_]]:
    """Masks (D, Q) of the blocks of W. Column 0 is the constant; with `hold`, column 1 tells a send from a hold; the others are the action
    columns, whose levers `groups` (p,) numbers. With one lever its blocks are `action` and `interaction`, else `action 3` and so on."""
    row, column = np.arange(width)[:, None] > 0, np.arange(columns)[None, :]
    send = (column == 1) & hold
    masks = {
        "intercept": ~row & (column == 0),
        "customer": row & (column == 0),
        "send": ~row & send,
        "send_customer": row & send,
    }
    lever = np.concatenate([np.full(columns - len(groups), -1), groups])[None, :]
    for group in np.unique(groups):
        for part, rows in (("action", ~row), ("interaction", row)):
            masks[_named(part, int(group), groups)] = rows & (lever == group)
    return {name: mask for name, mask in masks.items() if mask.any()}


def starting(context_norm: float, actions: F64, groups: Ints) -> dict[str, float]:
    """Starting variances, given the mean squared norm of contexts and the centred features (n, p) of the sends with their levers (p,)."""
    x, levers = max(context_norm, 1e-6), np.unique(groups)
    out = {**{n: v**2 for n, v in FIXED.items()}, **{n: START[n] ** 2 / x for n in ("customer", "send_customer")}}
    for group in levers:
        norm = max(float((actions[:, groups == group] ** 2).sum()) / max(len(actions), 1), 1e-6)
        for part, size in (("action", norm), ("interaction", norm * x)):
            out[_named(part, int(group), groups)] = START[part] ** 2 / len(levers) / size
    return out | {"identity": START["identity"] ** 2}


def _named(part: str, group: int, groups: Ints) -> str:
    return part if len(np.unique(groups)) == 1 else f"{part} {group}"


def re_estimated(
    prior: Prior, start: Mapping[str, float], masks: Mapping[str, NDArray[np.bool_]], weights: tuple[F64, F64], identities: tuple[F64, F64]
) -> dict[str, float]:
    """One fixed-point step: modes and posterior variances of W, each (D, Q), and of the identities, each (I,)."""
    new = dict(prior.variance)
    apart = weights[0].T.ravel().copy()  # what the pairs of an affinity have in common is not the block's doing
    for _, places in prior.shared:
        apart[places] -= apart[places].mean() if len(places) > 1 else 0.0
    own = apart.reshape(weights[0].T.shape).T
    parts = {name: (own[mask], weights[1][mask]) for name, mask in masks.items() if name not in FIXED} | {"identity": identities}
    for name, (value, variance) in parts.items():
        if value.size:
            known = max(value.size - variance.sum() / prior.variance[name], 0.0)
            wanted = float((value @ value + PSEUDO * start[name]) / (known + PSEUDO))
            new[name] = float(np.clip(wanted, prior.variance[name] / STEP, prior.variance[name] * STEP))
    return new


def accelerated(variance: Mapping[str, float], steps: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Variances after the last of `steps`, each the logarithmic move of a plain re-estimation. The fixed point is approached by steps that
    shrink by a steady share; every third goes to where their sum would end (Aitken 1926), by a factor STEP at most."""
    moves = dict(steps[-1])
    if len(steps) % 3 == 0:
        for name, last in moves.items():
            before = steps[-2][name]
            share = min(max(last / before, -FURTHEST), FURTHEST) if before else 0.0
            moves[name] = float(np.clip(last / (1 - share), -np.log(STEP), np.log(STEP)))
    return {name: float(variance[name] * np.exp(move)) for name, move in moves.items()}
