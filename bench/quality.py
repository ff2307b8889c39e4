"""How much of what an oracle earns each system earns, in six worlds over five seeds: `python -m bench.quality`.

Every finished run is kept in `bench/results/quality.runs.jsonl`, so that a comparison that was cut short goes on where it ended; a run
counts for the version of the system and the settings it was made with. At the end a line for each system and world: the mean share of the
oracle with its standard error over seeds; then who is first. What is not installed, or has not been run, is named.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import numpy as np

from bench.bandits.race import earned
from bench.bandits.systems import NOT_LEARNERS, SYSTEMS, installed, stamp
from journeyman.simulation.laboratory import ROUNDS, WORLDS, make

RUNS = Path(__file__).parent / "results" / "quality.runs.jsonl"
Row = dict[str, Any]


def main(arguments: list[str]) -> None:
    """Runs what is missing, then prints the lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", default="".join(WORLDS))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--systems", nargs="+", default=list(SYSTEMS), choices=list(SYSTEMS), metavar="SYSTEM")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    asked = parser.parse_args(arguments)
    known = {_key(row) for row in _kept()}
    wanted = [(s, w, seed) for s in asked.systems for seed in asked.seeds for w in asked.worlds if installed(SYSTEMS[s].package)]
    missing = [job for job in wanted if (job[0], stamp(SYSTEMS[job[0]]), *job[1:]) not in known]
    RUNS.parent.mkdir(exist_ok=True)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ[name] = "1"  # a core a run, for everybody: each runs in a new process, which reads this
    with ProcessPoolExecutor(asked.jobs, max_tasks_per_child=1) as pool:
        running = {pool.submit(_run, *job): job for job in missing}
        for done in as_completed(running):
            if problem := done.exception():
                where = dict(zip(("system", "world", "seed"), running[done], strict=True))
                _say({"bench": "quality.failed", **where, "error": f"{type(problem).__name__}: {problem}"})
                continue
            with RUNS.open("a", encoding="utf-8") as file:
                file.write(json.dumps(done.result()) + "\n")
            print("{system} {world} {seed}: {share}".format(**done.result()), file=sys.stderr, flush=True)
    for line in summary(_kept()):
        _say(line)


def _say(line: Row) -> None:
    print(json.dumps(line | {"machine": f"{platform.machine()}, {os.cpu_count()} cores"}), flush=True)


def _run(system: str, world: str, seed: int) -> Row:
    entry, made = SYSTEMS[system], make(world, seed)
    chance, seconds = earned(entry.make(made.features[: made.available[0]], made.contexts.shape[1], seed), made)
    best, quarter = made.best, ROUNDS // 4
    over_time = [round(float(chance[n : n + quarter].mean() / best[n : n + quarter].mean()), 4) for n in range(0, ROUNDS, quarter)]
    return {
        "system": system, "stamp": stamp(entry), "world": world, "seed": seed, "share": round(float(chance.mean() / best.mean()), 5),
        "chance": round(float(chance.mean()), 5), "quarters": over_time, "best_fixed": round(made.best_fixed / float(best.mean()), 5),
        "seconds": round(seconds, 1),
    }  # fmt: skip


def _kept() -> list[Row]:
    return [json.loads(line) for line in RUNS.read_text(encoding="utf-8").splitlines()] if RUNS.exists() else []


def _key(row: Row) -> tuple[Any, ...]:
    return row["system"], row["stamp"], row["world"], row["seed"]


def summary(rows: list[Row]) -> Iterator[Row]:
    """Lines for people and for `bench.page`, from the runs of today's versions."""
    now = {_key(row): row for row in rows if row["system"] in SYSTEMS and row["stamp"] == stamp(SYSTEMS[row["system"]])}
    shares: dict[tuple[str, str], dict[int, float]] = {}
    for row in now.values():
        shares.setdefault((row["system"], row["world"]), {})[row["seed"]] = row["share"]
        shares.setdefault(("best fixed action in hindsight", row["world"]), {})[row["seed"]] = row["best_fixed"]
    for name, entry in SYSTEMS.items():
        if not installed(entry.package):
            yield {"bench": "quality.missing", "system": name, "package": entry.package, "installed": False}
    for (system, world), by_seed in sorted(shares.items()):
        values = np.array(list(by_seed.values()))
        error = float(values.std(ddof=1) / len(values) ** 0.5) if len(values) > 1 else None
        entry = SYSTEMS.get(system)
        yield {
            "bench": "quality", "system": system, "world": world, "value": round(float(values.mean()), 4), "unit": "share of the oracle",
            "stderr": None if error is None else round(error, 4), "seeds": len(values), "setting": entry.settings if entry else "",
            "version": installed(entry.package) if entry else None,
            "seconds": round(float(np.mean([r["seconds"] for k, r in now.items() if k[0] == system and k[2] == world] or [0])), 1),
        }  # fmt: skip
    for world in WORLDS:
        yield from _verdict(world, shares)


def _verdict(world: str, shares: dict[tuple[str, str], dict[int, float]]) -> Iterator[Row]:
    """Ours against the best other learner of a world, over the seeds both have run."""
    mine = shares.get(("journeyman", world), {})
    others = {s: v for (s, w), v in shares.items() if w == world and s in SYSTEMS and s not in NOT_LEARNERS | {"journeyman"} and v}
    if not mine or not others:
        return
    best = max(others, key=lambda s: float(np.mean(list(others[s].values()))))
    both = sorted(mine.keys() & others[best].keys())
    ahead = np.array([mine[n] - others[best][n] for n in both])
    if not both:
        return
    error = round(float(ahead.std(ddof=1) / len(ahead) ** 0.5), 4) if len(ahead) > 1 else None
    ahead_by = float(ahead.mean())
    yield {
        "bench": "quality.verdict", "world": world, "best_other": best, "ahead": round(ahead_by, 4), "paired_stderr": error,
        "seeds": len(both), "first": bool(ahead_by > 0), "within_one_stderr": bool(ahead_by > -(error or 0.0)),
    }  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
