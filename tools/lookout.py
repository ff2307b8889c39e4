"""What a planner may look up before it plans: features, an audience's size, the brand guide, a forecast, the linter. Counts, never people.

Nothing here changes anything, and no answer holds a customer's record.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any

from langchain_core.tools import BaseTool, StructuredTool
from pydantic import BaseModel, Field

from guardrails.lint import AudienceFacts, lint
from guardrails.power import smallest_lift
from journeyman.domain import Channel, Plan, Predicate, Short, comparisons
from journeyman.errors import PlanError
from journeyman.features import FeatureTable, select
from tools.knowledge import Knowledge

MOST = 40
"""Features described at once."""
PASSAGES = 5


class About(BaseModel):
    """Features by words in their name or meaning; no words: all."""

    about: Short = ""


class Where(BaseModel):
    """Customers a predicate holds for."""

    where: Predicate


class Query(BaseModel):
    """What to look for."""

    query: Annotated[str, Field(min_length=1, max_length=400)]


class Ahead(BaseModel):
    """A journey in a few numbers."""

    where: Predicate
    channels: list[Channel] = Field(min_length=1, max_length=4)
    messages_per_week: float = Field(gt=0, le=100)
    horizon_days: int = Field(ge=1, le=730)
    holdout: float = Field(ge=0, le=0.9)


class Draft(BaseModel):
    """A plan as it would be."""

    plan: Plan


@dataclass(frozen=True)
class Lookout:
    """The workspace as a planner sees it. `facts` gives an audience's size and how many of it may be written to on each channel."""

    features: FeatureTable
    facts: Callable[[Predicate, Sequence[Channel]], AudienceFacts]
    texts: Sequence[str] = ()
    """The brand guide, as Markdown."""
    other_plans: Sequence[Plan] = field(default=())
    sensitive: Collection[str] = ()
    """Features that may not be used, and are not even counted."""

    @cached_property
    def _knowledge(self) -> Knowledge:
        knowledge = Knowledge()
        knowledge.add(self.texts)
        return knowledge

    def tools(self) -> dict[str, BaseTool]:
        """What an agent may call, by name."""
        made = (
            (self.describe_data, About), (self.count_audience, Where), (self.search_knowledge, Query), (self.forecast, Ahead),
            (self.lint_plan, Draft),
        )  # fmt: skip
        return {f.__name__: StructuredTool.from_function(f, args_schema=schema) for f, schema in made}

    def describe_data(self, about: str = "") -> dict[str, Any]:
        """Features whose name or meaning holds all words of `about` (all, without any), with quartiles and how many values are missing."""
        words = about.lower().replace("_", " ").split()
        fit = [e for e in self.features.catalogue() if all(w in f"{e.name.replace('_', ' ')} {e.meaning}".lower() for w in words)]
        shown = [{"name": e.name, "meaning": e.meaning, "unit": e.unit, "quartiles": e.quantiles, "missing": e.missing} for e in fit[:MOST]]
        return {"customers": len(self.features.customers), "features": shown, "more": len(fit) - len(shown)}

    def count_audience(self, where: Predicate) -> dict[str, Any]:
        """How many customers a predicate holds for. Raises PlanError for a feature there is not."""
        self._permit(where)
        count, everybody = int(select(self.features, where).sum()), len(self.features.customers)
        return {"customers": count, "of": everybody, "share": round(count / everybody, 4) if everybody else 0.0}

    def search_knowledge(self, query: str) -> list[str]:
        """The passages of the brand guide nearest in meaning."""
        return self._knowledge.passages(query, PASSAGES)

    def forecast(
        self, where: Predicate, channels: Sequence[Channel], messages_per_week: float, horizon_days: int, holdout: float
    ) -> dict[str, Any]:
        """Reach and the smallest relative lift that would show, if the audience succeeds at the usual rate without messages."""
        self._permit(where)
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

    def _permit(self, where: Predicate) -> None:
        """Raises PlanError where a predicate names what is sensitive."""
        if sensitive := sorted({c.feature for c in comparisons(where)} & {*self.sensitive}):
            raise PlanError(f"{', '.join(sensitive)} may not be used.", remedy="Choose others.")
