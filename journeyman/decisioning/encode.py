"""From features and variants to the arrays a policy eats.

`ContextEncoder` (here) turns the wide feature table into `dim` numbers of unit scale per customer; `ActionEncoder` (`encode_actions`) turns
variants × send windows into one row of attributes each. Both are fitted once, kept as JSON beside the policy and never refitted under it:
a policy's numbers mean what they meant when it learned them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from journeyman.decisioning.encode_actions import ActionEncoder
from journeyman.errors import PolicyError, SchemaShift

__all__ = ["ActionEncoder", "ContextEncoder"]

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
CLIP = (0.01, 0.99)
"""Values beyond these quantiles count as the quantile."""
TOLERATED = 0.1
"""Share of the columns that may be lost before nothing is decided any more: each counts as unknown for everybody."""
MOVED = (1.0, 0.3)
"""A column has moved when its mean is further than this from what was fitted, in standard deviations, or when it is known for a share of
customers that has changed by more than the second."""
GAPS = (0.02, 0.98)
"""A column missing for a share of customers between these gets an indicator of its own."""


@dataclass(frozen=True)
class ContextEncoder:
    """Columns are clipped at quantiles, long tails bent by a logarithm, centred and scaled; a missing value becomes the average, and an
    indicator says so where that is common. Pinned columns stay themselves; the others (with the indicators) are rotated into the
    directions of greatest variance, their scale between raw and equal (the square root of the singular values)."""

    columns: tuple[str, ...]
    """The m columns used, by name."""
    low: F64  # (m,)
    high: F64  # (m,)
    bent: NDArray[np.bool_]  # (m,)
    mean: F64  # (m,)
    scale: F64  # (m,)
    gaps: tuple[int, ...]
    """Columns with a missing indicator, g of them."""
    gap_mean: F64  # (g,)
    loadings: F64
    """(m + g, d): what each scaled column and indicator brings to each context number."""
    labels: tuple[str, ...]
    """d names for people: a pinned column's, or the columns that weigh most."""

    @classmethod
    def fit(cls, names: Sequence[str], matrix: NDArray[Any], pinned: Sequence[str] = (), dim: int = 24) -> ContextEncoder:
        """Fit on `matrix` (n, m), NaN where missing, with columns `names`. `dim` numbers at most, `pinned` ones first.

        Raises PolicyError on wrong shapes, infinite values, unknown pinned names or when nothing varies.
        """
        table = _checked(names, matrix)
        if unknown := [p for p in pinned if p not in names]:
            raise PolicyError(f"Pinned columns are not in the table: {', '.join(unknown)}.", remedy="Pin features of the catalogue.")
        if dim < max(len(pinned), 1):
            raise PolicyError(f"dim {dim} is less than the {len(pinned)} pinned columns.", remedy="Raise dim or pin fewer.")
        known = np.isfinite(table)
        quantiles = np.array([np.quantile(c[k], CLIP) if k.any() else (0.0, 0.0) for c, k in zip(table.T, known.T, strict=True)])
        low, high = quantiles.reshape(-1, 2).T
        rare = (low == high) & known.any(axis=0)  # a rare event: its quantiles are equal, its extremes are not
        low[rare] = np.nanmin(table[:, rare], axis=0, initial=np.inf)
        high[rare] = np.nanmax(table[:, rare], axis=0, initial=-np.inf)
        use = np.array([high[j] > low[j] or name in pinned for j, name in enumerate(names)])
        if not use.any():
            raise PolicyError("No feature varies among these customers.", remedy="Check the data mapping, or widen the audience.")
        table, known, low, high = table[:, use], known[:, use], low[use], high[use]
        columns = tuple(n for n, u in zip(names, use, strict=True) if u)
        gaps = tuple(int(j) for j in np.flatnonzero((known.mean(axis=0) > 1 - GAPS[1]) & (known.mean(axis=0) < 1 - GAPS[0])))
        bent = _long_tailed(table, known, low, high)
        shaped = _bend(np.clip(np.where(known, table, low), low, high), low, bent)
        mean = np.array([c[k].mean() if k.any() else 0.0 for c, k in zip(shaped.T, known.T, strict=True)])
        scale = np.array([c[k].std() if k.any() else 0.0 for c, k in zip(shaped.T, known.T, strict=True)])
        scale[scale < 1e-9] = 1.0
        encoder = cls(columns, low, high, bent, mean, scale, gaps, (~known[:, gaps]).mean(axis=0), np.empty((0, 0)), ())
        return encoder._rotated(encoder._scaled(table), pinned, dim)

    def encode(self, names: Sequence[str], matrix: NDArray[Any]) -> F32:
        """(n, d) contexts of `matrix` (n, m') with columns `names` in any order; other columns are ignored. A few lost columns count as
        unknown (see `moved`); raises SchemaShift when more than TOLERATED of them are."""
        scaled = self.scaled(names, matrix)
        out = np.zeros((len(scaled), self.loadings.shape[1]))
        for j in range(scaled.shape[1]):  # a fixed order of addition: a customer's context is the same alone and in a crowd
            out += scaled[:, j : j + 1] * self.loadings[j]
        return out.astype(np.float32)

    def scaled(self, names: Sequence[str], matrix: NDArray[Any]) -> F64:
        """(n, m + g): the columns of `inputs` before they are rotated into contexts. Raises SchemaShift."""
        return self._scaled(self._taken(names, matrix))

    def moved(self, names: Sequence[str], matrix: NDArray[Any]) -> list[str]:
        """In words, what is no longer as it was when this encoder was fitted: columns lost, and columns whose mean or share of known values
        has moved far (MOVED). Empty when all is well. Raises SchemaShift."""
        table, lost = self._taken(names, matrix), set(self.columns) - set(names)
        found = [f"{name} is gone: it counts as unknown" for name in self.columns if name in lost]
        known = np.isfinite(table)
        scaled, unknown = self._scaled(table)[:, : len(self.columns)], dict(zip(self.gaps, self.gap_mean, strict=True))
        for j, name in enumerate(self.columns):
            if not len(table) or name in lost:
                continue
            share, before = float(known[:, j].mean()), 1 - float(unknown.get(j, 0.0))
            middle = float(scaled[known[:, j], j].mean()) if known[:, j].any() else 0.0
            if before - share > MOVED[1]:
                found.append(f"{name} is known for {share:.0%} of the customers")
            elif abs(middle) > MOVED[0]:
                found.append(
                    f"{name} is {abs(middle):.1f} standard deviations {'higher' if middle > 0 else 'lower'} than when the journey began"
                )
        return found

    def _taken(self, names: Sequence[str], matrix: NDArray[Any]) -> F64:
        """(n, m): the encoder's columns, NaN for a lost one. Raises SchemaShift."""
        table = _checked(names, matrix)
        place = {name: j for j, name in enumerate(names)}
        lost = [c for c in self.columns if c not in place]
        if len(lost) > TOLERATED * len(self.columns):
            shown = ", ".join(lost[:5]) + (" …" if len(lost) > 5 else "")
            raise SchemaShift(
                f"{len(lost)} of the {len(self.columns)} features the policy was taught on are missing: {shown}.",
                remedy="Restore the columns in journeyman.yaml, or start a new policy.",
            )
        padded = np.column_stack([table, np.full(len(table), np.nan)])
        return padded[:, [place.get(c, len(names)) for c in self.columns]]

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the rows of `loadings`."""
        return (*self.columns, *(f"{self.columns[j]} unknown" for j in self.gaps))

    @property
    def fingerprint(self) -> str:
        """Changes whenever any encoded number could."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).hexdigest()[:16]

    def to_json(self) -> dict[str, Any]:
        """Plain lists; floats survive exactly."""
        return {k: v.tolist() if isinstance(v, np.ndarray) else list(v) for k, v in self.__dict__.items()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> ContextEncoder:
        """What `to_json` gave. Raises PolicyError."""
        try:
            arrays = {k: np.array(data[k], dtype=np.float64) for k in ("low", "high", "mean", "scale", "gap_mean", "loadings")}
            made = cls(
                columns=tuple(data["columns"]), bent=np.array(data["bent"], dtype=bool), gaps=tuple(data["gaps"]),
                labels=tuple(data["labels"]), **arrays,
            )  # fmt: skip
            if made.loadings.shape != (len(made.inputs), len(made.labels)) or any(
                a.shape != (len(made.columns),) for a in (made.low, made.high, made.bent, made.mean, made.scale)
            ):
                raise ValueError("array shapes do not agree")
        except (KeyError, TypeError, ValueError, IndexError) as problem:
            raise PolicyError(
                f"The context encoder's file is damaged ({problem}).", remedy="Restore it together with its policy."
            ) from problem
        return made

    def _scaled(self, table: F64) -> F64:
        """(n, m + g): columns at unit scale, then missing indicators, all centred."""
        known = np.isfinite(table)
        shaped = _bend(np.clip(np.where(known, table, self.low), self.low, self.high), self.low, self.bent)
        values = np.where(known, (shaped - self.mean) / self.scale, 0.0)
        return np.concatenate([values, (~known[:, self.gaps]) - self.gap_mean], axis=1)

    def _rotated(self, scaled: F64, pinned: Sequence[str], dim: int) -> ContextEncoder:
        """With loadings: pinned columns as they are, the rest along its principal directions."""
        inputs = self.inputs
        kept = [self.columns.index(p) for p in dict.fromkeys(pinned)]
        rest = [j for j in range(len(inputs)) if j not in kept]
        loadings, labels = np.zeros((len(inputs), len(kept))), [inputs[j] for j in kept]
        loadings[kept, range(len(kept))] = 1.0
        wanted = dim - len(kept)
        if rest and wanted:
            values, vectors = np.linalg.eigh(scaled[:, rest].T @ scaled[:, rest] / len(scaled))
            order = np.argsort(-values, kind="stable")[:wanted]
            values, vectors = values[order], vectors[:, order]
            good = values > 1e-6 * max(values[0], 1e-12)
            values, vectors = values[good], vectors[:, good]
            vectors = vectors * np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(len(values))])
            size = values**0.25  # wanted standard deviations, up to a common factor
            turned = vectors / np.sqrt(values) * size / np.sqrt((size**2).mean())
            block = np.zeros((len(inputs), len(values)))
            block[rest] = turned
            loadings = np.concatenate([loadings, block], axis=1)
            labels += [_mixture([inputs[j] for j in rest], v) for v in vectors.T]
        return ContextEncoder(**{**self.__dict__, "loadings": loadings, "labels": tuple(labels)})


def _checked(names: Sequence[str], matrix: NDArray[Any]) -> F64:
    table = np.asarray(matrix, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] != len(names) or len(set(names)) != len(names):
        raise PolicyError(f"{len(names)} names for a table of shape {table.shape}.", remedy="Give every column one name of its own.")
    if (wild := np.isinf(table)).any():
        named = ", ".join(str(names[j]) for j in np.flatnonzero(wild.any(axis=0))[:5])
        raise PolicyError(f"The feature table holds infinite values: {named}.", remedy="Leave unknown values missing (NaN).")
    return table


def _long_tailed(table: F64, known: NDArray[np.bool_], low: F64, high: F64) -> NDArray[np.bool_]:
    """Columns whose median lies in the lowest sixth of their clipped range."""
    middle = np.array([np.median(c[k]) if k.any() else 0.0 for c, k in zip(table.T, known.T, strict=True)])
    return np.asarray((high - low > 2.0) & (middle - low < (high - low) / 6))


def _bend(values: F64, low: F64, bent: NDArray[np.bool_]) -> F64:
    return np.where(bent, np.log1p(np.maximum(values - low, 0.0)), values)


def _mixture(names: list[str], vector: F64) -> str:
    """`orders_90d + revenue_90d - days_since_last_order`: the three that weigh most, sign of the first positive."""
    top = np.argsort(-np.abs(vector), kind="stable")[:3]
    top = top[np.abs(vector[top]) >= 0.5 * np.abs(vector[top[0]])]
    return "".join((" + " if vector[j] > 0 else " - ") + names[j] for j in top).removeprefix(" + ")
