"""A small made-up feature table and library, and worlds over them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from journeyman.domain import WINDOW_HOURS, Event, Incentive, Send, Variant
from journeyman.simulation.settings import SETTINGS
from journeyman.simulation.world import World

START = datetime(2026, 3, 2, tzinfo=UTC)
TUESDAY = date(2026, 3, 3)
NAMES = ["days_since_last_order", "days_since_first_order", "orders_total", "average_order_value", "discount_share",
         "order_gap_mean", "hour_share_morning", "hour_share_midday", "hour_share_afternoon", "hour_share_evening",
         "weekend_share", "touches_7d"]  # fmt: skip


class Town:
    """n customers with plausible features; makes worlds, sends and libraries."""

    def __init__(self, n: int = 1500) -> None:
        rng = np.random.default_rng(0)
        self.customers = [f"c{i}" for i in range(n)]
        hours = rng.dirichlet([1, 1, 1, 1.5], n)
        self.matrix = np.column_stack([
            21 + rng.exponential(40, n), 100 + 300 * rng.random(n), 1 + rng.poisson(4, n), rng.lognormal(3.4, 0.5, n),
            np.where(rng.random(n) < 0.3, np.nan, rng.beta(1, 3, n)), rng.lognormal(2, 0.6, n), hours, rng.random(n), rng.poisson(0.5, n),
        ]).astype(np.float32)  # (n, d)  # fmt: skip

    def library(self, use_case: str = "winback", count: int = 120) -> list[Variant]:
        setting, rng = SETTINGS[use_case], np.random.default_rng(1)

        def one(options):
            return options[rng.integers(len(options))]

        return [
            Variant(id=f"v{i}", channel=one(setting.channels), theme=one(setting.themes), tone=one(["warm", "playful", "direct"]),
                    incentive=one(setting.incentives), body=f"Text {i}")
            for i in range(count)
        ]  # fmt: skip

    def world(self, use_case: str = "winback", seed: int = 3, variants: list[Variant] | None = None) -> World:
        library = self.library(use_case) if variants is None else variants
        return World(use_case, seed, START, customers=self.customers, names=NAMES, matrix=self.matrix, variants=library)

    def send(self, customer: str, variant: Variant, day: date = TUESDAY, window: str = "morning", **changes: object) -> Send:
        at = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=WINDOW_HOURS[window][0])
        return Send(**{
            "id": f"{customer}-{day}-{window}", "decision": "d", "journey": "j", "plan_version": 1, "customer": customer,
            "arm": "treatment", "channel": variant.channel, "variant": variant.id, "variant_hash": "h", "slot": str(day),
            "scheduled_at": at, "sent_at": at, "address": "a", "state": "sent",
        } | changes)  # fmt: skip

    def days(self, count: int) -> list[date]:
        return [START.date() + timedelta(days=i) for i in range(count)]

    def run(self, world: World, plan: dict[date, list[Send]], days: int = 12) -> list[Event]:
        """Events of a new world's first `days` days."""
        return self.run_on(world, plan, days)

    def run_on(self, world: World, plan: dict[date, list[Send]], days: int) -> list[Event]:
        """Events of a world's next `days` days."""
        first = world.next_day
        return [event for i in range(days) for event in world.advance(first + timedelta(days=i), plan.get(first + timedelta(days=i), []))]


@pytest.fixture(scope="session")
def town() -> Town:
    return Town()


@pytest.fixture(scope="session")
def offer() -> Variant:
    return Variant(id="offer", channel="email", theme="savings", tone="direct", incentive=Incentive(kind="percent_off", value=20), body="x")
