"""Scores a reviewer against labelled copy: what it caught, and whether it left clean copy alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping


def score(expect: Collection[str], found: Collection[str]) -> tuple[dict[str, float], list[str]]:
    """`caught`: share of the rules broken that were found; `clean`: nothing found where nothing is broken; `right`: every finding names a
    rule that is broken (absent where nothing was found)."""
    false = sorted(set(found) - set(expect))
    notes = [f"missed {rule}" for rule in sorted(set(expect) - set(found))] + [f"false {rule}" for rule in false]
    scores = {"caught": sum(r in found for r in expect) / len(expect)} if expect else {"clean": float(not false)}
    if found:
        scores["right"] = 1 - len(false) / len(set(found))
    return scores, notes


def by_rule(pairs: Iterable[tuple[Collection[str], Collection[str]]]) -> dict[str, dict[str, float]]:
    """rule → lines that break it, found among them, false elsewhere, recall and precision (absent where there is nothing to divide by).
    `pairs`: expected and found rules of each line."""
    known = list(pairs)
    rows: dict[str, dict[str, float]] = {}
    for rule in sorted({r for expect, found in known for r in (*expect, *found)}):
        broken = sum(rule in expect for expect, _ in known)
        hit = sum(rule in expect and rule in found for expect, found in known)
        false = sum(rule in found and rule not in expect for expect, found in known)
        row: dict[str, float] = {"lines": broken, "found": hit, "false": false}
        row |= {"recall": hit / broken} if broken else {}
        row |= {"precision": hit / (hit + false)} if hit + false else {}
        rows[rule] = row
    return rows


def rules_in(output: Mapping[str, object]) -> list[str]:
    """The rules an answer names."""
    found = output.get("rules", [])
    return [str(rule) for rule in found] if isinstance(found, list) else []
