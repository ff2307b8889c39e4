"""The copywriter without a model: hundreds of messages out of hand-written sentences, the same for the same seed, brief and start.

A message is put together from whole units of `banks/`, so any of them go together; offers, dates and product names come from their
records (`wording`). Successive variants of a brief never share a skeleton, and the briefs of one theme take turns through its units, so
that they stay apart from each other. English is made here, German, French and Spanish in `abroad`; it does not judge copy, that is for
the guardrails to do.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import islice
from typing import TypeVar

from agents.copytext import core_text
from agents.offline import abroad, banks
from agents.offline.forms import FORMS, Drafted, Parts
from agents.offline.mending import mend
from agents.offline.wording import article, offer_slots, product_name, product_note, record_key, season
from agents.roles import Setting
from journeyman.domain import Brief, Cta, Incentive, Plan, Variant, Violation, Written
from journeyman.errors import ContentError

T = TypeVar("T")
_SLOT = re.compile(r"\{([A-Za-z_]+)\}")
_ROUND = re.compile(r"-r(\d+)$")
_TRIES = 400
"""Combinations looked at before a brief is held to be written out."""
_TOO_CLOSE = 0.8
"""Share of words in common from which a message counts as one of `avoid`."""


class OfflineCopywriter:
    """Writes variants from phrase banks. `seed` shuffles which unit meets which; it never changes a word."""

    languages: frozenset[str] | None = frozenset(["en", *abroad.LANGUAGES])

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed

    async def write(
        self,
        brief: Brief,
        plan: Plan,
        setting: Setting,
        *,
        avoid: Sequence[str] = (),
        originals: Sequence[Variant] = (),  # noqa: ARG002 (it writes its own)
        start: int = 0,
    ) -> list[Written]:
        """Up to `brief.count` variants, `{brief.id}-{n}` with n from `start`; fewer when the banks hold no more. Raises ContentError for
        a language it has no bank for."""
        if brief.language[:2] not in ("en", *abroad.LANGUAGES):
            raise ContentError(
                f"The offline copywriter writes English, German, French and Spanish, and the brief asks for {brief.language!r}.",
                remedy="Set the brand's default_language to en, de, fr or es, or choose a language model with --model.",
            )
        known = [_bag(text) for text in avoid]
        drafts = (d for d in islice(_Desk(self._seed, brief, plan, setting).drafts(), start, None) if not _close(core_text(d[0]), known))
        return [
            Written(variant=v.model_copy(update={"id": f"{brief.id}-{n}"}), brief=brief.id, author="offline", skeleton=skeleton)
            for n, (v, skeleton) in enumerate(islice(drafts, brief.count), start)
        ]

    async def repair(
        self,
        written: Written,
        violations: Sequence[Violation],
        plan: Plan,  # noqa: ARG002
        setting: Setting,
    ) -> Written | None:
        """The message with what broke a rule taken out or set right, or None where that cannot be done by rule alone."""
        mended = mend(written.variant, violations, setting)
        return written.model_copy(update={"variant": mended}) if mended else None


@dataclass(frozen=True)
class _Desk:
    """All that one brief is written from."""

    seed: int
    brief: Brief
    plan: Plan
    setting: Setting

    def drafts(self) -> Iterator[tuple[Variant, str]]:
        """Distinct messages within the limits of their channel, each with its skeleton; never the same skeleton twice in a row."""
        seen, last = set[str](), ""
        for drafted in self._forms():
            if drafted is None or drafted.skeleton == last or self._banned(" ".join(drafted.fields.values())):
                continue
            variant = self._variant(drafted.fields, drafted.label)
            if (core := core_text(variant)) not in seen:
                seen.add(core)
                last = drafted.skeleton
                yield variant, drafted.skeleton

    def _forms(self) -> Iterator[Drafted | None]:
        """One message a turn, None where it does not keep its limits."""
        if self.brief.language[:2] == "en":
            form, parts = FORMS[self.brief.channel], self.parts
            yield from (form(parts, turn) for turn in range(_TRIES))
        else:
            yield from abroad.drafts(self.brief, self.plan, self.setting, self.seed)

    @cached_property
    def parts(self) -> Parts:
        """The units of this brief's theme and tone, filled in and shuffled."""
        bank, theme_name = banks.find(self.brief, self.plan, self.setting.brand)
        theme, tone, offer = bank.themes[theme_name], self.brief.tone, self.brief.incentive
        cell = theme.cell(tone)
        sets = [cell, cell.food] if banks.is_food(self.setting.brand) else [cell]
        letters = [[u.subject, u.preheader, u.opening] for words in sets for u in words.letters]
        return Parts(
            brand=self.setting.brand.name,
            tone=tone if tone in banks.TONES else "direct",
            lane=self._lane(offer),
            phase=random.Random(self._cell("phase")).randrange(60),  # noqa: S311
            letters=self._shuffled("letters", [filled for letter in letters if len(filled := self._fill(letter)) == 3]),
            reasons=self._units("reasons", theme.reasons),
            titles=self._units("titles", [t for words in sets for t in words.titles]),
            lines=self._units("lines", [t for words in sets for t in words.lines]),
            asks=self._units("asks", bank.asks.of(tone)),
            products=self._units("products", bank.products),
            labels=self._units("labels", bank.labels),
            links=self._units("links", bank.links),
            leads=self._units("leads", bank.offers.of(tone)) if offer else [],
            subjects=self._units("subjects", bank.subjects.of(tone)) if offer else [],
            record=record_key(offer) if offer else None,
            slots=self._slots,
            url=self._url,
        )

    @cached_property
    def _slots(self) -> dict[str, str]:
        brand, today = self.setting.brand, date.fromisoformat(self.setting.today[:10])
        slots = {"brand": brand.name} | ({"url": self._url} if self._url else {})
        if offer := self.brief.incentive:
            slots |= offer_slots(offer, today)
        if product := next((p for p in brand.products if self.brief.product in (p.id, p.name)), None):
            slots |= {"product": product_name(product), "note": product_note(product)}
        if thing := banks.thing_of(self.plan):
            slots |= {"thing": thing, "a_thing": article(thing)}
        if now := season(today, brand):
            slots["season"] = now
        return slots | {name[0].upper() + name[1:]: text[:1].upper() + text[1:] for name, text in slots.items()}

    @cached_property
    def _url(self) -> str | None:
        brand = self.setting.brand
        product = next((p for p in brand.products if self.brief.product in (p.id, p.name)), None)
        return product.url if product and product.url else f"https://{brand.domains[0]}/" if brand.domains else None

    def _fill(self, units: Sequence[str]) -> list[str]:
        """The units with this brief's slots in; those that want a slot it has not are left out."""
        have = self._slots
        return [_SLOT.sub(lambda m: have[m[1]], unit) for unit in units if all(have.get(name) for name in _SLOT.findall(unit))]

    def _units(self, name: str, units: Sequence[str]) -> list[str]:
        return [unit for unit in self._shuffled(name, self._fill(units)) if not self._banned(unit)]

    def _shuffled(self, name: str, units: list[T]) -> list[T]:
        random.Random(self._cell(name)).shuffle(units)  # noqa: S311
        return units

    def _cell(self, name: str) -> str:
        """The seed of one shuffle: briefs that differ only in their offer share it, a later round of orders has its own."""
        later = _ROUND.search(self.brief.id)
        return "/".join(map(str, (self.seed, self.brief.channel, self.brief.theme, self.brief.tone, later[1] if later else "", name)))

    def _lane(self, offer: Incentive | None) -> int:
        """Briefs that differ only in their offer or their product begin at different units: none, first, second offer of the plan …"""
        keys, products = [i.key for i in self.plan.action_sets.incentives], self.plan.action_sets.products
        lane = keys.index(offer.key) + 1 if offer and offer.key in keys else 0
        return lane + (products.index(self.brief.product) if self.brief.product in products else 0)

    def _banned(self, text: str) -> bool:
        phrases = [*self.setting.brand.banned_phrases, *self.plan.guardrails.banned_phrases]
        return any(re.search(rf"(?<!\w){re.escape(p)}(?!\w)", text, re.I) for p in phrases if p)

    def _variant(self, fields: dict[str, str], label: str | None) -> Variant:
        brief = self.brief
        return Variant(
            id=brief.id,
            channel=brief.channel,
            language=brief.language,
            cta=Cta(label=label, url=self._url) if label and self._url else None,
            theme=brief.theme,
            tone=brief.tone,
            product=brief.product,
            regulated=self.plan.guardrails.regulated,
            incentive=brief.incentive,
            **fields,
        )


def _bag(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z']+", text.lower()))


def _close(text: str, known: Sequence[frozenset[str]]) -> bool:
    own = _bag(text)
    return any(len(own & other) >= _TOO_CLOSE * max(1, min(len(own), len(other))) for other in known)
