"""`journeyman doctor`: is this machine, and this workspace, ready? One line a check; exit code 1 when one fails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import typer

from app.cli.console import HERE, JsonOption, WorkspaceOption, emit, people

Check = tuple[str, bool, str]


def doctor(workspace: WorkspaceOption = HERE, json: JsonOption = False) -> None:
    """Check Python, libraries, disk and, in a workspace, settings, tables, model key and database."""
    checks = [_python(), _disk(workspace), _clean_names(), _embeddings()]
    if (workspace / "journeyman.yaml").exists():
        checks += _workspace(workspace)
    if json:
        emit([{"check": name, "ok": ok, "detail": detail} for name, ok, detail in checks])
    else:
        for name, ok, detail in checks:
            people().print(f"{'[green]ok  [/]' if ok else '[red]FAIL[/]'} {name:<12} {detail}")
    if not all(ok for _, ok, _ in checks):
        raise typer.Exit(1)


def _python() -> Check:
    import platform
    import sys

    return "python", (3, 11) <= sys.version_info < (3, 13), f"{platform.python_version()} (3.11 or 3.12 is needed)"


def _disk(folder: Path) -> Check:
    import shutil

    free = shutil.disk_usage(folder if folder.exists() else Path()).free / 1e9
    return "disk", free > 1, f"{free:.1f} GB free (a demonstration wants 1 GB)"


def _clean_names() -> Check:
    """Our room names must be ours alone: `agents`, `guardrails` and others are also names of published packages."""
    from importlib.metadata import packages_distributions

    owners = packages_distributions()
    clashes = {r: set(owners.get(r, [])) - {"journeyman"} for r in ("agents", "graphs", "prompts", "tools", "guardrails", "evals", "app")}
    found = [f"{room} ({', '.join(sorted(o))})" for room, o in clashes.items() if o]
    return "rooms", not found, "no other package uses our names" if not found else f"clash: {'; '.join(found)}: uninstall them"


def _embeddings() -> Check:
    from importlib.util import find_spec

    found = find_spec("wordllama") is not None
    return "embeddings", found, "wordllama is installed" if found else "wordllama is missing: install requirements.lock again"


def _workspace(folder: Path) -> list[Check]:
    import os

    from app.workspace import Workspace
    from journeyman.errors import JourneymanError

    def attempt(name: str, look: Callable[[], str]) -> Check:
        try:
            return name, True, look()
        except JourneymanError as problem:
            return name, False, str(problem)

    def tables() -> str:
        from journeyman.features import open_tables

        opened = open_tables(space.settings.data, space.root)
        return f"{opened.rows_read:,} rows"

    def model() -> str:
        chosen = space.settings.model
        if chosen.startswith("openai:") and not os.environ.get("OPENAI_API_KEY") and not os.environ.get("OPENAI_BASE_URL"):
            from journeyman.errors import WorkspaceError

            raise WorkspaceError(f"{chosen} needs a key.", remedy="Set OPENAI_API_KEY or OPENAI_BASE_URL in .env, or use model: offline.")
        return chosen

    def price() -> str:
        from app.models import doubt
        from journeyman.clock import SystemClock

        return doubt(space, space.settings.model, SystemClock().now().date()) or "known, and of the last year"

    try:
        space = Workspace.open(folder)
    except JourneymanError as problem:
        return [("workspace", False, str(problem))]
    priced = [attempt("price", price)] if space.settings.model != "offline" else []
    return [("workspace", True, str(space.root)), attempt("tables", tables), attempt("model", model), *priced]
