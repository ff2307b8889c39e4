"""From what is remembered to what is believed: lays the action table out, fits the posterior, draws the models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from journeyman.decisioning import exploration, prior
from journeyman.decisioning.memory import Memory
from journeyman.decisioning.posterior import Map, Rows, fit
from journeyman.decisioning.state import Actions, Belief, Settings
from journeyman.decisioning.table import Table, build

Ints = NDArray[np.int64]
F64 = NDArray[np.float64]
ROUNDS = 4
"""Re-estimations of the prior variances when a batch is learned, at most; they go on where the last ended."""
SETTLED = (0.02, 0.01)
"""Variances are settled when none moves by a larger share: when a batch is learned, and when policies are merged or fitted anew."""
SETTLING = 40
"""As many when policies are merged or fitted anew: until the variances are settled."""


@dataclass(frozen=True)
class Shape:
    """What follows from the action table alone: the scoring table, the priors' blocks, and whose identity each action bears."""

    table: Table
    masks: dict[str, NDArray[np.bool_]]
    names: Ints  # (I,) items that have an identity
    identity_of: Ints  # (K,) index into names; -1 for hold
    groups: Ints  # (p,) levers of the action columns
    shared: tuple[tuple[str, Ints], ...]  # affinities, see `prior.Prior`
    tilt: F64  # (Q,) the prior's mean of each model column

    @classmethod
    def of(cls, settings: Settings, actions: Actions) -> Shape:
        """Model columns are the constant, with hold a column that tells a send, and the centred features (all zero for hold)."""
        count, hold = len(actions.items), settings.hold
        features = np.concatenate([np.ones((count, 1 if hold is None else 2), np.float32), actions.features - actions.centre], axis=1)
        items, sends = actions.items.copy(), np.ones(count, dtype=bool)
        if hold is not None:
            features[hold, 1:] = 0.0
            items[hold], sends[hold] = items.max() + 1, False
        names = np.unique(items[sends])
        identity_of = np.where(sends, np.searchsorted(names, items), -1).astype(np.int64)
        masks = prior.blocks(settings.context_dim + 1, features.shape[1], actions.groups, hold=hold is not None)
        shared, tilt = _shared(settings, actions, masks), np.append(np.zeros(1 if hold is None else 2), actions.tilts)
        return cls(build(features, items, actions.costs), masks, names, identity_of, actions.groups, shared, tilt)

    def units(self, belief: Belief) -> NDArray[np.float32]:
        """(S, T): the drawn identities of the scoring table's units, 0 for hold."""
        padded = np.concatenate([belief.identities, np.zeros((len(belief.identities), 1), np.float32)], axis=1)
        return np.ascontiguousarray(padded[:, self.identity_of[self.table.first]])

    def carried(self, belief: Belief, names: Ints) -> Belief:
        """`belief` about items `names`, told about this shape's items; new ones start at 0."""
        known = dict(zip(names.tolist(), belief.identity.tolist(), strict=True))
        return replace(belief, identity=np.array([known.get(i, 0.0) for i in self.names.tolist()]))


def _shared(settings: Settings, actions: Actions, masks: dict[str, NDArray[np.bool_]]) -> tuple[tuple[str, Ints], ...]:
    """Each affinity's block (of its first pair) and places in W; the constant and the send column come before the features."""
    width, before = settings.context_dim + 1, 1 if settings.hold is None else 2
    found = []
    for number in np.unique(actions.affinities[:, 0]):
        _, context, feature = actions.affinities[actions.affinities[:, 0] == number].T
        block = next(name for name, mask in masks.items() if mask[context[0] + 1, feature[0] + before])
        found.append((block, (feature + before) * width + context + 1))
    return tuple(found)


def believe(
    settings: Settings,
    shape: Shape,
    actions: Actions,
    parts: Sequence[Memory],
    before: Belief | None,
    rounds: int = ROUNDS,
    spread_out: Map = map,
) -> Belief:
    """The posterior on all that `parts` remember, no row twice, starting from `before`, and models drawn from it.

    The draws depend on the seed and on how many decisions were seen, so equal histories give equal models. Their standard deviations are
    scaled by `settings.temper`, or as `exploration` finds in the data. `spread_out` maps over the parts, once a Newton step.
    """
    weights = [part.weights(settings.half_life) for part in parts]
    used = np.unique(np.concatenate([part.action for part in parts])).astype(np.int64)
    rows = [_rows(part, weight, used) for part, weight in zip(parts, weights, strict=True)]
    features = shape.table.features.astype(np.float64)
    sends = features[shape.identity_of >= 0, 1 if settings.hold is None else 2 :]
    count, seen = sum(len(part) for part in parts), sum(part.seen for part in parts)
    square = sum(float((part.contexts.astype(np.float64) ** 2).sum()) for part in parts)
    start = prior.starting(square / count if count else float(settings.context_dim), sends, shape.groups)
    earned = sum(float(weight @ part.reward) for part, weight in zip(parts, weights, strict=True))
    rate = (earned + 2 * settings.base_rate) / (sum(float(weight.sum()) for weight in weights) + 2)
    centre = float(np.log(rate / (1 - rate)))
    guess = prior.Prior(centre, start if before is None else before.variance, shape.shared, shape.tilt)
    if before is None:
        mean, identity = guess.mean(settings.context_dim + 1), np.zeros(len(shape.names))
    else:
        mean, identity = before.mean, before.identity
    settled = SETTLED[rounds == SETTLING]
    found = fit(features, shape.identity_of, len(shape.names), rows, shape.masks, guess, start, mean, identity, rounds, settled, spread_out)
    generator = np.random.Generator(np.random.Philox(key=[settings.seed % 2**64, seen]))
    live = ~actions.retired
    if settings.temper is None:
        lately = np.concatenate([part.contexts[-exploration.LATELY :] for part in parts])
        scales = exploration.scales(found, lately, features[live], shape.identity_of[live], actions.costs[live], settings.seed)
    else:
        scales = exploration.Scales(settings.temper, settings.temper)
    drawn, identities = found.draw(settings.draws, generator, *scales)
    return Belief(found.mean, found.identity, dict(found.prior.variance), drawn, identities)


def _rows(memory: Memory, weight: F64, used: Ints) -> Rows:
    """The memory's rows by action, for the `used` actions (sorted), which may be more than its own."""
    order = np.argsort(memory.action, kind="stable")
    edges = np.searchsorted(memory.action[order], used)
    return Rows(memory.contexts[order], memory.reward[order], weight[order], used, np.append(edges, len(order)).astype(np.int64))
