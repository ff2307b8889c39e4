"""The plan: what the marketer's goal became. Field names are the contract of `journeyman plan --json`."""

from __future__ import annotations

from datetime import date, time
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, field_serializer, field_validator

from journeyman.domain.base import Channel, Id, Record, Regulated, SendWindow, Short, Text
from journeyman.domain.predicate import Predicate

if TYPE_CHECKING:
    from journeyman.domain.brand import Brand


class Incentive(Record):
    """An offer as the offer record has it; copy must agree with it (rules X02, X03)."""

    kind: Literal["percent_off", "amount_off", "free_shipping", "points", "gift"]
    value: float = Field(default=0, ge=0, le=1_000_000)
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    code: str | None = Field(default=None, max_length=40)
    expires: date | None = None
    conditions: str | None = Field(default=None, max_length=500)

    @property
    def key(self) -> str:
        """A short stable name, such as `percent_off-15`: the level of the incentive lever."""
        return f"{self.kind}-{self.value:g}" if self.value else self.kind


class SuccessEvent(Record):
    """An event that counts as success, worth `weight` of a full reward."""

    event: Short
    weight: float = Field(default=1.0, gt=0, le=1)


class Objective(Record):
    """What is maximised: weighted success events within the attribution window.

    The weightiest event is the success; lighter ones are signs of engagement. `view_through`: what a success without any such sign counts
    for while learning, since some come without the message's doing. Lift is never measured with it.
    """

    events: list[SuccessEvent] = Field(min_length=1, max_length=20)
    attribution_window_days: int = Field(default=3, ge=1, le=90)
    view_through: float = Field(default=1.0, ge=0, le=1)

    @property
    def success_weight(self) -> float:
        """The weight of the success: the greatest."""
        return max(e.weight for e in self.events)


class Audience(Record):
    """Whom the journey is for: words for people, a typed predicate for the machine."""

    description: Text
    where: Predicate


class ActionSets(Record):
    """The levers; one empty list means the lever is not used."""

    channels: list[Channel] = Field(min_length=1)
    themes: list[Short] = Field(min_length=1, max_length=40)
    tones: list[Short] = Field(min_length=1, max_length=20)
    products: list[Short] = Field(default_factory=list, max_length=200)
    incentives: list[Incentive] = Field(default_factory=list, max_length=40)
    send_windows: list[SendWindow] = Field(min_length=1)


class FrequencyCap(Record):
    """At most `limit` marketing sends in any rolling `window_days`; channel None counts all channels. 0 means none."""

    channel: Channel | None = None
    limit: int = Field(ge=0, le=1000)
    window_days: int = Field(default=7, ge=1, le=366)


class QuietHours(Record):
    """Local hours in which nothing is sent, `start` inclusive to `end` exclusive, usually over midnight."""

    start: time = time(21, 0)
    end: time = time(8, 0)

    @field_validator("start", "end", mode="before")
    @classmethod
    def _hhmm(cls, value: object) -> object:
        if isinstance(value, int):  # YAML 1.1 reads an unquoted 21:00 as base-60 minutes
            return time(value // 60, value % 60)
        return value

    @field_serializer("start", "end")
    def _short(self, value: time) -> str:
        """`21:00`; seconds, where someone gave them, are kept: a plan read back must be the plan."""
        return value.isoformat() if value.second or value.microsecond else value.isoformat("minutes")


class Money(Record):
    """An amount in one currency."""

    amount: float = Field(ge=0, le=1e12)
    currency: str = Field(default="USD", pattern=r"^[A-Z]{3}$")


class Guardrails(Record):
    """The limits no agent can loosen."""

    frequency_caps: list[FrequencyCap] = Field(default_factory=list, max_length=20)
    cooldown_hours: float = Field(default=0, ge=0, le=24 * 366)
    quiet_hours: QuietHours | None = QuietHours()
    incentive_budget: Money | None = None
    max_discount_percent: float | None = Field(default=None, ge=0, le=100)
    banned_phrases: list[Short] = Field(default_factory=list, max_length=500)
    regulated: Regulated = "none"


Lever = Literal["channel", "theme", "tone", "product", "incentive", "send_window"]


class Hypothesis(Record):
    """What the planner expects to find out. One about a level of a lever orders more (or less) copy of it and tilts the policy's first
    guess; what customers do then decides."""

    text: Text
    lever: Lever | None = None
    level: Short = ""
    """As the action sets have it; an offer by its key (`percent_off-15`), `none` for messages without one."""
    strength: float = Field(default=0.0, ge=-1, le=1)
    """1: surely works better than the lever's other levels, 0: nobody knows, -1: surely worse."""


Tongue = Annotated[str, Field(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")]
Share = Annotated[float, Field(ge=0, le=0.9)]


class Measurement(Record):
    """Shares of the audience in the three comparison arms; the rest is treatment."""

    holdout: Share = 0.1
    random_control: Share = 0.1
    bau: Share = 0.1


class Schedule(Record):
    """When cohort runs happen."""

    cron: Short = "0 6 * * *"
    timezone: Short = "UTC"
    horizon_days: int = Field(default=28, ge=1, le=730)


class Renewal(Record):
    """How a live journey's library renews itself by what was learned: copy that is worn out goes, copy comes where more would pay."""

    approval: Literal["ask", "auto"] = "ask"
    """Whether new copy waits for a person's yes. Its checks are the same either way."""
    every_days: int = Field(default=7, ge=1, le=365)
    variants: int = Field(default=24, ge=1, le=500)
    """New variants ordered in a cycle."""


class Plan(Record):
    """One journey, ready to be approved. A change makes a new version; the old one stays in the store."""

    name: Id
    goal: Text
    objective: Objective
    audience: Audience
    action_sets: ActionSets
    guardrails: Guardrails = Guardrails()
    measurement: Measurement = Measurement()
    schedule: Schedule = Schedule()
    priority: int = Field(default=50, ge=0, le=100)
    """Which of several live journeys goes first where a customer's limits let only one through; the higher."""
    renewal: Renewal | None = None
    """None: the library stays as it was approved; what more copy would pay is only proposed."""
    languages: list[Tongue] = Field(default_factory=list, max_length=20)
    """What the copy is written in, the main language first; empty: the brand's own."""
    assumptions: list[Text] = Field(default_factory=list, max_length=50)
    """What was taken for granted where the goal is silent; shown to whoever approves."""
    hypotheses: list[Hypothesis] = Field(default_factory=list, max_length=50)
    questions: list[Text] = Field(default_factory=list, max_length=50)

    @field_validator("hypotheses", mode="before")
    @classmethod
    def _texts(cls, value: object) -> object:
        """A hypothesis may be words alone; so were all of them in older plans."""
        return [{"text": h} if isinstance(h, str) else h for h in value] if isinstance(value, list) else value

    def spoken(self, brand: Brand) -> Brand:
        """The brand as it speaks in this journey: in the plan's main language."""
        return brand.model_copy(update={"default_language": self.languages[0]}) if self.languages else brand

    def levels(self) -> dict[Lever, list[str]]:
        """What each lever can be set to, as hypotheses name it; `none` is a message without an offer."""
        sets = self.action_sets
        return {
            "channel": list(sets.channels),
            "theme": sets.themes,
            "tone": sets.tones,
            "product": sets.products,
            "incentive": [*(i.key for i in sets.incentives), "none"],
            "send_window": list(sets.send_windows),
        }

    def expected(self, lever: str, level: str) -> float:
        """How much better a level is expected to work than the lever's others, -1 to 1: its strongest hypothesis, 0 without one."""
        said = [h.strength for h in self.hypotheses if h.lever == lever and h.level == level]
        return max(said, key=abs, default=0.0)

    def weight(self, lever: str, level: str) -> float:
        """How much copy a level is worth beside the lever's others: 2 for a sure hypothesis in its favour, a half for one against it."""
        return float(2 ** self.expected(lever, level))
