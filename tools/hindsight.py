"""What a saved policy version would have earned, from the journey's own log.

Read are the treatment's decisions whose window has closed, each with its context, eligible set and propensity as logged. A message's reward
is what attribution credits it with; a hold's is what the holdout earned without a message, the same for everybody, for in an arm that
sends holds are a selection by outcome (`journeyman.measurement.attribution`). The version decides under each day's orders: its floor, its
price of offers. Decisions the version was taught from flatter it; they are left out unless asked for. The reward model is fitted on other
customers than those it speaks about.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from journeyman.decisioning import Policy
from journeyman.decisioning.evaluation import Evaluation, evaluate
from journeyman.errors import PolicyError, RunError
from journeyman.measurement.attribution import attribute
from journeyman.store import decisions, events, outbox, policies
from tools.reach import number

if TYPE_CHECKING:
    from journeyman.domain import Decision
    from tools.shift import Shift

F64 = NDArray[np.float64]
FOLDS = 2
LEAST = 30
"""Decisions below which nothing is estimated."""
Interval = Literal["normal", "bootstrap", "bound"]


def hindsight(
    shift: Shift, version: str | None = None, *, since: datetime | None = None, everything: bool = False, interval: Interval = "normal"
) -> dict[str, Any]:
    """The document of `evaluate` with `version`, the `decisions` it is about, `hold_rate`, `verdict`, `gain` and `words`.

    `version`: by default the newest that enough closed decisions came after. `everything`: also decisions it was taught from. Raises
    PolicyError for an unknown version, RunError when too few decisions are left.
    """
    closed, hold_rate = _closed(shift, since)
    named = _version(shift, closed, version)
    logged = [(d, r) for d, r in closed if everything or d.decided_at >= named.created_at]
    if len(logged) < LEAST:
        raise RunError(
            f"{len(logged)} decisions with a closed window came after version {named.version}: too few.",
            remedy=f"Wait {shift.plan.objective.attribution_window_days} days, name an earlier version, or add --all.",
        )
    found = _evaluated(shift, shift.policy(named.version), logged, hold_rate, interval)
    return {
        "journey": shift.journey,
        "version": named.version,
        **found.to_contract(),
        "logged": found.logged,
        "hold_rate": hold_rate,
        "gain": {"value": found.gain.value, "low": found.gain.low, "high": found.gain.high},
        "verdict": found.verdict,
        "taught_from_these": everything,
        "words": _words(named.version, found, everything),
    }


def _closed(shift: Shift, since: datetime | None) -> tuple[list[tuple[Decision, float]], float]:
    """The treatment's decisions with closed windows and their rewards, in order of time; and what a hold earns in the holdout."""
    made, now = shift.made(), shift.store.clock.now()
    if not made:
        raise RunError(f"{shift.journey} has decided nothing yet.", remedy=f"Run it first: `journeyman run {shift.journey}`.")
    objective = shift.plan.objective
    window = timedelta(days=objective.attribution_window_days)
    first = made[0].decided_at - window
    told = events.read(shift.store, since=first, until=now, names=[e.event for e in objective.events])
    earned = {
        r.decision: r.reward
        for r in attribute(made, outbox.read(shift.store, shift.journey, since=first), told, objective, now)
        if r.closed
    }
    holds = [earned[d.id] for d in made if d.arm == "holdout" and d.id in earned]
    rate = float(np.mean(holds)) if holds else 0.0
    mine = [d for d in made if d.arm == "treatment" and (since is None or d.decided_at >= since)]
    found = [(d, earned[d.id]) for d in mine if d.variant is not None and d.id in earned]
    found += [(d, rate) for d in mine if d.variant is None and d.action == 0 and d.decided_at + window <= now]
    return sorted(found, key=lambda pair: (pair[0].decided_at, pair[0].id)), rate


def _version(shift: Shift, closed: list[tuple[Decision, float]], version: str | None) -> policies.PolicyVersion:
    known = policies.listed(shift.store, shift.journey)
    names = [v.version for v in known]
    if version is not None and version not in names:
        raise PolicyError(f"Journey {shift.journey} has no policy {version}.", remedy=f"It has {', '.join(names)}.")
    if version is not None:
        return known[names.index(version)]
    enough = [v for v in known if sum(d.decided_at >= v.created_at for d, _ in closed) >= LEAST]
    return (enough or known[:1])[-1]


def _evaluated(shift: Shift, policy: Policy, logged: list[tuple[Decision, float]], hold_rate: float, interval: Interval) -> Evaluation:
    """The evaluation, day by day, for each day has its own orders and contexts."""
    count, action = len(logged), np.array([d.action for d, _ in logged])
    reward, propensity = np.array([r for _, r in logged]), np.array([d.propensity for d, _ in logged])
    fold = np.array([number("fold", d.customer) % FOLDS for d, _ in logged])
    context = np.stack([shift.context(d) for d, _ in logged])
    models = [_model(policy, context, action, reward, fold != f) for f in range(FOLDS)]
    target, q_logged, q_target = np.zeros(count), np.zeros(count), np.zeros(count)
    for snapshot in dict.fromkeys(d.snapshot for d, _ in logged):
        orders, rows = shift.orders(snapshot), np.flatnonzero([d.snapshot == snapshot for d, _ in logged])
        bits = [np.frombuffer(decisions.eligible(shift.store, logged[i][0].eligible), np.uint8) for i in rows]
        eligible = np.stack([np.unpackbits(b, count=len(shift.desk.actions)) for b in bits]).astype(bool)[:, : len(policy.costs)]
        chances = shift.desk.priced(policy, orders.price).propensities(context[rows], eligible, floor=orders.floor)  # (m, K)
        known = action[rows] < chances.shape[1]  # a version that did not know an action never takes it
        target[rows[known]] = chances[known, action[rows[known]]]
        for f in range(FOLDS):
            mine = fold[rows] == f
            q = models[f].rewards(context[rows[mine]])  # (m, K)
            q[:, 0] = hold_rate
            q_target[rows[mine]] = (chances[mine] * q).sum(axis=1)
            q_logged[rows[mine]] = q[np.arange(len(q)), np.minimum(action[rows[mine]], q.shape[1] - 1)]
    return evaluate(reward, propensity, target, q_logged, q_target, interval=interval)


def _model(policy: Policy, context: NDArray[np.float32], action: NDArray[np.int64], reward: F64, rows: NDArray[np.bool_]) -> Policy:
    """A policy over the same actions, taught the messages among `rows` alone: a reward model that has not seen the others."""
    rows = rows & (action > 0) & (action < len(policy.costs))
    model = policy.untaught()
    model.learn(context[rows], action[rows], reward[rows])
    return model


def _words(version: str, found: Evaluation, everything: bool) -> list[str]:
    low, high = (100 * b for b in found.interval)
    gain = found.gain
    lines = [
        f"Version {version} would have earned {100 * found.value:.2f} per 100 decisions ({low:.2f} to {high:.2f}); "
        f"what was decided earned {100 * found.logged:.2f}, over {found.n:,} decisions.",
        {
            "better": f"It is better, by {100 * gain.low:.2f} to {100 * gain.high:.2f} per 100.",
            "worse": f"It is worse, by {-100 * gain.high:.2f} to {-100 * gain.low:.2f} per 100.",
            "no difference": f"No difference can be told ({100 * gain.low:+.2f} to {100 * gain.high:+.2f} per 100).",
            "refused": "The log hardly covers this version: do not decide on these numbers.",
        }[found.verdict],
    ]
    if everything:
        lines.append("Some of these decisions taught the version: the estimate flatters it.")
    return lines
