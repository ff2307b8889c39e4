"""The hidden truth about each customer: attention, taste, habits, patience. Derived from real features, not from any policy's model.

A message works in two steps that multiply: it is *noticed* (channel, hour, weekday, fatigue), and what is noticed *persuades* (theme, tone,
product, incentive, the text itself). Each step is built of trees, thresholds, sines and latent clusters over the features' ranks, plus
what no feature tells: idiosyncratic terms per customer, per text and per pair. A feature the table lacks is replaced by a hidden uniform
number of the customer, so the world keeps its shape and the policy simply cannot see that part.

Levels nobody thought of (a new theme, tone, product) get tastes from their name's hash. Nothing here moves with time but `drift`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import rankdata

from journeyman.chance import key, keys, mix, normal, uniform
from journeyman.domain import CHANNELS, Channel, Incentive, Variant
from journeyman.simulation.settings import Setting

Floats = NDArray[np.float64]
CEILING = 0.5
"""The most persuasive message persuades half of those who notice it."""
WINDOW_CENTRES = np.array([9.0, 12.0, 15.5, 19.0])
NOTICED: dict[Channel, float] = {"email": 0.38, "sms": 0.72, "push": 0.48, "in_app": 0.5}
PERSUADES: dict[Channel, float] = {"email": 0.1, "sms": -0.5, "push": -0.25, "in_app": 0.0}
ROLES: dict[str, tuple[str, ...]] = {
    "recency": ("days_since_last_order", "days_since_booking", "days_since_visit", "days_since_card_payment", "days_since_signup"),
    "frequency": ("orders_total", "events_booking_total", "events_card_payment_total", "events_visit_total"),
    "value": ("average_order_value", "revenue_total", "attribute_points_balance", "attribute_balance_band", "attribute_team_size"),
    "discount": ("discount_share",),
    "tenure": ("days_since_first_order", "days_since_signup"),
    "trend": ("orders_trend", "events_visit_7d", "events_card_payment_30d", "orders_30d"),
    "evening": ("hour_share_evening",),
    "weekend": ("weekend_share",),
    "touches": ("touches_30d",),
}
"""What the truth looks at, and the features that may show it, best first."""


class Truth:
    """Fixed facts about n customers; arrays are in the order of `customers`. `matrix` (n, d) has the columns `names`, NaN for missing."""

    def __init__(self, setting: Setting, seed: int, customers: Sequence[str], names: Sequence[str], matrix: NDArray[np.floating]) -> None:
        self.setting, self.seed, self.n = setting, seed, len(customers)
        self.keys = keys(list(customers))  # (n,)
        self._columns = {name: np.asarray(matrix[:, j], np.float64) for j, name in enumerate(names)}
        self.role = {role: self._rank(role, options) for role, options in ROLES.items()}  # each (n,) in [0, 1]
        self._z = np.stack([self.role[r] for r in ("recency", "frequency", "value", "discount", "evening", "weekend")], axis=1)  # (n, 6)
        centres = uniform(seed, "centres", np.arange(5 * 6)).reshape(5, 6)
        distance = ((self._z[:, None, :] - centres) ** 2).sum(2)  # (n, 5)
        self.cluster = _softmax(-distance / 0.12 + 0.7 * self._own("cluster", 5))  # (n, 5)
        self.peak = self._peak_hour()  # (n,) local hour
        self.noticing = self._noticing()  # (n, C) logit
        self.weekday = self._weekday()  # (n, 7)
        self.patience = 1.4 + 1.6 * uniform(seed, "patience", self.keys) * np.where(self.role["touches"] > 0.6, 0.7, 1.2)  # (n,)
        self.bargain = expit(  # (n,) how much an offer moves the customer
            4 * (self.role["discount"] - 0.5) + 0.9 * (self.role["value"] < 0.4) - 0.3 + 0.5 * self._own("bargain")
        )
        self.privacy = uniform(seed, "privacy", self.keys) < 0.4  # (n,) mail is opened by a proxy
        self.hazard, self.hazard_after = self._organic()  # (n,) successes a day without a message: before and after the first success
        self.amount = self._amount()  # (n,)
        self._base = 0.0

    def calibrate(self, within: dict[Channel, float], target: float = 0.03) -> None:
        """Shifts persuasion so that a random usual message makes `target` more successes; `within[c]` is the share in time on channel c.

        The yardstick is a grid of the world's usual levels with a neutral text, so later copy does not move the truth.
        """
        grid = [
            Variant(id=f"grid-{channel}", channel=channel, body="-", theme=theme, tone=tone, incentive=incentive)
            for channel in self.setting.channels
            for theme in self.setting.themes
            for tone in ("warm", "playful", "direct")
            for incentive in self.setting.incentives
        ]
        seen = np.stack([self.noticed(channel).mean(1) * within[channel] for channel in CHANNELS], axis=1)  # (n, C)
        appeal = self.appeal(grid, text=False) + 0.03  # (n, G); half the variance of what the text adds
        weight = seen[:, [CHANNELS.index(v.channel) for v in grid]]
        low, high = -12.0, 6.0
        for _ in range(40):
            self._base = (low + high) / 2
            if (weight * persuaded(appeal + self._base)).mean() > target:
                high = self._base
            else:
                low = self._base

    def noticed(self, channel: Channel, weekend: bool = False) -> Floats:
        """Chance that a rested customer notices a message by send window, (n, 4), before the weekday and fatigue."""
        peak = self.peak + (1.5 if weekend else 0.0)
        hour = 0.6 + 0.6 * np.exp(-(((WINDOW_CENTRES - peak[:, None]) / 3.2) ** 2))  # (n, 4)
        if channel == "email":
            hour = hour + np.array([0.2, 0.05, 0.0, 0.0])  # mailboxes are read in the morning
        out: Floats = expit(self.noticing[:, [CHANNELS.index(channel)]]) * hour
        return out

    def appeal(self, variants: Sequence[Variant], *, text: bool = True) -> Floats:
        """Logit of persuasion for every customer and variant, (n, V); `text=False` leaves out what the wording itself does."""
        total = np.empty((self.n, len(variants)))
        themes = {t: self._theme(t) for t in {v.theme for v in variants}}
        tones = {t: self._tone(t) for t in {v.tone for v in variants}}
        products = {p: self._product(p) for p in {v.product for v in variants} if p}
        offers = {o.key: self._offer(o) for o in (v.incentive for v in variants) if o}
        for j, variant in enumerate(variants):
            column = self._base + PERSUADES[variant.channel] + themes[variant.theme] + tones[variant.tone]
            if variant.product:
                column = column + products[variant.product]
            if variant.incentive:
                column = column + offers[variant.incentive.key]
            if text:
                words = key("\n".join(variant.texts().values()))
                column = column + self._wording(variant, words) + 0.12 * normal(self.seed, "pair", words, self.keys)
            total[:, j] = column
        return total

    def drift(self, theme: str, weeks: float) -> float:
        """How fashion moves a theme's appeal (logit), a slow wave of ten weeks that starts at 0."""
        phase = 2 * np.pi * float(uniform(self.seed, "drift", theme)[0])
        return float(0.35 * (np.sin(2 * np.pi * weeks / 10 + phase) - np.sin(phase)))

    def tired(self) -> Floats:
        """Fatigue at the start from the messages of the week before, (n,)."""
        return np.minimum(0.35 * np.nan_to_num(self._columns.get("touches_7d", np.zeros(self.n))), 2.0)

    def _rank(self, role: str, options: Sequence[str]) -> Floats:
        """Ranks in [0, 1] of the first usable feature; missing values 0.5; a hidden uniform when no feature is there."""
        for name in options:
            column = self._columns.get(name)
            if column is None:
                continue
            known = np.isfinite(column)
            if known.sum() < 2 or np.ptp(column[known]) == 0:
                continue
            rank = np.full(self.n, 0.5)
            rank[known] = (rankdata(column[known]) - 0.5) / known.sum()
            return rank
        return uniform(self.seed, "hidden", role, self.keys)

    def _own(self, what: str, width: int = 1) -> Floats:
        """What no feature tells: standard normal, (n,) or (n, width)."""
        if width == 1:
            return normal(self.seed, what, self.keys)
        return normal(self.seed, what, self.keys[:, None], np.arange(width))

    def _peak_hour(self) -> Floats:
        shares = [self._columns.get(f"hour_share_{w}") for w in ("morning", "midday", "afternoon", "evening")]
        known = [np.zeros(self.n) if s is None else np.nan_to_num(s) for s in shares]
        weight = np.stack(known, axis=1) ** 1.5 + 0.05 + 0.3 * uniform(self.seed, "hours", self.keys[:, None], np.arange(4))  # (n, 4)
        centre: Floats = (weight @ WINDOW_CENTRES) / weight.sum(1)
        return 1.6 * centre - 0.6 * float(WINDOW_CENTRES.mean()) + 0.8 * self._own("peak")

    def _noticing(self) -> Floats:
        role = self.role
        engaged = np.stack([self._rank(f"{c}_rate", (f"{c}_engagement_rate",)) for c in CHANNELS], axis=1)  # (n, C)
        trees = np.stack([
            0.5 * (role["tenure"] > 0.6) - 0.5 * (role["evening"] > 0.7),
            0.6 * ((role["evening"] > 0.55) & (role["recency"] < 0.7)) - 0.4 * (role["value"] > 0.75),
            0.6 * (role["recency"] < 0.4) - 0.3 * (role["tenure"] > 0.8),
            0.6 * (role["frequency"] > 0.5) - 0.3 * (role["recency"] > 0.6),
        ], axis=1)  # (n, C)  # fmt: skip
        base = logit(np.array([NOTICED[c] for c in CHANNELS]))
        out: Floats = base - 0.15 + 0.6 * np.sign(engaged - 0.5) * np.abs(2 * engaged - 1) ** 1.5 + trees + 0.35 * self._own("channel", 4)
        return out

    def _weekday(self) -> Floats:
        phase = uniform(self.seed, "weekday", self.keys)[:, None]
        wave: Floats = 1 + 0.15 * np.sin(2 * np.pi * (np.arange(7) / 7 + phase))  # (n, 7)
        wave[:, 5:] *= (0.75 + 0.5 * self.role["weekend"])[:, None]
        wave /= wave.mean(1, keepdims=True)
        return wave

    def _theme(self, theme: str) -> Floats:
        popular = 0.15 if theme == self.setting.standard else 0.2 * float(normal(self.seed, "popular", theme)[0])
        a, b = (int(x) for x in mix(self.seed, "features", theme, np.arange(2)) % np.uint64(self._z.shape[1]))
        phase, cut, other = uniform(self.seed, "shape", theme, np.arange(3))
        taste = 0.55 * (self.cluster @ normal(self.seed, "taste", theme, np.arange(5)))
        taste = taste + 0.25 * np.sin(2 * np.pi * (self._z[:, a] + phase))
        tree = (self._z[:, b] > 0.3 + 0.4 * cut) & (self.role["tenure"] < 0.4 + 0.4 * other)
        taste = taste + 0.4 * tree + 0.2 * self._own(f"theme {theme}")
        out: Floats = popular + taste - taste.mean()
        return out

    def _tone(self, tone: str) -> Floats:
        young, loyal = self.role["tenure"] < 0.45, self.role["frequency"] > 0.6
        known = {"playful": 0.4 * young - 0.3 * loyal, "warm": 0.4 * (~young & loyal) - 0.1, "direct": 0.35 * (self.bargain > 0.55) - 0.1}
        base: Floats = known.get(tone, np.zeros(self.n))
        return base + 0.15 * self._own(f"tone {tone}")

    def _product(self, product: str) -> Floats:
        taste = 0.55 * (self.cluster @ normal(self.seed, "product", product, np.arange(5)))
        out: Floats = taste - taste.mean() + 0.25 * self._own(f"product {product}")
        return out

    def _offer(self, offer: Incentive) -> Floats:
        """Bargain hunters love an offer, with saturation; others are put off by a loud one."""
        per = {"percent_off": 15.0, "amount_off": 10.0, "points": 1200.0}
        size = offer.value / per[offer.kind] if offer.kind in per else 0.7
        out: Floats = 1.4 * self.bargain * (1 - np.exp(-1.8 * size)) - 0.45 * (1 - self.bargain) * size**1.5
        return out

    def _wording(self, variant: Variant, words: int) -> float:
        """Quality of a text: mostly its own secret, a little for a name in it and against length."""
        text = " ".join(variant.texts().values())
        too_long = {"email": 1200, "sms": 150, "push": 170, "in_app": 240}[variant.channel]
        return 0.22 * float(normal(self.seed, "quality", words)[0]) + 0.08 * ("first_name" in text) - 0.12 * (len(text) > too_long)

    def _organic(self) -> tuple[Floats, Floats]:
        gap = self._columns.get("order_gap_mean")
        if self.setting.event == "order" and gap is not None and np.isfinite(gap).mean() > 0.5:
            gap = np.clip(
                np.where(np.isfinite(gap), gap, np.nanquantile(gap, 0.8)), 1.0, 90.0
            )  # (n,) the household's own days between orders
            shape = -0.7 * np.log(gap) - 0.4 * (self.role["recency"] > 0.75) + 0.3 * self._own("organic")
            after = np.minimum(0.5 / gap, 0.25)
        else:
            role = self.role
            shape = 1.2 * role["frequency"] ** 2 - 0.8 * (role["recency"] > 0.7) + 0.5 * np.sin(2 * np.pi * role["tenure"])
            shape = shape + 0.5 * ((role["trend"] > 0.6) & (role["value"] > 0.4)) + 0.5 * self._own("organic")
            after = None
        low, high = -20.0, 5.0
        for _ in range(50):
            middle = (low + high) / 2
            low, high = (low, middle) if (1 - np.exp(-28 * np.exp(middle + shape))).mean() > self.setting.organic else (middle, high)
        hazard = np.exp(low + shape)
        return hazard, hazard if after is None else np.maximum(after, hazard)

    def _amount(self) -> Floats:
        usual = self.setting.amount or 1.0
        own = self._columns.get("average_order_value", np.full(self.n, np.nan))
        return np.clip(np.where(np.isfinite(own) & (own > 0), own, usual), 1.0, 50 * usual)


def persuaded(appeal: NDArray[np.floating]) -> NDArray[np.floating]:
    """Chance that somebody who noticed is persuaded, same shape as `appeal` (logit)."""
    out: NDArray[np.floating] = CEILING * expit(appeal)
    return out


def _softmax(x: Floats) -> Floats:
    e = np.exp(x - x.max(1, keepdims=True))
    out: Floats = e / e.sum(1, keepdims=True)
    return out
