"""How boldly the policy explores, chosen from what it has learned itself.

Thompson sampling picks each action as often as it may be the best; with hundreds of actions and rewards of a few per cent, the best of many
optimistic draws explores for longer than any journey lasts. So the draws' standard deviations are multiplied by

    c = 1 - (what the best known choices earn) / (what the best choices would earn)

both expected under the posterior, for customers met lately: max over actions of E[reward], and E[max over actions]. It is the share of the
attainable that the policy does not yet know how to get (the expected value of perfect information, Raiffa and Schlaifer 1961, over what
that information would earn). Near 1 for a policy that knows nothing, it falls as knowledge comes, and rises again when new
actions come or old knowledge is forgotten. No horizon, no setting.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from journeyman.decisioning.posterior import Posterior

F64 = NDArray[np.float64]
CUSTOMERS, DRAWS, LATELY = 64, 32, 4_000
"""Customers looked at, models drawn for it, and of how many of the newest decisions the customers are taken."""


def scale(found: Posterior, contexts: NDArray[np.float32], features: F64, identity_of: NDArray[np.int64], costs: F64, seed: int) -> float:
    """c in [0, 1] for `contexts` (n, d) of the last decisions, and actions with model columns `features` (K, Q), items
    `identity_of` (K,) (-1: none) and `costs` (K,); 1 when there are no contexts or nothing can be earned."""
    lately = np.unique(contexts, axis=0)  # in an order of its own: equal histories, however they came together, give equal scales
    if not len(lately):
        return 1.0
    generator = np.random.Generator(np.random.Philox(key=[seed % 2**64, len(lately)]))
    some = lately[generator.choice(len(lately), min(CUSTOMERS, len(lately)), replace=False)].astype(np.float64)
    x = np.concatenate([np.ones((len(some), 1)), some], axis=1)  # (n, D)
    weights, identities = found.draw(DRAWS, generator)  # (S, D, Q), (S, I)
    own = np.concatenate([identities, np.zeros((DRAWS, 1), np.float32)], axis=1)[:, identity_of]  # (S, K)
    projected = np.einsum("nd,sdq->nsq", x, weights.astype(np.float64), optimize=True)
    net = expit(projected @ features.T + own) - costs  # (n, S, K)
    known, attainable = float(net.mean(axis=1).max(axis=1).mean()), float(net.max(axis=2).mean())
    return float(np.clip(1 - known / attainable, 0.0, 1.0)) if attainable > 0 else 1.0
