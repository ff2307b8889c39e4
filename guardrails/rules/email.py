"""E-mail: the way out, the postal address, lines that fit an inbox."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guardrails.rules.base import Copy, Hit, marketing, rule
from guardrails.template import UNSUBSCRIBE

FOOTER = "Unsubscribe: {{ unsubscribe_url }}\n{{ postal_address }}"
_COMMENT = re.compile(r"<!--.*?(?:-->|$)", re.S)
_OPT_OUT = re.compile(
    r"https://[^\s/]{1,253}/\S{0,300}?(?:unsub|opt-?out|preferences|abmeld|abbestell|austrag|d(?:e|é|%C3%A9)s-?(?:inscri|abonn)|"
    r"(?<![^\W_])baja(?![^\W_])|cancelar-?(?:la-?)?suscripci)|"
    r"\b(?:unsubscribe|opt out|abmeld(?:en|ung)|abbestellen|austragen|(?:me |se |vous )?d[ée]sabonn(?:er|ez-vous|ement)|"
    r"(?:me |se |vous )?d[ée]sinscri(?:re|ption)|dar(?:se|te|me) de baja|cancelar (?:la |tu |su )?suscripci[óo]n)"
    r"(?: (?:here|hier|ici|aqu[íi]))?\s?[:>→(\]-]{1,2}\s{0,2}https://[^\s/]{1,253}/\S",
    re.I,
)
"""A link whose address says it is the way out, or one that words for it stand right before: English, German, French, Spanish."""
_STREET = re.compile(
    r"\bP\.?\s?O\.?\s?Box\s+\d+|\b\d{1,6}[a-z]?,?\s+(?:[\w.'-]+\s+){1,5}?(?:street|st|avenue|ave|road|rd|boulevard|blvd|"
    r"lane|ln|drive|dr|way|court|ct|square|sq|"
    r"place|pl|parkway|pkwy|highway|hwy|terrace|close|broadway|row|quay|wharf|suite|floor)\b|\b[\w-]+(?:straße|strasse|"
    r"str\.|straat|gatan)\s+\d+|\b\d+,?\s+(?:rue|avenue|via|calle)\s+\w+",
    re.I,
)


@rule(
    "E03",
    "The body shows an unsubscribe link.",
    channels=["email"],
    severity="block",
    source="Gmail and Yahoo bulk sender rules; CAN-SPAM, 15 U.S.C. 7704(a)(3)",
    passes=[
        {"subject": "Hi", "body": f"Come back.\n\n{FOOTER}"},
        {"subject": "Hallo", "body": "Bis bald.\n\nAbmelden: https://acme.com/n/7"},
        {"subject": "Bonjour", "body": "À bientôt.\n\nSe désabonner : https://acme.com/n/7"},
        {"subject": "Hola", "body": "Hasta pronto.\n\nDarse de baja: https://acme.com/n/7"},
    ],
    fails=[
        {"subject": "Hi", "body": "Come back.\n\n{{ postal_address }}"},
        {"subject": "Hallo", "body": "Zum Abmelden schreiben Sie uns. Neues: https://acme.com/neu"},
    ],
)
def unsubscribe_link(copy: Copy) -> Iterator[Hit]:
    if not marketing(copy):
        return
    for text in _bodies(copy):
        if UNSUBSCRIBE not in text and not _OPT_OUT.search(text):
            yield Hit("body", None, "There is no unsubscribe link. End the body with a line such as: Unsubscribe: {{ unsubscribe_url }}")
            return


@rule(
    "E05",
    "The body holds the sender's postal address.",
    channels=["email"],
    severity="block",
    source="CAN-SPAM, 16 CFR 316.2(p)",
    passes=[
        {"subject": "Hi", "body": f"Come back.\n\n{FOOTER}", "_brand": {"name": "Acme", "postal_address": "1 Mill Lane, Leeds LS1 2AB"}},
        {"subject": "Hi", "body": "Come back.\n\nUnsubscribe: {{ unsubscribe_url }}\nAcme, 12 Harbor Street, Portland, OR 97201"},
    ],
    fails=[
        {"subject": "Hi", "body": "Come back.\n\nUnsubscribe: {{ unsubscribe_url }}"},
        {"subject": "Hi", "body": f"Come back.\n\n{FOOTER}"},
    ],
)
def postal_address(copy: Copy) -> Iterator[Hit]:
    if not marketing(copy):
        return
    address, known = copy.values["postal_address"], bool(copy.brand.postal_address or not copy.brand.name)
    for text in _bodies(copy):
        if known and (address in text or _words(address) in _words(text)):
            continue
        if copy.brand.postal_address or not _STREET.search(text.replace(address, "") if not known else text):
            remedy = "Add a line with {{ postal_address }}."
            if not known:
                remedy += " The brand has none: set `postal_address` in its settings."
            yield Hit("body", None, f"The postal address is missing. {remedy}")
            return


@rule(
    "E06",
    "The brand writes from a domain of its own.",
    channels=["email"],
    severity="block",
    source="CAN-SPAM, 15 U.S.C. 7704(a)(1)",
    brand={"name": "Acme", "domains": ["acme.com"], "from_email": "Acme <news@mail.acme.com>"},
    passes={"subject": "Hi", "body": f"Come back.\n\n{FOOTER}"},
    fails={
        "subject": "Hi",
        "body": f"Come back.\n\n{FOOTER}",
        "_brand": {"name": "Acme", "domains": ["acme.com"], "from_email": "news@acme-mail.net"},
    },
)
def sender_is_the_brand(copy: Copy) -> Iterator[Hit]:
    """Judged by the brand's settings, the same for all its e-mails; what left is looked at again in the outbox's audit."""
    host, domains = copy.brand.from_email.strip("<> ").rpartition("@")[2].lower(), [d.lower() for d in copy.brand.domains]
    if host and domains and not any(host == d or host.endswith(f".{d}") for d in domains):
        remedy = "Write from one of them, or add it to `domains`."
        yield Hit("subject", None, f"`from_email` is at {host}, the brand's domains are {', '.join(domains[:5])}. {remedy}")


def _bodies(copy: Copy) -> Iterator[str]:
    """Every way the body reads, without what stands in comments."""
    return (_COMMENT.sub("", view.text) for field, view in copy.seen if field == "body")


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


@rule(
    "E10",
    "Subject up to 70 characters, preheader up to 110.",
    channels=["email"],
    severity="warn",
    source="practice: what inboxes show",
    passes={"subject": "We kept your basket", "body": f"Come back.\n\n{FOOTER}"},
    fails={"subject": "We kept your basket " * 4, "body": f"Come back.\n\n{FOOTER}"},
)
def short_lines(copy: Copy) -> Iterator[Hit]:
    told = set()
    for field, view in copy.longest("subject", "preheader"):
        most = 70 if field == "subject" else 110
        if len(view.text) > most and field not in told:
            told.add(field)
            span = view.source(most, len(view.text))
            yield Hit(field, span, f"The {field} has {len(view.text)} characters; inboxes cut it after about {most}. Shorten it.")
