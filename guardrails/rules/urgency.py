"""Urgency: "ends tonight" needs a tonight on which something ends."""

from __future__ import annotations

from collections.abc import Iterator

from guardrails.phrases import Phrases
from guardrails.rules.base import Copy, Hit, marketing, rule

_ENDS = {"kind": "percent_off", "value": 15, "expires": "2026-12-31"}
_ENGLISH = (
    r"\b(?:ends?|expires?|closes?|gone|over) (?:tonight|today|tomorrow|soon|at midnight|in \d+ hours?|this (?:week|weekend)|"
    r"(?:on )?(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b|"
    r"\b(?:last|final) (?:chance|call|day|days|hours|few hours)\b|\bonly \d+ (?:hours?|days?|left)\b|\b\d+ (?:hours|"
    r"days) left\b|\b(?:today|tonight|(?:this|one) (?:weekend|week|month|day)) only\b(?! (?:one|a|an|two|the)\b)|"
    r"(?<!no )(?<!not )(?<!n't )(?<!need to )\bhurry\b|\btime(?:'s| is) running out\b|\b(?:selling|going) fast\b|\balmost gone\b|"
    r"\bbefore (?:it's|it is|"
    r"they're) (?:too late|gone)\b|\bdon't miss out\b|\blimited time\b"
)
_GERMAN = (
    r"\bnur (?:noch )?(?:heute|morgen|dieses wochenende|diese woche|diesen monat|bis (?:heute|morgen|mitternacht|sonntag))\b|"
    r"\bletzte (?:chance|gelegenheit|tage|stunden)\b|\b(?:fast|bald) (?:ausverkauft|weg|vergriffen)\b|"
    r"\bnur noch (?:\d+|wenige|zwei|drei) (?:tage?|stunden?|stuck|platze|zimmer)\b|"
    r"\bendet (?:heute|morgen|bald|in \d+)\b|\bbeeil\w*|\bjetzt oder nie\b|\bsolange der vorrat reicht\b|\bschnell sein\b"
)
_FRENCH = (
    r"\bderniere chance\b|\bdernier(?:e?s)? (?:jours?|heures?)\b|\bplus que \d+ (?:jours?|heures?|pieces?|chambres?)\b|"
    r"\b(?:aujourd'hui|ce week-end|cette semaine|ce soir) (?:seulement|uniquement)\b|\b(?:seulement|uniquement) (?:aujourd'hui|"
    r"ce week-end)\b|"
    r"\bse termine (?:ce soir|demain|aujourd'hui|bientot|dans \d+)\b|\b(?:bientot|presque) epuise\w*|\bdepeche[zr]?(?:-(?:vous|toi))?\b|"
    r"\bavant qu'il ne soit trop tard\b"
)
_SPANISH = (
    r"\bultim[oa]s? (?:oportunidad|llamada|dias?|horas?)\b|\bsolo (?:por )?hoy\b|\bsolo (?:este fin de semana|esta semana)\b|"
    r"\bquedan (?:solo |solamente )?\d+ (?:dias?|horas?|unidades|habitaciones)\b|\btermina (?:hoy|manana|esta noche|pronto|en \d+)\b|"
    r"\bdate prisa\b|\bdese prisa\b|\bcasi agotad[oa]s?\b|\bantes de que sea (?:demasiado )?tarde\b|\bahora o nunca\b"
)
_URGENT = Phrases("|".join((_ENGLISH, _GERMAN, _FRENCH, _SPANISH)))


@rule(
    "X10",
    "Urgency matches a real end of the offer.",
    severity="ask",
    source="FTC staff report on dark patterns (2022)",
    passes=[
        {"body": "Last chance: 15% off until December 31.", "incentive": _ENDS},
        {"body": "No rush, it keeps."},
        {"body": "Your trial ends tomorrow.", "topic": "transactional"},
    ],
    fails=[
        {"body": "Last chance, this ends tonight!"},
        {"body": "Hurry, almost gone."},
        {"body": "Nur noch heute.", "language": "de"},
        {"body": "Dernière chance.", "language": "fr"},
        {"body": "Última oportunidad.", "language": "es"},
    ],
)
def urgency_is_real(copy: Copy) -> Iterator[Hit]:
    """A transactional message tells of an end of the customer's own: a trial, a booking."""
    if not marketing(copy) or (copy.variant.incentive is not None and copy.variant.incentive.expires is not None):
        return
    for field, view in copy.prose:
        for match in _URGENT.finditer(view.text):
            yield copy.hit(
                field, view, *match.span(), f"“{match[0]}”: the offer record has no end. Give the offer an end, or drop the urgency."
            )
            return
