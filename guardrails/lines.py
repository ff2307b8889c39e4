"""Reads variants from JSON Lines: a variant per line, or what is wrong with the line, named with file, line and remedy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from journeyman.domain import Variant
from journeyman.errors import ContentError

_LONGEST = 200_000
"""Characters of a line beyond which it cannot be a variant (its longest texts are 20,000)."""


class Line(NamedTuple):
    """A line that is not blank: its number from 1, its bytes, and the variant it holds or what is wrong with it."""

    number: int
    raw: bytes
    read: Variant | ContentError


def read_variants(path: Path) -> Iterator[tuple[int, Variant | ContentError]]:
    """(line number from 1, variant or error) for every line that is not blank. Raises ContentError when the file cannot be read at all."""
    return ((line.number, line.read) for line in read_lines(path))


def read_lines(path: Path) -> Iterator[Line]:
    """Every line that is not blank, as it comes. Raises ContentError when the file cannot be read at all."""
    try:
        path.open("rb").close()
    except OSError as problem:
        raise ContentError(
            f"Cannot read {path}: {problem.strerror}.", remedy="Check the path; it is a file with one variant a line."
        ) from problem
    return _read(path)


def _read(path: Path) -> Iterator[Line]:
    first_seen: dict[str, int] = {}
    with path.open("rb") as stream:
        for number, raw in enumerate(stream, 1):
            if not raw.strip(b" \t\r\n\xef\xbb\xbf"):
                continue
            read = _parse(raw, f"{path}:{number}")
            if isinstance(read, Variant):
                earlier = first_seen.setdefault(read.id, number)
                if earlier != number:
                    told = f"{path}:{number}: the id {read.id!r} was used in line {earlier} already."
                    read = ContentError(told, remedy="Give every variant an id of its own.")
            yield Line(number, raw, read)


def _parse(raw: bytes, where: str) -> Variant | ContentError:
    try:
        text = raw.decode("utf-8-sig")
        if len(text) > _LONGEST:
            return ContentError(
                f"{where}: the line has {len(text):,} characters.", remedy="A variant is one short message; split the line."
            )
        return Variant.model_validate(json.loads(text, object_pairs_hook=_once))
    except UnicodeDecodeError:
        return ContentError(f"{where}: the line is not UTF-8.", remedy="Save the file as UTF-8.")
    except json.JSONDecodeError as problem:
        return ContentError(f"{where}: not JSON ({problem.msg} at column {problem.colno}).", remedy="Write one JSON object a line.")
    except ValidationError as problem:
        told = "; ".join(_say(e) for e in problem.errors()[:4])
        return ContentError(f"{where}: {told}.", remedy="Correct the fields named; a line needs at least id, channel and body.")
    except (ValueError, RecursionError) as problem:
        return ContentError(f"{where}: {problem}.", remedy="Write one JSON object a line, every field once.")


def _say(error: Any) -> str:
    field = ".".join(str(part) for part in error["loc"])
    return f"{field}: {error['msg'][0].lower()}{error['msg'][1:]}" if field else "the line is not a JSON object"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the field {next(n for n in names if names.count(n) > 1)!r} is given twice")
    return fields
