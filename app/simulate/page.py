"""The page of a simulation: one HTML file that opens with no network, its picture inline and as an SVG beside it; and the terminal's table.

The same outcome makes the same bytes: how long it took is told in the terminal alone.
"""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from app.simulate.compare import Outcome
from app.simulate.picture import no_violations, picture, title
from journeyman.errors import WorkspaceError
from journeyman.simulation.promises import RULES


def write_page(outcome: Outcome, path: Path) -> Path:
    """Writes the page to `path` and the picture beside it; returns the picture's path. Raises WorkspaceError when the disk refuses."""
    beside = path.with_suffix(".svg")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(outcome), encoding="utf-8")
        beside.write_text(picture(outcome), encoding="utf-8")
    except OSError as problem:
        raise WorkspaceError(f"Cannot write {path}: {problem.strerror}.", remedy="Name another file with --out.") from problem
    return beside


def page(outcome: Outcome) -> str:
    """The whole page as text. All that comes from people is escaped."""
    env = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined)
    env.globals |= {"rules": RULES}
    drawn = Markup(picture(outcome))  # noqa: S704  its own words are escaped where it is drawn
    return env.get_template("page.html.j2").render(o=outcome, picture=drawn, title=title(outcome), clean=no_violations(outcome))


def summary(outcome: Outcome) -> RenderableType:
    """The table for a terminal of 80 columns."""
    table = Table(title=title(outcome), title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    heads = ("policy", "of 100 decisions", "of oracle", "regret", "violations", "seconds")
    for n, head in enumerate(heads):
        table.add_column(head, justify="right" if n else "left", overflow="fold")
    for row in outcome.rows:
        table.add_row(
            Text(row.label, style="bold" if row.name == "journeyman" else ""),
            f"{row.standing.per_100:.2f}",
            f"{row.standing.total_share:.0%}",
            f"{float(row.standing.regret[-1]):,.1f}",
            f"[red]{row.violations:,}[/]" if row.violations else "0" if outcome.rules else "none",
            f"{row.diary.seconds:.1f}",
        )
    notes = [f"{outcome.customers:,} customers; rewards and regret are expected successes."]
    if not outcome.rules:
        notes.append("This world has no rules, so nothing can be violated.")
    elif not outcome.asked.gate:
        notes.append("The gate was off: all but the oracle chose as if there were no rules.")
    for row in outcome.rows:
        if row.violations:
            told = ", ".join(f"{RULES.get(rule, rule)} {count:,}" for rule, count in row.diary.broken.items())
            notes.append(f"{row.label} broke: {told}")
    return Group(table, "", *(Text(note) for note in notes))
