"""Templates as a customer would read them: Jinja2 text rendered with fallbacks, every character traced to where it stands in the source.

Only two things may stand in a template: `{{ variable | filter }}` and `{% if variable %}` (rules X11 and X12 refuse all else). This module
never runs anything X12 refuses; such an expression renders as nothing. It is not the renderer that sends: that is `journeyman.delivery`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from jinja2 import TemplateSyntaxError, Undefined, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

FILTERS = frozenset({"default", "d", "capitalize", "lower", "title", "trim", "truncate", "upper"})
ALWAYS = frozenset({"first_name", "unsubscribe_url", "brand_name", "postal_address"})
"""Variables that exist in every workspace; the last three are never empty."""
UNSUBSCRIBE = "https://unsubscribe.invalid/you"
"""What stands for the customer's own unsubscribe link in a view."""
LONGEST_NAME = "Christabelle"
"""A long first name, as texts are measured with it (12 letters)."""
MOST_VIEWS = 16
"""Ways a template may read; beyond four independent conditions rule X12 refuses it."""

_QUOTED = r"""(?:[^'"%}]++|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[%}])*?"""
_TOKEN = re.compile(rf"\{{\{{(?P<expr>{_QUOTED})\}}\}}|\{{%(?P<block>{_QUOTED})%\}}|\{{#(?P<note>.*?)#\}}", re.S)
_MARKS = ("{{", "{%", "{#")
_TAG = re.compile(r"\s*(\w+)\s*(.*)", re.S)


class _Neutral(Undefined):
    """A variable nobody gave a value or a fallback: rule X11 tells; everything else reads on."""

    def __str__(self) -> str:
        return "friend"


ENVIRONMENT = ImmutableSandboxedEnvironment(undefined=_Neutral, autoescape=False, keep_trailing_newline=True)


class Token(NamedTuple):
    """A stretch [start, end) of the source: literal text, an output, a tag or a comment; `inner` is what stands between the braces."""

    kind: Literal["text", "expr", "block", "note"]
    start: int
    end: int
    inner: str


class Piece(NamedTuple):
    """Characters [at, until) of a view. They come from [start, end) of the source: one from one if `literal`, else each from all of it."""

    at: int
    until: int
    start: int
    end: int
    literal: bool


class View(NamedTuple):
    """One way a text reads, and where its characters come from, in order and without gaps."""

    text: str
    pieces: tuple[Piece, ...]

    @classmethod
    def literal(cls, text: str) -> View:
        """A source without a template in it: it reads as it stands."""
        return cls(text, (Piece(0, len(text), 0, len(text), True),) if text else ())

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """`spans[i]` is where character i comes from: one character of the source, or a whole `{{ … }}`."""
        return tuple(self.source(at, at + 1) for at in range(len(self.text)))

    def reading(self, text: str) -> View:
        """Another text of the same length, character for character from the same places."""
        return View(text, self.pieces)

    def source(self, start: int, end: int) -> tuple[int, int]:
        """[start, end) of this view as a span of the source; where nothing is left to stand for, the last character."""
        start = min(start, len(self.text) - 1)
        end = max(end, start + 1)
        held = [
            (p.start + max(start - p.at, 0), p.end - max(p.until - end, 0)) if p.literal else (p.start, p.end)
            for p in self.pieces
            if p.at < end and start < p.until
        ]
        return (held[0][0], held[-1][1]) if held else (0, 0)

    def templated(self, start: int, end: int) -> bool:
        """Whether any character of [start, end) was put in by a variable."""
        return any(not p.literal and max(start, p.at) < min(end, p.until) for p in self.pieces)


def syntax_error(source: str) -> str | None:
    """What Jinja2 finds wrong with the template as a whole, or None."""
    return _parsed(source)[1] if "{" in source else None


def tokens(source: str) -> tuple[Token, ...]:
    """The template's tokens in order; a template that does not parse is one literal text."""
    if "{" in source:
        return _parsed(source)[0]
    return (Token("text", 0, len(source), source),) if source else ()


@lru_cache(maxsize=8192)
def _parsed(source: str) -> tuple[tuple[Token, ...], str | None]:
    """The tokens, and what is wrong with the template."""
    whole = (Token("text", 0, len(source), source),)
    if not any(mark in source for mark in _MARKS):
        return whole, None
    found, at, trim, bare, braces = list[Token](), 0, False, "", ""
    for match in _TOKEN.finditer(source):
        kind = match.lastgroup
        assert kind in ("expr", "block", "note")
        inner = match[kind]
        found.append(_text(source, at, match.start(), trim, inner.startswith("-")))
        found.append(Token(kind, *match.span(), inner.removeprefix("-").removeprefix("+").removesuffix("-").removesuffix("+")))  # type: ignore[arg-type]
        bare += source[at : match.start()]
        braces += match[0]
        at, trim = match.end(), inner.endswith("-")
    found.append(_text(source, at, len(source), trim, False))
    bare += source[at:]  # where no mark is left outside, what stands between the braces decides alone
    if problem := _syntax_error(source if any(mark in bare for mark in _MARKS) else braces):
        return whole, problem
    return tuple(t for t in found if t.end > t.start), None


@lru_cache(maxsize=8192)
def _syntax_error(source: str) -> str | None:
    try:
        ENVIRONMENT.parse(source)
    except (TemplateSyntaxError, RecursionError) as problem:
        return str(problem) or "too deeply nested"
    return None


def _text(source: str, start: int, end: int, left: bool, right: bool) -> Token:
    while left and start < end and source[start].isspace():
        start += 1
    while right and start < end and source[end - 1].isspace():
        end -= 1
    return Token("text", start, end, source[start:end])


def tag(token: Token) -> tuple[str, str]:
    """The word and the rest of a `{% … %}` token."""
    match = _TAG.fullmatch(token.inner)
    return (match[1], match[2].strip()) if match else ("", token.inner)


@lru_cache(maxsize=8192)
def expression(inner: str) -> nodes.Expr | None:
    """The syntax tree of what stands between braces, None when it is none."""
    try:
        body = ENVIRONMENT.parse("{{" + inner + "}}").body
    except (TemplateSyntaxError, RecursionError):
        return None
    output = body[0] if len(body) == 1 else None
    return output.nodes[0] if isinstance(output, nodes.Output) and len(output.nodes) == 1 else None


def refused(tree: nodes.Node | None, *, condition: bool = False) -> str | None:
    """What in an output (or an `if` condition) the sandbox does not allow, in words; None when it is fine."""
    match tree:
        case nodes.Name():
            return None if tree.name.isidentifier() and not tree.name.startswith("_") else "a name that is not a variable's"
        case nodes.Filter(node=nodes.Expr() as inner, name=name, args=args, kwargs=kwargs):
            if name not in FILTERS:
                return f"the filter `{name}`"
            if tree.dyn_args or tree.dyn_kwargs:
                return "a call"
            given = [*args, *(pair.value for pair in kwargs)]
            problems = (refused(a) for a in given if not isinstance(a, nodes.Const))
            return refused(inner) or next((p for p in problems if p), None)
        case nodes.Not(node=inner) if condition:
            return refused(inner, condition=True)
        case nodes.And(left=left, right=right) | nodes.Or(left=left, right=right) if condition:
            return refused(left, condition=True) or refused(right, condition=True)
        case nodes.Test(node=inner, name=("defined" | "undefined" | "none")) if condition:
            return refused(inner)
        case nodes.Compare(expr=left, ops=ops) if condition:
            sides = [left, *(o.expr for o in ops)]
            return next((p for p in (refused(s) for s in sides if not isinstance(s, nodes.Const)) if p), None)
        case None:
            return "something that cannot be read"
    words = {"Getattr": "attribute access", "Getitem": "a subscript", "Call": "a call", "Const": "a fixed value", "CondExpr": "a condition"}
    return words.get(type(tree).__name__, "an expression")


def names(tree: nodes.Node) -> Iterator[str]:
    """All variables an expression mentions."""
    yield from (n.name for n in ([tree] if isinstance(tree, nodes.Name) else tree.find_all(nodes.Name)))


@lru_cache(maxsize=8192)
def mentions(inner: str) -> tuple[str, ...]:
    """The variables that what stands between braces mentions, each once, in order."""
    tree = expression(inner)
    return () if tree is None else tuple(dict.fromkeys(names(tree)))


@lru_cache(maxsize=8192)
def _output(inner: str, values: tuple[tuple[str, str], ...]) -> str:
    """What an output reads as, with the values of all variables it mentions."""
    if refused(expression(inner)):
        return ""
    try:
        return ENVIRONMENT.from_string("{{" + inner + "}}").render(dict(values))
    except Exception:  # a filter that does not fit its argument: the sender's renderer will refuse it, the rest is still worth reading
        return ""


def views(source: str, values: Mapping[str, str]) -> tuple[View, ...]:
    """Every way the template reads (each `if` taken and not taken, at most MOST_VIEWS) with these values for its variables."""
    if "{" not in source:
        return (View.literal(source),)
    ways = _ways(tokens(source), 0)[0] if "{%" in source else [[part for part in tokens(source) if part.kind != "note"]]
    return tuple(_read(way, values) for way in ways)


def conditions(source: str) -> int:
    """How many `if` and `elif` the template has."""
    return sum(t.kind == "block" and tag(t)[0] in ("if", "elif") for t in tokens(source))


def _ways(parts: Sequence[Token], at: int) -> tuple[list[list[Token]], int]:
    """The token sequences from `at` to the end of the enclosing block, and where that end is."""
    ways: list[list[Token]] = [[]]
    while at < len(parts):
        word = tag(parts[at])[0] if parts[at].kind == "block" else ""
        if word in ("elif", "else", "endif"):
            return ways, at
        if word == "if":
            branches, last = [], word
            while last != "endif" and at < len(parts):
                inside, at = _ways(parts, at + 1)
                branches += inside
                previous, last = last, tag(parts[at])[0] if at < len(parts) else "endif"
                if last == "endif" and previous != "else":
                    branches.append([])
            ways = [way + branch for way in ways for branch in branches][:MOST_VIEWS]
        elif parts[at].kind in ("text", "expr"):
            for way in ways:
                way.append(parts[at])
        at += 1
    return ways, at


def _read(way: Sequence[Token], values: Mapping[str, str]) -> View:
    said, pieces, at = list[str](), list[Piece](), 0
    for part in way:
        if part.kind == "text":
            text = part.inner
        else:
            text = _output(part.inner, tuple([(name, values[name]) for name in mentions(part.inner) if name in values]))
        if text:
            said.append(text)
            pieces.append(Piece(at, at + len(text), part.start, part.end, part.kind == "text"))
            at += len(text)
    return View("".join(said), tuple(pieces))
