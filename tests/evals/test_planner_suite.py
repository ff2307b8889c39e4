"""The offline planner against the planner suite, and the suite against its own rules."""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from agents.offline.planner import OfflinePlanner
from agents.offline.tongues import LANGUAGES, language_of
from evals.scorers import planner as scorer
from journeyman.domain import Plan
from journeyman.errors import ContentError

BAR = 0.95


@cache
def outcome(goal: str) -> dict[str, Any]:
    made = asyncio.run(OfflinePlanner().plan(goal, scorer.setting()))
    return scorer.facts(made) if isinstance(made, Plan) else {"questions": [q.text for q in made.questions]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_offline_planner_holds_the_bar_in_every_language(language: str) -> None:
    scored = {c.id: scorer.score(c.expect, outcome(c.goal)) for c in scorer.cases() if c.language == language}
    assert scorer.share(scored.values()) >= BAR, {i: s for i, s in scored.items() if min(s.values()) < 1}
    asked = [s["questions"] for s in scored.values() if "questions" in s]
    assert sum(asked) / len(asked) >= BAR


def test_the_suite_is_wide_enough() -> None:
    cases = scorer.cases()
    assert len(cases) >= 120 and len({c.goal for c in cases}) == len(cases)
    assert all(n >= 30 for n in Counter(c.language for c in cases).values()) and {c.language for c in cases} == set(LANGUAGES)
    for language in LANGUAGES:
        assert sum(bool(c.expect.get("questions")) for c in cases if c.language == language) >= 8
    known = set(scorer.facts(asyncio.run(OfflinePlanner().plan("Win back lapsed customers", scorer.setting()))))  # type: ignore[arg-type]
    assert {field for c in cases for field in c.expect} <= known | {"questions"}


def test_the_language_of_every_goal_is_known_but_for_babble() -> None:
    assert [c.id for c in scorer.cases() if language_of(c.goal) != c.language and not c.goal.startswith("blabla")] == []


def test_a_wrong_field_costs_a_point_and_questions_for_a_clear_goal_cost_all() -> None:
    expect = {"channels": ["email"], "max": 10}
    assert scorer.score(expect, {"channels": ["email"], "max": 15}) == {"channels": 1.0, "max": 0.0}
    assert scorer.score(expect, {"questions": ["?"]}) == {"channels": 0.0, "max": 0.0} == scorer.score(expect, {})
    assert scorer.score({"questions": True}, {"channels": ["email"]}) == {"questions": 0.0}
    assert scorer.share([{"a": 1.0, "b": 0.0}, {"a": 1.0, "b": 1.0}]) == 0.75 and scorer.share([]) == 0.0


def test_a_line_that_is_no_case_is_named(tmp_path: Path) -> None:
    (tmp_path / "en.jsonl").write_text('{"id": "a", "goal": "x", "language": "en", "expect": {}}\n{"id": "b"}\n', encoding="utf-8")
    with pytest.raises(ContentError, match=r"en\.jsonl:2"):
        scorer.cases(tmp_path)
