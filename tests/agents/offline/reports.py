"""Policy reports for tests."""

from __future__ import annotations

from typing import Any

from journeyman.domain import LevelReport, PolicyReport


def level(lever: str, name: str, rate: float, half: float, sends: int = 2000) -> LevelReport:
    return LevelReport(lever=lever, level=name, sends=sends, reward_rate=rate, low=max(0.0, rate - half), high=rate + half)


def report(**changes: Any) -> PolicyReport:
    base: dict[str, Any] = {
        "journey": "j",
        "policy_version": "1",
        "day": 7,
        "horizon_days": 28,
        "customers": 2000,
        "decisions": 9000,
        "rewards": 200,
        "send_rate": 0.5,
        "reward_rate": 0.05,
        "hold_rate": 0.03,
        "unsubscribe_rate": 0.001,
        "budget_left": None,
        "budget_total": None,
    }
    return PolicyReport(**(base | changes))
