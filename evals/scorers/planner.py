"""Scores a planner against goals with known answers: one point per expected field that the plan holds, none for one that it does not.

A case is a line of `evals/suites/planner/LANGUAGE.jsonl`: `{"id", "goal", "language", "expect"}`. `expect` is either
`{"questions": true}` (the goal is vague or contradicts itself: nothing may be planned) or some fields of `facts`. Ids with `blind` were
written before anyone looked at what the rules can read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from agents.roles import Setting
from journeyman.domain import AllOf, AnyOf, Brand, Comparison, Plan, Predicate
from journeyman.errors import ContentError

SUITE = Path(__file__).parents[1] / "suites" / "planner"


@dataclass(frozen=True)
class Case:
    """A goal and what must come of it."""

    id: str
    goal: str
    language: str
    expect: dict[str, Any]


def cases(folder: Path = SUITE) -> list[Case]:
    """Every line of the folder's *.jsonl, by file name. Raises ContentError with file and line when one is no case."""
    found: list[Case] = []
    for file in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            try:
                found.append(Case(**json.loads(line)))
            except (TypeError, ValueError) as problem:
                raise ContentError(f"{file}:{number}: no case: {problem}", remedy="Write id, goal, language and expect.") from None
    if len({c.id for c in found}) < len(found):
        raise ContentError(f"{folder}: two cases have the same id.", remedy="Give every case an id of its own.")
    return found


def setting(folder: Path = SUITE) -> Setting:
    """What the planner may know while it reads the suite: the folder's brand and day."""
    told = yaml.safe_load((folder / "brand.yaml").read_text("utf-8"))
    return Setting(brand=Brand.model_validate(told["brand"]), today=str(told["today"]))


def facts(made: Plan) -> dict[str, Any]:
    """What matters of a plan, flat and JSON: lists where order says nothing are sorted, a cap is `[channel ]limit/days`."""
    sets, rails, where = made.action_sets, made.guardrails, made.audience.where
    quiet, budget = rails.quiet_hours, rails.incentive_budget
    return {
        "event": made.objective.events[0].event,
        "weights": {e.event: e.weight for e in made.objective.events},
        "window": made.objective.attribution_window_days,
        "where": sorted(map(condition, _parts(where))),
        "channels": sorted(sets.channels),
        "offers": sorted(i.key for i in sets.incentives),
        "windows": sorted(sets.send_windows),
        "tones": sorted(sets.tones),
        "themes": sorted(sets.themes),
        "products": sorted(sets.products),
        "caps": sorted(f"{c.channel or ''} {c.limit}/{c.window_days}".strip() for c in rails.frequency_caps),
        "cooldown": rails.cooldown_hours,
        "quiet": f"{quiet.start:%H:%M}-{quiet.end:%H:%M}" if quiet else None,
        "budget": f"{budget.amount:g} {budget.currency}" if budget else None,
        "max": rails.max_discount_percent,
        "banned": sorted(rails.banned_phrases),
        "regulated": rails.regulated,
        "holdout": made.measurement.holdout,
        "days": made.schedule.horizon_days,
        "cron": made.schedule.cron,
        "zone": made.schedule.timezone,
        "priority": made.priority,
        "languages": sorted(made.languages),
    }


def _parts(where: Predicate) -> list[Predicate]:
    """What must hold together, conditions within conditions laid flat."""
    return [part for child in where.all for part in _parts(child)] if isinstance(where, AllOf) else [where]


def condition(where: Predicate) -> str:
    """A predicate in one line: `orders_total == 1`, `not(…)`, `a | b`."""
    match where:
        case Comparison():
            return f"{where.feature} {where.op} {where.value}"
        case AllOf():
            return " & ".join(sorted(condition(c) for c in where.all))
        case AnyOf():
            return " | ".join(sorted(condition(c) for c in where.any))
        case _:
            return f"not({condition(where.not_)})"


def score(expect: Mapping[str, Any], got: Mapping[str, Any]) -> dict[str, float]:
    """1.0 or 0.0 per expected field. `got` is `facts` of the plan, `{"questions": [...]}` when the planner asked back, or `{}` when
    nothing came out. Where questions are expected, only questions score; where a plan is, questions score nothing."""
    if expect.get("questions"):
        return {"questions": float(bool(got.get("questions")))}
    return {field: float(field in got and _same(value, got[field])) for field, value in expect.items()}


def _same(expected: Any, got: Any) -> bool:
    if isinstance(expected, list) and isinstance(got, list):
        return sorted(map(str, expected)) == sorted(map(str, got))
    return bool(expected == got)


def share(scores: Iterable[Mapping[str, float]]) -> float:
    """The mean over all fields of all cases (not of cases: a case counts by what it expects); 0 when there are none."""
    points = [p for fields in scores for p in fields.values()]
    return sum(points) / len(points) if points else 0.0
