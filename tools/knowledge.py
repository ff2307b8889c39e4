"""What the agents may look up: passages of the brand guide by meaning, and whether a text is too close to one that exists.

wordllama makes the vectors (256 float32, unit length, weights in the wheel: no download). Passages are kept in Chroma. Copy is compared by
the exact cosine, in order of arrival: the same texts in the same order give the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
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
BLOCK = 1_000
"""Texts compared at once."""
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


def _passages(path: Path | None) -> Any:
    """A collection that lasts in a folder, or (None) one of this process alone."""
    if path is None:
        return _client(None).create_collection(f"knowledge-{next(_ephemeral)}", metadata=_INDEX, embedding_function=None)
    return _client(path).get_or_create_collection("knowledge", metadata=_INDEX, embedding_function=None)


@cache
def _client(path: Path | None) -> Any:
    """The process's client of a folder, or of memory: Chroma keeps one of each anyway, and takes its time to find it."""
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    return chromadb.EphemeralClient(settings=settings) if path is None else chromadb.PersistentClient(path=str(path), settings=settings)


class Knowledge:
    """Passages of the brand guide. `path`: a folder to keep them in; None: memory."""

    def __init__(self, path: Path | None = None) -> None:
        self._passages = _passages(path)

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
        return self.nearest([query], k)[0]

    def nearest(self, queries: Sequence[str], k: int) -> list[list[str]]:
        """`passages` for each query, looked up in one go."""
        k = min(k, self._passages.count())
        if k < 1 or not queries:
            return [[] for _ in queries]
        found = self._passages.query(query_embeddings=embed(queries), n_results=k, include=["documents"])
        return [[str(text) for text in texts] for texts in found["documents"]]


class NearDuplicates:
    """Which texts say nothing new, by the exact cosine. Channels are kept apart. Remembers as long as it lives."""

    def __init__(self, *, threshold: float = THRESHOLD) -> None:
        self._threshold = threshold
        self._kept: dict[str, dict[str, npt.NDArray[np.float32]]] = {}
        self._read: dict[str, npt.NDArray[np.float32]] = {}

    def read_ahead(self, texts: Sequence[str]) -> None:
        """Makes texts ready for a comparison that comes later."""
        new = [text for text in dict.fromkeys(texts) if text not in self._read]
        self._read |= zip(new, embed(new), strict=True)

    def add_if_new(self, channel: str, ids: Sequence[str], texts: Sequence[str]) -> list[bool]:
        """For each text whether it is new on its channel; new ones are remembered and hold against later ones, in this call too.
        An id remembered already is new again, so that a repeated call changes nothing. Raises ValueError on repeated ids."""
        if len(set(ids)) != len(ids):
            raise ValueError("ids must differ from one another")
        self.read_ahead(texts)
        kept, answer = self._kept.setdefault(channel, {}), list[bool]()
        for start in range(0, len(ids), BLOCK):
            part = ids[start : start + BLOCK]
            vectors = np.stack([self._read[text] for text in texts[start : start + BLOCK]])  # (b, 256)
            known = [id_ in kept for id_ in part]
            before = np.stack([*kept.values()]) if kept else np.zeros((0, 256), np.float32)  # (k, 256)
            close = [bool(row.any()) for row in vectors @ before.T >= self._threshold]
            alike = vectors @ vectors.T >= self._threshold  # (b, b)
            chosen = np.zeros(len(part), bool)  # new ones of this part so far
            for row, id_ in enumerate(part):
                chosen[row] = not known[row] and not close[row] and not (alike[row] & chosen).any()
                if chosen[row]:
                    kept[id_] = vectors[row]
            answer += [bool(new) or was for new, was in zip(chosen, known, strict=True)]
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


def _paragraphs(text: str) -> list[str]:
    passages: list[str] = []
    heading = ""
    for part in (p.strip() for p in text.split("\n\n")):
        if part.startswith("#") and "\n" not in part:
            heading = part.lstrip("# ")
        elif part:
            passages.append(f"{heading}: {part}" if heading else part)
    return passages
