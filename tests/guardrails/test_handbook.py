"""The handbook is what the rules are, and the page in docs is what the handbook makes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

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
    assert len(page.split("\n- passes: ")) == len(RULES) + 1


def test_families_stand_in_order() -> None:
    page = handbook()
    at = [page.index(f"### {name}") for name in ("E-mail", "Text messages", "Push", "In-app", "Every channel", "How they are judged")]
    assert at == sorted(at) and page.index("**E03**") < page.index("**S01**") < page.index("**X02**") < page.index("**X20**")


def test_the_command_writes_the_page() -> None:
    made = subprocess.run([sys.executable, "-m", "guardrails.handbook"], capture_output=True, cwd=ROOT, timeout=60)
    assert made.returncode == 0 and made.stdout.decode() == handbook()
