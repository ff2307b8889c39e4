"""The reviewer without a model: one passing and one failing line for each of its rules, and that it only adds."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest
from planned import TODAY, plan

from agents.offline.reviewer import OfflineReviewer
from agents.roles import Setting
from journeyman.domain import Brand, Evidence, Incentive, Plan, Variant, Violation

BRAND = Brand(
    name="Acme",
    evidence=[
        Evidence(id="e1", claim="Acme delivers to 12,000 customers in Ohio"),
        Evidence(id="e2", claim="Voted best coffee roaster by the Ohio Guild, 2025"),
    ],
)
SHOP = plan("Win back lapsed customers with up to 20% off")
CREDIT = plan("Cross-sell our credit card to customers who do not have one")
TWENTY = Incentive(kind="percent_off", value=20, expires=date(2026, 12, 31))


def review(variant: Variant, planned: Plan = SHOP) -> list[Violation]:
    found = asyncio.run(OfflineReviewer().review([variant], planned, Setting(brand=BRAND, today=TODAY)))
    assert set(found) <= {variant.id}
    return found[variant.id].violations if found else []


def email(body: str, subject: str = "Hello", offer: Incentive | None = None) -> Variant:
    return Variant(id="v1", channel="email", subject=subject, body=body, incentive=offer)


BROKEN: list[tuple[str, Variant, Plan, str]] = [
    ("E07", email("Come and see what is new.", "20% off inside"), SHOP, "20% off"),
    ("E07", email("Enjoy 10% off your order.", "20% off inside"), SHOP, "20% off"),
    ("E07", email("Come and see what is new.", "Free shipping for you"), SHOP, "Free shipping"),
    ("E07", Variant(id="v1", channel="push", title="A gift for you", body="Come and see what is new."), SHOP, "gift"),
    ("X06", email("Approval guaranteed, no credit check."), CREDIT, "guaranteed"),
    ("X06", email("You are pre-approved!"), CREDIT, "pre-approved"),
    ("X07", email("The best prices in town."), SHOP, "The best"),
    ("X07", email("Join 50,000 happy customers."), SHOP, "50,000 happy customers"),
    ("X07", email("Our award-winning service."), SHOP, "award-winning"),
    ("X07", email("Twice the fun, 3x faster."), SHOP, "3x faster"),
    ("X08", email("“This changed my mornings completely” – Maria"), SHOP, "Maria"),
    ("X08", email("Our customers love it."), SHOP, "customers love"),
    ("X10", email("Hurry, it ends tonight!"), SHOP, "ends tonight"),
    ("X10", email("Last chance for 20% off.", offer=Incentive(kind="percent_off", value=20)), SHOP, "Last chance"),
]


@pytest.mark.parametrize(("rule", "variant", "planned", "words"), BROKEN)
def test_a_broken_rule_is_found_where_it_stands(rule: str, variant: Variant, planned: Plan, words: str) -> None:
    found = [v for v in review(variant, planned) if v.rule == rule]
    assert found, review(variant, planned)
    for v in found:
        assert v.span is not None and len(v.message) > 30
        assert v.severity == "block"
    quoted = [variant.texts()[v.field][v.span[0] : v.span[1]] for v in found if v.span]
    assert any(words.lower() in q.lower() for q in quoted), quoted


@pytest.mark.parametrize(
    "variant",
    [
        email("Take 20% off until December 31.", "20% off inside", TWENTY),
        email("Free shipping on your next order.", "Free shipping for you", Incentive(kind="free_shipping")),
        email("Use your 1,000 points on any stay.", "1,000 points are waiting"),
        email("We wish you all the best. Your best mornings start here."),
        email("We deliver to 12,000 customers in Ohio."),
        email("Voted best coffee roaster by the Ohio Guild."),
        email("Last chance: 20% off ends on December 31.", offer=TWENTY),
        email("“This changed my mornings completely” – Maria, verified customer, not paid"),
        email("Pick up where you left off; it takes a minute."),
        email("Guaranteed fresh bread."),
    ],
)
def test_honest_copy_passes(variant: Variant) -> None:
    assert review(variant) == []
