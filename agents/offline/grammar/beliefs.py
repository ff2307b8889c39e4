"""What the marketer believes will work: `we think SMS works better`, `we expect evenings to do best`. The grammar itself has no opinion."""

from __future__ import annotations

import re

from agents.offline.grammar.channels import named
from agents.offline.grammar.goal import Goal, rx
from agents.offline.grammar.style import tones_in
from journeyman.domain import WINDOW_HOURS, ActionSets, Hypothesis, Lever

STRENGTH = 0.5
"""How sure a belief without a number is taken to be."""
_BELIEF = rx(
    r"\b(?:we|i) (?:think|believe|expect|guess|suspect|reckon|bet|feel|know)(?: that)? (?P<what>[^.;,∎]{2,80}?)"
    r" (?:(?:will|to|should|might) )?(?:works?|performs?|does|do|converts?|sells?|goes|go|lands?) (?:(?:the|much|even) )?"
    r"(?:(?P<good>better|best|well)|(?P<bad>worse|worst|badly|poorly))(?: than [^.;,∎]{2,40})?"
)


def read_beliefs(goal: Goal) -> list[tuple[str, float]]:
    """The words of each belief and its strength. Read early: the channels it speaks of are no order to use only those."""
    found = []
    for m in goal.take(_BELIEF):
        found.append((m["what"].lower(), STRENGTH if m["good"] else -STRENGTH))
        goal.believed |= set(named(m["what"]))
    return found


def hypotheses(goal: Goal, beliefs: list[tuple[str, float]], sets: ActionSets) -> list[Hypothesis]:
    """Beliefs as hypotheses about levels the plan has; one about nothing the plan can vary is asked about."""
    found = []
    for words, strength in beliefs:
        levels = _levels(words, sets)
        if not levels:
            goal.ask(f"You expect that “{words}” matters; which channel, theme, tone, product, offer or time of day is that?")
        sign = "better" if strength > 0 else "worse"
        for lever, level in levels:
            # "offers work well" is said of messages without one the other way round
            about = -strength if (lever, level) == ("incentive", "none") and not re.search(r"\b(?:no|without)\b", words) else strength
            text = f"Your own: {words} will work {sign} than the rest."
            found.append(Hypothesis(text=text, lever=lever, level=level, strength=about))
    return found


def _levels(words: str, sets: ActionSets) -> list[tuple[Lever, str]]:
    plain = words.replace("_", " ")
    found: list[tuple[Lever, str]] = [("channel", c) for c in named(words) if c in sets.channels]
    found += [("tone", t) for t in tones_in(words) if t in sets.tones]
    found += [("send_window", w) for w in WINDOW_HOURS if w in sets.send_windows and re.search(rf"\b{w}s?\b", plain)]
    found += [("theme", t) for t in sets.themes if re.search(rf"\b{t.replace('_', ' ')}\b", plain)]
    found += [("product", p) for p in sets.products if re.search(rf"\b{re.escape(p.replace('-', ' '))}\b", plain.replace("-", " "))]
    if sets.incentives and re.search(r"\b(?:offers?|discounts?|incentives?|coupons?|vouchers?)\b", plain):
        found.append(("incentive", "none"))
    return found
