"""Suite `reviewer`: the labelled copy of the guardrail set through the reviewer, a dozen lines a reading, by the rules that are its own.

Lines read together are one cluster: a slip of the model touches them together.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from agents.reviewer import A_CALL, CREDIT, RULES
from agents.roles import Opinion, Setting
from evals import rules
from evals.records import Attempt, Case
from evals.scorers import reviewer as scorer
from evals.subject import Subject
from evals.suite import Suite
from evals.tasks.copywriter import TODAY, plan
from journeyman.domain import Brand, Variant


def read() -> list[Case]:
    """Every labelled line, with the batch it is read in (file and regulation, a dozen at a time)."""
    groups: defaultdict[tuple[str, str], list[rules.Case]] = defaultdict(list)
    for line in rules.cases():
        groups[line.where.partition(":")[0].removesuffix(".jsonl"), line.variant.regulated].append(line)
    found = []
    for (file, regulated), lines in sorted(groups.items()):
        known = RULES.keys() - (CREDIT if regulated != "credit" else set())
        for at, line in enumerate(lines):
            batch = f"{file}-{regulated}-{at // A_CALL:02d}"
            given = {
                "variant": line.variant.model_dump(mode="json", exclude_none=True),
                "brand": line.brand.model_dump(mode="json", exclude_defaults=True),
                "expect": sorted(line.expect & known),
                "regulated": regulated,
            }
            found.append(Case(id=f"{file}:{line.variant.id}", cluster=batch, given=given))
    return found


def _batches() -> dict[str, list[Case]]:
    batches: defaultdict[str, list[Case]] = defaultdict(list)
    for case in read():
        batches[case.cluster].append(case)
    return batches


async def answer(case: Case, subject: Subject) -> dict[str, Any]:
    """What the reviewer objects to in this line, read among its neighbours."""

    async def review() -> dict[str, Opinion]:
        lines = subject.keep("reviewer batches", _batches)[case.cluster]
        regulated = case.given["regulated"]
        planned = plan({}).model_copy(update={"guardrails": plan({}).guardrails.model_copy(update={"regulated": regulated})})
        around = Setting(brand=Brand.model_validate(case.given["brand"]), today=TODAY)
        return await subject.team.reviewer.review([Variant.model_validate(x.given["variant"]) for x in lines], planned, around)

    opinion = (await subject.once(("review", case.cluster), review)).get(case.given["variant"]["id"])
    found = opinion.violations if opinion else []
    return {
        "rules": sorted({v.rule for v in found if v.rule in RULES}),
        "said": [f"{v.rule} {v.severity} {v.field}: {v.message}" for v in found],
    }


def score(case: Case, output: dict[str, Any]) -> tuple[dict[str, float], list[str]]:
    """See `evals.scorers.reviewer`."""
    return scorer.score(case.given["expect"], scorer.rules_in(output))


def breakdown(pairs: Sequence[tuple[Case, Attempt]]) -> dict[str, dict[str, float]]:
    """Precision and recall of every rule."""
    told = [(case.given["expect"], scorer.rules_in(json.loads(a.output)) if a.output else []) for case, a in pairs]
    return {f"rule {rule}": row for rule, row in scorer.by_rule(told).items()}


SUITE = Suite(
    name="reviewer",
    says="The reviewer finds what is wrong with labelled copy, names the right rule, and leaves clean copy alone.",
    prompts=("review",),
    metrics={
        "caught": "rules broken that were found",
        "clean": "clean lines without a finding",
        "right": "findings that name a rule the line breaks",
    },
    read=read,
    answer=answer,
    score=score,
    bars={"clean": 0.9},
    breakdown=breakdown,
)
