"""One mailbox or phone is one address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyman.delivery import address
from journeyman.delivery.address import normalise
from journeyman.delivery.unsubscribe import Links
from journeyman.domain import Brand
from journeyman.errors import Refused


@pytest.mark.parametrize(
    ("channel", "given", "normal"),
    [
        ("email", " Ann.Lee+news@Example.COM ", "ann.lee+news@example.com"),
        ("email", "jörg@bücher.example", "jörg@bücher.example"),
        ("sms", "(212) 555-0123", "+12125550123"),
        ("sms", "+1 212 555 01 23", "+12125550123"),
        ("sms", "+44 20 7946 0123", "+442079460123"),
        ("push", " Tok3n:AbC ", "Tok3n:AbC"),
        ("in_app", "Customer-7", "Customer-7"),
    ],
)
def test_normal_forms(channel: str, given: str, normal: str) -> None:
    assert normalise(channel, given) == normal  # type: ignore[arg-type]
    assert normalise(channel, normal) == normal  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("channel", "given"),
    [
        ("email", "no at sign"),
        ("email", "a@b"),
        ("email", ""),
        ("email", "a@example.com\nBcc: b@example.com"),
        ("email", "a@" + "b" * 500),
        ("sms", "12"),
        ("sms", "none"),
        ("sms", ""),
        ("push", "   "),
        ("push", "tok\x00en"),
        ("in_app", ""),
    ],
)
def test_hopeless_ones_are_refused_with_a_remedy(channel: str, given: str) -> None:
    with pytest.raises(Refused) as caught:
        normalise(channel, given)  # type: ignore[arg-type]
    assert caught.value.remedy


def test_links_lead_back_to_their_send_and_cannot_be_guessed() -> None:
    links = Links("https://harborvine.com/unsubscribe/", secret="s3cret")
    token = links.link("send-1").removeprefix("https://harborvine.com/unsubscribe/")
    assert links.send(token) == "send-1"
    assert [links.send(t) for t in ("send-1", "send-2" + token[6:], token[:-1], "", "~")] == [None] * 5
    assert Links.of(Brand(name="B", domains=["b.example"])).link("x") == "https://b.example/unsubscribe/x"
    assert Links("https://b.example").send("x") == "x"
    assert Links.of(Brand(name="B", from_email="hi@mail.b.example")).link("x").startswith("https://mail.b.example/")


@given(st.from_regex(address.PLAIN_EMAIL, fullmatch=True).filter(lambda text: len(text) < 64))
def test_what_is_taken_as_plain_e_mail_the_library_leaves_as_it_is(text: str) -> None:
    assert address._email(text) == text == address.normalise("email", text)


@given(st.from_regex(address.PLAIN_PHONE, fullmatch=True))
def test_what_is_taken_as_a_plain_number_the_library_leaves_as_it_is(text: str) -> None:
    assert address._phone(text, "US") == address._phone(text, "DE") == text == address.normalise("sms", text)
