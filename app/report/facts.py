"""What a report says, as data: gathered once, shown in the terminal, in report.html and as JSON. No layout here."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from journeyman.domain import Channel, Incentive, Learning, LevelReport, Rendered, SegmentReport


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Interval(_Part):
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float


class Comparison(_Part):
    """Treatment against one other arm: difference in success per customer, always-valid interval, and relative lift."""

    against: str
    difference: Interval
    relative: Interval | None


class ArmResult(_Part):
    """One arm of the experiment. `daily` is cumulative success per 100 customers after each day."""

    arm: str
    customers: int
    sends: int
    success_per_100: float
    daily: list[float]


class ShownVariant(_Part):
    """A variant as a customer would see it, with how it did."""

    id: str
    channel: Channel
    theme: str
    tone: str
    incentive: Incentive | None
    sends: int
    reward_rate: Interval
    rendered: Rendered


class ReportFacts(_Part):
    """Everything in the report except the time it took (which differs from run to run, and stands in timings.js)."""

    notice: str
    """The first line: what is real and what is simulated."""
    brand: str
    journey: str
    goal: str
    model: str
    seed: int | None
    start: str
    days: int
    customers: int
    audience: int
    audience_words: str
    rows_read: int
    features: int
    problems: list[str]
    """What was wrong with the tables, in words."""
    plan_words: list[str]
    variants: dict[str, int]
    decisions: int
    holds: int
    sends: int
    by_channel: dict[str, int]
    blocked: dict[str, int]
    violations: int
    unsubscribes: int
    complaints: str
    """How many people reported an e-mail as spam, in words."""
    paused: str | None = None
    """Why the journey stands still, in words; None when it does not."""
    incentive_spend: float
    incentive_budget: float | None
    currency: str
    success_event: str
    arms: list[ArmResult]
    comparisons: list[Comparison]
    oracle_share: float | None
    sample_ratio_ok: bool
    narrative: str
    learnings: list[Learning] = Field(default_factory=list)
    levels: list[LevelReport] = Field(default_factory=list)
    segments: list[SegmentReport] = Field(default_factory=list)
    best: list[ShownVariant] = Field(default_factory=list)
    renewals: list[str] = Field(default_factory=list)
    """How the library renewed itself, a line a cycle."""
