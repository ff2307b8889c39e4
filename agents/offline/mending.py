"""What can be mended in a message by rule alone: an offending sentence goes, a wrong offer is set right, a long text is cut between
sentences, legal lines come back. Never adds a claim; gives up rather than leave half a message. The guardrails judge the result anew.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

from agents._mechanics import finish
from agents.copytext import core_text
from agents.offline.forms import NAME
from agents.offline.wording import SHORT, deal, offer_slots, record_key
from agents.roles import Setting
from journeyman.domain import Brand, Cta, Incentive, Variant, Violation

_LEGAL_LINES = {"E03", "E05", "S02", "S03"}
_LENGTHS = {"S01", "E10", "P01", "I01"}
_OFFER = {"X02", "X03", "X04"}
_SENTENCE = re.compile(r"\S.*?(?:[.!?]+[\"')]*(?=\s|$)|$)", re.M)
_BARE_NAME = re.compile(r"\{\{\s*first_name\s*\}\}")
_STAYS = re.compile(r"\bSTOP\b|unsubscribe|postal_address", re.I)
_CARRIES_OFFER = re.compile(r"\bcode\b|\d%|[$€£]\d|\bpoints\b|\bfree shipping\b", re.I)
_LOUD = re.compile(r"\b[A-Z]{4,}\b")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "..."})
_ROOM = {"subject": 60, "preheader": 100, "title": 50}
_BODY_ROOM = {"push": 150, "in_app": 240}
_SHORTEST = 20
_LONG_NAME = "x" * 20


def mend(variant: Variant, violations: Sequence[Violation], setting: Setting) -> Variant | None:
    """The mended variant, or None when something that blocks cannot be mended so, when too little is left, or when nothing changed."""
    brand, told, cta = setting.brand, {v.rule for v in violations}, variant.cta
    texts = {name: text for name, text in variant.texts().items() if not name.startswith("cta.")}
    for v in violations:
        if v.field.startswith("cta") and v.rule == "X15" and cta:
            cta = Cta(label=cta.label, url=f"https://{brand.domains[0]}/") if brand.domains else None
        elif v.severity == "block" and (v.field not in texts or (v.span is None and v.rule not in _LEGAL_LINES | _LENGTHS)):
            return None
    for field, text in texts.items():
        if (left := _without(text, [v for v in violations if v.field == field])) is None:
            return None
        texts[field] = _quiet(_BARE_NAME.sub(NAME, left), variant.incentive) if "X20" in told else _BARE_NAME.sub(NAME, left)
    if len(core_text(variant.model_copy(update=texts | {"subject": None, "preheader": None, "title": None}))) < _SHORTEST:
        return None
    texts = _headed(texts, variant.incentive if told & _OFFER else None, brand)
    if told & _OFFER and variant.incentive and deal(variant.incentive) not in texts["body"]:
        texts["body"] = _insert(texts["body"], _offer_sentence(variant.incentive, setting))
    texts = finish(texts, variant.channel, brand, variant.language)
    if told & _LENGTHS:
        rooms = {field: _room(variant, field, brand) for field in texts}
        texts = {field: _shortened(text, rooms[field]) for field, text in texts.items()}
        if any(_length(text) > (rooms[field] or _length(text)) for field, text in texts.items()):
            return None
    mended = variant.model_copy(update={name: texts.get(name) for name in ("subject", "preheader", "title", "body")} | {"cta": cta})
    return mended if mended != variant else None


def _without(text: str, violations: Sequence[Violation]) -> str | None:
    """The text without the sentences the violations point at and without unseen characters; None when a legal line would go with them."""
    doomed: set[tuple[int, int]] = set()
    for v in violations:
        if v.span is None or v.rule in _LEGAL_LINES | _LENGTHS | {"X20"}:
            continue
        pointed = text[v.span[0] : v.span[1]]
        if (v.rule == "X11" and _BARE_NAME.search(pointed)) or (v.rule == "X14" and pointed != _seen(pointed)):
            continue
        doomed |= {m.span() for m in _SENTENCE.finditer(text) if m.start() < v.span[1] and v.span[0] < m.end()}
    if any(_STAYS.search(text[a:b]) for a, b in doomed):
        return None
    for a, b in sorted(doomed, reverse=True):
        text = f"{text[:a]}{text[b:].lstrip(' ')}"
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+(?=\n|$)", "", _seen(text))).strip()


def _seen(text: str) -> str:
    return "".join(c for c in text if unicodedata.category(c) != "Cf")


def _quiet(text: str, offer: Incentive | None) -> str:
    """Without repeated exclamation marks and shouting; STOP and the offer's code are meant to be capitals."""
    kept = {"STOP", offer.code if offer else None}
    return _LOUD.sub(lambda m: m[0] if m[0] in kept else m[0].capitalize(), re.sub(r"!{2,}", "!", text))


def _headed(texts: dict[str, str], offer: Incentive | None, brand: Brand) -> dict[str, str]:
    """A subject or title that went gets a plain one; a preheader that went stays away."""
    told = deal(offer) if offer else ""
    plain = f"{told[0].upper()}{told[1:]} for you" if told else f"A note from {brand.name}"
    return {field: text or plain for field, text in texts.items() if text or field in ("subject", "title")}


def _offer_sentence(offer: Incentive, setting: Setting) -> str:
    slots = offer_slots(offer, date.fromisoformat(setting.today[:10]))
    slots["Offer"] = slots["offer"][:1].upper() + slots["offer"][1:]
    return " ".join([SHORT[record_key(offer)][0].format(**slots), slots.get("terms", "")]).strip()


def _insert(body: str, sentence: str) -> str:
    """The sentence at the end of what is said: before an opt-out, a signature or a footer."""
    if "\n\n" not in body:
        cut = re.search(r"\s*\b(?:Reply|Text) STOP\b.*$", body)
        return f"{body[: cut.start()]} {sentence}{cut[0]}".strip() if cut else f"{body.rstrip()} {sentence}"
    paragraphs = body.split("\n\n")
    end = next((n for n, p in enumerate(paragraphs) if "\n" in p or _STAYS.search(p)), len(paragraphs))
    return "\n\n".join([*paragraphs[:end], sentence, *paragraphs[end:]])


def _room(variant: Variant, field: str, brand: Brand) -> int | None:
    """Characters a field may have; None: no limit."""
    if field == "title" and variant.channel == "in_app":
        return 60
    if field != "body":
        return _ROOM[field]
    return (
        (160 if brand.sms_segment_limit == 1 else 153 * brand.sms_segment_limit)
        if variant.channel == "sms"
        else _BODY_ROOM.get(variant.channel)
    )


def _shortened(text: str, room: int | None) -> str:
    """The text with whole sentences dropped from its end until it fits; sentences with the opt-out or the offer stay."""
    text = text if room is None or _length(text) <= room else text.translate(_QUOTES)
    while room is not None and _length(text) > room:
        loose = [m for m in _SENTENCE.finditer(text) if not _STAYS.search(m[0]) and not _CARRIES_OFFER.search(m[0])]
        if len(loose) < 2:
            return text
        text = f"{text[: loose[-1].start()].rstrip()} {text[loose[-1].end() :].lstrip()}".strip()
    return text


def _length(text: str) -> int:
    return len(re.sub(r"\{\{.*?\}\}", _LONG_NAME, text))
