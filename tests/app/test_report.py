"""The report page: the same facts make the same bytes, text is escaped, nothing is fetched from anywhere."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest

from app.report.page import page, words, write_report
from app.report.terminal import summary
from tests.app import sample


def test_the_same_facts_make_the_same_page_whatever_the_time_taken(tmp_path: Path) -> None:
    for name, seconds in (("a", {"features": 1.0}), ("b", {"features": 9.0})):
        (tmp_path / name).mkdir()
        write_report(sample.facts(), seconds, tmp_path / name / "report.html")
    assert (tmp_path / "a" / "report.html").read_bytes() == (tmp_path / "b" / "report.html").read_bytes()
    assert "9.0 s" in (tmp_path / "b" / "timings.js").read_text()


def test_copy_is_escaped_and_nothing_is_fetched() -> None:
    text = page(sample.facts())
    assert "A basket &lt;is&gt; waiting" in text and "<is>" not in text
    assert not re.search(r"""(src|href)=["']?https?:""", text)


def test_the_first_line_says_what_is_simulated() -> None:
    body = page(sample.facts()).split("<main>")[1]
    assert re.sub(r"<[^>]+>", "", body).strip().startswith(sample.facts().notice)


def test_an_unclear_lift_is_said_to_be_unclear() -> None:
    assert page(sample.facts()).count("Not yet distinguishable") == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [("send_window", "send window"), ("percent_off-15", "15 % off"), ("sms", "SMS"), ("in_app", "in-app"), ("points-500", "500 points")],
)
def test_words(name: str, said: str) -> None:
    assert words(name) == said


def test_the_terminal_summary_fits_80_columns() -> None:
    from rich.console import Console

    console = Console(width=80, record=True, file=StringIO())
    console.print(summary(sample.facts(), {"features": 4.2}, "report.html"))
    lines = console.export_text().splitlines()
    assert max(map(len, lines)) <= 80 and any("Random control" in line for line in lines)
