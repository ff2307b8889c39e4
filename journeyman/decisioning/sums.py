"""Compiled sums of products and the place of a maximum: what the race among actions spends its time on.

Every element is added up in one fixed order without re-association, so its bits do not depend on how much company it has. Not checked here:
shapes are the caller's.
"""

from __future__ import annotations

import numpy as np
from numba import njit, types
from numba.extending import intrinsic

_LEAST, _MAGNITUDE = np.int32(-(2**31)), np.int32(2**31 - 1)
FLAGS = {"nnan", "nsz"}  # lets comparisons run in vector registers; no re-association, no contraction but where `fma` says so


@intrinsic
def fma(_typing, _a, _b, _c):  # type: ignore[no-untyped-def]
    """a · b + c in single precision, rounded once: fast where the processor has it, and the same bits where it has not."""
    f = types.float32
    return f(f, f, f), lambda _context, builder, _signature, arguments: builder.fma(*arguments)


@njit(cache=True, fastmath=FLAGS, inline="never")
def add_products(factors, rows, out):  # type: ignore[no-untyped-def]
    """out (m,) += factors (r,) · rows (r, m): four rows a pass, always added in the same order."""
    count = factors.shape[0]
    j = 0
    while j + 4 <= count:
        a, b, c, e = factors[j], factors[j + 1], factors[j + 2], factors[j + 3]
        ra, rb, rc, re = rows[j], rows[j + 1], rows[j + 2], rows[j + 3]
        for t in range(out.shape[0]):
            out[t] = fma(e, re[t], fma(c, rc[t], fma(b, rb[t], fma(a, ra[t], out[t]))))
        j += 4
    while j < count:
        a, ra = factors[j], rows[j]
        for t in range(out.shape[0]):
            out[t] = fma(a, ra[t], out[t])
        j += 1


@njit(cache=True, fastmath=FLAGS, inline="never")
def add_products_to_four(factors, rows, out):  # type: ignore[no-untyped-def]
    """out (4, m) += factors (4, r) · rows (r, m): as `add_products` for each of four, bit for bit, but the rows are read once."""
    count = factors.shape[1]
    one, two, three, four = out[0], out[1], out[2], out[3]
    j = 0
    while j + 2 <= count:
        ra, rb = rows[j], rows[j + 1]
        a1, a2, a3, a4 = factors[0, j], factors[1, j], factors[2, j], factors[3, j]
        b1, b2, b3, b4 = factors[0, j + 1], factors[1, j + 1], factors[2, j + 1], factors[3, j + 1]
        for t in range(one.shape[0]):
            ya, yb = ra[t], rb[t]
            one[t] = fma(b1, yb, fma(a1, ya, one[t]))
            two[t] = fma(b2, yb, fma(a2, ya, two[t]))
            three[t] = fma(b3, yb, fma(a3, ya, three[t]))
            four[t] = fma(b4, yb, fma(a4, ya, four[t]))
        j += 2
    if j < count:
        for i in range(4):
            a, ra, here = factors[i, j], rows[j], out[i]
            for t in range(here.shape[0]):
                here[t] = fma(a, ra[t], here[t])


@njit(cache=True, inline="always")
def _ordered(bits, gate):  # type: ignore[no-untyped-def]
    """A float's bits as a whole number that compares like it; the least of all where the gate (-1 open, 0 shut) is shut."""
    value = np.int32(bits ^ (np.int32(bits >> 31) & _MAGNITUDE))
    return np.int32(np.int32(value & gate) | np.int32(_LEAST & ~gate))


@njit(cache=True, inline="never")
def best_place(bits, gate):  # type: ignore[no-untyped-def]
    """The first place of the greatest float, given as bits (m,), whose gate (m,) is open; -1 where none is. Whole numbers, and two passes,
    because both then run in vector registers."""
    top = _LEAST
    for t in range(bits.shape[0]):
        top = max(top, _ordered(bits[t], gate[t]))
    none = np.int32(bits.shape[0])
    place = none
    for t in range(none):
        place = min(place, np.int32(t) if _ordered(bits[t], gate[t]) == top else none)
    return place if gate[place] else -1
