"""Brings a database to the newest version inside the caller's transaction. Imports Alembic, so only imported when there is work."""

from __future__ import annotations

from pathlib import Path

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from journeyman.errors import StoreError

HERE = Path(__file__).parent


def scripts() -> ScriptDirectory:
    """The migrations of this package."""
    return ScriptDirectory(str(HERE))


def upgrade(connection: Connection) -> None:
    """Runs the migrations the database lacks. Raises StoreError when it is newer than this program."""
    directory = scripts()

    def steps(version: tuple[str, ...], _context: MigrationContext) -> list[object]:
        if any(v not in {s.revision for s in directory.walk_revisions()} for v in version):
            raise StoreError(
                f"The database is at version {', '.join(version)}, which this program does not know.",
                remedy="Use the newer Journeyman that wrote it.",
            )
        return directory._upgrade_revs("heads", version)  # type: ignore[arg-type, return-value]

    context = MigrationContext.configure(connection, opts={"fn": steps, "script": directory})
    with Operations.context(context):
        context.run_migrations()
