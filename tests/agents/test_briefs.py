"""Orders for copy: how a plan's hypotheses weigh them."""

from __future__ import annotations

import asyncio
from collections import Counter

from agents.briefs import first_round
from agents.offline.planner import OfflinePlanner
from agents.roles import Setting
from journeyman.domain import Brand, Hypothesis, Plan

BRAND = Brand(name="Acme")


def ordered(*hypotheses: Hypothesis, target: int = 300) -> Counter[str]:
    """Variants ordered, by channel and by theme."""
    made = asyncio.run(OfflinePlanner().plan("Win back lapsed customers by email and SMS", Setting(BRAND, "2026-11-24")))
    assert isinstance(made, Plan)
    briefs = first_round(made.model_copy(update={"hypotheses": list(hypotheses)}), BRAND, target)
    assert all(b.count >= 1 for b in briefs)
    return Counter({b.channel: 0 for b in briefs}) + sum((Counter({b.channel: b.count, b.theme: b.count}) for b in briefs), Counter())


def test_a_hypothesis_orders_more_copy_of_its_level_and_none_leaves_all_even() -> None:
    even = ordered()
    assert abs(even["email"] - even["sms"]) <= 6 and even.total() == ordered(Hypothesis(text="We shall see.")).total()
    sure = ordered(Hypothesis(text="x", lever="channel", level="sms", strength=1))
    assert sure["sms"] > 1.8 * sure["email"] and sure["email"] + sure["sms"] == even["email"] + even["sms"]


def test_a_hypothesis_against_a_level_orders_less_of_it_but_some() -> None:
    even, less = ordered(), ordered(Hypothesis(text="x", lever="theme", level="savings", strength=-1))
    assert 0 < less["savings"] < 0.65 * even["savings"]
