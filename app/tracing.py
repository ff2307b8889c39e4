"""What a run did, as a tree: its steps, the answers asked for in each, the requests it took, tokens, cost. Reads; shows nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from agents.ask import ModelCall, cost_table
from journeyman.errors import RunError
from journeyman.store import Store, model_calls, runs, steps

LAST = "last"


def find(store: Store, run: str) -> runs.Run:
    """The run of that id, or the newest (`last`). Raises RunError."""
    known = runs.listed(store)
    found = known[-1:] if run == LAST else [r for r in known if r.id == run]
    if not found:
        told = "Nothing has run here yet." if not known else f"There is no run {run}."
        raise RunError(told, remedy="Begin with `journeyman plan`." if not known else "See them with `journeyman trace`.")
    return found[0]


def listed(store: Store) -> list[dict[str, Any]]:
    """All runs, oldest first, each with its totals."""
    by_run: dict[str, list[ModelCall]] = {}
    for call in (ModelCall(**c) for c in model_calls.read(store)):
        by_run.setdefault(call.run or "", []).append(call)
    return [_head(run) | totals(by_run.get(run.id, [])) for run in runs.listed(store)]


def trace(store: Store, run: runs.Run) -> dict[str, Any]:
    """The tree. `steps` in the order they began, each with `asks`; `loose`: asks that belong to no step."""
    calls = [ModelCall(**c) for c in model_calls.read(store, runs=[run.id])]
    by_step: dict[int | None, list[ModelCall]] = {}
    for call in calls:
        by_step.setdefault(call.step, []).append(call)
    told = [
        {**step.model_dump(exclude={"run", "at"}), **totals(by_step.get(step.number, [])), "asks": _asks(by_step.get(step.number, []))}
        for step in steps.of(store, run.id)
    ]
    return {
        **_head(run),
        **totals(calls),
        "steps": told,
        "loose": _asks(by_step.get(None, [])),
        "prompts": [row.model_dump() | {"name": row.name} for row in cost_table(calls)],
    }


def totals(calls: Iterable[ModelCall]) -> dict[str, Any]:
    """`calls`: requests made; `again`: those that brought nothing and were made again; `cached`: answers that took no request. `waited`:
    seconds of all requests, added up. `cost` None: some have no known price."""
    made = list(calls)
    sent = [c for c in made if c.outcome != "cached"]
    return {
        "calls": len(sent),
        "again": sum(c.outcome != "ok" for c in sent),
        "cached": len(made) - len(sent),
        "tokens_in": sum(c.tokens_in for c in sent),
        "tokens_out": sum(c.tokens_out for c in sent),
        "tokens_cached": sum(c.tokens_cached for c in sent),
        "cost": None if any(c.cost is None for c in sent) else sum(c.cost or 0.0 for c in sent),
        "waited": sum(c.seconds for c in sent),
    }


def _asks(calls: list[ModelCall]) -> list[dict[str, Any]]:
    by_ask: dict[str, list[ModelCall]] = {}
    for call in calls:
        by_ask.setdefault(call.ask, []).append(call)
    return [
        {
            "ask": ask,
            "prompt": f"{group[0].prompt}@{group[0].prompt_hash[:8]}",
            "version": group[0].prompt_version,
            "model": group[0].model,
            "outcomes": [c.outcome for c in group],
            **totals(group),
        }
        for ask, group in by_ask.items()
    ]


def _head(run: runs.Run) -> dict[str, Any]:
    """`seconds` None: not over, or a demonstration, whose time is simulated."""
    return {
        "run": run.id,
        "kind": run.kind,
        "journey": run.options.get("journey") or run.options.get("use_case") or "",
        "model": run.options.get("model") or "offline",
        "state": run.state,
        "why": (run.result or {}).get("error") if run.state == "failed" else None,
        "started_at": run.started_at.isoformat(),
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
        "seconds": (run.finished_at - run.started_at).total_seconds() if run.finished_at and run.kind != "demo" else None,
    }
