"""Thousands of cheap worlds: one store for all, in which each case changes what it likes and is undone afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guardrails.gate import SendGate
from journeyman.clock import ManualClock
from journeyman.domain import Customer
from journeyman.store import Store, customers, journeys
from tests.delivery.small_world import BRAND, NOON, World, a_plan, a_world

JOURNEYS = ("a", "b")
FEW, MANY = 50, 2000


class Undo(Exception):
    """Ends a case."""


@dataclass
class Shop:
    """A store with two live journeys without limits, and approved variants for every channel and topic."""

    base: World

    @classmethod
    def of(cls, folder: Path) -> Shop:
        return cls(a_world(folder, people=0, plans=[a_plan(name, quiet_hours=None) for name in JOURNEYS]))

    @property
    def store(self) -> Store:
        return self.base.store

    @contextmanager
    def case(self, people: Sequence[Customer], now: datetime = NOON, **limits: Any) -> Iterator[World]:
        """A world of its own for one case: these people, and both journeys with these limits (default: none)."""
        clock = self.store.clock = ManualClock(now)
        try:
            with self.store.transaction():
                customers.save(self.store, people)
                if limits:
                    self.limit(JOURNEYS, **limits)
                gate = SendGate(self.store, clock, BRAND)
                yield World(self.store, clock, BRAND, gate, {p.id: p for p in people}, dict(self.base.variants))
                raise Undo
        except Undo:
            pass

    def limit(self, names: Sequence[str], **limits: Any) -> None:
        """New approved plans with these limits."""
        for name in names:
            journeys.save_plan(self.store, a_plan(name, **{"quiet_hours": None, **limits}))
            journeys.approve(self.store, name, by="test")


def promise(*strategies: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Makes a test of a function of a shop and one value from each strategy: a few cases, and in the slow suite thousands."""

    def decorate(body: Callable[..., None]) -> Callable[..., None]:
        @pytest.mark.parametrize("number", [FEW, pytest.param(MANY, marks=pytest.mark.slow)])
        def test(shop: Shop, number: int) -> None:
            @settings(max_examples=number, deadline=None, suppress_health_check=[HealthCheck.too_slow])
            @given(st.tuples(*strategies))
            def holds(values: tuple[Any, ...]) -> None:
                body(shop, *values)

            holds()

        test.__name__, test.__doc__ = body.__name__, body.__doc__
        return test

    return decorate
