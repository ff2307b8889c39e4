"""`python -m bench.page`: writes docs/benchmarks.md from what stands in `bench/results/`, then the remarks of `bench/remarks.md`.

Numbers come from the results alone; a benchmark without results is named as not measured.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "benchmarks.md"
Row = dict[str, Any]
TITLES = {
    "demo": "The demonstration, cold",
    "features": "Features of real households",
    "copy": "Copy, without a model",
    "decide": "Deciding and learning",
    "lift": "Lift",
}
AGAINST = {"vs_holdout": "vs holdout", "vs_random": "vs random control", "vs_bau": "vs BAU"}


def main() -> None:
    """Writes the page."""
    parts = ["# Measured", (HERE / "remarks.md").read_text(encoding="utf-8").strip()]
    for name, title in TITLES.items():
        rows = _read(name)
        parts.append(f"## {title}\n\n`python -m bench {name}`" + (f" on {rows[0]['machine']}" if rows else ": not measured"))
        if rows:
            parts.append(_lift(rows) if name == "lift" else _plain(rows))
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


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


if __name__ == "__main__":
    main()
