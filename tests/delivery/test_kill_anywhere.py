"""Two workers deliver the same journeys at once and are killed again and again, wherever they are by then. Once they were left to finish,
every promise holds: nothing is twice, lost, forbidden, over a cap or over the budget, and nothing is counted twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.load import Load
from tests.delivery.mortal import Crew
from tests.postgres import a_database, a_postgres

BOTH = pytest.mark.parametrize("keyed", [True, False], ids=["keyed", "unkeyed"])


def survive(load: Load, database: str | Path, kills: int, *, keyed: bool) -> None:
    try:
        with Crew(database, load.folder, keyed=keyed) as crew:
            load.run(crew, kills)
        load.check(keyed=keyed)
        if kills > 100:
            load.check_busy()
    finally:
        load.world.store.close()


@BOTH
def test_ten_kills(tmp_path: Path, keyed: bool) -> None:
    survive(Load.of(tmp_path, seed=10 + keyed), tmp_path / "store.sqlite", 10, keyed=keyed)


@pytest.mark.slow
@BOTH
@pytest.mark.parametrize("seed", [1, 2])
def test_two_hundred_kills(tmp_path: Path, keyed: bool, seed: int) -> None:
    survive(Load.of(tmp_path, seed), tmp_path / "store.sqlite", 200, keyed=keyed)


@pytest.fixture(scope="module")
def postgres() -> Iterator[Any]:
    with a_postgres() as server:
        yield server


@pytest.mark.slow
@BOTH
def test_a_hundred_and_twenty_kills_on_postgresql(postgres: Any, tmp_path: Path, keyed: bool) -> None:
    database = a_database(postgres)
    survive(Load.of(tmp_path, seed=3, database=database), database, 120, keyed=keyed)
