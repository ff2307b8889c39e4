"""In-app messages: short, with one thing to do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guardrails.rules.base import Copy, Hit, rule

_LINK = re.compile(r"https?://\S+", re.I)


@rule(
    "I01",
    "Headline up to 60 characters, body up to 240, one call to action.",
    channels=["in_app"],
    severity="block",
    source="brand setting",
    passes={"title": "Start a project", "body": "It takes a minute.", "cta": {"label": "Start", "url": "https://acme.com/new"}},
    fails=[
        {"title": "Start a project today " * 4, "body": "It takes a minute."},
        {"body": "It takes a minute. " * 14},
        {"body": "Read https://acme.com/a first.", "cta": {"label": "Start", "url": "https://acme.com/new"}},
    ],
)
def short_and_single(copy: Copy) -> Iterator[Hit]:
    told = set()
    links = set()
    for field, view in copy.longest(*copy.texts):
        most = {"title": 60, "body": 240}.get(field)
        if most and len(view.text) > most and field not in told:
            told.add(field)
            yield Hit(
                field,
                None,
                f"The {'headline' if field == 'title' else field} has {len(view.text)} characters, {most} is the most. Shorten it.",
            )
        if field != "cta.url":
            for match in _LINK.finditer(view.text):
                links.add(match[0])
                if "links" not in told and len(links) + (copy.variant.cta is not None) > 1:
                    told.add("links")
                    yield copy.hit(field, view, *match.span(), "There is more than one thing to click. Keep the button, take the link out.")
