"""The five agents as seams. Each has two implementations: on a language model (`agents/NAME.py`) and without (`agents/offline/NAME.py`).

`agents.team.assemble(model, ...)` gives five of one kind. All raise `ModelError` when a model fails for good and `PlanError` when a goal
cannot be understood. None has side effects beyond the model-call ledger; none ever sees a customer's record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

from agents.loop import Tool
from journeyman.domain import Analysis, Answer, Brand, Brief, Learning, Orders, Plan, PolicyReport, Questions, Variant, Violation, Written

if TYPE_CHECKING:
    from tools.lookout import Lookout


@dataclass(frozen=True)
class Setting:
    """What an agent may know of the workspace: the brand, the feature catalogue (name → meaning), the brand guide's passages, and
    how many customers there are (0: unknown). `today` is ISO, from the Clock. `lookout`: what a planner may look up, if there is data."""

    brand: Brand
    today: str
    features: dict[str, str] = field(default_factory=dict)
    knowledge: tuple[str, ...] = ()
    customers: int = 0
    lookout: Lookout | None = None


class Planner(Protocol):
    """Turns a goal into a plan, or asks what no good plan can be made without."""

    async def plan(self, goal: str, setting: Setting, *, answers: Sequence[Answer] = (), assume: bool = False) -> Plan | Questions:
        """`answers` to what was asked before; with `assume` the plan goes on under what the questions would have assumed, said in the
        plan's `assumptions`. Questions come back all the same where nothing can be assumed. What need not be settled first stands in the
        plan's `questions`."""
        ...


class Copywriter(Protocol):
    """Writes variants to one brief. `avoid` holds texts that exist and must not be repeated, those nearest to the brief last; `originals`
    approved copy whose ideas the brief wants in its own language. Returns up to `brief.count`, ids unset of meaning across calls:
    `{brief.id}-{n}`, n counted from `start`. `languages`: two-letter codes of those it writes; None: any."""

    languages: frozenset[str] | None

    async def write(
        self,
        brief: Brief,
        plan: Plan,
        setting: Setting,
        *,
        avoid: Sequence[str] = (),
        originals: Sequence[Variant] = (),
        start: int = 0,
    ) -> list[Written]: ...

    async def repair(self, written: Written, violations: Sequence[Violation], plan: Plan, setting: Setting) -> Written | None:
        """A mended copy under the same id, or None to give it up."""
        ...


class Opinion(NamedTuple):
    """What a reviewer says of a variant; `unsure`: a person should look."""

    violations: list[Violation]
    unsure: bool = False


class Reviewer(Protocol):
    """Judges what code cannot: claims, tone, subject honesty. Can only add violations or doubts, never clear one."""

    async def review(self, variants: Sequence[Variant], plan: Plan, setting: Setting) -> dict[str, Opinion]:
        """Opinions by variant id; an id without an entry has none."""
        ...


class Orchestrator(Protocol):
    """Reads a policy's report before each cohort run and orders pace, exploration and rest."""

    async def orchestrate(self, report: PolicyReport, plan: Plan, tools: Mapping[str, Tool] = {}) -> Orders:
        """`tools`: what it may look up besides; none of them changes anything."""
        ...


class Analyst(Protocol):
    """Says what was learned and which copy to order next."""

    async def analyse(self, report: PolicyReport, plan: Plan, tools: Mapping[str, Tool] = {}) -> Analysis:
        """`tools` as for the orchestrator. Every figure in what is learned stands in the report."""
        ...

    async def narrate(self, learnings: Sequence[Learning], plan: Plan) -> str:
        """A short paragraph for the report."""
        ...


@dataclass(frozen=True)
class Team:
    """Five agents of one kind and the name they go by in lineage (`offline`, or the model's name)."""

    model: str
    planner: Planner
    copywriter: Copywriter
    reviewer: Reviewer
    orchestrator: Orchestrator
    analyst: Analyst
