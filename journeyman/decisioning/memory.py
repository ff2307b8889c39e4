"""What a policy remembers of the past: the newest decisions with their rewards, each under an id of its own.

The remembered rows are the sufficient data: a refit on them is exact, a reward that comes late replaces what was taught before it, and two
memories merge by union (map-reduce), a row both know counted once, in its latest correction. Forgetting is by two numbers: `limit` rows are
kept, the oldest go first; with `half_life`, a row weighs half as much after that many later decisions. Rows are in canonical order (serial
of the batch they came in, then id), so merging is commutative.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from journeyman.decisioning.draws import mix

U64 = NDArray[np.uint64]
COLUMNS = ("contexts", "action", "reward", "ids", "serials", "times")


@dataclass(frozen=True)
class Memory:
    """contexts (N, d) f32, action (N,) i32, reward (N,) f64, ids (N,) u64, serials (N,) i64, times taught (N,) i64; `seen` rows ever."""

    contexts: NDArray[np.float32]
    action: NDArray[np.int32]
    reward: NDArray[np.float64]
    ids: U64
    serials: NDArray[np.int64]
    times: NDArray[np.int64]
    seen: int = 0

    @classmethod
    def empty(cls, width: int) -> Memory:
        """Nothing remembered yet; contexts of `width` numbers."""
        i64 = np.empty(0, np.int64)
        return cls(np.empty((0, width), np.float32), np.empty(0, np.int32), np.empty(0), np.empty(0, np.uint64), i64, i64)

    def __len__(self) -> int:
        return len(self.action)

    def with_batch(
        self,
        contexts: NDArray[np.float32],
        action: NDArray[np.int32],
        reward: NDArray[np.float64],
        salt: int,
        limit: int,
        ids: U64 | None = None,
    ) -> Memory:
        """A new batch appended; the oldest rows beyond `limit` forgotten. Rows with an id known already are corrected where they stand.

        Without `ids` (unique numbers) rows are named after the batch's content and place, so that the same batch learned by two policies
        of one history is one, and two halves of a log are two.
        """
        serial = int(self.serials.max(initial=-1)) + 1
        names = _named(contexts, action, reward, f"{salt}:{serial}:{len(action)}") if ids is None else ids
        order = np.argsort(self.ids, kind="stable")
        place = order[np.minimum(np.searchsorted(self.ids, names, sorter=order), len(order) - 1)] if len(order) else np.zeros(0, np.intp)
        known = self.ids[place] == names if len(order) else np.zeros(len(names), bool)
        old = self._corrected(place[known], contexts[known], action[known], reward[known]) if known.any() else self
        new, count = ~known, int((~known).sum())
        serials, once = np.full(count, serial, np.int64), np.ones(count, np.int64)
        batch = Memory(contexts[new], action[new], reward[new], names[new], serials, once)
        return _joined([old, batch], self.seen + count, limit)

    def union(self, other: Memory, limit: int) -> Memory:
        """Both memories' rows, each once; of two corrections of a row that of whoever was told more often (if equal, the larger reward)."""
        both = _stacked([self, other])
        order = np.lexsort((-both.reward, -both.times, both.ids))
        first = np.ones(len(order), bool)
        first[1:] = np.diff(both.ids[order]) != 0
        shared = int((~first).sum())
        return _joined([_taken(both, order[first])], self.seen + other.seen - shared, limit)

    def weights(self, half_life: float | None) -> NDArray[np.float64]:
        """(N,): 1 for the newest row, halved every `half_life` rows back; all 1 without."""
        if half_life is None:
            return np.ones(len(self))
        return np.exp2(-np.arange(len(self) - 1, -1, -1) / half_life)

    def _corrected(
        self, rows: NDArray[np.intp], contexts: NDArray[np.float32], action: NDArray[np.int32], reward: NDArray[np.float64]
    ) -> Memory:
        x, a, r, t = self.contexts.copy(), self.action.copy(), self.reward.copy(), self.times.copy()
        x[rows], a[rows], r[rows] = contexts, action, reward
        t[rows] += 1
        return replace(self, contexts=x, action=a, reward=r, times=t)


def _named(contexts: NDArray[np.float32], action: NDArray[np.int32], reward: NDArray[np.float64], salt: str) -> U64:
    digest = hashlib.sha256(salt.encode())
    for array in (contexts, action, reward):
        digest.update(np.ascontiguousarray(array).tobytes())
    start: U64 = np.frombuffer(digest.digest()[:8], np.uint64)
    return mix(np.add(start, np.arange(len(action), dtype=np.uint64), dtype=np.uint64))


def _stacked(parts: list[Memory]) -> Memory:
    columns: dict[str, Any] = {name: np.concatenate([getattr(p, name) for p in parts]) for name in COLUMNS}
    return Memory(**columns)


def _taken(memory: Memory, rows: NDArray[np.intp]) -> Memory:
    columns: dict[str, Any] = {name: getattr(memory, name)[rows] for name in COLUMNS}
    return Memory(**columns)


def _joined(parts: list[Memory], seen: int, limit: int) -> Memory:
    """Rows of all parts in canonical order, the newest `limit` of them."""
    whole = _stacked(parts)
    order = np.lexsort((whole.ids, whole.serials))
    return replace(_taken(whole, order[max(len(order) - limit, 0) :]), seen=seen)
