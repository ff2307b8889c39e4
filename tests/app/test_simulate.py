"""`journeyman simulate` from outside: the document, exit codes, the page and its picture; one small demonstration world with and without
the gate."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from io import StringIO
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from rich.console import Console

from app.cli import main
from app.simulate import compare
from app.simulate.campaign import Campaign, prepared
from app.simulate.compare import Asked, Outcome, Row
from app.simulate.page import page, summary, write_page
from app.simulate.picture import GAP, picture
from journeyman.errors import WorkspaceError
from journeyman.simulation.cast import cast, contest
from journeyman.simulation.play import Diary, Laboratory, standing

SVG = "{http://www.w3.org/2000/svg}"


def diary(days: int, earned: float, broken: int = 0) -> Diary:
    count = np.full(days, 100)
    return Diary(count, count, np.linspace(0.2, earned, days), np.full(days, broken), {"cap": days * broken} if broken else {}, 1.5)


def outcome(days: int = 28, broken: int = 0, gate: bool = True, about: str = "Win <back> & keep") -> Outcome:
    """Seven policies, several of them close together, and names that must be escaped."""
    best = diary(days, 20.0)
    earned = {"journeyman:/tmp/<b>&.pol": 11.0, "journeyman": 12.0, "best-fixed": 6.0, "ab-test": 3.1, "beta-ts": 3.05, "random": 3.0}
    rows = [Row("oracle", "the ceiling", best, standing(best, best))]
    rows += [Row(n, "a policy", d := diary(days, e, broken), standing(d, best)) for n, e in earned.items()]
    return Outcome(Asked("winback", tuple(earned), days, gate=gate), about, 800, ("consent", "cap"), rows)


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    monkeypatch.setattr("sys.argv", ["journeyman", "simulate", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    return int(ended.value.code or 0), told.out, told.err


LAB = ("--world", "e", "--customers", "1500", "--days", "5", "--policy", "journeyman", "--policy", "random")


def test_the_same_seed_gives_the_same_document_and_page(tmp_path, monkeypatch, capsys) -> None:
    told = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        code, out, err = run(monkeypatch, capsys, *LAB, "--json")
        assert code == 0 and err == ""
        told.append(out)
    assert told[0] == told[1]
    for file in ("simulation.html", "simulation.svg"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    document: dict[str, Any] = json.loads(told[0])
    assert document["world"] == "e" and document["rules"] == [] and document["violations"] == 0 and document["customers"] == 1500
    assert [p["policy"] for p in document["policies"]] == ["oracle", "journeyman", "random"]
    assert all(len(series) == 5 for p in document["policies"] for series in p["daily"].values())
    code, out, _ = run(monkeypatch, capsys, *LAB, "--json", "--seed", "8")
    assert code == 0 and out != told[0]


def test_people_get_a_table_and_the_path(tmp_path, monkeypatch, capsys) -> None:
    code, out, err = run(monkeypatch, capsys, *LAB, "--out", str(tmp_path / "a" / "b.html"))
    assert code == 0 and out == "" and "of oracle" in err and "b.html" in err and "no rules" in err
    assert (tmp_path / "a" / "b.html").exists() and (tmp_path / "a" / "b.svg").exists()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--world", "mars"), "winback, retail, saas, fintech, hospitality, a, b, c, d, e, f"),
        (("--world", "a", "--policy", "best"), "best-fixed, ab-test, beta-ts, oracle"),
        (("--world", "winback", "--policy", "best"), "journeyman:PATH"),  # before anything is made
        (("--world", "a", "--policy", "bau"), "Leave bau out"),
        (("--world", "a", "--policy", "journeyman:none"), "no policy at none"),
        (("--world", "a", "--days", "9", "--customers", "8"), "a customer a day"),
        (("--world", "a", "--days", "0"), "--days"),
        ((), "--world"),
    ],
)
def test_wrong_use_is_2_and_says_what_there_is(arguments, named, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run(monkeypatch, capsys, *arguments)
    assert code == 2 and out == "" and named in " ".join(err.split()) and "Traceback" not in err
    assert not list(tmp_path.iterdir())


def test_a_violation_is_a_finding(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(compare, "simulate", lambda _asked, _tell: outcome(broken=3, gate=False))
    code, out, _ = run(monkeypatch, capsys, "--world", "winback", "--no-gate", "--json", "--out", str(tmp_path / "s.html"))
    assert code == 1 and json.loads(out)["violations"] == 6 * 28 * 3


def test_the_page_escapes_and_fetches_nothing(tmp_path) -> None:
    text = page(outcome(broken=2, gate=False))
    assert "Win &lt;back&gt; &amp; keep" in text and "<back>" not in text and "<b>" not in text and "&lt;b&gt;" in text
    assert not re.search(r"""(src|href)=["']?|@import|url\(|<script""", text)
    assert "the gate is off" in text and "prefers-color-scheme:dark" in text and "frequency cap" in text
    assert "No send broke a rule." in page(outcome())
    with pytest.raises(WorkspaceError, match="Cannot write"):
        write_page(outcome(), tmp_path)


@pytest.mark.parametrize(("days", "broken"), [(1, 0), (2, 5), (28, 5), (365, 0)])
def test_names_in_the_picture_touch_neither_each_other_nor_the_edge(days, broken) -> None:
    root = ElementTree.fromstring(picture(outcome(days, broken)))
    height = float(root.attrib["viewBox"].split()[3])
    groups = root.findall(f"{SVG}g")
    assert len(groups) == (3 if broken else 2)
    for n, group in enumerate(groups):
        names = [t for t in group.iter(f"{SVG}text") if t.attrib["class"] == "name"]
        assert len(names) == 7 and all(len(t.text or "") <= 32 for t in names)
        at = sorted(float(t.attrib["y"]) for t in names)
        assert min(b - a for a, b in pairwise(at)) >= GAP - 0.11
        assert at[0] > 40 and n * 346 + at[-1] < height - (0 if broken else 24)
        days_named = sorted(float(t.attrib["x"]) for t in group.iter(f"{SVG}text") if (t.text or "").startswith("day "))
        assert min((b - a for a, b in pairwise(days_named)), default=99.0) > 55


def test_the_table_fits_80_columns() -> None:
    for found in (outcome(broken=2_000), replace(outcome(), rules=())):
        console = Console(width=80, record=True, file=StringIO())
        console.print(summary(found))
        lines = console.export_text().splitlines()
        assert max(map(len, lines)) <= 80
        head = next(line for line in lines if line.startswith("policy"))
        assert head.split() == ["policy", "of", "100", "decisions", "of", "oracle", "regret", "violations", "seconds"]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    """A small activation journey."""
    import asyncio

    folder = tmp_path_factory.mktemp("simulate") / "saas"
    return asyncio.run(prepared("saas", folder, variants=30, seed=7, days=3, customers=150))


def quiet(*_: object) -> None:
    """Tells nobody."""


def test_a_journey_plays_within_its_rules_and_the_same_twice(stage) -> None:
    told = contest(stage, ["journeyman", "bau"], 7, tell=quiet)
    assert stage.customers == 150 and {"consent", "cap", "quiet_hours"} <= set(stage.rules)
    for name, found in told.items():
        assert not found.violations.any(), name
        assert found.sends.sum() <= found.decisions.sum() and found.sends.sum() > 0
    assert told["bau"].decisions.tolist()[0] == 0 and told["bau"].decisions.tolist()[1] > 0  # it begins on a Monday
    best = told["oracle"]
    assert all(standing(found, best).regret[-1] > 0 for name, found in told.items() if name != "oracle")
    again = stage.play(cast("journeyman", stage, 7))
    assert np.array_equal(again.reward, told["journeyman"].reward) and np.array_equal(again.sends, told["journeyman"].sends)


def test_without_the_gate_the_rules_are_seen_to_be_broken(stage) -> None:
    wild = stage.play(cast("best-fixed", stage, 7), gate=False)
    assert wild.violations.sum() > 50 and {"cap", "consent"} <= set(wild.broken) and max(wild.broken.values()) <= wild.sends.sum()
    assert (wild.violations <= wild.sends).all()


def test_the_oracle_keeps_the_rules_even_without_the_gate(monkeypatch) -> None:
    lab, gates = Laboratory("e", 0, 2, 100), []
    play = lab.play
    monkeypatch.setattr(lab, "play", lambda player, *, gate, tell: gates.append((player.clairvoyant, gate)) or play(player, tell=tell))
    contest(lab, ["random", "oracle"], 0, gate=False, tell=quiet)
    assert gates == [(True, True), (False, False)]
