"""Finds the offers a text makes: percentages, amounts, points, free shipping, gifts, two-for-one, and vague ones ("a special discount").

`find(text)` reads plain text (see `guardrails.fold`), knows no brand and no offer record, and errs towards seeing an offer. A percentage
with neither a discount word nor a harmless noun beside it comes back with `sure=False`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Unit = Literal["percent", "amount", "points", "shipping", "gift", "multibuy", "vague"]

_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_VALUES = {w: i for i, w in enumerate(_ONES.split())} | {w: 10 * i for i, w in enumerate(_TENS.split(), 2)} | {"a": 1, "an": 1}
_SCALES = {"hundred": 100, "thousand": 1000, "grand": 1000}
_WORD = "|".join([*_ONES.split(), *_TENS.split(), *_SCALES])
_WORDS = rf"(?:\ba\s+(?=(?:hundred|thousand|grand)\b))?\b(?:{_WORD})(?:(?:\s*-\s*|\s+and\s+|\s+)(?:{_WORD}))*\b"
_FIGURE = r"(?<![\d.,])(?:\d{1,3}(?:[,.' \u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?)(?![\d])"
NUMBER = rf"(?:{_FIGURE}(?:\s?k\b)?|{_WORDS})"
_RANGE = rf"(?P<low>{NUMBER})(?:\s*(?:%|percent|per\s?-?cent|pct)?\s*(?:-|to|and|or|bis|a)\s*(?P<high>{NUMBER}))?"
_SIGN = r"(?:(?:us|ca|c|au|a|nz|hk|s)\s?\$|[$€£¥₹₽₩₺])"
_CODE = r"(?:usd|eur|gbp|cad|aud|nzd|chf|jpy|inr|sek|nok|dkk|pln|mxn|brl|sgd)"
CURRENCIES = {"€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₽": "RUB", "₩": "KRW", "₺": "TRY", "us$": "USD", "c$": "CAD", "ca$": "CAD",
              "a$": "AUD", "au$": "AUD", "nz$": "NZD", "hk$": "HKD", "s$": "SGD", "euro": "EUR", "quid": "GBP"}  # fmt: skip
"""What a sign or word stands for; `$`, dollars and bucks fit any dollar."""

_OFF = r"(?:off|back|cash\s?-?back|discount|reduction|rebate|savings?|saved|cheaper|less|lower|rabatt|reduction|remise|de\s+descuento|di\s+sconto|korting|reduced|credit|voucher|coupon|gift\s?card|bonus|markdown|knocked\s+off|price\s+cut)"
_TOUCH = re.compile(rf"\s*-?\s*(?:(?:in|of|worth|your|whole|full|extra|store|shop|statement|account|savings|next|de|d'une|zum|Ihre[rn]?)\s+){{0,3}}{_OFF}\b", re.I)
_BEFORE = re.compile(
    r"\b(?:save|saving|savings\s+of|saves|discount\s+of|take|knock(?:ing)?|slash(?:ed)?(?:\s+by)?|extra|additional|reduced\s+by|cut\s+by|down\s+by|off|minus|up\s+to|"
    r"coupon|voucher|rebate|cashback|cash\s+back|credit\s+of|gift\s?card)\s+(?:(?:for|of|an?|the|extra|additional|further|another|up|to|you|yourself|as|much|over|at|least|by)\s+){0,4}$",
    re.I,
)
_SETTING = re.compile(
    r"\b(?:off|save|saving|discounts?|discounted|code|deal|offer|sale|coupon|voucher|rebate|promo\w*|cash\s?back|cheaper|reduction|get|take|enjoy|"
    r"treat|claim|unlock|redeem|grab|score|snag|yours|for\s+you|on\s+us|today|tonight|only|now|just|your\s+(?:next|first|order|purchase|basket|cart|stay|booking)|"
    r"price[sd]?|rabatt|remise|descuento|sconto|korting|limited|extra|back|welcome\s+gift|thank[\s-]you)\b",
    re.I,
)
_NOT_OFFER = re.compile(
    r"\s*-?\s*(?:(?:pure|fine|fully|all|real|genuine|dark|milk|raw|virgin|certified|natural|organic|recycled|post-consumer|merino|egyptian|pima|of)\s+){0,3}(?:"
    r"cotton|wool|merino|linen|silk|cashmere|leather|polyester|nylon|elastane|spandex|viscose|lyocell|modal|hemp|bamboo|down|denim|"
    r"recycled|recyclable|recycling|organic|natural|vegan|vegetarian|plant-?\s?based|compostable|biodegradable|renewable|sustainable|carbon|pure|wholegrain|whole|"
    r"juice|fruit|cocoa|cacao|chocolate|beef|arabica|rye|wheat|fat|alcohol|abv|vol|proof|humidity|spf|uv|gluten|sugar|protein|"
    r"complete|completed|done|full|finished|there|ready|set\s?up|charged?|charging|battery|loaded|uptime|accurate|accuracy|effort|sure|certain|positive|honest|human|"
    r"real|authentic|genuine|original|online|digital|remote|secure|safe|satisf\w+|happ\w+|yours\s+to\s+keep|committed|behind|"
    r"a\.?p\.?r|a\.?p\.?y|aer|interest|annual|p\.?a|gross|variable|fixed|tax|vat|gst|commission|fees?|of\s+(?:all|our|the\s+(?:time|day|people|team|world|population|proceeds|profits?)|"
    r"proceeds|profits?|customers|members|people|users|teams|shoppers|guests|households|women|men|parents|respondents|those|us|you)|"
    r"more\s+(?!points|free|off|savings|for\s+less|miles)\w+|faster|quicker|lighter|stronger|brighter|longer|larger|bigger|smaller|softer|thinner|thicker|warmer|cooler|better|higher|fewer|greater|"
    r"increase|growth|uplift|chance|match(?:ed)?|rate)\b",
    re.I,
)
_SENTENCE = re.compile(r"[.!?](?:\s|$)|\n")


@dataclass(frozen=True)
class Offer:
    """An offer as the text makes it, at [start, end); `low` to `high` in `unit`, `currency` None when the text leaves it open."""

    unit: Unit
    low: float
    high: float
    start: int
    end: int
    currency: str | None = None
    sure: bool = True
    tight: bool = True
    """Whether a discount word stands right beside the number, so that it cannot be a price or a fact."""


def number(text: str) -> float:
    """`1,000` `12.5` `12,5` `2k` `twenty-five` `a hundred and ten` as a number."""
    plain = text.strip().lower()
    if plain[0].isdigit():
        times = 1000 if plain.endswith("k") else 1
        plain = plain.removesuffix("k").strip()
        plain = re.sub(r"[,.' \u00a0\u202f](?=\d{3}(?:\D|$))", "", plain)
        return float(plain.replace(",", ".").replace("'", "")) * times
    total = current = 0
    for word in re.findall(r"[a-z]+", plain):
        if word in _SCALES:
            current = max(current, 1) * _SCALES[word]
            total, current = (total + current, 0) if _SCALES[word] == 1000 else (total, current)
        else:
            current += _VALUES.get(word, 0)
    return float(total + current)


_PERCENT = re.compile(rf"{_RANGE}\s*-?\s*(?:%|percent(?:age)?\b|per\s?-?\s?cent\b|pct\b|por\s+ciento\b|pour\s?cent\b|prozent\b|procent\b)", re.I)
_HALF = re.compile(
    r"\b(?:half|1\s*/\s*2)\s*-?\s*(?:the\s+|of\s+the\s+|regular\s+|usual\s+)?(?:price[ds]?|off|cost)\b|\b(?:price|prices|cost)s?\s+(?:is\s+|are\s+|cut\s+|slashed\s+|sliced\s+)?(?:in|by)\s+half\b|"
    r"\bhalf\s+(?:off|what\s+you)\b|\bhalve[sd]?\s+(?:the|our|your)\s+(?:price|cost|bill)s?\b",
    re.I,
)
_FRACTION = re.compile(r"\b(?:(?:a|one|1)[\s-]*)?(?P<part>third|quarter|fifth|tenth|1\s*/\s*[345])\s+(?:of\s+the\s+price\s+)?off\b", re.I)
_PARTS = {"third": 100 / 3, "quarter": 25.0, "fifth": 20.0, "tenth": 10.0, "3": 100 / 3, "4": 25.0, "5": 20.0}
_AMOUNT = re.compile(
    rf"(?P<sign>{_SIGN})\s?{_RANGE}|\b(?P<lead>{_CODE})\s?{_RANGE.replace('low>', 'low2>').replace('high>', 'high2>')}|"
    rf"{_RANGE.replace('low>', 'low3>').replace('high>', 'high3>')}\s?-?(?P<unit>[$€£₹]|{_CODE}\b|dollars?\b|bucks?\b|euros?\b|quid\b|pounds?\b(?!\s+of)|cents?\b|pence\b)"
    r"|\b(?P<one>an?)\s+(?P<unit1>dollar|buck|euro|fiver|tenner)\b(?=\s+off)",
    re.I,
)
_BARE_OFF = re.compile(
    rf"\b(?:get|take|save|enjoy|have|knock|here's|score|grab|claim|with|extra)\s+(?:an?\s+)?(?:extra\s+)?(?P<low>{NUMBER})\s+off\b(?!-)|"
    rf"(?<![\w-])(?P<low2>{NUMBER})\s+off\s+(?:your|all|any|every(?:thing)?|orders?|next|purchases?|sitewide|store-?wide|today|with\s+code)\b",
    re.I,
)
_POINTS = re.compile(
    rf"{_RANGE}\s*-?\s*(?:(?:bonus|extra|reward|rewards|loyalty|welcome|free|more|additional|member|elite|status|qualifying|double)\s+){{0,3}}(?P<what>points?|pts|miles|avios|stars|coins)\b", re.I
)
_TIMES_POINTS = re.compile(
    rf"\b(?:double|triple|treble|quadruple|twice|{NUMBER}\s?(?:x|×|times))\s+(?:the\s+|your\s+|as\s+many\s+|bonus\s+|reward\s+|loyalty\s+)?(?:points|pts|miles|rewards|avios|stars)\b|"
    r"\bpoints\s+(?:x|×)\s?\d|\b(?:double|triple)\s+(?:up\s+)?(?:on\s+)?(?:your\s+)?points\b",
    re.I,
)
_EARNING = re.compile(r"\b(?:bonus|extra|earn|get|collect|reward|rewards|loyalty|claim|receive|worth|gift|free|welcome|yours|redeem|pocket|bag)\b", re.I)
_SHIPPING = re.compile(
    r"\bfree\s+(?:(?:and|&|fast|standard|express|next|day|next-day|same|same-day|two-day|home|local|worldwide|domestic|international|priority|expedited|ground|return|u\.?s\.?|uk|"
    r"returns\s+and|2-day)\s+){0,3}(?:shipping|delivery|deliveries|postage|p\s?&\s?p|shipment)\b|"
    r"\b(?:shipping|delivery|postage)(?:'s|\s+is|\s+are|\s+comes|:)?\s+(?:(?:now|always|completely|totally|absolutely)\s+)?(?:free|on\s+us|on\s+the\s+house|included\s+free|at\s+no\s+(?:extra\s+)?cost|complimentary)\b|"
    r"\bships?\s+(?:(?:it|them|everything|your\s+order|to\s+you)\s+)?(?:for\s+)?free\b|\bshipped\s+(?:for\s+)?free\b|\bdelivered\s+(?:for\s+)?free\b|"
    r"\b(?:complimentary|zero-cost|no-cost|\$0)\s+(?:shipping|delivery|postage)\b|\b(?:no|zero|waive[ds]?|waiving|without)\s+(?:the\s+|your\s+|any\s+)?(?:shipping|delivery|postage)\s+(?:fees?|costs?|charges?)\b|"
    r"\b(?:we'll|we\s+will|we)\s+(?:cover|pay(?:\s+for)?)\s+(?:the\s+|your\s+)?(?:shipping|delivery|postage)\b|\bpay\s+(?:nothing|zero)\s+for\s+(?:shipping|delivery|postage)\b|"
    r"\b(?:livraison|envoi)\s+(?:gratuite?|offerte?)\b|\bgratis\s?-?\s?versand\w*|\bkostenlose[rn]?\s+versand\b|\benvio\s+gratis\b|\bspedizione\s+gratuita\b|\bgratis\s+verzending\b",
    re.I,
)
_MULTIBUY = re.compile(
    rf"\bbogof?\b|\bb[1o]g[1o]\b|\b(?:buy|purchase|order)\s+(?:any\s+)?(?:{NUMBER}|a|an|this)\b[^.!?\n]{{0,30}}?\bget\s+(?:{NUMBER}|a|an|another|the)\b(?:\s+(?:\w+\s+)?(?:free|half|{NUMBER}\s?%))?|"
    rf"(?<![\w.])(?:[2-9]|two|three|four|five|six)\s*-?\s*(?:for|4)\s*-?\s*(?:[1-8]|one|two|three|four|five|the\s+price\s+of\s+(?:{NUMBER}))\b(?!\s*(?:%|percent|/|:))|"
    r"\b(?:second|2nd|third|3rd|another|next)\s+(?:\w+\s+)?(?:is\s+|comes\s+|item\s+)?(?:(?:for\s+)?free|half[\s-]price|on\s+us)\b|\btwofer\b",
    re.I,
)
_GIFT = re.compile(
    r"\b(?:free|complimentary|bonus)\s+(?:\w+[\s-]){0,2}?(?:gifts?|samples?|totes?|bags?|items?|products?|drinks?|coffees?|desserts?|breakfasts?|nights?|upgrades?|months?|weeks?|years?|"
    r"meals?|pairs?|bottles?|box(?:es)?|tickets?|treats?|mugs?|dinners?|lunch(?:es)?|spa|massages?|credits?|goodies|extras?)\b(?!\s+(?:with\s+(?:our|the)\s+)?(?:of\s+mind|from))|"
    r"\bgift\s+with\s+(?:every\s+|your\s+|any\s+|each\s+)?(?:purchase|order|booking|stay)\b|\b(?:a|your)\s+(?:little\s+)?(?:free\s+)?gift\s+(?:is\s+)?(?:on\s+us|from\s+us)\b|"
    r"\b(?:one|something|it|first\s+month|first\s+week|this\s+one|the\s+first\s+\w+)(?:'s|\s+is)?\s+(?:on\s+us|on\s+the\s+house)\b|\b(?:one|another|month|night|item)\s+(?:for\s+)?free\b|\bfreebies?\b",
    re.I,
)
_VAGUE = re.compile(
    r"\bdiscount(?:s|ed)?\b|\bcoupons?\b|\bvouchers?\b|\bpromo(?:tional)?\s?codes?\b|\b(?:discount|coupon|offer|voucher)\s+codes?\b|\brebates?\b|\bcash\s?-?back\b|\bmoney\s+off\b|\bprice\s+(?:cut|drop)s?\b|"
    r"\bmark(?:ed)?\s?-?downs?\b|\b(?:reduced|slashed|special|knock-?down)\s+prices?\b|\b(?:flash|summer|winter|spring|autumn|fall|clearance|black\s+friday|cyber\s+monday|holiday|mid-?season|end[\s-]of[\s-]season|"
    r"our|big|huge|final|annual|members?-only|members'?)\s+sale\b|\bon\s+sale\b|\bsale\s+(?:is\s+on|ends|starts|now\s+on)\b|\bclearance\b|\b(?:special|exclusive|limited[\s-]time|introductory|welcome|one-time|secret|members?-only)\s+(?:offers?|deals?|savings)\b|"
    r"\bbonus\s+(?:points|miles)\b|\bextra\s+points\b|\bgift\s?cards?\b|\bstore\s+credit\b",
    re.I,
)
_DENIED = re.compile(r"\b(?:no|not|without|never|zero|aren't|isn't|don't|doesn't|skip\s+the|forget)\s+(?:\w+\s+){0,3}$", re.I)
_DENY_RIGHT_BEFORE = re.compile(r"\b(?:no|without|not\s+an?|never\s+an?|isn't\s+an?|zero)\s+(?:\w+\s+)?$", re.I)


@lru_cache(maxsize=8192)
def find(text: str) -> tuple[Offer, ...]:
    """The offers of a plain text, in order of appearance, none overlapping another."""
    taken: list[Offer] = []
    for search in (_multibuys, _percents, _amounts, _points, _shipping, _gifts, _vague):
        for offer in search(text):
            if not any(o.start < offer.end and offer.start < o.end for o in taken):
                taken.append(offer)
    return tuple(sorted(taken, key=lambda o: o.start))


def _percents(text: str) -> Iterator[Offer]:
    for match in _PERCENT.finditer(text):
        low, high = _bounds(match["low"], match["high"])
        tight = bool(_TOUCH.match(text, match.end()) or _BEFORE.search(text, 0, match.start()))
        harmless = high == 0 or (not tight and (high == 100 or _NOT_OFFER.match(text, match.end()) is not None))
        if not harmless:
            yield Offer("percent", low, high, *match.span(), sure=tight or bool(_SETTING.search(_sentence(text, match))), tight=tight)
    for match in _HALF.finditer(text):
        yield Offer("percent", 50, 50, *match.span())
    for match in _FRACTION.finditer(text):
        value = _PARTS[match["part"].lower()[-1] if "/" in match["part"] else match["part"].lower()]
        yield Offer("percent", value, value, *match.span())
    for match in _BARE_OFF.finditer(text):
        value = number(match["low"] or match["low2"])
        yield Offer("amount", value, value, *match.span())


def _amounts(text: str) -> Iterator[Offer]:
    for match in _AMOUNT.finditer(text):
        written = (match["sign"] or match["lead"] or match["unit"] or match["unit1"]).lower().replace(" ", "")
        tight = bool(_TOUCH.match(text, match.end()) or _BEFORE.search(text, 0, match.start()))
        if written.startswith(("pound", "cent", "pence")) and not tight:
            continue  # a weight, a pain au chocolat's weight, the last cent
        if match["one"]:
            low = high = {"fiver": 5.0, "tenner": 10.0}.get(written, 1.0)
        else:
            low, high = _bounds(match["low"] or match["low2"] or match["low3"], match["high"] or match["high2"] or match["high3"])
        if written.startswith(("cent", "pence")):
            low, high = low / 100, high / 100
        if high:
            currency = CURRENCIES.get(written.rstrip("s")) or (written.upper() if re.fullmatch(_CODE, written) else None)
            yield Offer("amount", low, high, *match.span(), currency="GBP" if written.startswith("pound") else currency, tight=tight)


def _points(text: str) -> Iterator[Offer]:
    for match in _TIMES_POINTS.finditer(text):
        yield Offer("multibuy", 0, 0, *match.span())
    for match in _POINTS.finditer(text):
        low, high = _bounds(match["low"], match["high"])
        earning = bool(_EARNING.search(_sentence(text, match)))
        if high and (earning or (match["what"].lower() in ("points", "point", "pts", "avios") and high >= 10)):
            yield Offer("points", low, high, *match.span())


def _shipping(text: str) -> Iterator[Offer]:
    return (Offer("shipping", 0, 0, *m.span()) for m in _SHIPPING.finditer(text))


def _multibuys(text: str) -> Iterator[Offer]:
    return (Offer("multibuy", 0, 0, *m.span()) for m in _MULTIBUY.finditer(text))


def _gifts(text: str) -> Iterator[Offer]:
    return (Offer("gift", 0, 0, *m.span()) for m in _GIFT.finditer(text))


def _vague(text: str) -> Iterator[Offer]:
    return (Offer("vague", 0, 0, *m.span()) for m in _VAGUE.finditer(text) if not _DENY_RIGHT_BEFORE.search(text, 0, m.start()))


def _bounds(low: str, high: str | None) -> tuple[float, float]:
    values = sorted([number(low), number(high or low)])
    return values[0], values[1]


def _sentence(text: str, match: re.Match[str]) -> str:
    """The sentence a match stands in."""
    start = max((m.end() for m in _SENTENCE.finditer(text, 0, match.start())), default=0)
    end = _SENTENCE.search(text, match.end())
    return text[start : end.start() if end else len(text)]
