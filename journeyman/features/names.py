"""Names of columns from names in the data."""

from __future__ import annotations

import re


def slug(name: str) -> str:
    """Lower case, words joined by `_`: `Frozen & Dairy` becomes `frozen_dairy`."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "other"


def slugs(names: list[str]) -> list[tuple[str, str]]:
    """(slug, name) of each, numbered where two would be alike."""
    found: list[tuple[str, str]] = []
    for name in names:
        base, taken = slug(name), {s for s, _ in found}
        found.append((next(s for s in (base, *(f"{base}_{n}" for n in range(2, len(names) + 2))) if s not in taken), name))
    return found
