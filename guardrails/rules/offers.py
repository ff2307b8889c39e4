"""Offers: what the copy promises is what the offer record says, no more, no less, nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from guardrails.amounts import Offer, find
from guardrails.rules.base import Copy, Hit, rule
from journeyman.domain import Incentive

_UNITS = {"percent_off": "percent", "amount_off": "amount", "points": "points", "free_shipping": "shipping", "gift": "gift"}
FIFTEEN = {
    "kind": "percent_off",
    "value": 15,
    "currency": "USD",
    "code": "BACK15",
    "expires": "2026-12-31",
    "conditions": "On orders over $50.",
}


@rule(
    "X02",
    "Every percentage or amount in the copy equals the variant's offer; without an offer there is none in the copy.",
    severity="block",
    source="offer record",
    passes=[
        {"body": "Fifteen percent off orders over $50.", "incentive": FIFTEEN},
        {
            "body": "Socks of 100% cotton, a 5-minute set-up, from $12.",
            "_brand": {"name": "Acme", "products": [{"id": "s", "name": "S", "price": 12}]},
        },
    ],
    fails=[{"body": "Take 20% off.", "incentive": FIFTEEN}, {"body": "Take 20% off."}, {"body": "Ends soon: buy one, get one free!"}],
)
def offers_match(copy: Copy) -> Iterator[Hit]:
    record, limit = copy.variant.incentive, copy.guardrails.max_discount_percent if copy.guardrails else None
    if record and record.kind == "percent_off" and limit is not None and record.value > limit:
        yield Hit("incentive", None, f"The offer is {record.value:g}% off, the plan allows {limit:g}% at most. Lower the offer.")
    facts = _facts(copy)
    terms = find(record.conditions) if record and record.conditions else ()
    for field, view in copy.prose:
        for offer in find(view.text):
            said = view.text[offer.start : offer.end].strip()
            if _fits(offer, record, terms, said) or (not offer.tight and any(_same(offer, fact) for fact in facts)):
                continue
            message = _advice(offer, record, said)
            yield copy.hit(field, view, offer.start, offer.end, message, None if offer.sure else "ask")


def _facts(copy: Copy) -> list[Offer]:
    """Numbers that are no offers: prices of products (as they are and with the offer taken off), and what evidence proves."""
    record, prices = copy.variant.incentive, []
    for product in copy.brand.products:
        if product.price is not None:
            cut = {"percent_off": product.price * record.value / 100, "amount_off": record.value}.get(record.kind, 0) if record else 0
            prices += [Offer("amount", p, p, 0, 0, product.currency) for p in {product.price, round(product.price - cut, 2)}]
    proven = [text for text in (*(e.claim for e in copy.brand.evidence), *(p.description for p in copy.brand.products)) if text]
    return prices + [offer for text in proven for offer in find(text)]


def _same(one: Offer, other: Offer) -> bool:
    money = one.currency is None or other.currency is None or one.currency == other.currency
    return one.unit == other.unit and money and abs(one.low - other.low) < 0.005 and abs(one.high - other.high) < 0.005


def _fits(offer: Offer, record: Incentive | None, terms: tuple[Offer, ...], said: str) -> bool:
    if record is None:
        return False
    if any(_same(offer, term) for term in terms) and (offer.low or said.casefold() in (record.conditions or "").casefold()):
        return True
    if offer.unit == "vague":
        return True
    if offer.unit != _UNITS[record.kind]:
        return False
    if offer.unit in ("shipping", "gift"):
        return True
    money = offer.currency is None or record.currency is None or offer.currency == record.currency
    return money and abs(offer.low - record.value) < 0.005 and abs(offer.high - record.value) < 0.005


def _advice(offer: Offer, record: Incentive | None, said: str) -> str:
    if not offer.sure:
        return f"Is “{said}” an offer? None with that value stands in the offer record. Say what it measures, or take it out."
    if record is None:
        return f"“{said}” promises an offer, and this message has none. Take it out, or give the variant an incentive."
    return f"“{said}” is not the offer on record ({_words(record)}). Say exactly that, or take it out."


def _words(record: Incentive) -> str:
    value = f"{record.value:,g}"
    return {
        "percent_off": f"{value}% off",
        "amount_off": f"{value} {record.currency or ''} off".replace("  ", " "),
        "points": f"{value} points",
        "free_shipping": "free shipping",
        "gift": "a gift",
    }[record.kind]


_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|"
    r"dec(?:ember)?)\b\.?"
)
_DAY = re.compile(
    rf"\b(?:ends?|ending|expires?|expiring|until|till|through|thru|by|before|valid|last\s+(?:day|"
    rf"chance))\b[^.!?\n]{{0,24}}?\b(?P<when>(?P<y>\d{{4}})-(?P<m>\d\d)-(?P<d>\d\d)|"
    rf"(?P<month>{_MONTH})\s+(?P<day>\d{{1,2}})(?![.,]?\d)(?:st|nd|rd|th)?(?:,?\s+(?P<year>\d{{4}}))?|(?P<day2>\d{{1,2}})(?:st|nd|rd|"
    rf"th)?\s+(?:of\s+)?(?P<month2>{_MONTH})(?:\s+(?P<year2>\d{{4}}))?|"
    r"(?P<a>\d{1,2})/(?P<b>\d{1,2})(?:/(?P<c>\d{2,4}))?)\b",
    re.I,
)
_CODE = re.compile(
    r"(?i:\b(?<!zip )(?<!area )(?<!dress )(?<!post )(?<!postal )(?<!qr )(?:code|coupon|promo|voucher))(?i:\s+(?:is|"
    r"with))?\s*[:=]?\s*[\"'(]?(?P<code>(?=[A-Z0-9_-]*[A-Z])[A-Z0-9][A-Z0-9_-]{2,39})\b"
)


@rule(
    "X03",
    "Code and expiry date in the copy are those of the offer record.",
    severity="block",
    source="offer record",
    passes={"body": "15% off with code BACK15 until December 31.", "incentive": FIFTEEN},
    fails=[
        {"body": "15% off with code BACK20.", "incentive": FIFTEEN},
        {"body": "15% off until January 15.", "incentive": FIFTEEN},
        {"body": "Use code HELLO at checkout."},
    ],
)
def code_and_date_match(copy: Copy) -> Iterator[Hit]:
    record = copy.variant.incentive
    code, expires = (record.code, record.expires) if record else (None, None)
    for field, view in copy.prose:
        for match in _CODE.finditer(view.text):
            if match["code"] != code:
                advice = f"The offer's code is {code}." if code else "The offer record has no code; take it out."
                yield copy.hit(field, view, *match.span("code"), f"“{match['code']}” is not the offer's code. {advice}")
        for match in _DAY.finditer(view.text) if record else ():
            if not _is_day(match, expires):
                advice = f"The offer ends on {expires}." if expires else "The offer record has no end; take the date out."
                yield copy.hit(field, view, *match.span("when"), f"“{match['when']}” is not the offer's last day. {advice}")


def _is_day(match: re.Match[str], day: date | None) -> bool:
    if day is None:
        return False
    if match["y"]:
        return match["when"] == day.isoformat()
    if match["a"]:
        one, other, year = int(match["a"]), int(match["b"]), match["c"]
        return {one, other} == {day.month, day.day} and (year is None or day.year % 100 == int(year) % 100)
    month, number, year = match["month"] or match["month2"], match["day"] or match["day2"], match["year"] or match["year2"]
    return _MONTHS[day.month - 1] == month[:3].lower() and int(number) == day.day and year in (None, str(day.year))
