"""A prompt broken on purpose is caught: recorded runs of the rehearsal model, replayed and compared by the commands a person would give."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app
from evals.records import Case
from evals.rehearsal import HABITS, Rehearsal
from evals.subject import REHEARSAL, Subject
from evals.suite import find
from journeyman.errors import RunError
from prompts import load
from tests.evals.broken import BREAKS, broken

RUN = ["eval", "run", "--model", "rehearsal", "--json"]


def last(folder: Path, suite: str) -> str:
    return sorted(f.stem for f in (folder / ".journeyman" / "evals").glob(f"{suite}-*.json"))[-1]


@pytest.mark.parametrize("what", BREAKS)
def test_a_broken_prompt_is_a_regression_and_the_same_prompt_is_none(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CI", raising=False)
    id, suite, metric, _ = BREAKS[what]
    broken(what, tmp_path)
    chosen = f"{id}={tmp_path}/{id}-without-{what.replace(' ', '-')}.j2"
    only = [x for case in _cases(what, suite) for x in ("--case", case)]
    names = []
    for more in ([], ["--seed", "1"], ["--prompt", chosen]):
        recorded = CliRunner().invoke(app, [*RUN, suite, *only, *more, "--record"])
        assert recorded.exit_code == 0, recorded.output
        replayed = CliRunner().invoke(app, [*RUN, suite, *only, *more, "--replay"])
        assert json.loads(replayed.stdout)["means"] == json.loads(recorded.stdout)["means"]
        names.append(last(tmp_path, suite))
    same = CliRunner().invoke(app, ["eval", "compare", names[0], names[1], "--json"])
    assert same.exit_code in (0, 2), same.stdout[:2000]
    worse = CliRunner().invoke(app, ["eval", "compare", names[0], names[2], "--json"])
    assert worse.exit_code == 1
    told = json.loads(worse.stdout)
    assert metric in [m["metric"] for m in told["metrics"] if m["verdict"] == "regression"] and list(told["prompts"]) == [id]


def _cases(what: str, suite: str) -> list[str]:
    """Two or three dozen cases that the instruction is about."""
    cases = [c for c in find(suite).cases() if c.given.get("agent", "copywriter") == "copywriter" and "variant" not in c.given]
    foreign = [c.id for c in cases if c.given["brief"].get("language", "en") != "en"]
    own = [c.id for c in cases if c.id not in foreign]
    return foreign if what == "language line" else own[:36] if what == "injection fence" else own[::2][:30]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["planner", "--model", "rehearsal", "--prompt", "write@1"], "does not exercise"),
        (["copywriter", "--prompt", "write@1"], "read no prompts"),
        (["copywriter", "--model", "rehearsal", "--prompt", "write@77"], "no version 77"),
        (["copywriter", "--model", "rehearsal", "--prompt", "write"], "names no prompt and version"),
        (["copywriter", "--model", "rehearsal", "--record", "--replay"], "exclude each other"),
        (["copywriter", "--case", "nowhere"], "no case nowhere"),
        (["nothing"], "no suite nothing"),
    ],
)
def test_wrong_use_is_refused_before_anything_is_asked(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = CliRunner().invoke(app, ["eval", "run", *arguments])
    assert isinstance(ended.exception, RunError) and said in str(ended.exception)


@pytest.mark.parametrize("suite", ["copywriter", "injection", "analyst"])
def test_a_rehearsal_that_keeps_no_instruction_answers_all_the_same(suite: str) -> None:
    found = find(suite)
    subject = Subject(REHEARSAL, {}, {}, None, Rehearsal(obeys=0.0, effect=0.0, seed=3))

    async def ask(case: Case) -> dict[str, float | None]:
        with subject.attempt(1):
            output = await found.answer(case, subject)
        return found.score(case, output)[0]

    scores = [asyncio.run(ask(case)) for case in found.cases()]
    assert len(scores) == len(found.cases()) and all(scores)


def test_the_rehearsal_model_finds_its_instructions_in_the_prompts_in_use() -> None:
    """Were a prompt reworded past recognition, the rehearsal model would take an instruction for lost: widen its pattern then."""
    import re

    readers = ["plan", "write", "repair", "review", "analyse", "narrate", "orchestrate"]
    homes = {"offer": ["write", "repair"], "no_offer": ["write"], "language": ["write"], "limits": ["plan"]}
    homes |= {"report": ["review"], "clean": ["review"], "clear": ["analyse"], "fence": readers}
    assert set(homes) == set(HABITS)
    lost = [(h, id) for h, ids in homes.items() for id in ids if not re.search(HABITS[h], load(id).source, re.I | re.S)]
    assert lost == []
