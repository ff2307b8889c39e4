"""Finds the offers a text makes: percentages, amounts, points, free shipping, gifts, two-for-one, and vague ones ("a special discount").

`find(text)` reads plain text (see `guardrails.fold`), knows no brand and no offer record, and errs towards seeing an offer. A percentage
with neither a discount word nor a harmless noun beside it comes back with `sure=False`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from guardrails import offer_words as words
from guardrails.phrases import Phrases, near

MOST = 50
"""Offers looked for in one text; nobody reads on after so many."""
_THOUSANDS = re.compile(r"[,.' \u00a0\u202f](?=\d{3}(?:\D|$))")
"""What parts the thousands of a number."""
Unit = Literal["percent", "amount", "points", "shipping", "gift", "multibuy", "vague"]


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
        plain = _THOUSANDS.sub("", plain)
        return float(plain.replace(",", ".").replace("'", "")) * times
    total = current = 0
    for word in re.findall(r"[a-z]+", plain):
        if word in words.SCALES:
            current = max(current, 1) * words.SCALES[word]
            total, current = (total + current, 0) if words.SCALES[word] == 1000 else (total, current)
        else:
            current += words.VALUES.get(word, 0)
    return float(total + current)


@lru_cache(maxsize=1024)
def find(text: str, likely: frozenset[Phrases] | None = None) -> tuple[Offer, ...]:
    """The offers of a plain text, in order of appearance, none overlapping another. `likely`: what is near, where the caller knows."""
    taken, likely = list[Offer](), near(text) if likely is None else likely
    for pattern, read in _READ:
        for match in pattern.pattern.finditer(text) if pattern in likely else ():
            offer = read(match)
            if offer and not any(o.start < offer.end and offer.start < o.end for o in taken):
                taken.append(offer)
            if len(taken) == MOST:
                break
    return tuple(sorted(taken, key=lambda o: o.start))


def percentages(text: str) -> Iterator[Offer]:
    """Every percentage of a text, offer or not."""
    for match in words.PERCENT.finditer(text):
        low, high = _bounds(match["low"], match["high"])
        yield Offer("percent", low, high, *match.span(), tight=False)


def _percent(match: re.Match[str]) -> Offer | None:
    text = match.string
    low, high = _bounds(match["low"], match["high"])
    fact = words.NOT_OFFER.match(text, match.end()) is not None
    touched = words.TOUCH.match(text, match.end()) is not None
    tight = touched or bool(not fact and words.BEFORE.search(text, max(0, match.start() - 80), match.start()))
    harmless = high == 0 or (not tight and (high == 100 or fact or _among_facts(match)))
    return None if harmless else Offer("percent", low, high, *match.span(), sure=tight or _offered(match), tight=tight)


def _half(match: re.Match[str]) -> Offer:
    return Offer("percent", 50, 50, *match.span())


def _fraction(match: re.Match[str]) -> Offer:
    value = words.PARTS[match["part"].lower()[-1] if "/" in match["part"] else match["part"].lower()]
    return Offer("percent", value, value, *match.span())


def _bare_off(match: re.Match[str]) -> Offer:
    value = number(match["low"] or match["low2"] or match["low3"])
    return Offer("amount", value, value, *match.span())


def _amount(match: re.Match[str]) -> Offer | None:
    text = match.string
    written = (match["sign"] or match["lead"] or match["unit"] or match["unit1"]).lower().replace(" ", "")
    tight = bool(words.TOUCH.match(text, match.end()) or words.BEFORE.search(text, max(0, match.start() - 80), match.start()))
    if written.startswith(("pound", "cent", "pence", "p")) and not tight:
        return None  # a weight, or the last cent
    if words.COVERED.search(text, max(0, match.start() - 40), match.start()):
        return None
    if match["one"]:
        low = high = {"fiver": 5.0, "tenner": 10.0}.get(written, 1.0)
    else:
        low, high = _bounds(match["low"] or match["low2"] or match["low3"], match["high"] or match["high2"] or match["high3"])
    if written.startswith(("cent", "pence")) or written == "p":
        low, high = low / 100, high / 100
    if not high:
        return None
    currency = words.CURRENCIES.get(written.rstrip("s")) or (written.upper() if re.fullmatch(words.CODE, written) else None)
    return Offer("amount", low, high, *match.span(), currency="GBP" if written.startswith("pound") else currency, tight=tight)


def _points(match: re.Match[str]) -> Offer | None:
    low, high = _bounds(match["low"], match["high"])
    earning = bool(words.EARNING.search(_sentence(match)))
    told = high and (earning or (match["what"].lower() in ("points", "point", "pts", "avios") and high >= 10))
    return Offer("points", low, high, *match.span()) if told else None


def _multibuy(match: re.Match[str]) -> Offer | None:
    if match["get"] and number(match["get"]) <= number(match["pay"]):
        return None  # a room for two for three nights
    return Offer("multibuy", 0, 0, *match.span())


def _times_points(match: re.Match[str]) -> Offer:
    return Offer("multibuy", 0, 0, *match.span())


def _shipping(match: re.Match[str]) -> Offer:
    return Offer("shipping", 0, 0, *match.span())


def _gift(match: re.Match[str]) -> Offer:
    return Offer("gift", 0, 0, *match.span())


def _vague(match: re.Match[str]) -> Offer | None:
    denied = words.DENIED.search(match.string, max(0, match.start() - 40), match.start())
    return None if denied else Offer("vague", 0, 0, *match.span())


def _offered(match: re.Match[str]) -> bool:
    """Whether the sentence around a percentage speaks of an offer, or says nothing else at all."""
    sentence = _sentence(match)
    alone = not re.search(r"[a-z]{2}", sentence.replace(match[0], ""), re.I)
    signed = re.search(r"(?:^|\s)[-+]$", match.string[max(0, match.start() - 2) : match.start()])
    return alone or bool(words.SETTING.search(sentence)) or bool(signed)


def _among_facts(match: re.Match[str]) -> bool:
    """Whether another percentage of the sentence measures something and nothing in it speaks of an offer, as in `3.5% fat, 1.5%`."""
    sentence = _sentence(match)
    others = (m for m in words.PERCENT.pattern.finditer(sentence) if m[0] != match[0])
    return not words.SETTING.search(sentence) and any(words.NOT_OFFER.match(sentence, m.end()) for m in others)


def _bounds(low: str, high: str | None) -> tuple[float, float]:
    values = sorted([number(low), number(high or low)])
    return values[0], values[1]


def _sentence(match: re.Match[str]) -> str:
    """The sentence a match stands in."""
    text, earliest, latest = match.string, max(0, match.start() - 300), min(len(match.string), match.end() + 300)
    start = max((m.end() for m in words.SENTENCE.finditer(text, earliest, match.start())), default=earliest)
    end = words.SENTENCE.search(text, match.end(), latest)
    return text[start : end.start() if end else latest]


_READ: tuple[tuple[Phrases, Callable[[re.Match[str]], Offer | None]], ...] = (
    (words.MULTIBUY, _multibuy),
    (words.N_FOR_M, _multibuy),
    (words.PERCENT, _percent),
    (words.HALF, _half),
    (words.FRACTION, _fraction),
    (words.BARE_OFF, _bare_off),
    (words.AMOUNT, _amount),
    (words.TIMES_POINTS, _times_points),
    (words.POINTS, _points),
    (words.SHIPPING, _shipping),
    (words.GIFT, _gift),
    (words.VAGUE, _vague),
)
"""What offers are found by, in the order they are looked for, and how a match reads: None when it is no offer after all."""
OFFERS = tuple(pattern for pattern, _ in _READ)
"""All that an offer is found by."""
