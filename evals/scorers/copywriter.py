"""Scores copy by code alone: constraints, the offer, the language, variety, reading level, tone. Each a share of the variants written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from agents.copytext import core_text
from guardrails.check import check
from guardrails.language import NAMES, guess
from journeyman.domain import Brand, Incentive, Variant, Verdict

OFFER_RULES = {"X02", "X03", "X04"}
HARDEST = {"de": 58.0}
"""LIX up to which copy is easy enough; German words are long."""
HARD = 48.0
ALIKE = 0.55
"""Share of words two variants may have in common (Jaccard) before they count as one."""
_TAG = re.compile(r"\{[{%].*?[}%]\}")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SHOUT = re.compile(r"\b[A-Z]{4,}\b")
_SPAM = re.compile(r"\b(?:act now|click here|buy now|100% free|don't delay|order now|while you still can)\b", re.I)


def score(given: Mapping[str, Any], got: Mapping[str, Any]) -> tuple[dict[str, float], list[str]]:
    """Metrics and notes for one brief (`got`: `variants`, or `refused`) or one repair (`got`: `variant` or null)."""
    brand = Brand.model_validate(given["brand"])
    if "variant" in given:
        return _mended(got.get("variant"), brand)
    language = given["brief"].get("language", "en")
    if "refused" in got:
        return {"written": 0.0}, [str(got["refused"])]
    variants = [Variant.model_validate(v) for v in got["variants"]]
    wanted, home = int(given["count"]), brand.default_language
    if not variants:
        return {"written": 0.0}, ["nothing was written"]
    verdicts = [check(v, brand) for v in variants]
    offer = Incentive.model_validate(given["brief"]["incentive"]) if given["brief"].get("incentive") else None
    marks: dict[str, list[tuple[bool, str]]] = {
        "written": [(n < len(variants), "is missing") for n in range(wanted)],
        "constraints": [(kept(v), _told(v)) for v in verdicts],
        "offer": [offer_right(variant, verdict, offer) for variant, verdict in zip(variants, verdicts, strict=True)],
        "language": [(in_language(v, language), f"not in {NAMES.get(language, language)}") for v in variants if language != home],
        "variety": [(new, "too like an earlier one") for new in fresh(variants)],
        "reading": [(lix(core_text(v)) <= HARDEST.get(language, HARD), "hard to read") for v in variants],
        "voice": [voice(v, brand) for v in variants],
    }
    notes = [
        f"{name}: {variants[at].id if at < len(variants) else ''} {why}"
        for name, m in marks.items()
        for at, (ok, why) in enumerate(m)
        if not ok
    ]
    return {name: sum(ok for ok, _ in m) / len(m) for name, m in marks.items() if m}, notes


def kept(verdict: Verdict) -> bool:
    """Whether copy breaks no rule that blocks; the offer's rules and the language have metrics of their own."""
    return not [v for v in verdict.violations if v.severity == "block" and v.rule not in OFFER_RULES]


def offer_right(variant: Variant, verdict: Verdict, offer: Incentive | None) -> tuple[bool, str]:
    """Whether copy states the offer on record with its number and code and no other, or none where there is none."""
    wrong = [v.message for v in verdict.violations if v.rule in OFFER_RULES and v.severity == "block"]
    if wrong:
        return False, wrong[0]
    text = " ".join(variant.texts().values())
    if offer and offer.code and offer.code not in text:
        return False, f"the code {offer.code} is missing"
    if offer and offer.value and not re.search(rf"(?<![\d.,]){offer.value:g}(?![\d]|[.,]\d)", text):
        return False, f"the number {offer.value:g} is missing"
    if offer and offer.kind == "free_shipping" and not re.search(r"shipping|delivery|versand|livraison|env[ií]o", text, re.I):
        return False, "free shipping is not mentioned"
    return True, ""


def in_language(variant: Variant, language: str) -> bool:
    """Whether copy is not clearly in another language than asked for (texts of a few words are given the benefit of the doubt)."""
    return guess(core_text(variant), [language]) is None


def fresh(variants: Sequence[Variant]) -> list[bool]:
    """For each variant, whether it neither opens like an earlier one (four words) nor shares most of its words with one."""
    seen: list[tuple[tuple[str, ...], frozenset[str]]] = []
    found = []
    for variant in variants:
        words = [w.casefold() for w in _WORD.findall(_TAG.sub(" ", core_text(variant)))]
        opening, bag = tuple(words[:4]), frozenset(words)
        found.append(all(opening != o and len(bag & b) < ALIKE * max(1, len(bag | b)) for o, b in seen))
        seen.append((opening, bag))
    return found


def lix(text: str) -> float:
    """Readability in any of our languages: words per sentence plus the percentage of words over six letters (Björnsson, 1968). Easy prose
    is below 40, official texts are above 50."""
    words = _WORD.findall(_TAG.sub(" ", text))
    sentences = max(1, len(re.findall(r"[.!?:](?:\s|$)", text)))
    return len(words) / sentences + 100 * sum(len(w) > 6 for w in words) / max(1, len(words))


def voice(variant: Variant, brand: Brand) -> tuple[bool, str]:
    """What code can hear of a voice: no banned or spam phrase, no shouting, one exclamation mark at most."""
    text = core_text(variant)
    if banned := [p for p in brand.banned_phrases if re.search(rf"(?<!\w){re.escape(p)}(?!\w)", text, re.I)]:
        return False, f"says {banned[0]!r}"
    if spam := _SPAM.search(text):
        return False, f"says {spam[0]!r}"
    code = variant.incentive.code if variant.incentive else None
    if shouted := [w for w in _SHOUT.findall(_TAG.sub(" ", text)) if w not in {"STOP", "HELP"} and w not in (code or "")]:
        return False, f"shouts {shouted[0]}"
    return text.count("!") <= 1, "more than one exclamation mark"


def _mended(variant: Mapping[str, Any] | None, brand: Brand) -> tuple[dict[str, float], list[str]]:
    if variant is None:
        return {"mended": 0.0}, ["given up"]
    left = [v.message for v in check(Variant.model_validate(variant), brand).violations if v.severity == "block"]
    return {"mended": float(not left)}, left


def _told(verdict: Verdict) -> str:
    return "; ".join(_rules(v.rule + " " + v.message for v in verdict.violations if v.severity == "block" and v.rule not in OFFER_RULES))


def _rules(told: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(told))
