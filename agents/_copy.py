"""What a copywriting model is told and what it may answer: a schema, limits and facts for each channel."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, create_model

from journeyman.domain import Brand, Brief, Channel, Incentive


def _text(longest: int) -> Any:
    return Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=longest)]


class Draft(BaseModel):
    """What a model may answer for one message: words alone. Bounds are generous; the guardrails hold the fine ones."""

    model_config = ConfigDict(extra="forbid")

    body: Annotated[str, StringConstraints(strip_whitespace=True, min_length=20, max_length=4000)]


class EmailDraft(Draft):
    """An e-mail: the body in paragraphs separated by blank lines."""

    subject: _text(150)  # type: ignore[valid-type]
    preheader: _text(200)  # type: ignore[valid-type]
    cta_label: _text(60)  # type: ignore[valid-type]


class SmsDraft(Draft):
    """A text message."""

    body: Annotated[str, StringConstraints(strip_whitespace=True, min_length=20, max_length=500)]


class PushDraft(Draft):
    """A push notification."""

    title: _text(100)  # type: ignore[valid-type]
    body: Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=300)]
    cta_label: _text(60)  # type: ignore[valid-type]


class InAppDraft(Draft):
    """A message inside the product."""

    title: _text(100)  # type: ignore[valid-type]
    body: Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=400)]
    cta_label: _text(60)  # type: ignore[valid-type]


COPY: dict[Channel, type[Draft]] = {"email": EmailDraft, "sms": SmsDraft, "push": PushDraft, "in_app": InAppDraft}


class Batch(BaseModel):
    """Several drafts of one channel."""

    model_config = ConfigDict(extra="forbid")

    variants: list[Any]


@cache
def batch(channel: Channel) -> type[Batch]:
    """The reply to `write` for a channel: `variants`, 1 to 20 drafts."""
    draft: Any = COPY[channel]
    return create_model(f"{COPY[channel].__name__}s", __base__=Batch, variants=(list[draft], Field(min_length=1, max_length=20)))


def limits(channel: Channel, brand: Brand) -> list[str]:
    """What the channel demands, in sentences for the writer (rules E03, E05, E10, S01–S03, S06, P01, I01)."""
    opt_out = 'an opt-out such as "Reply STOP to opt out"'
    match channel:
        case "email":
            return [
                "subject: at most 60 characters; it says what the body holds.",
                "preheader: at most 90 characters; it adds to the subject and does not repeat it.",
                "body: 50 to 120 words of plain text, two to four paragraphs separated by a blank line; no HTML, no Markdown, no links.",
                "Leave out signature, unsubscribe line and address: they are added.",
                "cta_label: two to four words that name the action.",
            ]
        case "sms":
            room = 160 if brand.sms_segment_limit == 1 else 153 * brand.sms_segment_limit
            return [
                f"body: at most {min(room, 240)} characters in all, one or two sentences; it names {brand.name} and ends with {opt_out}.",
                'Plain GSM-7 characters only: straight quotes, "-" for dashes, no emoji, no accents you can avoid.',
                "A link, if you use one, is exactly the brand's link as given; never a shortener.",
            ]
        case "push":
            return [
                "title: at most 40 characters.",
                "body: at most 120 characters, one or two short sentences; no link, no Markdown.",
                "cta_label: one to three words that name the action.",
            ]
        case "in_app":
            return [
                "title: at most 55 characters.",
                "body: at most 200 characters, for somebody who is using the product now; no link, no Markdown.",
                "cta_label: two to four words that name the action.",
            ]


def facts(brief: Brief, brand: Brand) -> dict[str, object]:
    """What a writer may know of the brand: name, voice, the brief's product, and the link a button leads to."""
    product = next((p for p in brand.products if p.id == brief.product), None)
    link = product.url if product and product.url else f"https://{brand.domains[0]}/" if brand.domains else None
    known = {
        "name": brand.name,
        "voice": brand.voice,
        "product": product.model_dump(mode="json", include={"name", "category", "description"}) if product else None,
        "link": link,
    }
    return {name: value for name, value in known.items() if value}


def offer_in_words(offer: Incentive | None) -> str:
    """The offer record as a sentence, or `none`."""
    if offer is None:
        return "none"
    unit, money = f"{offer.value:,.2f}".rstrip("0").rstrip("."), f"{offer.value:,.2f}".removesuffix(".00")
    what = {
        "percent_off": f"{unit}% off",
        "amount_off": f"${money} off" if offer.currency in (None, "USD") else f"{money} {offer.currency} off",
        "free_shipping": "free shipping",
        "points": f"{unit} bonus points",
        "gift": "a gift",
    }[offer.kind]
    extras = [
        f"with code {offer.code}" if offer.code else "no code",
        f"until {offer.expires:%B} {offer.expires.day}, {offer.expires.year}" if offer.expires else "no expiry date",
        f"conditions: {offer.conditions}" if offer.conditions else "no conditions",
    ]
    return f"{what}; {'; '.join(extras)}"
