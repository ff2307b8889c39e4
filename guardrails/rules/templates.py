"""Templates: nothing unresolved reaches a customer, and nothing runs that could do more than fill in a name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jinja2 import nodes

from guardrails.phrases import Phrases
from guardrails.rules.base import Copy, Hit, rule
from guardrails.template import ALWAYS, FILTERS, MOST_VIEWS, Token, conditions, expression, mentions, refused, syntax_error, tag, tokens

_GREETING = r"(?:hi|hello|hey|dear|thanks|welcome(?:\s+back)?|good\s+(?:morning|evening|afternoon))"
_LEFT_OVER = [
    (Phrases(r"\{\{|\}\}|\{%|%\}"), "an unfinished template"),
    (
        Phrases(
            r"(?<![\w{])\$?\{[A-Za-z_][\w. ]{0,40}\}(?!\})|%%[A-Za-z_]\w*%%|\*\|[A-Z_:]+\|\*|<<\s*[A-Za-z_][\w ]*>>|\[\[[\w ]+\]\]", flags=0
        ),
        "a placeholder of another system",
    ),
    (
        Phrases(r"\[(?:insert|your|first|last|customer|company|brand|product|user|recipient|name)\b[^\]\n]{0,40}\]"),
        "a placeholder nobody filled in",
    ),
    (
        Phrases(
            rf"\b{_GREETING},?\s+(?P<at>(?i:none|nan|null|undefined|n/a))\b(?!\s+of\b)(?=\s*[,!.:;\n-]|\s*$)|(?<![\w.-])(?-i:NaN)\b|"
            rf"\[object Object\]",
        ),
        "a missing value",
    ),
    (
        Phrases(
            r"(?:(?<=[$€£])(?:nan|None|null)\b|\b(?:nan|None|null|undefined)(?=\s*(?:%|points?\b|miles\b|off\b|USD\b|dollars?\b)))", flags=0
        ),
        "a missing value",
    ),
    (Phrases(r"(?:^|(?<![?\w])[ \t]|(?<=[:(]))None(?=\s*(?:[,!.;:)\n]|$))", flags=re.M), "a missing value"),
    (
        Phrases(r"\b(?:is|at|to|for|from|in|until|expires|your name)\s+(?:nan|undefined|null)(?=\s*(?:[,!.;]|$))", flags=0),
        "a missing value",
    ),
    (Phrases(r"^\s*(?:Hi|Hello|Hey|Dear)[ \t]+(?=[,!.])|\b(?:Hi|Hello|Hey|Dear)[ \t]+(?=,)", flags=0), "an empty variable"),
]


@rule(
    "X11",
    "No unresolved or empty variable; only declared variables, each with a fallback.",
    severity="block",
    source="house rule",
    passes=[
        {"body": 'Hi {{ first_name | default("there", true) }}, none of these are gone yet.'},
        {"body": "Hi {{ city }}.", "_brand": {"name": "Acme", "variables": {"city": "your town"}}},
        {"body": "Hi{% if first_name %} {{ first_name }}{% endif %}, it is back."},
    ],
    fails=[
        {"body": "Hi {{ first_name }}, it is back."},
        {"body": 'Hi {{ shoe_size | default("9") }}.'},
        {"body": "Hi {{ first_name, it is back."},
        {"body": "Hi None, it is back."},
    ],
)
def variables_resolve(copy: Copy) -> Iterator[Hit]:
    for field, source in copy.texts.items():
        if "{" not in source:
            continue
        if problem := syntax_error(source):
            at = max(source.rfind("{{"), source.rfind("{%"), source.rfind("{#"), 0)
            yield Hit(field, (at, len(source)), f"The template cannot be read: {problem}. Close every {{{{ … }}}} and {{% … %}}.")
        else:
            yield from _undeclared(copy, field, tokens(source))
    left_over = [(pattern, what) for pattern, what in _LEFT_OVER if pattern in copy.near]
    for field, view in copy.seen:
        if syntax_error(copy.texts[field]):
            continue
        if not view.text.strip():
            yield Hit(field, None, f"The {field} is empty. Write it, or leave the field out.")
        for pattern, what in left_over:
            for match in pattern.pattern.finditer(view.text):
                span = match.span("at") if "at" in match.re.groupindex and match["at"] else match.span()
                shown = view.text[span[0] : span[1]].strip() or match[0].strip()
                yield copy.hit(field, view, *span, f"“{shown}” looks like {what}. Write what the customer should read.")


def _undeclared(copy: Copy, field: str, parts: tuple[Token, ...]) -> Iterator[Hit]:
    guarded: list[set[str]] = []
    for part in parts:
        word, rest = tag(part) if part.kind == "block" else ("", part.inner)
        if word in ("elif", "else", "endif") and guarded:
            guarded.pop()
        tree = expression(rest) if part.kind == "expr" or word in ("if", "elif") else None
        if word in ("if", "elif", "else"):
            guarded.append(set(_tested(tree)) if tree is not None and word != "else" else set())
        if tree is None:
            continue
        for name in mentions(rest):
            if name not in ALWAYS and name not in copy.brand.variables:
                known = ", ".join(sorted(ALWAYS | copy.brand.variables.keys()))
                yield Hit(
                    field,
                    (part.start, part.end),
                    f"The variable `{name}` is not declared. Known: {known}. Declare it in the brand's `variables`.",
                )
        if part.kind == "expr" and (bare := _without_fallback(tree, copy, set().union(*guarded))):
            advice = f'Write {{{{ {bare} | default("…", true) }}}} with words that read well.'
            yield Hit(field, (part.start, part.end), f"`{bare}` has no fallback for customers without it. {advice}")


def _tested(tree: nodes.Expr) -> Iterator[str]:
    """Variables that are certainly there when the condition holds."""
    if isinstance(tree, nodes.Name):
        yield tree.name
    elif isinstance(tree, nodes.And):
        yield from _tested(tree.left)
        yield from _tested(tree.right)


def _without_fallback(tree: nodes.Node, copy: Copy, guarded: set[str]) -> str | None:
    """The variable that may come out empty, or None."""
    if isinstance(tree, nodes.Name):
        safe = tree.name in ALWAYS - {"first_name"} or tree.name in guarded or copy.brand.variables.get(tree.name, "").strip()
        return None if safe else tree.name
    if isinstance(tree, nodes.Filter) and tree.node is not None:
        if tree.name in ("default", "d"):
            given = next(iter([*tree.args[:1], *(k.value for k in tree.kwargs if k.key == "default_value")]), None)
            if isinstance(given, nodes.Const) and str(given.value).strip():
                return None
            if isinstance(given, nodes.Name | nodes.Filter):
                return _without_fallback(given, copy, guarded)
        return _without_fallback(tree.node, copy, guarded)
    return None


@rule(
    "X12",
    "Templates only fill in variables: no attributes, subscripts, calls, loops, imports or macros; filters from a short list.",
    severity="block",
    source="Jinja2 sandbox documentation",
    passes={"body": 'Hi {{ first_name | default("there", true) | title }}.'},
    fails=[
        {"body": "Hi {{ first_name.__class__ }}."},
        {"body": "Hi {{ cycler() }}."},
        {"body": "{% for x in first_name %}ha{% endfor %}"},
        {"body": 'Hi {{ first_name | default("a", true) | attr("x") }}.'},
    ],
)
def sandboxed(copy: Copy) -> Iterator[Hit]:
    for field, source in copy.texts.items():
        if "{" not in source:
            continue
        parts = tokens(source)
        for part in parts:
            problem = None
            if part.kind == "expr":
                problem = refused(expression(part.inner))
            elif part.kind == "block":
                word, rest = tag(part)
                if word in ("if", "elif"):
                    problem = refused(expression(rest), condition=True)
                elif word not in ("else", "endif"):
                    problem = f"`{{% {word} %}}`"
            if problem:
                advice = f"Use {{{{ variable }}}}, {{% if variable %}} and the filters {', '.join(sorted(FILTERS - {'d'}))} only."
                yield Hit(field, (part.start, part.end), f"Templates may not use {problem}. {advice}")
        if conditions(source) > MOST_VIEWS.bit_length() - 1:
            yield Hit(
                field, None, f"There are {conditions(source)} conditions in one text; nobody can check all its readings. Keep it to four."
            )
        if not parts or syntax_error(source):
            yield from _suspicious(field, source)


def _suspicious(field: str, source: str) -> Iterator[Hit]:
    """A template that does not parse is refused by X11; what it tried to do is told as well."""
    for match in re.finditer(
        r"\{%-?\s*(?:for|import|from|include|macro|extends|block|set|call|raw|filter|with|autoescape|do)\b|__\w+__", source
    ):
        yield Hit(field, match.span(), "Templates may not loop, import, include, define or reach into Python.")
