"""The bandit as LangChain tools: what an agent may ask of it, and no more. Inputs are checked again here; no tool can loosen a plan."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from langchain_core.tools import BaseTool, StructuredTool

from journeyman.decisioning.evaluation import Interval
from journeyman.domain import Orders
from journeyman.errors import RunError
from tools.ahead import forecast as look_ahead
from tools.ahead import sequence
from tools.explain import explain as explain_send
from tools.hindsight import hindsight
from tools.shift import Shift


def bandit_tools(shift: Shift) -> dict[str, BaseTool]:
    """The tools of a journey at work, by name."""

    def policy_report() -> dict[str, Any]:
        """How the journey stands: rates by lever and level with intervals, segments, budget, unsubscribes."""
        return shift.report().model_dump(mode="json")

    def select_touchpoints(slot: str, snapshot: str, orders: dict[str, Any]) -> dict[str, Any]:
        """Decide for every customer of a slot, under the orders given, and enqueue the sends."""
        decided, enqueued, moved = shift.decide(slot, snapshot, Orders.model_validate(orders))
        return {"decisions": decided, "sends": enqueued, "moved": moved}

    def explain(send: str) -> dict[str, Any]:
        """Why a send went out, in words, with its decision replayed."""
        return explain_send(shift, send)

    def sequence_touchpoints(customer: str, days: int = 14) -> dict[str, Any]:
        """The touchpoints a customer would get next if nothing new were learned, under caps, cooldown and quiet hours. Enqueues nothing."""
        return sequence(shift, customer, days)

    def forecast(days: int = 7) -> dict[str, Any]:
        """Sends, expected reward over silence and offers of the next days, as sums with standard errors."""
        return look_ahead(shift, days)

    def evaluate_policy(version: str | None = None, since: str | None = None, interval: Interval = "normal") -> dict[str, Any]:
        """What a saved policy version (default: the latest) would have earned on decisions the treatment made after it was taught, since a
        day (YYYY-MM-DD): estimates with intervals, what was earned, and a verdict, refused where the log cannot tell."""
        try:
            day = datetime.strptime(since, "%Y-%m-%d").replace(tzinfo=UTC) if since else None
        except ValueError as problem:
            raise RunError(f"{since} is no day.", remedy="Name one such as 2026-03-14.") from problem
        return hindsight(shift, version, since=day, interval=interval).to_contract()

    made = (policy_report, select_touchpoints, sequence_touchpoints, forecast, evaluate_policy, explain)
    return {f.__name__: StructuredTool.from_function(f) for f in made}
