"""Features of what customers bought: recency, frequency, value, rhythm, discounts, categories and the hours they shop.

Sums come from one query over the staged orders and one over the gaps between them; ratios are taken here, in float64.
"""

from __future__ import annotations

from typing import Any

import ibis
import numpy as np
from numpy.typing import NDArray

from journeyman.features import habits
from journeyman.features.frame import Frame, ratio, trend
from journeyman.features.staging import DAY, SCALE, Ground, Moment
from journeyman.features.table import Column

WINDOWS = (7, 30, 90, 365)


class OrderFeatures:
    """`staged` is `staging.orders`, or None where orders only ever come as events; `categories` are (slug, name) by code."""

    def __init__(self, place: Ground, staged: Any, old_acts: Any, categories: list[tuple[str, str]], *, as_events: bool) -> None:
        self.place, self.staged, self.categories, self.as_events = place, staged, categories, as_events
        self.old_acts = old_acts if staged is None else None
        self.columns = _columns(categories) + habits.columns("orders") + (_event_columns() if as_events else [])

    def fill(self, moment: Moment) -> dict[str, NDArray[np.float64]]:
        """Every column's values (n,) by name."""
        orders = self._orders(moment)
        if orders is None:
            return {}
        frame = Frame(len(self.place.ids), self._sums(orders, moment))
        gaps = Frame(len(self.place.ids), _gaps(orders))
        now, value = moment.second, frame.known
        total, revenue, discount = frame["orders"], frame["revenue"] / SCALE, frame["discount"] / SCALE
        recent_revenue, recent_discount = frame["revenue_90d"] / SCALE, frame["discount_90d"] / SCALE
        since, mean = value("last", lambda last: (now - last) / DAY), ratio(gaps["total"] / 1440, gaps["count"])
        spread = gaps["squares"] / 1440**2 - gaps["count"] * np.nan_to_num(mean) ** 2
        found = {
            "days_since_last_order": since,
            "days_since_first_order": value("first", lambda first: (now - first) / DAY),
            "orders_total": total,
            "revenue_total": revenue,
            **{f"orders_{d}d": frame[f"orders_{d}d"] for d in WINDOWS},
            **{f"revenue_{d}d": frame[f"revenue_{d}d"] / SCALE for d in WINDOWS},
            "average_order_value": ratio(revenue, total),
            "average_order_value_90d": ratio(recent_revenue, frame["orders_90d"]),
            "largest_order": value("largest", lambda most: most / SCALE),
            "items_per_order": ratio(frame["items"], total),
            "discount_share": _share(discount, revenue),
            "discount_share_90d": _share(recent_discount, recent_revenue),
            "order_gap_mean": mean,
            "order_gap_std": np.sqrt(np.maximum(ratio(spread, gaps["count"] - 1), 0)),
            "order_overdue": ratio(since, np.maximum(mean, 1)),
            "orders_trend": trend(frame["orders_30d"], frame["orders_before"]),
            "revenue_trend": trend(np.maximum(frame["revenue_30d"], 0), np.maximum(frame["revenue_before"], 0)),
            **habits.shares(frame, total),
            **self._by_category(frame, now),
        }
        if self.as_events:
            found |= {"events_order_total": total, "days_since_order": since}
            found |= {f"events_order_{d}d": frame[f"orders_{d}d"] for d in (7, 30, 90)}
        return found

    def _orders(self, moment: Moment) -> Any:
        """All orders before the moment: staged ones, and those that came as events."""
        names = ["customer", "timestamp", "second", "opens", "amount", "items", "discount", "hour", "weekday"]
        names += [f"category_{c}" for c in range(len(self.categories))]
        parts = [] if self.staged is None else [self.staged.select(names)]
        for acts in (self.old_acts, moment.live):
            if acts is not None:
                bought = acts.filter(acts.event == "order")
                items = (bought.quantity.fill_null(SCALE) / SCALE).ceil().cast("int64")
                plain = {"opens": 1, "amount": bought.amount.fill_null(0), "discount": bought.discount.abs().fill_null(0), "items": items}
                types = {"opens": "int64", "amount": "int64", "discount": "int64", "items": "int64"}
                nothing = {f"category_{c}": ibis.literal(0, "int64") for c in range(len(self.categories))}
                parts.append(bought.mutate(**plain, **nothing).cast(types).select(names))
        parts = [p.cast({"opens": "int64"}) for p in parts]
        return moment.before(ibis.union(*parts) if len(parts) > 1 else parts[0]) if parts else None

    def _sums(self, orders: Any, moment: Moment) -> Any:
        opens, amount, second = orders.opens, orders.amount, orders.second
        sums = {"orders": opens.sum(), "revenue": amount.sum(), "items": orders.items.sum(), "discount": orders.discount.sum()}
        for days in WINDOWS:
            inside = moment.within(orders, days)
            sums |= {f"orders_{days}d": inside.ifelse(opens, 0).sum(), f"revenue_{days}d": inside.ifelse(amount, 0).sum()}
        sums |= {"discount_90d": moment.within(orders, 90).ifelse(orders.discount, 0).sum()}
        before = moment.within(orders, 60, until=30)
        sums |= {"orders_before": before.ifelse(opens, 0).sum(), "revenue_before": before.ifelse(amount, 0).sum()}
        sums |= {"first": second.min(), "last": (opens == 1).ifelse(second, ibis.null("int64")).max(), "largest": amount.max()}
        for c in range(len(self.categories)):
            spend = orders[f"category_{c}"]
            recent = moment.within(orders, 90).ifelse(spend, 0)
            last = (spend > 0).ifelse(second, ibis.null("int64")).max()
            sums |= {f"category_{c}": spend.sum(), f"category_{c}_90d": recent.sum(), f"category_{c}_last": last}
        sums |= habits.sums(orders, opens)
        return orders.group_by("customer").aggregate(**{k: v.cast("float64") for k, v in sums.items()})

    def _by_category(self, frame: Frame, now: int) -> dict[str, NDArray[np.float64]]:
        spend = [np.maximum(frame[f"category_{c}"], 0) for c in range(len(self.categories))]
        recent = [np.maximum(frame[f"category_{c}_90d"], 0) for c in range(len(self.categories))]
        found: dict[str, NDArray[np.float64]] = {}
        for c, (slug, _) in enumerate(self.categories):
            found[f"category_share_{slug}"] = ratio(spend[c], sum(spend, np.zeros(1)))
            found[f"category_share_90d_{slug}"] = ratio(recent[c], sum(recent, np.zeros(1)))
            found[f"days_since_category_{slug}"] = frame.known(f"category_{c}_last", lambda last: (now - last) / DAY)
        if self.categories:
            found["category_breadth"] = np.sum([s > 0 for s in spend], axis=0).astype(np.float64)
        return found


def _gaps(orders: Any) -> Any:
    """Number, sum and sum of squares of the whole minutes between a customer's consecutive orders."""
    begun = orders.filter(orders.opens == 1)
    minutes = (begun.second - begun.second.lag().over(group_by=begun.customer, order_by=begun.second)) // 60
    between = begun.select("customer", minutes=minutes)
    between = between.filter(between.minutes.notnull())
    sums = {"count": between.count(), "total": between.minutes.sum(), "squares": (between.minutes * between.minutes).sum()}
    return between.group_by("customer").aggregate(**{k: v.cast("float64") for k, v in sums.items()})


def _share(part: NDArray[np.float64], rest: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.clip(ratio(part, np.where(part + rest > 0, part + rest, 0)), 0, 1)


def _columns(categories: list[tuple[str, str]]) -> list[Column]:
    words = [
        ("days_since_last_order", "Days since the last order", "days"),
        ("days_since_first_order", "Days since the first order", "days"),
        ("orders_total", "Orders so far", "orders"),
        *((f"orders_{d}d", f"Orders in the last {d} days", "orders") for d in WINDOWS),
        ("revenue_total", "Spend so far", "money"),
        *((f"revenue_{d}d", f"Spend in the last {d} days", "money") for d in WINDOWS),
        ("average_order_value", "Spend per order", "money per order"),
        ("average_order_value_90d", "Spend per order in the last 90 days", "money per order"),
        ("largest_order", "The largest order", "money per order"),
        ("items_per_order", "Items per order (a line of more than 100 counts as one)", "items"),
        ("discount_share", "Share of the full price that discounts took off", "share"),
        ("discount_share_90d", "Share of the full price that discounts took off in the last 90 days", "share"),
        ("order_gap_mean", "Days between orders, on average", "days"),
        ("order_gap_std", "How much the days between orders vary (standard deviation)", "days"),
        (
            "order_overdue",
            "Days since the last order over the usual days between orders (at least 1); above 1 is later than usual",
            "ratio",
        ),
        ("orders_trend", "Orders of the last 30 days against the 30 before: -1 stopped, 0 steady, 1 new", "ratio"),
        ("revenue_trend", "Spend of the last 30 days against the 30 before: -1 stopped, 0 steady, 1 new", "ratio"),
    ]
    columns = [Column(name, meaning, unit, "orders") for name, meaning, unit in words]
    for slug, name in categories:
        columns += [
            Column(f"category_share_{slug}", f"Share of spend on {name}", "share", "categories"),
            Column(f"category_share_90d_{slug}", f"Share of the last 90 days' spend on {name}", "share", "categories"),
            Column(f"days_since_category_{slug}", f"Days since {name} was last bought", "days", "categories"),
        ]
    return columns + (
        [Column("category_breadth", "How many categories were ever bought", "categories", "categories")] if categories else []
    )


def _event_columns() -> list[Column]:
    columns = [Column("events_order_total", "Orders so far, as events", "events", "events")]
    columns += [Column(f"events_order_{d}d", f"Orders in the last {d} days, as events", "events", "events") for d in (7, 30, 90)]
    return [*columns, Column("days_since_order", "Days since the last order, as an event", "days", "events")]
