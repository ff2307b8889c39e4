"""The most that incentives may cost. Of several amounts, or of a range, the lowest."""

from __future__ import annotations

import re

from agents.offline.grammar.goal import UPPER, Goal, rx
from agents.offline.grammar.numbers import money, read_money
from journeyman.domain import Brand, Money

_ABOUT = (
    r"(?:(?:about|around|roughly|approx(?:imately)?\.?|some|under|below|less than|not more than|of|is|at|to|the|a total of|total"
    r"|cap|limit) ?|[:=~] ?){0,4}"
)
_BUDGET = rx(
    rf"\b(?:(?:incentive|total|overall|marketing|promo\w*|discount|campaign|whole|offer|max(?:imum)?) )*budget[: "
    rf"=]{{0,3}}(?:{UPPER} ?)?{_ABOUT}(?:{UPPER} ?)?{money('m', bare=True)}"
    rf"|(?:{UPPER} ?)?{money('n')} (?:(?:of|in|as|for) )?(?:(?:our|an?|the|total|overall|incentives?|max(?:imum)?|discounts?) )*budget\b"
    rf"|\b(?:spend(?:ing)?|spent|cost(?:s|ing)?|pay(?:ing)?|invest(?:ing)?|have|give (?:away|out)|offers (?:worth|for))(?: "
    rf"(?:in total|overall|altogether|this))? ?(?:{UPPER} ?|(?:under|below|less than) )?{money('o')}"
    rf"(?= ?(?:$|[.,;!]|in (?:total|all)|overall|altogether|on (?:incentives|offers|discounts|it|this)|to spend|for "
    rf"(?:incentives|offers|this|it)|available|max|tops|at most|all in))"
    rf"|\bstop (?:at|after|once) {money('r')}(?: (?:in )?total| overall)?"
    rf"|{money('p')} to spend\b|\bfor (?:{UPPER} ?|under |less than ){money('q')}(?: in total| overall| altogether)?(?= ?(?:$|[.,;]))"
)
_ALONE = rx(rf"(?:^|(?<=[,;.]))\s?{money('m')}(?=\s?(?:$|[,;.](?!\d)))")
_PERIOD = re.compile(r"^ ?(?:(?:a|per|each|every) ?|/ ?)(?:day|week|month|quarter|year)\b|^ (?:daily|weekly|monthly|yearly)\b", re.I)
_MENTION = rx(r"\bbudget\b")
_NONE = rx(r"\b(?:no|without(?: a| any)?|unlimited|open) budget(?: limit| cap)?\b|\bbudget[: ]{1,2}(?:none|unlimited|open|n/a)\b")
_PEOPLE = re.compile(r"\b(?:who|that|customers?|people|households?|members?|have|has|buyers|guests)\b(?: \w+){0,3} ?$", re.I)


def spoken_of(goal: Goal) -> list[tuple[int, int]]:
    """Where the goal names its budget."""
    return [m.span() for m in _BUDGET.finditer(goal.whole)]


def read_budget(goal: Goal, brand: Brand) -> Money | None:
    """The incentive budget; None when the goal names none. A budget per week or month is held to one such amount in all."""
    goal.take(_NONE)
    currency = next((c for c in [*(i.currency for i in brand.incentives), *(p.currency for p in brand.products)] if c), "USD")
    found: list[Money] = []
    for m in goal.take(_BUDGET, lambda m: not (re.match(r"sp|cost|pay|have", m.group(), re.I) and _PEOPLE.search(goal.before(m.start())))):
        tag = next(t for t in "mnopqr" if any(m.groupdict().get(f"{t}_{x}") for x in "abc"))
        found.append(read_money(m, tag, currency=currency))
        if period := _PERIOD.match(goal.text[m.end() :]):
            goal.blank(m.end(), m.end() + period.end())
            goal.ask(
                "The goal states its budget per day, week or month; a plan has one for its whole run. I have taken the amount "
                "once; should it be more?"
            )
    for m in goal.take(_ALONE) if not found else ():
        found.append(read_money(m, "m"))
        goal.assume(f"“{m.group().strip()}” is taken as the incentive budget.")
    if len({(b.amount, b.currency) for b in found}) > 1:
        goal.ask("The goal names several budgets; I have taken the lowest.")
    if not found and goal.take(_MENTION):
        goal.ask("How large is the incentive budget?")
    return min(found, key=lambda b: b.amount, default=None)
