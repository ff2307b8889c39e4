"""Copy in German, French and Spanish, from banks of their own: nothing is translated, every sentence was written in its language.

A bank (`banks/abroad/LANGUAGE.yaml`) knows the themes of the five use cases. What it does not know it does not write: a theme without
lines, an offer whose conditions it has no words for. A long text message stays in GSM-7: other letters lose their accents, as is usual.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

import yaml
from pydantic import Field

from agents.offline import banks
from agents.offline.forms import Drafted, take
from agents.offline.wording import product_name, record_key
from agents.roles import Setting
from journeyman.domain import Brand, Brief, Incentive, Plan, Record

LANGUAGES = ("de", "fr", "es")
TURNS = 400
_GSM_ACCENTS = frozenset("àäåæéèìñòöøùüßÄÅÆÉÑÖØÜÇ¡¿£¥€§")
_PLAIN = str.maketrans({"œ": "oe", "Œ": "Oe", "’": "'", "‘": "'"})
_MONEY = {"USD": "$", "EUR": "€", "GBP": "£"}
_LONG_NAME = "Maximiliana-Louise"
Tone = Literal["warm", "playful", "direct"]
T = TypeVar("T")
Unit = tuple[str, str, str]
"""Subject, preheader, opening."""


class Said(Record):
    """What a kind says in one tone around any theme."""

    hooks: list[str]
    asks: list[str]


class Topic(Record):
    """One theme."""

    letters: list[Unit]
    lines: list[str]


class Kind(Record):
    """One kind of journey."""

    labels: list[str]
    reasons: list[str]
    warm: Said
    playful: Said
    direct: Said
    themes: dict[str, Topic]


class Bank(Record):
    """A language."""

    name: str
    """What stands where a first name is not known."""
    greetings: dict[Tone, list[str]]
    sign_offs: dict[Tone, list[str]]
    footers: list[str]
    unsubscribe: str
    stop: str
    months: list[str] = Field(min_length=12, max_length=12)
    date: str
    date_with_year: str
    thousands: str
    point: str
    deals: dict[str, str]
    offers: dict[str, list[str]]
    conditions: dict[str, str]
    products: list[str]
    kinds: dict[str, Kind]


@cache
def load(language: str) -> Bank:
    """A language's bank. Raises FileNotFoundError where there is none."""
    file = Path(banks.__file__).parent / "abroad" / f"{language}.yaml"
    return Bank.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))


def drafts(brief: Brief, plan: Plan, setting: Setting, seed: int) -> Iterator[Drafted]:
    """Messages to a brief in its language, each within its channel's limits; none for a theme, a kind or conditions without words."""
    bank, kind = load(brief.language[:2]), banks.kind_of(plan)
    told = bank.kinds[kind]
    topic, offers = told.themes.get(brief.theme), _offers(brief.incentive, bank, brief, setting)
    if topic is None or offers is None or not banks.suits(kind, plan, setting.brand):
        return
    tone: Tone = "warm" if brief.tone == "warm" else "playful" if brief.tone == "playful" else "direct"
    draw = random.Random(f"{seed}/{brief.id}")  # noqa: S311
    said = {"warm": told.warm, "playful": told.playful, "direct": told.direct}[tone]
    units = {
        name: _shuffled(draw, [unit.replace("{brand}", setting.brand.name) for unit in texts])
        for name, texts in {
            "hooks": said.hooks, "asks": said.asks, "reasons": told.reasons, "lines": topic.lines, "labels": told.labels,
            "products": _products(bank, brief, setting), "greetings": bank.greetings[tone], "sign_offs": bank.sign_offs[tone],
            "footers": bank.footers,
        }.items()
    }  # fmt: skip
    letters = [tuple(part.replace("{brand}", setting.brand.name) for part in letter) for letter in topic.letters]
    for turn in range(TURNS):
        match brief.channel:
            case "email":
                drafted = _email(bank, units, letters, offers, turn)
            case "sms":
                drafted = _sms(setting.brand, bank.stop, units, offers, turn)
            case "push":
                drafted = _short("push", units, letters, offers, turn, title_room=50, room=150)
            case "in_app":
                drafted = _short("in_app", units, letters, offers, turn, title_room=60, room=240)
        if drafted:
            yield drafted


Units = Mapping[str, Sequence[str]]


def _email(bank: Bank, units: Units, letters: Sequence[Sequence[str]], offers: Sequence[str], turn: int) -> Drafted | None:
    """Greeting, two or three paragraphs, signature, footer: 45 to 130 words."""
    which = turn % len(letters)
    subject, preheader, opening = letters[which]
    step = turn // len(letters)
    hook, reason, ask = take(units["hooks"], step), take(units["reasons"], turn + step // 3), take(units["asks"], turn + step)
    offer = f"{take(offers, turn + step)} " if offers else ""
    product = f"{take(units['products'], turn)} " if units["products"] and turn % 2 else ""
    plans = {
        "hook-reason": [f"{hook} {opening}", f"{product}{offer}{reason} {ask}"],
        "open-offer": [opening, f"{offer}{product}{ask}", reason] if offer else [opening, reason, f"{product}{ask}"],
        "reason-first": [f"{hook} {reason}", opening, f"{offer}{product}{ask}"],
    }
    name = take(list(plans), step)
    paragraphs = plans[name]
    if not 40 <= sum(len(p.split()) for p in paragraphs) <= 130 or len(subject) > 60:
        return None
    greeting = take(units["greetings"], turn + step).replace("{name}", _name(bank))
    footer = f"{take(units['footers'], turn)} {bank.unsubscribe.replace('{url}', '{{ unsubscribe_url }}')}\n{{{{ postal_address }}}}"
    body = "\n\n".join([*([greeting] if greeting else []), *paragraphs, take(units["sign_offs"], step), footer])
    return Drafted({"subject": subject, "preheader": preheader, "body": body}, take(units["labels"], turn), f"email.{name}.{which}")


def _sms(brand: Brand, stop: str, units: Units, offers: Sequence[str], turn: int) -> Drafted | None:
    """Brand, a line, the offer, the way out: at most 290 GSM-7 characters."""
    line, step = take(units["lines"], turn), turn // len(units["lines"])
    frames = {"line": line, "hook": f"{take(units['hooks'], step)} {line}", "ask": f"{line} {take(units['asks'], turn + step)}"}
    name = take(list(frames), step)
    said = [f"{brand.name}: {frames[name]}", *([take(offers, turn + step)] if offers else []), stop]
    body = _gsm(" ".join(said), brand.sms_segment_limit)
    return Drafted({"body": body}, None, f"sms.{name}.{turn % len(units['lines'])}") if len(body) <= 290 else None


def _short(
    channel: str, units: Units, letters: Sequence[Sequence[str]], offers: Sequence[str], turn: int, *, title_room: int, room: int
) -> Drafted | None:
    """Push and in-app: a title up to `title_room` characters, a body up to `room`."""
    titles = [letter[0] for letter in letters if len(letter[0]) <= title_room]
    if not titles:
        return None
    line, step = take(units["lines"], turn), turn // len(units["lines"])
    offer, ask = ([take(offers, turn + step)] if offers else []), take(units["asks"], turn + step)
    plans = {
        "line": [line, *offer],
        "line-ask": [line, *offer, ask],
        "ask": [ask, *offer],
        "hook": [take(units["hooks"], step), line, *offer],
    }
    name = take(list(plans), step)
    body = " ".join(plans[name])
    fields = {"title": take(titles, turn + step), "body": body}
    return (
        Drafted(fields, take(units["labels"], turn), f"{channel}.{name}.{turn % len(units['lines'])}") if 20 <= len(body) <= room else None
    )


def _offers(offer: Incentive | None, bank: Bank, brief: Brief, setting: Setting) -> list[str] | None:
    """The offer in whole sentences with its conditions, or none at all; None when there are no words for it."""
    if offer is None:
        return []
    number = f"{offer.value:,.2f}".removesuffix(".00") if offer.kind == "amount_off" else f"{offer.value:,g}"
    number = number.translate({ord(","): bank.thousands, ord("."): bank.point})
    currency = offer.currency or "USD"
    deal = bank.deals[offer.kind].replace("{n}", number).replace("{money}", f"{number} {_MONEY.get(currency, currency)}")
    terms = " ".join((offer.conditions or "").split())
    if terms and brief.language[:2] != setting.brand.default_language[:2]:
        known = bank.conditions.get(terms.rstrip(".").lower())
        if known is None:
            return None
        terms = known
    slots = {"deal": deal, "code": offer.code or "", "date": _day(offer.expires, setting, bank) if offer.expires else ""}
    return [f"{sentence.format(**slots)} {terms}".strip() for sentence in bank.offers[record_key(offer)]]


def _day(day: date, setting: Setting, bank: Bank) -> str:
    """With the year where it could be mistaken."""
    near = timedelta() <= day - date.fromisoformat(setting.today[:10]) <= timedelta(days=300)
    return (bank.date if near else bank.date_with_year).format(day=day.day, month=bank.months[day.month - 1], year=day.year)


def _products(bank: Bank, brief: Brief, setting: Setting) -> list[str]:
    """Sentences about the brief's product where its name can stand in another language: a name of its own, or the brand's own language."""
    product = next((p for p in setting.brand.products if brief.product in (p.id, p.name)), None)
    own = product and (brief.language[:2] == setting.brand.default_language[:2] or product_name(product).startswith("the "))
    return [sentence.replace("{product}", product.name) for sentence in bank.products] if product and own else []


def _name(bank: Bank) -> str:
    return f'{{{{ first_name | default("{bank.name}", true) }}}}'


def _gsm(text: str, segments: int) -> str:
    """The text as it is where it fits into the segments with all its accents; else letters outside GSM-7 go without theirs."""
    plain = text.translate(_PLAIN)
    if len(plain) <= (70 if segments == 1 else 67 * segments):
        return plain
    return "".join(c if c.isascii() or c in _GSM_ACCENTS else unicodedata.normalize("NFKD", c)[0] for c in plain)


def _shuffled(draw: random.Random, units: Sequence[T]) -> list[T]:
    return draw.sample(units, len(units))
