"""What differs between the five simulated worlds: the success event, how often it happens by itself, what is usually said and offered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from journeyman.domain import Channel, Incentive

UseCase = Literal["winback", "retail", "saas", "fintech", "hospitality"]
USE_CASES: tuple[UseCase, ...] = ("winback", "retail", "saas", "fintech", "hospitality")


@dataclass(frozen=True)
class Setting:
    """One world. `organic`: share of customers who succeed within 28 days without a message; `again`: success can repeat;
    `amount`: typical value of a success, None when it has none; `standard`: the theme the business uses today;
    `incentives`: the usual offers, weakest first (None: a message without one)."""

    event: str
    organic: float
    again: bool
    amount: float | None
    channels: tuple[Channel, ...]
    themes: tuple[str, ...]
    standard: str
    incentives: tuple[Incentive | None, ...]


def _percent(value: float) -> Incentive:
    return Incentive(kind="percent_off", value=value)


def _points(value: float) -> Incentive:
    return Incentive(kind="points", value=value)


_OUTSIDE: tuple[Channel, ...] = ("email", "sms", "push")
SETTINGS: dict[UseCase, Setting] = {
    "winback": Setting(
        "order", 0.35, True, 30.0, _OUTSIDE,
        ("we_miss_you", "savings", "fresh_picks", "favourites", "convenience", "seasonal"), "savings",
        (None, _percent(10), _percent(15), _percent(20)),
    ),
    "retail": Setting(
        "order", 0.18, True, 55.0, _OUTSIDE,
        ("thank_you", "savings", "pairs_well", "new_in", "care_tips", "community"), "savings",
        (None, Incentive(kind="free_shipping"), _percent(10), _percent(15)),
    ),
    "saas": Setting(
        "project_created", 0.25, False, None, ("email", "push", "in_app"),
        ("quick_start", "time_saved", "templates", "teamwork", "small_wins", "help_at_hand"), "quick_start",
        (None,),
    ),
    "fintech": Setting(
        "savings_opened", 0.15, False, None, _OUTSIDE,
        ("peace_of_mind", "goals", "round_ups", "rewards", "simplicity", "control"), "rewards",
        (None, _points(250), _points(500), _points(1000)),
    ),
    "hospitality": Setting(
        "booking", 0.2, True, 310.0, _OUTSIDE,
        ("your_points", "local_discoveries", "quiet_escape", "family_time", "member_rate", "seasonal"), "member_rate",
        (None, _percent(10), _percent(15), _points(2000)),
    ),
}  # fmt: skip
