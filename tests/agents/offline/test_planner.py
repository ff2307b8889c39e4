"""The goal grammar: what different marketers write, and the plan it must become."""

from __future__ import annotations

from typing import Any

import pytest
from planned import condition, facts, plan

from journeyman.domain import Brand, Incentive, Plan, Product

USUAL = {
    "caps": {(None, 2, 7)},
    "quiet": "21:00-08:00",
    "days": 28,
    "window": 3,
    "holdout": 0.1,
    "windows": "morning midday afternoon evening",
}
FIVE: dict[str, tuple[str, dict[str, Any]]] = {
    "winback": (
        "Win back households that have not shopped for three weeks. Email, SMS and push, at most two messages a week, "
        "never between 9pm and 8am, up to 20% off, budget $5,000.",
        {
            "event": "order",
            "where": "days_since_last_order >= 21",
            "channels": "email sms push",
            "max": 20,
            "budget": "5000 USD",
            "offers": "percent_off-10 percent_off-15 percent_off-20",
            "themes": "we_miss_you savings fresh_picks favourites convenience seasonal",
            "tones": "warm playful direct",
        },
    ),
    "retail": (
        "Turn first-time buyers into repeat buyers: a second order within four weeks. Email, SMS and push, at most two messages a week, "
        "never between 9pm and 8am, up to 15% off or free shipping, budget $8,000.",
        {
            "event": "order",
            "where": "orders_total == 1",
            "channels": "email sms push",
            "max": 15,
            "budget": "8000 USD",
            "offers": "percent_off-5 percent_off-10 percent_off-15 free_shipping",
            "themes": "thank_you savings pairs_well new_in care_tips community",
        },
    ),
    "saas": (
        "Activate new sign-ups: get people who joined in the last 60 days and have not created a project yet to create their first one. "
        "Email, push and in-app, at most two messages a week, never between 9pm and 8am, no discounts.",
        {
            "event": "project_created",
            "where": "days_since_signup <= 60 & events_project_created_total == 0",
            "channels": "email push in_app",
            "max": 0,
            "budget": None,
            "offers": "",
            "themes": "quick_start time_saved templates teamwork small_wins help_at_hand",
        },
    ),
    "fintech": (
        "Cross-sell the savings account to card customers who do not have one yet. Email, SMS and push, at most two messages a week, "
        "never between 9pm and 8am, up to 1,000 bonus points.",
        {
            "event": "savings_opened",
            "where": "events_card_payment_total >= 1 & events_savings_opened_total == 0",
            "max": None,
            "budget": None,
            "channels": "email sms push",
            "offers": "points-500 points-750 points-1000",
            "regulated": "none",
            "themes": "peace_of_mind goals round_ups rewards simplicity control",
        },
    ),
    "hospitality": (
        "Bring loyalty members back for another stay: members who have not booked for 60 days. Email, SMS and push, at most two messages a "
        "week, never between 9pm and 8am, up to 15% off or 2,000 points, budget $20,000.",
        {
            "event": "booking",
            "where": "days_since_booking >= 60",
            "channels": "email sms push",
            "max": 15,
            "budget": "20000 USD",
            "offers": "percent_off-5 percent_off-10 percent_off-15 points-1000 points-1500 points-2000",
            "themes": "your_points local_discoveries quiet_escape family_time member_rate seasonal",
        },
    ),
}
KIND = {"winback": "win-back", "retail": "second-purchase", "saas": "activation", "fintech": "cross-sell", "hospitality": "loyalty"}


@pytest.mark.parametrize("use_case", FIVE)
def test_the_five_use_cases_become_precisely_their_plan(use_case: str) -> None:
    goal, expected = FIVE[use_case]
    made = plan(goal)
    assert {k: v for k, v in facts(made).items() if k in USUAL | expected} == USUAL | expected
    assert made.name.startswith(KIND[use_case]) and made.goal == goal and made.questions == []
    assert Plan.model_validate_json(made.model_dump_json()) == made


def test_engagement_counts_a_little_while_learning_unless_the_goal_weighs_events() -> None:
    assert facts(plan("Win back lapsed customers by email and push"))["weights"] == {"order": 1.0, "email_clicked": 0.5, "push_opened": 0.5}
    assert facts(plan("Win back lapsed customers by email. A click counts 5%."))["weights"] == {"order": 1.0, "email_clicked": 0.05}


def test_the_same_goal_gives_the_same_plan() -> None:
    goal = FIVE["retail"][0]
    assert plan(goal).model_dump_json() == plan(goal).model_dump_json()


def test_offer_records_lend_code_expiry_and_conditions_when_within_the_limit() -> None:
    brand = Brand(
        name="Acme",
        incentives=[
            Incentive(kind="percent_off", value=10, code="TEN", expires="2027-01-31"),
            Incentive(kind="percent_off", value=30, code="THIRTY"),
            Incentive(kind="percent_off", value=15, code="OLD", expires="2020-01-01"),
            Incentive(kind="free_shipping", code="SHIP", conditions="orders over $30"),
        ],
    )
    made = plan("Win back lapsed customers with up to 20% off or free shipping", brand=brand)
    assert made.action_sets.incentives == [brand.incentives[0], brand.incentives[3]]
    assert plan("Win back lapsed customers with 25% off", brand=brand).action_sets.incentives == [Incentive(kind="percent_off", value=25)]


def test_products_are_the_brands_or_those_the_goal_names() -> None:
    brand = Brand(name="Bank", products=[Product(id="savings", name="Savings account"), Product(id="card", name="Gold card")])
    assert plan("Win back lapsed customers", brand=brand).action_sets.products == ["savings", "card"]
    assert plan("Cross-sell the savings account to card customers", brand=brand).action_sets.products == ["savings"]


def test_conditions_the_data_cannot_answer_are_asked_about_and_never_invented() -> None:
    features = {"days_since_last_order": "", "orders_total": "", "touches_7d": ""}
    made = plan("Win back customers who have not ordered for 30 days and spent more than $200", features=features)
    assert condition(made.audience.where) == "days_since_last_order >= 30"
    assert any("revenue_total" in q for q in made.questions)


def test_events_are_called_what_the_data_calls_them() -> None:
    features = {
        "days_since_signup": "",
        "events_project_created_total": "",
        "days_since_project_created": "",
        "events_card_payment_total": "",
    }
    made = plan("Activate users who joined in the last 60 days and never created projects", features=features)
    assert made.objective.events[0].event == "project_created"


def test_attributes_are_used_when_the_catalogue_decodes_them() -> None:
    features = {
        "attribute_state": "State of residence: 0 = Ohio, 1 = California",
        "attribute_tier_gold": "1 if the customer's tier is gold, else 0",
        "days_since_last_order": "",
    }
    made = plan("Win back gold members in California who have not ordered for 30 days", features=features)
    assert condition(made.audience.where) == "attribute_tier_gold == 1 & attribute_state == 1 & days_since_last_order >= 30"
    assert any("California" in q for q in plan("Win back lapsed customers in California").questions)


@pytest.mark.parametrize(("customers", "share"), [(0, 0.1), (100_000, 0.1), (25_000, 0.14), (5000, 0.2), (2469, 0.2), (800, 0.2)])
def test_small_audiences_get_larger_comparison_arms_and_a_reason(customers: int, share: float) -> None:
    made = plan(FIVE["winback"][0], customers=customers)
    assert (made.measurement.holdout, made.measurement.random_control, made.measurement.bau) == (share,) * 3
    assert any("likely to be small" in h for h in made.assumptions) == (share > 0.1)


@pytest.mark.parametrize(
    ("goal", "about"),
    [
        ("Win back lapsed customers with no holdout", "holdout"),
        ("Win back lapsed customers, not on weekends", "Monday to Friday"),
        ("Win back lapsed customers, never when it rains in Spain", "rains"),
        ("Win back lapsed customers, use the 37 special blobs", "37 special blobs"),
        ("Win back lapsed customers until 03/04/2027", "3/4/2027"),
        ("Win back lapsed customers by WhatsApp and email", "WhatsApp"),
        ("Win back lapsed customers, budget", "How large"),
        ("Win back lapsed customers, up to 20% off, though 10% off for students", "lowest"),
        ("Win back lapsed customers. At least two messages a week.", "at least 2"),
        ("Win back lapsed customers in a formal tone", "formal tone"),
        ("Win back lapsed customers for two weeks, attribution window 30 days", "longer than the journey"),
    ],
)
def test_what_stays_open_is_asked_back(goal: str, about: str) -> None:
    assert any(about in q for q in plan(goal).questions)


def test_what_was_taken_for_granted_is_said() -> None:
    said = " ".join(plan("Win back lapsed customers").assumptions)
    for words in (
        "for 3 days",
        "28 days",
        "two messages a week",
        "email and push",
        "21:00 to 08:00",
        "no offer",
        "60 days",
    ):
        assert words in said


def test_every_theme_says_why_it_might_work_and_weighs_nothing() -> None:
    made = plan("Win back lapsed customers")
    assert [(h.lever, h.level, h.strength) for h in made.hypotheses] == [("theme", t, 0) for t in made.action_sets.themes]
    assert made.hypotheses[0].text.startswith("We miss you:")


@pytest.mark.parametrize(
    ("goal", "expected"),
    [
        ("Win back lapsed customers by email and SMS. We think SMS works better.", {("channel", "sms"): 0.5}),
        ("Win back lapsed customers by email. We believe that a warm tone will do best in the evening.", {("tone", "warm"): 0.5}),
        ("Win back lapsed customers, 10% off. We expect discounts to work badly.", {("incentive", "none"): 0.5}),
        ("Win back lapsed customers. We suspect the savings theme performs worse.", {("theme", "savings"): -0.5}),
        ("Inaktive Kunden per E-Mail und SMS zurückholen. Wir glauben, dass SMS besser funktionieren.", {("channel", "sms"): 0.5}),
        ("Reconquérir les clients inactifs par e-mail et SMS. Nous pensons que le SMS marche mieux.", {("channel", "sms"): 0.5}),
        ("Recuperar a los clientes inactivos por email y SMS. Creemos que el SMS funciona mejor.", {("channel", "sms"): 0.5}),
    ],
)
def test_what_the_marketer_believes_becomes_a_hypothesis(goal: str, expected: dict[tuple[str, str], float]) -> None:
    made = plan(goal)
    assert {(h.lever, h.level): h.strength for h in made.hypotheses if h.strength} == expected


def test_a_belief_about_nothing_the_plan_can_vary_is_asked_about() -> None:
    assert any("moonlight" in q for q in plan("Win back lapsed customers. We think moonlight works best.").questions)


def test_a_belief_in_a_channel_adds_it_and_takes_none_away() -> None:
    assert facts(plan("Win back lapsed customers. We think SMS works better."))["channels"] == "email sms push"


@pytest.mark.parametrize(
    ("goal", "english"),
    [
        ("Inaktive Kunden zurückgewinnen.", "Win back lapsed customers."),
        ("Reconquérir les clients inactifs.", "Win back lapsed customers."),
        ("Recuperar a los clientes inactivos.", "Win back lapsed customers."),
    ],
)
def test_notes_are_told_in_the_goals_language_with_its_own_words(goal: str, english: str) -> None:
    made, other = plan(goal), plan(english)
    assert len(made.assumptions) == len(other.assumptions) + 1  # the language of the copy
    assert not set(made.assumptions) & set(other.assumptions)
    assert not {h.text for h in made.hypotheses} & {h.text for h in other.hypotheses}
    assert any(goal.rstrip(".") in a for a in made.assumptions)
