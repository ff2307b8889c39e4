"""Which copy to order next: how much of it in which language, what to show the writer, what to translate. Pure; orders nothing itself.

The brand's language comes first. When its library is full, or its rounds are used up, copy follows in the languages the audience speaks
besides, in step with how many speak them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from math import ceil

from agents.briefs import HEADROOM, first_round, proposed, top_up
from journeyman.domain import Brand, Brief, Plan, Variant, Written

ROUNDS = 5
"""Rounds of orders in one language: the first, and so many to top up less one."""
SPOKEN = 0.02
"""Share of the audience that must speak a language for copy to be written in it."""
FEWEST = 30
"""Variants in a language that is written at all: below that the policy has little to choose from."""
MOST_HEADROOM = 4.0
"""Ordered over what is lacking, at most, where little of what was written came through."""
KNOWN = 60
"""Existing texts shown with a brief, at most."""


def targets(speakers: Mapping[str, int], brand: Brand, target: int, also: Sequence[str] = ()) -> dict[str, int]:
    """Variants wanted by language (two letters), the brand's own first: `target` in that, in others a share of it. `also`: languages
    copy is wanted in whoever speaks them."""
    own, total = brand.default_language[:2], max(sum(speakers.values()), 1)
    asked = {language[:2]: 0 for language in also}
    spoken = asked | {language: n for language, n in speakers.items() if n >= SPOKEN * total or language in asked}
    others = sorted((-n, language) for language, n in spoken.items() if language != own)
    return {own: target} | {language: max(ceil(-n / total * target), min(target, FEWEST)) for n, language in others}


def lacking(wanted: Mapping[str, int], library: Sequence[Written]) -> dict[str, int]:
    """What approved copy falls short of, by language."""
    have = {language: sum(w.variant.language[:2] == language for w in library) for language in wanted}
    return {language: n - have[language] for language, n in wanted.items() if n > have[language]}


def due(short: Mapping[str, int], rounds: Mapping[str, int], own: str, languages: Collection[str] | None = None) -> list[str]:
    """Languages to order in now, of those that are short: the brand's `own` as long as it has a round left, then the others that do and
    that the writer writes (`languages`; None: any)."""
    open_ = [language for language in short if rounds.get(language, 0) < ROUNDS]
    return [own] if own in open_ else [language for language in open_ if languages is None or language in languages]


def orders(
    plan: Plan, brand: Brand, wanted: Mapping[str, int], language: str, round_: int, library: Sequence[Written], written: int = 0
) -> list[Brief]:
    """The briefs of a language's round; in another language than the brand's they name what to translate. `written`: variants written in it
    so far, good or not: the fewer of them were approved, the more a later round orders."""
    spoken = None if language == brand.default_language[:2] else language
    mine = [w for w in library if w.variant.language[:2] == language]
    if round_ == 1:
        briefs = first_round(plan, brand, wanted[language], language=spoken)
    else:
        headroom = min(max(written / max(len(mine), 1), HEADROOM), MOST_HEADROOM)
        briefs = top_up(plan, brand, wanted[language], mine, round_, language=spoken, headroom=headroom)
    if spoken is None:
        return [b.model_copy(update={"note": _beside(b, briefs)}) for b in briefs]
    own = [w.variant for w in library if w.variant.language[:2] == brand.default_language[:2]]
    return [b.model_copy(update={"translates": _sources(b, own, round_)}) for b in briefs]


def renewal(
    plan: Plan, brand: Brand, wishes: Sequence[Mapping[str, str]], count: int, round_: int, library: Sequence[Written], note: str
) -> list[Brief]:
    """Briefs for `count` more variants in the cells wished for, shared out over the languages of the library as it is."""
    own, briefs = brand.default_language[:2], list[Brief]()
    have = Counter(w.variant.language[:2] for w in library)
    for language, n in sorted(have.items(), key=lambda item: (item[0] != own, -item[1], item[0])):
        spoken, share = (None if language == own else language), round(count * n / sum(have.values()))
        ordered = proposed(plan, brand, wishes, share, round_, note=note, language=spoken) if share else []
        if spoken is not None:
            originals = [w.variant for w in library if w.variant.language[:2] == own]
            ordered = [b.model_copy(update={"translates": _sources(b, originals, round_)}) for b in ordered]
        briefs += ordered
    return briefs


def known(brief: Brief, written: Sequence[Written]) -> list[str]:
    """Ids of existing copy on the brief's channel and theme in its language, whatever became of it; the nearest to the brief last."""
    alike = [w.variant for w in written if _place(w.variant) == (brief.channel, brief.theme, brief.language[:2])]
    return [v.id for v in sorted(alike, key=lambda v: (_nearness(v, brief), v.id))][-KNOWN:]


def _sources(brief: Brief, own: Sequence[Variant], round_: int) -> list[str]:
    """Approved copy of the brief's channel, theme and offer to carry over, nearest first; a later round takes other pieces."""
    fit = [v for v in own if (v.channel, v.theme, v.incentive) == (brief.channel, brief.theme, brief.incentive)]
    fit = sorted(fit, key=lambda v: (-_nearness(v, brief), v.id))
    start = (round_ - 1) * brief.count % max(len(fit), 1)
    return [v.id for v in (fit[start:] + fit[:start])[: brief.count]]


def _nearness(variant: Variant, brief: Brief) -> int:
    """2 for the tone, 2 for the offer, 1 for the product."""
    return 2 * (variant.tone == brief.tone) + 2 * (variant.incentive == brief.incentive) + (variant.product == brief.product)


def _place(variant: Variant) -> tuple[str, str, str]:
    return variant.channel, variant.theme, variant.language[:2]


def _beside(brief: Brief, briefs: Sequence[Brief]) -> str:
    """Who else writes for the channel and theme at the same time: what they write cannot be shown yet, but their cells can."""
    others = [b for b in briefs if (b.channel, b.theme) == (brief.channel, brief.theme) and b.id != brief.id]
    told = [f"{b.tone} with {b.incentive.key if b.incentive else 'no offer'}" for b in others[:8]]
    also = f"Others write for this channel and theme now ({'; '.join(told)}). Take ideas that only this tone and offer suggest."
    return " ".join(part for part in (brief.note, also if told else "") if part)
