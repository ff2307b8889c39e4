"""Briefs: the orders for copy that cover a plan's action sets evenly, or as its hypotheses weigh them. Pure, deterministic.

A cell is channel × theme × tone × incentive (or none); products take turns. The first round orders somewhat more than the target, because
checks and near-duplicates cost some; later rounds order only where cells are thin.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import product
from math import ceil

from journeyman.domain import Brand, Brief, Channel, Incentive, Plan, Written

HEADROOM = 1.3
"""Ordered over target in the first round: what checks and near-duplicate removal cost, with a little to spare."""
Cell = tuple[Channel, str, str, str]


def first_round(plan: Plan, brand: Brand, target: int) -> list[Brief]:
    """Briefs for about `target` × HEADROOM variants over all cells; where cells outnumber that, an even spread of them."""
    cells = _cells(plan)
    wanted = ceil(target * HEADROOM)
    if len(cells) > wanted:
        step = len(cells) / wanted
        cells = [cells[int(i * step)] for i in range(wanted)]
    shares = _shared(max(wanted, len(cells)), [_weight(plan, cell) for cell in cells])
    return [_brief(plan, brand, n, cell, share) for n, (cell, share) in enumerate(zip(cells, shares, strict=True))]


def top_up(plan: Plan, brand: Brand, target: int, library: Iterable[Written], round_: int) -> list[Brief]:
    """Briefs for what the library still lacks, thinnest cells first; ids carry the round, so that they never clash with earlier ones."""
    have: Counter[Cell] = Counter(_cell(w) for w in library)
    lacking = target - sum(have.values())
    if lacking <= 0:
        return []
    cells = _cells(plan)
    order = sorted(range(len(cells)), key=lambda n: (have[_key(cells[n])], n))
    wanted = ceil(lacking * HEADROOM) + 2
    each, extra = divmod(max(wanted, min(len(cells), wanted)), min(len(cells), wanted))
    return [_brief(plan, brand, n, cells[n], each + (i < extra), round_) for i, n in enumerate(order[: min(len(cells), wanted)])]


def _shared(total: int, weights: Sequence[float]) -> list[int]:
    """`total` shared out by weight, at least one each; what rounding leaves goes to the largest remainders, the earlier first."""
    spare, whole = total - len(weights), sum(weights)
    exact = [spare * w / whole for w in weights]
    counts = [int(x) for x in exact]
    for n in sorted(range(len(exact)), key=lambda n: (counts[n] - exact[n], n))[: spare - sum(counts)]:
        counts[n] += 1
    return [1 + c for c in counts]


def _weight(plan: Plan, cell: tuple[Channel, str, str, Incentive | None]) -> float:
    """What a cell is worth by the plan's hypotheses about its levels."""
    channel, theme, tone, incentive = cell
    offer = incentive.key if incentive else "none"
    return plan.weight("channel", channel) * plan.weight("theme", theme) * plan.weight("tone", tone) * plan.weight("incentive", offer)


def _cells(plan: Plan) -> list[tuple[Channel, str, str, Incentive | None]]:
    sets = plan.action_sets
    incentives: Sequence[Incentive | None] = [None, *sets.incentives]
    # The theme varies fastest, so that an even spread of cells still holds every theme.
    return [(c, th, to, i) for c, i, to, th in product(sets.channels, incentives, sets.tones, sets.themes)]


def _key(cell: tuple[Channel, str, str, Incentive | None]) -> Cell:
    channel, theme, tone, incentive = cell
    return (channel, theme, tone, incentive.key if incentive else "plain")


def _cell(written: Written) -> Cell:
    v = written.variant
    return _key((v.channel, v.theme, v.tone, v.incentive))


def _brief(plan: Plan, brand: Brand, n: int, cell: tuple[Channel, str, str, Incentive | None], count: int, round_: int = 1) -> Brief:
    channel, theme, tone, incentive = cell
    products = plan.action_sets.products
    name = "-".join(_key(cell)).replace("_", "-").replace("%", "pct")
    return Brief(
        id=name if round_ == 1 else f"{name}-r{round_}",
        channel=channel,
        theme=theme,
        tone=tone,
        product=products[(n + round_ - 1) % len(products)] if products else None,
        incentive=incentive,
        language=brand.default_language,
        count=min(count, 100),
    )
