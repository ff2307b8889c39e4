"""The audience of a plan in numbers, for the plan linter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from guardrails.lint import AudienceFacts
from journeyman.domain import Brand, Channel, Customer, Predicate
from journeyman.features import FeatureTable, select


def facts(where: Predicate, channels: Sequence[Channel], features: FeatureTable, people: Sequence[Customer], brand: Brand) -> AudienceFacts:
    """Size of the audience, and how many of it may be written to by channel (consent to marketing and an address), and
    the languages they speak."""
    by_id = {p.id: p for p in people}
    mask = select(features, where)
    inside = [by_id[c] for c, member in zip(features.customers, mask, strict=True) if member]
    return AudienceFacts(
        size=len(inside),
        consented={c: sum((c, "marketing") in p.consent and bool(p.address(c)) for p in inside) for c in channels},
        average_order_value=brand.average_order_value,
        products=[p.id for p in brand.products] or None,
        languages=dict(Counter(p.tongue for p in inside if p.tongue).most_common()),
    )
