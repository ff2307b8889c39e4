"""The analyst without a model: what was learned, in plain words with its numbers, and which copy to order next.

Learned is only what lies clear of chance: a level whose interval leaves out the journey's overall rate (the better of what is clear first),
a segment row (the report holds only clear ones). Where intervals overlap it says that it is too early. Rates are rewards per send.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from agents.loop import Tool
from agents.offline.phrases import level_in_words, listed, points, rate
from journeyman.domain import SEGMENT, Analysis, Learning, LevelReport, Plan, PolicyReport, SegmentReport

LEAST = 60
"""Sends a level needs before anything is said of it."""
MOST = 8
"""Learnings told."""
LEVERS = ("channel", "theme", "tone", "product", "incentive")
"""Levers copy can be ordered for."""


class OfflineAnalyst:
    """Reads reports by rule."""

    async def analyse(self, report: PolicyReport, plan: Plan, tools: Mapping[str, Tool] = {}) -> Analysis:  # noqa: ARG002
        """Learnings with the report's own numbers, cells to write more of, variants to retire. Raises nothing."""
        return Analysis(
            learnings=_told([*_levels(report), *_segments(report)]) or list(_too_early(report)),
            write_more=_write_more(report, plan),
            retire=worn_out(report),
        )

    async def narrate(self, learnings: Sequence[Learning], plan: Plan) -> str:  # noqa: ARG002 (the seam)
        """A short paragraph for the report. Raises nothing."""
        clear = [x for x in learnings if x.lift_points]
        if not clear:
            return f"It is too early to say what works for this journey. {_why_early(learnings)}"
        best = [x for x in clear if x.lift_points > 0 and not x.segment and x.lever != SEGMENT]
        worst = [x for x in clear if x.lift_points < 0 and not x.segment and x.lever != SEGMENT]
        keen = next((x for x in clear if x.lift_points > 0 and x.lever == SEGMENT), None)
        some = [x for x in clear if x.segment]
        said = []
        if best:
            top = [f"{level_in_words(x.lever, x.level)} ({points(x.lift_points)} above average)" for x in best[:3]]
            said.append(f"{_capital(listed(top))} {'work' if len(top) > 1 else 'works'} best so far.")
        if keen:
            said.append(f"{_capital(keen.level)} answer most ({points(keen.lift_points)} above average).")
        if worst:
            low = [f"{level_in_words(x.lever, x.level)} ({points(-x.lift_points)} below)" for x in worst[:2]]
            said.append(f"{_capital(listed(low))} {'earn' if len(low) > 1 else 'earns'} less than average.")
        if some:
            said.append(f"People differ: {listed([_aside(x) for x in some[:2]])}.")
        sends = max(x.sends for x in clear)
        said.append(f"The largest of these groups rests on {sends:,} sends, and all of it may still shift as more comes in.")
        return " ".join(said)


def _told(learnings: Sequence[Learning]) -> list[Learning]:
    """What helps first: what works better, then what works worse; of each the clearest that rests on most."""
    ranked = sorted(learnings, key=lambda x: (-abs(x.lift_points) * min(1.0, x.sends / 500) ** 0.5, x.lever, x.level, x.segment or ""))
    better, worse = [x for x in ranked if x.lift_points > 0], [x for x in ranked if x.lift_points <= 0]
    return [*better[: max(MOST - 3, MOST - len(worse))], *worse][:MOST]


def worn_out(report: PolicyReport) -> list[str]:
    """Variants the report names that do clearly worse than silence, or than half of what a send earns."""
    bar = max(report.hold_rate, report.reward_rate / 2)
    return [r.level for r in report.levels if r.lever == "variant" and r.sends >= LEAST and r.high < bar]


def statement(row: LevelReport | SegmentReport, report: PolicyReport) -> str:
    """A row of the report as a sentence with its numbers and their interval; every figure is the row's."""
    return _segment_statement(row, report) if isinstance(row, SegmentReport) else _level_statement(row, report)


def learning(row: LevelReport | SegmentReport, report: PolicyReport, said: str | None = None) -> Learning:
    """A row as something learned: what it says (default: `statement`), its difference from the comparison with the interval, its sends."""
    overall = row.overall_rate if isinstance(row, SegmentReport) else report.reward_rate
    lift, low, high = (round(100 * (x - overall), 2) for x in (row.reward_rate, row.low, row.high))
    segment = row.segment if isinstance(row, SegmentReport) else None
    return Learning(
        statement=said or statement(row, report),
        lever=row.lever,
        level=row.level,
        segment=segment,
        lift_points=lift,
        low_points=low,
        high_points=high,
        sends=row.sends,
    )


def _levels(report: PolicyReport) -> Iterator[Learning]:
    """Levels whose interval leaves the overall rate out; of a lever with one level there is nothing to compare, and of who answers the most
    and the least keen say enough."""
    for lever in dict.fromkeys(r.lever for r in report.levels if r.lever != "variant"):
        rows = [r for r in report.levels if r.lever == lever]
        rows = [rows[0], rows[-1]] if lever == SEGMENT and len(rows) > 2 else rows
        for row in rows if len(rows) > 1 else ():
            if row.sends >= LEAST and not row.low <= report.reward_rate <= row.high:
                yield learning(row, report)


def _level_statement(row: LevelReport, report: PolicyReport) -> str:
    how = "more" if row.reward_rate > report.reward_rate else "less"
    verb = "answer" if row.lever == SEGMENT else _verb("earn", row)
    return (
        f"{_capital(level_in_words(row.lever, row.level))} {verb} {how} than average: {rate(row.reward_rate)} of "
        f"{row.sends:,} sends succeed, against {rate(report.reward_rate)} overall "
        f"(very likely between {rate(row.low)} and {rate(row.high)})."
    )


def _verb(verb: str, row: LevelReport | SegmentReport) -> str:
    """`morning sends earn`, everything else `earns`."""
    return verb if row.lever in ("send_window", "incentive") and level_in_words(row.lever, row.level).endswith("s") else f"{verb}s"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _segments(report: PolicyReport) -> Iterator[Learning]:
    for row in report.segments:
        if row.sends >= LEAST and not row.low <= row.overall_rate <= row.high:
            yield learning(row, report)


def _segment_statement(row: SegmentReport, report: PolicyReport) -> str:
    """What works better for a segment; of what works worse also what to send it instead, where the report knows."""
    better = row.reward_rate > row.overall_rate
    name = level_in_words(row.lever, row.level)
    told = (
        f"For {row.segment}, {name} {_verb('work', row)} {'better' if better else 'worse'} than what else they get: "
        f"{rate(row.reward_rate)} of {row.sends:,} sends (very likely between {rate(row.low)} and {rate(row.high)}), "
        f"against {rate(row.overall_rate)} of all."
    )
    others = [s for s in report.segments if (s.segment, s.lever) == (row.segment, row.lever) and s.reward_rate > s.overall_rate]
    if better or not others:
        return told
    instead = max(others, key=lambda s: (s.reward_rate, s.level))
    return f"{told} Better for them: {level_in_words(instead.lever, instead.level)}."


def _too_early(report: PolicyReport) -> Iterator[Learning]:
    """One honest line for the lever with most sends, when nothing is clear."""
    rows = [r for r in report.levels if r.lever in LEVERS and r.sends]
    if not rows:
        return
    lever = max(LEVERS, key=lambda name: (sum(r.sends for r in rows if r.lever == name), -LEVERS.index(name)))
    level = max((r for r in rows if r.lever == lever), key=lambda r: (r.reward_rate, r.level))
    name = level_in_words(lever, level.level)
    yield Learning(
        statement=f"Too early to say: {name} leads with {rate(level.reward_rate)} of {level.sends:,} sends, "
        f"but anything from {rate(level.low)} to {rate(level.high)} would fit.",
        lever=lever,
        level=level.level,
        lift_points=0.0,
        sends=level.sends,
    )


def _write_more(report: PolicyReport, plan: Plan) -> list[dict[str, str]]:
    """Levels that clearly win, crossed with the best channel when that is clear too; then levels with too little copy shown to tell."""
    sets = plan.action_sets
    allowed: dict[str, list[str]] = {
        "channel": list(sets.channels),
        "theme": sets.themes,
        "tone": sets.tones,
        "product": sets.products,
        "incentive": [i.key for i in sets.incentives],
    }
    rows = [r for r in report.levels if r.level in allowed.get(r.lever, [])]
    winners = [r for r in rows if r.sends >= LEAST and r.low > report.reward_rate]
    channel = next((r.level for r in winners if r.lever == "channel"), None)
    cells = [
        {r.lever: r.level} | ({"channel": channel} if channel and r.lever != "channel" else {}) for r in winners if r.lever != "product"
    ]
    cells += [
        {r.lever: r.level} for r in rows if r.lever == "theme" and report.decisions and r.sends < LEAST and r.high > report.reward_rate
    ]
    return cells[:10]


def _why_early(learnings: Sequence[Learning]) -> str:
    sends = max((x.sends for x in learnings), default=0)
    if not sends:
        return "Nothing has been sent yet that could be judged."
    return f"Even the level shown most often, with {sends:,} sends, cannot be told apart from the rest."


def _aside(learning: Learning) -> str:
    name = level_in_words(learning.lever, learning.level)
    how = "more" if learning.lift_points > 0 else "less"
    return (
        f"{learning.segment} respond {how} to {name} ({points(abs(learning.lift_points))} "
        f"{'above' if learning.lift_points > 0 else 'below'} their average)"
    )
