"""The Laplace posterior of the mixed-effect logistic model.

log-odds(customer x, action a) = [1, x]ᵀ W [1, a] + u(item of a), with W (D, Q) a full bilinear map and u (I,) what is particular to an item
(a variant's identity, shared by its windows). Gaussian priors (`prior`). The mode is found by Newton's method on all remembered rows.

Exact and cheap by structure: rows of one action share [1, a], so the curvature is Σₐ (aaᵀ) ⊗ Gₐ with Gₐ (D, D) summed over the action's
rows, and the identities' own block is diagonal, so they are eliminated (Schur complement) and the dense part never grows with the library.
Not here: which rows are remembered (`memory`), how actions are chosen (`policy`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, cholesky, solve_triangular
from scipy.linalg.lapack import dpotri

from journeyman.decisioning.kernels import moments
from journeyman.decisioning.prior import Prior, re_estimated

F64 = NDArray[np.float64]
F32 = NDArray[np.float32]
Ints = NDArray[np.int64]

Ties = list[tuple[Ints, float]]
"""Places of W that share a part of their prior, and how strongly (`Prior.ties`)."""
NEWTON_STEPS = 25
TOLERANCE = 1e-3
"""Newton stops after a step in which no weight moved further, in log-odds; what is left is of the order of its square."""
SETTLED = 0.02
"""Variances are settled when none moves by a larger share."""


class Rows(NamedTuple):
    """Observed rows sorted by action: contexts (N, d), reward and weight (N,), the used actions (A,) and where each starts (A+1,)."""

    contexts: F32
    reward: F64
    weight: F64
    used: Ints
    starts: Ints


@dataclass(frozen=True)
class Posterior:
    """Mode and Gaussian shape. `lower` is the Cholesky factor (DQ, DQ) of the precision of W (order q·D + j) with u integrated out;
    given W, identity i has precision `own[i]` and mean `identity[i] - cross[i]·(W - mean) / own[i]`."""

    prior: Prior
    mean: F64  # (D, Q)
    identity: F64  # (I,)
    lower: F64
    cross: F64  # (I, QD)
    own: F64  # (I,)

    def draw(self, count: int, generator: np.random.Generator, scale: float = 1.0) -> tuple[F32, F32]:
        """`count` models: weights (S, D, Q) and identities (S, I); `scale` multiplies the standard deviations."""
        width, columns = self.mean.shape
        away = solve_triangular(self.lower, generator.standard_normal((columns * width, count)), lower=True, trans="T").T  # (S, QD)
        own = generator.standard_normal((count, len(self.own))) / np.sqrt(self.own) - away @ self.cross.T / self.own
        weights = self.mean + scale * away.reshape(count, columns, width).transpose(0, 2, 1)
        return np.ascontiguousarray(weights, np.float32), np.ascontiguousarray(self.identity + scale * own, np.float32)


def fit(
    features: F64,
    identity_of: Ints,
    identities: int,
    rows: Rows,
    masks: Mapping[str, NDArray[np.bool_]],
    prior: Prior,
    start: Mapping[str, float],
    mean: F64,
    identity: F64,
    rounds: int,
) -> Posterior:
    """Newton from (`mean`, `identity`), with up to `rounds` re-estimations of the variances; `identity_of` (K,) is -1 for hold."""
    design = _Design(features, identity_of, identities, rows)
    for _ in range(rounds):
        found = design.newton(prior, masks, mean, identity, steps=1)
        mean, identity = found.mean, found.identity
        spread, identity_spread = _spread(found)
        new = re_estimated(prior, start, masks, (mean, spread), (identity, identity_spread))
        moved = max(abs(np.log(new[n] / prior.variance[n])) for n in new)
        prior = replace(prior, variance=new)
        if moved < SETTLED:
            break
    return design.newton(prior, masks, mean, identity, steps=NEWTON_STEPS)


def _spread(found: Posterior) -> tuple[F64, F64]:
    """Marginal variances of W (D, Q) and of the identities (I,)."""
    width, columns = found.mean.shape
    inverse, _ = dpotri(found.lower, lower=1)
    inverse = np.tril(inverse) + np.tril(inverse, -1).T
    through = found.cross / found.own[:, None]
    return np.diag(inverse).reshape(columns, width).T, 1 / found.own + np.einsum("ij,ij->i", through @ inverse, through)


class _Design:
    """The fixed part of a fit."""

    def __init__(self, features: F64, identity_of: Ints, identities: int, rows: Rows) -> None:
        self.rows, self.identities = rows, identities
        self.features = features[rows.used]  # (A, Q)
        self.item = identity_of[rows.used]
        self.has = np.flatnonzero(self.item >= 0)
        columns = features.shape[1]
        self.low = np.tril_indices(columns)
        self.squares = self.features[:, self.low[0]] * self.features[:, self.low[1]]  # (A, Q(Q+1)/2)

    def newton(self, prior: Prior, masks: Mapping[str, NDArray[np.bool_]], mean: F64, identity: F64, steps: int) -> Posterior:
        """At most `steps` steps uphill, each halved until it is one; the curvature returned is that of the last step."""
        precision, ties, own_prior = prior.precision(masks), prior.ties(), 1 / prior.variance["identity"]
        centre = np.zeros_like(mean)
        centre[0, 0] = prior.centre
        value, pull, bend = self._look(mean, identity, precision, ties, own_prior, centre)
        for _ in range(steps):
            lower, cross, own = self._curvature(bend, precision, ties, own_prior)
            step, own_step = self._step(pull, lower, cross, own, mean, identity, precision, ties, own_prior, centre)
            size = 1.0
            while True:
                trial, own_trial = mean + size * step, identity + size * own_step
                new, pull, bend = self._look(trial, own_trial, precision, ties, own_prior, centre)
                if new >= value - 1e-9 * abs(value) or size < 1e-4:
                    break
                size /= 2
            mean, identity, value = trial, own_trial, new
            if max(np.abs(step).max(), np.abs(own_step).max(initial=0.0)) < TOLERANCE:
                break
        return Posterior(prior, mean, identity, lower, cross, own)

    def _look(self, mean: F64, identity: F64, precision: F64, ties: Ties, own_prior: float, centre: F64) -> tuple[float, F64, F64]:
        """Log posterior, residuals (A, D) and curvatures (A, D, D) of the used actions."""
        offsets = np.zeros(len(self.item))
        offsets[self.has] = identity[self.item[self.has]]
        lines = np.ascontiguousarray(self.features @ mean.T)  # (A, D)
        pull, bend, likelihood = moments(self.rows.contexts, self.rows.reward, self.rows.weight, self.rows.starts, lines, offsets)
        flat = mean.T.ravel()
        penalty = (precision * (mean - centre) ** 2).sum() + own_prior * (identity @ identity)
        penalty -= sum(c * flat[places].sum() ** 2 for places, c in ties)
        return float(likelihood.sum() - penalty / 2), pull, bend

    def _curvature(self, bend: F64, precision: F64, ties: Ties, own_prior: float) -> tuple[F64, F64, F64]:
        """Cholesky factor of the Schur complement (QD, QD), cross block (I, QD), identities' precisions (I,)."""
        width, columns = bend.shape[1], self.features.shape[1]
        pairs = (self.squares.T @ bend.reshape(len(bend), width * width)).reshape(-1, width, width)
        dense = np.empty((columns, width, columns, width))
        dense[self.low[0], :, self.low[1], :] = pairs
        dense[self.low[1], :, self.low[0], :] = pairs
        square = dense.reshape(columns * width, columns * width)
        square[np.diag_indices_from(square)] += precision.T.ravel()
        for places, c in ties:
            square[np.ix_(places, places)] -= c
        own = np.full(self.identities, own_prior)
        cross = np.zeros((self.identities, columns * width))
        item = self.item[self.has]
        np.add.at(own, item, bend[self.has, 0, 0])
        np.add.at(cross, item, (self.features[self.has, :, None] * bend[self.has, None, 0, :]).reshape(len(item), columns * width))
        scaled = cross / np.sqrt(own)[:, None]
        square -= scaled.T @ scaled
        return cholesky(square, lower=True, overwrite_a=True, check_finite=False), cross, own

    def _step(
        self,
        pull: F64,
        lower: F64,
        cross: F64,
        own: F64,
        mean: F64,
        identity: F64,
        precision: F64,
        ties: Ties,
        own_prior: float,
        centre: F64,
    ) -> tuple[F64, F64]:
        """The Newton step of W (D, Q) and of the identities (I,)."""
        gradient = pull.T @ self.features - precision * (mean - centre)  # (D, Q)
        own_gradient = -own_prior * identity
        np.add.at(own_gradient, self.item[self.has], pull[self.has, 0])
        along = gradient.T.ravel()
        for places, c in ties:
            along[places] += c * mean.T.ravel()[places].sum()
        flat = along - cross.T @ (own_gradient / own)
        step = cho_solve((lower, True), flat, check_finite=False)
        return step.reshape(mean.shape[1], -1).T, (own_gradient - cross @ step) / own
