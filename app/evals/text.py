"""Runs and comparisons in a terminal."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from rich.console import Console

    from evals.comparing import Comparison
    from evals.records import Agreement, Run
    from evals.suite import Suite

SHOWN = 5
"""Cases whose difference is shown."""
LINES = 14
"""Lines of a difference that are shown."""
VERDICTS = {"fine": "No regression", "regression": "Regression", "unsure": "Not enough evidence"}
STYLES = {"fine": "green", "regression": "red", "unsure": "yellow"}


def missed_bars(run: Run, suite: Suite) -> list[str]:
    """The metrics in which the experts without a model fall short of the suite's bars; a run of a model, or of some cases, has none."""
    if run.model.name != "offline" or len(run.by_case()) < len(suite.cases()):
        return []
    means = run.means()
    return [metric for metric, bar in suite.bars.items() if means.get(metric, 0.0) < bar]


def run(console: Console, done: Run, suite: Suite, file: Path, *, show: bool) -> None:
    """The scores of a run, what it took, and what to do next."""
    table, means, missed = _table("metric", "score", "bar", "what it counts"), done.means(), missed_bars(done, suite)
    for metric, says in done.metrics.items():
        if metric in means:
            bar = suite.bars.get(metric) if done.model.name == "offline" else None
            style = "red" if metric in missed else ""
            table.add_row(metric, percent(means[metric]), percent(bar) if bar else "", says, style=style)
    console.print(table)
    if done.breakdown:
        _breakdown(console, done)
    _agreement(console, done.agreement)
    for attempt in done.attempts if show else ():
        if attempt.error or attempt.notes:
            console.print(f"[bold]{escape(attempt.case)}[/] epoch {attempt.epoch}", highlight=False)
            for note in [attempt.error] if attempt.error else attempt.notes:
                console.print(f"  {note}", markup=False, soft_wrap=True)
    if done.failed:
        first = done.failed[0]
        console.print(f"[red]{len(done.failed)} attempts got no answer and count as failures.[/] The first, {escape(first.case)}:")
        console.print(f"  {first.error[:400]}", markup=False, soft_wrap=True)
    lost = sum(bool(a.notes) for a in done.attempts)
    if lost and not show:
        console.print(f"{lost} answers lost points; see why with --show.")
    versions = ", ".join(m.name for m in done.prompts.values()) if done.model.name != "offline" else "no prompts"
    cases = len(done.by_case())
    console.print(f"{done.suite}: {cases} cases, {_epochs(done.epochs)}, {escape(done.model.name)} with {versions}. {spent(done)}")
    console.print(f"Kept as [bold]{file.stem}[/]. Next: journeyman eval compare blessed {file.stem}", highlight=False)


def comparison(console: Console, c: Comparison, *, show: bool) -> None:
    """The verdict, metric by metric, and the cases that changed most."""
    table = _table("metric", "base", "cand.", "change", "95 % interval", "p", "+/-", "")
    for m in c.metrics:
        interval = f"{points(m.low)} to {points(m.high)}"
        said = {"fine": "fine", "regression": "regression", "unsure": f"needs {m.cases_needed:,}" if m.cases_needed else "unsure"}
        table.add_row(
            m.metric, percent(m.base), percent(m.candidate), points(m.difference), interval, f"{m.p:.3f}", f"{m.better}/{m.worse}",
            said[m.verdict], style=STYLES[m.verdict] if m.verdict != "fine" else "",
        )  # fmt: skip
    console.print(table)
    _agreement(console, c.agreement)
    worst = [changed for changed in c.changed if changed.change < 0][:SHOWN] if c.verdict == "regression" else []
    for changed in c.changed if show else worst:
        _changed(console, changed)
    if len(c.changed) > len(worst) and not show:
        console.print(f"{len(c.changed)} cases were answered otherwise; see all with --show.")
    for remark in remarks(c):
        console.print(remark, markup=False, soft_wrap=True)
    console.print(f"[bold {STYLES[c.verdict]}]{VERDICTS[c.verdict]}.[/] {verdict(c)}", soft_wrap=True)


def verdict(c: Comparison) -> str:
    """The verdict in a sentence."""
    if c.verdict == "regression":
        worst = [m for m in c.metrics if m.verdict == "regression"]
        return "Worse by more than chance explains: " + ", ".join(f"{m.metric} {points(m.difference)} points" for m in worst) + "."
    if c.verdict == "unsure":
        short = max((m for m in c.metrics if m.verdict == "unsure"), key=lambda m: m.cases_needed or 0)
        times = -(-(short.cases_needed or 0) // max(1, short.cases))
        return (
            f"No loss is shown, but one of more than {100 * c.margin:g} points in {short.metric} is not ruled out. "
            f"{short.cases_needed:,} cases like these would do (now {short.cases}); "
            f"or ask each {times} times as often: --epochs {times * max(c.epochs)}."
        )
    return f"A loss of more than {100 * c.margin:g} points is ruled out in every metric, over {c.cases} cases."


def remarks(c: Comparison) -> Iterator[str]:
    """What a reader must know besides the figures."""
    for id, (before, after) in c.prompts.items():
        yield f"Prompt {id}: {before.name if before else 'none'} → {after.name if after else 'none'} ({after.hash[:12] if after else ''})."
    yield from c.remarks
    if any(c.failed):
        yield f"Attempts without an answer, counted as failures: {c.failed[0]} and {c.failed[1]}."
    if any(c.spent["calls"]):
        tokens = [(c.spent["tokens_in"][i] or 0) + (c.spent["tokens_out"][i] or 0) for i in (0, 1)]
        seconds = [c.spent["seconds"][i] or 0 for i in (0, 1)]
        money = [("unknown" if (v := c.spent["cost"][i]) is None else f"${v:.4f}") for i in (0, 1)]
        yield f"Tokens {tokens[0]:,.0f} → {tokens[1]:,.0f}, cost {money[0]} → {money[1]}, waiting {seconds[0]:.1f} s → {seconds[1]:.1f} s."


def difference(before: str, after: str) -> list[str]:
    """Two outputs as a unified difference without its heads; JSON is laid out first."""
    lines = difflib.unified_diff(laid_out(before), laid_out(after), lineterm="", n=1)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def laid_out(output: str) -> list[str]:
    """An output in lines; JSON is indented, its keys sorted."""
    try:
        return json.dumps(json.loads(output), ensure_ascii=False, indent=1, sort_keys=True).splitlines()
    except ValueError:
        return output.splitlines()


def _changed(console: Console, changed: object) -> None:
    from evals.comparing import Changed

    assert isinstance(changed, Changed)
    moved = [
        f"{m} {percent(changed.base[m])} → {percent(changed.candidate[m])}" for m in changed.base if changed.base[m] != changed.candidate[m]
    ]
    console.print(f"[bold]{escape(changed.case)}[/] {', '.join(moved) or 'same scores'}", highlight=False)
    for note in [changed.error] if changed.error else changed.notes[:3]:
        console.print(f"  {note[:300]}", markup=False, style="dim", soft_wrap=True)
    lines = difference(changed.output_base, changed.output_candidate)
    for line in lines[:LINES]:
        console.print(f"  {line[:200]}", markup=False, style={"-": "red", "+": "green"}.get(line[:1], "dim"), soft_wrap=True)
    if len(lines) > LINES:
        console.print(f"  … {len(lines) - LINES} more lines", style="dim")


def _breakdown(console: Console, done: Run) -> None:
    columns = list(dict.fromkeys(name for row in done.breakdown.values() for name in row))
    table = _table("", *columns)
    for name, row in done.breakdown.items():
        cells = [
            "" if (v := row.get(c)) is None else f"{v:.0f}" if c in ("lines", "found", "false", "attempts") else percent(v) for c in columns
        ]
        table.add_row(name, *cells)
    console.print(table)


def _agreement(console: Console, found: Sequence[Agreement]) -> None:
    for a in found:
        kappa = "not defined" if a.kappa is None else f"{a.kappa:.2f}"
        console.print(f"Agreement, {escape(a.between)}: {percent(a.same)} of {a.things}, Cohen's kappa {kappa}, Gwet's AC1 {a.ac1:.2f}.")


def spent(done: Run) -> str:
    """What a run took, in words; nothing where no model was asked."""
    s = done.spent
    if not s["calls"]:
        return "No model was asked."
    cost = "cost unknown" if s["cost"] is None else f"${s['cost']:.4f}"
    each = (s["seconds"] or 0) / s["calls"]
    return f"{s['calls']:,} calls, {s['tokens_in']:,} + {s['tokens_out']:,} tokens, {cost}, {each:.2f} s a call."


def percent(value: float) -> str:
    """A share as a percentage with one decimal: `97.5`."""
    return f"{100 * value:.1f}"


def points(value: float) -> str:
    """A difference in percentage points: `+1.2`."""
    return f"{100 * value + 0.0:+.1f}"


def _epochs(n: int) -> str:
    return "1 epoch" if n == 1 else f"{n} epochs"


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False)
    words: Iterable[str] = ("metric", "what it counts", "")
    for name in columns:
        table.add_column(name, justify="left" if name in words else "right", no_wrap=name not in ("what it counts", ""))
    return table


def listed(console: Console, runs: Sequence[tuple[str, bool, Run]]) -> None:
    """Name, blessed or not, and the runs' scores."""
    if not runs:
        console.print("There are no runs yet. Make one: journeyman eval run planner")
        return
    for name, blessed, r in runs:
        asked = "" if not r.spent["calls"] else f", {(r.spent['tokens_in'] or 0) + (r.spent['tokens_out'] or 0):,.0f} tokens"
        cost = "" if not r.spent["calls"] else ", cost unknown" if r.spent["cost"] is None else f", ${r.spent['cost']:.2f}"
        versions = "" if r.model.name == "offline" else f", {' '.join(m.name for m in r.prompts.values())}"
        failed = f", [red]{len(r.failed)} failed[/]" if r.failed else ""
        mark = "[green]blessed[/] " if blessed else ""
        told = f"{r.suite}, {escape(r.model.name)}, {len(r.by_case())} cases, {_epochs(r.epochs)}{versions}{asked}{cost}{failed}"
        console.print(f"[bold]{name}[/] {mark}{told}", highlight=False, soft_wrap=True)
        console.print(f"  {', '.join(f'{m} {percent(v)}' for m, v in r.means().items())}", style="dim", soft_wrap=True)
