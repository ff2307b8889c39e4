"""A predicate in words for people: `Customers whose last order was at least 21 days ago`."""

from __future__ import annotations

import re

from agents.offline.grammar.goal import count
from journeyman.domain import AllOf, AnyOf, Comparison, Not, Predicate

_OPS = {">=": "at least", "<=": "at most", ">": "more than", "<": "fewer than", "==": "exactly", "!=": "other than"}


def describe(where: Predicate, whom: str = "Customers") -> str:
    """One sentence without a full stop; an empty predicate is everybody."""
    parts = where.all if isinstance(where, AllOf) else [where]
    said = [_clause(p, alone=len(parts) == 1) for p in parts if not isinstance(p, Not)]
    out = [_clause(p) for p in parts if isinstance(p, Not)]
    all_of = f"{whom} {' and '.join(said)}" if said else f"All {whom.lower()}"
    return ", ".join([all_of, *(o if o.startswith("who") else f"but not those {o.removeprefix('not ')}" for o in out)])


def _clause(where: Predicate, *, alone: bool = True) -> str:
    if isinstance(where, Comparison):
        return _comparison(where)
    if isinstance(where, AllOf):
        return " and ".join(_clause(p) for p in where.all)
    if isinstance(where, AnyOf):
        either = " or ".join(_clause(p) for p in where.any)
        return either if alone else f"({either})"
    inner = where.not_
    if (
        isinstance(inner, Comparison)
        and re.fullmatch(r"(?:\w+_)?touches_\d+d|events_\w+_\d+d", inner.feature)
        and (inner.op, inner.value) == (">=", 1)
    ):
        return _comparison(Comparison(feature=inner.feature, op="==", value=0))
    return f"not {_clause(inner)}"


def _comparison(c: Comparison) -> str:
    value, number, feature = c.value, c.value if isinstance(c.value, int | float) else 0, c.feature
    how = _OPS.get(c.op, c.op)
    days_how = how.replace("fewer", "less")
    if found := re.fullmatch(r"days_since_(?:last_)?(\w+)", feature):
        what = found[1]
        if what == "signup":
            return f"who joined {days_how} {count(number, 'day')} ago"
        noun = {"touch": "message from us", "first_order": "first order"}.get(what, _words(what))
        return f"whose last {noun} was {days_how} {count(number, 'day')} ago".replace("last first", "first")
    if found := re.fullmatch(r"(?:orders_(total|\d+d)|events_(\w+?)_(total|\d+d)|(?:(\w+)_)?touches_(\d+d))", feature):
        window = found[1] or found[3] or found[5]
        when = "" if window == "total" else f" in the last {window[:-1]} days"
        if found[5]:
            noun, verb = f"{found[4] + ' ' if found[4] else ''}message", "got"
        else:
            noun, verb = ("order" if found[1] else f"“{_words(found[2])}” event"), "have"
        if (c.op, number) in (("==", 0), ("<=", 0), ("<", 1)):
            return f"{'who have' if verb == 'have' else 'who got'} no {noun}{when or (' yet' if verb == 'have' else '')}"
        return f"who {verb} {how} {count(number, noun)}{when}"
    if found := re.fullmatch(r"revenue_(total|\d+d)", feature):
        return f"who spent {how.replace('fewer', 'less')} {number:,g}" + (
            "" if found[1] == "total" else f" in the last {found[1][:-1]} days"
        )
    if found := re.fullmatch(r"(\w+)_share(?:_(\w+))?", feature):
        what = {"discount": "discounted orders", "weekend": "weekend orders"}.get(found[1], f"{_words(found[2] or found[1])} orders")
        return f"whose share of {what} is {how.replace('fewer', 'less')} {number:.0%}"
    shown = f"{number:.0%}" if feature.endswith("_rate") else f"{value}"
    return f"whose {_words(feature.removeprefix('attribute_'))} is {how.replace('fewer', 'less').replace('exactly ', '')} {shown}"


def _words(name: str) -> str:
    return name.replace("_", " ")
