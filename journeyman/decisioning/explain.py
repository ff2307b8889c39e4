"""Why a decision: who else could have won, and what spoke for the action, as numbers ready for words.

Contributions are exact for the model's log-odds: the score of an action above the average eligible action is a sum over (customer number ×
action attribute) pairs plus the action's own identity; summed over one side it says what each customer feature, or each attribute, brought.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from journeyman.decisioning.policy import Policy
from journeyman.errors import PolicyError

if TYPE_CHECKING:
    from journeyman.decisioning.encode import ContextEncoder

TOP = 5


@dataclass(frozen=True)
class Rival:
    """An action, the share of drawn models it won, its propensity and its expected reward."""

    action: int
    win_share: float
    propensity: float
    expected: float


@dataclass(frozen=True)
class Explanation:
    """Contributions are (name, log-odds), largest first; above 0 speaks for the action."""

    action: int
    eligible: int
    models: int
    rivals: tuple[Rival, ...]
    """Up to five: by wins, then by expected reward."""
    hold_expected: float | None
    """The customer's own expected reward without a message."""
    customer: tuple[tuple[str, float], ...]
    attributes: tuple[tuple[str, float], ...]
    identity: float
    """What is particular to this piece of copy."""
    total: float
    """Log-odds above the average eligible action: the sum of `identity` and all attribute contributions."""


def explain(
    policy: Policy,
    context: ArrayLike,
    action: int,
    eligible: ArrayLike | None = None,
    *,
    context_labels: Sequence[str],
    action_labels: Sequence[str],
    encoder: ContextEncoder | None = None,
    inputs: ArrayLike | None = None,
    floor: float | None = None,
    top: int = TOP,
) -> Explanation:
    """Explain `action` for one context (d,) with eligible (K,).

    With the `encoder` that made the context and its scaled `inputs` (`encoder.scaled(names, matrix)[row]`), the customer's contributions
    are given per original feature instead of per context number. Raises PolicyError when labels do not fit or the action is not eligible.
    """
    x = np.asarray(context, dtype=np.float32).reshape(1, -1)
    may = None if eligible is None else np.asarray(eligible).reshape(1, -1)
    propensity = policy.propensities(x, may, floor=floor)[0]
    if not 0 <= action < len(propensity) or propensity[action] <= 0:
        raise PolicyError(f"Action {action} could not have been chosen.", remedy="Pass the eligible set the decision was made with.")
    if len(context_labels) != x.shape[1] or len(action_labels) != policy.actions.features.shape[1]:
        raise PolicyError("There must be a label for every context number and every action feature.", remedy="Pass the encoders' labels.")
    live = ~policy.actions.retired if may is None else may[0].astype(bool) & ~policy.actions.retired
    expected = policy.rewards(x)[0]
    wins = np.bincount(policy.wins(x, may)[0], minlength=len(live)) / policy.settings.draws
    order = np.lexsort((np.arange(len(live)), -expected, -wins))
    rivals = [Rival(int(k), float(wins[k]), float(propensity[k]), float(expected[k])) for k in order if live[k]][:top]
    weights, features, identity = policy.mode()
    sends = live.copy()
    if (hold := policy.settings.hold) is not None:
        sends[hold] = sends[hold] and action == hold and live.sum() == 1
    away = features[action] - features[sends].mean(axis=0) if sends.any() else features[action]  # (Q,)
    own = float(identity[action] - (identity[sends].mean() if sends.any() else 0.0))
    full = np.concatenate([[1.0], x[0].astype(np.float64)])
    by_attribute = (full @ weights) * away  # (Q,)
    by_context = weights[1:] @ away  # (d,)
    skip = features.shape[1] - len(action_labels)
    names = ["base rate", "any message"][:skip] + list(action_labels)
    if encoder is not None and inputs is not None:
        customer = _named(encoder.inputs, np.asarray(inputs, np.float64) * (encoder.loadings @ by_context), top)
    else:
        customer = _named(context_labels, full[1:] * by_context, top)
    return Explanation(
        action=action,
        eligible=int(live.sum()),
        models=policy.settings.draws,
        rivals=tuple(rivals),
        hold_expected=None if hold is None else float(expected[hold]),
        customer=customer,
        attributes=_named(names, by_attribute, top),
        identity=own,
        total=float(by_attribute.sum()) + own,
    )


def _named(names: Sequence[str], values: NDArray[np.float64], top: int) -> tuple[tuple[str, float], ...]:
    order = np.argsort(-np.abs(values), kind="stable")[:top]
    return tuple((str(names[j]), float(values[j])) for j in order if values[j] != 0.0)
