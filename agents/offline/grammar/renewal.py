"""Whether the library renews itself: "replace worn-out copy every two weeks, without asking me", "keep testing new copy"."""

from __future__ import annotations

import re

from agents.offline.grammar.goal import Goal, rx
from journeyman.domain import Renewal

_COPY = r"(?:copy|variants?|messages?|texts?|creatives?|library)"
_WHAT = (
    rf"(?:(?:replace|renew|refresh|retire|swap(?: out)?) (?:the |all |any )?(?:worn[- ]?out|tired|stale|weak|old)(?: {_COPY})?"
    rf"|(?:renew|refresh) (?:the |our )?{_COPY}"
    rf"|keep (?:on )?(?:testing|experimenting|trying)(?: (?:with )?new {_COPY})?|keep writing new {_COPY}"
    rf"|{_COPY} (?:renews?|refreshe?s?) itself)"
)
_TAIL = (
    r"(?:,? ?(?:and )?(?:every (?P<n>\d+|two|three|four) (?P<unit>days?|weeks?)|every (?P<one>day|week|month)|(?P<ly>daily|weekly|monthly)"
    r"|(?P<auto>without (?:asking|approval)(?: me| us)?|automatically|by itself|on its own|no approval needed)"
    r"|(?P<ask>(?:but )?(?:ask|with) (?:me |us )?(?:first|before|approval|for approval)(?: (?:it goes|they go) out)?)))*"
)
_RENEWAL = rx(rf"\b{_WHAT}{_TAIL}")
_DAYS = {"day": 1, "week": 7, "month": 30, "daily": 1, "weekly": 7, "monthly": 30}
_NUMBERS = {"two": 2, "three": 3, "four": 4}


def read_renewal(goal: Goal) -> Renewal | None:
    """None where the goal does not ask for it; new copy waits for a yes unless the goal says otherwise."""
    for m in goal.take(_RENEWAL):
        days = _DAYS.get(m["one"] or m["ly"] or "", 7)
        if m["n"]:
            days = (_NUMBERS.get(m["n"].lower()) or int(m["n"])) * _DAYS[re.sub("s$", "", m["unit"].lower())]
        return Renewal(approval="auto" if m["auto"] and not m["ask"] else "ask", every_days=min(max(days, 1), 365))
    return None
