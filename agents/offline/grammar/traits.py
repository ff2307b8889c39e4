"""What clauses about people mean: tenure, spend, contact, habits, tiers and places. See `conditions` for what people did."""

from __future__ import annotations

import re
from datetime import timedelta

from agents.offline.grammar.conditions import op_of
from agents.offline.grammar.dates import days, least_days, read_date
from agents.offline.grammar.events import slug_of
from agents.offline.grammar.numbers import read_money
from agents.offline.grammar.reader import RECENT, Match, Op, Reader, is_
from journeyman.domain import AllOf, AnyOf, Predicate


def joined(_: Reader, m: Match) -> Predicate | None:
    ago, how = m["ago"] is not None, (m["how"] or "").lower()
    if m["t_lo"]:
        return AllOf(all=[is_("days_since_signup", ">=", least_days(m, "t")), is_("days_since_signup", "<=", days(m, "t"))])
    later: Op = "<" if how in ("less than", "under", "fewer than") else ">" if how in ("more than", "over") else ">="
    return is_("days_since_signup", later if ago else "<=", days(m, "t"))


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


def contacted(r: Reader, m: Match) -> Predicate | None:
    """A missing recency matches nothing, not even turned round: who was never written to is told by the count."""
    length = (
        days(m, "t") if m["t_unit"] else {"day": 1, "week": 7, "month": 30, "today": 1, "yesterday": 2}[(m["this"] or m["now"]).lower()]
    )
    negated = re.search(r"\b(?:not|never|no)\b", m.group(), re.I) is not None
    if length in (7, 30):
        return is_(f"touches_{int(length)}d", "==" if negated else ">=", 0 if negated else 1)
    if length > 30:
        r.goal.ask(f"Whom nobody ever wrote to is not in “{m.group().strip()}”: contacts are counted over 30 days. Does that serve?")
        return is_("days_since_last_touch", ">" if negated else "<=", length)
    recent = AllOf(all=[is_("touches_30d", ">=", 1), is_("days_since_last_touch", "<=", length)])
    return AnyOf(any=[is_("touches_30d", "==", 0), is_("days_since_last_touch", ">", length)]) if negated else recent


def rate(_: Reader, m: Match) -> Predicate | None:
    return is_(
        f"{m['channel'].lower()}_{'share' if 'share' in m.group().lower() else 'engagement_rate'}",
        op_of(m["how"], ">="),
        float(m["n"]) / 100,
    )


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


def vip(r: Reader, m: Match) -> Predicate | None:
    if r.sized:
        return None  # said more precisely elsewhere
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
        if re.fullmatch(rf"1 if (?:the customer's [\w ]+ is )?{re.escape(value)}, else 0", meaning, re.I):
            return is_(feature, "==", 1)
        code = re.search(rf"(?P<a>\d+) ?[=:] ?{re.escape(value)}\b|\b{re.escape(value)} ?[=:(] ?(?P<b>\d+)", meaning, re.I)
        if code:
            return is_(feature, "==", float(code["a"] or code["b"]))
    if m["place"]:
        r.goal.ask(
            f"The data does not tell who is in {m['place'].strip()}; may the audience be wider, or can that attribute be brought in?"
        )
        return None
    if "tier" in m.groupdict() and m["tier"]:
        r.goal.ask(
            f"The data does not tell who “{m.group().strip()}” are; can that attribute be brought in? The audience is wider without it."
        )
    return None


def direct(_: Reader, m: Match) -> Predicate | None:
    op: Op = {"=": "==", "is": "=="}.get(m["op"], m["op"])  # type: ignore[assignment]
    return is_(m["feature"].lower(), op, float(m["n"]))


def basket_if(r: Reader, m: Match) -> Predicate | None:
    """`orders over $50` may be the condition of an offer; only an average or a basket describes people."""
    words = m.group().lower()
    lead = r.goal.before(m.start(), reach=30).lower()
    if not re.search(r"average|avg|mean|typical|aov", words) and (
        not re.search(r"basket|order value", words) or re.search(r"(?:on|for) (?:all |any )?$", lead)
    ):
        return None
    return basket(r, m)
