"""SIGKILL between claim and mark, at several places: after a restart nothing is lost, nothing is twice, no cap is exceeded."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from journeyman.delivery.dispatch import Tally
from journeyman.delivery.file import FileChannel
from journeyman.domain import FrequencyCap
from journeyman.store import budget, outbox
from tests.delivery.killed import Deadly
from tests.delivery.small_world import BRAND, World, a_plan, a_world

ROOT = Path(__file__).parents[2]
PEOPLE = 14


@pytest.fixture
def world(tmp_path: Path) -> World:
    plan = a_plan(frequency_caps=[FrequencyCap(limit=2, window_days=7)], incentive_budget={"amount": 30, "currency": "USD"})
    world = a_world(tmp_path, people=PEOPLE, plans=[plan])
    for channel in ("email", "push", "sms"):  # three each, the cap lets two through
        world.plan_sends(*((n, channel, {"liability": 1.0}) for n in range(PEOPLE)))
    return world


def run(folder: Path, point: str, at: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.delivery.killed", str(folder), point, str(at)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("point", ["before", "half", "after"])
@pytest.mark.parametrize("at", [1, 9, PEOPLE * 2])
def test_killed_and_restarted(world: World, tmp_path: Path, point: str, at: int) -> None:
    assert run(tmp_path, point, at).returncode == -signal.SIGKILL
    assert outbox.counts(world.store)["claimed"] > 0
    restarted = FileChannel(tmp_path / "outbox", BRAND)
    world.deliver(restarted)
    assert outbox.counts(world.store) == {"sent": PEOPLE * 2, "blocked": PEOPLE}
    files = [json.loads(p.read_bytes()) for p in (tmp_path / "outbox").glob("*.json")]
    assert {f["send_id"] for f in files} == {s.id for s in outbox.read(world.store, states=("sent",))}
    assert len(files) == PEOPLE * 2
    assert set(Counter(f["customer"] for f in files).values()) == {2}
    assert budget.standing(world.store, "winback").reserved == PEOPLE * 2
    assert world.deliver(restarted) == Tally()


@pytest.mark.parametrize("point", ["before-unkeyed", "after-unkeyed"])
def test_killed_where_a_repeat_would_be_a_second_message(world: World, tmp_path: Path, point: str) -> None:
    assert run(tmp_path, point, 13).returncode == -signal.SIGKILL
    written = {p.name: p.stat().st_mtime_ns for p in (tmp_path / "outbox").glob("*.json")}
    restarted = Deadly(tmp_path / "outbox", "never-unkeyed", 0)
    world.deliver(restarted)
    counts = outbox.counts(world.store)
    assert counts["sent"] + counts["unknown"] == PEOPLE * 2 and counts["blocked"] == PEOPLE
    for send in outbox.read(world.store, states=("unknown",)):
        file = tmp_path / "outbox" / f"{send.id}.json"
        assert not file.exists() or file.stat().st_mtime_ns == written[file.name]
    assert world.deliver(restarted) == Tally()
    per_customer = Counter(json.loads(p.read_bytes())["customer"] for p in (tmp_path / "outbox").glob("*.json"))
    assert max(per_customer.values()) <= 2
