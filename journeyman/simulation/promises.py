"""Which sends of a simulated journey broke a rule of its plan: consent and opt-outs, caps, cooldown, quiet hours, incentive budget.

The judge is `journeyman.measurement.audit`, which shares no code with eligibility or the gate; the budget, which an outbox does not show,
is reckoned here from the sends and what was redeemed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from journeyman.domain import Customer, Event, Guardrails, Send
from journeyman.measurement.audit import Finding, Lineage, Sent, judge
from journeyman.simulation.purse import Purse

RULES = {
    "consent": "no consent for the channel",
    "suppressed": "the customer had left the channel",
    "cap": "frequency cap",
    "cooldown": "cooldown",
    "quiet_hours": "quiet hours where the customer is",
    "budget": "incentive budget",
    "address": "no address of the customer's on the channel",
    "duplicate": "a second message to an address in one slot",
    "stranger": "no such customer",
}


def rules_of(guardrails: Guardrails) -> tuple[str, ...]:
    """The rules that hold, by name: consent always, the others where the plan sets them (text messages have a night by law)."""
    names = ["consent", "suppressed"]
    names += ["cap"] if guardrails.frequency_caps else []
    names += ["cooldown"] if guardrails.cooldown_hours else []
    names += ["quiet_hours"]
    return tuple(names + (["budget"] if guardrails.incentive_budget else []))


def broken(
    sends: Sequence[Send], customers: Iterable[Customer], guardrails: Guardrails, *, brand_zones: Sequence[str], events: Sequence[Event]
) -> list[Finding]:
    """Every finding on sends that left (state `sent`), one or more a send; none is a clean bill. `events` tell opt-outs and redemptions."""
    left = [s for s in sends if s.state == "sent" and s.sent_at is not None]
    found = judge(
        [_message(s, s.sent_at) for s in left if s.sent_at is not None],
        customers,
        guardrails,
        brand_zones=brand_zones,
        arms={s.customer: s.arm for s in left},
        approved={s.variant for s in left},
        events=events,
    )
    return found + over_budget(left, guardrails, events)


def over_budget(sends: Sequence[Send], guardrails: Guardrails, events: Sequence[Event]) -> list[Finding]:
    """Sends whose offer did not fit what was free of the budget when they left."""
    if guardrails.incentive_budget is None:
        return []
    limit, findings = guardrails.incentive_budget, []
    purse = Purse(limit.amount)
    moves: list[tuple[datetime, int, str, Send | float]] = [(s.sent_at, 1, s.id, s) for s in sends if s.sent_at and s.liability > 0]
    moves += [
        (e.timestamp, 0, str(e.properties["redeemed"]), float(e.properties["discount"])) for e in events if "redeemed" in e.properties
    ]
    for at, _, name, what in sorted(moves, key=lambda m: m[:3]):
        purse.release(at)
        if isinstance(what, Send):
            if not purse.fits(what.liability):
                told = f"{what.liability:.2f} {limit.currency} more than was free of {limit.amount:,.2f}."
                findings.append(Finding(rule="budget", send=name, customer=what.customer, message=told))
            purse.reserve(name, what.liability, at)
        else:
            purse.redeem(name, what)
    return findings


def _message(send: Send, at: datetime) -> Sent:
    """What its outbox file would say."""
    return Sent.model_construct(
        send_id=send.id,
        journey=send.journey,
        customer=send.customer,
        address=send.address,
        channel=send.channel,
        variant=send.variant,
        slot=send.slot,
        sent_at=at,
        local_time=at,
        time_zone=None,
        rendered={},
        decision=Lineage.model_construct(propensity=1.0, arm=send.arm),
    )
