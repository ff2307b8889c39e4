"""Where a character of a variant's field stands in its raw JSON line, escapes and all.

For lines that were read as JSON already: it finds strings, it does not judge them.
"""

from __future__ import annotations

import json
import re

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]', re.S)
_UNIT = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]", re.S)


def strings(raw: str) -> dict[str, tuple[int, int]]:
    """Path of keys (`cta.label`) → [start, end) of the string's content between its quotes, for every string that is no key."""
    found: dict[str, tuple[int, int]] = {}
    path: list[str] = []
    objects: list[bool] = []
    key = False
    for token in _TOKEN.finditer(raw):
        match token[0][0]:
            case "{" | "[" as opened:
                path.append("" if opened == "{" else "[]")
                objects.append(opened == "{")
                key = objects[-1]
            case "}" | "]":
                path.pop()
                objects.pop()
            case ",":
                key = objects[-1]
            case ":":
                key = False
            case _ if key:
                path[-1] = json.loads(token[0])
            case _:
                found[".".join(path)] = (token.start() + 1, token.end() - 1)
    return found


def within(raw: str, start: int, end: int, span: tuple[int, int]) -> tuple[int, int] | None:
    """[start, end) in the line of characters `span` of the string whose content is [start, end). None when the string is shorter."""
    at = [unit.start() for unit in _UNIT.finditer(raw, start, end)] + [end]
    return (at[span[0]], at[span[1]]) if span[1] < len(at) else None
