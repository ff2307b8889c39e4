"""What another version of a journey's policy would have earned, from the decisions the journey made (off-policy evaluation).

The rows are decisions with more than one eligible action, of arms that choose by chance and log the true propensity: the treatment, random
control if asked for. Business as usual and the holdout follow rules, from which nothing can be learned about other choices. Each is put
before the version again as it was: the context from its snapshot, its eligible set, its day's orders (exploration floor, price of offers).

A decision's reward is 1 when the customer succeeded within the attribution window after it, whatever was sent later, else 0. So a hold is
judged like a send and nothing is dropped for what came after; the question answered is "had this version made this one decision, and the
journey gone on as it did". Attributed rewards cannot be used: they leave out the holds that a send followed, which is a choice by outcome.

A version is judged by decisions made after it was taught: those before taught it, and flatter it. The reward model is fitted on other
customers than those it is asked about, and a customer's decisions count as one witness, not many.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from journeyman.decisioning import Policy
from journeyman.decisioning.evaluation import Evaluation, Interval, evaluate
from journeyman.domain import Arm, Decision
from journeyman.errors import PolicyError, RunError
from journeyman.measurement.attribution import followed
from journeyman.store import decisions, events, policies

if TYPE_CHECKING:
    from tools.shift import Shift

FOLDS = 5
CHUNK = 8192
"""Decisions put before a policy at a time, to bound memory."""
CHANCE: tuple[Arm, ...] = ("treatment", "random_control")
"""The arms that choose by chance."""


@dataclass(frozen=True)
class Hindsight:
    """What came of it; `words` says it in sentences. Rewards are successes per decision."""

    journey: str
    version: str
    arms: dict[str, int]
    """Decisions evaluated, by arm."""
    customers: int
    first: datetime
    last: datetime
    window_days: int
    left_out: dict[str, int]
    """Decisions left out: `taught` before the version was, `open` (the window has not closed), `no_choice` (one eligible action)."""
    flattered: int
    """Decisions evaluated that the version may have learned from; 0 unless asked for."""
    interval: Interval
    found: Evaluation

    def to_contract(self) -> dict[str, Any]:
        """The JSON of `journeyman ope JOURNEY`: the evaluation's, and what it was made from."""
        f, g = self.found, self.found.gain
        return {
            "journey": self.journey,
            "policy": self.version,
            "arms": self.arms,
            "customers": self.customers,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "window_days": self.window_days,
            "left_out": self.left_out,
            "flattered": self.flattered,
            **f.to_contract(),
            "interval": self.interval,
            "estimator": f.estimator,
            "logged": f.logged,
            "gain": {"value": g.value, "stderr": g.stderr, "low": g.low, "high": g.high},
            "verdict": f.verdict,
            "words": self.words,
        }

    @property
    def words(self) -> list[str]:
        """The answer, then what it rests on, then warnings."""
        f = self.found
        low, high = (min(max(bound, 0.0), 1.0) for bound in f.interval)
        number = f"{_per_100(f.value)} successes per 100 decisions ({_per_100(low)} to {_per_100(high)})"
        if f.verdict == "refused":
            answer = (
                f"What version {self.version} would have earned cannot be told: it would mostly have decided otherwise than the log did. "
            )
            answer += f"The numbers say {number} where the decisions made earned {_per_100(f.logged)}; do not rely on them."
        else:
            answer = (
                f"Version {self.version} would have earned {number}; the decisions made earned {_per_100(f.logged)}; {self._verdict()}."
            )
        arms = " and ".join(f"{n:,} decisions of {arm.replace('_', ' ')}" for arm, n in self.arms.items())
        basis = f"From {arms}, {self.customers:,} customers, {self.first:%Y-%m-%d} to {self.last:%Y-%m-%d}, worth {f.ess:,.0f} made by the "
        basis += f"version itself; a success counts within {self.window_days} days of the decision."
        lines = [answer, basis]
        reasons = {"taught": "made before this version was taught", "open": "still waiting for an answer", "no_choice": "without a choice"}
        if left := [f"{n:,} {reasons[reason]}" for reason, n in self.left_out.items() if n]:
            lines.append(f"Left out: {', '.join(left)}.")
        if self.flattered:
            lines.append(f"Warning: {self.flattered:,} of these decisions were made before this version was taught; they flatter it.")
        return lines

    def _verdict(self) -> str:
        gain = self.found.gain
        low, high = sorted((abs(gain.low), abs(gain.high)))
        return {
            "no difference": "no difference can be told",
            "better": f"that is {_per_100(gain.value)} more ({_per_100(low)} to {_per_100(high)})",
            "worse": f"that is {_per_100(-gain.value)} less ({_per_100(low)} to {_per_100(high)})",
        }[self.found.verdict]


def _per_100(share: float) -> str:
    return f"{100 * share:.1f}"


def hindsight(
    shift: Shift,
    version: str | None = None,
    *,
    since: datetime | None = None,
    everything: bool = False,
    arms: Sequence[Arm] = ("treatment",),
    interval: Interval = "normal",
) -> Hindsight:
    """Evaluates a saved version (default: the latest) on the decisions made since (default: all). `everything` takes in those made before
    the version was taught. Raises PolicyError for an unknown version or an arm that follows rules, RunError when no decision is left."""
    if not arms or not set(arms) <= set(CHANCE):
        raise PolicyError(f"Only {' and '.join(CHANCE)} choose by chance.", remedy="Evaluate on these.")
    saved = policies.read(shift.store, shift.journey, version or shift.desk.policy_version)
    made = [d for d in shift.made() if d.arm in arms and (since is None or d.decided_at >= since)]
    sets = {name: np.frombuffer(decisions.eligible(shift.store, name), np.uint8) for name in {d.eligible for d in made}}
    choice = {name for name, bits in sets.items() if int(np.unpackbits(bits).sum()) > 1}
    until = _known_until(shift)
    window = timedelta(days=shift.plan.objective.attribution_window_days)
    left = {"taught": 0, "open": 0, "no_choice": 0}
    rows: list[Decision] = []
    for d in made:
        reason = (
            "taught" if d.decided_at < saved.created_at and not everything
            else "open" if until is None or d.decided_at + window > until
            else "no_choice" if d.eligible not in choice
            else None
        )  # fmt: skip
        if reason:
            left[reason] += 1
        else:
            rows.append(d)
    if not rows:
        raise _nothing_left(shift, saved, left, made, until, window)
    happened = events.read(shift.store, since=rows[0].decided_at, until=rows[-1].decided_at + window + timedelta(seconds=1))
    reward = followed(rows, happened, shift.plan.objective)
    found = _evaluated(shift, shift.policy(saved.version), rows, sets, reward, interval)
    return Hindsight(
        journey=shift.journey,
        version=saved.version,
        arms={arm: n for arm in CHANCE if (n := sum(d.arm == arm for d in rows))},
        customers=len({d.customer for d in rows}),
        first=rows[0].decided_at,
        last=rows[-1].decided_at,
        window_days=window.days,
        left_out=left,
        flattered=sum(d.decided_at < saved.created_at for d in rows),
        interval=interval,
        found=found,
    )


def _known_until(shift: Shift) -> datetime | None:
    """How far we know what customers did: until now, but no later than the latest event. Where events have stopped coming in, silence is
    not taken for failure."""
    latest = events.latest(shift.store)
    return None if latest is None else min(latest, shift.store.clock.now())


def _nothing_left(
    shift: Shift, saved: policies.PolicyVersion, left: dict[str, int], made: list[Decision], until: datetime | None, window: timedelta
) -> RunError:
    if not made:
        return RunError(
            f"{shift.journey} has no such decisions yet.",
            remedy=f"Run it first: `journeyman run {shift.journey}`, or ask about earlier days.",
        )
    if until is None:
        return RunError("Nothing is known yet of what customers did.", remedy="Bring in events first.")
    closed = [d.decided_at for d in made if d.decided_at + window <= until]
    able = [v.version for v in policies.listed(shift.store, shift.journey) if closed and v.created_at <= closed[-1]]
    message = f"Version {saved.version} has no decisions to be judged by: {left['taught']:,} were made before it was taught, "
    message += f"{left['open']:,} are less than {window.days} days old, {left['no_choice']:,} left no choice."
    ways = [f"wait until decisions made since are {window.days} days old"]
    if able and able[-1] != saved.version:
        ways.append(f"name an earlier version, such as --policy {able[-1]}")
    if left["taught"]:
        ways.append("add --all, which flatters it")
    return RunError(message, remedy=f"{', or '.join(ways).capitalize()}.")


def _evaluated(
    shift: Shift,
    target: Policy,
    rows: list[Decision],
    sets: dict[str, NDArray[np.uint8]],
    reward: NDArray[np.float64],
    interval: Interval,
) -> Evaluation:
    """`evaluate` on the rows: the target's propensities and a reward model that has not met the customer."""
    action = np.array([d.action for d in rows])  # (n,)
    contexts, orders = _contexts(shift, rows), {name: shift.orders(name) for name in dict.fromkeys(d.snapshot for d in rows)}
    fold = np.array([d.key % FOLDS for d in rows])  # (n,)
    models = _models(max((target, shift.desk.policy), key=_size), contexts, action, reward, fold)
    probability, q_logged, q_target = (np.zeros(len(rows)) for _ in range(3))
    for part in _alike(rows):
        chance = np.zeros((len(part), max(_size(target), int(action.max()) + 1)))  # (m, K): what it never knew, it does not do
        may = np.stack([np.unpackbits(sets[rows[i].eligible], count=_size(target)).astype(bool) for i in part])
        day = orders[rows[part[0]].snapshot]
        chance[:, : _size(target)] = shift.desk.priced(target, day.price).propensities(contexts[part], may, floor=day.floor)
        probability[part] = chance[np.arange(len(part)), action[part]]
        for f, model in models.items():
            mine = np.flatnonzero(fold[part] == f)
            if len(mine):
                here = part[mine]
                q = model.rewards(contexts[here])
                q_logged[here] = q[np.arange(len(mine)), action[here]]
                q_target[here] = (q[:, : _size(target)] * chance[mine, : _size(target)]).sum(axis=1)
    _, customer = np.unique([d.customer for d in rows], return_inverse=True)
    both = (q_logged, q_target) if models else (None, None)
    return evaluate(reward, [d.propensity for d in rows], probability, *both, interval=interval, groups=customer)


def _size(policy: Policy) -> int:
    return len(policy.actions.features)


def _models(
    like: Policy, contexts: NDArray[np.float32], action: NDArray[np.int64], reward: NDArray[np.float64], fold: NDArray[np.int64]
) -> dict[int, Policy]:
    """By fold, a policy of these actions taught all other folds; none where a fold would have nobody to learn from."""
    present = np.unique(fold)
    if len(present) < 2 or int(action.max()) >= _size(like):
        return {}
    models = {int(f): like.untaught() for f in present}
    for f, model in models.items():
        others = fold != f
        model.learn(contexts[others], action[others], reward[others])
    return models


def _contexts(shift: Shift, rows: list[Decision]) -> NDArray[np.float32]:
    """(n, d), from each decision's snapshot."""
    found: list[NDArray[np.float32]] = []
    for part in _alike(rows, chunk=len(rows)):
        features = shift.features(rows[part[0]].snapshot)
        found.append(shift.desk.contexts(features)[[features.row_of[rows[i].customer] for i in part]])
    return np.concatenate(found)


def _alike(rows: list[Decision], chunk: int = CHUNK) -> Iterator[NDArray[np.intp]]:
    """Places of rows of one snapshot, at most `chunk` at a time, in order: rows are sorted by time, and a slot has one snapshot."""
    names = [d.snapshot for d in rows]
    edges = [0, *(i for i in range(1, len(rows)) if names[i] != names[i - 1]), len(rows)]
    for low, high in pairwise(edges):
        for begin in range(low, high, chunk):
            yield np.arange(begin, min(begin + chunk, high))
