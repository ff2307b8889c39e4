"""Links: https, to the brand's own hosts, and to nowhere else by a side door."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlsplit

from guardrails.phrases import Phrases
from guardrails.rules.base import Copy, Hit, rule
from guardrails.template import UNSUBSCRIBE, mentions, tokens

_DOTS = "\u3002\uff0e\uff61\u2024\u00b7\u2027\ufe52"
_TLD = (
    r"(?:com|net|org|io|co|shop|store|app|dev|info|biz|xyz|link|click|site|online|club|live|page|ai|gg|tv|top|tk|ml|ga|cf|"
    r"gq|cc|ws|eu|de|fr|es|nl|ca|uk|ru|cn|jp|au|br|ch|se|"
    r"pl|gov|edu|mobi|tech|cloud|space|fun|icu|vip|win|bid|loan|ltd|zip|mov|buzz|email|support)"
)
_WORDY = r"(?:me|to|us|it|no|is|in|so|be|at|as|am|my|ly|gl|gd)"
_SCHEMED = Phrases(r"\b(?:https?|hxxps?|ftps?|[a-z][a-z0-9+.-]{1,20}(?=://)):[/\\]*[^\s<>\"'`|/\\][^\s<>\"'`|]*")
_SCRIPTED = Phrases(r"\b(?:javascript|vbscript|data|livescript|mocha|blob|view-source)\s*:\s*(?=[^\s])(?:[\w/+.-]+[;,(=]|[^\s]*[(;=])\S*")
_BARE = re.compile(
    rf"(?<![\w@./:-])(?:www\d?\.[^\s<>\"'`|]+|(?:[\w-]{{1,63}}\.){{1,8}}(?:{_TLD}|xn--[\w-]+)(?![\w-]|\.\w)(?:[:/?#][^\s<>\"'`|]*)?|"
    rf"(?:[\w-]{{1,63}}\.){{1,8}}{_WORDY}/[^\s<>\"'`|]+|"
    r"(?:\d{1,3}\.){3}\d{1,3}(?:[:/][^\s<>\"'`|]+))",
    re.I,
)
_PROTOCOL_RELATIVE = Phrases(r"//(?<![:\w/]//)[\w-]+(?:\.[\w-]+)+\S*", flags=0)
_DEFANGED = Phrases(
    rf"\b[\w-]{{1,63}}\s{{0,3}}(?:\[\.\]|\(\.\)|\{{\.\}}|[\[({{]\s{{0,3}}dot\s{{0,3}}[\])}}])\s{{0,3}}(?:[\w-]{{1,63}}(?:\[\.\]|\(\.\))){{0,8}}{_TLD}\b"
)
_DOTTED = Phrases(
    rf"[a-z0-9-]{{1,63}}[{_DOTS}](?:[a-z0-9-]{{1,63}}[.{_DOTS}]){{0,8}}(?:{_TLD})(?![\w-])\S*|"
    rf"[a-z0-9-]{{1,63}}(?:[.{_DOTS}][a-z0-9-]{{1,63}}){{0,8}}[{_DOTS}][a-z0-9-]{{1,63}}/\S*"
)
_INNER_COLON, _INNER_DOT, _ANYWHERE = re.compile(r":\S"), re.compile(r"\.\S"), re.compile("")
_MARKED = (
    (_SCHEMED, _INNER_COLON), (_SCRIPTED, _ANYWHERE), (_DEFANGED, _ANYWHERE), (_DOTTED, _ANYWHERE), (_PROTOCOL_RELATIVE, _ANYWHERE),
)  # fmt: skip
"""What links are found by before `_BARE`, in this order, and a mark that stands in the first word of each."""
_CARRIERS = frozenset(
    [
        "url",
        "u",
        "uri",
        "next",
        "redirect",
        "redirect_uri",
        "redirect_url",
        "redirecturl",
        "redir",
        "return",
        "returnto",
        "return_to",
        "return_url",
        "returnurl",
        "dest",
        "destination",
        "goto",
        "go",
        "target",
        "continue",
        "link",
        "to",
        "r",
        "out",
        "forward",
        "rurl",
        "ref_url",
        "checkout_url",
        "image_url",
        "callback",
        "success_url",
        "fail_url",
        "site",
        "view",
    ]
)
_TRAILING = ".,;:!?)]}»”’'\"*_"


@rule(
    "X15",
    "Links are https, lead to the brand's hosts and carry no credentials, redirects or personal data.",
    severity="block",
    source="RFC 3986; OWASP unvalidated redirects",
    brand={"name": "Acme", "domains": ["acme.com"]},
    passes=[{"body": "See https://shop.acme.com/spring?utm_source=mail."}, {"body": "A 3.5 star stay, e.g. in Node.js country."}],
    fails=[
        {"body": "See https://acme.com.evil.io/spring"},
        {"body": "See http://acme.com"},
        {"body": "See https://acme.com@evil.io"},
        {"body": "See https://acme.com/go?url=https://evil.io"},
        {"body": "See www.evil.com"},
    ],
)
def safe_links(copy: Copy) -> Iterator[Hit]:
    patterns = [(phrases.pattern, mark) for phrases, mark in _MARKED if phrases in copy.near] + [(_BARE, _INNER_DOT)]
    for field, view in copy.seen:
        if field == "cta.url" and view.text.strip() != UNSUBSCRIBE:
            button = view.text.strip()
            if not re.match(r"https://", button, re.I):
                yield copy.hit(
                    field, view, 0, len(view.text), f"The button leads to “{button[:60]}”. Give a full link that begins with https://."
                )
                continue
        for start, end in _links(view.text, patterns):
            text = view.text[start:end]
            if text.startswith(UNSUBSCRIBE) and not text[len(UNSUBSCRIBE) :].strip(_TRAILING):
                continue
            problem = (
                "A link with a variable in it. Only {{ unsubscribe_url }} may be one."
                if view.templated(start, end)
                else _problem(text, _hosts(tuple(copy.brand.domains)))
            )
            if problem:
                yield copy.hit(field, view, start, end, problem)
    yield from _variables(copy)


def _variables(copy: Copy) -> Iterator[Hit]:
    """A variable as the button's whole link that renders to no link (its fallback is empty) is told here."""
    for part in tokens(copy.texts.get("cta.url", "")):
        if part.kind == "expr" and set(mentions(part.inner)) - {"unsubscribe_url"}:
            yield Hit("cta.url", (part.start, part.end), "A link with a variable in it. Only {{ unsubscribe_url }} may be one.")


@lru_cache(maxsize=256)
def _hosts(domains: tuple[str, ...]) -> tuple[str, ...]:
    """The allowlist as bare lower-case hosts; empty when the brand gives none."""
    named = (re.sub(r"^\s*(?:[a-z]+://)?(?:\*\.)?(?:www\.)?", "", d.lower()).split("/")[0].strip(". ") for d in domains)
    return tuple(h for h in named if h)


def _links(text: str, patterns: Sequence[tuple[re.Pattern[str], re.Pattern[str]]]) -> list[tuple[int, int]]:
    """Where the text holds something a phone or mail program would make clickable, or that tries to look harmless.

    No link begins before the word in which its pattern's mark first stands: what is before that is not read."""
    found: list[tuple[int, int]] = []
    for pattern, mark in patterns:
        first = mark.search(text)
        for match in pattern.finditer(text, _word(text, first.start())) if first else ():
            start, end = match.span()
            while end > start + 1 and text[end - 1] in _TRAILING and not (text[end - 1] == ")" and "(" in text[start:end]):
                end -= 1
            if not any(s < end and start < e for s, e in found):
                found.append((start, end))
    return sorted(found)


def _word(text: str, at: int) -> int:
    """Where the word begins, in the sense of what stands between blanks, that a place is in."""
    while at > 0 and not text[at - 1].isspace():
        at -= 1
    return at


def _problem(link: str, hosts: tuple[str, ...]) -> str | None:
    """What is wrong with a link, in words for its author; None when nothing is."""
    shown = link if len(link) <= 60 else link[:57] + "…"
    if any(dot in link for dot in _DOTS) or _DEFANGED.match(link) or re.match(r"hxxp", link, re.I):
        return f"“{shown}” hides a link. Write it as https:// and a host of yours."
    bare = not re.match(r"[a-z][a-z0-9+.-]*:", link, re.I) or bool(re.match(r"[\w.-]+:\d", link))
    if not bare and not re.match(r"https://[^/\\]", link, re.I):
        return f"“{shown}” is not a plain https link. Write https:// and a host of yours."
    if any(c in link for c in "\\\u0000\u200b\u200d\u00ad") or re.search(r"%0[0-9a-f]|%5c", link, re.I):
        return f"“{shown}” holds characters that programs read differently. Retype it."
    try:
        parts = urlsplit(link if not bare else "https://" + link.lstrip("/"))
        host, _ = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return f"“{shown}” is not a well-formed link. Retype it."
    if "@" in parts.netloc:
        return f"“{shown}” carries a name or password before the host. Remove everything before the @."
    if problem := _host_problem(host, hosts, shown):
        return problem
    if goal := _elsewhere(parts.query, parts.fragment, parts.path, host, hosts):
        return f"“{shown}” leads on to {goal}. Link to your page itself."
    if bare and link.startswith("//"):
        return f"“{shown}” has no scheme. Write https:// in front."
    return None


def _host_problem(host: str, hosts: tuple[str, ...], shown: str) -> str | None:
    if re.fullmatch(r"[\d.]+|0x[\da-f.x]+|\[?[\da-f:.]*:[\da-f:.]*\]?", host, re.I):
        return f"“{shown}” leads to a number, not a name. Use a host of yours."
    if "." not in host or not re.fullmatch(r"[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+", host):
        return f"“{shown}” has no proper host. Use a host of yours."
    if _within(host, hosts):
        return None
    if hosts:
        return f"“{host}” is not one of the brand's hosts ({', '.join(hosts[:5])}). Use one of them, or add it to `domains`."
    if not host.isascii() or "xn--" in host:
        return f"“{host}” is written in letters that may look like others. List it in the brand's `domains` if it is yours."
    return None


def _within(host: str, hosts: tuple[str, ...]) -> bool:
    return any(host == h or host.endswith("." + h) for h in hosts)


def _elsewhere(query: str, fragment: str, path: str, host: str, hosts: tuple[str, ...]) -> str | None:
    """The foreign host a link would pass the reader on to, or None."""
    allowed = hosts or (host,)
    pairs = [
        *parse_qsl(query, keep_blank_values=True),
        *parse_qsl(fragment, keep_blank_values=True),
        ("", fragment),
        ("", path.lstrip("/")),
    ]
    for key, value in pairs:
        value = unquote(unquote(value)).strip()
        inner = re.search(
            r"(?:[a-z][a-z0-9+.-]*:)?[/\\]{2,}(?:[^/\\@\s]*@)?(?P<host>[\w-]+(?:\.[\w-]+)+|\d{6,})|^(?:javascript|data|vbscript):",
            value,
            re.I,
        )
        if inner is None and key.lower() in _CARRIERS:
            inner = re.match(r"(?:[^/\\@\s]*@)?(?P<host>(?:[\w-]+\.)+[a-z]{2,})(?=[/:?#]|$)", value, re.I)
            if inner and re.search(r"\.(?:html?|php|aspx?|jpe?g|png|gif|pdf)$", inner["host"], re.I):
                inner = None
        if inner and not (inner["host"] and _within(inner["host"].lower(), allowed)):
            return inner["host"] or "a script"
    return None
