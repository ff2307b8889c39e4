"""Checking copy: variants a second of one core's time judged by all rules of code, no text seen before.

The lines are the labelled set's, in turns, each with a word of its own in every field, so that no cache of a text helps; what a shop's
variants share in earnest (footers, brand, variables) they share here too.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count

from bench.measure import line
from evals.rules import cases
from guardrails.check import check
from journeyman.domain import Brand, Variant

ROUNDS = 6
SYLLABLES = ("ba", "de", "fi", "go", "lu", "ma", "ne", "po", "ri", "su", "ta", "ve")


def main() -> None:
    """Prints variants/s by channel and over all, the best of the rounds after a first that warms up."""
    words = _words()
    rates: dict[str, list[float]] = {}
    for turn in range(ROUNDS):
        fresh = [(_with(case.variant, next(words)), case.brand) for case in cases()]
        for name in ("all", "email", "sms", "push", "in_app"):
            mine = [(v, b) for v, b in fresh if name in ("all", v.channel)]
            if name != "all":
                mine = [(_with(v, next(words)), b) for v, b in mine]
            if turn or name == "all":
                rates.setdefault(name, []).append(_rate(mine))
    for name, seen in rates.items():
        print(line("check", round(max(seen)), "variants/s", channel=name, rounds=len(seen)))


def _rate(lines: list[tuple[Variant, Brand]]) -> float:
    start = time.process_time()
    for variant, brand in lines:
        check(variant, brand)
    return len(lines) / (time.process_time() - start)


def _words() -> Iterator[str]:
    """Words nobody has used yet."""
    for n in count(len(SYLLABLES) ** 3):
        word = ""
        while n:
            n, digit = divmod(n, len(SYLLABLES))
            word += SYLLABLES[digit]
        yield word


def _with(variant: Variant, word: str) -> Variant:
    changed = {name: f"{word} {text}" for name in ("subject", "preheader", "title", "body") if (text := getattr(variant, name))}
    return variant.model_copy(update=changed)


if __name__ == "__main__":
    main()
