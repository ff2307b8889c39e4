"""How a message of each channel is put together: e-mail, text message, push and in-app, each one function.

A form takes the units of a brief and a turn and gives the fields of one message, or None where that turn's combination does not keep the
channel's limits. Turns walk through the units so that neighbours share little: the first unit steps by one, the second by one and by one
more each time all pairs have passed. Every message is plain ASCII apart from names, so that a text message stays in GSM-7.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import lcm
from typing import TypeVar

from agents.offline.wording import HOW, SHORT
from journeyman.domain import Channel

T = TypeVar("T")
NAME = '{{ first_name | default("there", true) }}'
_LONG_NAME = "Maximiliana-Louise"
"""What lengths are reckoned with where a name goes."""
_GREETINGS = {
    "warm": [f"Hi {NAME},", "", f"Hello {NAME},", ""],
    "playful": [f"Hey {NAME},", "", f"Hi {NAME},", ""],
    "direct": [f"Hello {NAME},", "", "", f"Hi {NAME},"],
}
_SIGN_OFFS = {
    "warm": ["Warmly,\nEveryone at {brand}", "See you soon,\nAll of us at {brand}", "With best wishes,\nThe people at {brand}"],
    "playful": ["Until soon,\nThe crew at {brand}", "Yours, waving,\n{brand}", "Cheerfully,\nYour friends at {brand}"],
    "direct": ["Thank you,\nThe team at {brand}", "Regards,\n{brand}", "Kind regards,\nThe team at {brand}"],
}
_FOOTERS = [
    "You're getting this because you opted in to emails from {brand}.",
    "You're on this list because you said yes to emails from {brand}.",
    "{brand} sends this to people who asked for our emails.",
]
_STOP = "Reply STOP to opt out"


@dataclass(frozen=True)
class Parts:
    """The filled-in units of one brief. `lane` sets briefs apart that differ only in their offer, `phase` shifts where the patterns begin;
    `record` says what the offer record holds (None: no offer)."""

    brand: str
    tone: str
    lane: int
    phase: int
    letters: list[list[str]]
    reasons: list[str]
    titles: list[str]
    lines: list[str]
    asks: list[str]
    products: list[str]
    labels: list[str]
    links: list[str]
    leads: list[str]
    subjects: list[str]
    record: str | None
    slots: dict[str, str]
    url: str | None

    def short_offer(self, turn: int) -> str:
        """The whole offer in one sentence, its further terms after it; nothing when there is no offer."""
        if self.record is None:
            return ""
        told = take(SHORT[self.record], turn).format(**self.slots)
        return f"{told} {self.slots['terms']}" if "terms" in self.slots else told

    def product_line(self, turn: int) -> str:
        """A sentence about the brief's product, and what the brand says of it; nothing when there is no product."""
        return f"{take(self.products, turn)} {self.slots['note']}".strip() if self.products else ""


@dataclass(frozen=True)
class Drafted:
    """The fields of a message, its button's label, and its pattern."""

    fields: dict[str, str]
    label: str | None
    skeleton: str


def take(units: Sequence[T], index: int) -> T:
    return units[index % len(units)]


def second(turn: int, first: int, other: int) -> int:
    """An index that meets every index of the first list before a pair repeats. `first`, `other`: lengths of the two lists."""
    return turn + turn // lcm(first, other)


def email(parts: Parts, turn: int) -> Drafted | None:
    """Subject up to 60, preheader up to 100, a body of 60 to 130 words in two to four paragraphs, signature and footer."""
    if not parts.letters or not parts.reasons:
        return None
    at, lane = turn, parts.lane
    count = len(parts.letters)
    which = (at + lane) % count
    subject, preheader, opening = parts.letters[which]
    reason = take(parts.reasons, second(at, count, len(parts.reasons)) - lane)
    ask, product = take(parts.asks, at + at // 2 + lane), parts.product_line(at + at // 3 + lane)
    step, turn = at + at // count + lane + parts.phase, at + lane + parts.phase
    if parts.record is None:
        plans = {"reason-ask": [opening, reason, ask], "reason-and-ask": [opening, f"{reason} {ask}"]}
        if product:
            plans = {
                "reason-product": [opening, reason, f"{product} {ask}"],
                "product-reason": [opening, product, f"{reason} {ask}"],
            } | plans
    else:
        lead = take(parts.leads, at + at // 2 + 3 * lane)
        how = [take(HOW[parts.tone][parts.record], turn + at // 3).format(**parts.slots)] if parts.record else []
        offer = " ".join([lead, *how, *([parts.slots["terms"]] if "terms" in parts.slots else [])])
        plans = {"reason-offer": [opening, reason, f"{offer} {ask}"], "offer-reason": [opening, offer, f"{reason} {ask}"]}
        if product:
            plans["product-offer"] = [opening, product, f"{offer} {ask}"]
            plans["reason-product-offer"] = [opening, reason, product, offer]
        if step % 3 == 2 and parts.subjects and parts.lines:
            subject, preheader = take(parts.subjects, at + lane), take(parts.lines, at + 2 * lane)
    name = take(list(plans), step)
    paragraphs = plans[name]
    words = sum(len(p.split()) for p in paragraphs)
    if not 60 <= words <= 130 or len(subject) > 60 or len(preheader) > 100:
        return None
    greeting = take(_GREETINGS[parts.tone], turn)
    signature = take(_SIGN_OFFS[parts.tone], turn + at // 2).format(brand=parts.brand)
    footer = f"{take(_FOOTERS, turn).format(brand=parts.brand)} Unsubscribe: {{{{ unsubscribe_url }}}}\n{{{{ postal_address }}}}"
    body = "\n\n".join([*([greeting] if greeting else []), *paragraphs, signature, footer])
    label = take(parts.labels, at + lane) if parts.labels else None
    return Drafted({"subject": subject, "preheader": preheader, "body": body}, label, f"email.{name}.{which}")


def sms(parts: Parts, turn: int) -> Drafted | None:
    """One or two sentences, the offer, a link where there is room, and the way out: at most 306 GSM-7 characters, mostly under 240."""
    if not parts.lines or not parts.titles:
        return None
    at, lane, count = turn, parts.lane, len(parts.lines)
    which = (at + lane) % count
    titles = [t for t in parts.titles if parts.brand not in t] or parts.titles
    line, title = parts.lines[which], take(titles, second(at, count, len(titles)) - lane)
    frames = {
        "name": f"{parts.brand}: {line}",
        "title": f"{parts.brand}: {_sentence(title)} {line}",
        "hello": f"Hi {NAME}, it's {parts.brand}. {line}",
        "note": f"A note from {parts.brand}: {line}",
        "ask": f"{parts.brand}: {_sentence(title)} {take(parts.asks, at + lane)}",
    }
    frame = take(list(frames), at + at // count + 2 * lane + parts.phase)
    said = [frames[frame], parts.short_offer(at + at // 2 + 2 * lane + parts.phase)]
    if not said[1] and parts.products and (at + lane) % 2:
        said[1] = take(parts.products, at)
    body = " ".join(s for s in said if s)
    links = [link for link in parts.links if link.split(":")[0] not in body] if parts.url else []
    if links and _length(f"{body} {take(links, at)} {_STOP}") <= 250:
        body = f"{body} {take(links, at)}"
    body = f"{body} {_STOP}"
    return Drafted({"body": body}, None, f"sms.{frame}.{which}") if _length(body) <= 290 else None


def push(parts: Parts, turn: int) -> Drafted | None:
    """A title up to 50 characters and a body up to 150."""
    if not parts.lines or not parts.titles:
        return None
    at, lane, count = turn, parts.lane, len(parts.titles)
    which = (at + lane) % count
    title, line = parts.titles[which], take(parts.lines, second(at, count, len(parts.lines)) - lane)
    ask, offer = take(parts.asks, at + at // 2 + lane), parts.short_offer(at + at // 3 + lane + parts.phase)
    if offer:
        bodies = {"line-offer": f"{line} {offer}", "offer-line": f"{offer} {line}", "ask-offer": f"{ask} {offer}"}
    else:
        bodies = {"line": line, "line-ask": f"{line} {ask}"} | ({"hello": f"Hi {NAME}! {line}"} if parts.tone != "direct" else {})
        if parts.products:
            bodies["line-product"] = f"{line} {take(parts.products, at + lane)}"
    fitting = {name: body for name, body in bodies.items() if _length(body) <= 150}
    if not fitting or len(title) > 50:
        return None
    name = take(list(fitting), at + at // count + 2 * lane + parts.phase)
    return Drafted({"title": title, "body": fitting[name]}, take(parts.labels, at) if parts.labels else None, f"push.{name}.{which}")


def in_app(parts: Parts, turn: int) -> Drafted | None:
    """A headline up to 60 characters, a body up to 240, one button."""
    if not parts.lines or not parts.titles:
        return None
    at, lane, count = turn, parts.lane, len(parts.titles)
    which = (at + lane) % count
    title, line = parts.titles[which], take(parts.lines, second(at, count, len(parts.lines)) - lane)
    ask, offer = take(parts.asks, at + at // 2 + lane), parts.short_offer(at + at // 3 + lane + parts.phase)
    if offer:
        bodies = {"line-offer": f"{line} {offer}", "offer-ask": f"{offer} {ask}", "line-offer-ask": f"{line} {offer} {ask}"}
    else:
        bodies = {"line": line, "line-ask": f"{line} {ask}"}
        if parts.products:
            bodies["line-product"] = f"{line} {parts.product_line(at + lane)}"
    fitting = {name: body for name, body in bodies.items() if _length(body) <= 240}
    if not fitting or len(title) > 60:
        return None
    name = take(list(fitting), at + at // count + 2 * lane + parts.phase)
    return Drafted({"title": title, "body": fitting[name]}, take(parts.labels, at) if parts.labels else None, f"in_app.{name}.{which}")


FORMS: dict[Channel, Callable[[Parts, int], Drafted | None]] = {"email": email, "sms": sms, "push": push, "in_app": in_app}


def _sentence(title: str) -> str:
    return title if re.search(r"[.!?]$", title) else f"{title}."


def _length(text: str) -> int:
    """GSM-7 septets with a long name filled in (`€` and brackets take two)."""
    filled = text.replace(NAME, _LONG_NAME)
    return len(filled) + sum(filled.count(c) for c in "€[]{}^\\~|")
