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
            "event": "order", "where": "days_since_last_order >= 21", "channels": "email sms push", "max": 20, "budget": "5000 USD",
            "offers": "percent_off-10 percent_off-15 percent_off-20",
            "themes": "we_miss_you savings fresh_picks favourites convenience seasonal", "tones": "warm playful direct",
        },
    ),
    "retail": (
        "Turn first-time buyers into repeat buyers: a second order within four weeks. Email, SMS and push, at most two messages a week, "
        "never between 9pm and 8am, up to 15% off or free shipping, budget $8,000.",
        {
            "event": "order", "where": "orders_total == 1", "channels": "email sms push", "max": 15, "budget": "8000 USD",
            "offers": "percent_off-5 percent_off-10 percent_off-15 free_shipping", "themes": "thank_you savings pairs_well new_in care_tips community",
        },
    ),
    "saas": (
        "Activate new sign-ups: get people who joined in the last 60 days and have not created a project yet to create their first one. "
        "Email, push and in-app, at most two messages a week, never between 9pm and 8am, no discounts.",
        {
            "event": "project_created", "where": "days_since_signup <= 60 & events_project_created_total == 0", "channels": "email push in_app",
            "max": 0, "budget": None, "offers": "", "themes": "quick_start time_saved templates teamwork small_wins help_at_hand",
        },
    ),
    "fintech": (
        "Cross-sell the savings account to card customers who do not have one yet. Email, SMS and push, at most two messages a week, "
        "never between 9pm and 8am, up to 1,000 bonus points.",
        {
            "event": "savings_opened", "where": "events_card_payment_total >= 1 & events_savings_opened_total == 0", "max": None, "budget": None,
            "channels": "email sms push", "offers": "points-500 points-750 points-1000", "regulated": "none",
            "themes": "peace_of_mind goals round_ups rewards simplicity control",
        },
    ),
    "hospitality": (
        "Bring loyalty members back for another stay: members who have not booked for 60 days. Email, SMS and push, at most two messages a "
        "week, never between 9pm and 8am, up to 15% off or 2,000 points, budget $20,000.",
        {
            "event": "booking", "where": "days_since_booking >= 60", "channels": "email sms push", "max": 15, "budget": "20000 USD",
            "offers": "percent_off-5 percent_off-10 percent_off-15 points-1000 points-1500 points-2000",
            "themes": "your_points local_discoveries quiet_escape family_time member_rate seasonal",
        },
    ),
}  # fmt: skip
KIND = {"winback": "win-back", "retail": "second-purchase", "saas": "activation", "fintech": "cross-sell", "hospitality": "loyalty"}


@pytest.mark.parametrize("use_case", FIVE)
def test_the_five_use_cases_become_precisely_their_plan(use_case: str) -> None:
    goal, expected = FIVE[use_case]
    made = plan(goal)
    assert {k: v for k, v in facts(made).items() if k in USUAL | expected} == USUAL | expected
    assert made.name.startswith(KIND[use_case]) and made.goal == goal and made.questions == []
    assert Plan.model_validate_json(made.model_dump_json()) == made


MARKETERS: list[tuple[str, dict[str, Any]]] = [
    ("win back lapsed customers, email only, max 2/week, 10% off", {"channels": "email", "caps": {(None, 2, 7)}, "offers": "percent_off-10", "max": 10}),
    ("Winback. No orders in 60 days. Email/push. 1 msg per week. 9pm-8am quiet. 15% max. $3k budget.",
     {"where": "days_since_last_order >= 60", "channels": "email push", "caps": {(None, 1, 7)}, "quiet": "21:00-08:00", "max": 15, "budget": "3000 USD"}),
    (
        "Hi! We'd love to get folks who bought once to buy again. Maybe 10 or 15 percent off? Please don't email more than twice "
        "a week, and nothing after 8pm. Thanks!",
     {"event": "order", "where": "orders_total == 1", "channels": "email", "caps": {("email", 2, 7)}, "quiet": "20:00-08:00", "offers": "percent_off-10 percent_off-15"}),
    (
        "- Goal: reactivate dormant customers (90+ days)\n- Channels: email + SMS\n- Cap: 3 emails and 1 SMS a week\n- Quiet "
        "hours: 21:00-08:00\n- Discount: up to 25%\n- Budget: €2.5k\n- Holdout: 5%",
     {"where": "days_since_last_order >= 90", "channels": "email sms", "caps": {("email", 3, 7), ("sms", 1, 7)}, "max": 25, "budget": "2500 EUR", "holdout": 0.05}),
    (
        "1. Goal: win back lapsed households\n2. Not contacted more than once a week\n3. Free delivery on orders over £40\n4. "
        "Until 31 December",
     {"caps": {(None, 1, 7)}, "offers": "free_shipping", "days": 37}),
    ("Retain customers at risk of churning for six weeks; no SMS; no discounts.", {"channels": "email push", "days": 42, "offers": "", "max": 0}),
    ("Bring back customers who haven't ordered since 1 June, by email, until 31 December. £5 off orders over £30, budget £2,000.",
     {"where": "days_since_last_order >= 176", "days": 37, "offers": "amount_off-5", "budget": "2000 GBP"}),
    ("Bring back customers who haven't ordered since June 1, by email, until Dec 31, 2026. $5 off orders over $30.",
     {"where": "days_since_last_order >= 176", "days": 37, "offers": "amount_off-5"}),
    ("Win back lapsed customers until 31/12/2026, by email", {"days": 37}),
    ("Win back lapsed customers until 12/31/26, by email", {"days": 37}),
    ("Win back lapsed customers by 2026-12-31 with email", {"days": 37, "channels": "email"}),
    ("Win back lapsed customers before Christmas, email", {"days": 29}),
    (
        "Get new users to create their first project within 14 days of signing up. Push and in-app only, no more than 1 push per "
        "day and 3 emails a week.",
     {"event": "project_created", "where": "days_since_signup <= 14 & events_project_created_total == 0", "channels": "push in_app", "caps": {("push", 1, 1), ("email", 3, 7), ("in_app", 2, 7)}}),
    ("Activate new customers: get people who signed up in the last two weeks to place their first order. Email.",
     {"event": "order", "where": "days_since_signup <= 14 & orders_total == 0"}),
    ("Upsell premium plan to users with at least 3 logins in the last 30 days. In-app only. no discounts.",
     {"event": "plan_upgraded", "where": "events_login_30d >= 3", "channels": "in_app"}),
    ("Ask recent buyers for a review: people who ordered in the last 14 days. Email only, once a week at most.",
     {"event": "review_written", "where": "days_since_last_order <= 14", "caps": {(None, 1, 7)}}),
    ("Recover abandoned carts from the last 7 days. Email and push, at most 3 messages in total, free shipping on orders over $50.",
     {"where": "events_cart_abandoned_7d >= 1", "caps": {(None, 3, 28)}, "offers": "free_shipping"}),
    ("Referral programme: get VIPs to refer a friend. 500 points for each referral. email, at most 1 message every two weeks.",
     {"event": "referral_sent", "where": "orders_total >= 5", "offers": "points-500", "caps": {(None, 1, 14)}}),
    (
        "Reward loyal customers with up to 2,000 points; spent more than $200 in the last 90 days; except people contacted this "
        "week; email & push; 2 per week",
     {"where": "revenue_90d > 200 & not(touches_7d >= 1)", "caps": {(None, 2, 7)}, "offers": "points-1000 points-1500 points-2000", "budget": None}),
    (
        "Win back customers with at least 3 orders in the last 90 days who have not shopped for 21 days, at least 3 days apart, "
        "only between 10 and 18",
     {"where": "orders_90d >= 3 & days_since_last_order >= 21", "cooldown": 72, "quiet": "18:00-10:00", "windows": "midday afternoon"}),
    (
        "Win back customers not seen for 3 months. Never on weekends. Send between 9am and 6pm New York time. Keep 15% as a "
        "holdout. Count orders within 7 days of a message. Don't say 'cheap' or \"last chance\".",
     {"where": "days_since_last_order >= 90", "cron": "0 6 * * 1-5", "quiet": "18:00-09:00", "zone": "America/New_York", "holdout": 0.15, "window": 7, "banned": ["cheap", "last chance"]}),
    (
        "Second purchase journey for households who bought once or spent more than $100. email only. every other day at most. "
        "budget two thousand dollars",
     {"where": "orders_total == 1 | revenue_total > 100", "caps": {(None, 1, 2)}, "budget": "2000 USD"}),
    (
        "Cross-sell home insurance to customers without insurance; email and sms; no more than 1 SMS per month and 3 emails a "
        "week; up to $25 voucher; budget 10k",
     {"event": "insurance_opened", "where": "events_insurance_opened_total == 0", "caps": {("sms", 1, 30), ("email", 3, 7)}, "offers": "amount_off-10 amount_off-20 amount_off-25", "budget": "10000 USD"}),
    ("Promote our new credit card to savings customers. Email. 0% APR for 12 months. Max one email a week.",
     {"event": "credit_card_opened", "where": "events_savings_opened_total >= 1", "regulated": "credit", "days": 28, "offers": ""}),
    ("Win bakc custmers who havent orderd for thre weeks, emial and SMS, at most two mesages a weke, up to 20 percnet off, budegt $5k",
     {"where": "days_since_last_order >= 21", "channels": "email sms", "caps": {(None, 2, 7)}, "max": 20, "budget": "5000 USD"}),
    (
        "Loyalty journey for guests who stayed at least twice in the last 90 days; not after 20:30, not before 9; member discount "
        "of 10%, 15% or 20%; by Dec 31",
     {"event": "booking", "where": "events_booking_90d >= 2", "quiet": "20:30-09:00", "windows": "midday afternoon", "offers": "percent_off-10 percent_off-15 percent_off-20"}),
    ("Winback lapsed customers: less than 3 messages per week, under 20% off, budget between $4,000 and $5,000, for 8 weeks",
     {"caps": {(None, 2, 7)}, "max": 15, "budget": "4000 USD", "days": 56}),
    (
        "Increase repeat purchase rate by 15% among one-time buyers over the next two months. Email at most once a week; push at "
        "most twice a week.",
     {"where": "orders_total == 1", "days": 60, "caps": {("email", 1, 7), ("push", 2, 7)}, "offers": "", "max": None}),
    ("Reactivate customers inactive for 45 days via email & SMS (not push), 2x per week, cooldown 48h, 8-21 only, USD 5000 budget, 35 days",
     {"where": "days_since_last_order >= 45", "channels": "email sms", "caps": {(None, 2, 7)}, "cooldown": 48, "quiet": "21:00-08:00", "budget": "5000 USD", "days": 35}),
    ("Please win back our customers who haven't bought anything in a while. All channels except SMS. Quiet: 22h-7h. Points: 1.000",
     {"where": "days_since_last_order >= 60", "channels": "email push in_app", "quiet": "22:00-07:00", "offers": "points-1000"}),
    ("Bring VIPs back, excluding discount hunters. Free gift with purchase. One message a week, evenings only.",
     {"where": "orders_total >= 5 & not(discount_share >= 0.5)", "offers": "gift", "caps": {(None, 1, 7)}, "windows": "evening"}),
    (
        "Turn one-time buyers into regulars; 2nd purchase in 30 days; use code SAVE15 for 15% off; email+sms+push; not more than "
        "two touches per week per customer; 5% holdout, 5% random control, no BAU",
     {"where": "orders_total == 1", "days": 30, "offers": "percent_off-15", "channels": "email sms push", "caps": {(None, 2, 7)}, "holdout": 0.05}),
    ("Re-engage subscribers who have not opened an email in 30 days. Email only.", {"where": "days_since_email_opened >= 30", "channels": "email"}),
    ("Welcome journey: people who signed up this week and never ordered. Playful tone. Email, then push. 5$ off.",
     {"event": "order", "where": "days_since_signup <= 7 & orders_total == 0", "tones": "playful", "channels": "email push", "offers": "amount_off-5"}),
    ("Win back lapsed customers, max one text per week, no texts after 7pm, no emails on Sundays, budget $500/month",
     {"channels": "email sms", "quiet": "19:00-08:00", "budget": "500 USD", "cron": "0 6 * * 1-5"}),
    ("Win back lapsed customers; a maximum of 1 message a day, no two messages within 48 hours; 12% discount max; offer expires 12/31/2026",
     {"caps": {(None, 1, 1)}, "cooldown": 48, "max": 12}),
    ("Win back lapsed customers with at most two messages a week, of which one SMS. Email and SMS.", {"caps": {(None, 2, 7), ("sms", 1, 7)}}),
    ("Win back customers inactive for 2 months. Weekly cap: 3. Attribution window of 5 days. Run for 6 weeks.", {"caps": {(None, 3, 7)}, "window": 5, "days": 42}),
    ("Win back lapsed customers, 20,000 points at most, never send on consecutive days", {"offers": "points-10000 points-15000 points-20000", "caps": {(None, 1, 2)}}),
    ("Win back lapsed shoppers during business hours only, by text message", {"quiet": "17:00-09:00", "channels": "sms"}),
    ("Win back lapsed shoppers, nothing between midnight and 10am or after 6 pm", {"quiet": "18:00-10:00"}),
    ("Win back lapsed shoppers but never between 9 and 8", {"quiet": "21:00-08:00"}),
    ("Win back lapsed shoppers, no messages before 10am", {"quiet": "21:00-10:00"}),
    ("Second order from people who bought exactly twice in the last 30 days, email", {"where": "orders_30d == 2"}),
    ("Win back people who spent over €500 but have not ordered in 45 days and joined more than a year ago", {"where": "revenue_total > 500 & days_since_last_order >= 45 & days_since_signup > 365"}),
    ("Win back customers with days_since_last_order >= 30 and orders_total > 2", {"where": "days_since_last_order >= 30 & orders_total > 2"}),
    ("Win back people whose last order was more than 40 days ago; average basket above $80", {"where": "days_since_last_order > 40 & average_order_value > 80"}),
    ("Keep weekend shoppers buying. An order counts fully, a visit counts a tenth.", {"where": "weekend_share > 0.5", "weights": {"order": 1.0, "visit": 0.1}}),
    ("Reach everyone who is a customer and get them to order again; 10–20% off; control group 10%", {"where": "", "offers": "percent_off-10 percent_off-15 percent_off-20", "max": 20}),
    ("Win back lapsed customers. Banned words: cheap, bargain. Warm and direct tone.", {"banned": ["cheap", "bargain"], "tones": "warm direct"}),
    ("Upgrade basic users to the premium plan. No offers, no incentives.", {"event": "plan_upgraded", "offers": "", "max": 0, "themes": "peace_of_mind goals simplicity control"}),
    ("Offer our personal loan to customers. Email. Avoid the word 'cheap'.", {"event": "personal_loan_opened", "regulated": "credit", "banned": ["cheap"]}),
    ("Win back guests who have not stayed for half a year; 1.500 points; £1.5k budget", {"event": "booking", "where": "days_since_booking >= 180", "budget": "1500 GBP"}),
    ("Win back lapsed customers, discount no higher than 15%, spend no more than $2,500", {"max": 15, "budget": "2500 USD"}),
    ("Win back lapsed customers. Never discount more than 12%.", {"max": 12}),
    ("Win back lapsed customers with a $10 voucher, twenty-one days, 48 hours between messages", {"offers": "amount_off-10", "days": 21, "cooldown": 48}),
    ("Win back lapsed customers: 1-2 messages a week, 3 emails max per month", {"caps": {(None, 2, 7), ("email", 3, 30)}}),
    ("Win back lapsed customers outside of weekends, do not send outside 9am-5pm", {"quiet": "17:00-09:00", "cron": "0 6 * * 1-5"}),
    ("Turn people who ordered once into repeat customers, no more than 4 contacts per month each, free shipping only, no percentage off",
     {"where": "orders_total == 1", "caps": {(None, 4, 30)}, "offers": "free_shipping", "max": 0}),
    ("Win back lapsed customers by SMS only between 10am and noon", {"quiet": "12:00-10:00", "windows": "midday", "channels": "sms"}),
    ("Please bring our lapsed households back. We'd like to use email and SMS but please leave out push. Two messages per week is plenty. "
     "Nobody wants a text late at night so keep everything between 8am and 9pm. Budget is five thousand dollars.",
     {"channels": "email sms", "caps": {(None, 2, 7)}, "quiet": "21:00-08:00", "budget": "5000 USD"}),
    ("Objective: second purchase. Audience: customers with exactly one order placed in the last 30 days. Channels: email, push. "
     "Frequency: 2/week. Quiet hours: 9pm–8am. Offer: max 10% or free shipping over $35. Budget: $8k. Horizon: 6 weeks. Holdout: 10%.",
     {"where": "orders_30d == 1", "caps": {(None, 2, 7)}, "offers": "percent_off-5 percent_off-10 free_shipping", "budget": "8000 USD", "days": 42}),
    ("get trial users to invite a teammate, they signed up 3-14 days ago, inapp + email, no more than one a day",
     {"event": "teammate_invited", "where": "days_since_signup >= 3 & days_since_signup <= 14 & events_teammate_invited_total == 0",
      "channels": "email in_app", "caps": {(None, 1, 1)}}),
    ("Onboard new customers who registered within the past 30 days but haven't made a purchase. Welcome offer 10% off.",
     {"event": "order", "where": "days_since_signup <= 30 & orders_total == 0", "offers": "percent_off-10"}),
    ("Win back churned subscribers (no login in 90 days) w/ email & push. ≤2 msgs/wk. Budget ≤ $1,000. Discount ≤ 30%.",
     {"where": "days_since_login >= 90", "caps": {(None, 2, 7)}, "budget": "1000 USD", "max": 30}),
    ("We need to reduce churn among customers who ordered at least 5 times but not in the last 45 days",
     {"where": "orders_total >= 5 & days_since_last_order >= 45"}),
    (
        "Convert free users to the pro plan: users with more than 10 logins in 30 days, no discounts, in-app and email, one "
        "message every 3 days",
     {"event": "plan_upgraded", "where": "events_login_30d > 10", "channels": "email in_app", "caps": {(None, 1, 3)}}),
    ("Cross-sell travel insurance to card holders who made at least 2 card payments in the last 30 days, excluding anyone contacted in the "
     "past 10 days. Max 1 SMS/month, 1 email/week.",
     {"event": "travel_insurance_opened", "caps": {("sms", 1, 30), ("email", 1, 7)},
      "where": "events_card_payment_total >= 1 & events_card_payment_30d >= 2 & not(touches_30d >= 1 & days_since_last_touch <= 10)"}),
    ("Win back customers who haven't purchased in 6-12 months. Discount between 5% and 15%. Budget: 3.000 EUR.",
     {"where": "days_since_last_order >= 180 & days_since_last_order <= 360", "offers": "percent_off-5 percent_off-10 percent_off-15", "budget": "3000 EUR"}),
    (
        "Reactivate shoppers who spent at least £250 and were last seen 8 weeks ago, UK time, no pushes, no more than 2 emails "
        "and 1 text a week, £3k",
     {"where": "revenue_total >= 250 & days_since_last_order >= 56", "zone": "Europe/London", "caps": {("email", 2, 7), ("sms", 1, 7)}, "budget": "3000 GBP"}),
    ("Ask guests who stayed in the last 7 days for a review, one email only",
     {"event": "review_written", "where": "days_since_booking <= 7", "channels": "email", "caps": {("email", 1, 28)}}),
    ("Do not contact anyone more than once in 3 days. Win back lapsed customers who were not contacted in the last 10 days.",
     {"caps": {(None, 1, 3)}, "where": "days_since_last_order >= 60 & touches_30d == 0 | days_since_last_touch > 10"}),
    ("Turn first-time buyers into repeat buyers. Don't use SMS. Don't offer more than $5 off. Don't send more than 1 message/week. "
     "Don't contact people who bought in the last 7 days.",
     {"where": "orders_total == 1 & not(days_since_last_order <= 7)", "channels": "email push", "offers": "amount_off-2 amount_off-5", "caps": {(None, 1, 7)}}),
    ("Win back lapsed customers. Weekly email.", {"caps": {("email", 1, 7)}, "channels": "email"}),
    ("Win back users who have not created a project for 30 days", {"where": "events_project_created_total == 0 | days_since_project_created >= 30"}),
]  # fmt: skip


@pytest.mark.parametrize(("goal", "expected"), MARKETERS, ids=[g[:60] for g, _ in MARKETERS])
def test_what_marketers_write_is_understood(goal: str, expected: dict[str, Any]) -> None:
    made = plan(goal)
    assert {k: v for k, v in facts(made).items() if k in expected} == expected
    assert Plan.model_validate_json(made.model_dump_json()) == made


def test_there_are_goals_enough() -> None:
    assert len(MARKETERS) >= 70 and len({g for g, _ in MARKETERS}) == len(MARKETERS)


def test_engagement_counts_a_little_while_learning_unless_the_goal_weighs_events() -> None:
    assert facts(plan("Win back lapsed customers by email and push"))["weights"] == {"order": 1.0, "email_clicked": 0.2, "push_opened": 0.2}
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


@pytest.mark.parametrize(("customers", "share"), [(0, 0.1), (100_000, 0.1), (2469, 0.17), (800, 0.2)])
def test_small_audiences_get_larger_comparison_arms_and_a_reason(customers: int, share: float) -> None:
    made = plan(FIVE["winback"][0], customers=customers)
    assert (made.measurement.holdout, made.measurement.random_control, made.measurement.bau) == (share,) * 3
    assert any("likely to be small" in h for h in made.hypotheses) == (share > 0.1)


@pytest.mark.parametrize(
    ("goal", "about"),
    [
        ("Win back lapsed customers with no holdout", "holdout"),
        ("Win back lapsed customers, not on weekends", "Monday to Friday"),
        ("Win back lapsed customers, never when it rains in Spain", "rains"),
        ("Win back lapsed customers, use the 37 special blobs", "37 special blobs"),
        ("Win back lapsed customers until 03/04/2027", "3/4/2027"),
        ("Win back lapsed customers by WhatsApp and email", "WhatsApp"),
        ("Win back lapsed customers in Spanish and English", "Spanish"),
        ("Win back lapsed customers, budget", "How large"),
        ("Win back lapsed customers, up to 20% off, though 10% off for students", "lowest"),
        ("Win back lapsed customers. At least two messages a week.", "at least 2"),
        ("Win back lapsed customers in a formal tone", "formal tone"),
        ("Win back lapsed customers for two weeks, attribution window 30 days", "longer than the journey"),
        ("Get more orders from customers", "What should people do"),
    ],
)
def test_what_stays_open_is_asked_back(goal: str, about: str) -> None:
    assert any(about in q for q in plan(goal).questions)


def test_assumptions_stand_in_the_hypotheses() -> None:
    said = " ".join(plan("Win back lapsed customers").hypotheses)
    for words in (
        "for 3 days",
        "28 days",
        "two messages a week",
        "email and push",
        "21:00 to 08:00",
        "no offer",
        "60 days",
        "We miss you:",
    ):
        assert words in said
