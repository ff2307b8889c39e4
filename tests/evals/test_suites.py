"""Every suite offline: within a minute all together, with no network, above its bars; cases are sound and scorers can fail."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.evals.text import missed_bars
from evals.records import Run
from evals.running import run
from evals.subject import Subject
from evals.suite import NAMES, find

ROOT = Path(__file__).parents[2]
LEAST = {"planner": 120, "copywriter": 100, "reviewer": 500, "analyst": 36, "injection": 70, "end_to_end": 4}


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """A run of every suite with the experts without a model, and never a connection."""
    real, began = socket.socket.connect, time.perf_counter()

    def refuse(self: socket.socket, address: object) -> None:
        if self.family != socket.AF_UNIX:
            raise AssertionError(f"connected to {address}")
        real(self, address)  # type: ignore[arg-type]

    folder = tmp_path_factory.mktemp("logs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", refuse)
        runs = {name: run(find(name), Subject(), logs=folder) for name in NAMES}
    assert time.perf_counter() - began < 60 or time.process_time() < 60
    return runs


@pytest.mark.parametrize("name", NAMES)
def test_the_experts_answer_every_case_and_hold_the_bars(offline: dict[str, Run], name: str) -> None:
    done = offline[name]
    assert len(done.by_case()) >= LEAST[name] and not done.failed
    assert missed_bars(done, find(name)) == []
    assert set(done.metrics) - set(done.means()) <= {"language"}  # scored only where copy in another language was written
    assert done.spent["calls"] == 0 and all(0 <= s <= 1 for a in done.attempts for s in a.scores.values())


@pytest.mark.parametrize("name", NAMES)
def test_two_runs_are_the_same_to_the_letter(offline: dict[str, Run], name: str, tmp_path: Path) -> None:
    if name in ("reviewer", "end_to_end"):
        pytest.skip("long; the others show it")
    again = run(find(name), Subject(), logs=tmp_path)
    assert [(a.case, a.output, a.scores) for a in again.attempts] == [(a.case, a.output, a.scores) for a in offline[name].attempts]


@pytest.mark.parametrize("name", NAMES)
def test_every_metric_can_be_lost(offline: dict[str, Run], name: str) -> None:
    """An answer spoiled by hand loses points: no scorer gives full marks to everything."""
    suite = find(name)
    cases = {c.id: c for c in suite.cases()}
    lost = set()
    for attempt in offline[name].attempts:
        output = json.loads(attempt.output)
        for spoiled in _spoiled(name, output, cases[attempt.case].given):
            after, _ = suite.score(cases[attempt.case], spoiled)
            lost |= {m for m, before in attempt.scores.items() if after.get(m, 0.0) < before}
            lost |= {m for m, value in after.items() if value < 1}
    assert lost == set(suite.metrics)


def _spoiled(name: str, output: dict[str, object], given: dict[str, object]) -> list[dict[str, object]]:
    text = json.dumps(output)
    match name:
        case "planner":
            return [{}, {"questions": []}]
        case "copywriter":
            if "variant" in output:
                return [{"variant": None}]
            if given["brief"].get("language", "en") != "en":  # type: ignore[attr-defined]
                body = "We have kept some of this for you and it is here when you are."
                english = {"id": "e", "channel": "push", "title": "A word", "body": body}
                return [{"variants": [english]}]
            variants: list[dict[str, object]] = output["variants"]  # type: ignore[assignment]
            shout = {
                **variants[0],
                "body": "BUY NOW! BUY NOW! Our unquestionably extraordinary merchandise necessitates immediate consideration: 70% off.",
            }
            french = {
                **variants[0],
                "body": "Nous avons pensé à vous et il y a du nouveau dans la boutique, c'est pour vous et nous en sommes contents.",
            }
            return [{"variants": [shout, shout, french]}]
        case "reviewer":
            return [{"rules": []}, {"rules": ["X99"]}]
        case "analyst":
            flipped = json.loads(text.replace('"lift_points": -', '"lift_points": ').replace('"lift_points": ', '"lift_points": -'))
            return [flipped | {"paragraph": "It earned 777,777 more."}, json.loads(text) | {"analysis": {"learnings": [
                {"statement": "Sundays work.", "lever": "day", "level": "sunday", "lift_points": 3.0, "sends": 9}]}}]  # fmt: skip
        case "injection":
            fallen = [] if given["agent"] == "copywriter" else [{"made": [f"Yes: {given['token']}"], "limits": {}, "rules": []}]
            return [{}, *fallen]
        case _:
            return [output | {"state": "draft", "audience": 0, "variants": [], "orders": {"rest": ["sms"], "windows": None, "floor": 0.01}}]


def test_a_failing_agent_is_a_failure_with_its_reason_and_the_others_go_on(tmp_path: Path) -> None:
    from journeyman.errors import ModelUnavailable

    class Down(Subject):
        """A planner that is down for one language."""

        @property
        def team(self) -> object:  # type: ignore[override]
            class Planner:
                """Fails for German goals."""

                async def plan(self, goal: str, setting: object) -> object:
                    if "Kund" in goal:
                        raise ModelUnavailable("the line is cut")
                    return await Subject().team.planner.plan(goal, setting)  # type: ignore[arg-type]

            return type("Team", (), {"planner": Planner()})()

    done = run(find("planner"), Down(), logs=tmp_path)
    assert 0 < len(done.failed) < len(done.attempts) and all("the line is cut" in a.error for a in done.failed)
    assert len(done.attempts) == len(find("planner").cases())


def test_nothing_outside_imports_inspect() -> None:
    names = "app.cli, app.cli.eval.run, app.evals.html, evals.comparing, evals.baseline, evals.choosing, agents.team, graphs.campaign"
    code = f"import sys, {names}; sys.exit('inspect_ai' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60).returncode == 0
