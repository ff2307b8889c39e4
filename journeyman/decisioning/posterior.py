"""The Laplace posterior of the mixed-effect logistic model.

log-odds(customer x, action a) = [1, x]ᵀ W [1, a] + u(item of a), with W (D, Q) a full bilinear map and u (I,) what is particular to an item
(a variant's identity, shared by its windows). Gaussian priors (`prior`). The mode is found by Newton's method on all remembered rows.

Exact and cheap by structure: rows of one action share [1, a], so the curvature is Σₐ (aaᵀ) ⊗ Gₐ with Gₐ (D, D) summed over the action's
rows, and the identities' own block is diagonal, so they are eliminated (Schur complement) and the dense part never grows with the library.
The rows may lie in several parts, in several places: a Newton step asks each for its moments and adds them up (map-reduce).
Not here: which rows are remembered (`memory`), how actions are chosen (`policy`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, solve_triangular
from scipy.linalg.blas import dsyrk, dtrmm
from scipy.linalg.lapack import dpotrf, dtrtri
from scipy.sparse import csr_array

from journeyman.decisioning.kernels import moments
from journeyman.decisioning.prior import Prior, accelerated, re_estimated

F64 = NDArray[np.float64]
F32 = NDArray[np.float32]
Ints = NDArray[np.int64]
Ties = list[tuple[Ints, float]]
"""Places of W that share a part of their prior, and how strongly (`Prior.ties`)."""
Map = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]
"""Such as the built-in `map`, or that of an executor."""
NEWTON_STEPS = 25
TOLERANCE = 1e-3
"""Newton stops after a step in which no weight moved further, in log-odds; what is left is of the order of its square."""


class Rows(NamedTuple):
    """Observed rows sorted by action: contexts (N, d), reward and weight (N,), the used actions (A,) and where each starts (A+1,)."""

    contexts: F32
    reward: F64
    weight: F64
    used: Ints
    starts: Ints


class Point(NamedTuple):
    """A model, and what the rows say of it by used action: residuals (A, D), curvatures (A, D(D+1)/2), log-likelihood."""

    mean: F64  # (D, Q)
    identity: F64  # (I,)
    pull: F64
    bend: F64
    likelihood: float


@dataclass(frozen=True)
class Posterior:
    """Mode and Gaussian shape. `upper` is the Cholesky factor U (QD, QD) of the precision UᵀU of W (order q·D + j) with u integrated out;
    given W, identity i has precision `own[i]` and mean `identity[i] - cross[i]·(W - mean) / own[i]`."""

    prior: Prior
    mean: F64  # (D, Q)
    identity: F64  # (I,)
    upper: F64
    cross: F64  # (I, QD)
    own: F64  # (I,)

    def draw(self, count: int, generator: np.random.Generator, shared: float = 1.0, own: float = 1.0) -> tuple[F32, F32]:
        """`count` models: weights (S, D, Q) and identities (S, I). `shared` multiplies the standard deviations of the weights (and of what
        they say of the identities), `own` those of what is left of the identities when the weights are known."""
        width, columns = self.mean.shape
        away = shared * solve_triangular(self.upper, generator.standard_normal((columns * width, count))).T  # (S, QD)
        left = own * generator.standard_normal((count, len(self.own))) / np.sqrt(self.own) - away @ self.cross.T / self.own
        weights = self.mean + away.reshape(count, columns, width).transpose(0, 2, 1)
        return np.ascontiguousarray(weights, np.float32), np.ascontiguousarray(self.identity + left, np.float32)

    def spread(self) -> tuple[F64, F64]:
        """Marginal variances of W (D, Q) and of the identities (I,)."""
        width, columns = self.mean.shape
        inverse, _ = dtrtri(self.upper)
        inverse = np.triu(inverse)
        through = dtrmm(1.0, inverse, self.cross / self.own[:, None], side=1)
        own = 1 / self.own + np.einsum("ij,ij->i", through, through)
        return np.einsum("ij,ij->i", inverse, inverse).reshape(columns, width).T, own


def fit(
    features: F64,
    identity_of: Ints,
    identities: int,
    parts: Sequence[Rows],
    masks: Mapping[str, NDArray[np.bool_]],
    prior: Prior,
    start: Mapping[str, float],
    mean: F64,
    identity: F64,
    rounds: int,
    settled: float,
    spread_out: Map = map,
) -> Posterior:
    """Newton from (`mean`, `identity`), with up to `rounds` re-estimations of the variances, until none moves by a larger share than
    `settled`; `identity_of` (K,) is -1 for hold. All parts name the same used actions; `spread_out` maps over them."""
    design = _Design(features, identity_of, identities, parts, spread_out)
    at, steps = design.look(mean, identity), []
    for _ in range(rounds):
        found, at = design.newton(prior, masks, at, 1)
        spread, own_spread = found.spread()
        new = re_estimated(prior, start, masks, (at.mean - prior.mean(len(at.mean)), spread), (at.identity, own_spread))
        steps.append({n: float(np.log(new[n] / prior.variance[n])) for n in new})
        prior = replace(prior, variance=accelerated(prior.variance, steps))
        if max(abs(s) for s in steps[-1].values()) < settled:
            break
    return design.newton(prior, masks, at, NEWTON_STEPS)[0]


class _Design:
    """The fixed part of a fit."""

    def __init__(self, features: F64, identity_of: Ints, identities: int, parts: Sequence[Rows], spread_out: Map) -> None:
        self.parts, self.spread_out = parts, spread_out
        self.features = features[parts[0].used]  # (A, Q)
        self.item = identity_of[parts[0].used]
        has = np.flatnonzero(self.item >= 0)
        self.to_item = csr_array((np.ones(len(has)), (self.item[has], has)), shape=(identities, len(self.item)))
        self.low = np.tril_indices(features.shape[1])
        self.squares = self.features[:, self.low[0]] * self.features[:, self.low[1]]  # (A, Q(Q+1)/2)

    def look(self, mean: F64, identity: F64) -> Point:
        """What the rows say of a model: one map-reduce."""
        offsets = np.append(identity, 0.0)[self.item]
        lines = np.ascontiguousarray(self.features @ mean.T)  # (A, D)
        told = self.spread_out(partial(_told, lines, offsets), self.parts)
        pull, bend, likelihood = reduce(lambda a, b: tuple(x + y for x, y in zip(a, b, strict=True)), told)
        return Point(mean, identity, pull, bend, float(likelihood.sum()))

    def newton(self, prior: Prior, masks: Mapping[str, NDArray[np.bool_]], at: Point, steps: int) -> tuple[Posterior, Point]:
        """At most `steps` steps uphill from `at`, each halved until it is one; the curvature returned is that of the last step."""
        precision, ties, own_prior = prior.precision(masks), prior.ties(), 1 / prior.variance["identity"]
        centre = prior.mean(len(at.mean))

        def value(point: Point) -> float:
            flat = point.mean.T.ravel()
            penalty = (precision * (point.mean - centre) ** 2).sum() + own_prior * (point.identity @ point.identity)
            return float(point.likelihood - (penalty - sum(c * flat[places].sum() ** 2 for places, c in ties)) / 2)

        for _ in range(steps):
            upper, cross, own = self._curvature(at.bend, precision, ties, own_prior)
            gradient = (at.pull.T @ self.features - precision * (at.mean - centre)).T.ravel()
            for places, c in ties:
                gradient[places] += c * at.mean.T.ravel()[places].sum()
            own_gradient = self.to_item @ at.pull[:, 0] - own_prior * at.identity
            flat = cho_solve((upper, False), gradient - cross.T @ (own_gradient / own), check_finite=False)
            step, own_step, size, least = flat.reshape(at.mean.shape[1], -1).T, (own_gradient - cross @ flat) / own, 1.0, value(at)
            while True:
                trial = self.look(at.mean + size * step, at.identity + size * own_step)
                if value(trial) >= least - 1e-9 * abs(least) or size < 1e-4:
                    break
                size /= 2
            at = trial
            if max(np.abs(step).max(), np.abs(own_step).max(initial=0.0)) < TOLERANCE:
                break
        return Posterior(prior, at.mean, at.identity, upper, cross, own), at

    def _curvature(self, bend: F64, precision: F64, ties: Ties, own_prior: float) -> tuple[F64, F64, F64]:
        """Cholesky factor of the Schur complement (QD, QD), cross block (I, QD), identities' precisions (I,)."""
        width, columns = precision.shape
        first = np.arange(width) * (np.arange(width) + 1) // 2  # places of a curvature's first column
        whole = np.empty((width, width), np.int64)
        whole[np.tril_indices(width)] = np.arange(bend.shape[1])
        whole.T[np.tril_indices(width)] = np.arange(bend.shape[1])
        pairs = (self.squares.T @ bend)[:, whole]  # (Q(Q+1)/2, D, D)
        dense = np.zeros((columns, width, columns, width))
        dense[self.low[0], :, self.low[1], :] = pairs
        square = dense.reshape(columns * width, columns * width).T  # its upper triangle is filled
        square[np.diag_indices_from(square)] += precision.T.ravel()
        for places, c in ties:
            square[np.ix_(places, places)] -= c
        own = self.to_item @ bend[:, 0] + own_prior
        cross = self.to_item @ (self.features[:, :, None] * bend[:, None, first]).reshape(len(self.item), columns * width)
        square = dsyrk(-1.0, cross / np.sqrt(own)[:, None], 1.0, square, trans=1, overwrite_c=1)
        upper, failed = dpotrf(square, overwrite_a=1)
        if failed:
            raise np.linalg.LinAlgError("The curvature is not positive definite.")
        return upper, cross, own


def _told(lines: F64, offsets: F64, rows: Rows) -> tuple[F64, F64, F64]:
    found: tuple[F64, F64, F64] = moments(rows.contexts, rows.reward, rows.weight, rows.starts, lines, offsets)
    return found
