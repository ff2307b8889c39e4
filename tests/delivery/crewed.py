"""A crew at work in a process of its own: `python -m tests.delivery.crewed DATABASE FOLDER MISHAP` delivers with three workers in batches
of 20 and prints the tally. MISHAP: none; what befalls the second worker (killed in the middle of its work, refused at its start); or first
(what comes before the work fails)."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from guardrails.gate import SendGate
from journeyman.clock import ManualClock
from journeyman.delivery import dispatch
from journeyman.delivery.crew import together
from journeyman.delivery.dispatch import Tally, send_due
from journeyman.delivery.file import FileChannel
from journeyman.domain import Outgoing
from journeyman.errors import JourneymanError, StoreError
from journeyman.store import Store
from tests.delivery.small_world import BRAND, NOON

WORKERS, BATCH = 3, 20


class Mortal(FileChannel):
    """The second worker's channel: it dies with its fifth message."""

    left = 5

    def send(self, message: Outgoing) -> str:
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().send(message)


class Patient(FileChannel):
    """The others' channel: with its first message it waits for the second worker's death."""

    def __init__(self, folder: Path, death: int) -> None:
        super().__init__(folder, BRAND)
        self._death = death

    def send(self, message: Outgoing) -> str:
        os.read(self._death, 1)  # nothing is ever written: it returns when the last who could has ended
        return super().send(message)


def main(database: str, folder: Path, mishap: str) -> None:
    dispatch.BATCH = BATCH
    clock = ManualClock(NOON)
    death, alive = os.pipe()

    def way(turn: int) -> FileChannel:
        if mishap != "killed":
            return FileChannel(folder, BRAND)
        if turn == 1:
            return Mortal(folder, BRAND)
        os.close(alive)
        return Patient(folder, death)

    def work(turn: int) -> Tally:
        if turn == 1 and mishap == "refused":
            raise StoreError("The disk is full.", remedy="Free some space.")
        store, channel = Store.open(database, clock=clock), way(turn)
        try:
            return send_due(store, SendGate(store, clock, BRAND), lambda _name: channel, clock, "winback", turn=turn)
        finally:
            store.close()

    def first() -> Tally:
        if mishap == "first":
            raise StoreError("The table cannot be read.", remedy="Mend it.")
        return Tally(unknown=1)

    print(together(work, WORKERS, first).model_dump_json())


if __name__ == "__main__":
    try:
        main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
    except JourneymanError as problem:
        sys.exit(problem.message)
