"""From a model's raw answer to a valid object: the schema sent, finding JSON in text, what a validation error is told back as."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

T = TypeVar("T", bound=BaseModel)
_DECODER = json.JSONDecoder()
LONGEST = 200_000
"""Characters; a reply that goes on for longer is not even looked at."""
SHOWN = 2_000
"""Characters of an unusable reply the model is shown again: enough to know it by, and a runaway is not paid for twice."""
ECHO = 10
"""So many words in a row, the same as in our instructions, are an echo and no coincidence."""


class Unusable(Exception):
    """A reply that cannot be used; the text says why, to the model."""


@cache
def wire_schema(schema: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema as strict structured output wants it: every property required, nothing further allowed, no defaults, no oneOf;
    `title` is a name the API accepts."""
    from openai import pydantic_function_tool

    parameters = pydantic_function_tool(schema)["function"]["parameters"]
    strict: dict[str, Any] = _strict(parameters)
    return {**strict, "title": re.sub(r"\W", "_", schema.__name__)[:64]}


@cache
def wire_text(schema: type[BaseModel]) -> str:
    """The same as text, as it stands in prompts."""
    return json.dumps(wire_schema(schema), ensure_ascii=False)


def _strict(node: Any) -> Any:
    if isinstance(node, list):
        return [_strict(child) for child in node]
    if not isinstance(node, dict):
        return node
    renamed = {"anyOf" if key == "oneOf" else key: child for key, child in node.items() if key not in _DROPPED or not _keyword(node)}
    return {key: _strict(child) for key, child in renamed.items()}


_DROPPED = {"default", "title", "discriminator"}


def _keyword(node: dict[str, Any]) -> bool:
    """Whether this object is a schema, not a table of properties that happen to be called `title` or `default`."""
    return any(isinstance(node.get(mark), (str, list)) for mark in ("type", "$ref", "anyOf", "oneOf", "enum", "const"))


def json_in(text: str) -> Any:
    """The longest JSON object standing in `text`, be it bare, fenced or amid prose; an echo of a schema is none. Raises Unusable when
    there is none."""
    if len(text) > LONGEST:
        raise Unusable(f"It was {len(text):,} characters long: be much shorter.")
    best: tuple[int, Any] = (0, None)
    at = text.find("{")
    while at >= 0:
        try:
            value, end = _DECODER.raw_decode(text, at)
        except (json.JSONDecodeError, RecursionError):
            end = at + 1
        else:
            if not value.keys() >= {"type", "properties"}:
                best = max(best, (end - at, value), key=lambda found: found[0])
        at = text.find("{", end)
    if best[1] is None:
        raise Unusable("It holds no complete JSON object." if text.strip() else "It was empty.")
    return best[1]


def read(schema: type[T], text: str, check: Callable[[T], T] | None, instructions: str) -> T:
    """The reply in `text`. Raises Unusable when nothing in it fits `schema`, when `check` objects (by a ValueError), or when words of our
    own instructions stand in it."""
    found = valid(schema, json_in(text), check)
    if echo := _echo(found.model_dump(mode="json"), instructions):
        raise Unusable(f'It repeats its instructions ("{echo} …") where it should answer.')
    return found


def valid(schema: type[T], value: Any, check: Callable[[T], T] | None) -> T:
    """`value` as a `schema`, past `check` (which raises ValueError to object). Raises Unusable with every fault, no input repeated."""
    try:
        found = schema.model_validate(value)
        return check(found) if check else found
    except ValidationError as problem:
        told = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'object'}: {e['msg']}" for e in problem.errors(include_input=False)[:10])
        raise Unusable(told) from None
    except ValueError as problem:
        raise Unusable(str(problem)) from None


def shown(text: str) -> str:
    """An unusable reply as the model is shown it again."""
    return text if len(text) <= SHOWN else f"{text[:SHOWN]} …"


def mended(reason: str) -> str:
    """What the model is told when its reply was unusable."""
    return f"That reply cannot be used. {reason} Reply again with one JSON object that fits the schema, and with nothing else."


def _echo(value: Any, instructions: str) -> str | None:
    """Words that stand both in a text of `value` and in `instructions`, ECHO of them in a row."""
    ours = _known(instructions)
    return next((run for text in _texts(value) for run in _runs(text) if run in ours), None)


@lru_cache(maxsize=64)
def _known(instructions: str) -> frozenset[str]:
    """The runs of our own words, worked out once."""
    return frozenset(_runs(instructions))


def _runs(text: str) -> dict[str, None]:
    words = re.findall(r"\w+", text.lower())
    return dict.fromkeys(" ".join(words[i : i + ECHO]) for i in range(len(words) - ECHO + 1))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for child in value.values():
            yield from _texts(child)
    elif isinstance(value, list):
        for child in value:
            yield from _texts(child)
