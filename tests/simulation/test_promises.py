"""Broken promises are counted as one would by hand; the purse keeps its books."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from journeyman.domain import Customer, Event, FrequencyCap, Guardrails, Money, Send
from journeyman.simulation.promises import broken, rules_of
from journeyman.simulation.purse import Purse

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
ANN = Customer(id="ann", email="ann@example.com", phone="+12125550101", time_zone="UTC", consent=frozenset({("email", "marketing")}))
RULES = Guardrails(
    frequency_caps=[FrequencyCap(limit=2, window_days=7)], cooldown_hours=20, incentive_budget=Money(amount=10.0, currency="USD")
)


def send(name: str, days: float = 0, channel: str = "email", liability: float = 0.0, **changes: object) -> Send:
    at = NOON + timedelta(days=days)
    return Send(**{
        "id": name, "decision": name, "journey": "j", "plan_version": 1, "customer": "ann", "arm": "treatment", "channel": channel,
        "variant": "v", "variant_hash": "h", "slot": name, "scheduled_at": at, "sent_at": at, "state": "sent", "liability": liability,
        "address": ANN.address(channel) or "",
    } | changes)  # fmt: skip


def event(name: str, days: float, **properties: object) -> Event:
    return Event(message_id=f"{name}{days}", customer="ann", event=name, timestamp=NOON + timedelta(days=days), properties=properties)


def found(*sends: Send, events: tuple[Event, ...] = (), rules: Guardrails = RULES) -> Counter[tuple[str, str]]:
    return Counter((f.send, f.rule) for f in broken(sends, [ANN], rules, brand_zones=["UTC"], events=events))


def test_what_keeps_the_rules_is_clean() -> None:
    assert not found(send("1"), send("2", 3), send("3", 7))
    assert not found(send("1"), send("2", 0.1, state="blocked", sent_at=None))


def test_a_bad_week_by_hand() -> None:
    told = found(
        send("1"),
        send("2", 0.5),  # midnight, twelve hours after the first
        send("3", 2),  # the third within seven days
        send("4", 8, "sms"),  # no consent
        send("5", 12),  # after leaving
        events=(event("unsubscribed", 11, channel="email"),),
    )
    assert told == Counter({("2", "cooldown"): 1, ("2", "quiet_hours"): 1, ("3", "cap"): 1, ("4", "consent"): 1, ("5", "suppressed"): 1})


def test_the_budget_by_hand() -> None:
    offers = [send("1", 0, liability=6.0), send("2", 3, liability=6.0), send("3", 11, liability=6.0)]
    assert found(*offers) == Counter({("2", "budget"): 1})  # both offers have run out by the eleventh day
    redeemed = (event("order", 1, redeemed="1", discount=3.0),)
    assert not found(*offers[:2], events=redeemed)  # it came to less than was set aside
    assert not found(*offers, rules=RULES.model_copy(update={"incentive_budget": None}))


def test_rules_are_those_of_the_plan() -> None:
    assert rules_of(RULES) == ("consent", "suppressed", "cap", "cooldown", "quiet_hours", "budget")
    assert rules_of(Guardrails()) == ("consent", "suppressed", "quiet_hours")


def test_the_purse() -> None:
    purse = Purse(10.0)
    assert purse.standing(NOON) == (10.0, 0.0, dict.fromkeys(range(8), 0.0), 0.1)  # ten imagined offers, one redeemed
    purse.reserve("1", 4.0, NOON)
    purse.reserve("2", 0.0, NOON)
    assert purse.committed == 4.0 and purse.fits(6.0) and not purse.fits(6.1) and purse.fits(0.0)
    purse.redeem("1", 3.0)
    purse.redeem("1", 3.0)
    purse.reserve("3", 5.0, NOON)
    assert purse.spent == 3.0 and purse.committed == 8.0
    limit, spent, promised, _ = purse.standing(NOON + timedelta(days=2)) or (0, 0, {}, 0)
    assert (limit, spent, promised[5], sum(promised.values())) == (10.0, 3.0, 5.0, 5.0)
    purse.release(NOON + timedelta(days=7))
    assert purse.committed == 8.0
    purse.release(NOON + timedelta(days=7, seconds=1))
    assert purse.committed == 3.0
    late = purse.standing(NOON + timedelta(days=8))
    assert late is not None and sum(late[2].values()) == 0 and late[3] == (3.0 + 4.5) / (9.0 + 45.0)
    assert Purse(None).fits(1e9) and Purse(None).standing(NOON) is None
