"""Teams are of one kind, named in lineage; a bad setting stops the start."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from agents._copy import COPY, batch, limits, offer_in_words
from agents._reply import Unusable, json_in, wire_schema
from agents.analyst import AnalysisReply
from agents.ask import Budget
from agents.copywriter import ModelCopywriter
from agents.orchestrator import OrdersReply
from agents.planner import ModelPlanner
from agents.reviewer import RULES, Findings, RuleId
from agents.team import assemble
from journeyman.domain import CHANNELS, Brand, Incentive, Plan
from journeyman.errors import WorkspaceError


def test_a_team_without_a_model() -> None:
    team = assemble("offline", seed=3)
    assert team.model == "offline"
    assert type(team.planner).__name__ == "OfflinePlanner" and type(team.copywriter).__name__ == "OfflineCopywriter"


def test_a_team_on_a_model(tmp_path: Path) -> None:
    env = {"OPENAI_BASE_URL": "http://model.test/v1"}
    team = assemble("openai:small", seed=3, cache=tmp_path, budget=Budget(tokens=10), env=env)
    assert team.model == "openai:small"
    assert isinstance(team.planner, ModelPlanner) and isinstance(team.copywriter, ModelCopywriter)


def test_no_key_no_team() -> None:
    with pytest.raises(WorkspaceError, match="OPENAI_API_KEY"):
        assemble("openai:gpt-4.1-mini", env={})


def strict(node: object) -> None:
    """Raises unless a schema stays within what strict structured output takes."""
    if isinstance(node, list):
        for child in node:
            strict(child)
    if isinstance(node, dict):
        assert not {"oneOf", "default", "discriminator"} & {k for k, v in node.items() if not (isinstance(v, dict) and "type" in v)}
        if node.get("type") == "object":
            assert node["additionalProperties"] is False and set(node["required"]) == set(node["properties"])
        for child in node.values():
            strict(child)


@pytest.mark.parametrize("schema", [Plan, Findings, OrdersReply, AnalysisReply, *COPY.values(), *(batch(c) for c in CHANNELS)])
def test_schemas_are_strict(schema: type) -> None:
    wire = wire_schema(schema)
    strict(wire)
    assert wire["title"] == schema.__name__ and wire["type"] == "object"


def test_properties_called_title_or_default_survive() -> None:
    assert {"title", "body", "cta_label"} == set(wire_schema(COPY["push"])["properties"])


@pytest.mark.parametrize(
    ("text", "value"),
    [('{"a": {"b": 1}} {"c": 2}', {"a": {"b": 1}}), ('{broken {"a": 1}', {"a": 1}), ('{"a": 1', None), ("[1]", None), ("{" * 5000, None)],
)
def test_json_is_found_in_text(text: str, value: object) -> None:
    if value is None:
        with pytest.raises(Unusable):
            json_in(text)
    else:
        assert json_in(text) == value


def test_the_rules_described_are_the_rules_allowed() -> None:
    assert set(RuleId.__args__) == RULES.keys()


def test_a_double_segment_sms_has_more_room() -> None:
    assert "160" in limits("sms", Brand(name="T", sms_segment_limit=1))[0] and "240" in limits("sms", Brand(name="T"))[0]


@pytest.mark.parametrize(
    ("offer", "words"),
    [
        (None, "none"),
        (Incentive(kind="points", value=1000), "1,000 bonus points; no code; no expiry date; no conditions"),
        (Incentive(kind="points", value=1_000_000), "1,000,000 bonus points; no code; no expiry date; no conditions"),
        (Incentive(kind="amount_off", value=5, currency="EUR", code="E5"), "5 EUR off; with code E5; no expiry date; no conditions"),
        (Incentive(kind="amount_off", value=7.5), "$7.50 off; no code; no expiry date; no conditions"),
        (
            Incentive(kind="free_shipping", expires=date(2026, 5, 1), conditions="Over $30."),
            "free shipping; no code; until May 1, 2026; conditions: Over $30.",
        ),
    ],
)
def test_offers_in_words(offer: Incentive | None, words: str) -> None:
    assert offer_in_words(offer) == words
