"""Counter-based randomness: a row's luck is a pure function of (seed, key).

Not a stream: nothing here depends on row order, chunking or the number of threads, so any single row can be drawn again. The mixing is
SplitMix64's finaliser (Steele, Lea, Flood 2014), exact in unsigned 64-bit arithmetic on every machine.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
U64 = NDArray[np.uint64]


class Luck(NamedTuple):
    """What a row draws: three independent numbers, each (n,) uint64."""

    model: U64
    coin: U64
    place: U64


def mix(value: U64) -> U64:
    """SplitMix64's finaliser, elementwise (wraps around)."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def luck(seed: int, keys: U64) -> Luck:
    """The three draws of every key under `seed` (any integer; taken modulo 2⁶⁴)."""
    start = mix(mix(np.array([(seed + _GOLDEN) & _MASK], dtype=np.uint64)) ^ mix(keys + np.uint64(_GOLDEN)))
    return Luck(*(mix(start + np.uint64((n * _GOLDEN) & _MASK)) for n in (1, 2, 3)))


def unit(value: U64) -> NDArray[np.float64]:
    """Numbers in [0, 1) from the upper 53 bits."""
    return (value >> np.uint64(11)).astype(np.float64) * 2.0**-53
