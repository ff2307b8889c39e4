"""The orchestrator without a model: exploration by evidence, pace by budget and days, rest for a channel that clearly does harm, and a
start in steps: while nothing is learned yet, a part of the customers is written to first.

Orders never loosen: the floor only falls as rewards come in, pace is at most 1, channels and windows are a part of the plan's. A channel is
rested only when its whole interval lies below every other channel's (Wilson intervals of the report), so chance alone seldom does it.
"""

from __future__ import annotations

from collections.abc import Mapping

from agents.loop import Tool
from journeyman.domain import Channel, LevelReport, Orders, Plan, PolicyReport

FLOOR = (0.02, 0.15)
"""The least and the most exploration."""
HALF = 150
"""Rewards at which the floor is half way down."""
STEPS, KNOWN = 3, 1000
"""Days over which a new journey starts, and the rewards that make it no longer new."""
LEAST_SENDS = 100
"""Sends on a channel before it may be rested."""
UNSUBSCRIBES = 0.005
"""Unsubscribes per send that call for the weakest channel to rest."""


class OfflineOrchestrator:
    """Orders by rule."""

    async def orchestrate(self, report: PolicyReport, plan: Plan, tools: Mapping[str, Tool] = {}) -> Orders:  # noqa: ARG002
        """Orders within the plan. Raises nothing."""
        floor = _floor(report)
        pace, why_pace = _pace(report)
        rest, why_rest = _rest(report, plan)
        rollout, why_rollout = _rollout(report)
        learned = f"{report.rewards:,} reward{'s' if report.rewards != 1 else ''}"
        note = f"Day {report.day + 1} of {report.horizon_days}: {learned} learned from, so {floor:.0%} of choices explore."
        return Orders(
            pace=pace, floor=floor, rest=rest, rollout=rollout, note=" ".join(filter(None, (note, why_rollout, why_pace, why_rest)))
        )


def _rollout(report: PolicyReport) -> tuple[float, str]:
    """A third more of the customers each of the first days, unless earlier rewards have taught the policy something already."""
    if report.day + 1 >= STEPS or report.rewards >= KNOWN:
        return 1.0, ""
    share = round((report.day + 1) / STEPS, 4)
    return share, f"So far {share:.0%} of the customers may be written to; the others wait for what these teach."


def _floor(report: PolicyReport) -> float:
    """From the most exploration with no reward down to the least with many; halfway at HALF rewards."""
    low, high = FLOOR
    return round(low + (high - low) / (1 + report.rewards / HALF), 4)


def _pace(report: PolicyReport) -> tuple[float, str]:
    """Share of the day's allowance: the budget left as a part of what should be left by now, never above 1."""
    total, left = report.budget_total, report.budget_left
    if not total or left is None:
        return 1.0, ""
    if left <= 0:
        return 0.0, "The incentive budget is spent: no more incentives."
    days_left = max(1, report.horizon_days - report.day)
    pace = round(min(1.0, left / total * report.horizon_days / days_left), 3)
    if pace >= 0.995:
        return 1.0, ""
    return (
        pace,
        f"{left / total:.0%} of the budget is left for {days_left / report.horizon_days:.0%} of the days: incentives go at "
        f"{pace:.0%} pace.",
    )


def _rest(report: PolicyReport, plan: Plan) -> tuple[list[Channel], str]:
    """The one channel to leave out today, if any, and why; at least one stays."""
    rows = {row.level: row for row in report.levels if row.lever == "channel" and row.sends >= LEAST_SENDS}
    tried: list[tuple[Channel, LevelReport]] = [(c, rows[c]) for c in plan.action_sets.channels if c in rows]
    if len(tried) < 2 or len(plan.action_sets.channels) < 2:
        return [], ""
    channel, worst = min(tried, key=lambda row: (row[1].reward_rate, row[0]))
    others = [row for c, row in tried if c != channel]
    name = channel.replace("_", "-") if channel != "sms" else "SMS"
    if any(worst.high >= other.low for other in others):
        return [], ""
    numbers = (
        f"{worst.reward_rate:.1%} of {worst.sends:,} sends, at most {worst.high:.1%}; the others at least {min(o.low for o in others):.1%}"
    )
    if worst.high < report.hold_rate:
        return [
            channel
        ], f"{name.capitalize() if name != 'SMS' else name} rests: it does worse than silence ({numbers}; silence {report.hold_rate:.1%})."
    if report.unsubscribe_rate > UNSUBSCRIBES:
        return (
            [channel],
            f"{name.capitalize() if name != 'SMS' else name} rests: {report.unsubscribe_rate:.2%} of sends end in an "
            f"unsubscribe and it earns least ({numbers}).",
        )
    return [channel], f"{name.capitalize() if name != 'SMS' else name} rests: it is clearly the weakest ({numbers})."
