"""One mailbox, one phone: addresses in a normal form, however they were written. No network is asked."""

from __future__ import annotations

from functools import lru_cache

from journeyman.domain import Channel
from journeyman.errors import Refused

LONGEST = 400


@lru_cache(maxsize=100_000)
def normalise(channel: Channel, address: str, region: str = "US") -> str:
    """E-mail in lower case, phone numbers in E.164 (`region` for those without a country code), tokens and ids as they are.
    Raises Refused for what nothing can ever be delivered to."""
    address = address.strip()
    if not address or len(address) > LONGEST or not address.isprintable():
        raise Refused(f"{address[:40]!r} is no {channel} address.", remedy="Correct it in the customers table.")
    if channel == "email":
        return _email(address)
    return _phone(address, region) if channel == "sms" else address


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
