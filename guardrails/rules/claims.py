"""Claims that need a ground: "free" and its conditions, superlatives, proofs and comparisons and their evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guardrails.amounts import number
from guardrails.claim_words import CLAIMS
from guardrails.offer_words import NUMBER
from guardrails.phrases import Phrases
from guardrails.rules.base import Copy, Hit, rule

_ENDS = {"kind": "percent_off", "value": 15, "expires": "2026-12-31"}
_SHIPS = {"kind": "free_shipping", "conditions": "On orders over $50."}
_NUMBER = re.compile(NUMBER, re.I)
_FREE = Phrases(
    r"(?<![\w-])(?<!feel )(?<!feeling )(?<!set )(?:for\s+)?free(?![\w-])(?!\s+(?:from|of|up|to|time|will|spirit|range|hand|"
    r"world|account|plan|trial|returns?|cancel\w*|wi-?fi|parking)\b)|"
    r"\b(?:(?:gratis|versandkosten|porto)-?frei\w*|kostenlos(?:e[mnrs]?)?|gratis|umsonst)\b(?!\s+(?:stornier|ruckgabe|rucksend|retoure|konto|"
    r"test(?:en|phase|version)|parkplatz|wlan|devoluc|cancelac))|"
    r"\bgratuit(?:e?s?|ement|[oa]s?|amente)\b(?!\s+(?:essai|retours?|annulation))|\boffert(?:e?s?)\b(?!\s+par\b)"
)
_FREE_OF_SOMETHING = re.compile(
    r"(?:retours?|annulation|essai|compte|devoluci\w+|cancelaci\w+|prueba|cuenta|parking|wifi|rucksendung\w*|stornierung\w*)"
    r"(?:\s+(?:est|sont|es|son|ist|sind))?\s+$",
    re.I,
)
_TERM_WORDS = re.compile(
    r"\b(?:orders?|spend|purchase|over|above|minimum|min\.?|with|when|terms|conditions|applies|excludes?|until|members?|"
    r"first|while|ab|bestell\w*|einkauf\w*|mindest\w*|bedingung\w*|beim?|sobald|solange|"
    r"commandes?|achats?|minimum|des|pour tout|sous conditions|pedidos?|compras?|minimo|condiciones|a partir de|superiores)\b|\d",
    re.I,
)


@rule(
    "X04",
    '"Free" brings its conditions in the same message.',
    severity="ask",
    source="16 CFR 251",
    phrases=[_FREE],
    passes=[
        {"body": "Free shipping on orders over $50.", "incentive": _SHIPS},
        {"body": "Free shipping.", "incentive": {"kind": "free_shipping"}},
    ],
    fails=[
        {"body": "Free shipping, yours to keep.", "incentive": _SHIPS},
        {"body": "Kostenloser Versand, für dich.", "language": "de", "incentive": _SHIPS},
        {"body": "La livraison est offerte.", "language": "fr", "incentive": _SHIPS},
        {"body": "Tu envío es gratis.", "language": "es", "incentive": _SHIPS},
    ],
)
def free_has_conditions(copy: Copy) -> Iterator[Hit]:
    offer = copy.variant.incentive
    if offer is None or not offer.conditions:
        return
    numbers = _numbers(offer.conditions)
    said = " | ".join(view.text.replace(copy.values["postal_address"], "") for _, view in copy.prose)
    stated = numbers <= _numbers(said) if numbers else bool(_TERM_WORDS.search(said))
    for field, view, match in copy.matches(_FREE) if not stated else ():
        if not _FREE_OF_SOMETHING.search(view.text, max(0, match.start() - 40), match.start()):
            yield copy.hit(field, view, *match.span(), f"“{match[0].strip()}” without its conditions. Add: {offer.conditions}")
            return


def _numbers(text: str) -> set[float]:
    """The numbers of a text, in figures and in words."""
    return {number(m[0]) for m in _NUMBER.finditer(text)}


@rule(
    "X07",
    "A claim (superlative, number, health, comparison) maps to evidence the brand has.",
    severity="block",
    source="FTC policy on advertising substantiation",
    phrases=CLAIMS,
    passes=[
        {"body": "Softer after every wash."},
        {
            "body": "9 out of 10 guests return.",
            "_brand": {"name": "Acme", "evidence": [{"id": "survey", "claim": "9 out of 10 guests return (2025 survey)."}]},
        },
    ],
    fails=[
        {"body": "Clinically proven to work."},
        {"body": "The world's best socks."},
        {"body": "9 out of 10 customers agree."},
        {"body": "Die besten Socken der Welt.", "language": "de"},
    ],
)
def claims_have_evidence(copy: Copy) -> Iterator[Hit]:
    for field, view, match in copy.matches(*CLAIMS):
        said = " ".join(match[0].casefold().split())
        if not any(said in " ".join(e.claim.casefold().split()) for e in copy.brand.evidence):
            remedy = "Add the evidence to the brand's `evidence`, or say it without the claim."
            yield copy.hit(field, view, *match.span(), f"“{match[0]}” is a claim without evidence. {remedy}")
