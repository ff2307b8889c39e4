"""Offers: what the copy promises is what the offer record says, no more, no less, nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache

from guardrails.amounts import OFFERS, Offer, find, percentages
from guardrails.dates import last_days
from guardrails.offer_words import PRICE_CUT
from guardrails.phrases import Phrases
from guardrails.rules.base import Copy, Hit, lending, rule
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
    if copy.near.isdisjoint((PRICE_CUT, *OFFERS)):
        return
    facts = cache(lambda: _facts(copy))
    terms = find(record.conditions) if record and record.conditions else ()
    elsewhere = (copy.variant.topic == "transactional" and record is None) or lending(copy)
    """Sums and rates of the customer's own, or of a loan, which X05 judges."""
    cuts = record is None and PRICE_CUT in copy.near
    for field, view in copy.prose:
        for cut in PRICE_CUT.finditer(view.text) if cuts else ():
            advice = "promises a lower price, and this message has no offer. Take it out, or give the variant an incentive."
            yield copy.hit(field, view, *cut.span(), f"“{cut[0]}” {advice}")
        for offer in find(view.text, copy.near):
            said = view.text[offer.start : offer.end].strip()
            if _fits(offer, record, terms, said) or (not offer.tight and (elsewhere or any(_same(offer, fact) for fact in facts()))):
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
    proven = (*(e.claim for e in copy.brand.evidence), *(p.description for p in copy.brand.products))
    return [*prices, *(offer for text in proven if text for offer in _numbers(text))]


@lru_cache(maxsize=4096)
def _numbers(text: str) -> tuple[Offer, ...]:
    """What a text of the brand's own states, offer or not."""
    return (*find(text), *percentages(text))


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


_CODE = Phrases(
    r"(?i:\b(?<!zip )(?<!area )(?<!dress )(?<!post )(?<!postal )(?<!qr )(?:code|coupon|promo|voucher))(?i:\s+(?:is|"
    r"with))?\s*[:=]?\s*[\"'(]?(?P<code>(?=[A-Z0-9_-]*[A-Z])[A-Z0-9][A-Z0-9_-]{2,39})\b",
    flags=0,
)
_LIKE_A_CODE = r"(?P<code>[A-Z]{3,20}-?\d{1,6})\b(?!-\d)"
_ENTER = Phrases(rf"\b(?i:use|enter|apply|type|redeem)\s+{_LIKE_A_CODE}", flags=0)
_USE = Phrases(rf"\b(?i:use|enter|apply|type|redeem|with|mit|avec|con)\s+{_LIKE_A_CODE}", flags=0)
"""A code nobody calls one: `Use MARLOW25`."""


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
    patterns = [pattern for pattern in (_CODE, _USE if record else _ENTER) if pattern in copy.near]
    for field, view in copy.prose if record or patterns else ():
        codes = {m.span("code"): m["code"] for pattern in patterns for m in pattern.pattern.finditer(view.text)}
        for span, said in codes.items():
            if said != code:
                advice = f"The offer's code is {code}." if code else "The offer record has no code; take it out."
                yield copy.hit(field, view, *span, f"“{said}” is not the offer's code. {advice}")
        for day in last_days(view.text) if record else ():
            if expires is None or not day.fits(expires):
                advice = f"The offer ends on {expires}." if expires else "The offer record has no end; take the date out."
                yield copy.hit(field, view, day.start, day.end, f"“{view.text[day.start : day.end]}” is not the offer's last day. {advice}")
