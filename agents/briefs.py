"""Briefs: the orders for copy that cover a plan's action sets evenly, or as its hypotheses weigh them. Pure, deterministic.

A cell is channel × theme × tone × incentive (or none) × product. Cells come from a coverage design (`agents.coverage`): every pair of
levels that can stand together appears, several variants to a cell, and levels that a hypothesis of the plan speaks for get more. The first
round orders somewhat more than the target, because checks and near-duplicates cost some; later rounds order where cells are thin. What
the analyst proposes is ordered in the same way, among the cells that hold its levels.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from math import ceil, prod

from agents._copy import offer_in_words
from agents.coverage import Clash, Row, design
from journeyman.domain import Brand, Brief, Plan, Written

HEADROOM = 1.3
"""Ordered over target in the first round: what checks and near-duplicate removal cost, with a little to spare."""
A_BRIEF = 8
"""Variants to a cell, at most about: one call's worth. There are more cells, with fewer each, where the pairs need them."""
ROOM: Mapping[str, int] = {"push": 120, "sms": 220}
"""Characters an offer's record may take in words for a channel to have room for it."""
NONE = "none"
"""The level of a lever that is not used: no offer, no product."""


def first_round(plan: Plan, brand: Brand, target: int, *, language: str | None = None) -> list[Brief]:
    """Briefs for about `target` × HEADROOM variants: all pairs are covered where so many cells do, the weightiest pairs where not."""
    wanted = ceil(target * HEADROOM)
    return _orders(plan, brand, _cells(plan, wanted), wanted, language=language)


def top_up(
    plan: Plan,
    brand: Brand,
    target: int,
    library: Iterable[Written],
    round_: int,
    *,
    language: str | None = None,
    headroom: float = HEADROOM,
) -> list[Brief]:
    """Briefs for `headroom` times what the library still lacks, thinnest cells first; ids carry the round, so that they never clash with
    earlier ones."""
    have: Counter[Row] = Counter(_cell(w) for w in library)
    lacking = target - sum(have.values())
    if lacking <= 0:
        return []
    wanted = ceil(lacking * headroom) + 2
    cells = _cells(plan, ceil(target * HEADROOM), more=8 * round_)
    thin = sorted(range(len(cells)), key=lambda n: (have[cells[n]], n))
    some = [cells[n] for n in thin[: max(1, min(len(cells), ceil(wanted / 2)))]]
    return _orders(plan, brand, some, wanted, round_=round_, language=language)


def proposed(
    plan: Plan,
    brand: Brand,
    wishes: Sequence[Mapping[str, str]],
    count: int,
    round_: int,
    *,
    note: str = "",
    language: str | None = None,
) -> list[Brief]:
    """Briefs for about `count` variants in the partial cells an analysis proposes (`{"theme": "savings", "channel": "sms"}`); levels the
    plan does not have are left out, and so is a wish nothing is left of."""
    levers = _levers(plan)
    rows: dict[Row, None] = {}
    good = [{k: v for k, v in wish.items() if v in levers.get(k, ())} for wish in wishes]
    good = [wish for wish in good if wish]
    for number, wish in enumerate(good):
        narrowed = {name: [wish[name]] if name in wish else levels for name, levels in levers.items()}
        rows |= dict.fromkeys(design(narrowed, max(2, count // (2 * len(good))), seed=round_ + number, clash=_clash(plan)))
    return _orders(plan, brand, list(rows)[: max(count, 1)], count, round_=round_, note=note, language=language) if rows else []


def _levers(plan: Plan) -> dict[str, list[str]]:
    sets, limit = plan.action_sets, plan.guardrails.max_discount_percent
    within = [i.key for i in sets.incentives if i.kind != "percent_off" or limit is None or i.value <= limit]
    levers: dict[str, list[str]] = {
        "channel": list(map(str, sets.channels)),
        "theme": list(sets.themes),
        "tone": list(sets.tones),
        "incentive": [NONE, *within],
    }
    return levers | ({"product": list(sets.products)} if sets.products else {})


def _cells(plan: Plan, wanted: int, more: int = 0) -> list[Row]:
    """The cells for `wanted` variants, and so many more beyond them."""
    rows = design(
        _levers(plan),
        wanted,
        least=max(ceil(wanted / A_BRIEF), 1),
        clash=_clash(plan),
        weight=plan.weight,
    )
    return design(_levers(plan), len(rows) + more, clash=_clash(plan), weight=plan.weight) if more else rows


def _clash(plan: Plan) -> Clash:
    rooms = {i.key: len(offer_in_words(i)) for i in plan.action_sets.incentives}

    def clash(lever: str, level: str, other: str, its: str) -> bool:
        """A channel without room for an offer with all its conditions."""
        return lever == "channel" and other == "incentive" and rooms.get(its, 0) > ROOM.get(level, 1_000_000)

    return clash


def _cell(written: Written) -> Row:
    v = written.variant
    cell = (v.channel, v.theme, v.tone, v.incentive.key if v.incentive else NONE)
    return (*cell, v.product) if v.product else cell


def _orders(
    plan: Plan, brand: Brand, cells: Sequence[Row], wanted: int, *, round_: int = 1, language: str | None = None, note: str = ""
) -> list[Brief]:
    """`wanted` variants shared out over the cells by weight, at least one to each."""
    names = list(_levers(plan))
    shares = [prod((plan.weight(lever, level) for lever, level in zip(names, cell, strict=True)), start=1.0) for cell in cells]
    total, given, briefs = sum(shares), 0, []
    for n, cell in enumerate(cells):
        upto = round(wanted * sum(shares[: n + 1]) / total)
        count, given = max(upto - given, 1), max(upto, given + 1)
        briefs.append(_brief(plan, brand, cell, min(count, 100), round_, language, note))
    return briefs


def _brief(plan: Plan, brand: Brand, cell: Row, count: int, round_: int, language: str | None, note: str) -> Brief:
    channel, theme, tone, incentive, *product = cell
    spoken = language or brand.default_language
    name = _slug("-".join([*cell, *([spoken] if spoken != brand.default_language else [])]))
    return Brief(
        id=name if round_ == 1 else f"{name}-r{round_}",
        channel=channel,
        theme=theme,
        tone=tone,
        product=product[0] if product else None,
        incentive=next((i for i in plan.action_sets.incentives if i.key == incentive), None),
        language=spoken,
        count=count,
        note=note,
    )


def _slug(name: str) -> str:
    """A name fit for an id; a long one is cut and told apart by its hash."""
    slug = re.sub(r"[^A-Za-z0-9.:@+-]+", "-", name.replace("%", "pct")).strip("-")
    return slug if len(slug) <= 100 else f"{slug[:90]}-{sha256(name.encode()).hexdigest()[:8]}"
