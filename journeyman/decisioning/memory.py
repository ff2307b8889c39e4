"""What a policy remembers of the past: the newest decisions with their rewards, in batches.

The remembered rows are the sufficient data: a refit on them is exact, and two memories merge by union (map-reduce), a batch both know
counted once. Forgetting is by two numbers: `limit` rows are kept, the oldest batches go first; with `half_life`, a row weighs half as much
after that many later decisions. Rows are in canonical order (batch serial, then batch name), so merging is commutative.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Memory:
    """contexts (N, d) f32, action (N,) i32, reward (N,) f64; batch names (B,) u64, serials (B,) i64, sizes (B,) i64; `seen` rows ever."""

    contexts: NDArray[np.float32]
    action: NDArray[np.int32]
    reward: NDArray[np.float64]
    names: NDArray[np.uint64]
    serials: NDArray[np.int64]
    sizes: NDArray[np.int64]
    seen: int = 0

    @classmethod
    def empty(cls, width: int) -> Memory:
        """Nothing remembered yet; contexts of `width` numbers."""
        i64 = np.empty(0, np.int64)
        return cls(np.empty((0, width), np.float32), np.empty(0, np.int32), np.empty(0), np.empty(0, np.uint64), i64, i64)

    def __len__(self) -> int:
        return len(self.action)

    def with_batch(
        self, contexts: NDArray[np.float32], action: NDArray[np.int32], reward: NDArray[np.float64], salt: int, limit: int
    ) -> Memory:
        """A new batch appended; the oldest rows beyond `limit` forgotten."""
        serial = int(self.serials.max(initial=-1)) + 1
        digest = hashlib.sha256(f"{salt}:{serial}:{len(action)}".encode())
        for array in (contexts, action, reward):
            digest.update(np.ascontiguousarray(array).tobytes())
        name = np.frombuffer(digest.digest()[:8], np.uint64)
        batch = Memory(contexts, action, reward, name, np.array([serial]), np.array([len(action)]), len(action))
        return _joined([self, batch], self.seen + len(action), limit)

    def union(self, other: Memory, limit: int) -> Memory:
        """Both memories' batches, each once."""
        known = set(self.names.tolist())
        fresh = np.array([n not in known for n in other.names.tolist()], dtype=bool)
        rows = np.repeat(fresh, other.sizes)
        new = Memory(
            other.contexts[rows], other.action[rows], other.reward[rows], other.names[fresh], other.serials[fresh], other.sizes[fresh]
        )
        shared = int(other.sizes[~fresh].sum())
        return _joined([self, new], self.seen + other.seen - shared, limit)

    def weights(self, half_life: float | None) -> NDArray[np.float64]:
        """(N,): 1 for the newest row, halved every `half_life` rows back; all 1 without."""
        if half_life is None:
            return np.ones(len(self))
        return np.exp2(-np.arange(len(self) - 1, -1, -1) / half_life)


def _joined(parts: list[Memory], seen: int, limit: int) -> Memory:
    names, serials, sizes = (np.concatenate([getattr(p, f) for p in parts]) for f in ("names", "serials", "sizes"))
    order = np.lexsort((names, serials))
    begin = (np.cumsum(sizes) - sizes)[order]
    names, serials, sizes = names[order], serials[order], sizes[order]
    excess = max(int(sizes.sum()) - limit, 0)
    rows = (np.arange(sizes.sum()) + np.repeat(begin - (np.cumsum(sizes) - sizes), sizes))[excess:]
    gone = np.minimum(np.maximum(excess - (np.cumsum(sizes) - sizes), 0), sizes)  # rows lost of each batch
    keep = sizes > gone
    contexts, action, reward = (np.concatenate([getattr(p, f) for p in parts])[rows] for f in ("contexts", "action", "reward"))
    return Memory(contexts, action, reward, names[keep], serials[keep], (sizes - gone)[keep], seen)
