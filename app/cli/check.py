"""`journeyman check FILE.jsonl`: every variant against the rules. Exit code 1 when a line is not approved, 2 when a line is no variant.

`--format` says how it is told (`app.verdicts`, one file per format): text for people on standard error; JSON Lines, SARIF or HTML on
standard output. A line that is no variant is rejected under the rule id X00 (id: the line's own where it can be read, else `line-N`), the
other lines are judged all the same, and standard error names file, line and remedy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from app.cli.console import HERE, JsonOption, WorkspaceOption, people
from journeyman.errors import ContentError, WorkspaceError

if TYPE_CHECKING:
    from app.verdicts.judged import Judged
    from journeyman.domain import Brand, Guardrails

Format = Literal["text", "json", "sarif", "html"]


def check(
    file: Annotated[Path, typer.Argument(help="JSON Lines, one variant a line; id, channel and body are enough.")],
    brand: Annotated[
        Path | None, typer.Option("--brand", help="A brand's settings as YAML; otherwise the workspace's, or safe defaults.")
    ] = None,
    workspace: WorkspaceOption = HERE,
    format: Annotated[
        Format | None, typer.Option("--format", help="text (default, for people); json, one verdict a line; sarif; html, one page.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Judge copy: approve, reject or escalate each variant, with the words that broke a rule."""
    if json and format not in (None, "json"):
        raise typer.BadParameter(f"--json is --format json. Leave it out, or leave out --format {format}.", param_hint="'--json'")
    from app.verdicts.judged import judge
    from guardrails.lines import read_lines

    lines = read_lines(file)
    whose, guardrails = settings(brand, workspace)
    tally = Tally()
    _tell("json" if json else format or "text", tally.of(judge(lines, whose, guardrails)), file, whose, guardrails)
    if format in ("sarif", "html"):
        from app.verdicts.text import summary

        people().print(summary(tally.counts) or "The file holds no variants.")
    for problem in tally.broken if json or format not in (None, "text") else ():
        people().print(f"Error: {problem.message}\n       {problem.remedy}", markup=False, soft_wrap=True)
    if tally.broken:
        raise typer.Exit(2)
    if tally.counts["reject"] or tally.counts["escalate"]:
        raise typer.Exit(1)


class Tally:
    """Counts verdicts as they pass, and keeps what is wrong with lines that are no variant."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.broken: list[ContentError] = []

    def of(self, judged: Iterable[Judged]) -> Iterator[Judged]:
        """The same, counted."""
        for one in judged:
            self.counts[one.verdict.verdict] += 1
            if one.problem:
                self.broken.append(one.problem)
            yield one


def _tell(format: Format, judged: Iterable[Judged], file: Path, brand: Brand, guardrails: Guardrails | None) -> None:
    """All verdicts in a format. Imports that format's file alone."""
    match format:
        case "text":
            from app.verdicts import text

            text.write(judged, people())
        case "json":
            from app.verdicts import lines

            lines.write(judged)
        case "sarif":
            from app.verdicts import sarif

            sarif.write(judged, file)
        case "html":
            from app.verdicts import html

            html.write(judged, file, brand, guardrails)


def settings(file: Path | None, workspace: Path) -> tuple[Brand, Guardrails | None]:
    """The brand to judge by and the workspace's guardrails: `file`, else the workspace's, else an unknown brand with safe defaults.

    Raises WorkspaceError naming the wrong field."""
    from journeyman.domain import Brand, Guardrails

    source = file or workspace / "journeyman.yaml"
    if file is None and not source.is_file():
        if workspace != HERE:
            raise WorkspaceError(
                f"There is no journeyman.yaml in {workspace}.", remedy="Name a workspace, or a brand with --brand FILE.yaml."
            )
        return Brand(name=""), None
    import yaml
    from pydantic import ValidationError

    try:
        content = yaml.safe_load(source.read_text(encoding="utf-8"))
    except OSError as problem:
        raise WorkspaceError(f"Cannot read {source}: {problem.strerror}.", remedy="Check the path and its permissions.") from problem
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        raise WorkspaceError(f"{source} is not valid YAML: {' '.join(str(problem).split())}", remedy="Mend the line named.") from problem
    if isinstance(content, dict) and isinstance(content.get("brand"), dict):
        own, rails = content["brand"], content.get("guardrails")
    elif file is not None and isinstance(content, dict):
        own, rails = content, None
    else:
        raise WorkspaceError(f"{source} describes no brand.", remedy="It needs at least a brand with a `name`.")
    try:
        return Brand.model_validate(own), Guardrails.model_validate(rails) if rails is not None else None
    except ValidationError as problem:
        told = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in problem.errors()[:5])
        raise WorkspaceError(f"{source} has a wrong setting. {told}.", remedy="Correct the fields named.") from problem
