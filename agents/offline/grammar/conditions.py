"""What each clause means: from a match of its pattern to a predicate, or None when the words are no condition after all."""

from __future__ import annotations

import re
from datetime import timedelta

from agents.offline.grammar.dates import days, read_date
from agents.offline.grammar.events import NOUN, held_event, slug_of, verb_event
from agents.offline.grammar.numbers import NUMBER, read_money
from agents.offline.grammar.reader import LONG, RECENT, Match, Op, Reader, is_, without
from journeyman.domain import AllOf, Predicate

OPS: dict[str, Op] = {
    "at least": ">=", "no less than": ">=", "no fewer than": ">=", "min": ">=", "minimum": ">=", ">=": ">=", "more than": ">", "over": ">", "above": ">",
    ">": ">", "at most": "<=", "up to": "<=", "no more than": "<=", "not more than": "<=", "max": "<=", "fewer than": "<", "less than": "<", "under": "<",
    "below": "<", "<": "<", "exactly": "==", "only": "==", "just": "==", "precisely": "==",
}  # fmt: skip


def op_of(words: str | None, default: Op = "==") -> Op:
    return OPS[words.lower()] if words else default


def not_since(r: Reader, m: Match) -> Predicate | None:
    return r.not_for(r.event(m["act"]), days(m, "t"), more=bool(m["more"]))


def not_since_date(r: Reader, m: Match) -> Predicate | None:
    day = read_date(m, r.goal)
    while day > r.goal.today:
        day -= timedelta(days=365)
    return r.not_for(r.event(m["act"]), (r.goal.today - day).days)


def no_thing(r: Reader, m: Match) -> Predicate | None:
    return r.not_for(r.thing(m["thing"]), days(m, "t"), more=bool(m["more"]))


def last_ago(r: Reader, m: Match) -> Predicate | None:
    word = (
        m["thing"]
        or {
            "ordered": "order",
            "bought": "order",
            "purchased": "order",
            "shopped": "order",
            "booked": "booking",
            "visited": "visit",
            "stayed": "booking",
        }[m["verb"].lower()]
    )
    feature = r.names.since(r.thing(word))
    how = m["how"] or ("at least" if not re.search(r"within|in the last", m.group(), re.I) else "at most")
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
    return without(is_(r.names.since(event), "<", days(m, "t")))


def no_things(r: Reader, m: Match) -> Predicate | None:
    return r.never(r.thing(m["thing"]))


def not_own(r: Reader, m: Match) -> Predicate | None:
    noun = m["noun"]
    if noun.lower() in ("one", "it", "them", "any"):
        sold = re.search(
            rf"\b(?:cross[ -]?sell(?:ing)?|sell(?:ing)?|promot(?:e|ing)|offer(?:ing)?|open(?:ing)?|push|market)(?: of)?(?: an?| the| our| their)? (?P<noun>{NOUN})",
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


def joined(_: Reader, m: Match) -> Predicate | None:
    ago = m["ago"] is not None
    how = (m["how"] or "").lower()
    op: Op = ("<" if how in ("less than", "under", "fewer than") else ">" if how in ("more than", "over") else ">=") if ago else "<="
    return is_("days_since_signup", op, days(m, "t"))


def joined_since(r: Reader, m: Match) -> Predicate | None:
    day = read_date(m, r.goal)
    while day > r.goal.today:
        day -= timedelta(days=365)
    return is_("days_since_signup", ">=" if m["word"].lower() == "before" else "<=", (r.goal.today - day).days)


def tenure(_: Reader, m: Match) -> Predicate | None:
    return is_("days_since_signup", ">" if re.search(r"more than|over|longer", m.group(), re.I) else ">=", days(m, "t"))


def newcomers(r: Reader, m: Match) -> Predicate | None:
    if re.search(r"\bdays_since_signup\b|\b(?:joined|signed up|registered|signing up|of sign-?up)\b", r.goal.whole, re.I):
        return None  # said more precisely elsewhere
    r.goal.assume(f"“{m.group().strip()}” are taken as people who joined in the last {RECENT} days.")
    return is_("days_since_signup", "<=", RECENT)


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
    n = float({"once": 1, "twice": 2, "thrice": 3}.get(word) or re.findall(NUMBER, word)[0])
    return r.counted(r.event(m["act"]), ">=" if m["plus"] else op_of(m["how"]), n, days(m, "w") if m["w_unit"] else None, m.group())


def spent(r: Reader, m: Match) -> Predicate | None:
    amount = read_money(m, "s").amount
    op = op_of(m["how"], ">=")
    if not m["w_unit"]:
        return is_("revenue_total", op, amount)
    length = days(m, "w")
    window = (
        max((w for w in (30, 90) if w <= length), default=30)
        if op in (">", ">=")
        else min((w for w in (30, 90) if w >= length), default=90)
    )
    if window != length:
        r.goal.ask(f"Spend is kept for 30 and 90 days; “{m.group().strip()}” is taken over {window} days. Does that serve?")
    return is_(f"revenue_{window}d", op, amount)


def basket(_: Reader, m: Match) -> Predicate | None:
    return is_("average_order_value", op_of(m["how"], ">="), read_money(m, "s").amount)


def contacted(_: Reader, m: Match) -> Predicate | None:
    length = (
        days(m, "t") if m["t_unit"] else {"day": 1, "week": 7, "month": 30, "today": 1, "yesterday": 2}[(m["this"] or m["now"]).lower()]
    )
    got: Predicate = is_(f"touches_{int(length)}d", ">=", 1) if length in (7, 30) else is_("days_since_last_touch", "<=", length)
    return without(got) if re.search(r"\b(?:not|never|no)\b", m.group(), re.I) else got


def rate(_: Reader, m: Match) -> Predicate | None:
    return is_(f"{m['channel'].lower()}_engagement_rate", op_of(m["how"], ">="), float(m["n"]) / 100)


def habit(r: Reader, m: Match) -> Predicate | None:
    word = m["when"].lower()
    feature = "weekend_share" if word.startswith("weekend") else f"hour_share_{word.rstrip('s')}"
    r.goal.assume(f"“{m.group().strip()}” are people with more than half of their orders then.")
    return is_(feature, ">", 0.5)


def bargain(r: Reader, m: Match) -> Predicate | None:
    r.goal.assume(
        f"“{m.group().strip()}” are people with half or more of their orders discounted."
        if not m["full"]
        else "Full-price buyers have no discounted order."
    )
    return is_("discount_share", "<=", 0) if m["full"] else is_("discount_share", ">=", 0.5)


def repeat(r: Reader, _: Match) -> Predicate | None:
    return is_(r.names.total("order" if r.main != "booking" else "booking"), ">=", 2)


def single(r: Reader, _: Match) -> Predicate | None:
    return is_(r.names.total(r.main if r.main in ("order", "booking") else "order"), "==", 1)


def lapsed(r: Reader, m: Match) -> Predicate | None:
    if re.search(r"\b(?:not|no|for|since|ago|inactive|last)\b[^.;]{0,40}\d+ ?-?(?:day|week|month|year|quarter)", r.goal.whole, re.I):
        return None  # said more precisely elsewhere
    r.goal.assume(f"“{m.group().strip()}” are taken as people with no {r.main.replace('_', ' ')} for {LONG} days.")
    return r.not_for(r.main, LONG)


def vip(r: Reader, m: Match) -> Predicate | None:
    for name in ("attribute_vip", "attribute_is_vip"):
        if r.names.features and r.names.has(name):
            return is_(name, ">=", 1)
    r.goal.ask(f"What makes one of your “{m.group().strip()}”? I have taken five {r.main if r.main == 'booking' else 'order'}s or more.")
    return is_(r.names.total("booking" if r.main == "booking" else "order"), ">=", 5)


def category(r: Reader, m: Match) -> Predicate | None:
    slug = slug_of(m["noun"])
    for feature in r.names.features:
        if feature.startswith("category_share_") and feature.removeprefix("category_share_").rstrip("s") in (slug, slug.split("_")[0]):
            return is_(feature, ">", 0)
    return None


def attribute(r: Reader, m: Match) -> Predicate | None:
    """`in California`, `gold members`: an attribute whose meaning names the value with its code, as in `0 = silver, 1 = gold`."""
    value = (m["place"] or m["tier"]).strip().lower()
    for feature, meaning in sorted(r.names.features.items()):
        if not feature.startswith("attribute_"):
            continue
        code = re.search(rf"(?P<a>\d+) ?[=:] ?{re.escape(value)}\b|\b{re.escape(value)} ?[=:(] ?(?P<b>\d+)", meaning, re.I)
        if code:
            return is_(feature, "==", float(code["a"] or code["b"]))
    if m["place"]:
        r.goal.ask(
            f"The data does not tell who is in {m['place'].strip()}; may the audience be wider, or can that attribute be brought in?"
        )
        return None
    return None


def direct(_: Reader, m: Match) -> Predicate | None:
    op: Op = {"=": "==", "is": "=="}.get(m["op"], m["op"])  # type: ignore[assignment]
    return is_(m["feature"].lower(), op, float(m["n"]))


def abandoned(r: Reader, m: Match) -> Predicate | None:
    event = r.names.event("cart_abandoned")
    length = int(days(m, "w")) if m["w_unit"] else 7
    return r.counted(event, ">=", 1, length, m.group())


def basket_if(r: Reader, m: Match) -> Predicate | None:
    """`orders over $50` may be the condition of an offer; only an average or a basket describes people."""
    words = m.group().lower()
    lead = r.goal.before(m.start(), reach=30).lower()
    if not re.search(r"average|avg|mean|typical|aov", words) and (
        not re.search(r"basket|order value", words) or re.search(r"(?:on|for) (?:all |any )?$", lead)
    ):
        return None
    return basket(r, m)


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
