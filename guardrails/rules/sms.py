"""Text messages: segments as carriers count them, the way out, the sender's name, honest links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from guardrails.fold import plain
from guardrails.rules.base import Copy, Hit, marketing, rule
from guardrails.template import syntax_error

_PLAIN = {
    odd: plain
    for plain, odds in {
        "'": "’‘´`′", '"': "“”„″", "-": "–—‑−•", "...": "…", " ": "\u00a0\u202f\u2009\t", ",": "‚", "x": "×", "": "™®", "1/2": "½",
        "a": "áâ", "c": "ç", "e": "êë", "i": "íîï", "o": "óô", "u": "úû", "A": "À", "E": "È",
    }.items()
    for odd in odds
}  # fmt: skip
"""Look-alikes in GSM-7 for characters that would double a message's cost. Letters that change a word's meaning are not among them."""


_SEPTETS = re.compile(r"[\n\r -Z_a-z]*")
"""A text of which every character is one septet of GSM-7."""


@lru_cache(maxsize=8192)
def segments(text: str) -> int:
    """Segments a carrier bills: 160 or 153 each in GSM-7, 70 or 67 in UCS-2; none for an empty text."""
    import smsutil

    if _SEPTETS.fullmatch(text):
        return 1 if 0 < len(text) <= 160 else -(-len(text) // 153)
    return len(smsutil.split(text).parts)


@lru_cache(maxsize=8192)
def gsm(text: str) -> bool:
    """Whether the text can be sent in GSM-7."""
    from smsutil import is_valid_gsm

    return bool(is_valid_gsm(text))


@rule(
    "S01",
    "A text message stays within the brand's segment limit.",
    channels=["sms"],
    severity="block",
    source="GSM 03.38 / 3GPP TS 23.038",
    passes={"body": "Acme: we saved your spot. Reply STOP to opt out."},
    fails={"body": "Acme: we saved your spot. Reply STOP to opt out." + " Come and see." * 20},
)
def segment_limit(copy: Copy) -> Iterator[Hit]:
    limit = copy.brand.sms_segment_limit
    worst = max((v.text for f, v in (*copy.seen, *copy.longest("body")) if f == "body"), key=segments, default="")
    if (count := segments(worst)) > limit:
        room = (160 if limit == 1 else 153 * limit) if gsm(worst) else (70 if limit == 1 else 67 * limit)
        kind = "" if gsm(worst) else " A character outside GSM-7 (curly quotes, dashes, emoji) more than halves the room."
        yield Hit("body", None, f"{count} segments with a long name; the brand allows {limit} ({room} characters).{kind} Shorten it.")


@rule(
    "S02",
    "Characters that needlessly turn a text message to UCS-2.",
    channels=["sms"],
    severity="warn",
    source="practice: cost",
    passes={"body": "Acme: it's back. Reply STOP to opt out."},
    fails={"body": "Acme: it’s back. Reply STOP to opt out."},
)
def accidental_unicode(copy: Copy) -> Iterator[Hit]:
    """Accented letters of the copy's own language are no accident."""
    accents = copy.variant.language[:2].lower() not in ("en", "de")
    for field, view in copy.seen:
        odd = [i for i, c in enumerate(view.text) if not gsm(c)]
        if field == "body" and odd and all(view.text[i] in _PLAIN and not (accents and view.text[i].isalpha()) for i in odd):
            better = "".join(c if gsm(c) else _PLAIN[c] for c in view.text)
            first, before, after = odd[0], segments(view.text), segments(better)
            saved = f" ({before} segments become {after})" if after < before else ""
            yield copy.hit("body", view, first, first + 1, f"“{view.text[first]}” is not in GSM-7{saved}. Write: {better}")
            return


_STOP = re.compile(
    r"\b(?:(?i:(?:reply|text|txt|send|respond|answer|sms|msg|antworten?|sende[nt]?|schreiben?|abmeld\w+|abzumelden|abbestell\w+|"
    r"respond[ea]|responder|contest[ea]|repond(?:ez|s|re)|envoye[rz]|envi[ae]|enviar|mande|(?:se |vous |te )?desabonn\w+|desinscri\w+|"
    r"dar(?:se|te|me)? de baja|baja|invia|rispondi|opt[\s-]?out|unsub\w*|end|quit|cancel)\b)[^.!?\n]{0,30}?(?:\bSTOPP?\b|"
    r"[\"'][Ss]top[\"'])|"
    r"(?i:stopp?)\s?(?i:to|2|=|for|:|zum|para|pour|per)\s?(?:\d{3,12}\s)?(?:(?:vous|\w{1,4})\s){0,2}"
    r"(?i:opt|end|unsub|cancel|quit|stop|leave|abm|abbest|beend|salir|cancelar|(?:darse\sde\s|darte\sde\s)?baja|desab|desins)|"
    r"STOPP?\s(?i:an|au|al)\s(?:die\s|el\s|le\s)?\d{3,12}\b)"
)
_DENIED = re.compile(r"\b(?:do\s+not|don't|never|no\s+need\s+to|cannot|can't)\s+(?:\w+\s+){0,2}$|\b(?:nicht|ne|no)\s+$", re.I)
_REMEDY = {
    "de": "Antworten Sie mit STOPP zum Abmelden.",
    "fr": "Répondez STOP pour vous désabonner.",
    "es": "Responda STOP para darse de baja.",
}
_LEGAL = re.compile(r"[\s,]+(?:inc|ltd|llc|plc|co|corp|gmbh|ag|sa|bv|ab|pty|limited)\.?$", re.I)


@rule(
    "S03",
    "A text message names the brand and says how to opt out with STOP.",
    channels=["sms"],
    severity="block",
    source="CTIA Messaging Principles and Best Practices",
    passes=[
        {"body": "{{ brand_name }}: it's back. Reply STOP to opt out."},
        {"body": "Acme: it's back. STOP to end"},
        {"body": "Acme: wieder da. STOPP zum Abmelden", "language": "de"},
        {"body": "Acme : de retour. STOP pour se désabonner", "language": "fr"},
        {"body": "Acme: ya está aquí. Para darse de baja, STOP", "language": "es"},
    ],
    fails=[
        {"body": "Acme: it's back."},
        {"body": "It's back. Reply STOP to opt out."},
        {"body": "Acme: can't stop, won't stop. Reply now."},
    ],
)
def way_out_and_sender(copy: Copy) -> Iterator[Hit]:
    if syntax_error(copy.variant.body):
        return  # X11 tells; how it reads nobody knows
    bodies = [view for field, view in copy.plain if field == "body"]
    ending = _REMEDY.get(copy.variant.language[:2].lower(), "Reply STOP to opt out.")
    if marketing(copy) and not all(_says_stop(v.text) for v in bodies):
        yield Hit("body", None, f"It does not say how to opt out. End with: {ending}")
    names = {_norm(copy.brand.name), _norm(_LEGAL.sub("", copy.brand.name))}
    if _norm(copy.brand.name) and not all(any(f" {name} " in said for name in names) for said in (f" {_norm(v.text)} " for v in bodies)):
        yield Hit("body", None, f"It does not say who writes. Begin with “{copy.brand.name}: ” or use {{{{ brand_name }}}}.")


def _says_stop(text: str) -> bool:
    return any(not _DENIED.search(text, 0, m.start()) for m in _STOP.finditer(text))


@lru_cache(maxsize=256)
def _norm(text: str) -> str:
    return re.sub(r"'s\b", "", " ".join(re.findall(r"[\w']+", plain(text).casefold())))


SHORTENERS = frozenset(
    [
        "bit.ly",
        "bitly.com",
        "tinyurl.com",
        "t.co",
        "goo.gl",
        "ow.ly",
        "is.gd",
        "v.gd",
        "buff.ly",
        "rebrand.ly",
        "cutt.ly",
        "rb.gy",
        "shorturl.at",
        "tiny.cc",
        "bl.ink",
        "t.ly",
        "s.id",
        "lnkd.in",
        "adf.ly",
        "shorte.st",
        "tr.im",
        "x.co",
        "soo.gd",
        "clck.ru",
        "u.to",
        "short.io",
        "tny.im",
        "qr.ae",
        "j.mp",
        "db.tt",
        "wp.me",
        "snip.ly",
        "po.st",
        "dlvr.it",
        "trib.al",
        "han.gl",
        "urlz.fr",
        "n9.cl",
        "kutt.it",
    ]
)
_SHORT = re.compile(rf"(?<![\w.-])(?:https?://)?(?:www\.)?(?:{'|'.join(re.escape(s) for s in sorted(SHORTENERS))})(?![\w-])(?:/\S*)?", re.I)


@rule(
    "S06",
    "No public link shorteners.",
    channels=["sms"],
    severity="block",
    source="carrier policies; CTIA Messaging Principles and Best Practices",
    passes={"body": "Acme: see https://acme.com/spring. Reply STOP to opt out."},
    fails={"body": "Acme: see https://bit.ly/3xYz. Reply STOP to opt out."},
)
def no_shorteners(copy: Copy) -> Iterator[Hit]:
    for field, view in copy.plain:
        for match in _SHORT.finditer(view.text):
            yield copy.hit(field, view, *match.span(), f"Carriers filter shortened links ({match[0]}). Link to the brand's own domain.")
