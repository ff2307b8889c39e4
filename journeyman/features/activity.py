"""Features of what customers did: counts and recency per event, activity as a whole, and how they take our messages (touches).

One query counts the acts of every customer, event and channel; a second looks at activity as a whole. Live acts count like old ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from journeyman.domain import CHANNELS, Channel
from journeyman.features import habits
from journeyman.features.frame import Frame, ratio, trend
from journeyman.features.names import slug
from journeyman.features.staging import DAY, SCALE, Ground, Moment
from journeyman.features.table import Column

Values = dict[str, NDArray[np.float64]]
TOUCH = "message_sent"
ENGAGEMENT: dict[Channel, tuple[str, ...]] = {
    "email": ("email_opened", "email_clicked"),
    "sms": ("sms_clicked",),
    "push": ("push_opened",),
    "in_app": ("in_app_clicked",),
}
WINDOWS = (7, 30, 90)


class _Counted:
    """Counts by customer, event and channel (`table`), ready to be laid out over `n` customers."""

    def __init__(self, n: int, table: pa.Table) -> None:
        self._n, self._who, self._table = n, table["customer"].to_numpy(), table
        self._codes = {name: self._coded(name) for name in ("event", "channel")}

    def _coded(self, column: str) -> tuple[list[Any], NDArray[np.int64]]:
        words = self._table[column].combine_chunks().dictionary_encode(null_encoding="encode")
        return words.dictionary.to_pylist(), words.indices.to_numpy()

    def rows(self, events: Sequence[str], channel: str | None = None) -> NDArray[np.intp]:
        """The rows of these events (on this channel)."""
        names, codes = self._codes["event"]
        mask = np.isin(codes, [k for k, name in enumerate(names) if name in events])
        if channel is not None:
            channels, its = self._codes["channel"]
            mask &= np.isin(its, [k for k, name in enumerate(channels) if name == channel])
        return np.flatnonzero(mask)

    def sum(self, column: str, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """(n,): a column's sum over the rows, whole numbers throughout; 0 for whoever has none."""
        values = np.nan_to_num(self._table[column].to_numpy()[rows])
        return np.bincount(self._who[rows], values, self._n).astype(np.float64)

    def latest(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """(n,): the latest `last` of the rows; NaN for whoever has none."""
        found = np.full(self._n, np.nan)
        np.fmax.at(found, self._who[rows], self._table["last"].to_numpy()[rows])
        return found


class ActivityFeatures:
    """`old` is `staging.acts` of the events table, or None. `events` become columns; `amounts` are those whose amount is worth adding up.

    `habits_of_events`: take the hours and weekdays from acts, where there are no orders to take them from.
    """

    def __init__(self, place: Ground, old: Any, events: Sequence[str], amounts: Sequence[str], *, habits_of_events: bool) -> None:
        self.place, self.old, self.habits = place, old, habits_of_events
        self.slugs = {name: slug(name) for name in events}
        self.amounts = {slug(name) for name in amounts}
        self.columns = _event_columns(self.slugs, self.amounts) + _touch_columns() + (_whole_columns() if old is not None else [])
        self.columns += habits.columns("events") if habits_of_events else []

    def fill(self, moment: Moment) -> Values:
        """Every column's values (n,) by name."""
        parts = [p for p in (self.old, moment.live) if p is not None]
        if not parts:
            return {}
        acts = moment.before(ibis.union(*parts) if len(parts) > 1 else parts[0])
        counted = self._counted(acts, moment)
        found = self._by_event(counted, moment.second) | self._touches(counted, moment.second)
        return found | (self._as_a_whole(acts, moment) if self.old is not None or self.habits else {})

    def _counted(self, acts: Any, moment: Moment) -> _Counted:
        wanted = [*self.slugs, TOUCH, *(e for events in ENGAGEMENT.values() for e in events)]
        acts = acts.filter(acts.event.isin(sorted(set(wanted))))
        sums = {"total": acts.count(), "last": acts.second.max()}
        sums |= {f"d{d}": moment.within(acts, d).ifelse(1, 0).sum() for d in WINDOWS}
        if self.amounts:
            sums |= {"amount": acts.amount.sum(), "amount_90": moment.within(acts, 90).ifelse(acts.amount, 0).sum()}
        grouped = acts.group_by("customer", "event", "channel").aggregate(**{k: v.cast("float64") for k, v in sums.items()})
        return _Counted(len(self.place.ids), grouped.to_pyarrow())

    def _by_event(self, counted: _Counted, now: int) -> Values:
        found: Values = {}
        for name in dict.fromkeys(self.slugs.values()):
            rows = counted.rows([event for event, its in self.slugs.items() if its == name])
            found[f"events_{name}_total"] = counted.sum("total", rows)
            found |= {f"events_{name}_{d}d": counted.sum(f"d{d}", rows) for d in WINDOWS}
            found[f"days_since_{name}"] = (now - counted.latest(rows)) / DAY
            if name in self.amounts:
                found[f"events_{name}_amount_total"] = counted.sum("amount", rows) / SCALE
                found[f"events_{name}_amount_90d"] = counted.sum("amount_90", rows) / SCALE
        return found

    def _touches(self, counted: _Counted, now: int) -> Values:
        touches = counted.rows([TOUCH])
        found: Values = {f"touches_{d}d": counted.sum(f"d{d}", touches) for d in (7, 30)}
        found["days_since_last_touch"] = (now - counted.latest(touches)) / DAY
        for channel in CHANNELS:
            sent, answers = counted.rows([TOUCH], channel), counted.sum("d90", counted.rows(ENGAGEMENT[channel]))
            found[f"{channel}_touches_30d"] = counted.sum("d30", sent)
            found[f"{channel}_engagement_rate"] = np.minimum(ratio(answers, counted.sum("d90", sent)), 1)
        return found

    def _as_a_whole(self, acts: Any, moment: Moment) -> Values:
        own = acts.filter(acts.event != TOUCH)
        one = ibis.literal(1, "int64")
        sums = {"total": own.count(), "first": own.second.min(), "last": own.second.max(), "kinds": own.event.nunique()}
        sums |= {f"d{d}": moment.within(own, d).ifelse(one, 0).sum() for d in WINDOWS}
        sums |= {f"days_{d}": moment.within(own, d).ifelse(own.day, ibis.null("int64")).nunique() for d in (30, 90)}
        sums |= {"before": moment.within(own, 60, until=30).ifelse(one, 0).sum()} | habits.sums(own, one)
        frame = Frame(len(self.place.ids), own.group_by("customer").aggregate(**{k: v.cast("float64") for k, v in sums.items()}))
        found = {
            "activity_total": frame["total"],
            **{f"activity_{d}d": frame[f"d{d}"] for d in WINDOWS},
            "active_days_30d": frame["days_30"],
            "active_days_90d": frame["days_90"],
            "activity_kinds": frame["kinds"],
            "days_since_last_activity": frame.known("last", lambda last: (moment.second - last) / DAY),
            "days_since_first_activity": frame.known("first", lambda first: (moment.second - first) / DAY),
            "activity_trend": trend(frame["d30"], frame["before"]),
        }
        return found | (habits.shares(frame, frame["total"]) if self.habits else {})


def _event_columns(slugs: dict[str, str], amounts: set[str]) -> list[Column]:
    columns = []
    for name in dict.fromkeys(slugs.values()):
        words = name.replace("_", " ")
        columns += [Column(f"events_{name}_total", f"How often {words} happened", "events", "events")]
        columns += [Column(f"events_{name}_{d}d", f"How often {words} happened in the last {d} days", "events", "events") for d in WINDOWS]
        columns += [Column(f"days_since_{name}", f"Days since {words} last happened", "days", "events")]
        if name in amounts:
            columns += [Column(f"events_{name}_amount_total", f"Sum of the amounts of {words}", "money", "events")]
            columns += [Column(f"events_{name}_amount_90d", f"Sum of the amounts of {words} in the last 90 days", "money", "events")]
    return columns


def _touch_columns() -> list[Column]:
    columns = [Column(f"touches_{d}d", f"Messages we sent in the last {d} days", "messages", "touches") for d in (7, 30)]
    columns += [Column("days_since_last_touch", "Days since our last message", "days", "touches")]
    for channel in CHANNELS:
        words = "SMS" if channel == "sms" else channel.replace("_", "-")
        meaning = f"Opens and clicks per {words} message over the last 90 days, at most 1"
        columns += [Column(f"{channel}_touches_30d", f"Messages by {words} in the last 30 days", "messages", "touches")]
        columns += [Column(f"{channel}_engagement_rate", meaning, "share", "touches")]
    return columns


def _whole_columns() -> list[Column]:
    words = [
        ("activity_total", "Everything the customer did so far", "events"),
        *((f"activity_{d}d", f"Everything the customer did in the last {d} days", "events") for d in WINDOWS),
        *((f"active_days_{d}d", f"Days with any activity in the last {d} days", "active days") for d in (30, 90)),
        ("activity_kinds", "How many kinds of events the customer has", "events"),
        ("days_since_last_activity", "Days since the customer last did anything", "days"),
        ("days_since_first_activity", "Days since the customer first did anything", "days"),
        ("activity_trend", "Activity of the last 30 days against the 30 before: -1 stopped, 0 steady, 1 new", "ratio"),
    ]
    return [Column(name, meaning, unit, "activity") for name, meaning, unit in words]
