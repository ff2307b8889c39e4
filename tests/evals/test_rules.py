"""The labelled set: every rule finds what it must and no more, the set covers every rule, and a rule that got worse is caught."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from evals.rules import PRECISION, Result, cases, run
from guardrails.rules import RULES
from journeyman.domain import CHANNELS
from journeyman.errors import ContentError

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def result() -> Result:
    return run(cases())


def test_every_rule_holds_its_floor(result: Result) -> None:
    assert not [f"{s.rule}: {s.recall:.2f}" for s in result.scores if s.low]
    assert result.precision >= PRECISION
    assert result.good


def test_what_blocks_misses_nothing(result: Result) -> None:
    assert [s.rule for s in result.scores if s.severity == "block" and s.found < s.expected] == []


def test_each_rule_is_right_nearly_always(result: Result) -> None:
    assert [s.rule for s in result.scores if s.precision is not None and s.precision < 0.9] == []


def test_the_set_is_large_and_covers_every_rule_and_channel() -> None:
    labelled = cases()
    assert len(labelled) >= 400
    broken = Counter(rule for case in labelled for rule in case.expect)
    assert {rule for rule in RULES if broken[rule] < 3} == set()
    kept = Counter(case.variant.channel for case in labelled if not case.expect)
    assert all(kept[channel] >= 25 for channel in CHANNELS), kept
    for rule in (r for r in RULES.values() if set(r.channels) == set(CHANNELS)):
        seen = {case.variant.channel for case in labelled if rule.id in case.expect}
        assert len(seen) >= 3, (rule.id, seen)
    assert {case.variant.language[:2] for case in labelled} >= {"en", "de", "fr", "es"}


def test_no_line_stands_twice() -> None:
    seen = Counter(case.variant.model_dump_json(exclude={"id"}) for case in cases())
    assert [text for text, n in seen.items() if n > 1] == []


def test_a_rule_that_got_worse_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    blind = {"X02": lambda copy: iter(()), "X17": lambda copy: iter([copy.hit("body", copy.seen[0][1], 0, 1, "No.")])}
    for id_, test in blind.items():
        monkeypatch.setitem(RULES, id_, RULES[id_].__class__(**{**RULES[id_].__dict__, "test": test}))
    worse = run(cases())
    assert not worse.good
    scores = {s.rule: s for s in worse.scores}
    assert scores["X02"].low and scores["X02"].recall == 0
    assert scores["X17"].false > 300 and worse.precision < PRECISION
    assert {m.kind for m in worse.mistakes if m.rule == "X02"} == {"missed"}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("no json", r"shop\.jsonl:2 is no labelled variant"),
        ('{"id": "a", "channel": "sms", "body": "Hi"}', r"shop\.jsonl:2 .*expect"),
        ('{"id": "a", "channel": "pigeon", "body": "Hi", "expect": []}', r"shop\.jsonl:2 .*channel"),
        ('{"id": "a", "channel": "sms", "body": "Hi", "expect": ["X99"]}', r"shop\.jsonl:2 expects unknown rules: X99"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, told: str) -> None:
    (tmp_path / "shop.yaml").write_text("brand: {name: Shop}\n")
    good = json.dumps({"id": "b", "channel": "push", "body": "It is back.", "expect": []})
    (tmp_path / "shop.jsonl").write_text(f"{good}\n{line}\n")
    with pytest.raises(ContentError, match=told):
        cases(tmp_path)


def test_a_missing_brand_and_an_empty_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="no labelled lines"):
        cases(tmp_path)
    (tmp_path / "shop.jsonl").write_text("")
    with pytest.raises(ContentError, match=re.escape("shop.yaml describes no brand")):
        cases(tmp_path)


def journeyman(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "app", "eval", "run", *arguments], capture_output=True, text=True, cwd=ROOT, timeout=120)


def test_the_command_prints_scores_and_ends_with_0(result: Result) -> None:
    ended = journeyman("guardrails", "--json")
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert told["precision"] == result.precision and len(told["scores"]) == len(RULES)


def test_the_command_tells_mistakes_and_ends_with_1(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text("brand: {name: Shop}\n")
    (tmp_path / "shop.jsonl").write_text(json.dumps({"id": "a", "channel": "push", "body": "20% off.", "expect": ["X17"]}) + "\n")
    ended = journeyman("guardrails", "--cases", str(tmp_path), "--show")
    assert ended.returncode == 1
    assert "X17 missed shop.jsonl:1" in ended.stderr and "X02 false shop.jsonl:1" in ended.stderr
    assert max(map(len, ended.stderr.split("X02 false")[0].splitlines())) <= 80


def test_another_suite_is_wrong_use() -> None:
    assert journeyman("poems").returncode == 2
