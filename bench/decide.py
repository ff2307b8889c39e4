"""How fast the policy decides and learns: `python -m bench.decide` prints one JSON object a measurement.

Compiled loops are warm before the clock starts. Each number is the median of several rounds; eligibility, hold and costs included.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from importlib.metadata import version

import numpy as np

from journeyman.decisioning import Policy

MACHINE = f"{platform.machine()}, {os.cpu_count()} cores"


def made(windows: int, dim: int = 32, variants: int = 300, columns: int = 16, draws: int = 64) -> Policy:
    """A policy over hold and variants × windows that has learned one day."""
    g = np.random.default_rng(0)
    rows = np.repeat(g.normal(size=(variants, columns)), windows, axis=0)
    if windows > 1:
        rows = np.concatenate([rows, np.tile(np.eye(windows), (variants, 1))], axis=1)
    actions = np.concatenate([np.zeros((1, rows.shape[1])), rows])
    items = np.concatenate([[-1], np.repeat(np.arange(variants), windows)])
    costs = np.where(np.arange(len(actions)) == 0, 0.0, 0.002)
    policy = Policy.create(actions, dim, hold=0, items=items, costs=costs, draws=draws)
    policy.learn(g.normal(size=(5000, dim)), g.integers(len(actions), size=5000), g.random(5000) < 0.03)
    return policy


def seconds(work: Callable[[], object], rounds: int) -> float:
    """Median wall time of `work`, after one round to warm up."""
    work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def report(bench: str, value: float, unit: str, setting: str) -> None:
    """One line of `bench/results`."""
    system = {"bench": bench, "system": "journeyman", "version": version("journeyman")}
    print(json.dumps({**system, "value": round(value, 4), "unit": unit, "setting": setting, "machine": MACHINE}), flush=True)


def main() -> None:
    """Decide a cohort, decide one customer, learn a day."""
    g = np.random.default_rng(1)
    customers = 5000
    x = g.normal(size=(customers, 32)).astype(np.float32)
    for windows in (1, 4):
        policy = made(windows)
        count = len(policy.costs)
        setting = f"d=32 K={count} p={policy.actions.features.shape[1]} S=64"
        may = g.random((customers, count)) < 0.7
        report("decide", customers / seconds(lambda: policy.decide(x, may, seed=1), 7), "decisions/s", setting)  # noqa: B023
        report("decide-one", 1000 * seconds(lambda: policy.decide(x[:1], may[:1], seed=1), 200), "ms", setting)  # noqa: B023
        for batch in (customers, 4 * customers, 20 * customers):
            many = g.normal(size=(batch, 32)).astype(np.float32)
            action, reward = policy.decide(many, seed=1).action, (g.random(batch) < 0.03).astype(np.float64)
            report("learn", batch / seconds(lambda: policy.learn(many, action, reward), 5), "rewards/s", f"{setting}, batch {batch}")  # noqa: B023


if __name__ == "__main__":
    main()
