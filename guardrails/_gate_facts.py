"""What the gate must know to judge a batch: gathered with a handful of queries, whatever the batch's size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from journeyman.domain import Channel, Customer, Guardrails, Plan, Send, Variant
from journeyman.store import Store, budget, customers, decisions, journeys, library, outbox

Rank = tuple[int, float]
"""Who goes first: the plan's priority, then what the decision expects."""
AHEAD = timedelta(days=1)
"""How far ahead another journey's plans count."""


@dataclass(frozen=True)
class Facts:
    """How things stand at `now`. `history` and `committed` are counted on as sends of the batch are let through."""

    now: datetime
    live: frozenset[tuple[str, int]]
    """(journey, plan version) that may send: the journey is live and the version was approved."""
    guardrails: dict[str, Guardrails]
    """By live journey (all of them): the limits of its approved plan as it is now, also for sends of an earlier version."""
    variants: dict[tuple[str, str], tuple[Variant, str]]
    """(journey, variant) → the variant and its fingerprint; only those approved as they are now."""
    people: dict[str, Customer]
    suppressed: dict[tuple[Channel, str], customers.Scope]
    history: dict[str, list[tuple[Channel, datetime]]]
    """Customer → marketing messages that reached them, or may have, of all journeys."""
    committed: dict[str, float]
    """Journey → budget spent and reserved."""
    rivals: dict[str, list[tuple[Send, Rank]]]
    """Customer → what other live journeys want to send them within a day, with its rank."""
    ranks: dict[str, Rank]
    """Rank of each of these sends; only where there are rivals."""


def gather(store: Store, sends: Sequence[Send], now: datetime, *, again: bool = False) -> Facts:
    """Facts about these sends. `again`: they were claimed before, and count neither as history nor as reservations. Call it in the
    transaction that claims."""
    names = sorted({send.journey for send in sends})
    live = {j.name for j in journeys.listed(store) if j.state == "live"}
    plans = {name: journeys.plan(store, name) for name in sorted(live)}
    own = {send.id for send in sends} if again else set()
    rivals, ranks = ({}, {}) if again else _rivals(store, sends, plans, now)
    addresses = [send.address for send in (*sends, *(rival for ones in rivals.values() for rival, _ in ones))]
    return Facts(
        now=now,
        live=frozenset((name, version) for name in live & set(names) for version in journeys.approved_versions(store, name)),
        guardrails={name: plan.guardrails for name, plan in plans.items()},
        variants=_variants(store, sends),
        people={p.id: p for p in customers.read(store, [send.customer for send in sends])},
        suppressed=customers.suppressed(store, addresses),
        history=_history(store, sends, now, [plan.guardrails for plan in plans.values()], own),
        committed={name: _committed(store, name, own) for name in names},
        rivals=rivals,
        ranks=ranks,
    )


def _rivals(
    store: Store, sends: Sequence[Send], plans: Mapping[str, Plan], now: datetime
) -> tuple[dict[str, list[tuple[Send, Rank]]], dict[str, Rank]]:
    """What other live journeys want to send these customers within a day, and the ranks of these sends where there is such a thing."""
    own = {send.journey for send in sends}
    others = sorted(plans if len(own) > 1 else plans.keys() - own)
    wanted = outbox.wanted(store, [send.customer for send in sends], others, now + AHEAD) if others else []
    found: dict[str, list[tuple[Send, Rank]]] = defaultdict(list)
    for rival, expected in wanted:
        found[rival.customer].append((rival, (plans[rival.journey].priority, expected)))
    facing = [send for send in sends if send.customer in found and send.journey in plans]
    known = decisions.lineage(store, [send.decision for send in facing]) if facing else {}
    ranks = {s.id: (plans[s.journey].priority, known[s.decision].expected) for s in facing if s.decision in known}
    return found, ranks


def _variants(store: Store, sends: Sequence[Send]) -> dict[tuple[str, str], tuple[Variant, str]]:
    wanted: dict[str, set[str]] = defaultdict(set)
    for send in sends:
        wanted[send.journey].add(send.variant)
    found = {}
    for journey, ids in wanted.items():
        for variant, approved in library.approved(store, journey, sorted(ids)):
            if variant.fingerprint() == approved:  # otherwise edited behind the library's back
                found[journey, variant.id] = (variant, approved)
    return found


def _history(
    store: Store, sends: Sequence[Send], now: datetime, limits: Sequence[Guardrails], own: set[str]
) -> dict[str, list[tuple[Channel, datetime]]]:
    windows = [timedelta(days=cap.window_days) for limit in limits for cap in limit.frequency_caps]
    windows += [timedelta(hours=limit.cooldown_hours) for limit in limits]
    history: dict[str, list[tuple[Channel, datetime]]] = defaultdict(list)
    if longest := max(windows, default=timedelta()):
        people = sorted({send.customer for send in sends})
        for id_, customer, channel, when in outbox.history(store, now - longest, people=people):
            if id_ not in own:
                history[customer].append((channel, when))
    return history


def _committed(store: Store, journey: str, own: set[str]) -> float:
    held = budget.outstanding(store, journey) if own else {}
    return budget.standing(store, journey).committed - sum(amount for send, amount in held.items() if send in own)
