"""Which journey goes first: "high priority", "priority 80", "hohe Priorität", "priorité haute", "prioridad alta"."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"\b(?:priority|priorit[äa]t|priorit[ée]|prioridad)\b(?:\s+(?:of|is|von|de))?\s*:?\s*(\d{1,3})\b", re.I)
_HIGH = re.compile(
    r"\b(?:high|highest|top|first)[\s-]+priority\b|\bpriority\s*:?\s*high\b|\b(?:hohe|höchste)r?\s+priorit[äa]t\b|"
    r"\b(?:haute|grande)\s+priorit[ée]\b|\bpriorit[ée]\s+(?:haute|élevée|absolue)\b|\b(?:alta|máxima)\s+prioridad\b|\bprioridad\s+(?:alta|máxima)\b",
    re.I,
)
_LOW = re.compile(
    r"\b(?:low|lowest)[\s-]+priority\b|\bpriority\s*:?\s*low\b|\b(?:niedrige|geringe)r?\s+priorit[äa]t\b|"
    r"\b(?:faible|basse)\s+priorit[ée]\b|\bpriorit[ée]\s+(?:basse|faible)\b|\bbaja\s+prioridad\b|\bprioridad\s+baja\b",
    re.I,
)
USUAL, HIGH, LOW = 50, 80, 20


def read_priority(text: str) -> int:
    """0 to 100; 50 where the goal says nothing."""
    if (number := _NUMBER.search(text)) and int(number[1]) <= 100:
        return int(number[1])
    return HIGH if _HIGH.search(text) else LOW if _LOW.search(text) else USUAL
