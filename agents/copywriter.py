"""The copywriter on a language model. The model writes words; everything that binds the brand is set here.

Ids, channel, theme, tone, product, language, offer, topic, regulation and links come from the brief and the brand, never from the model.
A legal line the model left out (unsubscribe and address in e-mail, STOP and the brand's name in SMS) is added. Whether copy keeps the
rules is the guardrails' to say, not this file's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agents._copy import COPY, Draft, batch, facts, limits, offer_in_words
from agents._mechanics import finish
from agents.ask import Door
from agents.copytext import without_frame
from agents.roles import Setting
from journeyman.domain import Brief, Cta, Plan, Variant, Violation, Written
from journeyman.errors import ModelNonsense, ModelRefused

A_CALL = 8
"""Variants asked for in one call: enough to make them differ from one another, few enough to stay short."""
LANGUAGES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "nl": "Dutch", "pt": "Portuguese"}
"""Languages by name; another goes by its code."""
SHOWN = 24
"""Existing texts shown to the model, at most, each cut to 200 characters."""


class ModelCopywriter:
    """Writes and mends variants through the door."""

    languages: frozenset[str] | None = None

    def __init__(self, door: Door) -> None:
        self._door = door

    async def write(
        self,
        brief: Brief,
        plan: Plan,
        setting: Setting,
        *,
        avoid: Sequence[str] = (),
        originals: Sequence[Variant] = (),
        start: int = 0,
    ) -> list[Written]:
        """Up to `brief.count` variants, `{brief.id}-{n}` with n from `start`; with `originals`, those carried over into the brief's
        language. Raises ModelError."""
        written: list[Written] = []
        while len(written) < brief.count:
            wanted = min(A_CALL, brief.count - len(written))
            known = [*avoid, *(w.variant.body for w in written)]
            about = _common(brief, plan, setting)
            if originals:
                sources = [originals[(len(written) + n) % len(originals)] for n in range(wanted)]
                reply = await self._door.ask(
                    "translate",
                    batch(brief.channel),
                    language=LANGUAGES.get(brief.language[:2], brief.language),
                    originals=[_words(v) for v in sources],
                    count=wanted,
                    avoid=[text[:200] for text in known[-SHOWN:]],
                    **about,
                )
            else:
                reply = await self._door.ask(
                    "write",
                    batch(brief.channel),
                    brief=brief.model_dump(mode="json", exclude={"id", "count", "incentive", "translates"}, exclude_none=True),
                    count=wanted,
                    goal=plan.goal,
                    knowledge=list(setting.knowledge),
                    avoid=[text[:200] for text in known[-SHOWN:]],
                    **about,
                )
            seen = {_plain(text) for text in known}
            before = len(written)
            for draft in reply.value.variants[:wanted]:
                variant = _variant(draft, brief, f"{brief.id}-{start + len(written)}", plan, setting)
                if _plain(variant.body) not in seen:
                    seen.add(_plain(variant.body))
                    written.append(Written(variant=variant, brief=brief.id, author=self._door.model, prompt=reply.prompt_hash))
            if len(written) == before:
                break  # nothing new came: the brief is written out
        return written

    async def repair(self, written: Written, violations: Sequence[Violation], plan: Plan, setting: Setting) -> Written | None:
        """The mended copy under the same id; None when the model cannot or will not, or changed nothing. Raises ModelError on transport."""
        old = written.variant
        brief = Brief(
            id=written.brief,
            channel=old.channel,
            theme=old.theme,
            tone=old.tone,
            product=old.product,
            incentive=old.incentive,
            language=old.language,
        )
        texts = old.texts()
        try:
            reply = await self._door.ask(
                "repair",
                COPY[old.channel],
                copy=texts,
                violations=[
                    {
                        "rule": v.rule,
                        "field": v.field,
                        "words": texts.get(v.field, "")[slice(*v.span)] if v.span else "",
                        "message": v.message,
                    }
                    for v in violations
                ],
                **_common(brief, plan, setting),
            )
        except (ModelNonsense, ModelRefused):
            return None
        mended = _variant(reply.value, brief, old.id, plan, setting).model_copy(update={"topic": old.topic, "regulated": old.regulated})
        if mended.texts() == texts:
            return None
        return written.model_copy(update={"variant": mended, "author": self._door.model, "prompt": reply.prompt_hash})


def _variant(draft: Draft, brief: Brief, id: str, plan: Plan, setting: Setting) -> Variant:
    brand = setting.brand
    words = finish(draft.model_dump(exclude={"cta_label"}), brief.channel, brand, brief.language)
    label, link = getattr(draft, "cta_label", None), facts(brief, brand).get("link")
    return Variant(
        id=id,
        channel=brief.channel,
        language=brief.language,
        cta=Cta(label=label, url=link) if label and link else None,
        theme=brief.theme,
        tone=brief.tone,
        product=brief.product,
        topic="marketing",
        regulated=plan.guardrails.regulated,
        incentive=brief.incentive,
        **words,
    )


def _common(brief: Brief, plan: Plan, setting: Setting) -> dict[str, Any]:
    brand = setting.brand
    return {
        "brand": facts(brief, brand),
        "offer": offer_in_words(brief.incentive),
        "claims": [e.claim for e in brand.evidence],
        "banned": [*brand.banned_phrases, *plan.guardrails.banned_phrases],
        "variables": {"first_name": "there", **brand.variables},
        "limits": limits(brief.channel, brand),
    }


def _words(variant: Variant) -> dict[str, str]:
    """What there is to translate: the fields of a draft."""
    texts = {name.replace(".", "_"): text for name, text in variant.texts().items() if name != "cta.url"}
    return texts | {"body": without_frame(variant.body)}


def _plain(text: str) -> str:
    return " ".join(text.lower().split())
