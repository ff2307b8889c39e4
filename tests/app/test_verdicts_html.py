"""The HTML page: copy stays data, words are marked by more than colour, a thousand variants stay usable, nothing is fetched."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.verdicts.html import PER_PAGE, page
from app.verdicts.judged import judge
from app.verdicts.visible import hidden, visible
from guardrails.lines import read_lines
from journeyman.domain import Brand

VOID = {"meta", "input", "br"}
ALLOWED = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "footer", "nav", "section", "article", "div", "span", "p", "a"),
    *("h1", "h2", "h3", "ul", "ol", "li", "b", "bdi", "br", "pre", "mark", "details", "summary", "fieldset", "legend", "label", "input"),
}


class Reader(HTMLParser):
    """Reads a page strictly: every element closed in order, only elements and attributes the template has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.said: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED, tag
        given = dict(attrs)
        assert not [name for name in given if name.startswith("on") or name in ("src", "style", "srcdoc")]
        self.tags.append(tag)
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.links += [value for name, value in attrs if name == "href" and value]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.said.append(data)


def made(folder: Path, *variants: dict[str, Any] | str, brand: str = "") -> str:
    file = folder / "copy.jsonl"
    file.write_text("".join((v if isinstance(v, str) else json.dumps(v)) + "\n" for v in variants))
    settings = Brand(name=brand)
    return page(judge(read_lines(file), settings, None), file, settings, None)


def read(text: str) -> Reader:
    """The page, strictly; every link leads to a place in it, no place is named twice."""
    reader = Reader(text)
    assert len(set(reader.ids)) == len(reader.ids)
    assert {link.removeprefix("#") for link in reader.links} <= set(reader.ids)
    assert all(link.startswith("#") for link in reader.links)
    return reader


def push(body: str, id: str = "v", **more: Any) -> dict[str, Any]:
    return {"id": id, "channel": "push", "body": body, **more}


def test_words_are_marked_by_kind_and_number_and_told_beside(tmp_path: Path) -> None:
    text = made(tmp_path, push("Take 20% off."), push("Last chance to see it.", "w"), push("It is back!!!", "x"), push("Fine.", "y"))
    read(text)
    for kind, words in (("block", "20%"), ("ask", "Last chance"), ("warn", "!!!")):
        assert re.search(rf'<mark class="{kind}">{words}</mark>\u2060?(&#x2060;)?<a class="no {kind}" href="#v\d-1">', text)
    assert "Nothing found." in text and len(re.findall(r'<li class="(block|ask|warn)" id="v\d-1"', text)) == 3
    for word in ("Rejected", "Escalated", "Approved", "Blocks", "A person must settle it", "Advice"):
        assert word in text
    style = text[text.index("<style>") : text.index("</style>")]
    assert all(re.search(rf"mark\.{kind}{{[^}}]*text-decoration-style", style) for kind in ("block", "ask", "warn"))


def test_hostile_copy_stays_data(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script> \u202e <img src=x onerror=alert(2)> </mark></style> &lt; \u0000"
    cta = {"label": "<b>Go</b>"[:200], "url": "javascript:alert('x')"}
    text = made(
        tmp_path,
        push(evil, title=evil, cta=cta, theme=evil[:200], language='en"><script>', subject=evil),
        {
            "id": "m",
            "channel": "email",
            "subject": evil,
            "preheader": evil,
            "body": evil + "\n\nUnsubscribe: {{ unsubscribe_url }}",
            "cta": cta,
        },
        '{"id": "<script>", "channel": "push"}',
        '{"id": "\\ud800", "channel": "\u202e<script>"}',
        "<script>\u202e",
        brand="<script>Acme",
    )
    reader = read(text)
    assert "script" not in reader.tags and "img" not in reader.tags
    assert not any(hidden(c) for c in "".join(reader.said).replace("\u2060", ""))
    assert "U+202E" in text and "U+0000" in text
    text.encode()


def test_a_customer_without_data_is_shown_and_hidden_words_stand_in_the_source(tmp_path: Path) -> None:
    body = "{% if first_name %}{{ first_name }}, take 20% off.{% else %}Take 30% off, then 40%.{% endif %}"
    text = made(tmp_path, push(body, title="Hi {{ first_name | default('you') }}"))
    read(text)
    assert "Hi you" in text and "up to 2 ways" in text
    assert '<mark class="block">30%</mark>' in text and "In the template:" in text and '<mark class="block">20%</mark>' in text


@pytest.mark.parametrize("count", [0, 1, PER_PAGE, PER_PAGE + 1, 10 * PER_PAGE])
def test_pages_of_a_hundred(tmp_path: Path, count: int) -> None:
    text = made(tmp_path, *(push("Take 20% off." if n % 2 else "Fine.", f"v{n}") for n in range(count)))
    reader = read(text)
    pages = -(-count // PER_PAGE)
    assert text.count('<section class="page"') == pages and text.count("<article") == count
    assert text.count('aria-current="page"') == (2 * pages if pages > 1 else 0)
    assert reader.tags.count("main") == reader.tags.count("h1") == 1
    assert ("holds no variants" in text) == (count == 0)
    if count == 10 * PER_PAGE:
        assert "Variants 901 to 1000 of 1,000" in text and "and 400 more" in text


def test_nothing_is_fetched_and_the_same_copy_makes_the_same_page(tmp_path: Path) -> None:
    first, second = (made(tmp_path, push("See https://else.example/x and take 20% off.")) for _ in range(2))
    assert first == second and "default-src 'none'" in first
    assert not re.search(r"""(src|href)=["']?(https?:|//)|@import|url\(""", first)


def test_headings_go_down_by_one_and_places_have_names(tmp_path: Path) -> None:
    text = made(tmp_path, *(push("Take 20% off.", f"v{n}") for n in range(150)))
    levels = [int(n) for n in re.findall(r"<h(\d)", text)]
    assert levels[0] == 1 and all(b - a <= 1 for a, b in pairwise(levels))
    labelled = re.findall(r'aria-labelledby="([^"]+)"', text)
    assert len(labelled) >= 152 and set(labelled) <= set(read(text).ids)


PIECES = [
    "<",
    ">",
    '"',
    "{{ first_name }}",
    "{% if a %}",
    "{% endif %}",
    "20%",
    "free ",
    "last chance ",
    "\u202e",
    "\n\n",
    "é",
    "🍞",
    "&amp;",
]


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bodies=st.lists(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), min_size=1, max_size=12), min_size=1, max_size=3))
def test_no_copy_breaks_the_page(tmp_path: Path, bodies: Sequence[list[str]]) -> None:
    shown = [
        {"id": f"v{n}", "channel": channel, "subject": "".join(b), "body": "".join(b), "cta": {"label": "x", "url": "".join(b)}}
        for n, b in enumerate(bodies)
        for channel in [("email", "sms", "in_app")[n]]
    ]
    read(made(tmp_path, *shown))


def test_hidden_characters_are_written_out_and_emoji_left_whole() -> None:
    assert visible("a\u202eb\x1b[31m\u200bc\u00ad\ue000") == "a\\u202eb\\u001b[31m\\u200bc\\u00ad\ue000"
    assert visible("👩\u200d🍳 ❤\ufe0f می\u200cخواهم\n\té") == "👩\u200d🍳 ❤\ufe0f می\u200cخواهم\n\té"
