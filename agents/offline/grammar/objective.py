"""Success events the goal weighs beside its main one: `a visit counts a tenth`."""

from __future__ import annotations

from agents.offline.grammar.events import NOUNS, Catalogue
from agents.offline.grammar.goal import Goal, rx
from agents.offline.grammar.numbers import NUMBER, PERCENT

_SHARES = {"full": 1.0, "fully": 1.0, "half": 0.5, "a third": 1 / 3, "a quarter": 0.25, "a fifth": 0.2, "a tenth": 0.1}
_THINGS = NOUNS | {
    "click": "email_clicked",
    "email click": "email_clicked",
    "open": "email_opened",
    "email open": "email_opened",
    "sign-up": "signup",
}
_WEIGHT = rx(
    rf"\b(?:an? |every |each )?(?P<thing>{'|'.join(sorted(_THINGS, key=len, reverse=True))})s? (?:counts?|is worth|are worth"
    rf"|weighs?|weighted|scores?|with weight)(?: (?:as|for|at|only))? ?"
    rf"(?:(?P<share>{'|'.join(sorted(_SHARES, key=len, reverse=True))})\b|(?P<n>{NUMBER})(?P<pc>{PERCENT})?)(?: (?:of|as much "
    rf"as) (?:an?|the|that)(?: \w+)?)?"
)


def read_events(goal: Goal, catalogue: Catalogue) -> dict[str, float]:
    """Weights in (0, 1] by event; one outside that is a doubt."""
    weights: dict[str, float] = {}
    for m in goal.take(_WEIGHT):
        weight = _SHARES[m["share"].lower()] if m["share"] else float(m["n"]) / (100 if m["pc"] else 1)
        if not 0 < weight <= 1:
            goal.doubt("weight", m.span())
        elif event := _THINGS[m["thing"].lower()]:
            weights[catalogue.event(event)] = round(weight, 4)
    return weights
