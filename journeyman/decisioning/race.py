"""The race among actions: who wins each drawn model, compiled, and without scoring those who provably cannot win.

A score adds up: total_s(k) = base_s + unit part_s + group part_s for draw s (see `table`). Within a cell the last is the same for all, so
the cell's winner is its best unit. With v̄ the mean of the customer's projected draws v_s, and F the unit features,
    part_s(t) - part_s(k) = [v̄·(F_t - F_k) + ū_t - ū_k] + (v_s - v̄)·(F_t - F_k) + own deviations
and Cauchy-Schwarz, in coordinates scaled by the posterior's spread, bounds the second term by reach · ‖F_t - F_k‖ for all draws at once. A
unit whose bound stays below the favourite k of every cell it could run in is left out: it cannot win a single draw, whatever the rounding
(the bound carries the worst error of both sums). The others are scored as if all were, so the answer is the same bit for bit.

All compiled loops of deciding stand in this one file, because numba keeps what it compiled by the file's date. Every row is worked out by
itself in a fixed order without re-association: alone, in a crowd, on any number of threads. Arrays: n rows, d = D - 1 context numbers, Q
action columns (column 0 is the constant 1), S draws, K actions, T units of which m run, C cells.
Not checked here: shapes and finiteness are the caller's.
"""

from __future__ import annotations

import numpy as np
from numba import njit, types
from numba.extending import intrinsic

FOUR = 4
"""Draws scored together."""
DENSE, PATIENCE = 0.5, 16
"""When more than this share of the units had to run, the next rows are not looked through beforehand: it would not pay."""
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
            add_products(factors[i, j:], rows[j:], out[i])


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


@njit(cache=True, fastmath=FLAGS, inline="never")
def runners(v, models, columns, cells, open_, scratch, running):  # type: ignore[no-untyped-def]
    """running (T,) = whether a unit may win a draw in some cell; see the module. v (S, Q); open_ (slots,) says where a unit is eligible."""
    _, _, own_mean, own_reach, scale, features, scaled, norms = models
    mean, apart = scratch[0], scratch[1]
    draws, count = v.shape[0], columns.shape[0]
    middle, inverse = np.zeros(count, np.float32), np.empty(count, np.float32)
    for j in range(count):
        inverse[j] = np.float32(1.0) / scale[j]
    reach, longest = np.float32(0.0), np.float32(0.0)
    for s in range(draws):
        row = v[s]
        for j in range(count):
            middle[j] += row[columns[j]]
    for j in range(count):
        middle[j] /= np.float32(draws)  # any middle will do
    for s in range(draws):
        row = v[s]
        square, length = np.float32(0.0), np.float32(0.0)
        for j in range(count):
            away = (row[columns[j]] - middle[j]) * inverse[j]
            square += away * away
            length += row[columns[j]] * row[columns[j]]
        reach, longest = max(reach, square), max(longest, length)
    reach, longest = np.float32(1.0001) * np.sqrt(reach), np.float32(1.0001) * np.sqrt(longest)
    mean[:] = own_mean
    add_products(middle, features, mean)
    rounding = np.float32(4 * (count + 4) * 2.0**-24)
    running[:] = False
    last = -1
    for c in range(cells.shape[0]):
        low, high, at = cells[c, 1], cells[c, 2], cells[c, 3]
        best, top = -1, np.float32(-np.inf)
        for t in range(low, high):
            if open_[at + t - low] and (best < 0 or mean[t] > top):
                best, top = t, mean[t]
        if best < 0:
            continue
        if best != last:
            apart[:] = 0.0
            for j in range(count):
                row = scaled[j]
                here = row[best]
                for t in range(apart.shape[0]):
                    apart[t] += (row[t] - here) * (row[t] - here)
            last = best
        for t in range(low, high):
            slack = rounding * (
                longest * (norms[t] + norms[best]) + abs(own_mean[t]) + own_reach[t] + abs(own_mean[best]) + own_reach[best]
            )
            bound = mean[t] + np.float32(1.0001) * reach * np.sqrt(apart[t]) + own_reach[t] + own_reach[best] + slack
            running[t] = running[t] or (open_[at + t - low] and bound >= top)


@njit(cache=True, fastmath=FLAGS, inline="never")
def race(x, may, models, course, prune, scratch):  # type: ignore[no-untyped-def]
    """One row: the last array of `scratch`, (S,), is filled with the winners, the first holds the projected draws, (S·Q,). Returns how many
    units ran, 0 when nothing is eligible."""
    projected, open_, space, running, who, rows, gates, win = scratch
    weights, own, _, _, _, features, _, _ = models
    columns, group_columns, group_features, cells, costs, one_cost, slot, back = course
    some = False
    open_[:] = False
    for k in range(may.shape[0]):
        if may[k]:
            open_[slot[k]] = True
            some = True
    if not some:
        return 0
    projected[:] = weights[0]
    add_products(x, weights[1:], projected)
    draws, units, count = own.shape[0], own.shape[1], columns.shape[0]
    v = projected.reshape(draws, -1)
    if prune:
        runners(v, models, columns, cells, open_, space, running)
    else:
        running[:] = True
    m = 0
    for t in range(units):
        if running[t]:
            who[m] = t
            m += 1
    whole = m == units
    lanes = features if whole else rows[: count * m].reshape(count, m)
    if not whole:
        for j in range(count):
            for i in range(m):
                lanes[j, i] = features[j, who[i]]
    stretch = np.empty((cells.shape[0], 2), np.int64)
    for c in range(cells.shape[0]):
        low, high, at = cells[c, 1], cells[c, 2], cells[c, 3]
        first, end = m, 0
        for i in range(m):
            t = who[i]
            if low <= t < high:
                gates[c * m + i] = np.int32(-1) if open_[at + t - low] else np.int32(0)
                first, end = min(first, i), i + 1
        stretch[c, 0], stretch[c, 1] = first, end
    scores, factors = space.reshape(-1)[: FOUR * m], np.empty((FOUR, count), np.float32)
    parts, bits = scores.reshape(FOUR, m), scores.view(np.int32)
    for s in range(draws):
        if s % FOUR == 0:
            now = min(FOUR, draws - s)
            for i in range(now):
                for j in range(count):
                    factors[i, j] = v[s + i, columns[j]]
                if whole:
                    for k in range(m):
                        parts[i, k] = own[s + i, k]
                else:
                    for k in range(m):
                        parts[i, k] = own[s + i, who[k]]
            if now == FOUR:
                add_products_to_four(factors, lanes, parts)
            else:
                for i in range(now):
                    add_products(factors[i], lanes, parts[i])
        here = s % FOUR * m
        best, winner = -np.inf, -1
        ahead, leader = -np.inf, -1  # among cells of one cost, which stand together, the score itself decides
        for c in range(cells.shape[0]):
            first, end = stretch[c, 0], stretch[c, 1]
            if end - first == 1:
                place = 0 if gates[c * m + first] else -1
            else:
                place = best_place(bits[here + first : here + end], gates[c * m + first : c * m + end]) if first < end else -1
            if place >= 0:
                place += first
                total = np.float64(v[s, 0]) + np.float64(scores[here + place])
                for q in group_columns:
                    total += np.float64(v[s, q]) * np.float64(group_features[q, cells[c, 0]])
                if leader < 0 or total > ahead:
                    ahead, leader = total, back[cells[c, 3] + who[place] - cells[c, 1]]
            if leader >= 0 and (c + 1 == cells.shape[0] or costs[c + 1] != costs[c]):
                net = ahead if one_cost else 1.0 / (1.0 + np.exp(-ahead)) - costs[c]
                if winner < 0 or net > best:
                    best, winner = net, leader
                ahead, leader = -np.inf, -1
        win[s] = winner
    return m


@njit(cache=True, fastmath=FLAGS, inline="never")
def log_odds(v, unit, group, models, course):  # type: ignore[no-untyped-def]
    """One action's log-odds under one draw, v (Q,) and own part `unit` = (unit, draw): as `race` adds it up, then the group's columns."""
    _, own, _, _, _, features, _, _ = models
    columns, group_columns, group_features = course[0], course[1], course[2]
    part = own[unit[1], unit[0]]
    for j in range(columns.shape[0]):
        part = fma(v[columns[j]], features[j, unit[0]], part)
    total = np.float64(v[0]) + np.float64(part)
    for q in group_columns:
        total += np.float64(v[q]) * np.float64(group_features[q, group])
    return total


@njit(cache=True)
def _scratch(models, course):  # type: ignore[no-untyped-def]
    """What a thread needs to run races; see `race`."""
    draws, units, columns, cells = models[1].shape[0], models[1].shape[1], course[0].shape[0], course[3].shape[0]
    projected, open_ = np.empty(models[0].shape[1], np.float32), np.empty(course[7].shape[0], np.bool_)
    scores, running, who = np.empty((FOUR, units), np.float32), np.empty(units, np.bool_), np.empty(units, np.int64)
    rows, gates, win = np.empty(columns * units, np.float32), np.empty(cells * units, np.int32), np.empty(draws, np.int32)
    return projected, open_, scores, running, who, rows, gates, win


@njit(cache=True, fastmath=FLAGS, nogil=True)
def winners(low, high, x, may, models, course, prune, out):  # type: ignore[no-untyped-def]
    """out (n, S): the winners of the rows from `low` to `high`; left as it is where nothing is eligible."""
    scratch, rest = _scratch(models, course), 0
    for i in range(low, high):
        look = prune and rest == 0
        ran = race(x[i], may[i], models, course, look, scratch)
        rest = max(rest - 1, 0) if not look else PATIENCE if ran > DENSE * models[1].shape[1] else 0
        if ran:
            out[i] = scratch[7]


@njit(cache=True, fastmath=FLAGS, nogil=True)
def decided(low, high, x, may, models, course, unit_of, group_of, model, forced, action, wins, expected):  # type: ignore[no-untyped-def]
    """action, wins, expected (n,): what `Field.decided` says of the rows from `low` to `high`."""
    scratch, rest, draws = _scratch(models, course), 0, models[1].shape[0]
    v, win = scratch[0].reshape(draws, -1), scratch[7]
    for i in range(low, high):
        look = rest == 0
        ran = race(x[i], may[i], models, course, look, scratch)
        rest = max(rest - 1, 0) if not look else PATIENCE if ran > DENSE * models[1].shape[1] else 0
        if not ran:
            continue
        k = forced[i] if forced[i] >= 0 else win[model[i]]
        count, total = 0, 0.0
        for s in range(draws):
            count += win[s] == k
            total += 1.0 / (1.0 + np.exp(-log_odds(v[s], (unit_of[k], s), group_of[k], models, course)))
        action[i], wins[i], expected[i] = k, count, total / draws
