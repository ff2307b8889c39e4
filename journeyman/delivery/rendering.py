"""Fills a variant in for one customer: Jinja2 in its immutable sandbox, every name defined, plain text in and plain text out.

HTML is made, and escaped, where an e-mail is put together (`email.py`). Customer values never become template source (`values.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from journeyman.delivery.values import values
from journeyman.domain import Brand, Cta, Customer, Rendered, Variant
from journeyman.errors import RenderError

LEFT_OVER = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|\bNone\b(?! of\b)|\b(?:nan|NaN)\b")
LONGEST = 50_000
"""Characters of one rendered field: what a template can make of bounded values, and no loop may exceed."""


def render(variant: Variant, brand: Brand, customer: Customer, *, unsubscribe_url: str, extra: Mapping[str, str] | None = None) -> Rendered:
    """The message. Raises RenderError naming the variant, the field and what is wrong with it."""
    templates = _compiled(variant)
    plain = values(brand, customer, unsubscribe_url=unsubscribe_url, extra=extra)
    texts = {name: _fill(variant.id, name, template, plain) for name, template in templates.items() if name != "cta.url"}
    if not texts["body"].strip():
        raise RenderError(f"{variant.id}, body: nothing is left of it.", remedy="Give the body text that does not depend on the customer.")
    cta = None
    if variant.cta is not None:
        own = not isinstance(templates["cta.url"], str)
        quoted = values(brand, customer, unsubscribe_url=unsubscribe_url, extra=extra, quoted=True) if own else {}
        url = _fill(variant.id, "cta.url", templates["cta.url"], quoted).strip()
        if any(c.isspace() or c in "<>\"'\\" for c in url) or len(url) > 2000:
            raise RenderError(f"{variant.id}, cta.url: {url[:80]!r} is no link.", remedy="Correct the variant's link.")
        cta = Cta(label=texts.pop("cta.label")[:200], url=url)
    lines = {name: _line(texts.get(name)) for name in ("subject", "preheader", "title")}
    return Rendered.trusted({**lines, "body": texts["body"], "cta": cta})  # made of strings just now: nothing to validate


def _fill(variant: str, name: str, template: Template | str, given: Mapping[str, str]) -> str:
    if isinstance(template, str):
        text = template
    else:
        try:
            text = template.render(given)
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RecursionError, MemoryError) as problem:
            raise RenderError(f"{variant}, {name}: {problem}.", remedy="Declare the variable or give it a fallback.") from problem
    suspect = "{" in text or "}" in text or "None" in text or "nan" in text or "NaN" in text  # far faster than the pattern
    if suspect and (left := LEFT_OVER.search(text)):
        raise RenderError(f"{variant}, {name}: {left.group()!r} is left in the text.", remedy="Correct the template.")
    if len(text) > LONGEST:
        raise RenderError(f"{variant}, {name}: {len(text):,} characters are too long.", remedy="Shorten the template.")
    return text


def _line(text: str | None) -> str | None:
    """Subjects and titles are one line."""
    return None if text is None else " ".join(text.split())


def _compiled(variant: Variant) -> dict[str, Template | str]:
    """A variant's fields ready to be filled; a field without any syntax stays text. Raises RenderError for a malformed template."""
    return {name: _template(variant.id, name, source) for name, source in variant.texts().items()}


@lru_cache(maxsize=20_000)
def _template(variant: str, name: str, source: str) -> Template | str:
    if "{" not in source:
        return source
    try:
        return _environment().from_string(source)
    except TemplateError as problem:
        raise RenderError(f"{variant}, {name}: {problem}.", remedy="Correct the template.") from problem


class _Missing(StrictUndefined):
    """A value nobody has: it may be asked for (`{% if first_name %}`), not written."""

    __slots__ = ()

    def __bool__(self) -> bool:  # type: ignore[override]
        return False


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    class Environment(ImmutableSandboxedEnvironment):
        """Text, filters and tests only: no attributes, no calls, and nothing that multiplies itself."""

        intercepted_binops = frozenset(["*", "**"])

        def call_binop(self, _context: Any, operator: str, _left: Any, _right: Any) -> Any:
            raise SecurityError(f"{operator} is not allowed")

        def is_safe_attribute(self, _obj: Any, _attr: str, _value: Any) -> bool:
            return False

        def call(self, *_: Any, **__: Any) -> Any:
            raise SecurityError("calls are not allowed")

    environment = Environment(undefined=_Missing, autoescape=False, keep_trailing_newline=True)
    environment.globals.clear()
    return environment
