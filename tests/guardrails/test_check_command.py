"""`journeyman check`: one verdict a line, in order; exit codes; words for people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from app.cli.check import check
from journeyman.errors import ContentError, WorkspaceError

GOOD = '{"id": "a", "channel": "push", "body": "It is back."}\n'
BAD = '{"id": "b", "channel": "push", "body": "Take 20% off."}\n'
UNSURE = '{"id": "c", "channel": "push", "body": "Last chance to see it."}\n'
BROKEN = '{"id": "d", "channel": "push"}\n{nope\n'


def run(tmp_path: Path, text: str, *options: str) -> Result:
    (tmp_path / "copy.jsonl").write_text(text)
    app = typer.Typer()
    app.command()(check)
    return CliRunner().invoke(app, [str(tmp_path / "copy.jsonl"), *options])


@pytest.mark.parametrize(("text", "code"), [(GOOD, 0), (GOOD + BAD, 1), (UNSURE, 1), (GOOD + BROKEN, 2), (BAD + BROKEN, 2), ("", 0)])
def test_exit_codes(tmp_path: Path, text: str, code: int) -> None:
    assert run(tmp_path, text, "--json").exit_code == code
    assert run(tmp_path, text).exit_code == code


def test_json_keeps_order_and_contract(tmp_path: Path) -> None:
    ended = run(tmp_path, BAD + BROKEN + UNSURE + GOOD, "--json")
    said = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [(v["id"], v["verdict"]) for v in said] == [
        ("b", "reject"),
        ("d", "reject"),
        ("line-3", "reject"),
        ("c", "escalate"),
        ("a", "approve"),
    ]
    assert said[0]["violations"][0] | {"message": ""} == {
        "rule": "X02",
        "severity": "block",
        "field": "body",
        "span": [5, 8],
        "message": "",
    }
    assert [v["violations"][0]["rule"] for v in said[1:3]] == ["X00", "X00"]
    assert all(set(v) == {"id", "verdict", "violations"} for v in said)
    assert "copy.jsonl:2: body: field required" in ended.stderr and "copy.jsonl:3: not JSON" in ended.stderr


def test_people_see_the_words_and_nothing_is_on_stdout(tmp_path: Path) -> None:
    ended = run(tmp_path, GOOD + BAD)
    assert ended.stdout == ""
    for words in ("approve", "X02 block body", "Take 20% off.", "1 approve, 1 reject"):
        assert words in ended.stderr


def test_brand_from_a_file_a_workspace_or_none(tmp_path: Path) -> None:
    link = '{"id": "a", "channel": "push", "body": "See https://else.org"}\n'
    assert run(tmp_path, link).exit_code == 0
    (tmp_path / "brand.yaml").write_text("name: Acme\ndomains: [acme.com]\n")
    assert run(tmp_path, link, "--brand", str(tmp_path / "brand.yaml")).exit_code == 1
    (tmp_path / "journeyman.yaml").write_text("brand: {name: Acme, domains: [acme.com]}\nguardrails: {banned_phrases: [back]}\n")
    assert run(tmp_path, link, "--workspace", str(tmp_path)).exit_code == 1
    assert run(tmp_path, GOOD, "--workspace", str(tmp_path)).exit_code == 1


@pytest.mark.parametrize(
    ("yaml", "words"),
    [("name: A\ncolour: red\n", "colour"), ("- a\n", "describes no brand"), ("a: [\n", "not valid YAML"), (None, "Cannot read")],
)
def test_a_wrong_brand_is_named(tmp_path: Path, yaml: str | None, words: str) -> None:
    if yaml is not None:
        (tmp_path / "brand.yaml").write_text(yaml)
    problem = run(tmp_path, GOOD, "--brand", str(tmp_path / "brand.yaml")).exception
    assert isinstance(problem, WorkspaceError) and words in problem.message and problem.remedy


def test_wrong_use_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(check)
    missing = CliRunner().invoke(app, [str(tmp_path / "none.jsonl")]).exception
    assert isinstance(missing, ContentError) and missing.remedy
    nowhere = run(tmp_path, GOOD, "--workspace", str(tmp_path / "nowhere")).exception
    assert isinstance(nowhere, WorkspaceError)


@pytest.mark.parametrize("format", ["text", "json", "sarif", "html"])
@pytest.mark.parametrize(("text", "code"), [(GOOD, 0), (GOOD + BAD, 1), (UNSURE, 1), (GOOD + BROKEN, 2), ("", 0)])
def test_exit_codes_are_the_same_in_every_format(tmp_path: Path, text: str, code: int, format: str) -> None:
    ended = run(tmp_path, text, "--format", format)
    assert ended.exit_code == code
    assert (ended.stdout == "") == (format == "text" or (format == "json" and not text))
    assert ("copy.jsonl:2: body: field required" in " ".join(ended.stderr.split())) == (code == 2)


def test_json_is_the_format_json(tmp_path: Path) -> None:
    said = {run(tmp_path, BAD + BROKEN + UNSURE, *way).stdout for way in (["--json"], ["--format", "json"], ["--json", "--format", "json"])}
    assert len(said) == 1


def test_documents_stand_alone_on_stdout_and_the_count_is_for_people(tmp_path: Path) -> None:
    for format, begins, ends in (("sarif", "{", "}"), ("html", "<!doctype html>", "</html>")):
        ended = run(tmp_path, GOOD + BAD, "--format", format)
        assert ended.stdout.startswith(begins) and ended.stdout.rstrip().endswith(ends) and ended.stdout.isascii()
        assert ended.stderr.strip() == "1 approve, 1 reject"


@pytest.mark.parametrize(
    ("options", "words"),
    [(["--format", "xml"], ["text", "json", "sarif", "html"]), (["--json", "--format", "html"], ["--json", "html"]),
     (["--json", "--format", "text"], ["--json", "text"])],
)  # fmt: skip
def test_a_wrong_format_names_the_choices(tmp_path: Path, options: list[str], words: list[str]) -> None:
    ended = run(tmp_path, GOOD, *options)
    assert ended.exit_code == 2 and ended.stdout == "" and all(word in ended.stderr for word in words)


def test_people_are_told_what_a_rule_meant_and_hostile_copy_does_not_act(tmp_path: Path) -> None:
    evil = '{"id": "e", "channel": "push", "body": "\\u001b[31mLast chance\\u202e, 20% off."}\n'
    said = run(tmp_path, UNSURE + evil).stderr
    assert "X10 ask   body" in said and "\\u202e" in said
    assert "\u202e" not in said and "\x1b[31mLast" not in said


def test_an_id_that_is_half_a_character_is_told_all_the_same(tmp_path: Path) -> None:
    for format in ("text", "json", "sarif", "html"):
        assert run(tmp_path, '{"id": "\\ud800", "channel": "push"}\n', "--format", format).exit_code == 2
