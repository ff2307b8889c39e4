"""Suite `copywriter`: briefs for every channel and kind of offer, briefs in other languages, copy to
carry over into them, and rejected copy to mend.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from agents.roles import Setting
from evals.records import Attempt, Case, read_lines
from evals.scorers import copywriter as scorer
from evals.subject import Subject
from evals.suite import FOLDER, Suite
from guardrails.check import check
from journeyman.domain import Brand, Brief, Plan, Variant, Written
from journeyman.errors import ContentError

TODAY = "2026-03-02"
HERE = FOLDER / "copywriter"


def brands() -> dict[str, Any]:
    """The brands of the suite by their short name."""
    loaded: dict[str, Any] = yaml.safe_load((HERE / "brands.yaml").read_text(encoding="utf-8"))
    return loaded


def read() -> list[Case]:
    """Briefs and repairs, each with its whole brand."""
    known, found = brands(), []
    for where, line in read_lines(sorted(HERE.glob("*.jsonl"))):
        try:
            if "variant" in line:
                labelled = yaml.safe_load((FOLDER / "guardrails" / f"{line['labelled']}.yaml").read_text(encoding="utf-8"))
                given = {"brand": labelled["brand"], "variant": line["variant"]}
            else:
                given = {name: line[name] for name in ("event", "goal", "brief", "count")} | {"brand": known[line["brand"]]}
                given |= {"originals": line["originals"]} if "originals" in line else {}
            found.append(Case(id=line["id"], cluster=line["id"], given=given))
        except (KeyError, OSError, ValueError) as problem:
            raise ContentError(f"{where} is no case: {problem!r}.", remedy="A line is a brief or a variant to mend.") from problem
    return found


def setting(given: Mapping[str, Any], knowledge: Sequence[str] = ()) -> Setting:
    """What the agents may know."""
    return Setting(brand=Brand.model_validate(given["brand"]), today=TODAY, knowledge=tuple(knowledge))


def plan(given: Mapping[str, Any]) -> Plan:
    """The smallest plan that a brief could come of."""
    brief = given.get("brief", {})
    sets = {
        "channels": [brief.get("channel", "email")],
        "themes": [brief.get("theme", "news")],
        "tones": [brief.get("tone", "warm")],
        "products": [brief["product"]] if brief.get("product") else [],
        "incentives": [brief["incentive"]] if brief.get("incentive") else [],
        "send_windows": ["morning"],
    }
    return Plan.model_validate(
        {
            "name": "case",
            "goal": given.get("goal", "Write to customers."),
            "objective": {"events": [{"event": given.get("event", "order")}]},
            "audience": {"description": "customers", "where": {"all": []}},
            "action_sets": sets,
        }
    )


async def answer(case: Case, subject: Subject) -> dict[str, Any]:
    """The variants written to the brief, or the variant mended."""
    given = case.given
    around, planned = setting(given), plan(given)
    if "variant" in given:
        variant = Variant.model_validate(given["variant"])
        found = check(variant, around.brand).violations
        mended = await subject.team.copywriter.repair(Written(variant=variant, brief="repair", author="case"), found, planned, around)
        return {"variant": mended.variant.model_dump(mode="json", exclude_none=True) if mended else None}
    try:
        brief = Brief.model_validate({**given["brief"], "id": "brief", "count": given["count"]})
        originals = [Variant.model_validate(v) for v in given.get("originals", ())]
        written = await subject.team.copywriter.write(brief, planned, around, originals=originals)
    except ContentError as refusal:
        return {"refused": refusal.message}
    return {"variants": [w.variant.model_dump(mode="json", exclude_none=True) for w in written]}


def score(case: Case, output: dict[str, Any]) -> tuple[dict[str, float], list[str]]:
    """See `evals.scorers.copywriter`."""
    return scorer.score(case.given, output)


def breakdown(pairs: Sequence[tuple[Case, Attempt]]) -> dict[str, dict[str, float]]:
    """Metrics by channel and by language."""
    rows: defaultdict[str, defaultdict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for case, attempt in pairs:
        if brief := case.given.get("brief"):
            for row in (f"channel {brief['channel']}", f"language {brief.get('language', 'en')}"):
                for metric, value in attempt.scores.items():
                    rows[row][metric].append(value)
    return {row: {m: sum(v) / len(v) for m, v in metrics.items()} for row, metrics in sorted(rows.items())}


SUITE = Suite(
    name="copywriter",
    says="Copy keeps the brief, the offer record and the language, reads easily, sounds like the brand and does not repeat itself.",
    prompts=("write", "repair", "translate"),
    metrics={
        "written": "variants ordered that were written",
        "constraints": "variants that break no rule",
        "offer": "variants that state the offer on record, or none where there is none",
        "language": "variants in the language asked for, where it is not the brand's own",
        "variety": "variants unlike those before them",
        "reading": "variants that read easily",
        "voice": "variants without banned phrases, shouting or spam",
        "mended": "rejected copy that a repair made acceptable",
    },
    read=read,
    answer=answer,
    score=score,
    bars={"written": 0.7, "constraints": 0.98, "offer": 0.98, "variety": 0.95, "reading": 0.9, "voice": 0.98},
    breakdown=breakdown,
    rubrics=("voice",),
)
