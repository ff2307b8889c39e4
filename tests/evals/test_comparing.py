"""Comparisons of two runs: what counts as a failure, what is refused, and what each verdict and exit code means."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.evals.html import comparison_page, index_page, run_page
from app.evals.junit import document
from evals import shelf
from evals.comparing import Comparison, compare
from evals.records import Attempt, Mark, Run, read, save
from journeyman.errors import RunError
from tests.evals.runs import failing, run

GOOD = [1.0] * 80
MIXED = [1.0] * 60 + [0.0] * 20


def test_equal_runs_are_fine_and_a_better_one_is() -> None:
    assert compare(run({"fields": MIXED}), run({"fields": MIXED})).code == 0
    better = compare(run({"fields": MIXED}), run({"fields": GOOD}, output="other"))
    assert better.verdict == "fine" and better.metrics[0].difference == pytest.approx(0.25)


def test_a_worse_one_is_a_regression_and_its_cases_are_told_worst_first() -> None:
    worse = run({"fields": [1.0] * 50 + [0.0] * 30}, output="other")
    found = compare(run({"fields": GOOD}), worse)
    assert found.code == 1 and found.metrics[0].p < 0.001 and found.metrics[0].worse == 30
    assert [c.change for c in found.changed] == sorted(c.change for c in found.changed) and found.changed[0].change == -1.0
    assert "said" in found.changed[0].output_base and "other" in found.changed[0].output_candidate


@pytest.mark.parametrize("missing", [False, True])
def test_failed_and_missing_cases_count_as_failures_in_every_metric_that_applies(missing: bool) -> None:
    base = run({"fields": GOOD[:40] + [None] * 40, "questions": [None] * 40 + GOOD[40:]})
    lost = {f"c{i:03d}" for i in range(30)}
    candidate = failing(base, lost)
    if missing:
        candidate = base.model_copy(update={"attempts": [a for a in base.attempts if a.case not in lost]})
    found = {m.metric: m for m in compare(base, candidate).metrics}
    assert found["fields"].candidate == pytest.approx(0.25) and found["fields"].verdict == "regression"
    assert found["questions"].candidate == 1.0 and found["questions"].cases == 40
    assert candidate.means()["questions"] <= 1.0


def test_a_mean_never_rises_by_failing() -> None:
    whole = run({"fields": MIXED})
    assert failing(whole, {"c070", "c071"}).means()["fields"] <= whole.means()["fields"]


def test_epochs_are_averaged_before_anything_is_compared() -> None:
    base = run({"fields": [1.0, 0.0] * 40}, epochs=2)
    other = run({"fields": [0.0, 1.0] * 40}, epochs=2, output="other")
    found = compare(base, other)
    assert found.metrics[0].difference == 0 and found.metrics[0].cases == 40 and found.metrics[0].worse == 0


def test_cases_of_one_cluster_count_once() -> None:
    base, worse = run({"fields": GOOD}), run({"fields": [0.0] * 8 + GOOD[8:]}, output="other")
    together = {f"c{i:03d}": f"batch {i // 8}" for i in range(80)}
    apart = compare(base, worse).metrics[0]
    grouped = compare(base.model_copy(update={"clusters": together}), worse.model_copy(update={"clusters": together})).metrics[0]
    assert apart.verdict == "regression" and apart.p_sign == pytest.approx(2**-8)
    assert grouped.verdict != "regression" and grouped.p_sign == 0.5 and grouped.clusters == 10


def test_too_little_evidence_says_how_much_would_do() -> None:
    base, other = run({"fields": [1.0] * 10}), run({"fields": [1.0] * 9 + [0.0]}, output="other")
    found = compare(base, other)
    assert found.code == 2 and found.metrics[0].cases_needed and found.metrics[0].cases_needed > 50
    plenty = found.metrics[0].cases_needed
    assert compare(run({"fields": [1.0] * plenty}), run({"fields": [1.0] * plenty}, output="other")).code == 0


def test_single_losses_among_many_metrics_are_not_an_alarm() -> None:
    metrics = {f"m{i}": GOOD for i in range(6)}
    worse = {**metrics, "m3": [0.0] * 5 + GOOD[5:]}
    alone = compare(run({"m3": GOOD}), run({"m3": worse["m3"]}, output="x"))
    among = compare(run(metrics), run(worse, output="x"))
    assert alone.metrics[0].p < next(m.p for m in among.metrics if m.metric == "m3")
    assert among.verdict != "regression"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"dataset": Mark(name="81 cases", hash="e")}, "different cases"),
        ({"judges": [Mark(name="openai:judge", hash="j")]}, "different judges"),
        ({"suite": "reviewer"}, "cannot be compared"),
    ],
)
def test_runs_of_other_cases_or_judges_are_refused(changes: dict[str, object], said: str) -> None:
    base = run({"fields": GOOD})
    with pytest.raises(RunError, match=said):
        compare(base, base.model_copy(update=changes))


def test_a_candidate_that_answered_nothing_is_an_error_and_no_regression() -> None:
    base = run({"fields": GOOD})
    with pytest.raises(RunError, match="answered no case"):
        compare(base, failing(base, {a.case for a in base.attempts}))


def test_a_run_is_the_same_after_saving_and_differs_line_by_line(tmp_path: Path) -> None:
    whole = failing(run({"fields": MIXED, "questions": [None] * 80}, epochs=2), {"c003"})
    save(whole, tmp_path / "a.json")
    assert read(tmp_path / "a.json") == whole
    assert len((tmp_path / "a.json").read_text().splitlines()) > len(whole.attempts)
    (tmp_path / "b.json").write_text("{}")
    with pytest.raises(RunError, match="is no run"):
        read(tmp_path / "b.json")


def test_runs_are_numbered_and_found_by_name_file_and_suite(tmp_path: Path) -> None:
    one, two = run({"fields": GOOD}), run({"fields": MIXED})
    assert [shelf.keep(r, tmp_path).stem for r in (one, two)] == ["planner-001", "planner-002"]
    assert shelf.find("planner-001", folder=tmp_path) == one and shelf.find("planner", folder=tmp_path) == two
    assert shelf.find(str(tmp_path / "planner-001.json")) == one
    with pytest.raises(RunError, match="blessed"):
        shelf.find("blessed", like=one, baselines=tmp_path / "none")


# ---------------------------------------------------------------- the command


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    runs = {
        "base": run({"fields": GOOD}),
        "same": run({"fields": GOOD}),
        "worse": run({"fields": [1.0] * 40 + [0.0] * 40}, output="other"),
        "few": run({"fields": [1.0] * 4}, dataset=Mark(name="few", hash="f")),
        "few2": run({"fields": [1.0] * 4}, output="other", dataset=Mark(name="few", hash="f")),
        "other": run({"fields": GOOD}, dataset=Mark(name="80 cases", hash="else")),
    }
    for name, one in runs.items():
        save(one, tmp_path / f"{name}.json")
    return {name: str(tmp_path / f"{name}.json") for name in runs}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["base", "same"], 0),
        (["base", "worse"], 1),
        (["few", "few2"], 2),
        (["base", "other"], 3),
        (["base", "nowhere"], 3),
        (["base"], 3),
        (["base", "same", "--no-such-option"], 3),
        (["base", "same", "--margin", "none"], 3),
    ],
)
def test_exit_codes(files: dict[str, str], arguments: list[str], code: int) -> None:
    ended = CliRunner().invoke(app, ["eval", "compare", *(files.get(a, a) for a in arguments)])
    assert ended.exit_code == code, ended.output


def test_the_command_writes_json_junit_and_html(files: dict[str, str], tmp_path: Path) -> None:
    page, xml = tmp_path / "page.html", tmp_path / "junit.xml"
    ended = CliRunner().invoke(app, ["eval", "compare", files["base"], files["worse"], "--json", "--html", str(page), "--junit", str(xml)])
    told = json.loads(ended.stdout)
    assert ended.exit_code == 1 and told["verdict"] == "regression" and told["metrics"][0]["worse"] == 40
    suite = ET.parse(xml).getroot()[0]
    failures = [t.get("name") for t in suite if t.find("failure") is not None]
    assert len(failures) == 41 and failures[0] == "fields" and suite.get("failures") == "41" and suite.get("tests") == str(len(suite))
    assert "Regression" in page.read_text()


# ---------------------------------------------------------------- the pages


@pytest.fixture
def hostile() -> tuple[Run, Comparison]:
    evil = '</pre><script>alert("x")</script>\u202e\x00'
    base = run({"fields": GOOD}, breakdown={evil: {"right": 0.5}})
    attempts = [
        Attempt(case=a.case, epoch=1, scores={"fields": 0.0}, output=evil, notes=[evil], error=evil * (i == 3))
        for i, a in enumerate(base.attempts)
    ]
    worse = base.model_copy(update={"attempts": attempts, "model": Mark(name=evil, hash="e")})
    return worse, compare(base, worse)


def test_pages_escape_what_a_model_said_and_need_no_network(hostile: tuple[Run, Comparison]) -> None:
    worse, found = hostile
    for page in (run_page(worse), comparison_page(found), index_page([worse])):
        assert page.isascii() and "<script" not in page.lower() and "http" not in page.replace("http-equiv", "")
        assert "default-src 'none'" in page and "&lt;/pre&gt;" in page


def test_junit_survives_what_xml_has_no_place_for(hostile: tuple[Run, Comparison]) -> None:
    worse, found = hostile
    assert ET.fromstring(document(found, worse))[0].get("name") == "planner"
