"""A small shop with a campaign to write: `python -m tests.graphs.shop FOLDER TARGET` runs it, or goes on with it, on the model behind
OPENAI_BASE_URL, saying yes to everything."""

from __future__ import annotations

import asyncio
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.office import Office
from app.workspace import Workspace
from journeyman.clock import ManualClock
from journeyman.simulation.worlds import prepare

ROOT = Path(__file__).parent.parent.parent
GOAL = "Turn first-time buyers into repeat buyers: a second order within four weeks. Email and SMS, one message a week, up to 15% off."


def make(folder: Path) -> Path:
    """The shop's workspace, with 200 customers."""
    shutil.copytree(ROOT / "app" / "templates" / "retail", folder)
    prepare("retail", folder, 7, customers=200)
    return folder


def opened(folder: Path, **door: Any) -> Office:
    """Its office at a fixed time, on a model. `door`: what the door is told."""
    office = Office(Workspace.open(folder), ManualClock(datetime(2026, 3, 2, 5, tzinfo=UTC)), model="openai:gpt-test")
    office.also, office.door = ["order"], door
    return office


def campaign(office: Office, target: int) -> dict[str, Any]:
    """From the goal to a live library, or on from where it stopped."""
    journey = asyncio.run(office.name_for(GOAL))
    return asyncio.run(office.campaign(journey, {"goal": GOAL, "target": target}, auto=True)) | {"journey": journey}


async def no_wait(_seconds: float) -> None:
    await asyncio.sleep(0)


if __name__ == "__main__":
    with opened(Path(sys.argv[1]), sleep=no_wait, timeout=5.0) as office:
        campaign(office, int(sys.argv[2]))
