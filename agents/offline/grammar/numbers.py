"""Numbers, percentages and money as marketers write them. `digits` rewrites; the patterns read what it has written.

Money stands before or after its currency ($5,000 · 5k EUR · two thousand dollars). Not a parser of arbitrary arithmetic.
"""

from __future__ import annotations

import re

from journeyman.domain import Money
from journeyman.errors import PlanError

NUMBER = r"(?<![\d.])\d{1,12}(?:\.\d{1,4})?(?![\d])"
PERCENT = r"\s?(?:%|percent\b|pct\b)"

_ONES = dict(
    zip(
        [
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ],
        range(1, 20),
        strict=True,
    )
) | {"zero": 0}
_TENS = dict(zip(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], range(20, 100, 10), strict=True))
_BIG = {"hundred": 100, "thousand": 1000, "grand": 1000, "million": 1_000_000}
_SMALL = "|".join(_ONES | _TENS)
_IN_WORDS = re.compile(
    rf"\b(?:(?:{_SMALL})(?:[ -](?:and )?(?:{_SMALL}|hundred|thousand|million)\b)*|an? (?:hundred|thousand|million)(?: (?:and "
    rf")?(?:{_SMALL}))*)\b",
    re.I,
)
_COUNTED = re.compile(
    r"[ -](?:\w+ )?(?:messages?|msgs?|emails?|sms|texts?|push|notifications?|touch\w*|contacts?|weeks?|days?|months?|hours?|years?|quarter"
    r"|orders?|purchases?|bookings?|times?|percent|points?|dollars?|euros?|pounds?|per|or|to|in-app)\b|\s?%",
    re.I,
)
_LOOSE = [(re.compile(p, re.I), r) for p, r in (
    (r"\bhalf a dozen\b", "6"), (r"\b(?:a )?dozen\b(?! of reasons)", "12"), (r"\b(?:a )?couple(?: of)?\b(?= \w)", "2"),
    (r"\b(a|one) and a half (week|month|year)s?\b", r"1.5 \2s"), (r"\bhalf a year\b", "6 months"),
)]  # fmt: skip
_MULTIPLES = {"k": 1000, "thousand": 1000, "grand": 1000, "million": 1_000_000, "mn": 1_000_000, "m": 1_000_000}

_SYMBOLS = {"US$": "USD", "CA$": "CAD", "C$": "CAD", "AU$": "AUD", "A$": "AUD", "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR"}
_NAMES = {
    "dollar": "USD", "buck": "USD", "euro": "EUR", "pound": "GBP", "quid": "GBP", "franc": "CHF", "yen": "JPY", "rupee": "INR",
    **{code.lower(): code for code in ("USD", "EUR", "GBP", "CAD", "AUD", "CHF", "JPY", "INR", "NZD", "SEK", "NOK", "DKK", "PLN")},
}  # fmt: skip
_SIGN = "|".join(re.escape(s) for s in _SYMBOLS)
_NAME = rf"(?:{'|'.join(sorted(_NAMES, key=len, reverse=True))})s?"


def money(tag: str = "m", *, bare: bool = False) -> str:
    """A pattern for an amount of money, its groups named after `tag`; `bare` also takes a number without a currency.

    Of a range ($4,000-5,000) the groups hold the lower end."""
    to = rf"(?:\s?(?:-|to)\s?(?:{_SIGN})?{NUMBER})?"
    before = rf"(?<!\w)(?P<{tag}_sign>{_SIGN}|(?i:{_NAME}))\s?(?P<{tag}_a>{NUMBER}){to}"
    after = rf"(?P<{tag}_b>{NUMBER}){to}\s?(?P<{tag}_unit>{_SIGN}|(?:{_NAME})\b)"
    alone = rf"|(?P<{tag}_c>{NUMBER})(?!{PERCENT})" if bare else ""
    return rf"(?:{before}|{after}{alone})"


def read_money(match: re.Match[str], tag: str = "m", *, currency: str = "USD") -> Money:
    """The amount a `money(tag)` pattern has matched; `currency` is for bare numbers. Raises PlanError beyond 10^12."""
    found = match.groupdict()
    amount = next(found[f"{tag}_{x}"] for x in "abc" if found.get(f"{tag}_{x}"))
    word = found.get(f"{tag}_sign") or found.get(f"{tag}_unit")
    if word is not None:
        currency = _SYMBOLS.get(word.upper()) or _NAMES.get(word.lower()) or _NAMES[word.lower().rstrip("s")]
    if float(amount) >= 1e12:
        raise PlanError(f"The amount {amount} is too large.", remedy="State amounts below a trillion.")
    return Money(amount=float(amount), currency=currency)


def digits(text: str) -> str:
    """`text` with number words, thousands separators and multiples (5k, 2.5 million) as plain digits. Raises PlanError for absurd ones."""
    for pattern, plain in _LOOSE:
        text = pattern.sub(plain, text)
    text = _IN_WORDS.sub(lambda m: _spelt(m, text), text)
    text = re.sub(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?!\d)", lambda m: m.group().replace(",", ""), text)
    text = re.sub(r"(?<![\d.,])\d{1,3}(?: \d{3})+(?!\d)", lambda m: m.group().replace(" ", ""), text)
    text = re.sub(r"(?:(?<=€)|(?<=€ ))\d{1,3}(?:\.\d{3})+(?![\d.])", lambda m: m.group().replace(".", ""), text)
    text = re.sub(r"(?<![\d.,])(\d+),(\d{1,2})(?=\s?(?:k\b|%|€|euro|EUR))", r"\1.\2", text)
    text = re.sub(r"(?<![\w.])(\d+(?:\.\d+)?)(?:(k)| ?(thousand|grand|million|mn))\b", _multiplied, text, flags=re.I)
    text = re.sub(rf"((?:{_SIGN})\s?)(\d+(?:\.\d+)?)(m)\b", lambda m: m[1] + _product(m[2], m[3]), text, flags=re.I)
    if long := re.search(r"\d{13,}", text):
        raise PlanError(f"The number {long.group()[:13]}… is too large.", remedy="State numbers below a trillion.")
    return text


def _multiplied(match: re.Match[str]) -> str:
    return _product(match[1], match[2] or match[3])


def _product(amount: str, multiple: str) -> str:
    try:
        return f"{float(amount) * _MULTIPLES[multiple.lower()]:.0f}"
    except OverflowError:
        raise PlanError(f"The number {amount[:13]}… is too large.", remedy="State numbers below a trillion.") from None


def _spelt(match: re.Match[str], text: str) -> str:
    words = [w for w in re.split(r"[ -]", match.group().lower()) if w != "and"]
    if words == ["one"] and not _COUNTED.match(text, match.end()):
        return match.group()  # a pronoun: "do not have one yet"
    total = current = 0
    for word in words:
        if word in ("a", "an"):
            current = 1
        elif word == "hundred":
            current = max(current, 1) * 100
        elif word in _BIG:
            total, current = total + max(current, 1) * _BIG[word], 0
        elif current % 100 and word in _ONES and not (current % 10 == 0 and current % 100 >= 20 and _ONES[word] < 10):
            return match.group()  # "two three": no number
        else:
            current += _ONES.get(word, 0) + _TENS.get(word, 0)
    return str(total + current)
