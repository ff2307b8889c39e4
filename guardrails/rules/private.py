"""What belongs to somebody: addresses, numbers, accounts, keys. None of it goes out in copy, but the brand's own contacts may."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

from guardrails.phrases import Phrases
from guardrails.rules.base import Copy, Hit, rule
from guardrails.template import View

_MAIL = re.compile(
    r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}|"
    r"\b[\w.+-]{1,64}\s{0,3}(?:[\[({]\s*(?:at|@)\s*[\])}]|\s@\s)\s{0,3}[\w-]{1,63}\s{0,3}(?:\.|[\[({]\s*(?:dot|\.)\s*[\])}]|\sdot\s)\s*[a-z]{2,}\b|"
    r"\b[\w.+-]{1,64}\s{1,3}at\s+(?:gmail|yahoo|hotmail|outlook|icloud|proton(?:mail)?|aol|gmx)\s+dot\s+[a-z]{2,}\b",
    re.I,
)
_PHONE = re.compile(
    r"(?<![\w.,$€£-])(?:\+\d[\d ().-]{7,17}\d|(?:1[-. ])?\(\d{3}\)\s?\d{3}[-. ]\d{4}|(?:1[-. ])?\d{3}[-.]\d{3}[-.]\d{4}|"
    r"\d{3} \d{3} \d{4}|0\d{3,4} \d{3} ?\d{3,4})(?![\w%]|[.,-]\d)|"
    r"(?i:\b(?:call|phone|ring|tel|dial|fax|mobile|cell|whatsapp)\b)[^.!?\n\d]{0,24}(?P<local>\d{3}[-. ]\d{4})\b"
)
_DIGIT = re.compile(r"\d")
_CHECKED = re.compile(r"\d\d(?<=[A-Za-z]{2}..)")
"""How an account number begins: letters of a country, two digits to check it by."""
_SEVEN = re.compile(r"\d(?:[^\w\n]{0,4}\d){6}")
"""The fewest digits of a phone number, with whatever may stand between them."""
_BRACKETED, _SPELT = re.compile(r"[\[({]\s*at\b", re.I), Phrases(r"\sat\s+\w+\s+dot\s")
"""How an address is written that has no @."""
_CARD = re.compile(r"(?<![\w.-])[3-6](?:[ -]?\d){12,18}(?![\w]|-\d)")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}(?![A-Za-z0-9])")
_IBAN_LENGTH = {
    country: length
    for length, countries in {
        15: "NO",
        16: "BE",
        18: "DK FI NL",
        19: "SI",
        20: "AT EE LT LU",
        21: "CH HR LI LV",
        22: "BG DE GB IE RS",
        23: "AE IL",
        24: "AD CZ ES RO SA SE SK",
        25: "PT",
        26: "IS TR",
        27: "FR GR IT MC SM",
        28: "CY HU PL",
        29: "BR UA",
        31: "MT",
    }.items()
    for country in countries.split()
}
_SSN = re.compile(r"(?<![\w-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])")
_ORDER = re.compile(
    r"(?:\b(?:order|ref(?:erence)?|invoice|tracking|parcel|ticket|case|booking|item|sku|isbn|ean|code|model|part|"
    r"member(?:ship)?|account\s+ending|no|number|nr)\b\.?\s*|#\s*)(?:(?:no|nr|number|id|is|code)\b\.?\s*)?[:#]?\s*$",
    re.I,
)
_PASSWORD = Phrases(
    r"\b(?:password|passwd|pwd|api[ _-]?key|secret[ _-]?key|access[ _-]?token|auth[ _-]?token|client[ _-]?secret)\b\s*(?:is|"
    r"=|:)\s*[\"']?(?P<at>(?=\S*\d)\S{6,})"
)
_LONG = re.compile(r"[A-Za-z0-9+/_=.-]{16,}")
_BEARER = Phrases(
    r"\b(?:sk|pk|rk)[-_](?:live|test|proj|ant)[-_][\w-]{12,}|\bsk-[A-Za-z0-9]{20,}|\bAIza[\w-]{35}|\bghp_\w{20,}|"
    r"\bgithub_pat_\w{20,}|-----BEGIN [A-Z ]*PRIVATE KEY-----|\bhf_[A-Za-z0-9]{30,}",
    flags=0,
)
_DETECTORS = (
    ("aws", "AWSKeyDetector"), ("azure_storage_key", "AzureStorageKeyDetector"), ("basic_auth", "BasicAuthDetector"),
    ("discord", "DiscordBotTokenDetector"), ("github_token", "GitHubTokenDetector"), ("gitlab_token", "GitLabTokenDetector"),
    ("jwt", "JwtTokenDetector"), ("mailchimp", "MailchimpDetector"), ("npm", "NpmDetector"), ("openai", "OpenAIDetector"),
    ("private_key", "PrivateKeyDetector"), ("pypi_token", "PypiTokenDetector"), ("sendgrid", "SendGridDetector"),
    ("slack", "SlackDetector"),
    ("square_oauth", "SquareOAuthDetector"), ("stripe", "StripeDetector"), ("telegram_token", "TelegramBotTokenDetector"),
    ("twilio", "TwilioKeyDetector"),
)  # fmt: skip


@rule(
    "X16",
    "No e-mail addresses, phone numbers, cards, accounts, identity numbers or keys but the brand's own contacts.",
    severity="block",
    source="GDPR 5(1)(f); PCI DSS 3.4",
    brand={"name": "Acme", "contact_email": "help@acme.com", "contact_phone": "+1 415 555 2671"},
    passes=[
        {"body": "Order 4155552672 left on 2026-12-01. Write to help@acme.com or call (415) 555-2671."},
        {"body": "ZIP 94107-1234, code SAVE2026, $1,299.00."},
    ],
    fails=[
        {"body": "Ask jane.doe@example.org."},
        {"body": "Call 212-555-0123."},
        {"body": "Card 4111 1111 1111 1111."},
        {"body": "Pay to GB82 WEST 1234 5698 7654 32."},
        {"body": "Key AKIAIOSFODNN7EXAMPLE"},
    ],
)
def nobodys_data(copy: Copy) -> Iterator[Hit]:
    for field, view in copy.plain:
        taken = list[tuple[int, int]]()
        for what, spans in _found(view.text, field, copy):
            for start, end in spans:
                if not any(s < end and start < e for s, e in taken) and not _address(view, start, end, copy):
                    taken.append((start, end))
                    said = f"“{view.text[start : start + 4]}…” is {what}. Take it out; only the brand's own contacts may stand in copy."
                    yield copy.hit(field, view, start, end, said)


def _found(text: str, field: str, copy: Copy) -> Iterator[tuple[str, Iterator[tuple[int, int]]]]:
    """What a text holds that belongs to somebody, and where: surest first. Nothing with digits is looked for where there are none."""
    digit = _DIGIT.search(text)
    many = digit and _SEVEN.search(text, digit.start())
    if not copy.near.isdisjoint((_PASSWORD, _BEARER)):
        yield "a key or password", _named_secrets(text)
    if digit:
        yield "a key or password", _secrets(text)
    if digit and _CHECKED.search(text):
        yield "a bank account", _ibans(text)
    if many:
        yield "a card number", _cards(text)
        yield "a social security number", _identities(text)
    brand = copy.brand
    if field != "cta.url" and ("@" in text or _SPELT in copy.near or _BRACKETED.search(text)):
        yield "an e-mail address", _mails(text, _own(brand.contact_email, brand.from_email, brand.contact_phone))
    if field != "cta.url" and many:
        own = _own(brand.contact_email, brand.from_email, brand.contact_phone)
        yield "a phone number", _phones(text, own, _region(brand.contact_phone, brand.default_language))


@lru_cache(maxsize=256)
def _own(email: str, sender: str, phone: str) -> frozenset[str]:
    """The brand's contacts: addresses in lower case, numbers as digits."""
    mails = (m.lower() for text in (email, sender) for m in re.findall(r"[\w.+'-]+@[\w.-]+", text))
    return frozenset(mails) | ({_digits(phone)} if phone else set())


def _address(view: View, start: int, end: int, copy: Copy) -> bool:
    """Inside the brand's postal address, as written or as a variable."""
    address = copy.values["postal_address"]
    at = view.text.find(address)
    return 0 <= at <= start and end <= at + len(address)


def _mails(text: str, own: frozenset[str]) -> Iterator[tuple[int, int]]:
    for match in _MAIL.finditer(text):
        if match[0].lower().strip(".'") not in own and text[max(0, match.start() - 3) : match.start()] != "://":
            yield match.span()


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


@cache
def _region(phone: str, language: str) -> str:
    """Where a number without a country is dialled: as the brand's own phone, else as its language's usual country."""
    import phonenumbers

    try:
        return str(phonenumbers.region_code_for_number(phonenumbers.parse(phone, None)) or "US")
    except phonenumbers.NumberParseException:
        country = language.partition("-")[2] or {"de": "DE", "fr": "FR", "es": "ES", "it": "IT", "nl": "NL", "pt": "PT"}.get(
            language[:2], "US"
        )
        return country


@lru_cache(maxsize=4096)
def _matches(text: str, region: str) -> tuple[tuple[int, int, str], ...]:
    import phonenumbers

    found = phonenumbers.PhoneNumberMatcher(text, region, max_tries=500)
    return tuple((m.start, m.end, f"{m.number.country_code}{m.number.national_number}") for m in found)


def _phones(text: str, own: frozenset[str], region: str) -> Iterator[tuple[int, int]]:
    text = re.sub(r"https?://\S+", lambda m: " " * len(m[0]), text)
    mine = {o for o in own if o.isdigit()}
    known = [(s, e, d) for s, e, d in _matches(text, region)]
    known += [(*(m.span("local") if m["local"] else m.span()), _digits(m[0])) for m in _PHONE.finditer(text)]
    for start, end, digits in known:
        plain = text[start:end].isdigit() and _ORDER.search(text, max(0, start - 40), start)
        if not plain and not any(m.endswith(_digits(text[start:end]).lstrip("0")) or digits == m for m in mine):
            yield start, end


def _cards(text: str) -> Iterator[tuple[int, int]]:
    for match in _CARD.finditer(text):
        digits = _digits(match[0])
        ordered = match[0].isdigit() and _ORDER.search(text, max(0, match.start() - 40), match.start())
        if 13 <= len(digits) <= 19 and len(set(digits)) > 1 and not ordered and luhn(digits):
            yield match.span()


def luhn(digits: str) -> bool:
    """Whether the last digit checks the others (ISO/IEC 7812-1, annex B)."""
    total = sum(int(d) if i % 2 == 0 else sum(divmod(2 * int(d), 10)) for i, d in enumerate(reversed(digits)))
    return total % 10 == 0


def _ibans(text: str) -> Iterator[tuple[int, int]]:
    for match in _IBAN.finditer(text):
        plain = re.sub(r"[ -]", "", match[0]).upper()
        length = _IBAN_LENGTH.get(plain[:2])
        if length and len(plain) >= length and iban(plain[:length]):
            yield match.span()


def iban(account: str) -> bool:
    """Whether the two check digits fit (ISO 13616: remainder 1 modulo 97)."""
    return int("".join(str(int(c, 36)) for c in account[4:] + account[:4])) % 97 == 1


def _identities(text: str) -> Iterator[tuple[int, int]]:
    return (m.span() for m in _SSN.finditer(text))


@cache
def _detectors() -> tuple[Any, ...]:
    return tuple(getattr(import_module(f"detect_secrets.plugins.{module}"), name)() for module, name in _DETECTORS)


def _named_secrets(text: str) -> Iterator[tuple[int, int]]:
    yield from (m.span("at") for m in _PASSWORD.finditer(text))
    yield from (m.span() for m in _BEARER.finditer(text))


def _secrets(text: str) -> Iterator[tuple[int, int]]:
    if any(_DIGIT.search(run[0]) for run in _LONG.finditer(text)):
        for detector in _detectors():
            for secret in detector.analyze_string(text):
                at = text.find(secret)
                if at >= 0:
                    yield at, at + len(secret)
