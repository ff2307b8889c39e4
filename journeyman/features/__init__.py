"""Data in, features out: tables with their problems told, and one row of numbers per customer, strictly as of a moment.

`open_tables → Tables`, `stage(tables) → Staged`, `Staged.build(as_of) → FeatureTable`, `select(features, predicate) → mask`.
Nothing here decides, sends or reads the clock.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from journeyman.features.audience import select
    from journeyman.features.build import Staged, stage
    from journeyman.features.profile import Problem, Profile
    from journeyman.features.table import Entry, FeatureTable
    from journeyman.features.tables import Tables, open_tables

__all__ = ["Entry", "FeatureTable", "Problem", "Profile", "Staged", "Tables", "open_tables", "select", "stage"]

_HOME = {"select": "audience", "Staged": "build", "stage": "build", "Problem": "profile", "Profile": "profile"}
_HOME |= {"Entry": "table", "FeatureTable": "table", "Tables": "tables", "open_tables": "tables"}


def __getattr__(name: str) -> Any:
    """Loads a name when it is first asked for, so that a command that needs none of them starts fast."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
