"""The clauses an audience is described by, each a pattern and what it means as a predicate. Order matters: the more specific first.

A builder returns None when the words are no condition after all; they are then left to other readers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from agents.offline.grammar.dates import DATE, days, duration, read_date
from agents.offline.grammar.events import ACT, NOUN, NOUNS, THING, VERB, Catalogue, act_event, held_event, singular, slug_of, verb_event
from agents.offline.grammar.goal import Goal, rx
from agents.offline.grammar.kind import Kind
from agents.offline.grammar.numbers import NUMBER, PERCENT, money, read_money
from journeyman.domain import AllOf, Comparison, Not, Predicate

Op = Literal[">=", "<=", "==", "!=", ">", "<"]
RECENT, LONG = 30, 60
"""Days taken for `recently` and `in a while`."""
WINDOWS = (7, 30, 90)
_WHOLE = re.Match[str]


def _is(feature: str, op: Op, value: float) -> Comparison:
    return Comparison(feature=feature, op=op, value=int(value) if float(value).is_integer() else round(value, 6))


def _without(predicate: Predicate) -> Not:
    return Not.model_validate({"not": predicate})


class Reader:
    """Builds predicates for one goal; `success` becomes the event the audience has not done yet."""

    def __init__(self, goal: Goal, kind: Kind, event: str, catalogue: Catalogue) -> None:
        self.goal, self.kind, self.main, self.names = goal, kind, event, catalogue
        self.success: str | None = None

    def default(self) -> list[Predicate]:
        """The kind's usual audience, said as an assumption."""
        total, since = self.names.total(self.main), self.names.since(self.main)
        what = self.main.replace("_", " ")
        usual: dict[str, tuple[str, list[Predicate]]] = {
            "win_back": (f"no {what} for {LONG} days", [_is(since, ">=", LONG)]),
            "second_purchase": (f"exactly one {what}", [_is(total, "==", 1)]),
            "activation": (
                f"joined in the last {RECENT} days, no {what} yet",
                [_is("days_since_signup", "<=", RECENT), _is(total, "==", 0)],
            ),
            "loyalty": (f"two {what}s or more", [_is(total, ">=", 2)]),
            "retention": (f"at least one {what}", [_is(total, ">=", 1)]),
            "abandoned_cart": ("left a cart in the last 7 days", [_is("events_cart_abandoned_7d", ">=", 1)]),
            "review_request": (f"last {'order'} at most 14 days ago", [_is(self.names.since("order"), "<=", 14)]),
            "cross_sell": ("at least one order", [_is(self.names.total("order"), ">=", 1)]),
            "upsell": ("at least one order", [_is(self.names.total("order"), ">=", 1)]),
            "referral": ("two orders or more", [_is(self.names.total("order"), ">=", 2)]),
        }
        words, predicates = usual[self.kind.name]
        self.goal.assume(f"Audience assumed: {words}, as the goal does not say whom it is for.")
        return predicates

    def event(self, words: str) -> str:
        event = self.names.event(act_event(words))
        # "not visited for 60 days" is told by orders where visits are not recorded
        if event in ("visit", "login") and not self.names.has(self.names.since(event)) and self.names.has(self.names.since(self.main)):
            return self.main
        return event

    def thing(self, noun: str) -> str:
        known = NOUNS.get(noun.lower()) or NOUNS.get(singular(noun.lower()), "")
        return self.names.event(known) if known else self.main

    def not_for(self, event: str, length: float, *, more: bool = False) -> Predicate:
        return _is(self.names.since(event), ">" if more else ">=", length)

    def never(self, event: str) -> Predicate:
        if event not in ("visit", "login", "email_opened", "email_clicked", "push_opened", "unsubscribed"):
            self.success = self.success or event
        return _is(self.names.total(event), "==", 0)

    def counted(self, event: str, op: Op, n: float, length: float | None, words: str) -> Predicate:
        if length is None:
            return _is(self.names.total(event), op, n)
        if length in WINDOWS:
            return _is(self.names.within(event, int(length)), op, n)
        if op in (">=", ">") and (n, op) in ((1, ">="), (0, ">")):
            return _is(self.names.since(event), "<=", length)
        at_least = op in (">=", ">", "==")
        window = max((w for w in WINDOWS if w <= length), default=7) if at_least else min((w for w in WINDOWS if w >= length), default=90)
        self.goal.ask(f"Counts are kept for 7, 30 and 90 days; “{words.strip()}” is taken over {window} days. Does that serve?")
        return _is(self.names.within(event, window), op, n)


@dataclass(frozen=True)
class Clause:
    """One way of describing people."""

    pattern: re.Pattern[str]
    build: Callable[[Reader, _WHOLE], Predicate | None]


_HAVE_NOT = r"\b(?:(?:have|has|had|did|do|does|were|was|are|is)(?: not|n't)(?: yet| ever)?|never(?: have| has| yet)?|not)"
_FILL = r"(?: (?:anything|with us|from us|again|back|at all|a thing|in store|online|here|us|our \w+|since then|any \w+|another \w+|a \w+))*"
_FOR = r"(?: (?:for|in|within|over|since|during|these))(?: (?:at least|over|the|last|past|previous|as long as|a period of|about)){0,3}(?P<more> more than)?(?: the)?(?: last| past)? "
_AGO = r"(?: (?:was|is|being|dates back|lies))?"
_OPS: dict[str, Op] = {
    "at least": ">=", "no less than": ">=", "no fewer than": ">=", "min": ">=", "minimum": ">=", ">=": ">=", "more than": ">", "over": ">", "above": ">",
    ">": ">", "at most": "<=", "up to": "<=", "no more than": "<=", "not more than": "<=", "max": "<=", "fewer than": "<", "less than": "<", "under": "<",
    "below": "<", "<": "<", "exactly": "==", "only": "==", "just": "==", "precisely": "==",
}  # fmt: skip
_HOW = rf"(?P<how>{'|'.join(sorted(map(re.escape, _OPS), key=len, reverse=True))})"
_LAST = rf"(?: (?:in|within|over|during)(?: the)?(?: last| past| previous)? {duration('w')})?"
_PAST = r"(?:shopped|bought|ordered|purchased|booked|stayed|visited|logged in|made an? (?:purchase|order|booking)|placed an order)"
_WHO = r"(?:people|customers?|households?|users?|members?|shoppers?|buyers?|guests?|clients?|subscribers?)"


def _op(words: str | None, default: Op = "==") -> Op:
    return _OPS[words.lower()] if words else default


def _not_since(r: Reader, m: _WHOLE) -> Predicate | None:
    return r.not_for(r.event(m["act"]), days(m, "t"), more=bool(m["more"]))


def _not_since_date(r: Reader, m: _WHOLE) -> Predicate | None:
    day = read_date(m, r.goal)
    while day > r.goal.today:
        day -= timedelta(days=365)
    return r.not_for(r.event(m["act"]), (r.goal.today - day).days)


def _no_thing(r: Reader, m: _WHOLE) -> Predicate | None:
    return r.not_for(r.thing(m["thing"]), days(m, "t"), more=bool(m["more"]))


def _last_ago(r: Reader, m: _WHOLE) -> Predicate | None:
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
    return _is(feature, _op(how), days(m, "t"))


def _inactive(r: Reader, m: _WHOLE) -> Predicate | None:
    return r.not_for(r.main, days(m, "t"), more="more" in m.group().lower() or "over" in m.group().lower())


def _vague(r: Reader, m: _WHOLE) -> Predicate | None:
    length = RECENT if "recently" in m.group().lower() or "lately" in m.group().lower() else LONG
    r.goal.assume(f"“{m['when']}” is taken as {length} days.")
    return r.not_for(r.event(m["act"]), length)


def _recent(r: Reader, m: _WHOLE) -> Predicate | None:
    return _is(r.names.since(r.event(m["act"])), "<=", days(m, "t"))


def _never_act(r: Reader, m: _WHOLE) -> Predicate | None:
    return r.never(r.event(m["act"]))


def _never_verb(r: Reader, m: _WHOLE) -> Predicate | None:
    return r.never(r.names.event(verb_event(m["verb"], m["noun"])))


def _never_verb_for(r: Reader, m: _WHOLE) -> Predicate | None:
    event = r.names.event(verb_event(m["verb"], m["noun"]))
    return _without(_is(r.names.since(event), "<", days(m, "t")))


def _no_things(r: Reader, m: _WHOLE) -> Predicate | None:
    return r.never(r.thing(m["thing"]))


def _not_own(r: Reader, m: _WHOLE) -> Predicate | None:
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


def _holders(r: Reader, m: _WHOLE) -> Predicate | None:
    what = m["what"].lower()
    if what in ("credit card", "card", "debit card"):
        return _is(r.names.total(r.names.event("card_payment")), ">=", 1)
    return _is(r.names.total(r.names.event(f"{slug_of(what)}_opened")), ">=", 1)


def _joined(r: Reader, m: _WHOLE) -> Predicate | None:
    ago = m["ago"] is not None
    how = (m["how"] or "").lower()
    op: Op = ("<" if how in ("less than", "under", "fewer than") else ">" if how in ("more than", "over") else ">=") if ago else "<="
    return _is("days_since_signup", op, days(m, "t"))


def _joined_since(r: Reader, m: _WHOLE) -> Predicate | None:
    day = read_date(m, r.goal)
    while day > r.goal.today:
        day -= timedelta(days=365)
    return _is("days_since_signup", ">=" if m["word"].lower() == "before" else "<=", (r.goal.today - day).days)


def _tenure(r: Reader, m: _WHOLE) -> Predicate | None:
    return _is("days_since_signup", ">" if re.search(r"more than|over|longer", m.group(), re.I) else ">=", days(m, "t"))


def _newcomers(r: Reader, m: _WHOLE) -> Predicate | None:
    if re.search(r"\bdays_since_signup\b|\b(?:joined|signed up|registered|signing up|of sign-?up)\b", r.goal.whole, re.I):
        return None  # said more precisely elsewhere
    r.goal.assume(f"“{m.group().strip()}” are taken as people who joined in the last {RECENT} days.")
    return _is("days_since_signup", "<=", RECENT)


def _counted(r: Reader, m: _WHOLE) -> Predicate | None:
    n = float(m["n"])
    op: Op = ">=" if m["plus"] else _op(m["how"])
    if m["high"]:
        event = r.thing(m["thing"])
        length = days(m, "w") if m["w_unit"] else None
        return AllOf(all=[r.counted(event, ">=", n, length, m.group()), r.counted(event, "<=", float(m["high"]), length, m.group())])
    return r.counted(r.thing(m["thing"]), op, n, days(m, "w") if m["w_unit"] else None, m.group())


def _times(r: Reader, m: _WHOLE) -> Predicate | None:
    word = m["times"].lower()
    n = float({"once": 1, "twice": 2, "thrice": 3}.get(word) or re.findall(NUMBER, word)[0])
    return r.counted(r.event(m["act"]), ">=" if m["plus"] else _op(m["how"]), n, days(m, "w") if m["w_unit"] else None, m.group())


def _spent(r: Reader, m: _WHOLE) -> Predicate | None:
    amount = read_money(m, "s").amount
    op = _op(m["how"], ">=")
    if not m["w_unit"]:
        return _is("revenue_total", op, amount)
    length = days(m, "w")
    window = (
        max((w for w in (30, 90) if w <= length), default=30)
        if op in (">", ">=")
        else min((w for w in (30, 90) if w >= length), default=90)
    )
    if window != length:
        r.goal.ask(f"Spend is kept for 30 and 90 days; “{m.group().strip()}” is taken over {window} days. Does that serve?")
    return _is(f"revenue_{window}d", op, amount)


def _basket(r: Reader, m: _WHOLE) -> Predicate | None:
    return _is("average_order_value", _op(m["how"], ">="), read_money(m, "s").amount)


def _contacted(r: Reader, m: _WHOLE) -> Predicate | None:
    length = (
        days(m, "t") if m["t_unit"] else {"day": 1, "week": 7, "month": 30, "today": 1, "yesterday": 2}[(m["this"] or m["now"]).lower()]
    )
    got: Predicate = _is(f"touches_{int(length)}d", ">=", 1) if length in (7, 30) else _is("days_since_last_touch", "<=", length)
    return _without(got) if re.search(r"\b(?:not|never|no)\b", m.group(), re.I) else got


def _rate(r: Reader, m: _WHOLE) -> Predicate | None:
    return _is(f"{m['channel'].lower()}_engagement_rate", _op(m["how"], ">="), float(m["n"]) / 100)


def _habit(r: Reader, m: _WHOLE) -> Predicate | None:
    word = m["when"].lower()
    feature = "weekend_share" if word.startswith("weekend") else f"hour_share_{word.rstrip('s')}"
    r.goal.assume(f"“{m.group().strip()}” are people with more than half of their orders then.")
    return _is(feature, ">", 0.5)


def _bargain(r: Reader, m: _WHOLE) -> Predicate | None:
    r.goal.assume(
        f"“{m.group().strip()}” are people with half or more of their orders discounted."
        if not m["full"]
        else "Full-price buyers have no discounted order."
    )
    return _is("discount_share", "<=", 0) if m["full"] else _is("discount_share", ">=", 0.5)


def _repeat(r: Reader, m: _WHOLE) -> Predicate | None:
    return _is(r.names.total("order" if r.main != "booking" else "booking"), ">=", 2)


def _single(r: Reader, m: _WHOLE) -> Predicate | None:
    return _is(r.names.total(r.main if r.main in ("order", "booking") else "order"), "==", 1)


def _lapsed(r: Reader, m: _WHOLE) -> Predicate | None:
    if re.search(r"\b(?:not|no|for|since|ago|inactive|last)\b[^.;]{0,40}\d+ ?-?(?:day|week|month|year|quarter)", r.goal.whole, re.I):
        return None  # said more precisely elsewhere
    r.goal.assume(f"“{m.group().strip()}” are taken as people with no {r.main.replace('_', ' ')} for {LONG} days.")
    return r.not_for(r.main, LONG)


def _vip(r: Reader, m: _WHOLE) -> Predicate | None:
    for name in ("attribute_vip", "attribute_is_vip"):
        if r.names.features and r.names.has(name):
            return _is(name, ">=", 1)
    r.goal.ask(f"What makes one of your “{m.group().strip()}”? I have taken five {r.main if r.main == 'booking' else 'order'}s or more.")
    return _is(r.names.total("booking" if r.main == "booking" else "order"), ">=", 5)


def _category(r: Reader, m: _WHOLE) -> Predicate | None:
    slug = slug_of(m["noun"])
    for feature in r.names.features:
        if feature.startswith("category_share_") and feature.removeprefix("category_share_").rstrip("s") in (slug, slug.split("_")[0]):
            return _is(feature, ">", 0)
    return None


def _attribute(r: Reader, m: _WHOLE) -> Predicate | None:
    """`in California`, `gold members`: an attribute whose meaning names the value with its code, as in `0 = silver, 1 = gold`."""
    value = (m["place"] or m["tier"]).strip().lower()
    for feature, meaning in sorted(r.names.features.items()):
        if not feature.startswith("attribute_"):
            continue
        code = re.search(rf"(?P<a>\d+) ?[=:] ?{re.escape(value)}\b|\b{re.escape(value)} ?[=:(] ?(?P<b>\d+)", meaning, re.I)
        if code:
            return _is(feature, "==", float(code["a"] or code["b"]))
    if m["place"]:
        r.goal.ask(
            f"The data does not tell who is in {m['place'].strip()}; may the audience be wider, or can that attribute be brought in?"
        )
        return None
    return None


def _direct(r: Reader, m: _WHOLE) -> Predicate | None:
    op: Op = {"=": "==", "is": "=="}.get(m["op"], m["op"])  # type: ignore[assignment]
    return _is(m["feature"].lower(), op, float(m["n"]))


def _abandoned(r: Reader, m: _WHOLE) -> Predicate | None:
    event = r.names.event("cart_abandoned")
    length = int(days(m, "w")) if m["w_unit"] else 7
    return r.counted(event, ">=", 1, length, m.group())


def _clauses() -> list[Clause]:
    rows: list[tuple[str, Callable[[Reader, _WHOLE], Predicate | None]]] = [
        (rf"\b(?P<feature>(?:days_since|orders|revenue|events|touches|attribute|category_share|hour_share|weekday_share|average_order|items_per|discount_share|order_gap|weekend_share)\w*) ?(?P<op>>=|<=|==|!=|=|>|<|is) ?(?P<n>{NUMBER})", _direct),
        (rf"\b(?:(?:have |has |were |was |been |being |got |are )*(?:not |never |no )?(?:been )?|not )(?:already )?(?:contacted|messaged|emailed|reached|texted|touched|written to|mailed|received (?:an?|any|our) (?:messages?|emails?|sms|push\w*)|got (?:an?|any) (?:messages?|emails?))(?: (?:by us|from us|already|at all))*"
         rf"(?: (?:(?:in|within|during|over|for)(?: the)?(?: last| past| previous)? {duration('t')}|(?:this|in the last|in the past|earlier this|last) (?P<this>day|week|month)|(?:since )?(?P<now>today|yesterday)))", _contacted),
        (rf"{_HAVE_NOT} (?P<act>{ACT}){_FILL}{_FOR}{duration('t')}(?: now| already)?", _not_since),
        (rf"{_HAVE_NOT} (?P<act>{ACT}){_FILL} since (?:{DATE})", _not_since_date),
        (rf"{_HAVE_NOT} (?P<act>{ACT}){_FILL} (?P<when>recently|lately|(?:in|for) (?:a|quite a)(?: long| little)? (?:while|time)|any ?more|in ages|for ages|for some time)\b", _vague),
        (rf"\b(?:no|zero|without(?: an?| any)?|have no|has no)(?: new)? (?P<thing>{THING})s?(?: at all)?{_FOR}{duration('t')}", _no_thing),
        (rf"\b(?:whose )?last (?:(?P<thing>{THING})s?|(?P<verb>ordered|bought|purchased|shopped|booked|visited|stayed)){_AGO}(?: from us| with us)? (?:(?:within|in)(?: the)?(?: last| past)? )?(?:{_HOW} )?{duration('t')}(?: or more)?(?: ago| back| old)?", _last_ago),
        (rf"\b(?:inactive|lapsed|dormant|silent|quiet|away|gone|absent|disengaged|churned|not active|asleep|lost)(?: (?:for|since|in|over|more than|at least|the|last|past|customers|people|households|users|members)){{0,4}} ?\(?(?:>=? ?)?{duration('t')}\)?", _inactive),
        (rf"\b{duration('t')} (?:of (?:inactivity|silence)|inactive|dormant|lapsed|without (?:an?|any) (?:orders?|purchases?|bookings?|visits?|logins?)|since (?:the |their )?last (?:orders?|purchases?|bookings?|visits?|stays?))", _inactive),
        (rf"{_HAVE_NOT} (?P<verb>{VERB})(?: an?| the| any| their| our)?(?: first| single| new)? (?P<noun>{NOUN})(?: (?:for|in|within|over))(?: the)?(?: last| past)? {duration('t')}", _never_verb_for),
        (rf"{_HAVE_NOT} (?P<verb>{VERB})(?: an?| the| any| their| our| 1| one)(?: first| single| new)? (?P<noun>{NOUN})(?: yet)?", _never_verb),
        (rf"(?:{_HAVE_NOT}|\b(?:have|has|are) yet to) (?P<act>{ACT})(?: anything| from us| with us)*(?: yet| so far| at all| before)?(?=\b)(?! (?:once|twice|for|in|since|within|more))", _never_act),
        (rf"\b(?:have|has|are) yet to (?P<verb>{VERB})(?: an?| the| any| their| our)?(?: first)? (?P<noun>{NOUN})", _never_verb),
        (rf"\b(?:no|zero|0|without(?: an?| any)?|have no|has no) (?P<thing>{THING})s?(?: yet| so far| at all| on record)?\b(?! (?:in|for|within|over|page|form|confirmation|value))", _no_things),
        (rf"\b(?:(?:do|does) not(?: yet)? (?:have|own|hold|use)|without|lack(?:ing)?|have no|has no|missing)(?: an?| the| our| any| such an?)? (?P<noun>one|it|them|{NOUN})(?: (?:yet|so far))?", _not_own),
        (rf"\b(?:joined|signed up|registered|enrolled|subscribed|became (?:an? )?(?:customers?|members?)|created an account|started (?:an?|their) (?:trial|account)|sign-ups?|registrations?|sign-up was)(?: (?:with us|from|in|within|during|over))*(?: the)?(?: last| past| previous)? (?:(?P<how>more than|over|at least|less than|under|fewer than|at most|up to) )?{duration('t')}(?P<ago> ago| back)?", _joined),
        (rf"\b(?:joined|signed up|registered|enrolled|subscribed|became (?:an? )?(?:customers?|members?))(?: with us)? (?P<word>since|after|before) (?:{DATE})", _joined_since),
        (rf"\bwithin(?: the first)? {duration('t')} (?:of|after|from) (?:sign(?:ing)?[ -]?up|joining|registering|registration|their sign-up|enrolling)(?P<how>)?(?P<ago>(?!))?", _joined),
        (rf"\b(?:{_WHO}|been with us|with us|tenure(?: of)?|accounts?(?: that are)?)(?: (?:for|of|over|more than|at least|older than|longer than))+ {duration('t')}(?: old)?", _tenure),
        (rf"\b(?:abandon\w* (?:\w+ )?(?:carts?|baskets?|checkouts?|trolleys?)|(?:carts?|baskets?|checkouts?)[ -]abandon\w+|left (?:\w+ ){{0,4}}in (?:their|the) (?:carts?|baskets?|trolleys?)){_LAST}", _abandoned),
        (rf"\b(?:spent|spend|lifetime (?:value|spend|revenue)|ltv|revenue|total spend)(?: (?:of|is|was|a total of|in total))?(?: {_HOW})?[ :]{{1,2}}{money('s')}(?P<plus>\+| or more)?{_LAST}", _spent),
        (rf"\b(?:average|avg|mean|typical)?\.? ?(?:order values?|baskets?(?: values?| sizes?)?|aov|orders?)(?: (?:of|is|was|worth))?(?: {_HOW})? {money('s')}", _basket_if),
        (rf"\b(?P<channel>email|sms|push) engagement(?: rates?)?(?: (?:of|is))?(?: {_HOW})? ?(?P<n>{NUMBER}){PERCENT}", _rate),
        (rf"(?<![$€£\w])(?:(?:have |has |had |with |made |placed |who )*(?:{_HOW} ))?(?P<n>{NUMBER})(?: ?(?:-|to|or) ?(?P<high>\d+))?(?P<plus>\+| or more)? (?:\w+ )?(?P<thing>{THING})s?\b{_LAST}", _counted_if),
        (rf"\b(?P<act>{_PAST})(?: with us| from us)?(?: (?P<how>at least|only|just|exactly|more than|no more than|at most|fewer than|less than))? (?P<times>once|twice|thrice|\d+ times?)(?P<plus> or more)?{_LAST}", _times),
        (rf"\b(?:(?:only|just|exactly|at least|more than) )?(?P<how>(?!))?(?P<times>once|twice)(?P<plus> or more)?[ -](?P<act>shopped|bought|ordered|purchased|booked){_LAST}", _times),
        (rf"\b(?P<act>{ACT})(?: anything| with us| from us)* (?:in|within|during|over)(?: the)?(?: last| past| previous) {duration('t')}", _recent_if),
        (r"\b(?:1|one|single|first)-time (?:\w+ )?(?:buyers?|customers?|shoppers?|purchasers?|guests?)\b", _single),
        (r"\brepeat (?:buyers?|customers?|shoppers?|guests?)\b", _repeat),
        (r"\b(?P<what>credit card|debit card|card|savings|loan|mortgage|insurance|subscription)[ -]?(?:customers?|holders?|owners?|users?)\b", _holders),
        (r"\b(?:new|recent) (?:sign-ups?|customers?|users?|members?|subscribers?|registrations?|accounts?|joiners?)\b|\bnewcomers?\b", _newcomers),
        (rf"\b(?:lapsed|inactive|dormant|churned|lapsing|lost) {_WHO}", _lapsed),
        (r"\bvips?\b(?: (?:customers?|members?|shoppers?))?|\b(?:best|top|high-value|high value|most valuable) (?:customers?|buyers?|shoppers?|guests?|members?|households?)|\bbig spenders?\b", _vip),
        (r"\b(?P<when>weekend|morning|evening|midday|afternoon|night) (?:shoppers?|buyers?|customers?)\b", _habit),
        (r"\b(?:(?P<full>full[- ]price)|discount|bargain|deal|coupon)[ -](?:shoppers?|buyers?|customers?|hunters?|seekers?|lovers?|users?)\b", _bargain),
        (rf"\b(?:buy|bought|ordered|purchased|like|love)(?: our| the| some| any)? (?P<noun>{NOUN})", _category),
        (r"\b(?P<tier>gold|silver|platinum|bronze|diamond|premium|basic|free|pro|student)(?: tier| level| plan)?(?: (?:members?|customers?|users?|guests?|households?))\b(?P<place>(?!))?", _attribute),
        (rf"\b(?:{_WHO}|living|based|located|live|who are|those) in (?P<place>(?-i:[A-Z][a-z]+(?: [A-Z][a-z]+)?))(?P<tier>(?!))?", _attribute),
    ]  # fmt: skip
    return [Clause(rx(pattern), build) for pattern, build in rows]


def _basket_if(r: Reader, m: _WHOLE) -> Predicate | None:
    """`orders over $50` may be the condition of an offer; only an average or a basket describes people."""
    words = m.group().lower()
    lead = r.goal.before(m.start(), reach=30).lower()
    if not re.search(r"average|avg|mean|typical|aov", words) and (
        not re.search(r"basket|order value", words) or re.search(r"(?:on|for) (?:all |any )?$", lead)
    ):
        return None
    return _basket(r, m)


def _counted_if(r: Reader, m: _WHOLE) -> Predicate | None:
    """`a second order` or `by 300 orders` is an aim, not a condition."""
    lead = r.goal.before(m.start(), reach=40)
    if re.search(
        r"\b(?:get|by|aim(?:ing)? for|target|another|drive|reach|generate|need)(?: (?:us|about|another|an extra|at least))? $", lead, re.I
    ):
        return None
    return _counted(r, m)


def _recent_if(r: Reader, m: _WHOLE) -> Predicate | None:
    """Only the past tense describes people: `bought in the last 30 days`, not `buy in the next`."""
    if not re.match(r"\w+(?:ed|t)\b|logged|signed|been|made|placed|(?:came|spent)", m["act"], re.I):
        return None
    return _recent(r, m)


CLAUSES = _clauses()
