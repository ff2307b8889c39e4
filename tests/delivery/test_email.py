"""An e-mail is read back by a parser as a mail client would."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyman.delivery.email import message
from journeyman.delivery.rendering import render
from journeyman.domain import Brand, Cta, Customer, Outgoing, Send, Variant
from journeyman.errors import Refused
from tests.delivery.small_world import BRAND, NOON, a_customer, a_variant

URL = "https://harborvine.com/unsubscribe/s1~0123456789abcdef0123" + "x" * 120


def outgoing(variant: Variant | None = None, customer: Customer | None = None, brand: Brand = BRAND, **changes: str) -> Outgoing:
    variant = variant or a_variant()
    send = Send(id="s1", decision="s1", journey="j", plan_version=1, customer="c", arm="treatment", channel="email", variant=variant.id,
                variant_hash="h", slot="s", scheduled_at=NOON, address=changes.pop("address", "ann@example.com"))  # fmt: skip
    text = render(variant, brand, customer or a_customer(), unsubscribe_url=URL)
    made = {"send": send, "rendered": text, "language": "en", "time_zone": None, "sent_at": NOON, "propensity": 0.5, "policy_version": "p",
            "seed": 1, "unsubscribe_url": URL}  # fmt: skip
    return Outgoing(**{**made, **changes})


def parsed(raw: bytes) -> EmailMessage:
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(mail, EmailMessage) and not mail.defects
    return mail


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert isinstance(part, EmailMessage) and not part.defects
    return str(part.get_content()).replace("\r\n", "\n")


def test_headers() -> None:
    mail = parsed(message(outgoing(), BRAND))
    assert mail["From"] == '"Harbor & Vine" <hello@harborvine.com>' or mail["From"] == "Harbor & Vine <hello@harborvine.com>"
    assert mail["To"] == "ann@example.com"
    assert mail["Subject"] == "Ann, we kept your place"
    assert mail["List-Unsubscribe"] == f"<{URL}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Message-ID"] == "<s1@harborvine.com>"
    assert mail["Date"].datetime == datetime(2026, 3, 4, 17, tzinfo=UTC)
    assert mail.get_content_type() == "multipart/alternative"
    assert [p.get_content_type() for p in mail.iter_parts()] == ["text/plain", "text/html"]


def test_the_link_stands_unbroken_on_one_line() -> None:
    assert f"List-Unsubscribe: <{URL}>\r\n".encode() in message(outgoing(), BRAND)


def test_the_same_send_makes_the_same_bytes_with_crlf_and_short_lines() -> None:
    raw = message(outgoing(), BRAND)
    assert raw == message(outgoing(), BRAND)
    assert b"\n" not in raw.replace(b"\r\n", b"") and b"\r" not in raw.replace(b"\r\n", b"")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert raw.isascii()


def test_both_parts_hold_the_message_the_button_and_the_legal_lines() -> None:
    mail = parsed(message(outgoing(), BRAND))
    for text in (body(mail, "plain"), body(mail, "html")):
        for needed in ("Come and see.", "https://harborvine.com/fresh", BRAND.postal_address, URL):
            assert text.count(needed) == 1
    assert "See what's fresh: https://harborvine.com/fresh" in body(mail, "plain")


def test_a_body_without_legal_lines_gets_them() -> None:
    mail = parsed(message(outgoing(a_variant(body="Hello.", cta=None)), BRAND))
    for text in (body(mail, "plain"), body(mail, "html")):
        assert BRAND.postal_address in text and URL in text


def test_customer_text_is_escaped_in_html_and_loads_nothing_from_elsewhere() -> None:
    sly = a_customer(attributes={"city": "<img src=x onerror=alert(1)> & 'Zoë'"})
    shown = a_variant(subject="{{ city | default('You', true) }}, hello", body="News for {{ city | default('you', true) }}.")
    mail = parsed(message(outgoing(shown, sly), BRAND))
    html = body(mail, "html")
    assert "<img" not in html and "&lt;img src=x onerror=alert(1)&gt; &amp; &#x27;Zoë&#x27;" in html
    assert "fonts.googleapis" not in html and "<script" not in html and "[[" not in html
    assert mail["Subject"].startswith("<img src=x onerror=alert(1)> & 'Zoë'")


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [str(value) for name, value in attrs if name == "href"]


def test_only_https_links_become_links() -> None:
    variant = a_variant(body="See https://harborvine.com/a?x=1&y=2. Not javascript:alert(1) nor http://plain.example.", cta=None)
    links = _Links()
    links.feed(body(parsed(message(outgoing(variant), BRAND)), "html"))
    assert links.found == ["https://harborvine.com/a?x=1&y=2", URL]


@given(name=st.text(max_size=80), subject=st.text(min_size=1, max_size=80).filter(lambda t: "{" not in t))
def test_any_text_survives_the_journey(name: str, subject: str) -> None:
    variant = a_variant(subject="x" + subject, body="Hi {{ first_name | default('there', true) }}!\n\nEnd")
    sent = outgoing(variant, a_customer(first_name=name))
    try:
        raw = message(sent, BRAND)
    except Refused:
        return
    mail = parsed(raw)
    assert body(mail, "plain").split("\n")[0] == sent.rendered.body.split("\n")[0]
    assert mail["Subject"].split() == sent.rendered.subject.split()  # type: ignore[union-attr]
    assert mail["Bcc"] is None and len(mail.keys()) == 9


@pytest.mark.parametrize("address", ["not an address", "a@example.com\r\nBcc: b@example.com", "", "a@b@c"])
def test_an_address_that_cannot_stand_in_a_header_is_refused(address: str) -> None:
    with pytest.raises(Refused):
        message(outgoing(address=address), BRAND)


def test_a_link_that_is_not_https_is_refused() -> None:
    with pytest.raises(Refused, match="https"):
        message(outgoing(unsubscribe_url="http://harborvine.com/u"), BRAND)


def test_an_international_brand_name() -> None:
    brand = BRAND.model_copy(update={"name": 'Käse, "Brot" & Co', "from_email": ""})
    mail = parsed(message(outgoing(brand=brand), brand))
    assert mail["From"].addresses[0].display_name == brand.name
    assert mail["From"].addresses[0].addr_spec == "hello@harborvine.com"


def test_a_button_takes_its_label_and_link() -> None:
    variant = a_variant(cta=Cta(label="Take <15%> off", url="https://harborvine.com/f?a=1&b=2"))
    html = body(parsed(message(outgoing(variant), BRAND)), "html")
    assert 'href="https://harborvine.com/f?a=1&amp;b=2"' in html and "Take &lt;15%&gt; off" in html
