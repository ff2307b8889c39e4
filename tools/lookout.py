"""What a planner may look up before it plans: features, an audience's size, the brand guide, a forecast, the linter. Counts, never people.

Nothing here changes anything, and no answer holds a customer's record.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from guardrails.lint import AudienceFacts, lint
from guardrails.power import smallest_lift
from journeyman.domain import Channel, Plan, Predicate
from journeyman.features import FeatureTable, select
from tools.knowledge import Knowledge

MOST = 40
"""Features described at once."""
PASSAGES = 5


@dataclass(frozen=True)
class Lookout:
    """The workspace as a planner sees it. `facts` gives an audience's size and how many of it may be written to on each channel."""

    features: FeatureTable
    facts: Callable[[Predicate, Sequence[Channel]], AudienceFacts]
    texts: Sequence[str] = ()
    """The brand guide, as Markdown."""
    other_plans: Sequence[Plan] = field(default=())

    @cached_property
    def _knowledge(self) -> Knowledge:
        knowledge = Knowledge()
        knowledge.add(self.texts)
        return knowledge

    def describe_data(self, about: str = "") -> dict[str, Any]:
        """Features whose name or meaning holds all words of `about` (all, without any), with quartiles and how many values are missing."""
        words = about.lower().replace("_", " ").split()
        fit = [e for e in self.features.catalogue() if all(w in f"{e.name.replace('_', ' ')} {e.meaning}".lower() for w in words)]
        shown = [{"name": e.name, "meaning": e.meaning, "unit": e.unit, "quartiles": e.quantiles, "missing": e.missing} for e in fit[:MOST]]
        return {"customers": len(self.features.customers), "features": shown, "more": len(fit) - len(shown)}

    def count_audience(self, where: Predicate) -> dict[str, Any]:
        """How many customers a predicate holds for. Raises PlanError for a feature there is not."""
        count, everybody = int(select(self.features, where).sum()), len(self.features.customers)
        return {"customers": count, "of": everybody, "share": round(count / everybody, 4) if everybody else 0.0}

    def search_knowledge(self, query: str) -> list[str]:
        """The passages of the brand guide nearest in meaning."""
        return self._knowledge.passages(query, PASSAGES)

    def forecast(
        self, where: Predicate, channels: Sequence[Channel], messages_per_week: float, horizon_days: int, holdout: float
    ) -> dict[str, Any]:
        """Reach and the smallest relative lift that would show, if the audience succeeds at the usual rate without messages."""
        facts = self.facts(where, channels)
        held = facts.size * holdout
        lift = smallest_lift(facts.size - held, held, facts.base_rate)
        return {
            "people": facts.size,
            "reachable": facts.consented,
            "messages_at_most": math.ceil(messages_per_week * horizon_days / 7) * max(facts.consented.values(), default=facts.size),
            "assumed_rate_without_messages": facts.base_rate,
            "smallest_lift_that_shows": None if math.isinf(lift) else round(lift, 3),
        }

    def lint_plan(self, plan: Plan) -> list[dict[str, Any]]:
        """What the linter finds."""
        facts = self.facts(plan.audience.where, plan.action_sets.channels)
        return [f.model_dump(mode="json") for f in lint(plan, audience=facts, other_plans=self.other_plans)]
