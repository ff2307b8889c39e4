"""A cohort decided and written: `python -m bench.cohort` decides for a million customers among hold and 300 variants in 4 windows, to
Parquet, and tells seconds and memory; then how the time grows with customers and with actions.

Customers come in blocks, as a cohort run reads them; each block's contexts and eligibility (consent by channel) are made inside the clock.
"""

from __future__ import annotations

import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.decide import made
from bench.measure import line
from journeyman.decisioning import Policy

BLOCK, CHANNELS, CONSENT = 25_000, 4, 0.7


def seconds(policy: Policy, customers: int, file: Path) -> float:
    """Wall time to decide for `customers` and write who gets what, how likely that was and what it is expected to earn."""
    g, count = np.random.default_rng(2), len(policy.costs)
    channel = np.arange(count) % CHANNELS
    start = time.perf_counter()
    with pq.ParquetWriter(
        file, pa.schema({"customer": "uint64", "action": "int32", "propensity": "float64", "expected": "float64"})
    ) as writer:
        for low in range(0, customers, BLOCK):
            who = np.arange(low, min(low + BLOCK, customers), dtype=np.uint64)
            contexts = g.standard_normal((len(who), 32), dtype=np.float32)
            may = np.take(g.random((len(who), CHANNELS)) < CONSENT, channel, axis=1)
            may[:, 0] = True  # hold
            chosen = policy.decide(contexts, may, keys=who, seed=1)
            writer.write_table(
                pa.table({"customer": who, **{name: getattr(chosen, name) for name in ("action", "propensity", "expected")}})
            )
    return time.perf_counter() - start


def main() -> None:
    """The million first, then both curves."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "decided.parquet"
        policy = made(4)
        seconds(policy, BLOCK, file)
        took, where = seconds(policy, 1_000_000, file), {"customers": 1_000_000, "variants": 300, "windows": 4}
        assert pq.read_metadata(file).num_rows == 1_000_000
        print(line("cohort", round(took, 1), "s", **where), flush=True)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(line("cohort.memory", round(memory, 2), "GB at most", **where), flush=True)
        policy = made(1)
        for customers in (10_000, 100_000, 1_000_000):
            print(line("cohort.customers", round(seconds(policy, customers, file), 3), "s", customers=customers, actions=301), flush=True)
        for variants in (30, 100, 300, 1_000, 3_000):
            policy = made(1, variants=variants)
            seconds(policy, 2_000, file)
            took = seconds(policy, 20_000, file)
            print(line("cohort.actions", round(took, 3), "s", customers=20_000, actions=variants + 1), flush=True)


if __name__ == "__main__":
    main()
