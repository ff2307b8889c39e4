"""The campaign graph of a workspace, with its checkpoints: what makes it go on where it stopped, in another process too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from app.workspace import Workspace

PATIENCE = 30
"""Seconds a command waits for another that is writing a checkpoint."""


@asynccontextmanager
async def campaign_graph(space: Workspace, journey: str) -> AsyncIterator[tuple[Any, dict[str, Any]]]:
    """The graph, and the configuration that names the journey's thread."""
    import aiosqlite
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    from graphs.campaign import build

    async with aiosqlite.connect(space.checkpoints, timeout=PATIENCE) as connection:
        # No max_concurrency: it would hold up the checkpoints of what is done, too. The door to the model holds the limit.
        yield build(AsyncSqliteSaver(connection)), {"configurable": {"thread_id": journey}, "recursion_limit": 100}
