"""The plan linter: worst cases, reach, power, hours."""

from __future__ import annotations

from typing import Any

import pytest

from guardrails.cron import fires_per_week
from guardrails.lint import AudienceFacts, contacts_per_week, lint
from guardrails.power import smallest_lift
from journeyman.domain import Plan

FACTS = AudienceFacts(size=100_000, consented={"email": 90_000, "sms": 85_000}, average_order_value=40)


def plan(**changes: Any) -> Plan:
    parts: dict[str, Any] = {
        "name": "back",
        "goal": "Win back",
        "objective": {"events": [{"event": "order"}]},
        "audience": {"description": "everybody", "where": {"all": []}},
        "action_sets": {"channels": ["email", "sms"], "themes": ["a"], "tones": ["warm"], "send_windows": ["morning", "evening"]},
        "guardrails": {"frequency_caps": [{"limit": 2}]},
    }
    for name, change in changes.items():
        parts[name] = {**parts.get(name, {}), **change} if isinstance(change, dict) else change
    return Plan.model_validate(parts)


def codes(p: Plan, facts: AudienceFacts | None = FACTS, others: tuple[Plan, ...] = ()) -> list[str]:
    return [f.code for f in lint(p, audience=facts, other_plans=others)]


def test_a_sound_plan_has_no_findings() -> None:
    assert codes(plan()) == [] and codes(plan(), None) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"guardrails": {"frequency_caps": []}}, "no-cap"),
        ({"guardrails": {"frequency_caps": [{"limit": 0}]}}, "cap-zero"),
        ({"guardrails": {"frequency_caps": [{"limit": 2}, {"limit": 0, "channel": "sms"}]}}, "brief-unreachable"),
        ({"guardrails": {"quiet_hours": {"start": "18:00", "end": "11:00"}}}, "no-window"),
        ({"guardrails": {"quiet_hours": {"start": "18:00", "end": "08:00"}}}, "window-closed"),
        ({"guardrails": {"quiet_hours": {"start": "21:00", "end": "09:00"}}}, "window-late"),
        ({"objective": {"attribution_window_days": 30}}, "attribution-window"),
        ({"measurement": {"holdout": 0.001}}, "power"),
        ({"measurement": {"holdout": 0}}, "no-holdout"),
        ({"measurement": {"holdout": 0.5, "random_control": 0.3, "bau": 0.2}}, "no-treatment"),
    ],
)
def test_findings(changes: dict[str, Any], code: str) -> None:
    assert code in codes(plan(**changes))


OFFER = {
    "channels": ["email"],
    "themes": ["a"],
    "tones": ["warm"],
    "send_windows": ["morning"],
    "incentives": [{"kind": "percent_off", "value": 20}],
}


@pytest.mark.parametrize(
    ("rails", "code"),
    [
        ({}, "no-budget"),
        ({"incentive_budget": {"amount": 5}}, "budget-too-small"),
        ({"incentive_budget": {"amount": 5000}}, "budget"),
        ({"incentive_budget": {"amount": 1e9}, "max_discount_percent": 15}, "brief-unreachable"),
    ],
)
def test_offers(rails: dict[str, Any], code: str) -> None:
    assert code in codes(plan(action_sets=OFFER, guardrails={"frequency_caps": [{"limit": 2}], **rails}))


def test_a_budget_that_covers_the_worst_is_quiet() -> None:
    assert codes(plan(action_sets=OFFER, guardrails={"frequency_caps": [{"limit": 2}], "incentive_budget": {"amount": 1e7}})) == []


def test_currencies_agree() -> None:
    sets = {**OFFER, "incentives": [{"kind": "amount_off", "value": 5, "currency": "EUR"}]}
    assert "currency" in codes(plan(action_sets=sets, guardrails={"incentive_budget": {"amount": 1e7}}))


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (AudienceFacts(size=0), "empty-audience"),
        (AudienceFacts(size=100_000, consented={"email": 0, "sms": 0}), "no-reach"),
        (AudienceFacts(size=100_000, consented={"email": 50_000}), "consent"),
        (AudienceFacts(size=100_000, consented={"sms": 0}), "brief-unreachable"),
        (AudienceFacts(size=300), "power"),
    ],
)
def test_people(facts: AudienceFacts, code: str) -> None:
    assert code in codes(plan(), facts)


def test_caps_of_journeys_add_up() -> None:
    others = tuple(plan(name=f"j{i}") for i in range(2))
    (finding,) = lint(plan(), audience=FACTS, other_plans=(*others, plan()))
    assert finding.code == "contacts" and "6 messages a week" in finding.message


@pytest.mark.parametrize(
    ("rails", "cron", "most"),
    [
        ({"frequency_caps": [{"limit": 2}]}, "0 6 * * *", 2),
        ({"frequency_caps": [{"limit": 1, "window_days": 2}]}, "0 6 * * *", 4),
        ({"frequency_caps": [{"limit": 3, "window_days": 30}]}, "0 6 * * *", 3),
        ({"frequency_caps": [{"limit": 1, "channel": "email"}, {"limit": 2, "channel": "sms"}]}, "0 6 * * *", 3),
        ({"frequency_caps": [], "cooldown_hours": 72}, "0 6 * * *", 3),
        ({"frequency_caps": []}, "0 6 * * mon", 1),
    ],
)
def test_worst_case_contacts(rails: dict[str, Any], cron: str, most: int) -> None:
    assert contacts_per_week(plan(guardrails=rails, schedule={"cron": cron})) == most


@pytest.mark.parametrize(
    ("cron", "times"),
    [("0 6 * * *", 7), ("0 6,18 * * *", 14), ("*/30 * * * *", 336), ("0 6 * * 1-5", 5), ("0 6 * * 0,7", 1), ("0 6 1 * *", 1),
     ("0 6 1,31 * *", 2), ("0 6 1 * mon", 2), ("@daily", 7), ("nonsense", 7), ("0 99 * * *", 7), ("0 6 * * 1/0", 7)],
)  # fmt: skip
def test_cron(cron: str, times: int) -> None:
    assert fires_per_week(cron) == times


def test_power_agrees_with_the_textbook() -> None:
    # Two groups of n = 7.85·(p1(1−p1) + p2(1−p2)) / (p2 − p1)² see p1 → p2 with 80 % power at 5 %.
    p1, p2 = 0.05, 0.06
    n = (1.959964 + 0.841621) ** 2 * (p1 * (1 - p1) + p2 * (1 - p2)) / (p2 - p1) ** 2
    assert smallest_lift(n, n, p1) == pytest.approx(0.2, abs=1e-4)
    assert smallest_lift(0, n, p1) == float("inf")
    assert smallest_lift(n, 5 * n, p1) < smallest_lift(n, n, p1) < smallest_lift(n / 2, n / 2, p1)
