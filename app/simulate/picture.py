"""The picture of a simulation as SVG: cumulated regret, share of the oracle and violations, by day.

One file without script or network, the same bytes for the same outcome; it reads on light and dark paper. Every line bears its name at its
end, in ink: colours (Okabe and Ito 2008, safe for colour-blind readers) and dashes only help the eye along.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from math import ceil, floor, log10
from typing import NamedTuple

from app.simulate.compare import Outcome, Row

COLOURS = {
    "oracle": ("#7f8794", "2 4"), "journeyman": ("#1f7fc4", ""), "best-fixed": ("#009e73", "10 4"), "bau": ("#e69f00", ""),
    "ab-test": ("#cc79a7", "7 4"), "beta-ts": ("#d55e00", "3 3"), "random": ("#8b6f47", "12 3 2 3"),
}  # fmt: skip
SAVED = (("#56b4e9", ""), ("#56b4e9", "6 3"), ("#56b4e9", "2 3"))
WIDTH, LEFT, RIGHT, HEIGHT, GAP = 960, 76, 740, 250, 22
"""Of the picture, of the plot from left to right, of a plot, and between two names."""
STYLE = """
.sim{font:15px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
.sim .paper{fill:#fff}.sim text{fill:#0f172a}.sim .soft{fill:#526070}
.sim .grid{stroke:#e2e8f0}.sim .zero,.sim .lead{stroke:#94a3b8}
.sim .head{font-weight:600;font-size:17px}.sim .name{font-weight:600}
@media (prefers-color-scheme:dark){.sim .paper{fill:#111827}.sim text{fill:#f1f5f9}.sim .soft{fill:#a9b4c2}
.sim .grid{stroke:#2b3648}.sim .zero,.sim .lead{stroke:#64748b}}
"""


class Line(NamedTuple):
    """One policy in one panel: a value a day, and the words at its end."""

    values: Sequence[float]
    label: str
    colour: str
    dash: str
    thick: bool


def picture(outcome: Outcome) -> str:
    """The whole SVG, all names escaped."""
    looks, saved = {}, iter(SAVED * len(outcome.rows))
    for row in outcome.rows:
        looks[row.name] = next(saved) if ":" in row.name else COLOURS[row.name]

    def lines(values: Callable[[Row], Sequence[float]], end: Callable[[Row], str]) -> list[Line]:
        return [Line(values(r), f"{r.label} {end(r)}", *looks[r.name], r.name == "journeyman") for r in outcome.rows]

    panels = [
        _panel(
            "Regret: expected successes behind the oracle, cumulated",
            lines(lambda r: r.standing.regret.tolist(), lambda r: _short(float(r.standing.regret[-1]))),
            _short,
        ),
        _panel(
            "Share of what the oracle earned in the same seven days",
            lines(lambda r: r.standing.share.tolist(), lambda r: f"{r.standing.share[-1]:.0%}"),
            lambda v: f"{v:.0%}",
        ),
    ]
    if outcome.violations:
        panels.append(
            _panel(
                "Violations: sends a day that broke a rule (beside each name: in all)",
                lines(lambda r: r.diary.violations.tolist(), lambda r: f"{r.violations:,}"),
                _short,
            )
        )
    step = HEIGHT + 96
    height = step * len(panels) + (0 if outcome.violations else 44)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="sim" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>{escape(title(outcome))}</title><style>{STYLE}</style>",
        f'<rect class="paper" width="{WIDTH}" height="{height}"/>',
        *(f'<g transform="translate(0 {n * step})">{panel}</g>' for n, panel in enumerate(panels)),
    ]
    if not outcome.violations:
        parts.append(f'<text class="soft" x="{LEFT}" y="{height - 24}">Violations: {no_violations(outcome)}</text>')
    return "\n".join([*parts, "</svg>\n"])


def title(outcome: Outcome) -> str:
    """`World winback, 28 days, seed 7`."""
    days = outcome.asked.days
    return f"World {outcome.asked.world}, {days} day{'s' if days > 1 else ''}, seed {outcome.asked.seed}"


def no_violations(outcome: Outcome) -> str:
    """Why there is nothing to draw."""
    return "no send broke a rule." if outcome.rules else "none; this world has no rules to break."


def _panel(head: str, lines: list[Line], say: Callable[[float], str]) -> str:
    days = len(lines[0].values)
    low, high = min(0.0, *(min(line.values) for line in lines)), max(max(line.values) for line in lines)
    ticks = _ticks(low, high)
    low, high = ticks[0], ticks[-1]

    def x(day: int) -> float:
        return LEFT + (RIGHT - LEFT) * (day / (days - 1) if days > 1 else 1.0)

    def y(value: float) -> float:
        return 52 + HEIGHT * (1 - (value - low) / (high - low))

    out = [f'<text class="head" x="{LEFT}" y="30">{escape(head)}</text>']
    for tick in ticks:
        kind = "zero" if abs(tick) < 1e-12 else "grid"
        out.append(f'<line class="{kind}" x1="{LEFT}" x2="{RIGHT}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>')
        out.append(f'<text class="soft" x="{LEFT - 10}" y="{y(tick) + 5:.1f}" text-anchor="end">{escape(say(tick))}</text>')
    for day in _days(days):
        out.append(f'<text class="soft" x="{x(day):.1f}" y="{52 + HEIGHT + 24}" text-anchor="middle">day {day + 1}</text>')
    for line in sorted(lines, key=lambda item: item.thick):
        points = " ".join(f"{x(d):.1f},{y(v):.1f}" for d, v in enumerate(line.values))
        width = 3.5 if line.thick else 2.2
        dash = f' stroke-dasharray="{line.dash}"' if line.dash else ""
        look = f'fill="none" stroke="{line.colour}" stroke-width="{width}" stroke-linejoin="round"{dash}'
        out.append(f'<polyline points="{points}" {look}/>')
        out.append(f'<circle cx="{RIGHT}" cy="{y(line.values[-1]):.1f}" r="4" fill="{line.colour}"/>')
    for line, at in _spread([(line, y(line.values[-1])) for line in lines]):
        end = y(line.values[-1])
        out.append(f'<path class="lead" d="M{RIGHT + 6} {end:.1f}L{RIGHT + 20} {at:.1f}" fill="none"/>')
        out.append(f'<rect x="{RIGHT + 23}" y="{at - 5:.1f}" width="10" height="10" rx="2" fill="{line.colour}"/>')
        out.append(f'<text class="name" x="{RIGHT + 38}" y="{at + 5:.1f}">{escape(line.label)}</text>')
    return "".join(out)


def _spread(ends: list[tuple[Line, float]]) -> list[tuple[Line, float]]:
    """Heights of names: at their lines' ends, moved apart where they would touch, within the plot and a little below."""
    placed: list[tuple[Line, float]] = []
    for line, wanted in sorted(ends, key=lambda e: e[1]):
        placed.append((line, max(wanted, placed[-1][1] + GAP) if placed else wanted))
    limit = 52.0 + HEIGHT + 10
    for n in range(len(placed) - 1, -1, -1):
        line, at = placed[n]
        placed[n] = (line, min(at, limit))
        limit = placed[n][1] - GAP
    return placed


def _ticks(low: float, high: float) -> list[float]:
    """Four to seven round numbers that hold low and high."""
    span = (high - low) or 1.0
    raw = span / 5
    base = 10 ** floor(log10(raw))
    step = next(f * base for f in (1, 2, 2.5, 5, 10) if f * base >= raw)
    return [n * step for n in range(floor(low / step + 1e-9), max(ceil(high / step - 1e-9), 1) + 1)]


def _days(days: int) -> list[int]:
    """Days with a number: the first, then every so many, and the last where it has room."""
    step = next((s for s in (1, 2, 7, 14, 28, 56) if days <= 9 * s), 112)
    named = list(range(0, days, step))
    return named + ([days - 1] if (days - 1 - named[-1]) * 10 >= max(days, 7 * step // 2) else [])


def _short(value: float) -> str:
    if abs(value) >= 10 or value == round(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 1 else f"{value:.2g}"
