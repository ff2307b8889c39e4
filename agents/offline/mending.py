"""What can be mended in a message by rule alone: an offending sentence goes, a wrong offer is set right, a long text is cut between
sentences, legal lines come back. Never adds a claim; gives up rather than leave half a message. The guardrails judge the result anew.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

from agents._mechanics import finish
from agents.offline.wording import SHORT, deal, offer_slots, record_key
from agents.roles import Setting
from journeyman.domain import Brand, Cta, Plan, Variant, Violation

_LEGAL_LINES = {"E03", "E05", "S02", "S03"}
_LENGTHS = {"S01", "E10", "P01", "I01"}
_OFFER = {"X02", "X03", "X04"}
_LINKS = {"S06", "X15"}
_LOUD = {"X20"}
_SENTENCE = re.compile(r"[^\s].*?(?:[.!?]+[\"')]*(?=\s|$)|$)", re.M)
_BARE_NAME = re.compile(r"\{\{\s*first_name\s*\}\}")
_NAME = '{{ first_name | default("there", true) }}'
_KEPT = re.compile(r"\bSTOP\b|unsubscribe|postal_address", re.I)
_LIMITS = {"subject": 60, "preheader": 100, "title": 50}
_BODIES = {"push": 150, "in_app": 240}
_SHORTEST = 20
_LONG_NAME = "x" * 20


def mend(variant: Variant, violations: Sequence[Violation], plan: Plan, setting: Setting) -> Variant | None:
    """The mended variant, or None when something that blocks cannot be mended so, or nothing changed."""
    texts, brand, cta = {k: v for k, v in variant.texts().items() if not k.startswith("cta.")}, setting.brand, variant.cta
    told = {v.rule for v in violations}
    texts = {field: _plain(text) for field, text in texts.items()}
    for field, text in list(texts.items()):
        if (left := _without(text, [v for v in violations if v.field == field], variant)) is None:
            return None
        if left != text and not left and field != "preheader":
            return None
        texts[field] = left
    for v in violations:
        if v.field.startswith("cta") and v.rule in _LINKS:
            cta = Cta(label=cta.label, url=_home(brand)) if cta and brand.domains else None
        elif v.severity == "block" and not _reachable(v, texts):
            return None
    texts = {field: _BARE_NAME.sub(_NAME, text) for field, text in texts.items() if text}
    if told & _OFFER and variant.incentive and deal(variant.incentive) not in texts["body"]:
        slots = offer_slots(variant.incentive, date.fromisoformat(setting.today[:10]))
        sentence = " ".join([SHORT[record_key(variant.incentive)][0].format(**slots), slots.get("terms", "")]).strip()
        texts["body"] = _insert(texts["body"], sentence)
    texts = finish({k: v.translate(_QUOTES) if variant.channel == "sms" else v for k, v in texts.items()}, variant.channel, brand)
    if told & _LENGTHS:
        texts = {field: _shortened(text, _room(variant, field, brand)) for field, text in texts.items()}
    fields = {name: texts.get(name) for name in ("subject", "preheader", "title", "body")}
    mended = variant.model_copy(update=fields | {"cta": cta})
    return mended if mended != variant and len(fields["body"] or "") >= _SHORTEST and not _too_long(mended, brand, told) else None


_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "..."})


def _plain(text: str) -> str:
    """Without characters that nobody sees."""
    return "".join(c for c in text if unicodedata.category(c) != "Cf")


def _without(text: str, violations: Sequence[Violation], variant: Variant) -> str | None:
    """The text without the sentences that the violations point at; None when one of them cannot be taken out."""
    doomed: set[tuple[int, int]] = set()
    for v in violations:
        if v.rule in _LEGAL_LINES | _LENGTHS or (v.rule == "X11" and _BARE_NAME.search(text)):
            continue
        if v.rule in _LOUD:
            text = re.sub(r"!{2,}", "!", text)
            text = re.sub(r"\b(?!STOP\b)[A-Z]{4,}\b", lambda m: m[0] if m[0] == getattr(variant.incentive, "code", None) else m[0].capitalize(), text)
            continue
        if v.span is None:
            if v.severity == "block":
                return None
            continue
        doomed |= {m.span() for m in _SENTENCE.finditer(text) if m.start() < v.span[1] and v.span[0] < m.end() and m[0].strip()}
    if any(_KEPT.search(text[a:b]) for a, b in doomed):
        return None
    for a, b in sorted(doomed, reverse=True):
        text = f"{text[:a]}{text[b:].lstrip(' ')}"
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+(?=\n|$)", "", text)).strip() if doomed else text


def _reachable(v: Violation, texts: dict[str, str]) -> bool:
    return v.field in texts


def _insert(body: str, sentence: str) -> str:
    """The sentence at the end of what is said: before an opt-out, a signature or a footer."""
    if "\n\n" not in body:
        cut = re.search(r"\s*\b(?:Reply|Text) STOP\b.*$", body)
        return f"{body[: cut.start()]} {sentence}{cut[0]}" if cut else f"{body.rstrip()} {sentence}".strip()
    paragraphs = body.split("\n\n")
    end = next((n for n, p in enumerate(paragraphs) if "\n" in p or _KEPT.search(p)), len(paragraphs))
    return "\n\n".join([*paragraphs[:end], sentence, *paragraphs[end:]])


def _room(variant: Variant, field: str, brand: Brand) -> int | None:
    if field != "body":
        return 60 if (variant.channel, field) == ("in_app", "title") else _LIMITS[field]
    if variant.channel == "sms":
        return 160 if brand.sms_segment_limit == 1 else 153 * brand.sms_segment_limit
    return _BODIES.get(variant.channel)


def _shortened(text: str, room: int | None) -> str:
    """The text with whole sentences dropped from its end until it fits; a sentence with the opt-out or the offer's code stays."""
    while room is not None and _length(text) > room:
        loose = [m for m in _SENTENCE.finditer(text) if m[0].strip() and not _KEPT.search(m[0]) and not re.search(r"\bcode\b|\d%|points", m[0])]
        if len(loose) < 2:
            return text
        last = loose[-1]
        text = f"{text[: last.start()].rstrip()} {text[last.end() :].lstrip()}".strip()
    return text


def _length(text: str) -> int:
    return len(re.sub(r"\{\{.*?\}\}", _LONG_NAME, text))


def _too_long(variant: Variant, brand: Brand, told: set[str]) -> bool:
    limits = {f: _room(variant, f, brand) for f in variant.texts() if not f.startswith("cta.")}
    return bool(told & _LENGTHS) and any(room is not None and _length(t) > room for f, room in limits.items() for t in [variant.texts()[f]])


def _home(brand: Brand) -> str:
    return f"https://{brand.domains[0]}/"
