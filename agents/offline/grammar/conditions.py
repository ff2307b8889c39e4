"""What clauses about deeds mean: from a match of its pattern to a predicate, or None when the words are no condition after all."""

from __future__ import annotations

import re
from datetime import timedelta

from agents.offline.grammar.dates import days, least_days, read_date
from agents.offline.grammar.events import NOUN, held_event, slug_of, verb_event
from agents.offline.grammar.reader import LONG, RECENT, Match, Op, Reader, is_
from journeyman.domain import AllOf, AnyOf, Predicate

OPS: dict[str, Op] = {
    "at least": ">=",
    "no less than": ">=",
    "no fewer than": ">=",
    "min": ">=",
    "minimum": ">=",
    ">=": ">=",
    "more than": ">",
    "over": ">",
    "above": ">",
    ">": ">",
    "at most": "<=",
    "up to": "<=",
    "no more than": "<=",
    "not more than": "<=",
    "max": "<=",
    "fewer than": "<",
    "less than": "<",
    "under": "<",
    "below": "<",
    "<": "<",
    "exactly": "==",
    "only": "==",
    "just": "==",
    "precisely": "==",
    "older than": ">",
    "longer than": ">",
}


def op_of(words: str | None, default: Op = "==") -> Op:
    return OPS[words.lower()] if words else default


def not_since(r: Reader, m: Match) -> Predicate | None:
    return _between(r, r.event(m["act"]), m)


def _between(r: Reader, event: str, m: Match) -> Predicate:
    """`for 6-12 months`: no longer ago than the upper end either."""
    at_least = r.not_for(event, least_days(m, "t"), more=bool(m["more"]))
    return AllOf(all=[at_least, is_(r.names.since(event), "<=", days(m, "t"))]) if m["t_lo"] else at_least


def not_lately(r: Reader, m: Match) -> Predicate | None:
    return r.not_for(r.main, days(m, "t"))


def not_since_date(r: Reader, m: Match) -> Predicate | None:
    day = read_date(m, r.goal)
    while day > r.goal.today:
        day -= timedelta(days=365)
    return r.not_for(r.event(m["act"]), (r.goal.today - day).days)


def no_thing(r: Reader, m: Match) -> Predicate | None:
    return _between(r, r.thing(m["thing"]), m)


def last_ago(r: Reader, m: Match) -> Predicate | None:
    verbs = {"booked": "booking", "stayed": "booking", "visited": "visit", "seen": "", "active": ""}
    feature = r.names.since(r.thing(m["thing"] or verbs.get(m["verb"].lower(), "order")))
    how = m["how"] or ("at most" if re.search(r"within|in the last", m.group(), re.I) else "at least")
    return is_(feature, op_of(how), days(m, "t"))


def inactive(r: Reader, m: Match) -> Predicate | None:
    return r.not_for(r.main, days(m, "t"), more="more" in m.group().lower() or "over" in m.group().lower())


def vague(r: Reader, m: Match) -> Predicate | None:
    length = RECENT if "recently" in m.group().lower() or "lately" in m.group().lower() else LONG
    r.goal.assume(f"“{m['when']}” is taken as {length} days.")
    return r.not_for(r.event(m["act"]), length)


def recent(r: Reader, m: Match) -> Predicate | None:
    return is_(r.names.since(r.event(m["act"])), "<=", days(m, "t"))


def never_act(r: Reader, m: Match) -> Predicate | None:
    return r.never(r.event(m["act"]))


def never_verb(r: Reader, m: Match) -> Predicate | None:
    return r.never(r.names.event(verb_event(m["verb"], m["noun"])))


def never_verb_for(r: Reader, m: Match) -> Predicate | None:
    event = r.names.event(verb_event(m["verb"], m["noun"]))
    return AnyOf(any=[is_(r.names.total(event), "==", 0), is_(r.names.since(event), ">=", days(m, "t"))])


def no_things(r: Reader, m: Match) -> Predicate | None:
    return r.never(r.thing(m["thing"]))


def not_own(r: Reader, m: Match) -> Predicate | None:
    noun = m["noun"]
    if noun.lower() in ("one", "it", "them", "any"):
        sold = re.search(
            rf"\b(?:cross[ -]?sell(?:ing)?|sell(?:ing)?|promot(?:e|ing)|offer(?:ing)?|open(?:ing)?|push|market)(?: of)?(?: "
            rf"an?| the| our| their)? (?P<noun>{NOUN})",
            r.goal.whole,
            re.I,
        )
        if not sold:
            return None
        noun = sold["noun"]
    event = held_event(noun)
    if event is None and not r.names.events:
        return None
    event = r.names.event(event or f"{slug_of(noun)}_opened")
    return r.never(event)


def holders(r: Reader, m: Match) -> Predicate | None:
    what = m["what"].lower()
    if what in ("credit card", "card", "debit card"):
        return is_(r.names.total(r.names.event("card_payment")), ">=", 1)
    return is_(r.names.total(r.names.event(f"{slug_of(what)}_opened")), ">=", 1)


def counted(r: Reader, m: Match) -> Predicate | None:
    n = float(m["n"])
    op: Op = ">=" if m["plus"] else op_of(m["how"])
    if m["high"]:
        event = r.thing(m["thing"])
        length = days(m, "w") if m["w_unit"] else None
        return AllOf(all=[r.counted(event, ">=", n, length, m.group()), r.counted(event, "<=", float(m["high"]), length, m.group())])
    return r.counted(r.thing(m["thing"]), op, n, days(m, "w") if m["w_unit"] else None, m.group())


def times(r: Reader, m: Match) -> Predicate | None:
    word = m["times"].lower()
    n = float({"once": 1, "twice": 2, "thrice": 3}.get(word) or re.findall(r"\d+", word)[0])
    return r.counted(
        r.event(m["act"]), ">=" if m["plus"] or "+" in word else op_of(m["how"]), n, days(m, "w") if m["w_unit"] else None, m.group()
    )


def repeat(r: Reader, _: Match) -> Predicate | None:
    return is_(r.names.total("order" if r.main != "booking" else "booking"), ">=", 2)


def single(r: Reader, _: Match) -> Predicate | None:
    return is_(r.names.total(r.main if r.main in ("order", "booking") else "order"), "==", 1)


def lapsed(r: Reader, m: Match) -> Predicate | None:
    if r.recency:
        return None  # said more precisely elsewhere
    r.goal.assume(f"“{m.group().strip()}” are taken as people with no {r.main.replace('_', ' ')} for {LONG} days.")
    return r.not_for(r.main, LONG)


def abandoned(r: Reader, m: Match) -> Predicate | None:
    event = r.names.event("cart_abandoned")
    length = int(days(m, "w")) if m["w_unit"] else 7
    return r.counted(event, ">=", 1, length, m.group())


def counted_if(r: Reader, m: Match) -> Predicate | None:
    """`a second order` or `by 300 orders` is an aim, not a condition."""
    lead = r.goal.before(m.start(), reach=40)
    if re.search(
        r"\b(?:get|by|aim(?:ing)? for|target|another|drive|reach|generate|need)(?: (?:us|about|another|an extra|at least))? $", lead, re.I
    ):
        return None
    return counted(r, m)


def recent_if(r: Reader, m: Match) -> Predicate | None:
    """Only the past tense describes people: `bought in the last 30 days`, not `buy in the next`."""
    if not re.match(r"\w+(?:ed|t)\b|logged|signed|been|made|placed|(?:came|spent)", m["act"], re.I):
        return None
    return recent(r, m)
