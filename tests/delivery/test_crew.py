"""Several workers at once: each send once, whoever takes it, and whatever befalls one of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from journeyman.delivery.dispatch import Tally, deliver
from journeyman.delivery.file import FileChannel
from journeyman.store import outbox
from tests.delivery.crewed import BATCH, WORKERS
from tests.delivery.small_world import BRAND, World, a_world

ROOT = Path(__file__).parents[2]
PEOPLE = BATCH * 9 + 7


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = a_world(tmp_path, people=PEOPLE)
    world.plan_sends(*((n, "email") for n in range(PEOPLE)))
    world.store.close()
    return world


def crew(world: World, folder: Path, mishap: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.delivery.crewed", str(world.store.engine.url.database), str(folder), mishap]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def left(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.json"))


def test_each_send_leaves_once_and_the_tallies_add_up(world: World, tmp_path: Path) -> None:
    ended = crew(world, tmp_path / "out", "none")
    assert ended.returncode == 0, ended.stderr
    assert Tally.model_validate_json(ended.stdout) == Tally(sent=PEOPLE, unknown=1)
    assert outbox.counts(world.store) == {"sent": PEOPLE}
    assert left(tmp_path / "out") == sorted(send.id for send in outbox.read(world.store))


def test_what_a_killed_worker_had_claimed_is_taken_up_by_the_next_delivery(world: World, tmp_path: Path) -> None:
    ended = crew(world, tmp_path / "out", "killed")
    assert ended.returncode == 1 and "A worker ended before its time." in ended.stderr
    assert outbox.counts(world.store) == {"claimed": BATCH, "sent": PEOPLE - BATCH}
    assert len(left(tmp_path / "out")) == PEOPLE - BATCH + 4  # what it had sent before it died
    channel = FileChannel(tmp_path / "out", BRAND)
    assert deliver(world.store, world.gate, lambda _name: channel, world.clock, "winback") == Tally(sent=BATCH)
    assert left(tmp_path / "out") == sorted(send.id for send in outbox.read(world.store, states=("sent",)))


def test_a_worker_that_fails_says_why_and_holds_up_nobody(world: World, tmp_path: Path) -> None:
    ended = crew(world, tmp_path / "out", "refused")
    assert ended.returncode == 1
    assert "Worker 2: The disk is full. Free some space." in ended.stderr and "A worker ended before its time." in ended.stderr
    assert outbox.counts(world.store) == {"sent": PEOPLE}


def test_nobody_begins_before_what_comes_first_has_succeeded(world: World, tmp_path: Path) -> None:
    ended = crew(world, tmp_path / "out", "first")
    assert ended.returncode == 1 and "The table cannot be read." in ended.stderr
    assert outbox.counts(world.store) == {"planned": PEOPLE} and not (tmp_path / "out").exists()


def test_a_worker_too_many_has_nothing_to_do(tmp_path: Path) -> None:
    """As many batches as workers would skip, and fewer."""
    (tmp_path / "few").mkdir()
    few = a_world(tmp_path / "few", people=BATCH // 2)
    few.plan_sends(*((n, "email") for n in range(BATCH // 2)))
    few.store.close()
    ended = crew(few, tmp_path / "out", "none")
    assert WORKERS > 1 and Tally.model_validate_json(ended.stdout) == Tally(sent=BATCH // 2, unknown=1)


def test_tallies_add_up_by_reason() -> None:
    one, other = Tally(sent=2, blocked={"cap": 1}), Tally(sent=3, waiting=1, blocked={"cap": 2, "budget": 1})
    assert one + other == Tally(sent=5, waiting=1, blocked={"budget": 1, "cap": 3})
