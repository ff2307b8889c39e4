"""Runs and comparisons as one HTML page each: opens with no network and no script, in the looks of the copy check's page.

Outputs and errors are what a model said: all of it is escaped, and characters that act unseen are written out.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.evals import text
from app.verdicts.marks import shown

if TYPE_CHECKING:
    from evals.comparing import Changed, Comparison
    from evals.records import Run

MOST = 200
"""Cases told on a page; the rest are counted."""
LONGEST = 60
"""Lines of an output or difference that are shown."""
TONES = {"fine": "approve", "regression": "reject", "unsure": "escalate"}
SIGNS = {"fine": "✓", "regression": "✕", "unsure": "?"}


def comparison_page(c: Comparison) -> str:
    """A comparison as a page."""
    return _render(
        "comparison.html.j2",
        c=c,
        verdict=text.verdict(c),
        remarks=list(text.remarks(c)),
        changed=[(one, _diff(one)) for one in c.changed[:MOST]],
        scale=_scale(c),
    )


def run_page(run: Run) -> str:
    """A run as a page: its scores, figures, and every answer that lost points."""
    lost = [a for a in run.attempts if a.error or a.notes]
    columns = list(dict.fromkeys(name for row in run.breakdown.values() for name in row))
    answers = [(a, _cut(text.laid_out(a.output))) for a in lost[:MOST]]
    return _render("run.html.j2", run=run, means=run.means(), lost=len(lost), answers=answers, columns=columns, spent=text.spent(run))


def index_page(runs: Sequence[Run]) -> str:
    """The blessed runs as a page."""
    return _render("index.html.j2", runs=[(r, r.means()) for r in runs])


def _render(name: str, **given: Any) -> str:
    here = Path(__file__).parent
    env = Environment(
        loader=FileSystemLoader([here, here.parent / "verdicts"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {"shown": shown, "percent": text.percent, "points": text.points}
    env.globals |= {"tones": TONES, "signs": SIGNS, "verdicts": text.VERDICTS, "most": MOST}
    page = env.get_template(name).render(**given)
    return page.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _diff(changed: Changed) -> list[tuple[str, str]]:
    """Lines of the difference with what they are: was, is, or same."""
    kinds = {"-": "was", "+": "is"}
    lines = [(kinds.get(line[:1], "same"), line[1:]) for line in text.difference(changed.output_base, changed.output_candidate)]
    return lines[:LONGEST] + ([("same", f"… {len(lines) - LONGEST} more lines")] if len(lines) > LONGEST else [])


def _cut(lines: list[str]) -> str:
    return "\n".join(lines[:LONGEST]) + (f"\n… {len(lines) - LONGEST} more lines" if len(lines) > LONGEST else "")


def _scale(c: Comparison) -> float:
    """Half the width of the picture, in score units: the widest interval, and at least twice the margin."""
    ends = [abs(end) for m in c.metrics for end in (m.low, m.high, m.difference)]
    return min(1.0, max([2 * c.margin, *ends]))
