"""The policy: a contextual bandit that chooses one action per customer and knows exactly how likely it was to.

Ensemble Thompson sampling (Thompson 1933; Lu and Van Roy 2017): S models are drawn from the posterior each time the policy learns. For a
customer every model names its winner; one model is picked uniformly, and with probability ε ("floor") a uniform eligible action instead.
The propensity of an action is therefore (1-ε)·wins/S + ε/|eligible|, without approximation.

Who picks what: the models belong to the policy's state; a row's pick and floor belong to (seed, key) alone. So a decision is repeated bit
for bit by the same policy file, seed and key, for one row or a million. Without `seed`, each call uses the next of the policy's own.

Not here: eligibility (consent, caps, budget) and anything about sending. The model is `posterior`, its data `memory`, its file `archive`.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from journeyman.decisioning import archive, inputs
from journeyman.decisioning.draws import luck, unit
from journeyman.decisioning.field import Field
from journeyman.decisioning.learner import ROUNDS, SETTLING, Shape, believe
from journeyman.decisioning.memory import Memory
from journeyman.decisioning.posterior import Map
from journeyman.decisioning.state import Actions, Belief, Settings
from journeyman.errors import PolicyError

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
Flags = NDArray[np.bool_]
CHUNK = 16_384
"""Rows worked out at a time, to bound memory."""


class Chosen(NamedTuple):
    """What was decided for n rows."""

    action: NDArray[np.int32]
    """(n,): -1 where nothing was eligible."""
    propensity: F64
    """(n,): 0 where nothing was eligible."""
    expected: F64
    """(n,): the action's expected reward in [0, 1], its cost not taken off; 0 where nothing was eligible."""


class Policy:
    """See the module. Make one with `create` or `load`."""

    def __init__(self, settings: Settings, actions: Actions, memory: Memory, belief: Belief | None = None, calls: int = 0) -> None:
        self.settings, self._actions, self._memory, self._calls = settings, actions, memory, calls
        self._shape = Shape.of(settings, actions)
        if belief is None:
            self._refit(None, rounds=0)
        else:
            self._lay_out(belief)

    @classmethod
    def create(
        cls,
        actions: ArrayLike,
        context_dim: int,
        seed: int = 0,
        *,
        hold: int | None = None,
        costs: ArrayLike | None = None,
        items: ArrayLike | None = None,
        groups: ArrayLike | None = None,
        affinities: Sequence[Sequence[tuple[int, int]]] = (),
        tilts: ArrayLike | None = None,
        floor: float = 0.002,
        draws: int = 64,
        base_rate: float = 0.03,
        memory: int = 200_000,
        half_life: float | None = None,
        temper: float | None = None,
    ) -> Policy:
        """A policy that knows nothing yet. `actions` (K, p) features, about unit scale; `hold`: index of *no message*. Raises PolicyError.

        `costs` (K,): what an action must earn beyond another of cost 0, in reward units. `items` (K,): actions of the same item (a variant
        in several windows) share an identity; by default each action is its own. `groups` (p,): the lever each feature belongs to; each
        lever's effects have a prior of their own (default: one for all). `affinities`: sets of (context number, feature) pairs thought to
        act alike, such as what somebody did on a channel before and that channel now. `tilts` (p,): the prior's mean of each feature, in
        log-odds (`expectations`; default 0). `temper` multiplies the drawn models' standard deviations (default: `exploration` finds it).
        """
        features = inputs.attributes(actions, "actions", None)
        count = len(features)
        if not count or context_dim < 1 or draws < 1 or memory < 1 or not 0 < base_rate < 1 or not (temper is None or temper > 0):
            wanted = "at least one action, one context number, one draw, a memory, a base rate between 0 and 1 and temper > 0"
            raise PolicyError(f"A policy needs {wanted}.", remedy="Check the arguments of Policy.create.")
        if half_life is not None and not half_life > 0:
            raise PolicyError(f"half_life must be positive, not {half_life}.", remedy="Leave it out to forget nothing.")
        if hold is not None:
            hold = int(inputs.whole([hold], "hold", (1,), 0, count)[0])
        sends = np.arange(count) != (-1 if hold is None else hold)
        centre = features[sends].mean(axis=0) if sends.any() else np.zeros(features.shape[1], np.float32)
        lever = inputs.levers(groups, features.shape[1])
        table = Actions(
            features=features,
            items=np.arange(count) if items is None else inputs.whole(items, "items", (count,), -(2**62), 2**62),
            costs=np.zeros(count) if costs is None else inputs.numbers(costs, "costs", (count,), np.float64),
            retired=np.zeros(count, dtype=bool),
            centre=centre,
            groups=lever,
            affinities=inputs.affinities(affinities, context_dim, lever),
            tilts=np.zeros(len(lever)) if tilts is None else inputs.numbers(tilts, "tilts", (len(lever),), np.float64),
        )
        settings = Settings(context_dim, int(seed), hold, inputs.share(floor, "floor"), draws, base_rate, memory, half_life, temper)
        return cls(settings, table, Memory.empty(context_dim))

    @property
    def actions(self) -> Actions:
        """The action table."""
        return self._actions

    @property
    def seen(self) -> int:
        """Decisions learned from so far, forgotten ones included."""
        return self._memory.seen

    @property
    def costs(self) -> F64:
        """(K,) in reward units; assign to change (an incentive's dual price moves daily)."""
        return self._actions.costs.copy()

    @costs.setter
    def costs(self, value: ArrayLike) -> None:
        costs = inputs.numbers(value, "costs", (len(self._actions.costs),), np.float64)
        self._actions = replace(self._actions, costs=costs)
        self._shape = Shape.of(self.settings, self._actions)
        self._lay_out(self._belief)

    def at_costs(self, costs: ArrayLike) -> Policy:
        """This policy under other costs (K,), for one run or a question; what it knows is shared, and it keeps its own costs itself."""
        other = copy(self)
        other.costs = costs
        return other

    def untaught(self) -> Policy:
        """A policy with the same actions and settings that has learned nothing yet."""
        return Policy(self.settings, self._actions, Memory.empty(self.settings.context_dim))

    def decide(
        self,
        contexts: ArrayLike,
        eligible: ArrayLike | None = None,
        *,
        keys: ArrayLike | None = None,
        seed: int | None = None,
        floor: float | None = None,
    ) -> Chosen:
        """One action per row. contexts (n, d), eligible (n, K) bool; `keys` (n,) number the customers (default: row numbers)."""
        x, may = self._inputs(contexts, eligible)
        names = np.arange(len(x), dtype=np.uint64) if keys is None else inputs.keys(keys, len(x))
        share = self.settings.floor if floor is None else inputs.share(floor, "floor")
        if seed is None:
            seed, self._calls = (self.settings.seed << 32) + self._calls, self._calls + 1
        parts = [self._decided(x[s], may[s], names[s], seed, share) for s in _chunks(len(x))]
        return Chosen(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def propensities(self, contexts: ArrayLike, eligible: ArrayLike | None = None, *, floor: float | None = None) -> F64:
        """(n, K): how likely `decide` is to choose each action; rows sum to 1 (to 0 where nothing is eligible)."""
        x, may = self._inputs(contexts, eligible)
        share = self.settings.floor if floor is None else inputs.share(floor, "floor")
        out = np.zeros(may.shape)
        for part in _chunks(len(x)):
            winner = self._winners(x[part], may[part])
            wins = np.zeros(may[part].shape)
            row = np.flatnonzero(winner[:, 0] >= 0)
            np.add.at(wins, (np.repeat(row, winner.shape[1]), winner[row].ravel()), 1.0)
            open_ = may[part] & ~self._actions.retired
            out[part] = np.where(open_, _propensity(wins, winner.shape[1], open_.sum(axis=1, keepdims=True), share), 0.0)
        return out

    def wins(self, contexts: ArrayLike, eligible: ArrayLike | None = None) -> NDArray[np.int32]:
        """(n, S): the winner of each drawn model, -1 where nothing is eligible."""
        x, may = self._inputs(contexts, eligible)
        return np.concatenate([self._winners(x[part], may[part]) for part in _chunks(len(x))])

    def rewards(self, contexts: ArrayLike) -> F64:
        """(n, K): every action's expected reward, cost not taken off (the mean over the drawn models)."""
        x = inputs.contexts(contexts, self.settings.context_dim)
        return np.concatenate([self._field.rewards(x[part]) for part in _chunks(len(x))])

    def mode(self) -> tuple[F64, F64, F64]:
        """The most likely model: weights (D, Q), the model's columns for every action (K, Q), identities by action (K,)."""
        padded = np.append(self._belief.identity, 0.0)
        return self._belief.mean, self._shape.table.features.astype(np.float64), padded[self._shape.identity_of]

    def learn(self, contexts: ArrayLike, action: ArrayLike, reward: ArrayLike, *, ids: ArrayLike | None = None) -> None:
        """Learn from decisions taken: contexts (n, d), action (n,) in [0, K), reward (n,) in [0, 1].

        With `ids` (n,), unique numbers of the decisions, a decision taught before is corrected: its latest reward alone counts, as if the
        earlier one had never been said. So rewards may be taught while they are still coming in.
        """
        x = inputs.contexts(contexts, self.settings.context_dim)
        chosen = inputs.whole(action, "action", (len(x),), 0, len(self._actions.costs)).astype(np.int32)
        earned = inputs.numbers(reward, "reward", (len(x),), np.float64)
        if len(x) and (earned.min() < 0 or earned.max() > 1):
            raise PolicyError("reward must lie between 0 and 1.", remedy="Weight and clip the success events.")
        names = None if ids is None else inputs.keys(ids, len(x), "ids")
        if names is not None and len(np.unique(names)) < len(names):
            raise PolicyError("ids holds a number twice.", remedy="Teach each decision once a call.")
        if len(x):
            self._memory = self._memory.with_batch(x, chosen, earned, self.settings.seed, self.settings.memory, names)
            much = 2 * len(x) > len(self._memory)  # as good as all that is known: worth settling the variances
            self._refit(self._belief, SETTLING if much else ROUNDS)

    def add_actions(self, features: ArrayLike, *, items: ArrayLike | None = None, costs: ArrayLike | None = None) -> NDArray[np.int64]:
        """New actions at the end of the table; they start from what their features share with the others. Returns their numbers."""
        old, new = self._actions, inputs.attributes(features, "features", self._actions.features.shape[1])
        count, next_item = len(new), int(old.items.max()) + 1
        own = np.arange(next_item, next_item + count) if items is None else inputs.whole(items, "items", (count,), -(2**62), 2**62)
        price = np.zeros(count) if costs is None else inputs.numbers(costs, "costs", (count,), np.float64)
        self._actions = replace(
            old,
            features=np.concatenate([old.features, new]),
            items=np.concatenate([old.items, own]),
            costs=np.concatenate([old.costs, price]),
            retired=np.concatenate([old.retired, np.zeros(count, dtype=bool)]),
        )
        names, self._shape = self._shape.names, Shape.of(self.settings, self._actions)
        self._refit(self._shape.carried(self._belief, names), rounds=0)
        return np.arange(len(old.items), len(old.items) + count)

    def retire(self, actions: ArrayLike) -> None:
        """These actions are never chosen again; what they taught is kept."""
        gone = inputs.whole(actions, "actions", (None,), 0, len(self._actions.costs))
        retired = self._actions.retired.copy()
        retired[gone] = True
        self._actions = replace(self._actions, retired=retired)

    def merge(self, other: Policy) -> Policy:
        """Take over what `other`, with the same actions and settings, has learned besides; what both know counts once. Returns self."""
        mine, theirs = self._actions, other._actions
        alike = ("features", "items", "centre", "groups", "affinities", "tilts")
        same = all(np.array_equal(getattr(mine, f), getattr(theirs, f)) for f in alike)
        if not same or replace(self.settings, seed=0) != replace(other.settings, seed=0):
            raise PolicyError(
                "Only policies with the same actions and settings can be merged.", remedy="Add the same actions to both first."
            )
        self._actions = replace(mine, retired=mine.retired | theirs.retired)
        self._memory = self._memory.union(other._memory, self.settings.memory)
        self._refit(self._belief, SETTLING)
        return self

    def refit(self, shards: Sequence[Policy] = (), *, spread_out: Map = map) -> Policy:
        """Fit anew, from the start, on what this policy and `shards` (same actions, no decision in two of them) remember. Returns self.

        Rows stay where they are: each Newton step asks every shard for its moments through `spread_out`, such as the `map` of an executor,
        and adds them up. What is believed is then that of one policy taught everything; the shards' rows are not taken over.
        """
        parts = [self._memory, *(shard._memory for shard in shards)]
        self._lay_out(believe(self.settings, self._shape, self._actions, parts, None, SETTLING, spread_out))
        return self

    def save(self, path: str | Path) -> None:
        """Write one file of arrays and JSON (no pickle), complete or not at all."""
        archive.write(Path(path), self.settings, self._actions, self._memory, self._belief, self._calls)

    @classmethod
    def load(cls, path: str | Path) -> Policy:
        """Read a file of `save`; the policy decides exactly as the saved one. Raises PolicyError when it is damaged or no policy."""
        return cls(*archive.read(Path(path)))

    def _inputs(self, contexts: ArrayLike, eligible: ArrayLike | None) -> tuple[F32, Flags]:
        x = inputs.contexts(contexts, self.settings.context_dim)
        shape = (len(x), len(self._actions.costs))
        return x, np.broadcast_to(True, shape) if eligible is None else inputs.flags(eligible, "eligible", shape)

    def _winners(self, x: F32, may: Flags) -> NDArray[np.int32]:
        return self._field.winners(x, np.ascontiguousarray(may), ~self._actions.retired)[0]

    def _decided(self, x: F32, may: Flags, keys: NDArray[np.uint64], seed: int, floor: float) -> Chosen:
        drawn, draws = luck(seed, keys), self.settings.draws
        model = (drawn.model % np.uint64(draws)).astype(np.int64)
        place = np.where(unit(drawn.coin) < floor, unit(drawn.place), -1.0)
        action, wins, options, expected = self._field.decided(x, np.ascontiguousarray(may), ~self._actions.retired, model, place)
        propensity = np.where(options > 0, _propensity(wins, draws, options, floor), 0.0)
        return Chosen(action, propensity, expected)

    def _refit(self, before: Belief | None, rounds: int = ROUNDS) -> None:
        self._lay_out(believe(self.settings, self._shape, self._actions, [self._memory], before, rounds))

    def _lay_out(self, belief: Belief) -> None:
        """Lay the drawn models out for the race."""
        self._belief = belief
        self._field = Field.of(belief.weights, self._shape.units(belief), self._shape.table)


def _propensity(wins: Any, draws: int, options: Any, floor: float) -> Any:
    return (1 - floor) * wins / draws + floor / np.maximum(options, 1)


def _chunks(count: int) -> list[slice]:
    return [slice(low, low + CHUNK) for low in range(0, max(count, 1), CHUNK)]
