"""The audit: were the promises kept, judged from the outbox files alone.

Reads `outbox/*.json` as the file channel writes them and looks for what must never happen. It shares no code with the send gate, so a
mistake there is not repeated here. It sees only what left: budgets and blocked sends are not its business, and every message is held to
marketing rules.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from journeyman.domain import Arm, Channel, Customer, Event, Guardrails, QuietHours, Record
from journeyman.measurement.envelope import faults

SMS_HOURS = QuietHours(start=time(21, 0), end=time(8, 0))
"""Text messages may arrive from 08:00 to 21:00 at the recipient's place (47 CFR 64.1200), whatever the plan says."""


class Finding(Record):
    """One broken promise. `rule`: malformed, envelope, stranger, address, arm, variant, template, consent, suppressed, quiet_hours, clock,
    duplicate, cap or cooldown."""

    rule: str
    send: str
    customer: str
    message: str


class Lineage(BaseModel):
    """What an outbox file says of its decision, as far as the audit asks."""

    model_config = ConfigDict(extra="ignore")
    propensity: float
    arm: Arm


class Sent(BaseModel):
    """One outbox file, or what would have been one."""

    model_config = ConfigDict(extra="ignore")
    send_id: str
    journey: str
    customer: str
    address: str
    channel: Channel
    variant: str
    slot: str
    sent_at: AwareDatetime
    local_time: AwareDatetime
    time_zone: str | None
    rendered: dict[str, Any]
    decision: Lineage


def audit(
    outbox: Path,
    customers: Iterable[Customer],
    guardrails: Guardrails,
    *,
    brand_zones: Sequence[str],
    arms: Mapping[str, str],
    approved: Collection[str],
    events: Iterable[Event] = (),
    domains: Sequence[str] = (),
) -> list[Finding]:
    """Every violation found, oldest send first; an empty list is a clean bill.

    `customers` with their consent as it was at the start; `events` adds the `unsubscribed` and `complained` since, after which nothing may
    follow. `arms` is customer id → arm of everybody in the experiment; `approved` the ids of approved variants. A customer whose time
    zone is missing or unknown is looked at in all `brand_zones` (UTC if there are none). E-mails must come from one of
    the brand's `domains`.
    """
    findings: list[Finding] = []
    sent = list(_read(outbox, findings))
    findings += [f for message in sent if message.channel == "email" for f in _envelope(outbox, message, domains)]
    return findings + judge(sent, customers, guardrails, brand_zones=brand_zones, arms=arms, approved=approved, events=events)


def judge(
    messages: Iterable[Sent],
    customers: Iterable[Customer],
    guardrails: Guardrails,
    *,
    brand_zones: Sequence[str],
    arms: Mapping[str, str],
    approved: Collection[str],
    events: Iterable[Event] = (),
) -> list[Finding]:
    """The same for messages read already (a simulation has no files)."""
    findings: list[Finding] = []
    sent = sorted(messages, key=lambda s: (s.sent_at, s.send_id))
    known = {c.id: c for c in customers}
    opted_out = _opt_outs(events)
    for message in sent:
        for rule, text in _alone(message, known.get(message.customer), guardrails, brand_zones, arms, approved, opted_out):
            findings.append(Finding(rule=rule, send=message.send_id, customer=message.customer, message=text))
    for rule, message, text in _together(sent, guardrails):
        findings.append(Finding(rule=rule, send=message.send_id, customer=message.customer, message=text))
    return findings


def _read(outbox: Path, findings: list[Finding]) -> Iterator[Sent]:
    for file in sorted(outbox.glob("*.json")):
        try:
            yield Sent.model_validate_json(file.read_bytes())
        except (ValidationError, ValueError) as problem:
            told = f"{file.name} is not a message: {str(problem).splitlines()[0]}"
            findings.append(Finding(rule="malformed", send=file.stem, customer="", message=told))


def _envelope(outbox: Path, sent: Sent, domains: Sequence[str]) -> Iterator[Finding]:
    """What is wrong with an e-mail's headers, where the letter itself was kept."""
    letter = outbox / f"{sent.send_id}.eml"
    told = faults(letter.read_bytes(), domains) if letter.is_file() else ()
    return (Finding(rule="envelope", send=sent.send_id, customer=sent.customer, message=text) for text in told)


def _alone(
    sent: Sent,
    customer: Customer | None,
    guardrails: Guardrails,
    brand_zones: Sequence[str],
    arms: Mapping[str, str],
    approved: Collection[str],
    opted_out: Mapping[tuple[str, str], datetime],
) -> Iterator[tuple[str, str]]:
    """What a message shows by itself."""
    arm = arms.get(sent.customer)
    if arm is None or arm == "holdout":
        yield "arm", f"A customer {'of the holdout' if arm else 'outside the experiment'} received a message."
    elif arm != sent.decision.arm:
        yield "arm", f"The customer belongs to {arm}, the message to {sent.decision.arm}."
    if sent.variant not in approved:
        yield "variant", f"Variant {sent.variant} was not approved."
    text = json.dumps(sent.rendered, ensure_ascii=False)
    if "{{" in text or "{%" in text:
        yield "template", "The rendered text still holds template syntax."
    if sent.local_time != sent.sent_at:
        yield "clock", "local_time and sent_at are not the same moment."
    if customer is None:
        yield "stranger", "No such customer."
        return
    if _plain(sent.channel, customer.address(sent.channel) or "") != _plain(sent.channel, sent.address):
        yield "address", "The address is not the customer's on this channel."
    if (sent.channel, "marketing") not in customer.consent:
        yield "consent", f"No consent for marketing by {sent.channel}."
    for reason in (sent.channel, "complained"):
        left = opted_out.get((sent.customer, reason))
        if left is not None and left < sent.sent_at:
            yield (
                "suppressed",
                f"Sent after the customer {'complained' if reason == 'complained' else f'left {reason}'} on {left:%Y-%m-%d %H:%M}.",
            )
    hours = [h for h in (guardrails.quiet_hours, SMS_HOURS if sent.channel == "sms" else None) if h]
    for zone in _zones(customer.time_zone, brand_zones):
        local = sent.sent_at.astimezone(zone).time()
        if any(_quiet(local, h) for h in hours):
            yield "quiet_hours", f"It was {local:%H:%M} in {zone.key}."
            break


def _together(sent: Sequence[Sent], guardrails: Guardrails) -> Iterator[tuple[str, Sent, str]]:
    """What only several messages show together; `sent` is in order of time."""
    slots: dict[tuple[str, str, str], Sent] = {}
    people: dict[str, list[Sent]] = defaultdict(list)
    for message in sent:
        slot = (message.journey, _plain(message.channel, message.address), message.slot)
        if slot in slots:
            yield "duplicate", message, f"{slots[slot].send_id} already went to this address in slot {message.slot}."
        slots.setdefault(slot, message)
        people[message.customer].append(message)
    for messages in people.values():
        for earlier, later in pairwise(messages):
            if later.sent_at - earlier.sent_at < timedelta(hours=guardrails.cooldown_hours):
                yield "cooldown", later, f"Only {later.sent_at - earlier.sent_at} after {earlier.send_id}."
        for cap in guardrails.frequency_caps:
            counted = [m for m in messages if cap.channel in (None, m.channel)]
            for i, message in enumerate(counted[cap.limit :]):
                if cap.limit == 0 or message.sent_at - counted[i].sent_at < timedelta(days=cap.window_days):
                    what = cap.channel or "all channels"
                    yield "cap", message, f"More than {cap.limit} within {cap.window_days} days on {what}."


def _opt_outs(events: Iterable[Event]) -> dict[tuple[str, str], datetime]:
    """First opt-out by (customer, channel or `complained`)."""
    first: dict[tuple[str, str], datetime] = {}
    for event in sorted((e for e in events if e.event in ("unsubscribed", "complained")), key=lambda e: e.timestamp):
        reason = "complained" if event.event == "complained" else str(event.properties.get("channel", ""))
        first.setdefault((event.customer, reason), event.timestamp)
    return first


def _plain(channel: str, address: str) -> str:
    if channel == "sms":
        return "".join(c for c in address if c.isdigit())
    return address.strip().lower() if channel == "email" else address.strip()


def _zones(given: str | None, brand_zones: Sequence[str]) -> list[ZoneInfo]:
    own = _zone(given) if given else None
    brand = [zone for zone in map(_zone, brand_zones) if zone]
    return [own] if own else brand or [ZoneInfo("UTC")]


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return None


def _quiet(local: time, hours: QuietHours) -> bool:
    if hours.start <= hours.end:
        return hours.start <= local < hours.end
    return local >= hours.start or local < hours.end
