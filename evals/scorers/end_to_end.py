"""Scores a campaign by what it left behind: a live journey, enough copy over all levers, none that a rule rejects, all fit to send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from guardrails.check import check
from journeyman.delivery.rendering import render
from journeyman.domain import Brand, Customer, Plan, Variant
from journeyman.errors import RenderError


def score(given: Mapping[str, Any], got: Mapping[str, Any], people: Sequence[Customer]) -> tuple[dict[str, float], list[str]]:
    """`live`: the journey went live; `enough`: approved copy of the target; `covered`: levels of channel, theme and offer with copy of
    their own; `lawful`: approved copy that no rule rejects; `sendable`: copy that renders for every customer; `reached`: the audience
    is not empty; `orders`: on the first day, when nothing is known, no channel rests, no window is closed, a twentieth is explored."""
    brand, plan = Brand.model_validate(given["brand"]), Plan.model_validate(got["plan"])
    variants = [Variant.model_validate(v) for v in got["variants"]]
    levels = {("channel", c) for c in plan.action_sets.channels} | {("theme", t) for t in plan.action_sets.themes}
    levels |= {("offer", i.key) for i in plan.action_sets.incentives}
    has = {("channel", v.channel) for v in variants} | {("theme", v.theme) for v in variants}
    has |= {("offer", v.incentive.key) for v in variants if v.incentive}
    broken = [v.id for v in variants if check(v, brand, plan.guardrails).verdict == "reject"]
    unfit = [v.id for v in variants if not all(_renders(v, brand, person) for person in people)]
    orders, n = got["orders"], max(1, len(variants))
    scores = {
        "live": float(got["state"] == "live"),
        "enough": min(1.0, len(variants) / given["target"]),
        "covered": len(levels & has) / len(levels),
        "lawful": (n - len(broken)) / n if variants else 0.0,
        "sendable": (n - len(unfit)) / n if variants else 0.0,
        "reached": float(got["audience"] > 0),
        "orders": float(not orders["rest"] and orders["windows"] is None and orders["floor"] >= 0.05),
    }
    notes = [f"no copy for {lever} {level}" for lever, level in sorted(levels - has)]
    notes += [f"rejected all the same: {id}" for id in broken] + [f"cannot be sent: {id}" for id in unfit]
    return scores, notes + ([] if got["audience"] else ["nobody is in the audience"])


def _renders(variant: Variant, brand: Brand, person: Customer) -> bool:
    try:
        render(variant, brand, person, unsubscribe_url="https://example.com/unsubscribe")
    except RenderError:
        return False
    return True
