"""What customers wrote, as a few numbers: each text's embedding (wordllama, weights in the package), reduced by SVD, averaged.

The axes are learned once, from texts before a moment, and kept: a later text moves a customer, never the axes. Text is only ever counted
and measured here; nothing of it is shown or followed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from journeyman.embedding import model
from journeyman.features.staging import DAY, Ground, Moment
from journeyman.features.table import Column

AXES, LONGEST = 8, 2_000


class TextFeatures:
    """`texts` is the clean table. `until` (epoch seconds) ends the texts the axes are learned from; None takes all."""

    def __init__(self, place: Ground, texts: Any, until: int | None) -> None:
        known = texts.inner_join(place.people.select("customer", "customer_id"), "customer_id")
        known = known.select("customer", "row", "text", micros=_micros(known.timestamp)).order_by("micros", "customer", "row").to_pyarrow()
        self.n, self.who, self.micros = len(place.ids), known["customer"].to_numpy(), known["micros"].to_numpy()
        vectors = _embed([t[:LONGEST] for t in known["text"].to_pylist()])  # (m, 256)
        learned = vectors if until is None else vectors[: np.searchsorted(self.micros, until * 1_000_000)]
        self.vectors = np.empty((len(vectors), 0))  # (m, k)
        if len(learned) > 1:  # einsum, not a matrix product: a row's rounding must not depend on how many rows there are
            self.vectors = np.einsum("ij,jk->ik", vectors - learned.mean(axis=0), _axes(learned))
        self.columns = [Column("texts_total", "Texts the customer wrote", "texts", "texts")]
        self.columns += [Column("days_since_last_text", "Days since the customer last wrote", "days", "texts")]
        for n in range(1, self.vectors.shape[1] + 1):
            self.columns += [Column(f"text_axis_{n}", f"What the customer writes about, axis {n} (learned)", "number", "texts")]

    def fill(self, moment: Moment) -> dict[str, NDArray[np.float64]]:
        """Every column's values (n,) by name."""
        end = int(np.searchsorted(self.micros, int(moment.as_of.timestamp() * 1_000_000)))
        who, count, last = self.who[:end], np.zeros(self.n), np.full(self.n, np.nan)
        np.add.at(count, who, 1)
        np.fmax.at(last, who, self.micros[:end] / 1_000_000)
        sums = np.zeros((self.n, self.vectors.shape[1]))
        np.add.at(sums, who, self.vectors[:end])
        means = np.divide(sums, count[:, None], out=np.full_like(sums, np.nan), where=count[:, None] > 0)
        found = {"texts_total": count, "days_since_last_text": (moment.second - last) / DAY}
        return found | {f"text_axis_{n + 1}": means[:, n] for n in range(means.shape[1])}


def _micros(timestamp: Any) -> Any:
    return timestamp.epoch_seconds().cast("float64").floor().cast("int64") * 1_000_000 + timestamp.microsecond()


def _embed(texts: list[str]) -> NDArray[np.float64]:
    if not texts:
        return np.empty((0, 1))
    found = np.asarray(model().embed(texts, batch_size=1), np.float64)  # one by one: padding would change a text's last bits
    size = np.linalg.norm(found, axis=1, keepdims=True)
    unit: NDArray[np.float64] = np.divide(found, size, out=np.zeros_like(found), where=size > 0)
    return unit


def _axes(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """(dim, k) main directions of centred `vectors`, each with its largest part positive."""
    _, size, right = np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)
    main = right[: min(AXES, int((size > 1e-9).sum()))].T
    return np.asarray(main * np.sign(main[np.abs(main).argmax(axis=0), np.arange(main.shape[1])]))
