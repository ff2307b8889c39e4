"""The handbook is what the rules are, and the page in docs is what the handbook makes."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from guardrails.elsewhere import ELSEWHERE, Kept
from guardrails.handbook import handbook
from guardrails.rules import RULES

ROOT = Path(__file__).parents[2]


def test_the_committed_page_is_what_the_rules_make() -> None:
    told = "docs/guardrails.md is out of date: python -m guardrails.handbook > docs/guardrails.md"
    assert (ROOT / "docs/guardrails.md").read_text(encoding="utf-8") == handbook(), told


def test_every_rule_is_told_whole_and_counsel_decides() -> None:
    page = handbook()
    assert "counsel decides" in page and "<!--" not in page
    for rule in RULES.values():
        entry = page.split(f"**{rule.id}** · {rule.says}\n", 1)[1].split("\n\n**", 1)[0]
        assert f"**{rule.severity}** · {rule.source}\n" in entry and "\n- passes: " in entry and "\n- fails: " in entry
    assert len(page.split("\n- passes: ")) == len(RULES) + len(ELSEWHERE) + 1


def test_families_stand_in_order() -> None:
    page = handbook()
    at = [page.index(f"### {name}") for name in ("E-mail", "Text messages", "Push", "In-app", "Every channel", "How they are judged")]
    assert at == sorted(at) and page.index("**E03**") < page.index("**S01**") < page.index("**X02**") < page.index("**X20**")


def test_the_command_writes_the_page() -> None:
    made = subprocess.run([sys.executable, "-m", "guardrails.handbook"], capture_output=True, cwd=ROOT, timeout=60)
    assert made.returncode == 0 and made.stdout.decode() == handbook()


TABLE = (
    "E01 E02 E03 E04 E05 E06 E07 E08 E09 E10 S01 S02 S03 S04 S05 S06 P01 I01 X01 X02 X03 X04 X05 X06 X07 X08 X09 X10 X11 X12 X13 X14 X15 "
    "X16 X17 X18 X19 X20"
)
"""Every rule there is to be."""


def test_every_rule_of_the_house_is_in_the_page() -> None:
    assert sorted([*RULES, *ELSEWHERE]) == sorted(TABLE.split())
    page = handbook()
    assert all(page.count(f"**{id}** · ") == 1 for id in TABLE.split())


@pytest.mark.parametrize("kept", ELSEWHERE.values(), ids=lambda kept: kept.id)
def test_rules_held_elsewhere_hold(kept: Kept) -> None:
    assert import_module(kept.where).__doc__
    file, _, test = kept.tested.partition("::")
    assert f"\ndef {test}(" in (ROOT / file).read_text(encoding="utf-8")
    if kept.holds:
        assert kept.holds(kept.passes) and not kept.holds(kept.fails)
