"""What flows through the graphs (plain data, checkpointed) and what the nodes are given (`Context`, never checkpointed).

State holds ids, counts and small JSON only: variants, decisions and sends live in the store, arrays in snapshot files.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

if TYPE_CHECKING:
    from agents.roles import Setting, Team
    from journeyman.clock import Clock
    from journeyman.store import Store
    from tools.desk import Desk


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
    """`cohort`: one scheduled run. `slot` names it; the same slot twice changes nothing the second time."""

    slot: str
    snapshot: str
    orders: dict[str, Any]
    decided: int
    enqueued: int
    tally: dict[str, int]


class LearningState(TypedDict, total=False):
    """`learning`: from events to a better policy."""

    slot: str
    learned: int
    policy_version: str
    report: dict[str, Any]
    analysis: dict[str, Any]


@dataclass(frozen=True)
class Context:
    """What every node may use. `journey` names the one at hand; `approve` answers an interrupt by itself (demonstrations, tests)."""

    store: Store
    clock: Clock
    team: Team
    setting: Setting
    journey: str
    folder: Path
    seed: int = 0
    auto_approve: bool = False
    desk: Desk | None = None
    tell: Callable[[str, int, int], None] = field(default=lambda _stage, _done, _total: None)
