"""How commands speak: JSON on stdout, everything for people on stderr, progress only where somebody watches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from pydantic import BaseModel
    from rich.console import Console

WorkspaceOption = Annotated[Path, typer.Option("--workspace", help="The workspace folder.", file_okay=False)]
JsonOption = Annotated[bool, typer.Option("--json", help="Machine-readable output on stdout.")]
HERE = Path()


def people() -> Console:
    """The console on stderr."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def emit(document: BaseModel | dict[str, Any] | list[Any]) -> None:
    """One JSON document, on one line, on stdout."""
    import json

    text = document.model_dump_json(exclude_none=False) if hasattr(document, "model_dump_json") else json.dumps(document, default=str)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


Progress = Callable[[str, int, int], None]
"""Told how far a long piece of work is: stage, done, total (0 when unknown)."""


@contextmanager
def progress(quiet: bool = False) -> Iterator[Progress]:
    """A progress bar on stderr, one line per stage; on no terminal one plain line when a stage begins; nothing when quiet."""
    console = people()
    if quiet:
        yield lambda _stage, _done, _total: None
        return
    if not console.is_terminal:
        told: set[str] = set()

        def line(stage: str, _done: int, _total: int) -> None:
            if stage not in told:
                told.add(stage)
                console.print(f"  {stage}")

        yield line
        return
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    with Bars(SpinnerColumn(), TextColumn("{task.description:<46}"), BarColumn(20), TimeElapsedColumn(), console=console) as bars:
        tasks: dict[str, Any] = {}

        def bar(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                for earlier in tasks.values():
                    bars.update(earlier, completed=bars.tasks[earlier].total or 1, total=bars.tasks[earlier].total or 1)
                tasks[stage] = bars.add_task(stage, total=total or None)
            bars.update(tasks[stage], completed=done, total=total or None)

        yield bar
        for task in tasks.values():
            bars.update(task, completed=bars.tasks[task].total or 1, total=bars.tasks[task].total or 1)


def short_words(short: dict[str, int]) -> list[str]:
    """What a library lacks of its target, a sentence a language."""
    why = "the writer found no more that were new and kept the rules, or does not write the language"
    return [f"{n} variants in “{language}” are still lacking: {why}." for language, n in short.items()]
