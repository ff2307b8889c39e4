"""Workers that die anywhere: `python -m tests.delivery.mortal DATABASE FOLDER keyed|unkeyed` holds everything imported and forks a worker
for each delivery, so that a death costs milliseconds.

It reads orders, one JSON object a line, and answers each with the exit codes of its workers. A worker dies at its N-th step (an SQL
statement begun or done, a commit, a message handed over or taken, a file placed), or when the axe falls, wherever it is by then.
"""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from sqlalchemy import event

from guardrails.gate import SendGate
from journeyman.clock import ManualClock
from journeyman.delivery import file
from journeyman.delivery.dispatch import deliver
from journeyman.delivery.file import FileChannel
from journeyman.domain import Outgoing
from journeyman.store import Store
from tests.delivery.small_world import BRAND, CHANNELS, NOON, TOPICS, a_world

ROOT = Path(__file__).parents[2]
KILLED = -signal.SIGKILL


class Worker(BaseModel):
    """One delivery of these journeys. `steps`: it dies at that step, None: it does not. `pace`: seconds that pass with each message."""

    journeys: list[str]
    now: datetime
    steps: int | None = None
    pace: float = 0


class Order(BaseModel):
    """Workers that start at once. `axe`: (which one, seconds): it is killed then, or when another worker has ended before."""

    workers: list[Worker]
    axe: tuple[int, float] | None = None


class Codes(BaseModel):
    """How the workers of an order ended."""

    codes: list[int]


class Crew:
    """The process, as a test sees it."""

    def __init__(self, database: str | Path, folder: Path, *, keyed: bool) -> None:
        command = [sys.executable, "-m", "tests.delivery.mortal", str(database), str(folder), "keyed" if keyed else "unkeyed"]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def work(self, order: Order) -> list[int]:
        """The exit codes: 0, or KILLED. A worker that fails otherwise has said why on stderr."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(order.model_dump_json() + "\n")
        self._process.stdin.flush()
        codes = Codes.model_validate_json(self._process.stdout.readline()).codes
        assert set(codes) <= {0, KILLED}
        return codes


class Keyless:
    """A channel that cannot tell a repeat: every call is a message, in a folder of its own."""

    name = "keyless"
    idempotent = False

    def __init__(self, outbox: Path) -> None:
        self._outbox, self._calls = outbox, itertools.count()

    def send(self, message: Outgoing) -> str:
        return FileChannel(self._outbox / f"{os.getpid()}-{next(self._calls)}", BRAND).send(message)


class Watched:
    """A channel whose calls are steps, and take time."""

    name = "watched"

    def __init__(self, inner: FileChannel | Keyless, step: Callable[[], None], clock: ManualClock, pace: timedelta) -> None:
        self._inner, self._step, self._clock, self._pace = inner, step, clock, pace
        self.idempotent = inner.idempotent

    def send(self, message: Outgoing) -> str:
        self._step()
        answer = self._inner.send(message)
        self._step()
        self._clock.advance_to(self._clock.now() + self._pace)
        return answer


def _work(database: str, outbox: Path, keyed: bool, worker: Worker) -> None:
    left = worker.steps or sys.maxsize

    def step(*_: Any) -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    place = file._place

    def step_and_place(folder: str, name: str, content: bytes) -> None:
        place(folder, name, content)
        step()

    file._place = step_and_place
    clock = ManualClock(worker.now)
    store = Store.open(database, clock=clock)
    for moment in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(store.engine, moment, step)
    channel = Watched(FileChannel(outbox, BRAND) if keyed else Keyless(outbox), step, clock, timedelta(seconds=worker.pace))
    for journey in worker.journeys:
        deliver(store, SendGate(store, clock, BRAND), lambda _name: channel, clock, journey)
    store.close()


def _forked(work: Callable[[], None]) -> int:
    """The child's process id. The child shares nothing that is open but stderr."""
    if pid := os.fork():
        return pid
    try:
        work()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _ended(pids: Sequence[int], axe: tuple[int, float] | None) -> list[int]:
    if axe is not None:
        which, seconds = axe
        signal.sigtimedwait([signal.SIGCHLD], seconds)
        os.kill(pids[which], signal.SIGKILL)  # not waited for yet, so the number is still its own
    return [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]


def _warm(database: str) -> None:
    """The database opened once and another delivered from, so that what is imported and cached on the way is there for every child; both
    are closed again."""
    Store.open(database, clock=ManualClock(NOON)).close()
    with tempfile.TemporaryDirectory() as folder:
        world = a_world(Path(folder))
        world.plan_sends(*((0, channel, {"topic": topic, "slot": topic}) for channel in CHANNELS for topic in TOPICS))
        world.deliver(FileChannel(Path(folder), BRAND))
        world.store.close()


def main(database: str, folder: Path, keyed: bool) -> None:
    _warm(database)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    for line in sys.stdin:
        order = Order.model_validate_json(line)
        pids = [_forked(partial(_work, database, folder / "outbox", keyed, worker)) for worker in order.workers]
        print(Codes(codes=_ended(pids, order.axe)).model_dump_json(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3] == "keyed")
