"""What the demonstration earns: all five use cases over three seeds, each in a process of its own.

A line per comparison: the lift in customers who succeeded, in points of 100, its always-valid interval in the setting; then violations,
approved variants and the share of a perfect chooser's messages. `python -m bench.lift 7 8 9` names the seeds.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench.measure import line
from journeyman.simulation.settings import USE_CASES

SEEDS = (7, 8, 9)
AT_ONCE = 2


def main(seeds: tuple[int, ...]) -> None:
    """Prints a line per measurement, and at the end how many use cases are clearly ahead at every seed."""
    jobs = [(use_case, seed) for seed in seeds for use_case in USE_CASES]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        told = dict(zip(jobs, pool.map(lambda job: _run(Path(folder), *job), jobs), strict=True))
    for (use_case, seed), document in told.items():
        where = {"use_case": use_case, "seed": seed}
        for against, lift in sorted(document["lift"].items()):
            bounds = {"low": round(100 * lift["low"], 2), "high": round(100 * lift["high"], 2)}
            print(line(f"lift.{against}", round(100 * lift["value"], 2), "points", **where, **bounds))
        print(line("lift.oracle_share", round(document["oracle_share"], 4), "share", **where))
        print(line("lift.violations", document["violations"], "count", **where))
        print(line("lift.approved", document["variants"]["approved"], "variants", **where))
    for against in ("vs_random", "vs_bau"):
        clear = [u for u in USE_CASES if all(told[u, s]["lift"][against]["low"] > 0 for s in seeds)]
        print(line(f"lift.clear.{against}", len(clear), "use cases of 5", seeds=list(seeds), which=clear))


def _run(folder: Path, use_case: str, seed: int) -> dict[str, Any]:
    place = folder / f"{use_case}-{seed}"
    command = [sys.executable, "-m", "app", "demo", "--use-case", use_case, "--seed", str(seed), "--workspace", str(place), "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise SystemExit(f"{use_case} at seed {seed} failed:\n{ended.stderr}")
    print(f"{use_case} at seed {seed} done", file=sys.stderr)
    document: dict[str, Any] = json.loads(ended.stdout)
    return document


if __name__ == "__main__":
    main(tuple(int(s) for s in sys.argv[1:]) or SEEDS)
