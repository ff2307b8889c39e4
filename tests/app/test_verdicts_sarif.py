"""SARIF: the schema's rules, the words' exact place in the raw line, levels, fingerprints that outlive a move, copy that stays data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.verdicts.judged import judge
from app.verdicts.places import strings, within
from app.verdicts.sarif import document
from guardrails.lines import read_lines
from guardrails.rules import RULES
from journeyman.domain import Brand
from tests.app.sarif import LOG

BLOCKS = '{"id": "b", "channel": "push", "body": "Take 20% off."}'
ASKS = '{"id": "c", "channel": "push", "body": "Last chance to see it."}'
ADVISES = '{"id": "a", "channel": "push", "body": "It is back!!!"}'
BROKEN = '{"id": "d", "channel": "push"}'


def told(folder: Path, *lines: str, name: str = "copy.jsonl") -> dict[str, Any]:
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    log = document(judge(read_lines(Path(name)), Brand(name=""), None), Path(name))
    pytest.importorskip("jsonschema").Draft7Validator(LOG).validate(log)
    return log


def results(log: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = log["runs"][0]["results"]
    return found


def region(result: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = result["locations"][0]["physicalLocation"]["region"]
    return found


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_levels_rules_and_the_verdict_each_finding_leads_to(here: Path) -> None:
    log = told(here, BLOCKS, "", ASKS, ADVISES, BROKEN)
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    assert [r["id"] for r in rules] == ["X00", *sorted(RULES)]
    assert all(rules[r["ruleIndex"]]["id"] == r["ruleId"] for r in results(log))
    assert [(r["ruleId"], r["level"], r["properties"]["verdict"], region(r)["startLine"]) for r in results(log)] == [
        ("X02", "error", "reject", 1),
        ("X10", "warning", "escalate", 3),
        ("X20", "note", "approve", 4),
        ("X00", "error", "reject", 5),
    ]
    assert {RULES[r["id"]].severity: r["defaultConfiguration"]["level"] for r in rules[1:]} == {
        "block": "error",
        "ask": "warning",
        "warn": "note",
    }
    assert all(RULES[r["id"]].source in r["help"]["text"] for r in rules[1:])
    assert results(log)[-1]["message"]["text"].startswith("d, line: body: field required")


def test_the_region_is_the_words_in_the_raw_line(here: Path) -> None:
    escaped = r'{"channel": "push", "title": "\ud83c\udf5e\n\"20% off\"", "id": "e", "body": "🍞 Take 20\u0025 off."}'
    (title,) = (r for r in results(told(here, escaped)) if r["properties"]["field"] == "title")
    (body,) = (r for r in results(told(here, escaped)) if r["properties"]["field"] == "body")
    for result, words in ((title, "20%"), (body, r"20\u0025")):
        place = region(result)
        units = escaped.encode("utf-16-le")[2 * place["startColumn"] - 2 : 2 * place["endColumn"] - 2]
        assert units.decode("utf-16-le") == words == place["snippet"]["text"]
        assert place["endLine"] == place["startLine"] == 1


def test_a_finding_on_a_whole_field_or_on_none_has_a_region_too(here: Path) -> None:
    line = '{"id": "s", "channel": "sms", "body": "It is back.", "incentive": {"kind": "percent_off", "value": 90}}'
    found = {r["ruleId"]: region(r)["snippet"]["text"] for r in results(told(here, line))}
    assert found["S03"] == "It is back."
    (empty,) = (r for r in results(told(here, '{"id": "s", "channel": "push", "title": "", "body": "Back."}')) if r["level"] == "error")
    assert region(empty)["snippet"]["text"] == '""'
    whole = region(results(told(here, BROKEN))[0])
    assert whole["snippet"]["text"] == BROKEN and whole["endColumn"] == len(BROKEN) + 1


def test_fingerprints_outlive_a_move_and_differ_between_findings(here: Path) -> None:
    def prints(log: dict[str, Any]) -> list[str]:
        return [r["partialFingerprints"]["journeymanFinding/v1"] for r in results(log)]

    twice = '{"id": "t", "channel": "push", "body": "Take 20% off, then 20% off."}'
    before, after = prints(told(here, BLOCKS, ASKS, twice)), prints(told(here, ADVISES, twice, BLOCKS, ASKS))
    assert len(set(before)) == len(before) == 4 and set(before) <= set(after) and len(set(after)) == len(after)


@pytest.mark.parametrize(("name", "uri"), [("a b#ü.jsonl", "a%20b%23%C3%BC.jsonl"), ("c:d.jsonl", "c%3Ad.jsonl")])
def test_the_address_is_relative_and_encoded(here: Path, name: str, uri: str) -> None:
    assert results(told(here, BLOCKS, name=name))[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_a_file_elsewhere_has_its_whole_address(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "copy.jsonl").write_text(BLOCKS)
    (here / "below").mkdir()
    monkeypatch.chdir(here / "below")
    log = document(judge(read_lines(Path("../copy.jsonl")), Brand(name=""), None), Path("../copy.jsonl"))
    assert results(log)[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == (here / "copy.jsonl").as_uri()


def test_copy_makes_no_link_and_turns_no_line_around(here: Path) -> None:
    line = json.dumps(
        {"id": "l", "channel": "push", "body": "Last chance", "cta": {"label": "Go", "url": "x:[here](http://evil.example)\u202e"}}
    )
    texts = [r["message"]["text"] for r in results(told(here, line))]
    assert any(r"\[here\](" in t for t in texts) and not any("\u202e" in t or "[here](" in t.replace("\\[", "") for t in texts)


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"[" * 20_000, b'{"id": "\\ud800"}', b"null", b'"x"', b"{" + b'"a":' * 50])
def test_no_line_breaks_it(here: Path, raw: bytes) -> None:
    (here / "copy.jsonl").write_bytes(b"\xef\xbb\xbf" + raw + b"\r\n" + BLOCKS.encode())
    log = document(judge(read_lines(Path("copy.jsonl")), Brand(name=""), None), Path("copy.jsonl"))
    pytest.importorskip("jsonschema").Draft7Validator(LOG).validate(json.loads(json.dumps(log)))
    assert [r["ruleId"] for r in results(log)] == ["X00", "X02"]
    json.dumps(log, ensure_ascii=False).encode()


@given(body=st.text(max_size=30), label=st.text(max_size=30), ascii=st.booleans(), data=st.data())
def test_every_character_is_found_in_its_line(body: str, label: str, ascii: bool, data: st.DataObject) -> None:
    fields = {"id": "x", "list": ['"', {"body": "no"}, [1.5, None]], "cta": {"label": label, "url": '{"body": 1'}, "body": body}
    raw = json.dumps(fields, ensure_ascii=ascii)
    for path, text in (("body", body), ("cta.label", label)):
        start, end = strings(raw)[path]
        a = data.draw(st.integers(0, len(text)))
        b = data.draw(st.integers(a, len(text)))
        place = within(raw, start, end, (a, b))
        assert place and json.loads(f'"{raw[slice(*place)]}"') == text[a:b]
