"""Why a send went out, from its lineage, in words and as data; and its decision replayed to the same answer, or told not to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from journeyman.store import decisions, library, outbox
from tools.ahead import sequence

if TYPE_CHECKING:
    from journeyman.domain import Decision, Send
    from tools.shift import Shift


def explain(shift: Shift, send_id: str) -> dict[str, Any]:
    """`send`, `decision`, `replay` (with `same`), `variant`, `verdict`, what `follows` and `words`. Raises RunError for an unknown send."""
    send = outbox.one(shift.store, send_id)
    decision = decisions.one(shift.store, send.decision)
    again = replay(shift, decision)
    written = library.read(shift.store, shift.journey, ids=[send.variant])[0]
    follows = sequence(shift, send.customer)
    verdict = library.verdicts(shift.store, shift.journey, [send.variant]).get(send.variant)
    return {
        "send": send.model_dump(mode="json"),
        "decision": decision.model_dump(mode="json"),
        "replay": again,
        "variant": written.model_dump(mode="json", exclude_none=True),
        "verdict": verdict.model_dump(mode="json") if verdict else None,
        "follows": follows["touchpoints"],
        "words": [*_words(send, decision, again, written.author), "What would follow if nothing new were learned:"]
        + [f"  {line}" for line in follows["words"]],
    }


def replay(shift: Shift, decision: Decision) -> dict[str, Any]:
    """Decides again from snapshot, policy version, eligible set, seed and key, and compares bit for bit. Only treatment has a policy; the
    other arms follow rules and are told as such."""
    if decision.arm != "treatment":
        return {"same": True, "action": decision.action, "propensity": decision.propensity, "expected": decision.expected, "rivals": []}
    policy = shift.policy(decision.policy_version)
    features = shift.features(decision.snapshot)
    context = shift.desk.contexts(features)[[features.row_of[decision.customer]]]
    eligible = _eligible(shift, decision, len(policy.actions.features))
    keys = np.array([decision.key], dtype=np.uint64)
    orders = shift.orders(decision.snapshot)
    floor, policy = orders.floor, shift.desk.priced(policy, orders.price)
    chosen = policy.decide(context, eligible, keys=keys, seed=decision.seed, floor=floor)
    same = (int(chosen.action[0]), float(chosen.propensity[0]), float(chosen.expected[0])) == (
        decision.action,
        decision.propensity,
        decision.expected,
    )
    share = policy.propensities(context, eligible, floor=floor)[0]
    reward = policy.rewards(context)[0]
    best = [int(a) for a in np.argsort(-share)[:5] if share[a] > 0]
    rivals = [
        {
            "variant": shift.desk.actions[a][0],
            "window": shift.desk.actions[a][1],
            "propensity": float(share[a]),
            "expected": float(reward[a]),
        }
        for a in best
    ]
    return {
        "same": same,
        "action": int(chosen.action[0]),
        "propensity": float(chosen.propensity[0]),
        "expected": float(chosen.expected[0]),
        "eligible": int(eligible.sum()),
        "floor": floor,
        "offer_price": orders.price,
        "hold_expected": float(reward[0]),
        "rivals": rivals,
    }


def _eligible(shift: Shift, decision: Decision, count: int) -> np.ndarray:
    """(1, K) bool."""
    bits = np.frombuffer(decisions.eligible(shift.store, decision.eligible), dtype=np.uint8)
    return np.unpackbits(bits, count=count).astype(bool)[None, :]


def _words(send: Send, decision: Decision, again: dict[str, Any], author: str) -> list[str]:
    lines = [
        f"Send {send.id} went to customer {send.customer} by {send.channel}: variant {send.variant}, written by {author}.",
        f"State: {send.state}{f' ({send.reason})' if send.reason else ''}"
        + (f", at {send.sent_at:%Y-%m-%d %H:%M} UTC." if send.sent_at else f", planned for {send.scheduled_at:%Y-%m-%d %H:%M} UTC."),
        f"Plan version {send.plan_version} of journey {send.journey}; arm of the experiment: {send.arm.replace('_', ' ')}.",
    ]
    if decision.arm != "treatment":
        return [*lines, f"This arm follows a fixed rule; the chance of this very message was {decision.propensity:.4f}."]
    lines += [
        f"Policy version {decision.policy_version} chose it among {again['eligible']} eligible actions (hold included) with propensity "
        f"{decision.propensity:.4f}; it expected a reward of {decision.expected:.4f} against {again['hold_expected']:.4f} for silence.",
        *(
            [f"The incentive budget was short: an offer had to earn {again['offer_price']:.4f} for each unit of money set aside for it."]
            if again["offer_price"]
            else []
        ),
        "What else it might have chosen:",
        *(f"  {r['propensity']:.3f}  {_named(r)} (expected {r['expected']:.4f})" for r in again["rivals"]),
        f"Replayed from snapshot {decision.snapshot}, seed {decision.seed}: "
        + ("the very same answer." if again["same"] else "NOT the same answer. Policy, snapshot or library have been changed since."),
    ]
    return lines


def _named(rival: dict[str, Any]) -> str:
    return "silence" if rival["variant"] is None else f"{rival['variant']}, {rival['window']}"
