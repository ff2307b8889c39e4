"""Counter-based randomness: a number is a hash of what it is for, so replaying any part of a history gives the same numbers.

No generator, no state, no order. SplitMix64's finaliser (Steele, Lea, Flood, OOPSLA 2014) folded over the parts of a key.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

Keys = NDArray[np.uint64]
_STEP, _A, _B = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def key(text: str) -> int:
    """64 bits of a text's hash."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def keys(texts: list[str]) -> Keys:
    """`key` of each text, (n,)."""
    return np.array([key(t) for t in texts], np.uint64)


def mix(*parts: ArrayLike | str) -> Keys:
    """One 64-bit number per element of the broadcast parts (integers or texts; order matters)."""
    state: Keys = np.zeros(1, np.uint64)
    with np.errstate(over="ignore"):
        for part in parts:
            word = np.asarray(key(part) if isinstance(part, str) else part).astype(np.uint64)
            state = (state ^ word) + _STEP
            state = (state ^ (state >> np.uint64(30))) * _A
            state = (state ^ (state >> np.uint64(27))) * _B
            state = state ^ (state >> np.uint64(31))
    return state


def uniform(*parts: ArrayLike | str) -> NDArray[np.float64]:
    """Numbers in the open interval (0, 1), one per element of the broadcast parts."""
    return ((mix(*parts) >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


def normal(*parts: ArrayLike | str) -> NDArray[np.float64]:
    """Standard normal numbers, one per element of the broadcast parts."""
    return np.asarray(ndtri(uniform(*parts)), np.float64)
