"""What a clause reader knows of a goal: names of events and features, and how counts and recencies become comparisons.

Counts are kept for 7, 30 and 90 days; other lengths are read over the stricter of these, with a question.
"""

from __future__ import annotations

import re
from typing import Literal

from agents.offline.grammar.events import NOUNS, Catalogue, act_event, singular
from agents.offline.grammar.goal import Goal
from agents.offline.grammar.kind import Kind
from journeyman.domain import Comparison, Predicate

Op = Literal[">=", "<=", "==", "!=", ">", "<"]
RECENT, LONG = 30, 60
"""Days taken for `recently` and `in a while`."""
WINDOWS = (7, 30, 90)
Match = re.Match[str]


def is_(feature: str, op: Op, value: float) -> Comparison:
    return Comparison(feature=feature, op=op, value=int(value) if float(value).is_integer() else round(value, 6))


class Reader:
    """Builds predicates for one goal; `success` becomes the event the audience has not done yet."""

    def __init__(self, goal: Goal, kind: Kind, event: str, catalogue: Catalogue) -> None:
        self.goal, self.kind, self.main, self.names = goal, kind, event, catalogue
        self.success: str | None = None
        self.sized = False
        """Whether a clause has already said how many orders they have made."""
        self.recency = False
        """Whether a clause has already said how long they have been away."""

    def default(self) -> list[Predicate]:
        """The kind's usual audience, said as an assumption."""
        total, since = self.names.total(self.main), self.names.since(self.main)
        what = self.main.replace("_", " ")
        usual: dict[str, tuple[str, list[Predicate]]] = {
            "win_back": (f"no {what} for {LONG} days", [is_(since, ">=", LONG)]),
            "second_purchase": (f"exactly one {what}", [is_(total, "==", 1)]),
            "activation": (
                f"joined in the last {RECENT} days, no {what} yet",
                [is_("days_since_signup", "<=", RECENT), is_(total, "==", 0)],
            ),
            "loyalty": (f"two {what}s or more", [is_(total, ">=", 2)]),
            "retention": (f"at least one {what}", [is_(total, ">=", 1)]),
            "abandoned_cart": ("left a cart in the last 7 days", [is_("events_cart_abandoned_7d", ">=", 1)]),
            "review_request": (f"last {'order'} at most 14 days ago", [is_(self.names.since("order"), "<=", 14)]),
            "cross_sell": ("at least one order", [is_(self.names.total("order"), ">=", 1)]),
            "upsell": ("at least one order", [is_(self.names.total("order"), ">=", 1)]),
            "referral": ("two orders or more", [is_(self.names.total("order"), ">=", 2)]),
        }
        words, predicates = usual[self.kind.name]
        self.goal.assume(f"Audience assumed: {words}, as the goal does not say whom it is for.")
        return predicates

    def event(self, words: str) -> str:
        event = self.names.event(act_event(words)) or self.main
        # "not visited for 60 days" is told by orders where visits are not recorded
        if event in ("visit", "login") and not self.names.has(self.names.since(event)) and self.names.has(self.names.since(self.main)):
            return self.main
        return event

    def thing(self, noun: str) -> str:
        known = NOUNS.get(noun.lower()) or NOUNS.get(singular(noun.lower()), "")
        return self.names.event(known) if known else self.main

    def not_for(self, event: str, length: float, *, more: bool = False) -> Predicate:
        self.recency = True
        return is_(self.names.since(event), ">" if more else ">=", length)

    def never(self, event: str) -> Predicate:
        if event not in ("visit", "login", "email_opened", "email_clicked", "push_opened", "unsubscribed"):
            self.success = self.success or event
        return is_(self.names.total(event), "==", 0)

    def counted(self, event: str, op: Op, n: float, length: float | None, words: str) -> Predicate:
        if length is None:
            self.sized = self.sized or event in ("order", "booking")
            return is_(self.names.total(event), op, n)
        if length in WINDOWS:
            return is_(self.names.within(event, int(length)), op, n)
        if op in (">=", ">") and (n, op) in ((1, ">="), (0, ">")):
            return is_(self.names.since(event), "<=", length)
        at_least = op in (">=", ">", "==")
        window = max((w for w in WINDOWS if w <= length), default=7) if at_least else min((w for w in WINDOWS if w >= length), default=90)
        self.goal.ask(f"Counts are kept for 7, 30 and 90 days; “{words.strip()}” is taken over {window} days. Does that serve?")
        return is_(self.names.within(event, window), op, n)
