"""What is thought to act alike before anything is learned: past behaviour of a kind, met by an action of the same kind.

Who answered e-mails tends to answer e-mails, who shops in the evening reads in the evening, who buys at a discount takes an offer. How
strongly is learned from the log, in common for all channels and for all windows (`prior`), so a few hundred answers are enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from journeyman.domain import CHANNELS, SendWindow

ALIKE: tuple[tuple[tuple[str, str], ...], ...] = (
    tuple((f"{channel}_engagement_rate", f"channel={channel}") for channel in CHANNELS),
    tuple((f"hour_share_{window}", f"send_window={window}") for window in get_args(SendWindow)),
    (("discount_share", "incentive size"),),
)
"""Sets of (customer feature, action attribute), by the encoders' labels."""


def affinities(contexts: Sequence[str], actions: Sequence[str]) -> list[list[tuple[int, int]]]:
    """The sets as (context number, feature) pairs for `Policy.create`; `contexts` and `actions` are the encoders' labels. Features that are
    not there are left out."""
    x, a = {label: j for j, label in enumerate(contexts)}, {label: k for k, label in enumerate(actions)}
    found = [[(x[feature], a[attribute]) for feature, attribute in pairs if feature in x and attribute in a] for pairs in ALIKE]
    return [pairs for pairs in found if pairs]
