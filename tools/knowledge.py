"""What the agents may look up: passages of the brand guide by meaning, and whether a text is too close to one that exists.

Chroma keeps the vectors; wordllama makes them (256 float32, unit length, weights in the wheel: no download). Chroma's index is approximate,
so it only proposes: the exact cosine, in order of arrival, decides. The same texts in the same order give the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from journeyman.embedding import model

THRESHOLD = 0.9
"""Cosine from which two texts count as the same; see docs/models.md for what it means on real copy."""
BATCH = 5_000
"""Chroma takes at most 5,461 rows at once."""
PROPOSED = 10
"""Neighbours Chroma is asked for; one above the threshold is enough."""
_INDEX = {"hnsw:space": "cosine", "hnsw:num_threads": 1, "hnsw:construction_ef": 200, "hnsw:search_ef": 200}
_ephemeral = count()


def embed(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """(n, 256) float32, rows of unit length (a text without known words: zeros)."""
    if not texts:
        return np.zeros((0, 256), np.float32)
    rows = np.asarray(model().embed(list(texts), norm=False), np.float32)  # (n, 256)
    length = np.linalg.norm(rows, axis=1, keepdims=True)  # (n, 1)
    unit: npt.NDArray[np.float32] = rows / np.maximum(length, np.float32(1e-12))
    return unit


def _collection(path: Path | None, name: str) -> Any:
    """A collection that lasts in a folder, or (None) one of this process alone."""
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    if path is None:
        return chromadb.EphemeralClient(settings=settings).create_collection(
            f"{name}-{next(_ephemeral)}", metadata=_INDEX, embedding_function=None
        )
    client = chromadb.PersistentClient(path=str(path), settings=settings)
    return client.get_or_create_collection(name, metadata=_INDEX, embedding_function=None)


class Knowledge:
    """Passages of the brand guide. `path`: a folder to keep them in; None: memory."""

    def __init__(self, path: Path | None = None) -> None:
        self._passages = _collection(path, "knowledge")

    def add(self, texts: Iterable[str]) -> int:
        """Takes Markdown texts, a passage per paragraph (a heading goes with what follows it). Known ones are not added twice.
        Returns how many passages there are."""
        found = dict.fromkeys(passage for text in texts for passage in _paragraphs(text))
        for start in range(0, len(found), BATCH):
            part = list(found)[start : start + BATCH]
            ids = [sha256(passage.encode()).hexdigest()[:32] for passage in part]
            self._passages.upsert(ids=ids, documents=part, embeddings=embed(part))
        return int(self._passages.count())

    def passages(self, query: str, k: int = 5) -> list[str]:
        """The `k` passages nearest in meaning, nearest first."""
        k = min(k, self._passages.count())
        if k < 1:
            return []
        found = self._passages.query(query_embeddings=embed([query]), n_results=k, include=["documents"])
        return [str(text) for text in found["documents"][0]]


class NearDuplicates:
    """Which texts say nothing new. Channels are kept apart. `path`: a folder to remember in; None: memory."""

    def __init__(self, path: Path | None = None, *, threshold: float = THRESHOLD) -> None:
        self._path = path
        self._threshold = threshold
        self._kept: dict[str, Any] = {}

    @staticmethod
    def warm() -> None:
        """Loads what the first comparison needs, which takes seconds: for a thread that has nothing else to do."""
        import chromadb  # noqa: F401

        embed(["warm"])

    def add_if_new(self, channel: str, ids: Sequence[str], texts: Sequence[str]) -> list[bool]:
        """For each text whether it is new on its channel; new ones are remembered and hold against later ones, in this call too.
        An id remembered already is new again, so that a repeated call changes nothing. Raises ValueError on repeated ids."""
        if len(set(ids)) != len(ids):
            raise ValueError("ids must differ from one another")
        if not ids:
            return []
        kept = self._of(channel)
        known = set(kept.get(ids=list(ids), include=[])["ids"])
        vectors = embed(texts)  # (n, 256)
        close = self._close_to_kept(kept, vectors)  # (n,) bool
        chosen: list[int] = []  # rows of this call that are new
        answer = []
        for row, id_ in enumerate(ids):
            new = id_ in known or not (close[row] or (chosen and bool((vectors[chosen] @ vectors[row]).max() >= self._threshold)))
            answer.append(new)
            if new and id_ not in known:
                chosen.append(row)
        for start in range(0, len(chosen), BATCH):
            part = chosen[start : start + BATCH]
            kept.add(ids=[ids[i] for i in part], embeddings=vectors[part])
        return answer

    def keep(self, items: Iterable[tuple[str, str, str]]) -> dict[str, bool]:
        """`add_if_new` for (channel, id, text) of any channels, in order: id → whether it is new."""
        by_channel: dict[str, dict[str, str]] = {}
        for channel, id_, text in items:
            by_channel.setdefault(channel, {})[id_] = text
        return {
            id_: new
            for channel, texts in by_channel.items()
            for id_, new in zip(texts, self.add_if_new(channel, list(texts), list(texts.values())), strict=True)
        }

    def _close_to_kept(self, kept: Any, vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
        total = kept.count()
        close = np.zeros(len(vectors), bool)
        for start in range(0, len(vectors) if total else 0, BATCH):
            part = vectors[start : start + BATCH]
            found = kept.query(query_embeddings=part, n_results=min(PROPOSED, total), include=["embeddings"])
            for row, proposed in enumerate(found["embeddings"]):
                close[start + row] = (np.asarray(proposed, np.float32) @ part[row]).max() >= self._threshold
        return close

    def _of(self, channel: str) -> Any:
        if channel not in self._kept:
            self._kept[channel] = _collection(self._path, f"copy-{channel}")
        return self._kept[channel]


def _paragraphs(text: str) -> list[str]:
    passages: list[str] = []
    heading = ""
    for part in (p.strip() for p in text.split("\n\n")):
        if part.startswith("#") and "\n" not in part:
            heading = part.lstrip("# ")
        elif part:
            passages.append(f"{heading}: {part}" if heading else part)
    return passages
