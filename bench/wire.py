"""Copy on a language model: 300 approved variants from a server on loopback that takes 500 ms for every call, 16 calls under way at once.

`wire.write` is the time from the approved plan to the finished library; the ideal is calls / 16 × 0.5 s, were no moment lost. `wire.again`
is a new journey to the same plan with nothing changed: every reply comes from the cache. The server answers our prompts with made-up copy
(tests/agents/openai_server.py) in a process of its own; the tokens are its count, a quarter of the characters.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from app import tracing
from bench.measure import line
from journeyman.store import library, runs
from tests.graphs.shop import GOAL, make, opened

TARGET, AT_ONCE, DELAY = 300, 16, 0.5
SERVE = """
import sys
from tests.agents.openai_server import OpenAIServer
with OpenAIServer(delay=float(sys.argv[1])) as server:
    print(server.base_url, flush=True)
    sys.stdin.read()
"""


@contextmanager
def slow_server() -> Iterator[str]:
    """Its base URL."""
    running = subprocess.Popen([sys.executable, "-c", SERVE, str(DELAY)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert running.stdin and running.stdout
    try:
        yield running.stdout.readline().strip()
    finally:
        running.stdin.close()
        running.wait(30)


def wrote(folder: Path, url: str) -> tuple[float, int, dict[str, Any]]:
    """Seconds from the approved plan to the library, approved variants, and the trace of writing."""
    with opened(folder, env={"OPENAI_BASE_URL": url, "OPENAI_API_KEY": "x"}, concurrency=AT_ONCE) as office:
        journey = asyncio.run(office.name_for(GOAL))
        asyncio.run(office.campaign(journey, {"goal": GOAL, "target": TARGET}))
        begun = perf_counter()
        asyncio.run(office.campaign(journey, answer={"approved": True, "by": "the bench"}))
        seconds = perf_counter() - begun
        approved = library.counts(office.store, journey)["approved"]
        return seconds, approved, tracing.trace(office.store, runs.listed(office.store)[-1])


def main() -> None:
    """Prints a line per measurement."""
    with tempfile.TemporaryDirectory() as place, slow_server() as url:
        folder, again = make(Path(place) / "shop"), Path(place) / "again"
        shutil.copytree(folder, again)
        seconds, approved, told = wrote(folder, url)
        calls, ideal = told["calls"], told["calls"] / AT_ONCE * DELAY
        setting = {"approved": approved, "calls": calls, "at_once": AT_ONCE, "delay": DELAY}
        print(line("wire.write", round(seconds, 2), "s", **setting))
        print(line("wire.write.over_ideal", round(seconds / ideal, 3), "×", ideal=round(ideal, 2)))
        print(line("wire.tokens_in", round(told["tokens_in"] / approved, 1), "tokens per approved variant"))
        fresh = (told["tokens_in"] - told["tokens_cached"]) / approved
        print(line("wire.tokens_fresh", round(fresh, 1), "tokens per approved variant", what="not in the provider's prompt cache"))
        for prompt in told["prompts"]:
            share = round(prompt["tokens_in"] / approved, 1)
            print(line(f"wire.tokens_in.{prompt['prompt']}", share, "tokens per approved variant", calls=prompt["calls"]))
        (again / ".journeyman").mkdir()
        shutil.copytree(folder / ".journeyman" / "replies", again / ".journeyman" / "replies")
        seconds, approved, told = wrote(again, url)
        print(line("wire.again", round(seconds, 2), "s", calls=told["calls"], cached=told["cached"], approved=approved))


if __name__ == "__main__":
    main()
