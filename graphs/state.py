"""What flows through the graphs (plain data, checkpointed) and what the nodes are given (`Context`, never checkpointed).

State holds ids, counts and small JSON only: variants, decisions and sends live in the store, arrays in snapshot files.
"""

from __future__ import annotations

from asyncio import Lock
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from operator import add
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool
    from opentelemetry.trace import Tracer

    from agents.roles import Setting, Team
    from guardrails.lint import AudienceFacts
    from journeyman.domain import Plan, Verdict
    from journeyman.store import Store
    from tools.knowledge import NearDuplicates
    from tools.shift import Shift


class CampaignState(TypedDict, total=False):
    """`campaign`: from a goal to a published library."""

    goal: str
    target: int
    plan: dict[str, Any]
    findings: list[dict[str, Any]]
    plan_approved: bool
    round: int
    briefs: list[dict[str, Any]]
    unchecked: Annotated[list[str], add]
    counts: dict[str, int]
    published: bool


class WriteTask(TypedDict):
    """One fan-out task: a brief to write."""

    brief: dict[str, Any]
    plan: dict[str, Any]


class CheckTask(TypedDict):
    """One fan-out task: variants to check, and to repair where that is possible."""

    variants: list[str]
    plan: dict[str, Any]


class CohortState(TypedDict, total=False):
    """`cohort`: one scheduled run. `slot` names it; the same slot twice changes nothing the second time. `moved`: features that are no
    longer what they were, in words."""

    slot: str
    snapshot: str
    orders: dict[str, Any]
    decided: int
    enqueued: int
    moved: list[str]
    tally: dict[str, Any]


class LearningState(TypedDict, total=False):
    """`learning`: from events to a better policy."""

    slot: str
    analyse: bool
    learned: int
    policy_version: str
    narrative: str
    report: dict[str, Any]
    analysis: dict[str, Any]


@dataclass(frozen=True)
class Context:
    """What every node may use. `journey` names the one at hand; `auto_approve` answers interrupts (demonstrations, tests);
    `tracer` None: the one of the process. `judged`: what the rules said of a text, by its fingerprint, for this process alone;
    `pen`: one task at a time files what it wrote (more threads would only keep the event loop from its turn)."""

    store: Store
    team: Team
    setting: Setting
    journey: str
    auto_approve: bool = False
    near_duplicates: NearDuplicates | None = None
    audience: Callable[[Plan], AudienceFacts | None] = field(default=lambda _plan: None)
    desk: Working | None = None
    tell: Callable[[str, int, int], None] = field(default=lambda _stage, _done, _total: None)
    tracer: Tracer | None = None
    judged: dict[str, Verdict] = field(default_factory=dict)
    pen: Lock = field(default_factory=Lock)

    def at_work(self) -> Working:
        """The live journey's shift and tools; only the cohort and learning graphs have one."""
        if self.desk is None:
            raise RuntimeError("this graph needs a journey at work")
        return self.desk


@dataclass(frozen=True)
class Working:
    """A live journey at work: its shift, the bandit tools over it, and its plan."""

    shift: Shift
    tools: Mapping[str, BaseTool]
    plan: Plan
