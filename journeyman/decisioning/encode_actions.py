"""Variants × send windows as attribute rows: what the policy can learn about copy it has never sent.

Blocks: channel, theme, tone, product, incentive kind (one-hot), incentive size, text (wordllama embedding, main directions), send window
(one-hot). Each block brings about the same squared norm. A block whose level never varies is left out. Levels that come up later have no
column: they start as the average and are told apart by their text and their own identity.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from journeyman.domain import SendWindow, Variant
from journeyman.embedding import model
from journeyman.errors import PolicyError

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
Action = tuple[str | None, SendWindow | None]
PRODUCTS = 8
"""Products with a column of their own: the most frequent."""


@dataclass(frozen=True)
class ActionEncoder:
    """Action 0 is hold (all zeros); then every variant in every window, windows fastest. See the module."""

    levels: dict[str, tuple[str, ...]]
    """Levels with a column, by lever."""
    windows: tuple[SendWindow, ...]
    value_scale: dict[str, float]
    """Largest incentive value by kind."""
    text_mean: F64  # (256,)
    text_directions: F64  # (256, t)
    features: F32
    """(K, p)"""
    actions: tuple[Action, ...]
    """(variant id, window) of each action."""
    labels: tuple[str, ...]
    """p names such as `theme=savings`, `text 2`."""

    @classmethod
    def fit(cls, variants: Sequence[Variant], windows: Sequence[SendWindow], text_dim: int = 6) -> ActionEncoder:
        """Learn levels and text directions from `variants`. Raises PolicyError when there are none, or ids repeat."""
        if not variants or not windows or len(set(windows)) != len(windows):
            raise PolicyError("There are no variants or send windows to choose from.", remedy="Write and approve variants first.")
        levels: dict[str, tuple[str, ...]] = {}
        for lever, values in _levers(variants).items():
            counts = Counter(v for v in values if v)
            common = sorted(counts, key=lambda v: (-counts[v], v))[: PRODUCTS if lever == "product" else None]
            levels[lever] = tuple(sorted(common)) if len(set(values)) > 1 else ()
        sizes: dict[str, float] = {}
        for v in variants:
            if v.incentive and v.incentive.value:
                sizes[v.incentive.kind] = max(sizes.get(v.incentive.kind, 0.0), v.incentive.value)
        text = _embed(variants)
        mean = text.mean(axis=0)
        _, strengths, right = np.linalg.svd(text - mean, full_matrices=False)
        good = strengths[:text_dim] > 1e-6 * max(float(strengths[0]), 1e-12)
        directions = right[:text_dim][good].T  # (256, t)
        directions = directions * np.sign(directions[np.abs(directions).argmax(axis=0), np.arange(directions.shape[1])])
        spread = np.sqrt(((text - mean) @ directions).var(axis=0))
        size = np.sqrt(spread)  # between raw and equal, as for contexts
        directions = directions / np.maximum(spread, 1e-12) * size / np.sqrt(max((size**2).sum(), 1e-12))
        labels = [f"{lever}={level}" for lever, names in levels.items() for level in names]
        labels += ["incentive size"] if sizes else []
        labels += [f"text {n + 1}" for n in range(directions.shape[1])]
        labels += [f"send_window={w}" for w in windows] if len(windows) > 1 else []
        empty = cls(levels, tuple(windows), sizes, mean, directions, np.zeros((1, len(labels)), np.float32), ((None, None),), tuple(labels))
        return empty.extend(variants)

    @property
    def items(self) -> NDArray[np.int64]:
        """(K,): the number of each action's variant, in order of coming; hold has -1."""
        return np.concatenate([[-1], np.arange(len(self.actions) - 1) // len(self.windows)]).astype(np.int64)

    @property
    def groups(self) -> NDArray[np.int64]:
        """(p,): the lever of each column, numbered in order of coming (channel, theme, …, text, send window)."""
        levers = [label.split("=")[0].split(" ")[0] for label in self.labels]  # an incentive's kind and size are one lever
        order = list(dict.fromkeys(levers))
        return np.array([order.index(lever) for lever in levers], np.int64)

    def extend(self, variants: Sequence[Variant]) -> ActionEncoder:
        """An encoder with `variants` × windows added at the end (`features[before:]` go to `Policy.add_actions`). Levels stay as fitted."""
        known = {variant for variant, _ in self.actions}
        ids = [v.id for v in variants]
        if known & set(ids) or len(set(ids)) != len(ids):
            raise PolicyError("A variant is already among the actions.", remedy="Give new copy an id of its own.")
        rows = self._encoded(variants)  # (V, p)
        count = len(self.windows)
        new = np.repeat(rows, count, axis=0)
        if count > 1:
            new[:, -count:] = np.tile(np.eye(count), (len(variants), 1))
        return replace(
            self,
            features=np.concatenate([self.features, new.astype(np.float32)]),
            actions=(*self.actions, *((i, w) for i in ids for w in self.windows)),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain lists; floats survive exactly."""
        return {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in self.__dict__.items()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> ActionEncoder:
        """What `to_json` gave. Raises PolicyError."""
        try:
            labels = tuple(data["labels"])
            made = cls(
                levels={k: tuple(v) for k, v in data["levels"].items()},
                windows=tuple(data["windows"]),
                value_scale=dict(data["value_scale"]),
                text_mean=np.array(data["text_mean"], np.float64),
                text_directions=np.array(data["text_directions"], np.float64).reshape(len(data["text_mean"]), -1),
                features=np.array(data["features"], np.float32).reshape(len(data["actions"]), len(labels)),
                actions=tuple((a, w) for a, w in data["actions"]),
                labels=labels,
            )
        except (KeyError, TypeError, ValueError, AttributeError) as problem:
            raise PolicyError(
                f"The action encoder's file is damaged ({problem}).", remedy="Restore it together with its policy."
            ) from problem
        return made

    def _encoded(self, variants: Sequence[Variant]) -> F64:
        """(V, p) with the window columns zero."""
        if not variants:
            return np.zeros((0, len(self.labels)))
        levers = _levers(variants)
        parts = [np.array([[v == level for level in names] for v in levers[lever]], float) for lever, names in self.levels.items() if names]
        if self.value_scale:
            parts.append(np.array([[self._size(v)] for v in variants]))
        parts.append((_embed(variants) - self.text_mean) @ self.text_directions)
        made = np.concatenate(parts, axis=1)
        return np.concatenate([made, np.zeros((len(variants), len(self.labels) - made.shape[1]))], axis=1)

    def _size(self, variant: Variant) -> float:
        """The incentive's value as a share of the largest of its kind."""
        offer = variant.incentive
        return min(offer.value / self.value_scale[offer.kind], 2.0) if offer and offer.kind in self.value_scale else 0.0


def _levers(variants: Sequence[Variant]) -> dict[str, list[str]]:
    return {
        "channel": [v.channel for v in variants],
        "theme": [v.theme for v in variants],
        "tone": [v.tone for v in variants],
        "product": [v.product or "" for v in variants],
        "incentive": [v.incentive.kind if v.incentive else "" for v in variants],
    }


def _embed(variants: Sequence[Variant]) -> F64:
    """(V, 256) unit vectors of what a customer reads, links left out."""
    texts = [" ".join(t for name, t in v.texts().items() if name != "cta.url") for v in variants]
    return np.asarray(model().embed(texts, norm=True), np.float64)
