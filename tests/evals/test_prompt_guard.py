"""A prompt that changed needs a blessed run. This fails `make test` until it has one, and says what to do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app
from evals.baseline import bless, unvouched
from evals.records import Mark, read, save
from evals.shelf import BASELINES
from evals.suite import NAMES, find
from journeyman.errors import RunError
from prompts import ids, load, load_version
from prompts.loader import ARCHIVE, HERE, PromptError
from tests.evals.runs import failing, run


def test_every_prompt_in_use_has_a_blessed_run() -> None:
    assert [str(missing) for missing in unvouched()] == []


def test_blessed_runs_are_of_todays_cases() -> None:
    """Others could not be compared with: run the suite again with the blessed prompt and bless it."""
    stale = [
        f"{file.name}: journeyman eval run {r.suite} --model {r.model.name} --epochs {r.epochs} && journeyman eval bless {r.suite}"
        for file in sorted(BASELINES.glob("*.json"))
        if (r := read(file)).dataset != find(r.suite).dataset(find(r.suite).cases())
    ]
    assert stale == []


def test_every_prompt_is_exercised_by_a_suite() -> None:
    assert set(ids()) == {id for name in NAMES for id in find(name).prompts}


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    folder = tmp_path / "prompts"
    shutil.copytree(HERE, folder)
    file = folder / "write.j2"
    file.write_text(file.read_text().replace("You are the copywriter of a brand.", "You write for a brand."))
    return folder


def test_a_changed_prompt_is_named_with_the_commands_to_give(edited: Path) -> None:
    missing = unvouched(edited)
    version = load("write").version
    assert [m.prompt.id for m in missing] == ["write"]
    said = str(missing[0])
    assert f"Raise its version to {version + 1}" in said and f"archive/write@{version}.j2" in said
    assert "journeyman eval run copywriter" in said and "journeyman eval compare blessed copywriter" in said
    file = edited / "write.j2"
    file.write_text(file.read_text().replace(f"version: {version}", f"version: {version + 1}", 1))
    load.cache_clear()
    assert "Raise" not in str(unvouched(edited)[0])


def test_a_run_of_the_experts_vouches_for_no_prompt(tmp_path: Path) -> None:
    whole = read(next(iter(sorted(BASELINES.glob("copywriter.*.json")))))
    save(whole.model_copy(update={"model": Mark(name="offline", hash="o")}), tmp_path / "copywriter.offline.json")
    assert set(ids()) == {m.prompt.id for m in unvouched(baselines=tmp_path)}
    assert "has no blessed run" in str(unvouched(baselines=tmp_path)[0])


def test_blessing_refuses_parts_and_failures(tmp_path: Path) -> None:
    whole = read(next(iter(sorted(BASELINES.glob("analyst.*.json")))))
    assert read(bless(whole, tmp_path)) == whole
    with pytest.raises(RunError, match="today's cases"):
        bless(run({"fields": [1.0]}, suite="analyst"), tmp_path)
    with pytest.raises(RunError, match="got no answer"):
        bless(failing(whole, {whole.attempts[0].case}), tmp_path)


def test_the_command_blesses_and_compares_with_what_is_blessed(tmp_path: Path) -> None:
    source = next(iter(sorted(BASELINES.glob("analyst.*.json"))))
    blessed = CliRunner().invoke(app, ["eval", "bless", str(source), "--baselines", str(tmp_path), "--json"])
    assert blessed.exit_code == 0 and (tmp_path / source.name).is_file()
    same = CliRunner().invoke(app, ["eval", "compare", "blessed", str(source), "--baselines", str(tmp_path)])
    assert same.exit_code == 0, same.output
    listed = CliRunner().invoke(app, ["eval", "report", "--baselines", str(tmp_path), "--json", "--html", str(tmp_path / "index.html")])
    assert listed.exit_code == 0 and "analyst" in listed.stdout and "analyst" in (tmp_path / "index.html").read_text()


def test_earlier_versions_are_found_by_number() -> None:
    for file in sorted((HERE / ARCHIVE).glob("*.j2")):
        id, _, number = file.stem.partition("@")
        kept = load_version(id, int(number))
        assert kept.version == int(number) < load(id).version and kept.hash != load(id).hash
    assert load_version("write", load("write").version) == load("write")
    with pytest.raises(PromptError, match="no version 99"):
        load_version("write", 99)
