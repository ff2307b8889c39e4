"""What commands show in a terminal of 80 columns: rich tables made from facts, no numbers of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from app.report.page import NAMES, REASONS, words

if TYPE_CHECKING:
    from app.report.facts import ReportFacts
    from journeyman.domain import Plan
    from journeyman.features import Profile


POOR = "Overlap is POOR: the log hardly covers this policy. Do not decide on these numbers; collect a log nearer to it."


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for n, column in enumerate(columns):
        table.add_column(column, justify="left" if n == 0 else "right", overflow="fold")
    return table


def summary(facts: ReportFacts, seconds: dict[str, float], report: str) -> RenderableType:
    """The end of a demonstration: lift, arms, learnings, the gate, time."""
    lift = _table("Lift", "treatment against", "relative", "of 100 customers", "95 % interval")
    for c in facts.comparisons:
        d = c.difference
        lift.add_row(
            NAMES[c.against],
            f"{100 * c.relative.value:+.0f} %" if c.relative else "n/a",
            f"{100 * d.value:+.1f}",
            Text(f"{100 * d.low:+.1f} to {100 * d.high:+.1f}", style="green" if d.low > 0 else "yellow"),
        )
    arms = _table("Arms", "arm", "customers", "sends", "succeeded, of 100")
    for a in facts.arms:
        arms.add_row(NAMES[a.arm], f"{a.customers:,}", f"{a.sends:,}", f"{a.success_per_100:.1f}")
    stopped = ", ".join(f"{REASONS.get(k, k)} {n:,}" for k, n in facts.blocked.items()) or "nothing had to be stopped"
    lines = [
        f"{facts.variants['approved']:,} variants approved of {facts.variants['written']:,} written "
        f"({facts.variants['rejected']} broke a rule, {facts.variants['duplicates']} too alike)",
        f"{facts.decisions:,} decisions, {facts.sends:,} sends, {facts.holds:,} times left in peace; {facts.violations} violations",
        f"Stopped at the gate: {stopped}",
    ]
    if facts.oracle_share is not None:
        lines.append(f"The policy's messages earned {100 * facts.oracle_share:.0f} % of what a perfect chooser's would have")
    learned = "\n".join(f"  • {item.statement}" for item in facts.learnings[:5])
    times = "  ".join(f"{stage} {value:.1f} s" for stage, value in seconds.items())
    return Group(
        Panel(facts.notice, border_style="yellow", padding=(0, 1)),
        lift,
        "",
        arms,
        "",
        *lines,
        "",
        "[bold]Learned[/]",
        learned or "  Too early to say.",
        *(["", "[bold]The library renewed itself[/]", *(f"  • {line}" for line in facts.renewals)] if facts.renewals else []),
        "",
        f"[dim]{times}[/]",
        f"[bold]Report:[/] {report}",
    )


def plan_table(plan: Plan) -> RenderableType:
    """A plan in words."""
    table = _table(f"Plan: {plan.name}", "", "")
    table.columns[1].justify = "left"
    for line in plan_words(plan):
        head, _, rest = line.partition(": ")
        table.add_row(f"[bold]{head}[/]", rest)
    notes = [f"  • {a}" for a in plan.assumptions]
    bets = [f"  ~ {h.text}" for h in plan.hypotheses]
    asks = [f"  ? {q}" for q in plan.questions]
    parts = {"Assumed": notes, "To be found out": bets, "Questions": asks}
    return Group(table, *(line for head, lines in parts.items() if lines for line in ("", f"[bold]{head}[/]", *lines)))


def plan_words(plan: Plan) -> list[str]:
    """A plan as lines `Head: words`."""
    sets, rails, share = plan.action_sets, plan.guardrails, plan.measurement
    caps = "; ".join(f"{c.limit} per {c.window_days} days{f' by {words(c.channel)}' if c.channel else ''}" for c in rails.frequency_caps)
    lines = [
        f"Audience: {plan.audience.description}",
        f"Success: {', '.join(words(e.event) for e in plan.objective.events)} within {plan.objective.attribution_window_days} days",
        f"Channels: {', '.join(words(c) for c in sets.channels)}",
        f"Themes: {', '.join(words(t) for t in sets.themes)}",
        f"Tones: {', '.join(sets.tones)}",
        f"Incentives: {', '.join(words(i.key) for i in sets.incentives) or 'none'}",
        f"Send windows: {', '.join(sets.send_windows)}",
        f"Frequency caps: {caps or 'none'}",
    ]
    if plan.priority != type(plan).model_fields["priority"].default:
        lines.append(f"Priority among live journeys: {plan.priority} of 100")
    if rails.cooldown_hours:
        lines.append(f"Cooldown: {rails.cooldown_hours:g} hours")
    if rails.quiet_hours:
        lines.append(f"Quiet hours: {rails.quiet_hours.start:%H:%M} to {rails.quiet_hours.end:%H:%M} where the customer is")
    if rails.incentive_budget:
        lines.append(f"Incentive budget: {rails.incentive_budget.amount:,.0f} {rails.incentive_budget.currency}")
    lines.append(
        f"Experiment: holdout {share.holdout:.0%}, random control {share.random_control:.0%}, BAU {share.bau:.0%}, treatment the rest"
    )
    if plan.renewal:
        how = "after your yes" if plan.renewal.approval == "ask" else "without asking"
        lines.append(f"Renewal: up to {plan.renewal.variants} new variants every {plan.renewal.every_days} days, {how}; worn-out ones go")
    lines.append(f"Schedule: {plan.schedule.cron} {plan.schedule.timezone} for {plan.schedule.horizon_days} days")
    return lines


def profile_table(profile: Profile) -> RenderableType:
    """The tables and their problems."""
    tables = _table("Tables", "table", "rows", "columns")
    for t in profile.tables:
        tables.add_row(t.name, f"{t.rows:,}", str(len(t.columns)))
    problems = [
        f"  ! {p.table}: {p.kind}, {p.count:,} (for example {', '.join(map(str, p.examples[:3]))}). {p.remedy}" for p in profile.problems
    ]
    return Group(tables, "", *(["[bold]Problems[/]", *problems] if problems else ["No problems found."]))


def evaluation_table(document: dict[str, Any]) -> RenderableType:
    """Off-policy estimates with their intervals and the verdict on overlap."""
    table = _table(f"{document['n']:,} rows, effective {document['ess']:,.0f}", "estimator", "value", "95 % interval")
    for name, e in document["estimates"].items():
        table.add_row(name, f"{e['value']:.5f}", f"{e['low']:.5f} to {e['high']:.5f}")
    good = document["overlap"] == "good"
    verdict = "Overlap is good." if good else POOR
    return Group(table, "", Text(verdict, style="green" if good else "red"))


def hindsight_words(document: dict[str, Any]) -> RenderableType:
    """What another policy version would have earned: the answer in words, then the estimates behind it, per 100 decisions."""
    table = _table("Successes per 100 decisions", "estimator", "value", "95 % interval")
    for name, e in document["estimates"].items():
        mark = " *" if name == document["estimator"] else ""
        table.add_row(f"{name}{mark}", f"{100 * e['value']:.2f}", f"{100 * e['low']:.2f} to {100 * e['high']:.2f}")
    table.add_row("what was earned", f"{100 * document['logged']:.2f}", "")
    answer, basis, *more = document["words"]
    notes = [Text(line, style="yellow" if line.startswith("Warning") else "") for line in more]
    poor: list[RenderableType] = ["", Text(POOR, style="red")] if document["overlap"] == "poor" else []
    return Group(Text(answer, style="bold"), "", basis, *notes, "", table, *poor)
