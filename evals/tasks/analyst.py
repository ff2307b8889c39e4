"""Suite `analyst`: policy reports, rich, early, flat and mixed; what is said of them is held to their numbers."""

from __future__ import annotations

from typing import Any

from evals.records import Case, read_lines
from evals.scorers import analyst as scorer
from evals.subject import Subject
from evals.suite import FOLDER, Suite
from evals.tasks.copywriter import plan
from journeyman.domain import Plan, PolicyReport

HERE = FOLDER / "analyst"


def read() -> list[Case]:
    """The reports."""
    lines = read_lines(sorted(HERE.glob("*.jsonl")))
    return [Case(id=line["id"], cluster=line["id"], given={"goal": line["goal"], "report": line["report"]}) for _, line in lines]


def plan_of(goal: str, report: PolicyReport) -> Plan:
    """A plan with the levers of a report."""
    levels = {lever: [r.level for r in report.levels if r.lever == lever] for lever in ("channel", "theme", "tone")}
    base = plan({"goal": goal})
    sets = base.action_sets.model_copy(update={f"{lever}s": found for lever, found in levels.items() if found})
    return base.model_copy(update={"action_sets": sets})


async def answer(case: Case, subject: Subject) -> dict[str, Any]:
    """Learnings, orders and the paragraph for the report."""
    report = PolicyReport.model_validate(case.given["report"])
    planned = plan_of(case.given["goal"], report)
    analysis = await subject.team.analyst.analyse(report, planned)
    paragraph = await subject.team.analyst.narrate(analysis.learnings, planned)
    return {"analysis": analysis.model_dump(mode="json"), "paragraph": paragraph}


def score(case: Case, output: dict[str, Any]) -> tuple[dict[str, float], list[str]]:
    """See `evals.scorers.analyst`."""
    return scorer.score(PolicyReport.model_validate(case.given["report"]), *scorer.read(output))


SUITE = Suite(
    name="analyst",
    says="What is said of a report stands in it, points the right way, is clear of chance, and leaves nothing clear untold.",
    prompts=("analyse", "narrate"),
    metrics={
        "faithful": "figures that stand in the report",
        "direction": "learnings that point the right way",
        "warranted": "learnings that are clear of chance",
        "found": "clear levels that were told",
    },
    read=read,
    answer=answer,
    score=score,
    bars={"faithful": 1.0, "direction": 1.0, "warranted": 1.0, "found": 0.95},
)
