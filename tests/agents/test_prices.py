"""Prices: the list and its days, prices of one's own, and what a person is told of old and missing ones."""

from __future__ import annotations

import logging
from datetime import date
from pathlib import Path

import pytest
import yaml

from agents.prices import Price, doubt, known_prices, read_prices
from app.models import prices
from app.workspace import FILE, Workspace
from journeyman.errors import WorkspaceError
from tests.graphs.shop import make, opened


def test_every_price_of_the_list_says_when_and_where_it_was_looked_up() -> None:
    listed = known_prices()
    assert len(listed) >= 8
    assert all(p.as_of and p.source and p.output > p.input > 0 for p in listed.values())


def test_tokens_the_provider_had_cached_cost_what_they_cost() -> None:
    assert Price(input=2, output=8).of(1000, 100, 400) == pytest.approx(0.0028)
    assert Price(input=2, output=8, cached=0.5).of(1000, 100, 400) == pytest.approx((600 * 2 + 400 * 0.5 + 800) / 1e6)


def test_old_and_missing_prices_are_doubted() -> None:
    price = Price(input=1, output=2, as_of=date(2026, 3, 21))
    assert doubt("m", price, date(2027, 3, 21)) is None
    assert "2026-03-21" in str(doubt("m", price, date(2027, 3, 22)))
    assert "not known" in str(doubt("m", None, date(2026, 1, 1)))
    assert doubt("m", Price(input=0, output=0), date(2099, 1, 1)) is None  # one's own, without a day


def settings(folder: Path, own: object) -> Workspace:
    file = folder / FILE
    file.write_text(yaml.safe_dump(yaml.safe_load(file.read_text()) | {"prices": own}))
    return Workspace.open(folder)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("prices") / "shop")


def test_a_workspace_has_prices_of_its_own_or_names_a_file(shop: Path) -> None:
    own = {"gpt-4.1": {"input": 1, "output": 3, "as_of": "2026-11-01", "source": "our contract"}}
    assert prices(settings(shop, own))["gpt-4.1"] == Price(input=1, output=3, as_of=date(2026, 11, 1), source="our contract")
    (shop / "our.yaml").write_text(yaml.safe_dump({"models": own}))
    assert prices(settings(shop, "our.yaml")) == prices(settings(shop, own))


@pytest.mark.parametrize(
    ("text", "told"),
    [(None, "Cannot read"), ("a: [", "no price list"), ("models: {m: {input: -1, output: 2}}", "input"), ("prices: {}", "no price list")],
)
def test_a_wrong_price_file_is_named(text: str | None, told: str, tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(WorkspaceError, match=told) as caught:
        read_prices(file)
    assert "p.yaml" in caught.value.message and caught.value.remedy


def test_an_office_says_it_once_and_its_budget_in_money_uses_its_own_price(shop: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings(shop, {})
    with caplog.at_level(logging.WARNING), opened(shop, env={"OPENAI_API_KEY": "x"}) as office:
        assert office.team is office.team
    assert [r.message for r in caplog.records if "gpt-test is not known" in r.message] == [
        r.message for r in caplog.records if r.name == "journeyman"
    ]
    caplog.clear()
    settings(shop, {"gpt-test": {"input": 1, "output": 2}})
    with caplog.at_level(logging.WARNING), opened(shop, env={"OPENAI_API_KEY": "x"}) as office:
        office.budget.money = 1.0
        assert office.team.model == "openai:gpt-test" and not [r for r in caplog.records if r.name == "journeyman"]
