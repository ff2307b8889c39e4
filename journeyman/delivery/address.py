"""One mailbox, one phone: addresses in a normal form, however they were written. No network is asked."""

from __future__ import annotations

import re
from functools import lru_cache

from journeyman.domain import Channel
from journeyman.errors import Refused

LONGEST = 400
PLAIN_EMAIL = re.compile(r"[a-z0-9]+(?:[._+-][a-z0-9]+)*@(?:[a-z0-9]{1,20}(?:-[a-z0-9]{1,20})?\.){1,3}(?:com|net|org|edu|gov)")
PLAIN_PHONE = re.compile(r"\+1[2-9]\d{9}", re.ASCII)
"""What most addresses look like, in their normal form already: the libraries, far slower, are asked about all others."""


@lru_cache(maxsize=100_000)
def normalise(channel: Channel, address: str, region: str = "US") -> str:
    """E-mail in lower case, phone numbers in E.164 (`region` for those without a country code), tokens and ids as they are.
    Raises Refused for what nothing can ever be delivered to."""
    address = address.strip()
    if not address or len(address) > LONGEST or not address.isprintable():
        raise Refused(f"{address[:40]!r} is no {channel} address.", remedy="Correct it in the customers table.")
    if channel == "email":
        return address if len(address) < 64 and PLAIN_EMAIL.fullmatch(address) else _email(address)
    if channel == "sms":
        return address if PLAIN_PHONE.fullmatch(address) else _phone(address, region)
    return address


def _email(address: str) -> str:
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(address, check_deliverability=False).normalized.lower()
    except EmailNotValidError as problem:
        raise Refused(f"{address!r} is no e-mail address. {problem}", remedy="Correct it in the customers table.") from problem


def _phone(address: str, region: str) -> str:
    import phonenumbers

    try:
        number = phonenumbers.parse(address, region)
    except phonenumbers.NumberParseException as problem:
        raise Refused(f"{address!r} is no phone number. {problem}", remedy="Correct it in the customers table.") from problem
    if not phonenumbers.is_possible_number(number):
        raise Refused(f"{address!r} has the wrong number of digits.", remedy="Correct it in the customers table.")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
