"""How far two readings agree, beyond what chance would bring. Pure arithmetic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

from evals.records import Agreement


def agreement(between: str, pairs: Sequence[tuple[Hashable, Hashable]]) -> Agreement:
    """Share of equal readings, Cohen's kappa and Gwet's AC1 (Gwet, "Computing inter-rater reliability and its variance in the presence of
    high agreement", 2008). With nothing read, all are 0 and kappa is None."""
    n = len(pairs)
    if not n:
        return Agreement(between=between, things=0, same=0.0, kappa=None, ac1=0.0)
    same = sum(a == b for a, b in pairs) / n
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    kinds = first.keys() | second.keys()
    chance = sum(first[k] * second[k] for k in kinds) / n**2
    shares = [(first[k] + second[k]) / (2 * n) for k in kinds]
    gwet = sum(p * (1 - p) for p in shares) / max(1, len(kinds) - 1)
    return Agreement(
        between=between,
        things=n,
        same=same,
        kappa=(same - chance) / (1 - chance) if chance < 1 else None,
        ac1=(same - gwet) / (1 - gwet),
    )
