"""The HTML of an e-mail. The MJML layout becomes HTML once per brand; each message fills escaped text into it."""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import NamedTuple

from journeyman.domain import Rendered

ACCENTS = ("#0f766e", "#1d4ed8", "#7c3aed", "#be185d", "#b45309", "#15803d", "#334155")
"""Dark enough for white letters on them (WCAG AA); a brand keeps the one its name leads to."""
SLOT = re.compile(r"\[\[(\w+)\]\]")
LINK = re.compile(r"https://[^\s<>\"']*[^\s<>\"'.,;:!?)\]]")


class Parts(NamedTuple):
    """A body's paragraphs: the letter, and the legal lines that belong below it."""

    letter: list[str]
    footer: list[str]


def parted(body: str, *, unsubscribe_url: str, postal_address: str) -> Parts:
    """Paragraphs that hold the unsubscribe link or the postal address go to the footer, which is made complete if they lack."""
    paragraphs = [p.strip() for p in re.split(r"\n\s*\n", body) if p.strip()]
    address = " ".join(postal_address.split())
    legal = [p for p in paragraphs if unsubscribe_url in p or (address and address in " ".join(p.split()))]
    footer = list(legal)
    if not any(address in " ".join(p.split()) for p in legal) and address:
        footer.append(address)
    if not any(unsubscribe_url in p for p in legal):
        footer.append(f"Unsubscribe: {unsubscribe_url}")
    return Parts([p for p in paragraphs if p not in legal], footer)


def page(rendered: Rendered, parts: Parts, *, brand: str, language: str) -> list[str]:
    """The whole HTML page in pieces, most of them the same in many messages: the layout's, and a paragraph each. Everything that came
    from a person or a model is escaped; only https links become links."""
    filled = {
        "subject": [escape(rendered.subject or "")],
        "preheader": [escape(rendered.preheader or "")],
        "brand": [escape(brand)],
        "letter": [_paragraph(p) for p in parts.letter],
        "footer": [_paragraph(p) for p in parts.footer],
        "label": [escape(rendered.cta.label) if rendered.cta else ""],
        "url": [escape(rendered.cta.url) if rendered.cta else ""],
    }
    layout = _layout(brand, language, rendered.cta is not None)  # text, slot, text, slot, … text
    return [piece for n, part in enumerate(layout) for piece in (filled[part] if n % 2 else (part,)) if piece]


@lru_cache(maxsize=64)
def _layout(brand: str, language: str, button: bool) -> tuple[str, ...]:
    import mrml
    from jinja2 import Environment

    accent = ACCENTS[sha256(brand.encode()).digest()[0] % len(ACCENTS)]
    source = Path(__file__).with_name("letter.mjml.j2").read_text(encoding="utf-8")
    mjml = Environment(autoescape=True).from_string(source).render(language=language, accent=accent, button=button)
    made = mrml.to_html(mjml.strip(), None, mrml.RenderOptions(fonts={}))  # no fonts fetched from elsewhere
    return tuple(SLOT.split(str(getattr(made, "content", made))))


@lru_cache(maxsize=4096)
def _paragraph(text: str) -> str:
    """Escaped, with links; `Words: URL` becomes a link that reads `Words`."""
    lines = []
    for line in text.split("\n"):
        words, url, rest = _last_link(line)
        if url and words and not rest and len(words) <= 60:
            lines.append(f'<a href="{escape(url)}">{escape(words)}</a>')
        else:
            lines.append(LINK.sub(lambda m: f'<a href="{m[0]}">{m[0].removeprefix("https://")}</a>', escape(line)))
    return f"<p>{'<br>'.join(lines)}</p>"


def _last_link(line: str) -> tuple[str, str, str]:
    """Words before the only link of a line, the link, and what comes after it."""
    found = LINK.findall(line)
    if len(found) != 1:
        return "", "", ""
    before, after = line.split(found[0], 1)
    return before.strip().rstrip(":→").strip(), found[0], after.strip(" .")
