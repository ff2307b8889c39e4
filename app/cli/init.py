"""`journeyman init DIR`: a workspace from a template, ready to be edited. Overwrites nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import JsonOption, emit, people
from journeyman.errors import WorkspaceError

TEMPLATES = Path(__file__).parent.parent / "templates"


def init(
    directory: Annotated[Path, typer.Argument(help="The folder to make.")],
    template: Annotated[str, typer.Option(help="retail, saas, winback, fintech or hospitality.")] = "retail",
    json: JsonOption = False,
) -> None:
    """Make a workspace: journeyman.yaml, knowledge/, .env.example and an empty data/."""
    import shutil

    names = sorted(p.name for p in TEMPLATES.iterdir() if (p / "journeyman.yaml").is_file())
    if template not in names:
        raise WorkspaceError(f"There is no template {template!r}.", remedy=f"Choose one of: {', '.join(names)}.")
    if (directory / "journeyman.yaml").exists():
        raise WorkspaceError(f"{directory} is a workspace already.", remedy="Choose another folder; nothing was changed.")
    try:
        shutil.copytree(TEMPLATES / template, directory, dirs_exist_ok=True)
        (directory / "data").mkdir(exist_ok=True)
        shutil.copy(TEMPLATES / "env.example", directory / ".env.example")
        (directory / "env.example").unlink(missing_ok=True)
    except OSError as problem:
        raise WorkspaceError(
            f"Cannot write {problem.filename}: {problem.strerror}.", remedy="Choose a folder you may write in."
        ) from problem
    if json:
        emit({"workspace": str(directory), "template": template})
        return
    people().print(
        f"[bold]{directory}[/] is ready. Next:\n"
        f"  1. Say who you are in {directory}/journeyman.yaml and put your tables into {directory}/data/.\n"
        f"  2. journeyman data profile --workspace {directory}\n"
        f'  3. journeyman plan "Win back customers silent for 60 days. Email only, one message a week." --workspace {directory}\n'
        f"To see it work first: journeyman demo --use-case {template}"
    )
