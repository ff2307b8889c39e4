"""The store: what Journeyman must not forget, in one SQL database (SQLite; the SQL is portable to PostgreSQL).

One module a subject, each a handful of functions that take a `Store` first: `journeys` `library` `customers` `decisions` `outbox`
`events` `rewards` `budget` `policies` `snapshots` `runs` `steps` `audit` `model_calls`. Rules live elsewhere; this room only remembers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from journeyman.store.database import Store

__all__ = ["Store"]


def __getattr__(name: str) -> Any:
    if name == "Store":
        from journeyman.store.database import Store

        return Store
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
