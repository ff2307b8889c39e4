"""The race among actions: who wins each drawn model, compiled, and without scoring those who provably cannot win.

A score adds up: total_s(k) = base_s + unit part_s + group part_s for draw s (see `table`). Within a cell the last is the same for all, so
the cell's winner is its best unit. With v̄ the mean of the customer's projected draws v_s, and F the unit features,
    part_s(t) - part_s(k) = [v̄·(F_t - F_k) + ū_t - ū_k] + (v_s - v̄)·(F_t - F_k) + own deviations
and Cauchy-Schwarz, in coordinates scaled by the posterior's spread, bounds the second term by reach · ‖F_t - F_k‖ for all draws at once. A
unit whose bound stays below the favourite k of every cell it could run in is left out: it cannot win a single draw, whatever the rounding
(the bound carries the worst rounding error of both sums). The others are scored exactly as if all were, so the answer is the same bit for
bit.

Every row is worked out by itself in a fixed order without re-association: alone, in a crowd, on any number of threads. Arrays: n rows,
d = D - 1 context numbers, Q action columns (column 0 is the constant 1), S draws, K actions, T units of which m run, C cells.
Not checked here: shapes and finiteness are the caller's.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from journeyman.decisioning.sums import FLAGS, add_products, add_products_to_four, best_place, fma

FOUR = 4
"""Draws scored together."""


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
    columns, group_columns, group_features, cells, costs, slot, back = course
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
    one_cost = True
    for c in range(1, costs.shape[0]):
        one_cost = one_cost and costs[c] == costs[0]
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
