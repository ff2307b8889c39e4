"""Whatever is passed over, passed over rightly: quick looks of rules, links, swearing and segments, against doing all of it."""

from __future__ import annotations

from itertools import chain

import pytest
import smsutil
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.rules import cases
from guardrails import phrases, profanity
from guardrails.fold import fold, plain
from guardrails.offer_words import WORD
from guardrails.rules import RULES, Copy
from guardrails.rules.links import _ANYWHERE, _BARE, _INNER_DOT, _MARKED, _links
from guardrails.rules.sms import segments
from guardrails.template import UNSUBSCRIBE, views

LINKS = st.sampled_from(
    ["www", ".", "com", "evil.com", "acme.com/a", "https://", "http:", "//", "@", "-", "1", "1.2.3.4", "me/", ":", "'", "(", " ", "\n"]
)
PARTS = st.sampled_from(
    ["{{ city }}", "{{ empty }}", "{{ nope }}", "{{ a.b }}", "{{- city -}}", "{{ city | truncate(3) }}", "{% if city %}", "{% else %}",
     "{% endif %}", "{# note #}", "héllo ", " ab", "\u200b", "ﬁ", "…", "\n", "{{", "}}"]
)  # fmt: skip


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if rule.phrases], ids=lambda rule: rule.id)
def test_a_rule_passed_over_would_have_found_nothing(rule) -> None:
    copies = [Copy(case.variant, case.brand) for case in cases()]
    passed = [copy for copy in copies if copy.near.isdisjoint(rule.phrases)]
    assert passed and not list(chain.from_iterable(map(rule.test, passed)))


def test_what_matches_anywhere_in_a_copy_is_near() -> None:
    for case in cases():
        copy = Copy(case.variant, case.brand)
        texts = [view.text for _, view in (*copy.seen, *copy.plain, *copy.prose)]
        assert copy.near >= {pattern for pattern in phrases._ALL if any(map(pattern.pattern.search, texts))}


@settings(max_examples=500, deadline=None)
@given(st.lists(LINKS, max_size=12).map("".join))
def test_no_link_stands_before_its_mark(text: str) -> None:
    patterns = [(p.pattern, mark) for p, mark in _MARKED] + [(_BARE, _INNER_DOT)]
    assert _links(text, patterns) == _links(text, [(pattern, _ANYWHERE) for pattern, _ in patterns])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([*profanity._listed().words, "f u c k", "sh*t", "Hi", "a b", "class"]), max_size=4))
def test_looking_at_all_texts_at_once_overlooks_no_swearing(words: list[str]) -> None:
    texts = [word.strip("*") for word in words]
    assert profanity.suspicious("\n".join(texts)) or not any(map(profanity.swearing, texts))


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("aZ09 @$_[]{}\n\r`é€\t😀"), max_size=40), st.integers(1, 20))
def test_segments_are_counted_as_the_library_does(text: str, times: int) -> None:
    assert segments(text * times) == (len(smsutil.split(text * times).parts) if text else 0)


def test_words_by_first_letter_are_the_same_words() -> None:
    assert phrases.by_first_letter("two", "ten", "six") == "(?=[ts])(?:t(?:wo|en)|s(?:ix))"
    assert "twenty" not in WORD and phrases.re.fullmatch(WORD, "twenty") and not phrases.re.fullmatch(WORD, "twent")


@settings(max_examples=300, deadline=None)
@given(st.lists(PARTS, max_size=6).map("".join))
def test_every_character_of_a_view_leads_to_where_it_comes_from(source: str) -> None:
    """Of text to itself, of a value to the whole of its braces; and a stretch from the place of its first to that of its last."""
    for view in views(source, {"city": "Your town", "empty": "", "unsubscribe_url": UNSUBSCRIBE}):
        for at, (character, (start, end)) in enumerate(zip(view.text, view.spans, strict=True)):
            put_in = view.templated(at, at + 1)
            assert source[start:end].startswith("{{") if put_in else source[start:end] == character
            assert view.source(0, at + 1) == (view.spans[0][0], end)
        smooth = fold(view)
        assert smooth.text == plain(view.text)
        for character, (start, end) in zip(smooth.text, smooth.spans, strict=True):
            assert source[start:end].startswith("{{") or character in plain(source[start:end])
