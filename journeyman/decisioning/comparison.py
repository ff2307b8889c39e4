"""The two comparison arms: random control and business as usual, with exact propensities.

Both choose among the eligible actions only and are deterministic by (seed, key). An action is (variant, send window), or None for hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from journeyman.chance import Keys, mix, uniform
from journeyman.domain import Incentive, Plan, SendWindow, Variant

Action = tuple[Variant, SendWindow] | None
Choice = tuple[NDArray[np.int32], NDArray[np.float64]]
"""Chosen action (n,), −1 where nothing is eligible, and its propensity (n,) (1 where nothing is eligible)."""
TUESDAY, FRIDAY = 1, 4


def random_control(eligible: NDArray[np.bool_], hold: int, *, seed: int, keys: Keys) -> Choice:
    """A fair coin for sending, then any eligible send with equal chance; where only one side is eligible, that side.

    `eligible` (n, K); `hold` is the hold action's index; `keys` (n,) each customer's number in the draw.
    """
    sends = np.array(eligible, bool)
    sends[:, hold] = False
    count = sends.sum(1)  # (n,)
    may_hold = eligible[:, hold]
    sending = (count > 0) & (~may_hold | (uniform(seed, "coin", keys) < 0.5))
    side = np.where((count > 0) & may_hold, 0.5, 1.0)
    action = np.where(sending, _pick(sends, count, seed, keys), np.where(may_hold, hold, -1))
    return action.astype(np.int32), np.where(sending, side / np.maximum(count, 1), side)


def bau(eligible: NDArray[np.bool_], actions: Sequence[Action], hold: int, day: date, *, theme: str, seed: int, keys: Keys) -> Choice:
    """The rules most teams run: Tuesday morning an e-mail with the standard `theme` and the middle offer, Friday midday a push, else a text
    message, with the same; otherwise hold.

    Where that very message is not eligible the nearest is taken: first any window, then any offer, then any theme. Among several texts of
    one kind each customer gets one by chance, so the propensity is one over their number. `eligible` (n, K).
    """
    choice = np.where(eligible[:, hold], hold, -1).astype(np.int32)
    propensity = np.ones(len(choice))
    wanted = {TUESDAY: (("email",), "morning"), FRIDAY: (("push", "sms"), "midday")}.get(day.weekday())
    if wanted is None:
        return choice, propensity
    offer = _middle([a[0].incentive for a in actions if a and a[0].theme == theme])
    open_rows = np.ones(len(choice), bool)
    for relaxed in range(4):
        for channel in wanted[0]:
            fits = [
                a is not None
                and a[0].channel == channel
                and (relaxed > 0 or a[1] == wanted[1])
                and (relaxed > 1 or (a[0].incentive.key if a[0].incentive else None) == offer)
                and (relaxed > 2 or a[0].theme == theme)
                for a in actions
            ]
            if not any(fits):
                continue
            able = eligible & np.array(fits)  # (n, K)
            count = able.sum(1)
            hit = open_rows & (count > 0)
            choice = np.where(hit, _pick(able, count, seed, keys), choice).astype(np.int32)
            propensity = np.where(hit, 1 / np.maximum(count, 1), propensity)
            open_rows &= ~hit
    return choice, propensity


def _pick(able: NDArray[np.bool_], count: NDArray[np.intp], seed: int, keys: Keys) -> NDArray[np.intp]:
    """One of each row's able columns with equal chance, (n,); 0 for a row without any."""
    turn = (mix(seed, "pick", keys) % np.maximum(count, 1).astype(np.uint64)).astype(np.intp)
    out: NDArray[np.intp] = np.argmax(np.cumsum(able, axis=1, dtype=np.int32) > turn[:, None], axis=1)
    return out


def _middle(offers: Sequence[Incentive | None]) -> str | None:
    """The middle one of the offers by size, None when there is none."""
    kinds = sorted({(o.value, o.key) for o in offers if o})
    return kinds[len(kinds) // 2][1] if kinds else None


def standard_theme(plan: Plan) -> str:
    """What business as usual writes about: the offer where the plan has such a theme, else its first theme."""
    usual = ("savings", "member_rate", "rewards")
    return next((t for t in usual if t in plan.action_sets.themes), plan.action_sets.themes[0])
