"""`python -m bench.page`: writes docs/benchmarks.md from what stands in `bench/results/`, then the remarks of `bench/remarks.md`.

Numbers come from results alone. A benchmark without results here keeps the section that stands in the page, from the run it was made of;
one that has none is named as not measured.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "benchmarks.md"
Row = dict[str, Any]
TITLES = {
    "demo": "The demonstration, cold",
    "features": "Features of real households",
    "copy": "Copy, without a model",
    "wire": "Copy, on a model that takes half a second",
    "evals": "Prompt regression: what a comparison finds",
    "check": "Checking copy",
    "gate": "The send gate",
    "decide": "Deciding and learning",
    "cohort": "A million customers",
    "quality": "Against other bandits",
    "lift": "Lift",
}
AGAINST = {"vs_holdout": "vs holdout", "vs_random": "vs random control", "vs_bau": "vs BAU"}


def main() -> None:
    """Writes the page."""
    parts = ["# Measured", (HERE / "remarks.md").read_text(encoding="utf-8").strip()]
    stands = PAGE.read_text(encoding="utf-8").split("\n## ")[1:] if PAGE.exists() else []
    before = {section.splitlines()[0]: "## " + section.strip() for section in stands}
    for name, title in TITLES.items():
        rows = _read(name)
        if not rows and title in before:
            parts.append(before[title])
            continue
        parts.append(f"## {title}\n\n`python -m bench {name}`" + (f" on {rows[0]['machine']}" if rows else ": not measured"))
        if rows:
            parts.append({"lift": _lift, "quality": _quality, "cohort": _cohort, "evals": _evals}.get(name, _plain)(rows))
    PAGE.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _read(name: str) -> list[Row]:
    file = HERE / "results" / f"{name}.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def _plain(rows: list[Row]) -> str:
    lines = ["| what | setting | value | unit |", "|---|---|---:|---|"]
    for row in rows:
        setting = row["setting"]
        told = setting if isinstance(setting, str) else ", ".join(f"{k} {v}" for k, v in setting.items())
        lines.append(f"| {row['bench']} | {told} | {_number(row['value'])} | {row['unit']} |")
    return "\n".join(lines)


def _lift(rows: list[Row]) -> str:
    """One row a use case and seed; the lower end of the always-valid interval in brackets."""
    table: dict[tuple[int, str], dict[str, str]] = {}
    clear = []
    for row in rows:
        name, setting = row["bench"].removeprefix("lift."), row["setting"]
        if name.startswith("clear."):
            which = ", ".join(setting["which"]) or "none"
            seeds = " and ".join(str(s) for s in setting["seeds"])
            clear.append(f"- {AGAINST[name.removeprefix('clear.')]}: clearly ahead at each of the seeds {seeds}: {which}")
            continue
        cell = f"{row['value']:+.1f} ({setting['low']:+.1f})" if name in AGAINST else _number(row["value"])
        table.setdefault((setting["seed"], setting["use_case"]), {})[name] = cell
    columns = [*AGAINST, "oracle_share", "approved", "violations"]
    heads = [*AGAINST.values(), "share of a perfect chooser", "approved variants", "violations"]
    lines = [f"| seed | use case | {' | '.join(heads)} |", "|---|---|" + "---:|" * len(columns)]
    lines += [f"| {seed} | {use} | {' | '.join(cells.get(c, '') for c in columns)} |" for (seed, use), cells in table.items()]
    return "\n".join([*lines, "", *clear])


def _quality(rows: list[Row]) -> str:
    """A row a system, a column a world: share of the oracle ± standard error over seeds."""
    worlds, cells, told = sorted({r["world"] for r in rows if "world" in r}), {}, {}
    for row in (r for r in rows if r["bench"] == "quality"):
        error = "" if row["stderr"] is None else f" ± {row['stderr']:.3f}"
        short = "" if row["seeds"] >= 5 else f" ({row['seeds']} of 5 seeds)"
        cells.setdefault(row["system"], {})[row["world"]] = f"{row['value']:.3f}{error}{short}"
        told[row["system"]] = row["setting"]
    lines = [f"| system | setting | {' | '.join(worlds)} |", "|---|---|" + "---:|" * len(worlds)]
    lines += [f"| {s} | {told[s]} | {' | '.join(by.get(w, 'not run') for w in worlds)} |" for s, by in cells.items()]
    lines.append("")
    for row in (r for r in rows if r["bench"] == "quality.verdict"):
        error = " (one seed)" if row["paired_stderr"] is None else f" ± {row['paired_stderr']:.3f}"
        lines.append(f"- world {row['world']}: {row['ahead']:+.3f}{error} against the best other learner, {row['best_other']}")
    lines += [f"- {r['system']} could not be compared: {r['package']} is not installed" for r in rows if r["bench"] == "quality.missing"]
    failed = sorted({(r["system"], r["world"], r["error"]) for r in rows if r["bench"] == "quality.failed"})
    lines += [f"- {system} failed in world {world}: {error}" for system, world, error in failed]
    return "\n".join(lines)


def _evals(rows: list[Row]) -> str:
    """A row an instruction that was dropped and answers to each case; the shares of comparisons that ended with a regression."""
    table: dict[tuple[str, int, int], dict[int, float]] = {}
    for row in rows:
        at = row["setting"]
        table.setdefault((at["dropped"], at["cases"], at["epochs"]), {})[at["effect_points"]] = row["value"]
    effects = sorted({effect for found in table.values() for effect in found} - {0})
    heads = ["false alarms", *(f"found at {effect} points" for effect in effects)]
    lines = [f"| instruction dropped | cases | answers a case | {' | '.join(heads)} |", "|---|---:|---:|" + "---:|" * len(heads)]
    for (dropped, cases, epochs), found in table.items():
        lines.append(f"| {dropped} | {cases} | {epochs} | {' | '.join(f'{found[effect]:.0%}' for effect in (0, *effects))} |")
    return "\n".join([*lines, "", f"Each share is of {rows[0]['setting']['repetitions']} comparisons of two runs of the rehearsal model."])


def _cohort(rows: list[Row]) -> str:
    """The table, and both curves as a picture."""
    curves = {name: [(r["setting"][name], r["value"]) for r in rows if r["bench"] == f"cohort.{name}"] for name in ("customers", "actions")}
    (PAGE.parent / "cohort.svg").write_text(_curves(curves), encoding="utf-8")
    return f"{_plain(rows)}\n\n![Seconds against customers and against actions, on logarithmic scales](cohort.svg)"


def _curves(curves: dict[str, list[tuple[float, float]]]) -> str:
    """Panels side by side, both axes logarithmic; the dashed line is what a cost in proportion would be."""
    parts = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 300" font-family="sans-serif" font-size="12" fill="#334155">']
    for n, (name, points) in enumerate(curves.items()):
        xs, ys = [math.log10(p[0]) for p in points], [math.log10(p[1]) for p in points]
        left, low, high = 60 + 360 * n, min(ys), max([*ys, min(ys) + max(xs) - min(xs)])
        at = [(left + 270 * (x - xs[0]) / (xs[-1] - xs[0]), 240 - 200 * (y - low) / (high - low)) for x, y in zip(xs, ys, strict=True)]
        end = 240 - 200 * (ys[0] + xs[-1] - xs[0] - low) / (high - low)
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
        parts.append(f'<text x="{left}" y="20" font-weight="bold">seconds against {name}</text>')
        parts.append(
            f'<line x1="{at[0][0]}" y1="{at[0][1]:.1f}" x2="{left + 270}" y2="{end:.1f}" stroke="#94a3b8" stroke-dasharray="5 5"/>'
        )
        parts.append(f'<polyline points="{line}" fill="none" stroke="#0f766e" stroke-width="3"/>')
        for (x, y), (count, took) in zip(at, points, strict=True):
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="#0f766e"/>')
            parts.append(f'<text x="{x:.1f}" y="{y - 12:.1f}" text-anchor="middle">{took:.3g}</text>')
            parts.append(f'<text x="{x:.1f}" y="268" text-anchor="middle">{count:,}</text>')
    parts.append('<text x="60" y="292" fill="#64748b">dashed: in proportion to the first point</text></svg>')
    return "\n".join(parts) + "\n"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


if __name__ == "__main__":
    main()
