"""Plans for tests, and what matters of one in a few comparable words."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from agents.offline.planner import OfflinePlanner
from agents.roles import Setting
from journeyman.domain import AllOf, Answer, AnyOf, Brand, Comparison, Plan, Predicate, Question, Questions

TODAY = "2026-11-24"


def answered(goal: str, *, answers: Sequence[Answer] = (), assume: bool = False, **setting: Any) -> Plan | Questions:
    setting = {"brand": Brand(name="Acme"), "today": TODAY} | setting
    return asyncio.run(OfflinePlanner().plan(goal, Setting(**setting), answers=answers, assume=assume))


def plan(goal: str, **setting: Any) -> Plan:
    made = answered(goal, **setting)
    assert isinstance(made, Plan), made
    return made


def asked(goal: str, **setting: Any) -> dict[str, Question]:
    """What is asked back, by what it is about."""
    made = answered(goal, **setting)
    assert isinstance(made, Questions), made
    return {q.id: q for q in made.questions}


def condition(where: Predicate) -> str:
    if isinstance(where, Comparison):
        return f"{where.feature} {where.op} {where.value}"
    if isinstance(where, AllOf):
        return " & ".join(condition(c) for c in where.all)
    if isinstance(where, AnyOf):
        return " | ".join(condition(c) for c in where.any)
    return f"not({condition(where.not_)})"


def facts(made: Plan) -> dict[str, Any]:
    sets, rails = made.action_sets, made.guardrails
    return {
        "event": made.objective.events[0].event,
        "weights": {e.event: e.weight for e in made.objective.events},
        "window": made.objective.attribution_window_days,
        "where": condition(made.audience.where),
        "channels": " ".join(sets.channels),
        "offers": " ".join(i.key for i in sets.incentives),
        "windows": " ".join(sets.send_windows),
        "tones": " ".join(sets.tones),
        "themes": " ".join(sets.themes),
        "caps": {(c.channel, c.limit, c.window_days) for c in rails.frequency_caps},
        "cooldown": rails.cooldown_hours,
        "quiet": f"{rails.quiet_hours.start:%H:%M}-{rails.quiet_hours.end:%H:%M}" if rails.quiet_hours else None,
        "budget": f"{rails.incentive_budget.amount:g} {rails.incentive_budget.currency}" if rails.incentive_budget else None,
        "max": rails.max_discount_percent,
        "banned": rails.banned_phrases,
        "regulated": rails.regulated,
        "holdout": made.measurement.holdout,
        "days": made.schedule.horizon_days,
        "cron": made.schedule.cron,
        "zone": made.schedule.timezone,
    }
