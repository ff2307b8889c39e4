"""`journeyman check FILE.jsonl`: every variant against the rules. Exit code 1 when a line is not approved, 2 when a line is no variant.

With `--json` one verdict a line, in the order of the file. A line that is no variant is rejected under the rule id X00 (id: the line's own
where it can be read, else `line-N`), the other lines are judged all the same, and standard error names file, line and remedy.
"""

from __future__ import annotations

import json as jsonlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.console import HERE, JsonOption, WorkspaceOption, emit, people
from journeyman.errors import ContentError, WorkspaceError

if TYPE_CHECKING:
    from rich.console import Console

    from journeyman.domain import Brand, Guardrails, Variant, Verdict

COLORS = {"approve": "green", "escalate": "yellow", "reject": "red"}


def check(
    file: Annotated[Path, typer.Argument(help="JSON Lines, one variant a line; id, channel and body are enough.")],
    brand: Annotated[
        Path | None, typer.Option("--brand", help="A brand's settings as YAML; otherwise the workspace's, or safe defaults.")
    ] = None,
    workspace: WorkspaceOption = HERE,
    json: JsonOption = False,
) -> None:
    """Judge copy: approve, reject or escalate each variant, with the words that broke a rule."""
    from guardrails.check import check as judge
    from guardrails.lines import read_variants
    from journeyman.domain import Verdict, Violation

    lines = read_variants(file)
    whose, guardrails = settings(brand, workspace)
    counts, broken, console = dict.fromkeys(COLORS, 0), list[ContentError](), people()
    for number, read in lines:
        if isinstance(read, ContentError):
            broken.append(read)
            said = Violation(rule="X00", severity="block", field="line", message=str(read))
            verdict = Verdict(id=_id(file, number), verdict="reject", violations=[said])
        else:
            verdict = judge(read, whose, guardrails)
        counts[verdict.verdict] += 1
        if json:
            emit(verdict)
        else:
            _tell(console, verdict, None if isinstance(read, ContentError) else read)
    if not json:
        console.print(", ".join(f"[{COLORS[v]}]{n} {v}[/]" for v, n in counts.items() if n) or "The file holds no variants.")
    for problem in broken if json else ():
        console.print(f"Error: {problem.message}\n       {problem.remedy}", markup=False, soft_wrap=True)
    if broken:
        raise typer.Exit(2)
    if counts["reject"] or counts["escalate"]:
        raise typer.Exit(1)


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


def _id(file: Path, number: int) -> str:
    """The id a broken line gives itself, or `line-N`."""
    with file.open("rb") as stream:
        raw = next(line for n, line in enumerate(stream, 1) if n == number)
    try:
        own = jsonlib.loads(raw.decode("utf-8-sig")).get("id")
    except (ValueError, AttributeError, RecursionError):
        own = None
    return str(own)[:128] if isinstance(own, str | int) and str(own) else f"line-{number}"


def _tell(console: Console, verdict: Verdict, variant: Variant | None) -> None:
    """A verdict for people: the id, then each violation with its words marked. Approved without remarks: one line."""
    from rich.text import Text

    console.print(Text(f"{verdict.verdict:<9}", COLORS[verdict.verdict]) + Text(verdict.id, "bold"))
    texts = variant.texts() if variant else {}
    for violation in verdict.violations:
        color = "red" if violation.severity == "block" else "yellow"
        console.print(
            Text(f"  {violation.rule} {violation.severity:<5} {violation.field}: ", color) + Text(violation.message), soft_wrap=True
        )
        if violation.span and violation.field in texts:
            start, end = violation.span
            text = texts[violation.field]
            before, after = text[max(0, start - 40) : start], text[end : end + 40]
            shown = (
                Text("      " + ("…" if start > 40 else "") + before, "dim")
                + Text(text[start:end], "reverse " + color)
                + Text(after, "dim")
            )
            shown.append("…" if end + 40 < len(text) else "", "dim")
            console.print(Text(" ").join(Text.split(shown, "\n")), soft_wrap=True)
