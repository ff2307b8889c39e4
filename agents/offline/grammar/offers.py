"""Which offers the goal allows, up to which limit, and the incentive levels made of it.

The brand's offer records lend codes, expiry dates and conditions where they lie within the limit; nothing is ever offered that the goal
does not name. Of two limits on one kind of offer the lower holds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from math import ceil, floor

from agents.offline.grammar.dates import DATE, read_date
from agents.offline.grammar.goal import BELOW, UPPER, Goal, rx
from agents.offline.grammar.numbers import NUMBER, PERCENT, money, read_money
from journeyman.domain import Brand, Incentive

_OFF = (
    r"(?:off\b|discounts?|discounted|coupons?|vouchers?|rebates?|reductions?|price cuts?|markdowns?|savings?\b(?! account)"
    r"|promo(?:tion|code)?s?|deals?|offers?|cash ?back|money off)"
)
_OVER = r"(?:above|over|more than|higher than|greater than|deeper than|bigger than|larger than|beyond|exceed(?:ing)?)"
_LIST = rf"(?:{NUMBER}(?:{PERCENT})? ?(?P<sep>,|or|and|to|-|/|&)(?: ?(?:or|and) )? ?){{0,5}}"
_LIMIT = rf"(?P<how>\b(?:{UPPER}|{BELOW}|at least|min(?:imum)?(?: of)?|between|from|{_OVER}) ?)?"
_CEILING = rx(rf"\b(?:no|never|not)\b[^.;,∎]{{0,40}}?\b{_OVER} (?P<values>(?P<n>{NUMBER}){PERCENT})(?: {_OFF})?")
_PERCENT = rx(
    rf"(?P<head>\b{_OFF}(?: (?:of|is|are|at|worth))?[: =]{{0,3}})?{_LIMIT}-?(?P<values>{_LIST}{NUMBER}{PERCENT})"
    rf"(?P<tail> (?:(?:\w+ )?{_OFF}|max(?:imum)?|at (?:the )?most|tops|or less|less|cheaper|back))?"
)
_AMOUNT = rx(
    rf"{_LIMIT}{money('a')}(?: (?P<more>or|and|to) {money('b')})?[ -](?:{_OFF}|(?:store )?credit|gift (?:card|voucher))"
    rf"|\b(?P<head>vouchers?|coupons?|discounts?|money off|credit|gift cards?)(?: (?:of|worth|for))?[: "
    rf"]{{0,2}}(?P<how2>{UPPER} ?)?{money('c')}"
)
_POINTS = rx(
    rf"{_LIMIT}(?P<values>{_LIST}{NUMBER}) ?(?:bonus |loyalty |reward |extra |free |welcome )*(?:points?|pts|miles|stars"
    rf"|avios)\b(?P<tail> (?:max(?:imum)?|at (?:the )?most|tops|or less))?"
    rf"|\b(?:bonus |loyalty |reward )*(?:points|miles)[: ]{{1,2}}(?P<how2>{UPPER} ?)?(?P<values2>{NUMBER})"
)
_SHIPPING = rx(r"\bfree (?:standard |express |home )?(?:shipping|delivery|postage)\b")
_GIFT = rx(
    r"\b(?:(?:free|small|surprise|welcome|complimentary) (?:gifts?|samples?|treats?)|gifts? with (?:a |every |each )?purchase|freebies?)\b"
)
_CONDITION = re.compile(
    rf"^ ?,? ?(?P<words>(?:(?:on|for|with) (?:all |any )?|(?=orders|over|above))(?:(?:orders|purchases|baskets|bookings|stays"
    rf"|spend) (?:over|above|of|from|worth)|over|above) {money('q')})",
    re.I,
)
_CODE = rx(r"\b(?:promo |discount |coupon |voucher )?code[: ]{1,2}(?P<code>[A-Z0-9][A-Z0-9_-]{2,39})\b")
_EXPIRES = rx(
    rf"\b(?:(?:offers? |code |coupon |discount )?(?:is )?(?:valid|redeemable|expir(?:es|ing)|expiry(?: date)?|good)(?: "
    rf"(?:until|till|through|by|on|is|to))?[: ]{{1,2}})(?:{DATE})"
)
_NOT_LEAD = rx(r"\b(?:not|never|no)(?: \w+){0,3} $")
_NO_MONEY = rx(
        r"\b(?:no|without(?: any)?|zero|not (?:offer(?: any)?|use(?: any)?|give(?: any)?|want(?: any)?|any|rely on)|never "
        r"(?:offer|use|give)|avoid(?:ing)?(?: any)?)"
        r" (?:(?:price|money|percent|percentage|%)[ -])?(?:discounts?|discounting|price (?:cuts?|reductions?)|markdowns?|coupons?"
        r"|vouchers?|(?:money|percent(?:age)?|%) off)"
        rf"(?:,? (?:or|and|nor|no|,)? ?(?:coupons?|vouchers?|price cuts?|discounts?))*\b(?! (?:{_OVER}))|\bfull price only\b"
        rf"|\bnot discount(?:ing)?\b(?! {_OVER})"
)  # fmt: skip
_NOTHING = rx(
    r"\b(?:no|without(?: any)?|zero|not (?:offer|use|give|any)(?: any)?|never (?:offer|use|give)|avoid(?:ing)?(?: any)?)"
    r" (?:(?:special|monetary|financial) )?(?:incentives?|offers?|promotions?|promos?|deals?|rewards?|perks?)\b"
)
_NO = {
    "points": rx(r"\b(?:no|without(?: any)?) (?:bonus |loyalty |reward )*(?:points|miles)\b"),
    "free_shipping": rx(r"\b(?:no|without|not offer) free (?:shipping|delivery|postage)\b"),
    "gift": rx(r"\b(?:no|without(?: any)?) (?:free )?(?:gifts?|freebies?|samples?)\b"),
}
_PRODUCT = rx(r"\b(?P<what>\d+x|double|triple) (?:the )?points\b")


@dataclass
class Offers:
    """What may be offered: the incentive levels, and the percentage that none may exceed (None: not stated)."""

    incentives: list[Incentive] = field(default_factory=list)
    max_percent: float | None = None
    refused: bool = False
    """The goal rules out every discount and names no other offer."""


@dataclass
class _Limit:
    values: list[float]
    up_to: bool
    currency: str | None = None
    conditions: str | None = None


def read_offers(goal: Goal, brand: Brand) -> Offers:
    """Offers the goal allows; that it contradicts itself or asks for more than 100 % is a doubt."""
    refusing = {"all": goal.take(_NOTHING), "money": goal.take(_NO_MONEY), **{kind: goal.take(pattern) for kind, pattern in _NO.items()}}
    nothing, no_money, no = bool(refusing["all"]), bool(refusing["money"]), {kind for kind in _NO if refusing[kind]}
    left = goal.text
    percents = [_percent(m, goal) for m in [*goal.take(_CEILING), *goal.take(_PERCENT, lambda m: _is_offer(m, goal))]]
    limits: dict[str, list[_Limit]] = {
        "percent_off": percents,
        "amount_off": [_amount(m, goal, brand) for m in goal.take(_AMOUNT)],
        "points": [_points(m, goal) for m in goal.take(_POINTS)],
        "free_shipping": [_Limit([0], up_to=False, conditions=_conditions(m, goal)) for m in goal.take(_SHIPPING)],
        "gift": [_Limit([0], up_to=False, conditions=_conditions(m, goal)) for m in goal.take(_GIFT)],
    }
    for m in goal.take(_PRODUCT):
        goal.ask(f"How many points at most does “{m.group()}” mean for one customer? Until then no such offer is made.")
    barred = no | ({"percent_off", "amount_off"} if no_money else set()) | (set(limits) if nothing else set())
    for kind in sorted(barred):
        if limits[kind]:
            goal.doubt("offers", *(m.span() for found in refusing.values() for m in found), *_gone(left, goal.text))
            limits[kind] = []
    codes = [m["code"] for m in goal.take(_CODE)]
    expires = [read_date(m, goal) for m in goal.take(_EXPIRES)]
    if any(day < goal.today for day in expires):
        goal.doubt("offer_expired", *_gone(left, goal.text))
        limits, expires = {}, []
    offers = Offers(refused=nothing or (no_money and not any(limits.values())))
    for kind, stated in limits.items():
        if stated := [x for x in stated if x.values]:
            offers.incentives += _levels(kind, stated, goal, brand)
    if percents or no_money or nothing:
        offers.max_percent = min((max(p.values) for p in percents if p.values and not (no_money or nothing)), default=0.0)
    if expires:
        offers.incentives = [i.model_copy(update={"expires": min(filter(None, (i.expires, *expires)))}) for i in offers.incentives]
    if codes:
        offers.incentives = _with_code(offers.incentives, codes, goal)
    if not (offers.incentives or offers.refused or no or no_money):
        goal.assume("Messages carry no offer, as the goal names none.")
    return offers


def _gone(before: str, after: str) -> list[tuple[int, int]]:
    """The stretches that have been taken between two states of a goal's text."""
    taken = "".join("x" if a != b else " " for a, b in zip(before, after, strict=True))
    return [m.span() for m in re.finditer("x+", taken)]


def _is_offer(m: re.Match[str], goal: Goal) -> bool:
    lead = goal.before(m.start(), reach=50)
    bound = re.match(UPPER, (m["how"] or ""), re.I)
    return bool(m["head"] or m["tail"] or bound or re.search(rf"\b{_OFF}\b[^.;]{{0,40}}$", lead, re.I))


def _percent(m: re.Match[str], goal: Goal) -> _Limit:
    limit = _limit(m, m["values"], goal, ceiling=m.re is _CEILING)
    if max(limit.values) > 100:
        return _too_much(goal, m, f"{max(limit.values):g}%")
    if max(limit.values) > 70:
        goal.ask(f"Is a discount of {max(limit.values):g}% really meant?")
    return _Limit(limit.values, limit.up_to, conditions=_conditions(m, goal))


def _too_much(goal: Goal, m: re.Match[str], size: str) -> _Limit:
    goal.doubt("offer_size", m.span(), size=size)
    return _Limit([], up_to=False)


def _points(m: re.Match[str], goal: Goal) -> _Limit:
    limit = _limit(m, m["values"] or m["values2"], goal)
    if max(limit.values) > 1_000_000:
        return _too_much(goal, m, f"{max(limit.values):,.0f}")
    return limit


def _limit(m: re.Match[str], listed: str, goal: Goal, *, ceiling: bool = False) -> _Limit:
    values = sorted(float(n) for n in re.findall(NUMBER, listed))
    groups = m.groupdict()
    how = (groups.get("how") or groups.get("how2") or "").strip().lower()
    tail = (groups.get("tail") or "").strip().lower()
    up_to = ceiling or re.match(UPPER, how + " ", re.I) is not None or re.match(r"(?:max|at (?:the )?most|tops|or less)", tail) is not None
    up_to = up_to or _carried(m, goal)
    if re.fullmatch(_OVER, how, re.I) and (lead := _NOT_LEAD.search(goal.text[: m.start()])):
        goal.blank(lead.start(), m.start())
        up_to, how = True, ""
    if re.fullmatch(BELOW, how, re.I):
        top = values[-1]
        values, up_to = [floor((top - 0.01) / 5) * 5.0 if top > 5 else max(0.0, top - 1)], True
    elif re.match(rf"at least|min|{_OVER}", how, re.I):
        goal.ask(f"“{m.group().strip()}” names no upper limit; I have taken {values[-1]:g} as the most.")
    if (len(values) == 2 and (groups.get("sep") or "").lower() in ("to", "-")) or how in ("between", "from"):
        low, high = values[0], values[-1]
        values = sorted({low, *(v for v in _steps(high) if low < v < high), high})
        up_to = False
    return _Limit(values, up_to)


def _carried(m: re.Match[str], goal: Goal) -> bool:
    """In `up to 15% off or 2,000 points` the bound governs both."""
    lead = goal.before(m.start(), within=".;!?,")
    return re.search(rf"{UPPER}[^.;,]*\b(?:or|and) $", lead, re.I) is not None


def _amount(m: re.Match[str], goal: Goal, brand: Brand) -> _Limit:
    if m["head"]:
        cash = read_money(m, "c", currency=_currency(brand))
        return _Limit([cash.amount], m["how2"] is not None, cash.currency, _conditions(m, goal))
    first = read_money(m, "a", currency=_currency(brand))
    values = [first.amount] + ([read_money(m, "b").amount] if m["more"] else [])
    if max(values) > 1_000_000:
        return _too_much(goal, m, f"{max(values):,.0f}")
    limit = _limit(m, " ".join(f"{v:.4g}" if v < 1000 else f"{v:.0f}" for v in values), goal)
    return _Limit(limit.values, limit.up_to, first.currency, _conditions(m, goal))


def _conditions(m: re.Match[str], goal: Goal) -> str | None:
    found = _CONDITION.match(goal.text[m.end() :])
    if not found:
        return None
    goal.blank(m.end(), m.end() + found.end())
    return found["words"]


def _currency(brand: Brand) -> str:
    """The brand's own currency: of its offers, then of its products, else US dollars."""
    return next((c for c in [*(i.currency for i in brand.incentives), *(p.currency for p in brand.products)] if c), "USD")


def _steps(top: float) -> list[float]:
    """Half, three quarters and all of `top`, in round numbers a marketer would print."""
    step = 1.0 if top < 10 else 5.0 if top <= 100 else 50.0 if top <= 1000 else 100.0
    wanted = {ceil(top * share / step - 0.5) * step for share in (0.5, 0.75)} if top >= 15 else {floor(top / 2)}
    return sorted({v for v in wanted if v > 0} | {top})


def _levels(kind: str, stated: list[_Limit], goal: Goal, brand: Brand) -> list[Incentive]:
    tops = sorted({max(x.values) for x in stated})
    if len(tops) > 1:
        words = " and ".join(f"{t:,g}" for t in tops)
        goal.ask(f"The goal names several limits for {kind.replace('_', ' ')} ({words}); I have kept everything within the lowest.")
    top = tops[0]
    limit = next(x for x in stated if max(x.values) == top)
    currency = limit.currency
    records = [
        i
        for i in brand.incentives
        if i.kind == kind
        and (i.value <= top if limit.up_to else i.value in limit.values)
        and (currency is None or i.currency in (None, currency))
        and (i.expires is None or i.expires >= goal.today)
    ]
    if records:
        return [i.model_copy(update={"conditions": i.conditions or limit.conditions}) for i in records]
    if brand.incentives:
        past = any(i.kind == kind and i.expires and i.expires < goal.today for i in brand.incentives)
        why = "The offers on record have expired" if past else "No offer on record fits within the limit"
        goal.ask(f"{why} ({kind.replace('_', ' ')}); which codes, expiry dates and conditions hold now?")
    values = (_steps(top) if top else [0.0]) if limit.up_to else limit.values
    if not top and kind in ("percent_off", "amount_off", "points"):
        return []
    return [Incentive.model_validate({"kind": kind, "value": v, "currency": currency, "conditions": limit.conditions}) for v in values]


def _with_code(incentives: list[Incentive], codes: list[str], goal: Goal) -> list[Incentive]:
    if len(incentives) == len(codes) == 1:
        return [incentives[0].model_copy(update={"code": codes[0]})]
    goal.ask(f"Which offer does code {codes[0]} belong to?")
    return incentives
