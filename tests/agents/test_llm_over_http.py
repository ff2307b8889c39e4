"""The copywriter over real HTTP on loopback: many briefs at once, a server that misbehaves, a cost table at the end."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from agents.ask import Budget, Door, MemoryLedger, Price, cost_table
from agents.copywriter import ModelCopywriter
from agents.roles import Setting
from journeyman.domain import CHANNELS, ActionSets, AllOf, Audience, Brand, Brief, Incentive, Objective, Plan, SuccessEvent, Written
from tests.agents.openai_server import OpenAIServer
from tools.knowledge import NearDuplicates

OFFER = Incentive(kind="percent_off", value=15, code="TEA15")
BRAND = Brand(name="Harbor Tea", domains=["harbortea.example"], postal_address="1 Pier Road, Portland, ME 04101")
SETTING = Setting(BRAND, "2026-03-01")
PLAN = Plan(
    name="win-back",
    goal="Win people back.",
    objective=Objective(events=[SuccessEvent(event="order")]),
    audience=Audience(description="all", where=AllOf(all=[])),
    action_sets=ActionSets(channels=[*CHANNELS], themes=["savings", "new_in"], tones=["warm"], send_windows=["morning"]),
)
BRIEFS = [
    Brief(
        id=f"{channel}-{theme}-{tone}-{'offer' if offer else 'plain'}".replace("_", "-"),
        channel=channel,
        theme=theme,
        tone=tone,
        incentive=offer,
        count=10,
    )
    for channel in CHANNELS
    for theme in ("savings", "new_in")
    for tone in ("warm", "direct")
    for offer in (None, OFFER)
]


async def no_wait(seconds: float) -> None:
    await asyncio.sleep(0)


async def write_all(door: Door) -> list[Written]:
    writer = ModelCopywriter(door)
    return [w for written in await asyncio.gather(*(writer.write(b, PLAN, SETTING) for b in BRIEFS)) for w in written]


def test_300_variants_through_a_server_that_misbehaves(tmp_path: Path) -> None:
    ledger, budget = MemoryLedger(), Budget(tokens=2_000_000)
    with OpenAIServer(rate_limited=0.2, server_error=0.05, malformed=0.1) as server:
        settings = {"ledger": ledger, "budget": budget, "cache": tmp_path, "sleep": no_wait, "concurrency": 6}

        def make() -> Door:
            return Door("openai:fake", env={"OPENAI_BASE_URL": server.base_url}, prices={"fake": Price(input=1, output=4)}, **settings)

        written = asyncio.run(write_all(make()))
        requests = sum(server.answered.values()) + sum(server.misbehaved.values())
        assert asyncio.run(write_all(make())) == written  # from the cache, to the letter
        assert sum(server.answered.values()) + sum(server.misbehaved.values()) == requests
        assert server.misbehaved.keys() == {"429", "500", "malformed"} and server.most_at_once <= 6
    assert len(written) >= 300 and len({w.variant.id for w in written}) == len(written)
    (row,) = cost_table(ledger.calls)
    assert (
        row.calls == requests + row.cached
        and row.failures == sum(server.misbehaved.values())
        and row.cached == sum(server.answered.values())
    )
    assert row.cost == pytest.approx((row.tokens_in + 4 * row.tokens_out) / 1e6) == pytest.approx(budget.spent_money)
    assert budget.spent_tokens == row.tokens_in + row.tokens_out
    fresh = NearDuplicates().keep((w.variant.channel, w.variant.id, w.variant.body) for w in written)
    assert sum(fresh.values()) >= 0.8 * len(written)


def test_the_servers_answers_do_not_depend_on_the_order_of_requests() -> None:
    found = []
    for concurrency in (1, 8):
        with OpenAIServer(rate_limited=0.3, malformed=0.2, seed=4) as server:
            door = Door("openai:fake", env={"OPENAI_BASE_URL": server.base_url}, sleep=no_wait, concurrency=concurrency)
            found.append((asyncio.run(write_all(door)), server.misbehaved))
    assert found[0] == found[1]
