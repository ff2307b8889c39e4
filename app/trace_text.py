"""A trace for people: a tree of at most 80 columns."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

WIDTH = 80
HEAD = f"{'':<34}{'seconds':>8}{'calls':>7}{'again':>6}{'cached':>7}{'tokens':>9}{'cost':>9}"
FEW = 40
"""So many groups of steps are shown as they followed one another; more are put together by node."""


def lines(told: dict[str, Any], *, every: bool = False) -> Iterator[str]:
    """`told` is what `app.tracing.trace` returns. Steps of one node stand together with the longest one's seconds, unless `every` is
    wanted; those that failed, or never ended, are always named."""
    yield _fit(f"{told['run']}  {told['journey']}  {told['model']}", WIDTH - 10) + f"  {told['state']}"
    if told["why"]:
        yield from _wrapped(told["why"])
    yield HEAD
    yield _row("all", told["seconds"], told)
    groups = [list(steps) for _, steps in groupby(told["steps"], key=_node)]
    if len(groups) > FEW:
        by_node: dict[tuple[str, str], list[Any]] = {}
        for step in told["steps"]:
            by_node.setdefault(_node(step), []).append(step)
        groups = list(by_node.values())
    several = len({step["graph"] for step in told["steps"]}) > 1
    for group in groups:
        yield from _group(group, several, every)
    if told["loose"]:
        yield _row("├ outside any step", None, _sum(told["loose"]))
        yield from (_row(f"│ {prompt}", None, _sum(asks)) for prompt, asks in _by_prompt(told["loose"]))
    if told["prompts"]:
        yield ""
        yield f"{'prompt':<22}{'calls':>7}{'cached':>7}{'failed':>7}{'in':>10}{'(cached)':>10}{'out':>8}{'cost':>9}"
        for p in told["prompts"]:
            counts = f"{p['calls']:>7}{p['cached']:>7}{p['failures']:>7}{p['tokens_in']:>10,}{p['tokens_cached']:>10,}{p['tokens_out']:>8,}"
            yield f"{_fit(p['name'], 21):<22}{counts}{_money(p['cost']):>9}"


def _group(group: list[dict[str, Any]], several: bool, every: bool) -> Iterator[str]:
    graph, node = _node(group[0])
    name = f"{graph}.{node}" if several else node
    if len(group) == 1:
        (step,) = group
        yield _row(f"├ {name} {step['about']}".rstrip(), step["seconds"], step, _how(step))
        yield from (_row(f"│ {prompt}", None, _sum(asks)) for prompt, asks in _by_prompt(step["asks"]))
        return
    yield _row(f"├ {name} ×{len(group)}", max(step["seconds"] for step in group), _sum(group))
    for step in group:
        if every or step["outcome"] in ("failed", "running"):
            yield _row(f"│ ├ {step['about'] or step['number']}", step["seconds"], step, _how(step))
            if every:
                yield from (_row(f"│ │ {ask['prompt']} {_outcomes(ask)}", ask["waited"], ask) for ask in step["asks"])
    if not every:
        asks = [ask for step in group for ask in step["asks"]]
        yield from (_row(f"│ {prompt}", None, _sum(found)) for prompt, found in _by_prompt(asks))


def _node(step: dict[str, Any]) -> tuple[str, str]:
    return step["graph"], step["node"]


def _how(step: dict[str, Any]) -> str:
    return {"running": " (never ended)", "failed": " (failed)", "waits": " (waits)"}.get(step["outcome"], "")


def _outcomes(ask: dict[str, Any]) -> str:
    return "" if ask["outcomes"] == ["ok"] else " ".join(ask["outcomes"])


def _by_prompt(asks: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for ask in asks:
        found.setdefault(ask["prompt"], []).append(ask)
    return list(found.items())


def _sum(parts: list[dict[str, Any]]) -> dict[str, Any]:
    names = ("calls", "again", "cached", "tokens_in", "tokens_out")
    cost = None if any(part["cost"] is None for part in parts) else sum(part["cost"] for part in parts)
    return {**{name: sum(part[name] for part in parts) for name in names}, "cost": cost}


def _row(name: str, seconds: float | None, of: dict[str, Any], how: str = "") -> str:
    name = _fit(name, 33 - len(how)) + how
    time = "" if seconds is None else f"{seconds:,.2f}"
    if not of["calls"] and not of["cached"]:
        return f"{name:<34}{time:>8}".rstrip()
    counts = f"{of['calls']:>7}{of['again'] or '':>6}{of['cached'] or '':>7}{of['tokens_in'] + of['tokens_out']:>9,}"
    return f"{name:<34}{time:>8}{counts}{_money(of['cost']):>9}"


def _money(cost: float | None) -> str:
    return "unknown" if cost is None else f"${cost:.4f}" if cost < 100 else f"${cost:,.0f}"


def _fit(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: room - 1]}…"


def _wrapped(text: str) -> Iterator[str]:
    from textwrap import wrap

    yield from wrap(text, WIDTH, initial_indent="  ", subsequent_indent="  ")
