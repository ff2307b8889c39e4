"""Claims that need a ground: "free", superlatives and proofs, urgency. Code raises what it can see; a person or model settles the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guardrails.rules.base import Copy, Hit, rule

_ENDS = {"kind": "percent_off", "value": 15, "expires": "2026-12-31"}
_SHIPS = {"kind": "free_shipping", "conditions": "On orders over $50."}
_FREE = re.compile(
    r"(?<![\w-])(?<!feel )(?<!feeling )(?<!set )(?:for\s+)?free(?![\w-])(?!\s+(?:from|of|up|to|time|will|spirit|range|hand|"
    r"world|account|plan|trial|returns?|cancel\w*|wi-?fi|parking)\b)|"
    r"\b(?:(?:gratis|versandkosten|porto)-?frei\w*|kostenlos(?:e[mnrs]?)?|gratis|umsonst)\b(?!\s+(?:stornier|ruckgabe|rucksend|retoure|konto|"
    r"test(?:en|phase|version)|parkplatz|wlan|devoluc|cancelac))|"
    r"\bgratuit(?:e?s?|ement|[oa]s?|amente)\b(?!\s+(?:essai|retours?|annulation))|\boffert(?:e?s?)\b(?!\s+par\b)",
    re.I,
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
    numbers = set(re.findall(r"\d+", offer.conditions))
    said = " ".join(view.text for _, view in copy.prose)
    stated = numbers <= set(re.findall(r"\d+", said)) if numbers else bool(_TERM_WORDS.search(said))
    for field, view in copy.prose if not stated else ():
        for match in _FREE.finditer(view.text):
            if _FREE_OF_SOMETHING.search(view.text, max(0, match.start() - 40), match.start()):
                continue
            yield copy.hit(field, view, *match.span(), f"“{match[0].strip()}” without its conditions. Add: {offer.conditions}")
            return


_CLAIM = re.compile(
    r"\b(?:clinically|scientifically|medically|laboratory|dermatologist)[\s-](?:proven|tested|approved|recommended|shown)\b|\bproven to\b|"
    r"(?<!\w)#1\b|\bnumber one\b|\bno\.\s?1\b|\bworld's (?:best|finest|leading|fastest|favou?rite|no)\b|"
    r"\bbest in (?:the world|class|town|the country)\b|"
    r"\b(?:market|industry|world)[\s-]leading\b|\baward[\s-]winning\b|\b(?:cures?|heals?|prevents?|"
    r"treats?) (?:\w+ )?(?:cancer|disease|covid\S*|diabetes|anxiety|depression|pain|illness)\b|"
    r"\b(?:\d+|nine|eight|seven) (?:out of|in) (?:\d+|ten) (?:\w+ )?(?:customers|people|users|doctors|dentists|experts|"
    r"members|guests|women|men|teams)\b|"
    r"\b(?:better|cheaper|faster) than (?:any|all|every) (?:other|brand|competitor)\w*|\bguaranteed (?:results|returns|"
    r"savings|income|approval)\b|"
    r"\b\d+(?:\.\d+)?\s?(?:%|percent) (?:of (?:our )?(?:customers|people|users|members|guests|teams)|more effective|faster|"
    r"better)\b|\b(?:the )?(?:lowest|cheapest) prices? (?:ever|anywhere|guaranteed)\b",
    re.I,
)


@rule(
    "X07",
    "A claim (superlative, number, health, comparison) maps to evidence the brand has.",
    severity="block",
    source="FTC policy on advertising substantiation",
    passes=[
        {"body": "Softer after every wash."},
        {
            "body": "9 out of 10 guests return.",
            "_brand": {"name": "Acme", "evidence": [{"id": "survey", "claim": "9 out of 10 guests return (2025 survey)."}]},
        },
    ],
    fails=[{"body": "Clinically proven to work."}, {"body": "The world's best socks."}, {"body": "9 out of 10 customers agree."}],
)
def claims_have_evidence(copy: Copy) -> Iterator[Hit]:
    proven = [" ".join(e.claim.casefold().split()) for e in copy.brand.evidence]
    for field, view in copy.prose:
        for match in _CLAIM.finditer(view.text):
            if not any(" ".join(match[0].casefold().split()) in claim for claim in proven):
                remedy = "Add the evidence to the brand's `evidence`, or say it without the claim."
                yield copy.hit(field, view, *match.span(), f"“{match[0]}” is a claim without evidence. {remedy}")


_URGENT = re.compile(
    r"\b(?:ends?|expires?|closes?|gone|over) (?:tonight|today|tomorrow|soon|at midnight|in \d+ hours?|this (?:week|weekend)|"
    r"(?:on )?(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b|"
    r"\b(?:last|final) (?:chance|call|day|days|hours|few hours)\b|\bonly \d+ (?:hours?|days?|left)\b|\b\d+ (?:hours|"
    r"days) left\b|\b(?:today|tonight|this weekend) only\b|"
    r"\bhurry\b|\btime(?:'s| is) running out\b|\b(?:selling|going) fast\b|\balmost gone\b|\bbefore (?:it's|it is|"
    r"they're) (?:too late|gone)\b|\bdon't miss out\b|\blimited time\b",
    re.I,
)


@rule(
    "X10",
    "Urgency matches a real end of the offer.",
    severity="ask",
    source="FTC staff report on dark patterns (2022)",
    passes=[{"body": "Last chance: 15% off until December 31.", "incentive": _ENDS}, {"body": "No rush, it keeps."}],
    fails=[{"body": "Last chance, this ends tonight!"}, {"body": "Hurry, almost gone."}],
)
def urgency_is_real(copy: Copy) -> Iterator[Hit]:
    if copy.variant.incentive is not None and copy.variant.incentive.expires is not None:
        return
    for field, view in copy.prose:
        for match in _URGENT.finditer(view.text):
            yield copy.hit(
                field, view, *match.span(), f"“{match[0]}”: the offer record has no end. Give the offer an end, or drop the urgency."
            )
            return
