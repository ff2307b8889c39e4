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

    connection = await aiosqlite.connect(space.checkpoints, timeout=PATIENCE)
    saver = AsyncSqliteSaver(connection)
    try:
        # No max_concurrency: it would hold up the checkpoints of what is done, too. The door to the model holds the limit.
        yield build(saver), {"configurable": {"thread_id": journey}, "recursion_limit": 100}
    finally:
        # A task that is cancelled between a write and its commit leaves the file locked, even when it is closed, as long as anything still
        # refers to its cursor: whoever opens it next would wait in vain. The lock keeps tasks that are left from writing in between.
        async with saver.lock:
            await connection.rollback()
            await connection.close()
