"""report.html: one page that opens with no network and is the same, byte for byte, for the same facts.

What differs from run to run (seconds per stage) is written beside it as `timings.js`, which the page shows where it finds it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.report.facts import Comparison, ReportFacts
from journeyman.domain import SEGMENT, LevelReport, SegmentReport

NAMES = {"treatment": "Treatment", "random_control": "Random control", "bau": "BAU rules", "holdout": "Holdout"}
REASONS = {
    "consent": "no consent for the channel at that moment",
    "suppressed": "unsubscribed or suppressed in the meantime",
    "cap": "frequency cap reached",
    "cooldown": "too soon after the last message",
    "outranked": "another journey went first",
    "quiet_hours": "quiet hours where the customer is",
    "budget": "incentive budget used up",
    "not_live": "the journey was not live",
    "not_approved": "variant not approved, or edited after approval",
    "render": "text could not be filled in",
    "duplicate": "already sent for this slot",
    "no_address": "no usable address",
}
LEVERS = ("theme", "channel", "send_window", "incentive", "tone", SEGMENT)


def write_report(facts: ReportFacts, seconds: dict[str, float], path: Path) -> None:
    """Writes report.html and timings.js. Raises OSError when the disk refuses."""
    path.write_text(page(facts), encoding="utf-8")
    rows = "".join(f"<tr><td>{stage}</td><td class=n>{value:.1f} s</td></tr>" for stage, value in seconds.items())
    table = f"<table>{rows}</table>"
    path.with_name("timings.js").write_text(f"document.getElementById('timings').innerHTML = {json.dumps(table)};\n", encoding="utf-8")


def page(facts: ReportFacts) -> str:
    """The whole page as text. All that comes from people or models is escaped."""
    env = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined)
    env.filters |= {"words": words, "running": running, "rows": _rows, "by_lever": _by_lever, "crossed": _crossed, "shade": _shade}
    env.globals |= {"names": NAMES, "reasons": REASONS}
    return env.get_template("page.html.j2").render(f=facts)


def running(name: str) -> str:
    """A name within a sentence: `Random control` → `random control`, but `BAU rules`."""
    return name if name[:2].isupper() else name[:1].lower() + name[1:]


def words(name: str) -> str:
    """`send_window` → `send window`, `percent_off-15` → `15 % off`, `sms` → `SMS`."""
    kind, _, value = name.partition("-")
    spoken = {"percent_off": f"{value} % off", "amount_off": f"{value} off", "points": f"{value} points", "gift": "gift"}
    if name in {"sms", "SMS"}:
        return "SMS"
    if kind in spoken and (value or kind == "gift"):
        return spoken[kind]
    plain = name if " " in name else name.replace("_", " ").replace("-", " ")
    return {SEGMENT: "who answers", "email": "e-mail", "in_app": "in-app", "none": "no incentive"}.get(name, plain)


def _rows(comparisons: list[Comparison]) -> list[tuple[str, float, float, float]]:
    shown = [(f"vs {running(NAMES[c.against])}", c.difference) for c in comparisons]
    return [(label, 100 * d.value, 100 * d.low, 100 * d.high) for label, d in shown]


def _by_lever(levels: list[LevelReport]) -> list[tuple[str, list[LevelReport]]]:
    grouped = {lever: sorted((r for r in levels if r.lever == lever and r.sends), key=lambda r: -r.reward_rate) for lever in LEVERS}
    return [(lever, rows) for lever, rows in grouped.items() if len(rows) > 1]


def _crossed(segments: list[SegmentReport], lever: str) -> tuple[dict[str, dict[str, float]], list[str]]:
    table: dict[str, dict[str, float]] = {}
    for s in segments:
        if s.lever == lever and s.overall_rate > 0:
            table.setdefault(s.segment, {})[s.level] = s.reward_rate / s.overall_rate
    return table, sorted({level for cells in table.values() for level in cells})


def _shade(ratio: Any) -> str:
    if not isinstance(ratio, int | float):
        return "#f8fafc"
    strength = min(abs(ratio - 1), 1.0) * 0.7
    return f"rgba(15,118,110,{strength:.2f})" if ratio >= 1 else f"rgba(180,83,9,{strength:.2f})"
