"""The quick look of long patterns overlooks nothing: what runs only where its words stand finds what the whole pattern finds."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evals.rules import cases
from guardrails import phrases, profanity
from guardrails.phrases import Phrases, required
from guardrails.rules.base import Copy

PIECES = sorted({word for pattern in phrases._ALL for word in pattern.words or ()})
GLUE = st.sampled_from([" ", "  ", "\n", "", "-", ". ", " the ", " 5 ", "%", "'", "ı", "ſ", "K", "İ"])
TEXTS = st.lists(st.tuples(st.sampled_from(PIECES), GLUE), max_size=8).map(lambda parts: "".join(a + b for a, b in parts))


def _same(text: str) -> None:
    for pattern in phrases._ALL:
        assert [m.span() for m in pattern.finditer(text)] == [m.span() for m in pattern.pattern.finditer(text)], pattern.words


def test_on_the_labelled_set() -> None:
    for case in cases():
        for _, view in Copy(case.variant, case.brand).seen:
            _same(view.text)
            _same(view.text.upper())


@settings(max_examples=300, deadline=None)
@given(TEXTS | st.text(max_size=60))
@example("ſave 20% oﬀ")
@example("GİFT on\u00a0us")
def test_on_any_text(text: str) -> None:
    _same(text)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (r"\b(?:clinically|scientifically) proven\b", {"clinically proven", "scientifically proven"}),
        (r"colou?r\s+blind", {"color blind", "colour blind"}),
        (r"\w{3,9} than (?:any|every) other", {" than any other", " than every other"}),
        (r"(?:a|b)\d+", None),
        (r"ends?(?=\s+today)", {" today"}),
        (r"(?:free)?", None),
        (r"[$€]\s?\d", {"$", "€"}),
    ],
)
def test_words_read_off_a_pattern(source: str, words: set[str] | None) -> None:
    found = required(source)
    if words is None:
        assert found is None
    else:
        assert found is not None and {w for w in words if not any(o in w for o in words if o != w)} == found


def test_a_pattern_made_later_is_known() -> None:
    pattern = Phrases(r"\bkumquats?\b")
    try:
        assert [m[0] for m in pattern.finditer("Two kumquats.")] == ["kumquats"]
        assert pattern.search("No fruit.") is None
    finally:
        phrases._ALL.pop()
        phrases._automaton.cache_clear()
        phrases.near.cache_clear()


WORDS = [word.strip("*") for word in profanity._listed().words]
DISGUISE = {"a": "4@", "e": "3", "i": "1!|", "o": "0", "s": "5$", "t": "7+", "l": "1|", "u": "v"}


@st.composite
def disguised(draw: st.DrawFn) -> str:
    word, style = draw(st.sampled_from(WORDS)), draw(st.integers(0, 4))
    if style == 1:
        word = "".join(draw(st.sampled_from([c, *DISGUISE.get(c, "")])) for c in word)
    elif style == 2:
        word = "".join(c * draw(st.integers(1, 3)) for c in word)
    elif style == 3:
        word = draw(st.sampled_from([" ", ".", "-", "_"])).join(word)
    elif style == 4 and len(word) > 2:
        word = word[0] + draw(st.sampled_from("*#")) * (len(word) - 2) + word[-1]
    before, after = draw(st.sampled_from(["", "You ", "(", "ok-", "grass "])), draw(st.sampled_from(["", "!", " you", "s", "ing class"]))
    return before + draw(st.sampled_from([word, word.upper(), word.title()])) + after


@settings(max_examples=500, deadline=None)
@example("5h17+ys")
@given(disguised() | st.text("abcfhikstu145$@!*# .-", max_size=20))
def test_no_swearing_is_overlooked(text: str) -> None:
    listed = profanity._listed()
    honest = [m.span() for m in listed.honest.finditer(text)]
    whole = [m for m in listed.all.finditer(text) if profanity._meant(m)]
    told = [m for m in whole if not any(s <= m.start() < e or m.start() <= s < m.end() for s, e in honest)]
    found = profanity.swearing(text)
    assert found or not told, (text, [m[0] for m in told])
