"""`journeyman trace`: the tree of a run over a server that fails, in 80 columns and as JSON; what is kept of runs that end badly."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agents.ask import Price
from app import tracing
from app.cli import app
from app.running import running
from app.trace_text import WIDTH, lines
from journeyman.errors import BudgetSpent, RunError
from journeyman.store import model_calls, runs, steps, tables
from prompts import load
from tests.agents.openai_server import OpenAIServer
from tests.graphs.shop import campaign, make, no_wait, opened

KEY = {"OPENAI_API_KEY": "x"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two campaigns of a journey: one that a budget stopped, and one that went on and ended."""
    folder = make(tmp_path_factory.mktemp("trace") / "shop")
    with OpenAIServer(chaos=0.2) as server:
        env, price = KEY | {"OPENAI_BASE_URL": server.base_url}, {"gpt-test": Price(input=1, output=2)}
        with opened(folder, env=env, sleep=no_wait, deadline=server.patience, prices=price) as office:
            office.budget.tokens = 120_000
            with pytest.raises(BudgetSpent):
                campaign(office, 60)
            assert office.budget.spent_tokens <= 120_000
            office.budget.tokens = None
            campaign(office, 60)
    return folder


def said(shop: Path, *arguments: str, code: int = 0) -> tuple[str, str]:
    ended = CliRunner().invoke(app, ["trace", *arguments, "--workspace", str(shop)])
    assert ended.exit_code == code, ended.output
    return ended.stdout, ended.stderr


def test_the_tree_adds_up_and_names_every_node(shop: Path) -> None:
    told = json.loads(said(shop, "last", "--json")[0])
    assert (told["run"], told["state"], told["model"]) == ("campaign-00002", "done", "openai:gpt-test")
    assert {s["node"] for s in told["steps"]} >= {"write", "check", "curate", "approve_library", "publish"}
    asks = [ask for step in told["steps"] for ask in step["asks"]]
    for name in ("calls", "again", "cached", "tokens_in", "tokens_out"):
        assert told[name] == sum(s[name] for s in told["steps"]) == sum(a[name] for a in asks)
    assert told["calls"] > told["again"] > 0 and told["tokens_in"] > 0
    assert told["cost"] == pytest.approx((told["tokens_in"] + 2 * told["tokens_out"]) / 1e6) == sum(p["cost"] for p in told["prompts"])
    assert {p["name"] for p in told["prompts"]} == {f"{id_}@{load(id_).hash[:8]}" for id_ in ("write", "review")}
    assert told["loose"] == [] and all(s["outcome"] == "done" and s["seconds"] > 0 for s in told["steps"])
    mended = [a for a in asks if len(a["outcomes"]) > 1]
    assert mended and all(a["outcomes"][-1] == "ok" and a["again"] == len(a["outcomes"]) - 1 for a in mended)


def test_the_run_that_was_stopped_says_why_and_where(shop: Path) -> None:
    told = json.loads(said(shop, "campaign-00001", "--json")[0])
    assert told["state"] == "failed" and "token budget" in told["why"]
    assert "failed" in {s["outcome"] for s in told["steps"]}
    assert "(failed)" in said(shop, "campaign-00001")[1]


def test_what_a_stopped_campaign_paid_is_not_paid_again_and_counts_in_its_budget(shop: Path) -> None:
    with opened(shop, env=KEY) as office:
        first, second = runs.listed(office.store, "campaign")
        asks = [{c["ask"] for c in model_calls.read(office.store, runs=[r.id]) if c["outcome"] == "ok"} for r in (first, second)]
        assert asks[0] and not asks[0] & asks[1]
        journey, all_ = first.options["journey"], model_calls.read(office.store)
        with running(office, "campaign", journey):
            assert office.budget.spent_tokens == sum(c["tokens_in"] + c["tokens_out"] for c in all_) > 0
            assert office.budget.spent_money == pytest.approx(sum(c["cost"] for c in all_))
        with running(office, "campaign", "another"):
            assert office.budget.spent_tokens == 0
        with running(office, "cohort", journey):
            assert office.budget.spent_tokens == 0 and office.budget.spent_money == 0
        with office.store.transaction() as connection:  # the other tests know of two runs
            connection.execute(tables.runs.delete().where(tables.runs.c.id.not_in([first.id, second.id])))


@pytest.mark.parametrize("more", [(), ("--all",)])
def test_it_is_readable_in_80_columns(more: tuple[str, ...], shop: Path) -> None:
    for run in ("campaign-00001", "last"):
        text = said(shop, run, *more)[1].splitlines()
        assert len(text) > 10 and max(map(len, text)) <= WIDTH
    assert ("├ write ×" in "\n".join(text)) and (bool(more) == ("│ ├ email-" in "\n".join(text)))


def test_runs_are_listed_and_an_unknown_one_is_named(shop: Path) -> None:
    assert [r["run"] for r in json.loads(said(shop, "--json")[0])] == ["campaign-00001", "campaign-00002"]
    assert "campaign-00002" in said(shop)[1]
    with opened(shop, env=KEY) as office, pytest.raises(RunError, match="campaign-9") as caught:
        tracing.find(office.store, "campaign-9")
    assert "journeyman trace" in caught.value.remedy


def test_a_step_that_never_ended_and_many_days_of_a_demonstration(shop: Path) -> None:
    with opened(shop, env=KEY) as office:
        run = runs.start(office.store, "demo", {"use_case": "retail"})
        for _ in range(30):
            for graph, node in (("learning", "update"), ("cohort", "decide")):
                steps.end(office.store, run.id, steps.begin(office.store, run.id, graph, node), "done", 0.1)
        steps.begin(office.store, run.id, "cohort", "deliver", "2026-03-02")
        text = list(lines(tracing.trace(office.store, run)))
    assert any("cohort.deliver" in line and "(never ended)" in line for line in text)
    assert any("learning.update ×30" in line for line in text) and len(text) < 10
