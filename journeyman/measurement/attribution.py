"""Attribution: what each decision earned, by last touch.

A success event belongs to the customer's latest *sent* send before it, if it came within the attribution window of that send. A decision's
reward is the sum of the weights it is credited with, clipped to 1; where the objective has lighter signs of engagement beside the success,
a success without one (and what a customer does unasked) counts for `view_through` of its weight. It is closed when its window has passed,
never before: successes must not be counted sooner than failures. Opens by machines (`properties.machine`) never count, repeats of a
message id count once, and nothing after `now` is looked at.

*Hold* earns what the customer did without a message: the success events in the window after the decision. That is clean only when no send
of the customer lies between one window before the decision and the end of its window; other holds are dropped. Beware: in an arm that
sends, clean holds are a selection by outcome (who succeeds leaves the audience, is not sent to, and so stays clean), which flatters
holding. The holdout's holds are always clean and comparable; learn the value of holding from them.

Decisions whose send was blocked, failed, is unknown or never enqueued are dropped; those still planned or claimed are open.

`followed` counts otherwise: what came after a decision, whoever may claim it. It drops nothing, so decisions can be compared by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from journeyman.domain import Decision, Event, Objective, Send

DAY_MS = 86_400_000


class Reward(NamedTuple):
    """What one decision earned so far; `reward` in [0, 1]."""

    decision: str
    reward: float
    closed: bool


class _Timeline:
    """Moments of many customers on one sorted axis: customer first, then time (integer milliseconds)."""

    def __init__(self, customers: Sequence[int] | NDArray[np.int64], moments: NDArray[np.int64], span: int) -> None:
        keys = np.asarray(customers, np.int64) * span + moments  # (m,)
        self.order: NDArray[np.intp] = np.argsort(keys, kind="stable")  # (m,) sorted place → place given
        self.keys = keys[self.order]


def attribute(
    decisions: Sequence[Decision], sends: Sequence[Send], events: Sequence[Event], objective: Objective, now: datetime
) -> list[Reward]:
    """Rewards in the order of `decisions`, the dropped ones left out. Memory and time grow with n log n of the rows given."""
    window = objective.attribution_window_days * DAY_MS
    present = _ms(now)
    weights = {success.event: success.weight for success in objective.events}
    sent = [s for s in sends if s.state == "sent" and s.sent_at is not None and _ms(s.sent_at) <= present]
    wins = _successes(events, weights, present)
    place = {c: i for i, c in enumerate({*(s.customer for s in sent), *(e.customer for e in wins), *(d.customer for d in decisions)})}

    sent_at = np.array([_ms(s.sent_at) for s in sent if s.sent_at is not None], np.int64)  # (m,)
    won_at = np.array([_ms(e.timestamp) for e in wins], np.int64)  # (w,)
    decided_at = np.array([_ms(d.decided_at) for d in decisions], np.int64)  # (n,)
    moments = np.concatenate([sent_at, won_at, decided_at, [present]])
    start, span = int(moments.min()) - window - 1, int(moments.max() - moments.min()) + 4 * window + 4
    top = objective.success_weight
    share = objective.view_through if min(weights.values()) < top else 1.0
    value = np.array([weights[e.event] for e in wins])  # (w,)
    success = value == top
    touches = _Timeline([place[s.customer] for s in sent], sent_at - start, span)
    winners = np.array([place[e.customer] for e in wins], np.int64)  # (w,)
    successes = _Timeline(winners, won_at - start, span)

    signs, won = (
        _last_touch(touches, sent_at, winners * span + won_at - start, np.where(which, value, 0.0), window) for which in (~success, success)
    )  # each (m,)
    credit = signs + won * np.where(signs > 0, 1.0, share)  # (m,)
    earned = {s.id: (float(min(c, 1.0)), int(t)) for s, c, t in zip(sent, credit, sent_at, strict=True)}
    pending = {s.id for s in sends if s.state in ("planned", "claimed")}
    send_of = {s.decision: s.id for s in sends}

    deciders = np.array([place[d.customer] for d in decisions], np.int64) * span + decided_at - start  # (n,)
    running = np.concatenate([[0.0], np.cumsum((value * np.where(success, share, 1.0))[successes.order])])  # (w + 1,)
    organic = running[_after(successes.keys, deciders + window)] - running[_after(successes.keys, deciders)]  # (n,)
    crossed = _after(touches.keys, deciders + window) > np.searchsorted(touches.keys, deciders - window)  # (n,)

    rewards = []
    for i, decision in enumerate(decisions):
        if decision.variant is None:
            if decision.action >= 0 and not crossed[i] and decided_at[i] <= present:
                closed = bool(decided_at[i] + window <= present)
                rewards.append(Reward(decision.id, round(min(float(organic[i]), 1.0), 12), closed))
            continue
        send = send_of.get(decision.id)
        if send in earned:
            reward, moment = earned[send]
            rewards.append(Reward(decision.id, reward, moment + window <= present))
        elif send in pending:
            rewards.append(Reward(decision.id, 0.0, False))
    return rewards


def followed(decisions: Sequence[Decision], events: Sequence[Event], objective: Objective) -> NDArray[np.float64]:
    """(n,): 1 where a success (an event of the objective's greatest weight) of the customer came within the attribution window after the
    decision, else 0. Sends and holds are treated alike, and whatever is sent or decided afterwards changes nothing. Give all `events` up to
    the end of the last window; decisions whose window has not passed yet count too low."""
    window = objective.attribution_window_days * DAY_MS
    wins = _successes(events, {e.event: e.weight for e in objective.events if e.weight == objective.success_weight}, None)
    if not wins or not decisions:
        return np.zeros(len(decisions))
    place = {c: i for i, c in enumerate(dict.fromkeys([*(e.customer for e in wins), *(d.customer for d in decisions)]))}
    won_at = np.array([_ms(e.timestamp) for e in wins], np.int64)  # (w,)
    decided_at = np.array([_ms(d.decided_at) for d in decisions], np.int64)  # (n,)
    start = min(int(won_at.min()), int(decided_at.min()))
    span = max(int(won_at.max()), int(decided_at.max())) - start + 2 * window
    successes = _Timeline([place[e.customer] for e in wins], won_at - start, span)
    deciders = np.array([place[d.customer] for d in decisions], np.int64) * span + decided_at - start  # (n,)
    return np.asarray(_after(successes.keys, deciders + window) > _after(successes.keys, deciders), np.float64)


def _last_touch(
    touches: _Timeline,
    sent_at: NDArray[np.int64],
    keys: NDArray[np.int64],
    value: NDArray[np.float64],
    window: int,
) -> NDArray[np.float64]:
    """Credit of every send, (m,): each success goes to the latest touch at or before it, its own customer's and recent."""
    credit = np.zeros(len(sent_at))
    if not len(sent_at) or not len(keys):
        return credit
    before = _after(touches.keys, keys) - 1  # (w,)
    found = before >= 0
    touch = touches.order[np.maximum(before, 0)]  # (w,)
    # The gap on the customer-major axis equals the gap in time only within one customer; across customers it is over three windows.
    found &= keys - touches.keys[np.maximum(before, 0)] <= window
    np.add.at(credit, touch[found], value[found])
    return credit


def _after(keys: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.intp]:
    return np.searchsorted(keys, at, side="right")


def _successes(events: Sequence[Event], weights: Mapping[str, float], present: int | None) -> list[Event]:
    known = [e for e in events if present is None or _ms(e.timestamp) <= present]
    unique = {e.message_id: e for e in known if e.event in weights and not e.properties.get("machine")}
    return sorted(unique.values(), key=lambda e: (e.timestamp, e.message_id))


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
