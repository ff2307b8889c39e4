"""The planner without a model: reads the goal with the goal grammar and asks back what no good plan can be made without.

Deterministic; understands English, German, French and Spanish. What the goal leaves open it decides and says so. Raises PlanError for a
goal that is empty or far too long, asks only to switch off what protects customers, or chooses people by a protected trait (rule X09).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from pydantic import ValidationError

from agents.offline.grammar.doubts import Doubt, Unclear, question
from agents.offline.grammar.goal import Goal
from agents.offline.reading import name, read
from agents.roles import Setting
from journeyman.domain import Answer, Plan, Questions
from journeyman.errors import PlanError

_LONGEST = 20_000


class OfflinePlanner:
    """Understands goals by rules."""

    async def plan(self, goal: str, setting: Setting, *, answers: Sequence[Answer] = (), assume: bool = False) -> Plan | Questions:
        """See `roles.Planner`. An answer is read in the place of the words it was asked about; one to no question of the grammar's is read
        after the goal. Raises PlanError."""
        heard, waiting = _opened(goal, setting), list(answers)
        while True:
            made, doubts = _attempt(heard, setting)
            about = {d.about: d for d in doubts}
            answer = next((a for a in waiting if a.question in about), waiting[0] if waiting else None)
            if answer is None:
                break
            waiting.remove(answer)
            heard.amend(about.get(answer.question, Doubt("")), answer.text)
        asked = [question(d, heard) for d in doubts]
        if made is None or (asked and not assume):
            return Questions(language=heard.language, questions=asked)
        whole = "\n".join([goal, *(a.text for a in answers)])
        assumed = [q.assumed for q in asked if q.assumed]
        return made.model_copy(update={"goal": whole, "assumptions": [*assumed, *made.assumptions][:50]})

    def name(self, goal: str, setting: Setting) -> str:
        """A name for a journey with this goal, before there is a plan. Raises PlanError as `plan`."""
        return name(_opened(goal, setting))


def _attempt(goal: Goal, setting: Setting) -> tuple[Plan | None, list[Doubt]]:
    """The plan under every doubt's assumption, or None where one has none; and the doubts."""
    try:
        return read(goal, setting), goal.doubts
    except Unclear as end:
        return None, [*goal.doubts, end.doubt]
    except ValidationError as problem:
        first = problem.errors()[0]
        told = f"{'.'.join(str(x) for x in first['loc'])}: {first['msg']}"
        return None, [*goal.doubts, Doubt("other", words=(("problem", told),))]


def _opened(raw: str, setting: Setting) -> Goal:
    """The goal, ready to be read. Raises PlanError when there is nothing to read or too much."""
    if not re.search(r"[^\W\d_]{2}", raw):
        raise PlanError("The goal is empty.", remedy="Say what you want to raise, for whom, by which channels and within which limits.")
    if len(raw) > _LONGEST:
        raise PlanError(
            f"The goal has {len(raw):,} characters.", remedy=f"Keep it under {_LONGEST:,}; knowledge belongs into knowledge/*.md."
        )
    return Goal(raw, date.fromisoformat(setting.today[:10]), tuple(p.name for p in setting.brand.products))
