"""A small shop with a live journey, for tests of what happens around one."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from app.office import Office
from app.workspace import Workspace
from journeyman.clock import ManualClock
from journeyman.simulation.worlds import prepare

ROOT = Path(__file__).parent.parent.parent
GOAL = "Turn first-time buyers into repeat buyers: a second order within four weeks. Email and SMS, one message a week, up to 15% off."
MONDAY = datetime(2026, 3, 2, 5, tzinfo=UTC)


def live_shop(folder: Path, *, customers: int = 300, target: int = 20, before: Callable[[Path], None] = lambda _: None) -> str:
    """A retail workspace in `folder` whose journey went live on MONDAY; `before` may change its files first. Returns the journey's name."""
    shutil.copytree(ROOT / "app" / "templates" / "retail", folder)
    prepare("retail", folder, 7, customers=customers)
    before(folder)
    with Office(Workspace.open(folder), ManualClock(MONDAY)) as office:
        office.also = ["order"]
        journey = asyncio.run(office.name_for(GOAL))
        asyncio.run(office.campaign(journey, {"goal": GOAL, "target": target}, features=office.staged.build(MONDAY), auto=True))
    return journey
