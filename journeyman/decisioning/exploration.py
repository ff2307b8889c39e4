"""How boldly the policy explores, chosen from what it has learned itself.

Thompson sampling picks each action as often as it may be the best; with hundreds of actions and rewards of a few per cent, the best of many
optimistic draws explores for longer than any journey lasts. So the draws' standard deviations are multiplied by

    c = 1 - (what the best known choices earn) / (what the best choices would earn)

both expected under the posterior, for customers met lately: max over actions of E[reward], and E[max over actions]. It is the share of the
attainable that the policy does not yet know how to get (the expected value of perfect information, Raiffa and Schlaifer 1961, over what
that information would earn). Near 1 for a policy that knows nothing, it falls as knowledge comes, and rises again when new
actions come or old knowledge is forgotten. No horizon, no setting.

There are two scales: for what all actions share, and for what is particular to an item, each share found as if the other part were known.
With hundreds of items, the luckiest of their own draws would win most of the time, though little is gained by knowing any one of them. But
attributes may say less than the model thinks, so the second scale is the geometric mean of both shares.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from journeyman.decisioning.posterior import Posterior

F32 = NDArray[np.float32]
CUSTOMERS, DRAWS, LATELY = 64, 32, 4_000
"""Customers looked at, models drawn for it, and of how many of the newest decisions the customers are taken."""


class Scales(NamedTuple):
    """Factors in [0, 1] of the drawn models' standard deviations."""

    shared: float
    own: float


def scales(
    found: Posterior, contexts: F32, features: NDArray[np.float64], identity_of: NDArray[np.int64], costs: NDArray[np.float64], seed: int
) -> Scales:
    """For `contexts` (n, d) of the last decisions, and actions with model columns `features` (K, Q), items `identity_of` (K,) (-1: none)
    and `costs` (K,); 1 when there are no contexts or nothing can be earned."""
    lately = np.unique(contexts, axis=0)  # in an order of its own: equal histories, however they came together, give equal scales
    if not len(lately):
        return Scales(1.0, 1.0)
    generator = np.random.Generator(np.random.Philox(key=[seed % 2**64, len(lately)]))
    some = lately[generator.choice(len(lately), min(CUSTOMERS, len(lately)), replace=False)]
    x, columns = np.concatenate([np.ones((len(some), 1), np.float32), some], axis=1), features.astype(np.float32)  # (n, D), (K, Q)

    def unknown(shared: float, own: float) -> float:
        weights, identities = found.draw(DRAWS, generator, shared, own)  # (S, D, Q), (S, I)
        particular = np.concatenate([identities, np.zeros((DRAWS, 1), np.float32)], axis=1)[:, identity_of]  # (S, K)
        scores = np.tensordot(x, weights, axes=(1, 1)) @ columns.T + particular  # (n, S, K)
        net = expit(scores) - costs
        known, attainable = float(net.mean(axis=1).max(axis=1).mean()), float(net.max(axis=2).mean())
        return float(np.clip(1 - known / attainable, 0.0, 1.0)) if attainable > 0 else 1.0

    shared, own = unknown(1.0, 0.0), unknown(0.0, 1.0)
    return Scales(shared, float(np.sqrt(shared * own)))
