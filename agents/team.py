"""Puts the five agents together: all on one model, or all offline. A team is of one kind; lineage names it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from agents.roles import Team

OFFLINE = "offline"


def assemble(model: str, *, seed: int = 0, cache: Path | None = None, **settings: Any) -> Team:
    """Five agents. `model` is `offline`, or what `agents.ask.Door` takes; `cache` and `settings` (ledger, budget, concurrency, clock,
    timeout …) are the door's and mean nothing offline. Raises WorkspaceError when a key or price is missing."""
    from agents.offline.planner import OfflinePlanner

    if model == OFFLINE:
        from agents.offline.analyst import OfflineAnalyst
        from agents.offline.copywriter import OfflineCopywriter
        from agents.offline.orchestrator import OfflineOrchestrator
        from agents.offline.reviewer import OfflineReviewer

        return Team(OFFLINE, OfflinePlanner(), OfflineCopywriter(seed), OfflineReviewer(), OfflineOrchestrator(), OfflineAnalyst())
    from agents.analyst import ModelAnalyst
    from agents.ask import Door
    from agents.copywriter import ModelCopywriter
    from agents.orchestrator import ModelOrchestrator
    from agents.planner import ModelPlanner
    from agents.reviewer import ModelReviewer

    door = Door(model, seed=seed, cache=cache, **settings)
    return Team(
        model, ModelPlanner(door, OfflinePlanner()), ModelCopywriter(door), ModelReviewer(door), ModelOrchestrator(door), ModelAnalyst(door)
    )
