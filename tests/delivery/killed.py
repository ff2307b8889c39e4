"""A delivery that kills itself: `python -m tests.delivery.killed FOLDER POINT N`. POINT says where, N at which message."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from guardrails.gate import SendGate
from journeyman.clock import ManualClock
from journeyman.delivery.dispatch import deliver
from journeyman.delivery.file import FileChannel
from journeyman.domain import Outgoing
from journeyman.store import Store
from tests.delivery.small_world import BRAND, NOON


class Deadly:
    """The file channel, until the N-th message; without keys when `POINT` ends in `-unkeyed`."""

    name = "file"

    def __init__(self, outbox: Path, point: str, at: int) -> None:
        self._files, self._point, self._left = FileChannel(outbox, BRAND), point.removesuffix("-unkeyed"), at
        self.idempotent = not point.endswith("-unkeyed")

    def send(self, message: Outgoing) -> str:
        self._left -= 1
        if not self._left and self._point == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        if not self._left and self._point == "half":  # a draft is there, the file not yet
            self._files.outbox.joinpath(f".{message.key}.json.1").write_text("{")
            os.kill(os.getpid(), signal.SIGKILL)
        answer = self._files.send(message)
        if not self._left and self._point == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return answer


def main(folder: Path, point: str, at: int) -> None:
    clock = ManualClock(NOON)
    store = Store.open(folder / "store.sqlite", clock=clock)
    channel = Deadly(folder / "outbox", point, at)
    print(deliver(store, SendGate(store, clock, BRAND), lambda _name: channel, clock, "winback").model_dump_json())


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
