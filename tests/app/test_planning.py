"""`journeyman plan`: questions, answers, assumptions, in and outside a workspace."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli import app
from journeyman.simulation.worlds import prepare

ROOT = Path(__file__).parent.parent.parent
CLASH = "Inaktive Kunden zurückholen, nur E-Mail, keine E-Mail, eine Nachricht pro Woche"


def told(*words: str, said: str | None = None) -> tuple[int, dict[str, Any], str]:
    """Exit code, the JSON document and what people read."""
    result = CliRunner().invoke(app, ["plan", *words], input=said)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, json.loads(result.stdout) if result.stdout.startswith("{") else {}, " ".join(result.stderr.split())


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("nowhere")
def test_outside_a_workspace_a_goal_is_asked_about_answered_and_assumed() -> None:
    code, _, read = told(CLASH)
    assert code == 1 and "Welche Kanäle sind erlaubt?" in read and "--assume:" in read and '--answer "…"' in read
    code, made, _ = told(CLASH, "--json")
    assert code == 1 and [q["id"] for q in made["questions"]] == ["channels"] and made["journey"] is None
    code, made, _ = told(CLASH, "--answer", "per SMS", "--json")
    assert code == 0 and made["action_sets"]["channels"] == ["sms"] and made["languages"] == ["de"]
    code, _, read = told(CLASH, "--assume")
    assert code == 0 and "der Ausschluss gilt als Versehen" in read


@pytest.mark.usefixtures("nowhere")
def test_where_nothing_can_be_assumed_the_question_stays() -> None:
    code, _, read = told("hello world", "--assume")
    assert code == 1 and "what customers should do" in read


def test_in_a_workspace_the_answer_needs_no_goal(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    shutil.copytree(ROOT / "app" / "templates" / "retail", folder)
    prepare("retail", folder, 7, customers=60)
    place = ("--workspace", str(folder), "--json")
    code, made, _ = told(CLASH, *place)
    assert code == 1 and made["journey"] == "win-back-customers"
    code, made, _ = told("--answer", "SMS", *place)
    assert code == 0 and made["name"] == "win-back-customers" and made["action_sets"]["channels"] == ["sms"]


@pytest.mark.usefixtures("nowhere")
def test_no_goal_and_nothing_to_answer_is_wrong_use() -> None:
    assert told()[0] == 2


def test_whoever_approves_sees_what_the_plan_takes_for_granted(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    shutil.copytree(ROOT / "app" / "templates" / "retail", folder)
    prepare("retail", folder, 7, customers=60)
    assert told(CLASH, "--assume", "--workspace", str(folder), "--json")[0] == 0
    shown = CliRunner().invoke(app, ["approve", "win-back-customers", "--reject", "--workspace", str(folder)])
    assert "der Ausschluss gilt als Versehen" in " ".join(shown.stderr.split())
