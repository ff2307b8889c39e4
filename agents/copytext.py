"""What a message says, without what every message of its kind carries. Pure; knows no brand and no model.

Two e-mails that share a greeting, a sign-off and a footer look alike to a machine that compares them whole; `core_text` keeps only the
words that make a message itself. Near-duplicates are judged on it.
"""

from __future__ import annotations

import re

from journeyman.domain import Variant

_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.S)
_LINK = re.compile(r"https?://\S+", re.I)
_FOOTER = re.compile(
    r"unsubscribe|postal_address|\babbestellen\b|\bdésabonner\b|\bdarse de baja\b|"
    r"opt(?:ed)?[ -](?:in|out) (?:to|of|from) (?:these |our )?e-?mails?",
    re.I,
)
_OPT_OUT = re.compile(
    r"\s*\b(?:reply|text|send|antworten? (?:sie )?(?:mit )?|répondez|repondez|responde|responda)\s*[\"']?STOPP?\b[\"']?[^.!?\n]*[.!]?\s*$",
    re.I,
)
_GREETING = re.compile(
    r"(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|hallo|liebe[rs]?|guten tag|bonjour|salut|hola)\b[^.!?]{0,60}[,!:]",
    re.I,
)
_SIGN_OFF_WORDS = 12
"""A last paragraph of several short lines and at most so many words, none of which ends a sentence, is a signature."""
_ENDS_SENTENCE = re.compile(r"[.!?][\"')]*$")


def core_text(variant: Variant) -> str:
    """Subject, preheader, title and body in reading order, a space between them, without greeting, signature, links, template variables,
    opt-out, unsubscribe line and postal address. The button is left out. May be empty when nothing else is there."""
    parts = [variant.subject, variant.preheader, variant.title, _core(variant.body)]
    return " ".join(_TEMPLATE.sub(" ", " ".join(p for p in parts if p)).split())


def without_frame(body: str) -> str:
    """A body in its paragraphs without what is added to every message: opt-out, unsubscribe line, postal address."""
    paragraphs = (p.strip() for p in re.split(r"\n\s*\n", _OPT_OUT.sub("", body.strip())))
    return "\n\n".join(p for p in paragraphs if p and not _FOOTER.search(p))


def _core(body: str) -> str:
    kept = without_frame(body).split("\n\n")
    if kept and _GREETING.fullmatch(_TEMPLATE.sub("", kept[0]).strip()):
        kept = kept[1:]
    if len(kept) > 1 and _is_signature(kept[-1]):
        kept = kept[:-1]
    return _LINK.sub(" ", " ".join(kept))


def _is_signature(paragraph: str) -> bool:
    lines = paragraph.splitlines()
    return len(lines) > 1 and len(paragraph.split()) <= _SIGN_OFF_WORDS and not any(_ENDS_SENTENCE.search(line.strip()) for line in lines)
