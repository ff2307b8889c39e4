"""How messages are answered: the draws of a batch of sends, and how long people take. Pure: all hangs on (seed, customer, send)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from journeyman.chance import Keys, uniform
from journeyman.domain import CHANNELS, Channel

Floats = NDArray[np.float64]
NOTICE_HOURS: dict[Channel, float] = {"email": 4.0, "sms": 0.25, "push": 1.0, "in_app": 8.0}
"""Mean time until a message is noticed (exponential)."""
BY_CLICK = 0.8
"""Share of persuaded customers who come by the link; the others come by themselves."""
LEAVES = 0.003
"""Chance that a rested customer for whom a message means nothing unsubscribes."""
LEAVES_BY = {"email": 1.0, "sms": 1.6, "push": 0.9, "in_app": 0.3}


@dataclass(frozen=True)
class Replies:
    """Answers to b sends; moments are hours since the world's start, NaN where it does not happen."""

    noticed: Floats  # (b,)
    clicked: Floats  # (b,)
    converted: Floats  # (b,)
    left: Floats  # (b,)
    complained: NDArray[np.bool_]  # (b,)
    machine: Floats  # (b,)


def notice_hours(u: Floats, channel: NDArray[np.intp]) -> Floats:
    """Delay from sending to noticing, from uniform numbers."""
    mean = np.array([NOTICE_HOURS[c] for c in CHANNELS])
    out: Floats = -np.log(u) * mean[channel]
    return out


def decide_hours(kind: Floats, u: Floats) -> Floats:
    """Delay from noticing to success: three in five within hours, the others think it over for a day or several (at most a week)."""
    slow = np.exp(np.log(36.0) + 0.6 * np.asarray(ndtri(u)))
    return np.where(kind < 0.6, -np.log(u) * 5.0, np.minimum(slow, 168.0))


@lru_cache(maxsize=256)
def share_within(channel: Channel, days: float) -> float:
    """Share of all successes of a channel that come within `days` of the send, by a fixed sample of delays."""
    i = np.arange(20_000)
    draw = [uniform("delays", stream, i) for stream in range(3)]
    hours = notice_hours(draw[0], np.full(len(i), CHANNELS.index(channel))) + decide_hours(draw[1], draw[2])
    return float((hours <= 24 * days).mean())


def reply(
    seed: int,
    customers: Keys,
    sends: Keys,
    at: Floats,
    channel: NDArray[np.intp],
    notice: Floats,
    persuade: Floats,
    strain: Floats,
    proxy: NDArray[np.bool_],
) -> Replies:
    """Answers to b sends; every input (b,): `at` hours since the start, `notice` and `persuade` chances, `strain` fatigue over patience,
    `proxy` whether a machine opens the customer's mail."""
    u = [uniform(seed, "reply", stream, customers, sends) for stream in range(10)]
    seen = u[0] < notice
    noticed = np.where(seen, at + notice_hours(u[1], channel), np.nan)
    click = np.minimum(0.9, 2.5 * persuade + 0.03)
    clicks = u[2] < click
    by_click, by_self = BY_CLICK * persuade / click, (1 - BY_CLICK) * persuade / (1 - click)
    persuaded = u[3] < np.where(clicks, by_click, by_self)
    decided = noticed + decide_hours(u[4], u[5])
    clicked = np.where(clicks, np.minimum(noticed + 0.02 + 0.1 * u[6], decided), np.nan)
    leave = np.array([LEAVES_BY[c] for c in CHANNELS])[channel] * LEAVES * (1 + 3 * strain**2) * (1 - persuade)
    goes = seen & (u[7] < np.minimum(leave / np.maximum(notice, 0.05), 0.15))
    email = channel == CHANNELS.index("email")
    return Replies(
        noticed=noticed,
        clicked=clicked,
        converted=np.where(persuaded, decided, np.nan),
        left=np.where(goes, noticed + 0.05, np.nan),
        complained=goes & (u[8] < 0.06),
        machine=np.where(email & proxy, at + (1 + 59 * u[9]) / 3600, np.nan),
    )
