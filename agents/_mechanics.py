"""The lines the law wants in a message, added where a writer left them out, and characters that make a text message dear."""

from __future__ import annotations

import re

from journeyman.domain import Brand, Channel

_PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " ", "\u202f": " ", "•": "-"})
_STOP = re.compile(r"\bSTOPP?\b")
WAYS_OUT = {
    "en": ("Unsubscribe:", "Reply STOP to opt out."),
    "de": ("Abbestellen:", "Antworte STOPP zum Abmelden."),
    "fr": ("Se désabonner :", "Répondez STOP pour vous désabonner."),
    "es": ("Darse de baja:", "Responde STOP para darte de baja."),
}
"""By language: what stands before the unsubscribe link, and the end of a text message."""


def finish(words: dict[str, str], channel: Channel, brand: Brand, language: str = "en") -> dict[str, str]:
    """`words` (field → text) in `language` with what the channel must carry: e-mail an unsubscribe line and the postal address (E03, E05),
    SMS the brand's name, an opt-out (S03) and GSM-7 characters for the usual look-alikes (S02)."""
    body = words["body"]
    unsubscribe, stop = WAYS_OUT.get(language[:2], WAYS_OUT["en"])
    if channel == "email":
        address = brand.postal_address and "postal_address" not in body and brand.postal_address not in body
        footer = ["{{ postal_address }}"] if address else []
        footer += [f"{unsubscribe} {{{{ unsubscribe_url }}}}"] if "unsubscribe_url" not in body else []
        body = "\n\n".join([body, "\n".join(footer)]) if footer else body
    elif channel == "sms":
        body = body.translate(_PLAIN)
        body = body if brand.name.lower() in body.lower() or "brand_name" in body else f"{brand.name}: {body}"
        body = body if _STOP.search(body) else f"{body.rstrip()} {stop}"
    return {**words, "body": body}
