"""What agents and the engine tell each other about a cohort: reports go up, orders come down (orders only ever tighten a plan)."""

from __future__ import annotations

from pydantic import Field

from journeyman.domain.base import Channel, Record, SendWindow, Short, Text

SEGMENT = "segment"
"""The lever of reports about who answers, whatever they get; no copy can be ordered for it."""


class LevelReport(Record):
    """How one level of one lever has done: `lever` is channel, theme, tone, product, incentive or send_window; SEGMENT, for who answers; or
    variant, for those that are clearly worn out or clearly weak."""

    lever: Short
    level: Short
    sends: int = Field(ge=0)
    reward_rate: float
    """Mean attributed reward per send."""
    low: float
    high: float
    """95 % interval of the rate."""


class SegmentReport(Record):
    """For whom a level works better or worse than the lever's other levels, and differently from how it does for everybody else."""

    segment: Short
    """Words for people: `evening shoppers`."""
    lever: Short
    level: Short
    sends: int = Field(ge=0)
    reward_rate: float
    overall_rate: float
    """The segment's rate at all levels of the lever."""
    low: float = 0.0
    high: float = 1.0
    """95 % interval of the segment's rate at this level."""


class PolicyReport(Record):
    """What the orchestrator reads before a run."""

    journey: str
    policy_version: str
    day: int = Field(ge=0)
    """Cohort runs done so far."""
    horizon_days: int = Field(ge=1)
    customers: int = Field(ge=0)
    decisions: int = Field(ge=0)
    rewards: int = Field(ge=0)
    """Rewards learned from so far."""
    send_rate: float
    reward_rate: float
    """Mean reward per send, as if the policy had no taste: what levels and segments are compared with."""
    hold_rate: float
    """Mean reward where the policy held."""
    unsubscribe_rate: float
    budget_left: float | None
    budget_total: float | None
    levels: list[LevelReport] = Field(default_factory=list)
    segments: list[SegmentReport] = Field(default_factory=list)


class Orders(Record):
    """What the orchestrator decides for one run. Every field tightens; the defaults change nothing.

    `pace`: share of the day's incentive allowance that may be used. `floor`: the uniform exploration floor. `rest`: channels left out
    today. `windows`: the only send windows allowed today (None: all the plan has). `rollout`: share of the treated customers who may be
    written to so far; the others wait, in peace, for what the first ones teach. `price`: what an offer must earn for each unit of money
    set aside for it, in reward units; found by the desk from the incentive budget, whatever was ordered. `note`: why, for the audit log.
    """

    pace: float = Field(default=1.0, ge=0, le=1)
    floor: float = Field(default=0.05, ge=0.005, le=0.5)
    rest: list[Channel] = Field(default_factory=list)
    windows: list[SendWindow] | None = None
    rollout: float = Field(default=1.0, gt=0, le=1)
    price: float = Field(default=0.0, ge=0)
    note: Text = ""


class Learning(Record):
    """One thing learned, in words a marketer can use, with its numbers behind it."""

    statement: Text
    lever: Short
    level: Short
    segment: Short | None = None
    lift_points: float
    """Reward rate above (below) the comparison, in percentage points."""
    low_points: float | None = None
    high_points: float | None = None
    """95 % interval of `lift_points`; None where it is not known."""
    sends: int = Field(ge=0)


class Analysis(Record):
    """What the analyst makes of a report: learnings, and briefs worth ordering (levels to write more of, or to retire)."""

    learnings: list[Learning] = Field(default_factory=list)
    write_more: list[dict[Short, Short]] = Field(default_factory=list)
    """Partial cells such as {"theme": "fresh", "channel": "sms"}."""
    retire: list[Short] = Field(default_factory=list)
    """Variant ids that are worn out."""
