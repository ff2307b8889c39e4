"""Push notifications: what fits in the payload and on a lock screen."""

from __future__ import annotations

import json
from collections.abc import Iterator

from guardrails.rules.base import Copy, Hit, rule

PAYLOAD = 4096
"""Bytes Apple and Google take for one notification."""


@rule(
    "P01",
    "Payload up to 4 KB; a title over 50 or a body over 150 characters is cut on a lock screen.",
    channels=["push"],
    severity="warn",
    source="Apple Push Notification service and Firebase Cloud Messaging limits",
    passes={"title": "It is back", "body": "The one you looked at is in stock again."},
    fails=[{"title": "It is back " * 6, "body": "In stock again."}, {"title": "It is back", "body": "In stock again. " * 300}],
)
def fits_a_lock_screen(copy: Copy) -> Iterator[Hit]:
    longest: dict[str, str] = {}
    for field, view in copy.longest(*copy.texts):
        longest[field] = max(longest.get(field, ""), view.text, key=len)
    if (size := len(json.dumps(longest, ensure_ascii=False).encode())) > PAYLOAD:
        yield Hit("body", None, f"The notification has {size} bytes, the platforms take {PAYLOAD}. Shorten it.", "block")
    for field, most in (("title", 50), ("body", 150)):
        if (length := len(longest.get(field, ""))) > most:
            yield Hit(field, None, f"The {field} has {length} characters and will be cut after about {most}. Shorten it.")
