"""A coverage design: rows over several levers in which every pair of levels that may stand together appears, early and in few rows.

Greedy, after Cohen et al., "The AETG System" (IEEE TSE 23/7, 1997): each row starts from the pair most in need and takes, lever by lever,
the level that brings most; the best of a few tries stands. When all pairs are there it goes on with the pairs seen least, so a longer
design is an evenly spread one. The same levers, rule, weights and seed give the same rows. Knows nothing of copy.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations, islice, product
from math import prod

Row = tuple[str, ...]
Place = tuple[int, str]
"""A lever's number and one of its levels."""
Pair = tuple[Place, Place]
"""Two places, the lower lever first."""
Clash = Callable[[str, str, str, str], bool]
"""(lever, level, other lever, its level) → whether the two may never stand in one row. Asked with the levers in their order."""
TRIES = 8
"""Rows tried for each row that is kept."""
SMALL = 20_000
"""Rows of a full grid that are walked through to find the ones still missing."""


def design(
    levers: Mapping[str, Sequence[str]],
    most: int,
    *,
    least: int | None = None,
    seed: int = 0,
    clash: Clash = lambda _a, _x, _b, _y: False,
    weight: Callable[[str, str], float] = lambda _lever, _level: 1.0,
) -> list[Row]:
    """Up to `most` distinct rows, one level for each of `levers` in their order; fewer when there are no more. Heavier pairs (product of
    `weight`s) come first. With `least` it ends there, or as soon after as every pair that some row may hold is in it. Raises ValueError
    for a lever without levels."""
    if empty := [name for name, levels in levers.items() if not levels]:
        raise ValueError(f"the lever {empty[0]} has no levels")
    made, rows = _Design(levers, seed, clash, weight), list[Row]()
    for row in islice(made.rows(), most) if levers else ():
        rows.append(row)
        if least is not None and len(rows) >= least and all(made.seen.values()):
            break
    return rows


def pairs(row: Row) -> Iterator[Pair]:
    """The pairs of levels a row holds."""
    return combinations(enumerate(row), 2)


class _Design:
    def __init__(self, levers: Mapping[str, Sequence[str]], seed: int, clash: Clash, weight: Callable[[str, str], float]) -> None:
        self.names, self.levels = list(levers), [list(dict.fromkeys(levels)) for levels in levers.values()]
        self.draw = random.Random(seed)  # noqa: S311
        self.weights = {(n, x): weight(self.names[n], x) for n, levels in enumerate(self.levels) for x in levels}
        self.clashes = {
            ((a, x), (b, y))
            for a, b in combinations(range(len(self.names)), 2)
            for x, y in product(self.levels[a], self.levels[b])
            if clash(self.names[a], x, self.names[b], y)
        }
        self.seen = self._possible()
        """How often each pair that may appear has appeared."""

    def _possible(self) -> dict[Pair, int]:
        """The pairs some whole row may hold, heavier first, then in the levers' order."""
        places = list(self.weights)
        two = [p for p in combinations(places, 2) if p[0][0] != p[1][0]]
        good = [p for p in two if not self.clashes or self._whole(dict(p)) is not None]
        return dict.fromkeys(sorted(good, key=lambda p: -self._weight(p)), 0)

    def rows(self) -> Iterator[Row]:
        """Rows for as long as there are new ones."""
        if len(self.levels) == 1:
            yield from ((x,) for x in sorted(self.levels[0], key=lambda x: -self.weights[0, x]))
            return
        if not self.seen:
            return
        made: set[Row] = set()
        wanted = iter(self.seen)
        start = next(wanted, None)
        while start is not None:
            while start is not None and self.seen[start]:
                start = next(wanted, None)
            row = self._best(start, made)
            if row is None:
                return
            made.add(row)
            for pair in pairs(row):
                self.seen[pair] += 1
            yield row
        while (row := self._best(None, made)) is not None:
            made.add(row)
            for pair in pairs(row):
                self.seen[pair] += 1
            yield row

    def _best(self, start: Pair | None, made: set[Row]) -> Row | None:
        """The row that brings most of a few tries; a row with `start` in it, or with the pairs seen least. None when all rows are made."""
        tried = []
        for _ in range(TRIES):
            pair = start or min(self.seen, key=lambda p: (self.seen[p] / self._weight(p), self.draw.random()))
            chosen = self._grown(dict(pair))
            row = tuple(chosen[n] for n in range(len(self.levels)))
            if row not in made:
                tried.append((self._gain(row), row))
        if tried:
            return max(tried)[1]
        if prod(map(len, self.levels)) > SMALL:
            return None
        left = [r for r in product(*self.levels) if r not in made and not any(p in self.clashes for p in pairs(r))]
        return max(left, key=lambda r: (self._gain(r), r), default=None)

    def _grown(self, chosen: dict[int, str]) -> dict[int, str]:
        """A whole row around the levels chosen: the other levers, in any order, take the level that brings most and still leaves a row."""
        rest = [n for n in range(len(self.levels)) if n not in chosen]
        self.draw.shuffle(rest)
        for n in rest:
            places = [(-sum(self._worth((n, x), place) for place in chosen.items()), self.draw.random(), x) for x in self.levels[n]]
            ranked = [x for *_, x in sorted(places)]
            chosen[n] = next(x for x in ranked if not self.clashes or self._whole({**chosen, n: x}) is not None)
        return chosen

    def _whole(self, chosen: dict[int, str]) -> dict[int, str] | None:
        """Some allowed row with the levels chosen, or None."""
        if any(p in self.clashes for p in combinations(sorted(chosen.items()), 2)):
            return None
        n = next((n for n in range(len(self.levels)) if n not in chosen), None)
        if n is None:
            return chosen
        return next((w for x in self.levels[n] if (w := self._whole({**chosen, n: x})) is not None), None)

    def _worth(self, a: Place, b: Place) -> float:
        """What one more row with a pair is worth: much when it is new, less and less after that."""
        pair = (a, b) if a < b else (b, a)
        seen = self.seen.get(pair, 0)
        return self._weight(pair) * (100.0 if not seen else 1 / (1 + seen))

    def _gain(self, row: Row) -> float:
        return sum(self._worth(a, b) for a, b in pairs(row))

    def _weight(self, pair: Pair) -> float:
        return self.weights[pair[0]] * self.weights[pair[1]]
