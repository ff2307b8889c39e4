"""The coverage design: every pair that can be is there, in about as few rows as can be, the same each time."""

from __future__ import annotations

import subprocess
import sys
from itertools import combinations, product
from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.coverage import design, pairs

Levers = dict[str, list[str]]


def levers(*sizes: int) -> Levers:
    return {f"lever {n}": [f"{n}.{m}" for m in range(size)] for n, size in enumerate(sizes)}


@st.composite
def clashing(draw: st.DrawFn) -> tuple[Levers, set[tuple[str, str]]]:
    """Two to five levers of one to five levels, and up to six pairs of levels that never go together."""
    of = levers(*draw(st.lists(st.integers(1, 5), min_size=2, max_size=5)))
    two = [(x, y) for a, b in combinations(of.values(), 2) for x, y in product(a, b)]
    return of, set(draw(st.lists(st.sampled_from(two), max_size=6)))


@given(clashing(), st.integers(0, 3))
@settings(max_examples=150, deadline=None)
def test_every_pair_that_can_be_appears_and_none_that_cannot(case: tuple[Levers, set[tuple[str, str]]], seed: int) -> None:
    of, never = case
    rows = design(of, 10_000, least=1, seed=seed, clash=lambda _a, x, _b, y: (x, y) in never)
    whole = [r for r in product(*of.values()) if not any((x, y) in never for (_, x), (_, y) in pairs(r))]
    assert set(rows) <= set(whole) and len(set(rows)) == len(rows)
    assert {p for r in rows for p in pairs(r)} == {p for r in whole for p in pairs(r)}


@pytest.mark.parametrize("sizes", [(3, 6, 3, 4), (3, 6, 3, 4, 6), (4, 6, 3, 5, 12), (4, 12, 3, 9, 30), (2, 2), (1, 1, 4), (5, 5, 5, 5)])
def test_there_are_few_rows(sizes: tuple[int, ...]) -> None:
    rows = design(levers(*sizes), 10_000, least=1)
    *_, second, longest = sorted(sizes)
    assert second * longest <= len(rows) <= 1.4 * second * longest + 2
    assert len({p for r in rows for p in pairs(r)}) == sum(a * b for a, b in combinations(sizes, 2))


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_it_ends_with_the_whole_grid(sizes: list[int]) -> None:
    assert len(design(levers(*sizes), 1_000)) == prod(sizes)


def test_a_longer_design_begins_with_the_shorter_one_and_stays_even() -> None:
    of = levers(3, 6, 3, 4)
    short, long = design(of, 30), design(of, 108)
    assert long[:30] == short
    for n, levels in enumerate(of.values()):
        counted = [sum(row[n] == x for row in long) for x in levels]
        assert max(counted) <= 1.25 * min(counted) + 1


def test_heavy_levels_come_early_and_often() -> None:
    of = levers(3, 6, 3, 4)
    rows = design(of, 40, weight=lambda _lever, level: 3.0 if level == "1.4" else 1.0)
    plain = design(of, 40)
    assert sum(r[1] == "1.4" for r in rows[:12]) >= 4 > sum(r[1] == "1.4" for r in plain[:12]) - 2
    assert sum(r[1] == "1.4" for r in rows) > sum(r[1] == "1.4" for r in plain)


def test_it_is_the_same_in_every_process() -> None:
    of = "{'a': 'abc', 'b': 'defgh', 'c': 'ij', 'd': 'klmn'}"
    code = f"from agents.coverage import design; print(design({of}, 50, seed=3))"
    told = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": hashed}).stdout
        for hashed in ("1", "2")
    }
    assert len(told) == 1


def test_a_lever_without_levels_is_named() -> None:
    with pytest.raises(ValueError, match="tone"):
        design({"theme": ["a"], "tone": []}, 3)
