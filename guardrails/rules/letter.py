"""E-mail as a letter: the subject says what the body holds, and HTML in it is what mail programs may show."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import islice

from guardrails.amounts import OFFERS, Offer, find, number, percentages
from guardrails.offer_words import VALUES, WORDS
from guardrails.rules.base import Copy, Hit, marketing, rule

_TAIL = "\n\nUnsubscribe: {{ unsubscribe_url }}\n{{ postal_address }}"
_LISTED = (
    r"(?!hours|days|weeks|months|years|nights|minutes|seconds|o'clock|times|things|percent|points|dollars|euros|pounds)"
    r"(?:(?:new|small|easy|simple|quick|great|good|little|big|warm|long|short|fresh|\w+ly|\w+[-']\w+)\s+){0,2}"
    r"(?:[a-z]{2,20}(?<![usi])s|people|women|men|children)\b(?<!hours)(?<!days)(?<!weeks)(?<!months)(?<!years)(?<!nights)(?<!minutes)"
)
_COUNTED = re.compile(
    rf"\d(?<![\w#.,:/-].)(?:\d{{0,2}}(?:[,.]\d{{3}})*|\d*)(?![\w/:.,-]*\d)(?!\s?(?:%|percent|am\b|pm\b|a\.m|p\.m|uhr\b|h\b|st\b|"
    rf"nd\b|rd\b|th\b))(?=\s+[a-z]{{3}})|(?:{WORDS})(?=\s+{_LISTED})",
    re.I,
)
_DATED = re.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+$|\b(?:no|number|nr|part|step|day|week|year|level|"
    r"size|version|at|any|every|"
    r"this|that|which|each|another|last|next|first)\.?\s+$",
    re.I,
)


@rule(
    "E07",
    "The subject says what the body holds: an offer or a number in it stands in the body too.",
    channels=["email"],
    severity="ask",
    source="CAN-SPAM, 15 U.S.C. 7704(a)(2)",
    passes=[
        {"subject": "15% off socks", "body": "Take 15% off, with our thanks." + _TAIL, "incentive": {"kind": "percent_off", "value": 15}},
        {"subject": "Three ways to pack light", "body": "Here are 3 ways to pack light." + _TAIL},
        {"subject": "We kept your basket", "body": "It is still there." + _TAIL},
    ],
    fails=[
        {"subject": "15% off socks", "body": "Our socks are warm." + _TAIL, "incentive": {"kind": "percent_off", "value": 15}},
        {"subject": "A free gift for you", "body": "Come and see the new shelf." + _TAIL, "incentive": {"kind": "gift"}},
        {"subject": "Seven recipes for you", "body": "Come and see the new shelf." + _TAIL},
    ],
)
def subject_is_kept(copy: Copy) -> Iterator[Hit]:
    """15 U.S.C. 7704(a)(2): no subject that would mislead about the contents of the message."""
    bodies = [view.text for field, view in copy.prose if field == "body"]
    for field, view in copy.prose if marketing(copy) else ():
        if field != "subject":
            continue
        offers = find(view.text, copy.near) if not copy.near.isdisjoint(OFFERS) else ()
        told = [(o.start, o.end) for o in offers if not all(_kept(o, body, find(body, copy.near)) for body in bodies)]
        for match in islice(_COUNTED.finditer(view.text), 20):
            within = any(o.start < match.end() and match.start() < o.end for o in offers)
            dated = (
                _DATED.search(view.text, max(0, match.start() - 30), match.start())
                or 1900 <= number(match[0]) <= 2100
                or match[0].casefold() in " ".join([copy.brand.name, *(p.name for p in copy.brand.products)]).casefold()
            )
            small = number(match[0]) < 2 or (match[0].casefold() in VALUES and number(match[0]) < 3)
            if not (within or dated or small) and not all(_counted(number(match[0]), body) for body in bodies):
                told.append(match.span())
        for start, end in told:
            advice = "Say it in the body, or take it out of the subject."
            yield copy.hit(field, view, start, end, f"The subject says “{view.text[start:end].strip()}”, the body does not. {advice}")


def _kept(promise: Offer, body: str, offers: tuple[Offer, ...]) -> bool:
    """Whether a body makes the offer too, or names the same share or sum where the subject may only be telling a fact."""
    if promise.unit == "vague":
        return bool(offers)
    if promise.unit in ("percent", "amount") and not promise.tight:
        offers = (*offers, *percentages(body))
    same = [o for o in offers if o.unit == promise.unit]
    return any(abs(o.low - promise.low) < 0.005 and abs(o.high - promise.high) < 0.005 for o in same)


_ANY_NUMBER = re.compile(rf"\d{{1,3}}(?:[,.]\d{{3}})+|\d+|{WORDS}", re.I)


def _counted(value: float, body: str) -> bool:
    """Whether the body names the number, or lists that many things one a line."""
    listed = len(re.findall(r"^\s{0,8}(?:[-*•·]|\d{1,2}[.)])\s", body, re.M))
    return listed == value or any(abs(number(m[0]) - value) < 0.005 for m in _ANY_NUMBER.finditer(body))


_TAG = re.compile(
    r"<(?P<name>a|abbr|address|article|b|base|big|blockquote|body|br|button|center|div|em|embed|font|footer|form|h[1-6]|head|"
    r"header|hr|html|i|iframe|"
    r"img|input|li|link|meta|object|ol|p|pre|s|script|section|select|small|span|strike|strong|style|sub|sup|svg|table|tbody|"
    r"td|textarea|tfoot|th|"
    r"thead|title|tr|u|ul|video)(?=[\s/>])[^<>]{0,4000}>",
    re.I,
)
Seen = tuple[str, tuple[tuple[str, str], ...]]


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Seen] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, tuple(sorted((name, value or "") for name, value in attrs))))


def _tags(html: str) -> list[Seen]:
    reader = _Tags()
    reader.feed(html)
    return reader.seen


@rule(
    "E09",
    "Every image has a text alternative, and HTML holds nothing a sanitizer would take out.",
    channels=["email"],
    severity="block",
    source="WCAG 2.2, 1.1.1; the nh3 sanitizer's allowlist",
    brand={"name": "Acme", "domains": ["acme.com"]},
    passes=[
        {"subject": "Hi", "body": '<p>It is <b>back</b>. <img src="https://acme.com/a.png" alt="A red sock"></p>' + _TAIL},
        {"subject": "Hi", "body": "Fish & chips <3, and a < b." + _TAIL},
    ],
    fails=[
        {"subject": "Hi", "body": '<p>It is back. <img src="https://acme.com/a.png"></p>' + _TAIL},
        {"subject": "Hi", "body": "<script>go()</script>It is back." + _TAIL},
        {"subject": "Hi", "body": '<p onclick="go()">It is back.</p>' + _TAIL},
    ],
)
def html_is_clean_and_images_speak(copy: Copy) -> Iterator[Hit]:
    """WCAG 1.1.1: `alt` is there, empty for a picture that says nothing. A tag or attribute nh3 drops may not stand in a mail."""
    import nh3

    for field, view in copy.seen:
        found = list(_TAG.finditer(view.text)) if field not in ("cta.url", "subject", "preheader") else []
        if not found:
            continue
        kept = Counter(_tags(nh3.clean(view.text, link_rel=None)))
        for match in found:
            for name, held in _tags(match[0]):
                if name == "img" and "alt" not in dict(held):
                    yield copy.hit(
                        field, view, *match.span(), 'The image has no `alt`. Describe it in a few words, or write alt="" if it decorates.'
                    )
                if kept[name, held] > 0:
                    kept[name, held] -= 1
                else:
                    advice = "Take out the tag or the attribute; plain paragraphs, links, lists and images are kept."
                    yield copy.hit(
                        field, view, *match.span(), f"“{match[0][:60]}” would be removed or changed by the HTML sanitizer. {advice}"
                    )
