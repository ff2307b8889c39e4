"""What works, and for whom: reward rates of every level of every lever, from the log, corrected for how often the policy chose what.

A policy shows a level mostly to those it expects to like it, with the variants it likes best. The self-normalised inverse-propensity mean
(SNIPS: weights 1/propensity, here capped at the 95th percentile) asks instead how the level does when shown without preference. Intervals
are Wilson's with an effective sample size (the smaller of (Σw)²/Σw² and the one the SNIPS standard error implies): they never collapse at 0
successes, and are wide enough for any reward in [0, 1].
Descriptions, not causal claims about one lever alone: levels of different levers come together in one message.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import false_discovery_control, norm

from journeyman.domain import SEGMENT, LevelReport, SegmentReport

Floats = NDArray[np.float64]
Masks = Mapping[str, NDArray[np.bool_]]

FALSE_DISCOVERIES = 0.05
"""Share of what is said of segments that may be chance."""
SEGMENT_WORDS: dict[str, tuple[str, str]] = {
    "hour_share_morning": ("morning shoppers", ""),
    "hour_share_evening": ("evening shoppers", ""),
    "weekend_share": ("weekend shoppers", "weekday shoppers"),
    "discount_share": ("discount seekers", "full-price buyers"),
    "orders_total": ("frequent buyers", "occasional buyers"),
    "average_order_value": ("big baskets", "small baskets"),
    "days_since_last_order": ("long silent", "recently active"),
    "days_since_signup": ("long-standing customers", "newcomers"),
    "touches_30d": ("often contacted", "rarely contacted"),
}
"""Features worth a segment: words for those above the median, and for those at or below it ("" for none)."""


def segments(names: Sequence[str], matrix: NDArray[np.floating], words: Mapping[str, tuple[str, str]] = SEGMENT_WORDS) -> Masks:
    """Masks (n,) by segment name, from `matrix` (n, d) with columns `names`; features absent, constant or mostly missing are left out."""
    masks: dict[str, NDArray[np.bool_]] = {}
    for feature, (above, below) in words.items():
        if feature not in names:
            continue
        column = np.asarray(matrix[:, list(names).index(feature)], np.float64)
        known = np.isfinite(column)
        if known.sum() * 2 < len(column):
            continue
        middle = np.median(column[known])
        high = known & (column > middle)
        low = known & (column <= middle)
        if high.any() and low.any():
            masks |= {word: mask for word, mask in ((above, high), (below, low)) if word}
    return masks


def even_rate(reward: Floats, propensity: Floats) -> float:
    """The rate of all sends, weighed as those of levels and segments are, so that these can be compared with it: what the policy's taste
    adds is in none of them. 0 without sends."""
    reward, weight = np.asarray(reward, np.float64), _weights(np.asarray(propensity, np.float64))
    return _mean(reward, weight)[0] if len(reward) else 0.0


def level_reports(levers: Mapping[str, Sequence[str | None]], reward: Floats, propensity: Floats) -> list[LevelReport]:
    """One report per (lever, level) among sends; all inputs (n,) over sends, a level of None is left out. Best rate first per lever."""
    reward, weight = np.asarray(reward, np.float64), _weights(np.asarray(propensity, np.float64))
    reports = []
    for lever, values in levers.items():
        names = np.array([v or "" for v in values])
        rows = []
        for level in np.unique(names[names != ""]):
            mask = names == level
            rate, low, high = _rate(reward[mask], weight[mask])
            sends = int(mask.sum())
            rows.append(LevelReport(lever=lever, level=str(level), sends=sends, reward_rate=rate, low=low, high=high))
        reports += sorted(rows, key=lambda r: (-r.reward_rate, r.level))
    return reports


def who_answers(reward: Floats, propensity: Floats, members: Masks, *, least: int = 50) -> list[LevelReport]:
    """How each segment answers, whatever it gets: reports of the lever SEGMENT, best rate first; segments overlap. Left out are those with
    fewer than `least` sends in them or outside. `members` are masks (n,) over the sends."""
    reward, weight = np.asarray(reward, np.float64), _weights(np.asarray(propensity, np.float64))
    rows = []
    for segment, member in members.items():
        if min(member.sum(), (~member).sum()) >= least:
            rate, low, high = _rate(reward[member], weight[member])
            rows.append(LevelReport(lever=SEGMENT, level=segment, sends=int(member.sum()), reward_rate=rate, low=low, high=high))
    return sorted(rows, key=lambda r: (-r.reward_rate, r.level))


def segment_reports(
    levers: Mapping[str, Sequence[str | None]], reward: Floats, propensity: Floats, members: Masks, *, least: int = 50, top: int = 20
) -> list[SegmentReport]:
    """Where a level does better or worse for a segment than the lever's other levels, and differently from how it does for everybody else:
    the clearest, each with at least `least` sends; up to `top`, half of them better where there are so many.

    That a segment answers more to everything is no finding, nor that a level does well everywhere; of two levels the better is told. Tested
    is whether the level's advantage (the ratio of its rate to that of the lever's other levels) is another inside the segment than outside.
    Kept are those that stand at a false discovery rate of 5 % over all segments and levels (Benjamini and Hochberg 1995) and whose interval
    leaves out the segment's own rate. `members` are masks (n,) over the sends.
    """
    reward, weight = np.asarray(reward, np.float64), _weights(np.asarray(propensity, np.float64))
    chances, found = list[float](), list[SegmentReport]()
    for lever, values in levers.items():
        names = np.array([v or "" for v in values])
        levels = np.unique(names[names != ""])
        for level in levels:
            shown, rest = names == level, (names != level) & (names != "")
            for segment, member in members.items():
                cells = [one & side for side in (member, ~member) for one in (shown, rest)]
                if min(cell.sum() for cell in cells) < least:
                    continue
                logs, variances = zip(*(_log_rate(reward[cell], weight[cell]) for cell in cells), strict=True)
                z = (logs[0] - logs[1] - logs[2] + logs[3]) / sum(variances) ** 0.5
                rate, low, high = _rate(reward[cells[0]], weight[cells[0]])
                overall, _ = _mean(reward[cells[0] | cells[1]], weight[cells[0] | cells[1]])
                if len(levels) == 2 and rate < overall:
                    continue  # the other level says the same
                chances.append(float(2 * norm.sf(abs(z))))
                found.append(
                    SegmentReport(
                        segment=segment,
                        lever=lever,
                        level=str(level),
                        sends=int(cells[0].sum()),
                        reward_rate=rate,
                        overall_rate=overall,
                        low=low,
                        high=high,
                    )
                )
    if not found:
        return []
    kept = zip(false_discovery_control(chances), found, strict=True)
    ranked = [(chance, r) for chance, r in kept if chance <= FALSE_DISCOVERIES and not r.low <= r.overall_rate <= r.high]
    ranked.sort(key=lambda pair: (pair[0], pair[1].segment, pair[1].lever, pair[1].level))
    better = [r for _, r in ranked if r.reward_rate > r.overall_rate]
    worse = [r for _, r in ranked if r.reward_rate <= r.overall_rate]
    most = max(top // 2, top - len(worse))
    told = better[:most] + worse[: top - min(len(better), most)]
    return [r for _, r in ranked if r in told]


def _weights(propensity: Floats) -> Floats:
    """1/propensity, (n,), capped at its 95th percentile."""
    if not len(propensity):
        return propensity
    raw = 1 / np.clip(propensity, 1e-9, 1)
    return np.minimum(raw, np.quantile(raw, 0.95))


def _log_rate(reward: Floats, weight: Floats) -> tuple[float, float]:
    """The log of the SNIPS mean and its variance; half a success is added, so that there is one."""
    p, n = _mean(reward, weight)
    p = (p * n + 0.5) / (n + 1)
    return float(np.log(p)), (1 - p) / (p * n)


def _mean(reward: Floats, weight: Floats) -> tuple[float, float]:
    """SNIPS mean and effective sample size."""
    p = float(np.clip((weight * reward).sum() / weight.sum(), 0, 1))
    n = float(weight.sum() ** 2 / (weight**2).sum())
    spread = float((weight**2 * (reward - p) ** 2).sum())
    if spread > 0:  # heavy weights may sit where rewards vary most
        n = min(n, p * (1 - p) * float(weight.sum()) ** 2 / spread)
    return p, n


def _rate(reward: Floats, weight: Floats, z: float = 1.96) -> tuple[float, float, float]:
    """SNIPS mean and Wilson interval at the effective sample size."""
    p, n = _mean(reward, weight)
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return p, float(min(max(0.0, centre - half), p)), float(max(min(1.0, centre + half), p))
