"""What flows through the graphs (plain data, checkpointed) and what the nodes are given (`Context`, never checkpointed).

State holds ids, counts and small JSON only: variants, decisions and sends live in the store, arrays in snapshot files.
"""

from __future__ import annotations

from asyncio import Lock
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypedDict

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool
    from opentelemetry.trace import Tracer

    from agents.roles import Setting, Team
    from guardrails.lint import AudienceFacts
    from journeyman.domain import Brief, Plan, Verdict
    from journeyman.store import Store
    from tools.knowledge import NearDuplicates
    from tools.shift import Shift


class CampaignState(TypedDict, total=False):
    """`campaign`: from a goal to a published library. `questions`: what the planner waits to be told; `answers`: what it has been told;
    `assume`: it goes on where nobody answers. `speakers`: how many of the audience speak which language; `rounds`: orders given by
    language; `short`: what the library lacks of its target, by language. `renewal`: what was proposed for a live journey, until it is
    settled; `cycles`: renewals begun so far; `fresh`: ids of the new copy that passed."""

    goal: str
    target: int
    questions: list[dict[str, Any]]
    answers: list[dict[str, Any]]
    assume: bool
    plan: dict[str, Any]
    findings: list[dict[str, Any]]
    plan_approved: bool
    speakers: dict[str, int]
    rounds: dict[str, int]
    briefs: list[dict[str, Any]]
    short: dict[str, int]
    counts: dict[str, int]
    published: bool
    renewal: Proposal | None
    cycles: int
    fresh: list[str]


class Proposal(TypedDict):
    """What an analysis proposes for a live journey's library: cells to write more of (`wishes`), `variants` in all; ids to `retire`; `why`,
    the learnings behind it, for writers and for whoever approves; `ask`: whether that is a person."""

    wishes: list[dict[str, str]]
    variants: int
    retire: list[str]
    why: list[str]
    ask: bool


class Batch(TypedDict):
    """One fan-out task: briefs to write, and to check together."""

    briefs: list[dict[str, Any]]
    plan: dict[str, Any]


class WriteTask(TypedDict):
    """A brief to write, the ids of existing copy it must not repeat, and what the brand guide and earlier learnings hold on its subject."""

    brief: Brief
    plan: Plan
    known: Sequence[str]
    knowledge: Sequence[str]


class CheckTask(TypedDict):
    """Ids of variants to check, and to repair where that is possible."""

    variants: list[str]
    plan: Plan


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
    """`learning`: from events to a better policy. `renew`: whether the library may renew itself: not (the default), when the plan asks for
    it and it is time (`due`), or `now`; `renewed` tells what came of it."""

    slot: str
    analyse: bool
    renew: Literal["no", "due", "now"]
    learned: int
    policy_version: str
    narrative: str
    report: dict[str, Any]
    analysis: dict[str, Any]
    renewed: dict[str, Any]


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
    recall: Callable[[Sequence[str]], Sequence[Sequence[str]]] | None = None
    """For each subject the passages of the brand guide and earlier learnings that have to do with it; None: the setting's own passages."""
    commission: Callable[[Proposal], Awaitable[dict[str, Any]]] | None = None
    """Hands a proposal for a live journey to its campaign graph; answers with the graph's state and what it `waits_for`."""

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
