"""Facts in words: an offer, a date, a product, a season. US English; every word follows from the record it is made from."""

from __future__ import annotations

import re
from datetime import date, timedelta

from journeyman.domain import Brand, Incentive, Product

_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "CAD": "CA$", "AUD": "A$"}
_INLINE = re.compile(r"(?:on|for|when|with|after|if)\b[^.;!?]*\.?", re.I)
_SEASONS = ("winter", "spring", "summer", "fall")
HOW = {
    "warm": {
        "code+day": ["Use code {code} by {day}.", "The code is {code}, good through {day}.", "Simply enter code {code} by {day}."],
        "code": ["Use code {code}.", "The code is {code}.", "Simply enter code {code}."],
        "day": ["Yours to use through {day}.", "You have until {day}.", "The offer is good through {day}."],
    },
    "playful": {
        "code+day": [
            "The magic word is {code}, good through {day}.",
            "Type in code {code} with a flourish by {day}.",
            "Use code {code} by {day} and take a bow.",
        ],
        "code": ["The magic word is {code}.", "Type in code {code} with a flourish.", "Use code {code} and take a bow."],
        "day": [
            "The offer is good through {day}, and so are we.",
            "You've got until {day} to make your move.",
            "Circle {day} on the calendar: that's the last day.",
        ],
    },
    "direct": {
        "code+day": ["Code: {code}. Valid through {day}.", "Use code {code} by {day}.", "Enter code {code}, valid through {day}."],
        "code": ["Code: {code}.", "Use code {code}.", "Enter code {code}."],
        "day": ["Valid through {day}.", "The offer runs through {day}.", "Available through {day}."],
    },
}
"""How an offer is used, by tone and by what its record holds; the e-mail's second sentence about it."""
SHORT = {
    "code+day": [
        "Take {offer} with code {code} through {day}.",
        "{Offer} with code {code}, good through {day}.",
        "Code {code} gets you {offer} through {day}.",
        "Use code {code} for {offer} by {day}.",
    ],
    "code": [
        "Take {offer} with code {code}.",
        "{Offer} with code {code}.",
        "Code {code} gets you {offer}.",
        "Use code {code} for {offer}.",
    ],
    "day": ["Get {offer} by {day}.", "{Offer}, good through {day}.", "For you: {offer}, through {day}.", "You get {offer} by {day}."],
    "": ["Get {offer}.", "For you: {offer}.", "You get {offer}.", "Yours: {offer}."],
}
"""A whole offer in one sentence, for channels with little room."""


def deal(offer: Incentive) -> str:
    """The offer in two to four words: `15% off`, `$10 off`, `free shipping`, `1,000 bonus points`."""
    number = f"{offer.value:,.2f}".removesuffix(".00") if offer.kind == "amount_off" else f"{offer.value:,g}"
    match offer.kind:
        case "percent_off":
            return f"{number}% off"
        case "amount_off":
            currency = offer.currency or "USD"
            return f"{_SYMBOLS[currency]}{number} off" if currency in _SYMBOLS else f"{number} {currency} off"
        case "points":
            return f"{number} bonus points"
        case "free_shipping":
            return "free shipping"
        case "gift":
            return "a gift"


def offer_slots(offer: Incentive, today: date) -> dict[str, str]:
    """Slots `deal`, `offer` (with conditions that fit into the sentence), `code`, `day`, and `terms` (other conditions, as a sentence)."""
    what, terms = deal(offer), " ".join((offer.conditions or "").split())
    slots = {"deal": what, "offer": what}
    if terms and len(terms) <= 80 and _INLINE.fullmatch(terms):
        terms = terms[0].lower() + terms[1:].rstrip(".")
        slots["offer"] = f"{what} {terms.removeprefix('on ') if offer.kind in ('percent_off', 'amount_off') else terms}"
    elif terms:
        slots["terms"] = terms[0].upper() + terms[1:].rstrip(".") + "."
    if offer.code:
        slots["code"] = offer.code
    if offer.expires:
        slots["day"] = day_in_words(offer.expires, today)
    return slots


def record_key(offer: Incentive) -> str:
    """What the record holds besides its value: `code+day`, `code`, `day` or nothing; the key into HOW and SHORT."""
    return "+".join(name for name, held in (("code", offer.code), ("day", offer.expires)) if held)


def day_in_words(day: date, today: date) -> str:
    """`March 31`, with the year where it could be mistaken."""
    near = timedelta() <= day - today <= timedelta(days=300)
    return f"{day:%B} {day.day}" if near else f"{day:%B} {day.day}, {day.year}"


def product_name(product: Product) -> str:
    """The name as it stands within a sentence: `Fresh produce` → `fresh produce`; `Ridgeline Daypack` → `the Ridgeline Daypack`."""
    name = " ".join(product.name.split())
    first, *rest = name.split(" ")
    if first.lower() in ("the", "our", "your", "a", "an"):
        return f"{first.lower()} {' '.join(rest)}"
    if any(word[:1].isupper() for word in rest):
        return f"the {name}"
    return f"{first[0].lower()}{first[1:]} {' '.join(rest)}".strip() if first[1:].islower() else name


def product_note(product: Product) -> str:
    """The product's description where it is one or two plain sentences about a thing that copy can quote, else nothing: one that speaks
    of texts, rules or orders is not about a thing, whoever wrote it there."""
    note = " ".join(product.description.split())
    plain = len(note) <= 160 and note[-1:] == "." and len(re.findall(r"[.?]", note)) <= 2 and not re.search(r"[\d%$€£!{}<>:`]", note)
    return note if plain and not _OF_TEXTS.search(note) else ""


_OF_TEXTS = re.compile(
    r"\b(?:instruct|direct(?:ive|ion)|prompt|rules?\b|messages?\b|copy(?:writer)?\b|write\b|wrote\b|repl(?:y|ies)|answer|ignor|disregard|approv|developer"
    r"|ai\b|anweis|vorgabe|regeln?\b|nachricht|schreib|antwort|consigne|règles?\b|écri|répon|oubli|instruc|reglas?\b|mensaje|escrib|respond)",
    re.I,
)


def season(today: date, brand: Brand) -> str | None:
    """The season of the next four weeks where the brand's customers are, None when it turns meanwhile or the place is unknown."""
    north = brand.time_zones and all(z.startswith(("Europe/", "US/", "Canada/")) or z in _NORTHERN for z in brand.time_zones)
    now, then = (_SEASONS[(d.month % 12) // 3] for d in (today, today + timedelta(days=27)))
    return now if north and now == then else None


_CITIES = ("New_York", "Chicago", "Denver", "Los_Angeles", "Phoenix", "Detroit", "Anchorage", "Boise", "Toronto", "Vancouver", "Montreal")
_NORTHERN = {f"America/{city}" for city in _CITIES}


def article(noun: str) -> str:
    """`a project`, `an invoice`."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"
