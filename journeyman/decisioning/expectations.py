"""What a plan's hypotheses expect of the levers, as the mean of the policy's prior: learning starts there and gives it up as data comes.

A hypothesis of strength 1 is worth BELIEF log-odds. An offer's hypothesis is about its kind, since the kind has the column; one about
messages without an offer is about all kinds, turned round.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from journeyman.domain import Hypothesis

BELIEF = 0.3
"""Log-odds of a sure hypothesis: about the size of a good lever's effect, and few enough answers away from being given up."""


def tilts(labels: Sequence[str], hypotheses: Sequence[Hypothesis]) -> NDArray[np.float64]:
    """(p,): log-odds for columns named `lever=level` (`ActionEncoder.labels`); of several hypotheses on one column the strongest."""
    found = np.zeros(len(labels))
    for n, label in enumerate(labels):
        lever, _, level = label.partition("=")
        said = [h.strength * sign for h in hypotheses if h.lever == lever and (sign := _about(lever, level, h.level))]
        found[n] = BELIEF * max(said, key=abs, default=0.0)
    return found


def _about(lever: str, level: str, said: str) -> int:
    """1 when a hypothesis about `said` speaks of the column, -1 when of all but it, else 0."""
    if lever != "incentive":
        return int(said == level)
    return -1 if said == "none" else int(said.rpartition("-")[0] == level or said == level)
