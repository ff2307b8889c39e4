"""Holds a proposed plan to a stated one: of every limit the stricter. Pure; knows no model."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time

from journeyman.domain import (
    AllOf,
    Audience,
    Brand,
    FrequencyCap,
    Guardrails,
    Incentive,
    Money,
    Plan,
    Predicate,
    QuietHours,
)

_DAY = 24 * 60


def clamp(plan: Plan, stated: Plan | None, brand: Brand) -> Plan:
    """`plan` with no limit looser than in `stated` (None: the goal's numbers are unknown) and only offers the goal or brand allow.

    Raises ValueError when nothing is left of a lever that must not be empty."""
    guardrails = _guardrails(plan.guardrails, stated.guardrails) if stated else plan.guardrails
    allowed = stated.action_sets.incentives if stated else brand.incentives
    sets = plan.action_sets
    channels = [c for c in sets.channels if stated is None or c in stated.action_sets.channels]
    if stated and not channels:
        raise ValueError(f"action_sets.channels: the goal allows {', '.join(stated.action_sets.channels)} only.")
    offers = (_offer(i, allowed, brand.incentives, guardrails.max_discount_percent) for i in sets.incentives)
    known = {p.id for p in brand.products}
    changes: dict[str, object] = {
        "guardrails": guardrails,
        "action_sets": sets.model_copy(
            update={
                "channels": list(dict.fromkeys(channels)),
                "incentives": list({i.key: i for i in offers if i}.values()),
                "products": [p for p in sets.products if p in known],
            }
        ),
    }
    if stated:
        changes["languages"] = stated.languages
        where = _both(stated.audience.where, plan.audience.where)
        changes |= {
            "audience": Audience(description=plan.audience.description, where=where),
            "measurement": stated.measurement,
            "priority": stated.priority,
            "renewal": stated.renewal,
        }
    held = plan.model_copy(update=changes)
    levels = held.levels()
    return held.model_copy(update={"hypotheses": [h for h in held.hypotheses if not h.lever or h.level in levels[h.lever]]})


def _guardrails(asked: Guardrails, stated: Guardrails) -> Guardrails:
    caps: dict[tuple[str | None, int], FrequencyCap] = {}
    for cap in [*stated.frequency_caps, *asked.frequency_caps]:
        key = (cap.channel, cap.window_days)
        caps[key] = min(cap, caps.get(key, cap), key=lambda c: c.limit)
    return Guardrails(
        frequency_caps=list(caps.values())[:20],
        cooldown_hours=max(asked.cooldown_hours, stated.cooldown_hours),
        quiet_hours=_quieter(asked.quiet_hours, stated.quiet_hours),
        incentive_budget=_smaller(asked.incentive_budget, stated.incentive_budget),
        max_discount_percent=_least(asked.max_discount_percent, stated.max_discount_percent),
        banned_phrases=list(dict.fromkeys([*stated.banned_phrases, *asked.banned_phrases]))[:500],
        regulated="credit" if "credit" in (asked.regulated, stated.regulated) else "none",
    )


def _least(one: float | None, other: float | None) -> float | None:
    given = [x for x in (one, other) if x is not None]
    return min(given) if given else None


def _smaller(asked: Money | None, stated: Money | None) -> Money | None:
    if asked is None or stated is None or asked.currency != stated.currency:
        return stated or asked
    return min(asked, stated, key=lambda m: m.amount)


def _quieter(one: QuietHours | None, other: QuietHours | None) -> QuietHours | None:
    """The shortest span that is quiet wherever either is."""
    if one is None or other is None:
        return one or other
    wanted = _minutes(one) | _minutes(other)
    spans = [QuietHours(start=a.start, end=b.end) for a in (one, other) for b in (one, other)]
    covering = [s for s in spans if _minutes(s) >= wanted]
    return min(covering, key=lambda s: len(_minutes(s)), default=other)


def _minutes(span: QuietHours) -> frozenset[int]:
    start, end = _minute(span.start), _minute(span.end)
    return frozenset(range(start, end)) if start < end else frozenset(range(start, _DAY)) | frozenset(range(end))


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _offer(asked: Incentive, allowed: Sequence[Incentive], record: Sequence[Incentive], most: float | None) -> Incentive | None:
    """The offer as the record has it, bare when the record does not know it, None when it is more than what is allowed."""
    within = any(a.kind == asked.kind and asked.value <= a.value and asked.currency in (a.currency, None) for a in allowed)
    if not within or (asked.kind == "percent_off" and most is not None and asked.value > most):
        return None
    same = [i for i in (*record, *allowed) if i.key == asked.key and asked.currency in (i.currency, None)]
    if same:
        return same[0]
    currency = next((a.currency for a in allowed if a.kind == asked.kind), None)
    return Incentive(kind=asked.kind, value=asked.value, currency=currency)


def _both(stated: Predicate, asked: Predicate) -> Predicate:
    """What holds both; conditions they share are written once."""
    parts = [*(stated.all if isinstance(stated, AllOf) else [stated])]
    parts += [p for p in (asked.all if isinstance(asked, AllOf) else [asked]) if p not in parts]
    return AllOf(all=parts[:50]) if parts else AllOf(all=[])
