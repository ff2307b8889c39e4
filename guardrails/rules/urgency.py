"""Urgency: "ends tonight" needs a tonight on which something ends."""

from __future__ import annotations

from collections.abc import Iterator

from guardrails.phrases import Phrases
from guardrails.rules.base import Copy, Hit, marketing, rule

_ENDS = {"kind": "percent_off", "value": 15, "expires": "2026-12-31"}
_ENGLISH = (
    r"(?:ends?|expires?|closes?|gone|over) (?:tonight|today|tomorrow|soon|at midnight|in \d+ hours?|this (?:week|weekend)|"
    r"(?:on )?(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b|"
    r"(?:last|final) (?:chance|call|day|days|hours|few hours)\b|only \d+ (?:hours?|days?|left)\b|\d+ (?:hours|"
    r"days) left\b|(?:today|tonight|(?:this|one) (?:weekend|week|month|day)) only\b(?! (?:one|a|an|two|the)\b)|"
    r"(?<!no )(?<!not )(?<!n't )(?<!need to )\bhurry\b|time(?:'s| is) running out\b|(?:selling|going) fast\b|almost gone\b|"
    r"before (?:it's|it is|"
    r"they're) (?:too late|gone)\b|don't miss out\b|limited time\b"
)
_GERMAN = (
    r"nur (?:noch )?(?:heute|morgen|dieses wochenende|diese woche|diesen monat|bis (?:heute|morgen|mitternacht|sonntag))\b|"
    r"letzte (?:chance|gelegenheit|tage|stunden)\b|(?:fast|bald) (?:ausverkauft|weg|vergriffen)\b|"
    r"nur noch (?:\d+|wenige|zwei|drei) (?:tage?|stunden?|stuck|platze|zimmer)\b|"
    r"endet (?:heute|morgen|bald|in \d+)\b|beeil\w*|jetzt oder nie\b|solange der vorrat reicht\b|schnell sein\b"
)
_FRENCH = (
    r"derniere chance\b|dernier(?:e?s)? (?:jours?|heures?)\b|plus que \d+ (?:jours?|heures?|pieces?|chambres?)\b|"
    r"(?:aujourd'hui|ce week-end|cette semaine|ce soir) (?:seulement|uniquement)\b|(?:seulement|uniquement) (?:aujourd'hui|"
    r"ce week-end)\b|"
    r"se termine (?:ce soir|demain|aujourd'hui|bientot|dans \d+)\b|(?:bientot|presque) epuise\w*|depeche[zr]?(?:-(?:vous|toi))?\b|"
    r"avant qu'il ne soit trop tard\b"
)
_SPANISH = (
    r"ultim[oa]s? (?:oportunidad|llamada|dias?|horas?)\b|solo (?:por )?hoy\b|solo (?:este fin de semana|esta semana)\b|"
    r"quedan (?:solo |solamente )?\d+ (?:dias?|horas?|unidades|habitaciones)\b|termina (?:hoy|manana|esta noche|pronto|en \d+)\b|"
    r"date prisa\b|dese prisa\b|casi agotad[oa]s?\b|antes de que sea (?:demasiado )?tarde\b|ahora o nunca\b"
)
_URGENT = Phrases(rf"\b(?:{_ENGLISH}|{_GERMAN}|{_FRENCH}|{_SPANISH})")


@rule(
    "X10",
    "Urgency matches a real end of the offer.",
    severity="ask",
    source="FTC staff report on dark patterns (2022)",
    phrases=[_URGENT],
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
    for field, view, match in copy.matches(_URGENT):
        advice = "the offer record has no end. Give the offer an end, or drop the urgency."
        yield copy.hit(field, view, *match.span(), f"“{match[0]}”: {advice}")
        return
