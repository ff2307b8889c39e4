"""Arithmetic in vector registers for the compiled loops of `race`: products with a small matrix, matches of scores, a logistic function.

What stands here is compiled into those loops. Results do not depend on the width of the processor's registers: each lane adds up by itself,
in a fixed order, with fused multiply-adds that round once.
"""

from __future__ import annotations

from typing import Any

from llvmlite import binding, ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic


def _widest() -> tuple[int, int]:
    """Floats in a vector register, and how many registers a strip of draws takes for each of four units."""
    try:
        return (16, 4) if binding.get_host_cpu_features().get("avx512f") else (8, 2)
    except RuntimeError:  # a processor llvmlite cannot ask
        return 8, 2


LANES, VECTORS = _widest()
STRIP = LANES * VECTORS
FLAGS = {"nnan", "nsz"}  # lets comparisons run in vector registers; no re-association, no contraction but where `fma` says so
_ROUND = 6755399441055744.0  # 1.5 · 2⁵²: added and taken off again, it rounds to the nearest whole number


@intrinsic
def fma(_typing, _a, _b, _c):  # type: ignore[no-untyped-def]
    """a · b + c in single precision, rounded once: fast where the processor has it, and the same bits where it has not."""
    f = types.float32
    return f(f, f, f), lambda _context, builder, _signature, arguments: builder.fma(*arguments)


@intrinsic
def _bits(_typing, _value):  # type: ignore[no-untyped-def]
    """A double's bits as a whole number."""
    return types.int64(types.float64), lambda _c, builder, _s, a: builder.bitcast(a[0], ir.IntType(64))


@intrinsic
def _double(_typing, _value):  # type: ignore[no-untyped-def]
    """The double of these bits."""
    return types.float64(types.int64), lambda _c, builder, _s, a: builder.bitcast(a[0], ir.DoubleType())


@intrinsic
def four_strips(_typing, factors, places, rows, at, stride, count, start, starts, out, outs):  # type: ignore[no-untyped-def]
    """A strip is STRIP numbers in a row. For i of four, with all arrays flat and of single precision:
    strip of `out` at outs[i] = strip of `start` at starts[i] + Σ_j factors[places[i] + j] · strip of `rows` at at + j·stride, j < count,
    always added in the order of j."""

    def code(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        vector = ir.VectorType(ir.FloatType(), LANES)
        name = f"llvm.fma.v{LANES}f32"
        fused = cgutils.get_or_insert_function(builder.module, ir.FunctionType(vector, [vector] * 3), name)
        f, p, r, low, step, n, s, q, o, u = _data(context, builder, signature, arguments)
        p, q, u = (cgutils.unpack_tuple(builder, v) for v in (p, q, u))

        sums = [[cgutils.alloca_once(builder, vector) for _ in range(VECTORS)] for _ in range(4)]
        for i in range(4):
            for k in range(VECTORS):
                builder.store(builder.load(_lanes(builder, s, q[i], k), align=4), sums[i][k])
        with cgutils.for_range(builder, n) as loop:
            row = builder.add(low, builder.mul(loop.index, step))
            lanes = [builder.load(_lanes(builder, r, row, k), align=4) for k in range(VECTORS)]
            for i in range(4):
                one = _all_lanes(builder, builder.load(builder.gep(f, [builder.add(p[i], loop.index)])))
                for k in range(VECTORS):
                    builder.store(builder.call(fused, [lanes[k], one, builder.load(sums[i][k])]), sums[i][k])
        for i in range(4):
            for k in range(VECTORS):
                builder.store(builder.load(sums[i][k]), _lanes(builder, o, u[i], k), align=4)
        return context.get_dummy_value()

    return types.void(factors, places, rows, at, stride, count, start, starts, out, outs), code


@intrinsic
def match_strip(_typing, scores, at, best, who, place, number):  # type: ignore[no-untyped-def]
    """Where the strip of `scores` at `at` is greater than that of `best` at `place`, it and `number` become the new best and who there."""

    def code(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        f, low, b, w, p, n = _data(context, builder, signature, arguments)
        n = _all_lanes(builder, builder.trunc(n, ir.IntType(32)))
        for k in range(VECTORS):
            new, mine, his = _lanes(builder, f, low, k), _lanes(builder, b, p, k), _lanes(builder, w, p, k)
            score, top, holder = (builder.load(x, align=4) for x in (new, mine, his))
            better = builder.fcmp_ordered(">", score, top)
            builder.store(builder.select(better, score, top), mine, align=4)
            builder.store(builder.select(better, n, holder), his, align=4)
        return context.get_dummy_value()

    return types.void(scores, at, best, who, place, number), code


def _data(context: Any, builder: Any, signature: Any, arguments: Any) -> list[Any]:
    """Arrays as pointers, the rest as it is."""
    pairs = zip(signature.args, arguments, strict=True)
    return [context.make_array(t)(context, builder, a).data if isinstance(t, types.Array) else a for t, a in pairs]


def _lanes(builder: Any, array: Any, where: Any, vector: int) -> Any:
    """Pointer to the strip's `vector`-th vector at place `where`."""
    inside = builder.gep(array, [builder.add(where, ir.IntType(64)(vector * LANES))])
    return builder.bitcast(inside, ir.VectorType(array.type.pointee, LANES).as_pointer())


def _all_lanes(builder: Any, value: Any) -> Any:
    vector = ir.VectorType(value.type, LANES)
    first = builder.insert_element(ir.Constant(vector, ir.Undefined), value, ir.IntType(32)(0))
    return builder.shuffle_vector(first, ir.Constant(vector, ir.Undefined), ir.Constant(ir.VectorType(ir.IntType(32), LANES), None))


@njit(cache=True, error_model="numpy", fastmath=FLAGS, inline="always")
def logistic(x):  # type: ignore[no-untyped-def]
    """1 / (1 + exp(-x)) to about 1e-15, in arithmetic that runs in vector registers."""
    y = max(-abs(x), -700.0)
    t = y * 1.4426950408889634 + _ROUND
    n = t - _ROUND
    r = (y - n * 0.6931471803691238) - n * 1.9082149292705877e-10
    e = 1 / 479001600.0
    for k in (39916800.0, 3628800.0, 362880.0, 40320.0, 5040.0, 720.0, 120.0, 24.0, 6.0, 2.0, 1.0, 1.0):
        e = e * r + 1 / k
    e *= _double((_bits(t) + 1023) << 52)
    return (1.0 if x >= 0 else e) / (1.0 + e)
