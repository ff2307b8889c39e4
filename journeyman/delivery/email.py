"""An e-mail as it leaves: a text and an HTML part, and the headers that let people leave in one click (RFC 8058, rules E01 to E05).

Date, Message-ID and boundary come from the send, so that the same send makes the same bytes. Not here: sending and signing.
"""

from __future__ import annotations

import re
from binascii import b2a_qp
from email.errors import MessageError
from email.headerregistry import Address
from email.message import MIMEPart
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256

from journeyman.delivery.page import page, parted
from journeyman.domain import Brand, Outgoing
from journeyman.errors import Refused

POLICY = SMTP.clone(max_line_length=998)
"""Lines as long as the standard allows: folding a link would break it."""
PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9_%+-]+(\.[A-Za-z0-9_%+-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
SOFT = b"=\r\n"
ONE_CLICK = "List-Unsubscribe=One-Click"


def message(outgoing: Outgoing, brand: Brand) -> bytes:
    """The message with CRLF lines, ready for SMTP. Raises Refused when a header cannot be made of what is given."""
    rendered = outgoing.rendered
    parts = parted(rendered.body, unsubscribe_url=outgoing.unsubscribe_url, postal_address=brand.postal_address)
    button = [f"{rendered.cta.label}: {rendered.cta.url}"] if rendered.cta else []
    text = "\n\n".join([*parts.letter, *button, "-- \n" + "\n\n".join(parts.footer)])
    html = [_quoted(piece) for piece in page(rendered, parts, brand=brand.name, language=outgoing.language)]
    boundary = sha256(outgoing.send.id.encode()).hexdigest()[:32]
    # Written here rather than by the standard library where that is as safe: five times as fast.
    fence = f"--{boundary}".encode()
    body = b"".join(
        fence + b"\r\n" + _head(kind) + SOFT.join(pieces) + b"\r\n" for kind, pieces in (("plain", [_quoted(text)]), ("html", html))
    )
    return _headers(outgoing, brand, boundary) + body + fence + b"--\r\n"


def _headers(outgoing: Outgoing, brand: Brand, boundary: str) -> bytes:
    if not outgoing.unsubscribe_url.startswith("https://"):
        raise Refused(f"{outgoing.unsubscribe_url!r} is no https link to leave by.", remedy="Give the brand a domain in journeyman.yaml.")
    sender = brand.from_email or f"hello@{brand.domains[0] if brand.domains else 'example.com'}"
    address = outgoing.send.address
    try:
        return b"".join(
            [
                _from(brand.name, sender),
                f"To: {address}\r\n".encode() if PLAIN_ADDRESS.fullmatch(address) else _header("To", Address(addr_spec=address)),
                _text_header("Subject", outgoing.rendered.subject or brand.name),
                f"Date: {_date(outgoing.sent_at)}\r\n".encode(),
                _text_header("Message-ID", f"<{outgoing.send.id}@{sender.rpartition('@')[2]}>"),
                _text_header("List-Unsubscribe", f"<{outgoing.unsubscribe_url}>"),
                f"List-Unsubscribe-Post: {ONE_CLICK}\r\nMIME-Version: 1.0\r\n".encode(),
                f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n'.encode(),
            ]
        )
    except (ValueError, IndexError, MessageError) as problem:
        remedy = "Correct from_email in journeyman.yaml, the customer's address or the variant's subject."
        raise Refused(f"Send {outgoing.send.id}: a header cannot be made. {problem}", remedy=remedy) from problem


_date = lru_cache(maxsize=64)(format_datetime)
"""A batch leaves at one moment."""


@lru_cache(maxsize=64)
def _from(name: str, sender: str) -> bytes:
    return _header("From", Address(display_name=" ".join(name.split()), addr_spec=sender))


def _text_header(name: str, value: str) -> bytes:
    """Plain text goes in as it is; anything else as the standard library encodes it."""
    if value.isascii() and value.isprintable() and "=?" not in value and len(value) < 900:
        return f"{name}: {value}\r\n".encode()
    return _encoded(name, value)


@lru_cache(maxsize=10_000)
def _encoded(name: str, value: str) -> bytes:
    return _header(name, value)


def _header(name: str, value: str | Address) -> bytes:
    mail = MIMEPart(policy=POLICY)
    mail[name] = value
    return mail.as_bytes().removesuffix(b"\r\n")


def _head(kind: str) -> bytes:
    return f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'.encode()


@lru_cache(maxsize=4096)
def _quoted(text: str) -> bytes:
    """Quoted-printable; pieces joined by `SOFT` are the text in one, for such a line break is none."""
    lines = [*f"{text}\n".splitlines(), ""]
    return b2a_qp("\r\n".join(lines).encode(), istext=True)[:-2]
