"""Several processes deliver one journey at once: the gate lets each send through once whoever asks, and messages are made on every core.

The processes are forked, so that they start at once; nothing that is open may be shared with them. One that is killed leaves what it had
claimed to the next delivery, like any other.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import reduce
from operator import add

from journeyman.delivery.dispatch import Tally
from journeyman.errors import JourneymanError, RunError


def together(work: Callable[[int], Tally], workers: int, first: Callable[[], Tally] = Tally) -> Tally:
    """What `first` tells, then `work(0)` in this process and `work(1)` … `work(workers - 1)` in others, begun together; the sum of their
    tallies. Call it while nothing is open and no thread runs. Raises, when all have ended, what went wrong here, else RunError for
    another that failed (it has said why on stderr)."""
    if workers > 1 and not hasattr(os, "fork"):
        raise RunError("This system cannot run several workers.", remedy="Leave --workers away, or start the command several times.")
    waits, go = os.pipe()
    others = [_forked(work, turn, waits, go) for turn in range(1, workers)]
    os.close(waits)
    try:
        with os.fdopen(go, "wb") as start:
            tally = first()
            start.write(bytes(len(others)))
        tally += work(0)
    finally:
        theirs = _told(others)
    if None in theirs:
        raise RunError("A worker ended before its time.", remedy="Deliver again: what it had begun is taken up then.")
    return reduce(add, (told for told in theirs if told), tally)


def _forked(work: Callable[[int], Tally], turn: int, waits: int, go: int) -> tuple[int, int]:
    """The process, and where it will write its tally. It begins with a byte of its own from `waits`, and ends where none comes."""
    reads, writes = os.pipe()
    if process := os.fork():
        os.close(writes)
        return process, reads
    code = 1
    try:
        os.close(reads)
        os.close(go)
        told = work(turn) if os.read(waits, 1) else Tally()
        with os.fdopen(writes, "w") as pipe:
            pipe.write(told.model_dump_json())
        code = 0
    except JourneymanError as problem:
        sys.stderr.write(f"Worker {turn + 1}: {problem.message} {problem.remedy}\n")
    except BaseException as problem:
        sys.stderr.write(f"Worker {turn + 1}: {type(problem).__name__}: {problem}\n")
    finally:
        sys.stderr.flush()
        os._exit(code)


def _told(others: list[tuple[int, int]]) -> list[Tally | None]:
    """What each told, once it has ended; None for one that failed."""
    tallies: list[Tally | None] = []
    for process, reads in others:
        with os.fdopen(reads) as pipe:
            said = pipe.read()
        ended = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        tallies.append(Tally.model_validate_json(said) if ended == 0 else None)
    return tallies
