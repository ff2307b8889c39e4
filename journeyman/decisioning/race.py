"""The race among actions: who wins each drawn model, compiled, and without scoring those who provably cannot win.

A score adds up: total_s(k) = base_s + unit part_s + group part_s for draw s (see `table`). Within a cell the last is the same for all, so
the cell's winner is its best unit. Four units are scored at a time under a strip of draws that stays in vector registers, and each action
that may be chosen is matched with the best of its cell so far.

Who cannot win: with v̄ the middle of the customer's projected draws v_s and F_t a unit's features, Cauchy-Schwarz, in coordinates scaled by
the posterior's spread, gives part_s(t) <= v̄·F_t + own part + ‖v_s - v̄‖ · ‖F_t‖. Some leaders by v̄·F_t run first. A unit whose bound stays
below the best leader of every cell it could run in, in every draw, is left out: it cannot win, whatever the rounding (the bound carries its
worst error). The others are scored as if all were, so the answer is the same bit for bit.

All compiled loops of deciding stand in this file, because numba keeps what it compiled by the file's date. Every row is worked out by
itself in a fixed order without re-association: alone, in a crowd, on any number of threads, in vectors of any width. Arrays: n rows,
d = D - 1 context numbers, Q action columns (the constant 1, then U of units, then those of groups), S draws (kept in `width` >= S places),
K actions, T units, C cells. Not checked here: shapes and finiteness are the caller's.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from journeyman.decisioning.lanes import FLAGS, STRIP, fma, four_strips, logistic, match_strip

COMPILED_WITH = "a0898178b6d9"
"""Start of the SHA-256 of `lanes`, which is compiled into these loops: changing that must change this file too (a test asks)."""
LEADERS, STEPS = 24, 16
"""Units that run before the others are looked through; places of a bound's table."""
DENSE, PATIENCE = 0.5, 16
"""When more than this share of the units had to run, the next rows are not looked through beforehand: it would not pay."""


@njit(cache=True, error_model="numpy", fastmath=FLAGS, inline="never")
def _run(units, count, v, at, may, models, course, scores, best, who):  # type: ignore[no-untyped-def]
    """The first `count` of `units` run: every action of theirs that `may` be chosen is matched in its cell. The customer's projected draws
    stand in v from `at`."""
    own, flat, out, ahead, leader = models[1].reshape(-1), models[2].reshape(-1), scores.reshape(-1), best.reshape(-1), who.reshape(-1)
    columns, width = models[2].shape[1], models[1].shape[1]
    entries, starts, cell_of = course[3], course[4], course[5]
    for low in range(0, count, 4):
        a, b, c, d = units[low], units[min(low + 1, count - 1)], units[min(low + 2, count - 1)], units[min(low + 3, count - 1)]
        for s in range(0, width, STRIP):
            four_strips(
                flat, (a * columns, b * columns, c * columns, d * columns), v, at + width + s, width, columns,
                own, (a * width + s, b * width + s, c * width + s, d * width + s), out, (s, width + s, 2 * width + s, 3 * width + s),
            )  # fmt: skip
        for i in range(min(4, count - low)):
            t = units[low + i]
            for e in range(starts[t], starts[t + 1]):
                k = entries[e]
                if may[k]:
                    for s in range(0, width, STRIP):
                        match_strip(out, i * width + s, ahead, leader, cell_of[k] * width + s, k)


@njit(cache=True, error_model="numpy", fastmath=FLAGS, inline="never")
def _leaders(v, models, draws, open_, mean, reach, units):  # type: ignore[no-untyped-def]
    """mean (T,) of the units' parts, reach (width,) of the draws; `units` gets the leaders. Returns their number and the longest draw."""
    by_column, own_mean, scale = models[3], models[4], models[7]
    columns = by_column.shape[0]
    length = np.zeros(reach.shape[0], np.float32)
    mean[:] = own_mean
    reach[:] = 0
    for j in range(columns):
        row, features = v[1 + j], by_column[j]
        middle = np.float32(0.0)
        for s in range(draws):
            middle += row[s]
        middle /= np.float32(draws)  # any middle will do
        inverse = np.float32(1.0) / scale[j]
        for s in range(reach.shape[0]):
            away = (row[s] - middle) * inverse
            reach[s] += away * away
            length[s] += row[s] * row[s]
        for t in range(mean.shape[0]):
            mean[t] = fma(middle, features[t], mean[t])
    longest = np.float32(0.0)
    for s in range(draws):
        reach[s] = np.float32(1.0001) * np.sqrt(reach[s])
        longest = max(longest, length[s])
    first = np.full(LEADERS, -1, np.int64)
    for t in range(mean.shape[0]):
        lane = t % LEADERS
        if open_[t] and (first[lane] < 0 or mean[t] > mean[first[lane]]):
            first[lane] = t
    count = 0
    for lane in range(LEADERS):
        if first[lane] >= 0:
            units[count] = first[lane]
            count += 1
    return count, np.float32(1.0001) * np.sqrt(longest)


@njit(cache=True, error_model="numpy", fastmath=FLAGS, inline="never")
def _chasers(longest, draws, may, models, course, open_, mean, reach, best, bound, units):  # type: ignore[no-untyped-def]
    """`units` gets those that might win a draw against the leaders, who have run; see the module. Returns their number."""
    own_mean, own_reach, norms, lengths = models[4], models[5], models[6], models[8]
    entries, starts, cell_of = course[3], course[4], course[5]
    most = np.float32(0.0)
    for t in range(norms.shape[0]):
        most = max(most, norms[t])
    step = most / np.float32(STEPS - 1)
    for c in range(best.shape[0]):  # bound[c, g]: by how much a unit of norm g · step could be ahead of the best, its mean apart
        for g in range(STEPS):
            norm, ahead = np.float32(g) * step, np.float32(-np.inf)
            for s in range(draws):
                ahead = max(ahead, norm * reach[s] - best[c, s])
            bound[c, g] = min(ahead, np.float32(1e30))  # no leader in the cell: everybody runs
    rounding, count = np.float32(4 * (models[3].shape[0] + 4) * 2.0**-24), 0
    for t in range(mean.shape[0]):
        if not open_[t]:
            continue
        slack = rounding * (longest * lengths[t] + abs(own_mean[t]) + own_reach[t] + np.float32(1.0))
        g = min(int(norms[t] / step), STEPS - 2) if step > 0 else 0
        share = min(norms[t] / step - np.float32(g), np.float32(1.0)) if step > 0 else np.float32(0.0)
        for e in range(starts[t], starts[t + 1]):
            c = cell_of[entries[e]]
            ahead = bound[c, g] + share * (bound[c, g + 1] - bound[c, g])  # convex in the norm: the chord lies above
            if may[entries[e]] and mean[t] + own_reach[t] + ahead + slack + np.float32(1e-5) * abs(ahead) >= 0:
                units[count] = t
                count += 1
                break
    return count


@njit(cache=True, error_model="numpy", fastmath=FLAGS, inline="never")
def race(v, at, eligible, models, course, prune, scratch):  # type: ignore[no-untyped-def]
    """One row, its projected draws in v from `at`: scratch's `win` (width,) gets the winners, `may` (K,) who could be chosen.
    Returns how many actions could, and how many units ran."""
    win, may, open_, units, mean, reach, scores, best, who, bound, total, ahead, top, leader = scratch
    group_columns, cell_costs, cell_group, entries, starts, _, one_cost, draws, live = course
    width, columns = models[1].shape[1], models[2].shape[1]
    here = v[at : at + models[0].shape[1]].reshape(-1, width)
    some, options = 0, 0
    for k in range(live.shape[0]):
        may[k] = eligible[k] & live[k]
        options += may[k]
    for t in range(open_.shape[0]):
        open_[t] = False
        for e in range(starts[t], starts[t + 1]):
            open_[t] |= may[entries[e]]
        if open_[t]:
            units[some] = t
            some += 1
    win[:] = -1
    if not some:
        return 0, 0
    best[:] = -np.inf
    who[:] = -1
    if prune and some > 2 * LEADERS:
        count, longest = _leaders(here, models, draws, open_, mean, reach, units)
        _run(units, count, v, at, may, models, course, scores, best, who)
        some = _chasers(longest, draws, may, models, course, open_, mean, reach, best, bound, units)
        best[:] = -np.inf
        who[:] = -1
    _run(units, some, v, at, may, models, course, scores, best, who)
    leader[:] = -1
    for c in range(best.shape[0]):  # among cells of one cost, which stand together, the score itself decides
        for s in range(width):
            total[s] = np.float64(here[0, s]) + np.float64(best[c, s])
        for q in range(group_columns.shape[0]):
            row, factor = here[1 + columns + q], np.float64(group_columns[q, cell_group[c]])
            for s in range(width):
                total[s] += np.float64(row[s]) * factor
        for s in range(width):
            better = (who[c, s] >= 0) & ((leader[s] < 0) | (total[s] > ahead[s]))
            ahead[s] = total[s] if better else ahead[s]
            leader[s] = who[c, s] if better else leader[s]
        if c + 1 == best.shape[0] or cell_costs[c + 1] != cell_costs[c]:
            if not one_cost:
                for s in range(width):
                    ahead[s] = logistic(ahead[s]) - cell_costs[c]
            for s in range(width):
                better = (leader[s] >= 0) & ((win[s] < 0) | (ahead[s] > top[s]))
                top[s] = ahead[s] if better else top[s]
                win[s] = leader[s] if better else win[s]
                leader[s] = -1
    return options, some


@njit(cache=True, error_model="numpy", fastmath=FLAGS, inline="never")
def _project(low, high, x, models, v):  # type: ignore[no-untyped-def]
    """v (4, Q·width): the drawn models' weights of the action columns for four customers from `low` (the last repeated from `high` on)."""
    weights, flat, out, dim = models[0].reshape(-1), x.reshape(-1), v.reshape(-1), x.shape[1]
    size = models[0].shape[1]
    a, b, c, d = low, min(low + 1, high - 1), min(low + 2, high - 1), min(low + 3, high - 1)
    for s in range(0, size, STRIP):
        four_strips(
            flat, (a * dim, b * dim, c * dim, d * dim), weights, size + s, size, dim,
            weights, (s, s, s, s), out, (s, size + s, 2 * size + s, 3 * size + s),
        )  # fmt: skip


@njit(cache=True, error_model="numpy", fastmath=FLAGS)
def _scratch(models, course):  # type: ignore[no-untyped-def]
    """What a thread needs: the projected draws of four customers, and the scratch of `race`."""
    units, width, cells, actions, f = models[1].shape[0], models[1].shape[1], course[1].shape[0], course[8].shape[0], np.float32
    win, may, open_, run = np.empty(width, np.int32), np.empty(actions, np.bool_), np.empty(units, np.bool_), np.empty(units, np.int64)
    mean, reach, scores, best = np.empty(units, f), np.empty(width, f), np.empty((4, width), f), np.empty((cells, width), f)
    who, bound, leader = np.empty((cells, width), np.int32), np.empty((cells, STEPS), f), np.empty(width, np.int32)
    scratch = win, may, open_, run, mean, reach, scores, best, who, bound, np.empty(width), np.empty(width), np.empty(width), leader
    return np.empty((4, models[0].shape[1]), f), scratch


@njit(cache=True, error_model="numpy", fastmath=FLAGS, nogil=True)
def winners(low, high, x, eligible, models, course, prune, out, ran):  # type: ignore[no-untyped-def]
    """out (n, S): the winners of the rows from `low` to `high`, left as it is where nothing is eligible; ran (n,): how many units ran."""
    (v, scratch), rest = _scratch(models, course), 0
    for i in range(low, high):
        if (i - low) % 4 == 0:
            _project(i, high, x, models, v)
        look = prune and rest == 0
        options, some = race(v.reshape(-1), (i - low) % 4 * v.shape[1], eligible[i], models, course, look, scratch)
        rest = max(rest - 1, 0) if not look else PATIENCE if some > DENSE * models[1].shape[0] else 0
        ran[i] = some
        if options:
            out[i] = scratch[0][: out.shape[1]]


@njit(cache=True, error_model="numpy", fastmath=FLAGS, nogil=True)
def decided(low, high, x, eligible, models, course, unit_of, group_of, model, place, action, wins, among, expected):  # type: ignore[no-untyped-def]
    """action, wins, among (eligible actions), expected (n,): what `Field.decided` says of the rows from `low` to `high`."""
    (v, scratch), rest, draws = _scratch(models, course), 0, course[7]
    win, may, part, total, own, features = scratch[0], scratch[1], scratch[5], scratch[10], models[1], models[2]
    for i in range(low, high):
        if (i - low) % 4 == 0:
            _project(i, high, x, models, v)
        look = rest == 0
        options, some = race(v.reshape(-1), (i - low) % 4 * v.shape[1], eligible[i], models, course, look, scratch)
        rest = max(rest - 1, 0) if not look else PATIENCE if some > DENSE * models[1].shape[0] else 0
        among[i] = options
        if not options:
            continue
        k = int(win[model[i]])
        if place[i] >= 0:
            wanted, k = int(place[i] * options), -1
            while wanted >= 0:
                k += 1
                wanted -= may[k]
        t, here, count, earned = unit_of[k], v[(i - low) % 4].reshape(-1, own.shape[1]), 0, 0.0
        part[:] = own[t]
        for j in range(features.shape[1]):
            for s in range(draws):
                part[s] = fma(here[1 + j, s], features[t, j], part[s])
        for s in range(draws):
            total[s] = np.float64(here[0, s]) + np.float64(part[s])
            count += win[s] == k
        for q in range(course[0].shape[0]):
            row, factor = here[1 + features.shape[1] + q], np.float64(course[0][q, group_of[k]])
            for s in range(draws):
                total[s] += np.float64(row[s]) * factor
        for s in range(draws):
            total[s] = logistic(total[s])
        for s in range(draws):
            earned += total[s]
        action[i], wins[i], expected[i] = k, count, earned / draws
