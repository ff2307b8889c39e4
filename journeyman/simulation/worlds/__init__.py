"""Made workspaces' tables: one file per use case, written from a seed.

`prepare` writes data/*.parquet with the canonical column names of `journeyman.domain.sources`. People, addresses and habits are made up;
addresses lie in ranges reserved for examples (example.com/.org/.net, telephone numbers 555-0100 to 555-0199), so none reaches anybody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from journeyman.simulation.settings import UseCase

START = datetime(2026, 3, 2, tzinfo=UTC)
"""The first day of the four made-up worlds, a Monday."""


@dataclass(frozen=True)
class Facts:
    """What a prepared workspace rests on: when its journey may start, and in words what of it is made up."""

    start: datetime
    note: str


def prepare(use_case: UseCase, root: Path, seed: int, customers: int = 5000) -> Facts:
    """Writes the tables of a use case into root/data (existing files are replaced). The same seed writes the same tables.

    `customers` does not apply to winback, which has the households it has. Raises DataError when their data set is not installed.
    """
    from journeyman.simulation.worlds import fintech, hospitality, retail, saas, winback

    (root / "data").mkdir(parents=True, exist_ok=True)
    if use_case == "winback":
        return winback.complete_journey(root, seed)
    makers: dict[str, Callable[[Path, int, int, datetime], str]] = {
        "retail": retail.make,
        "saas": saas.make,
        "fintech": fintech.make,
        "hospitality": hospitality.make,
    }
    return Facts(START, makers[use_case](root / "data", seed, customers, START))
