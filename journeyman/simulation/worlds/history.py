"""Made-up histories: moments that follow people's habits, earlier messages and how they were met, and the tables they are written to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from journeyman.domain import CHANNELS
from journeyman.simulation.worlds.people import People

DAY = 86_400.0
Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
ENGAGED = {"email": ("email_opened", "email_clicked"), "sms": ("sms_clicked",), "push": ("push_opened",), "in_app": ("in_app_clicked",)}


def moments(who: People, rows: Rows, days_ago: Floats, rng: np.random.Generator, age: Floats | None = None) -> Floats:
    """Seconds before the start (negative), one per row: about `days_ago` days back, at each one's favourite hours and weekdays.

    A moment on a weekday may move to the next weekend by the person's liking for weekends (the start is a Monday). None is after
    the start, or before the person joined `age` (n,) days ago.
    """
    day = -np.ceil(np.maximum(days_ago, 1.0))  # whole days before the start, (m,)
    weekday = day % 7
    shifted = day + (5 - weekday) + rng.integers(0, 2, len(rows))
    moved = (weekday < 5) & (rng.random(len(rows)) < 0.6 * who.weekend[rows]) & (shifted < 0)
    hour = np.clip(who.peak[rows] + rng.normal(0, 2.2, len(rows)), 0.1, 23.8)
    at: Floats = (np.where(moved, shifted, day) + (hour - who.offset[rows]) / 24) * DAY
    if age is not None:
        at = np.maximum(at, -age[rows] * DAY + rng.uniform(60, 3600, len(rows)))
    out: Floats = np.minimum(at, -60.0)
    return out


class Log:
    """Events as they pile up, written once."""

    def __init__(self) -> None:
        self._parts: list[tuple[Rows, Floats, list[str], list[str | None], list[str]]] = []

    def add(
        self, rows: Rows, at: Floats, event: str | Sequence[str], channel: Sequence[str | None] | None, properties: Sequence[str]
    ) -> None:
        """m events: customer rows, seconds before the start (negative), name or names, channels, properties as JSON text."""
        names = [event] * len(rows) if isinstance(event, str) else list(event)
        self._parts.append((rows, at, names, list(channel) if channel is not None else [None] * len(rows), list(properties)))

    def write(self, path: Path, ids: Sequence[str], start: datetime) -> None:
        """The events table, oldest first."""
        at = np.concatenate([p[1] for p in self._parts])
        order = np.argsort(at, kind="stable")
        rows = np.concatenate([p[0] for p in self._parts])[order]
        names, channels, properties = ([x for p in self._parts for x in p[k]] for k in (2, 3, 4))
        write(path, {
            "message_id": [f"history-{i}" for i in range(len(order))],
            "customer_id": [ids[r] for r in rows],
            "event": [names[i] for i in order],
            "timestamp": timestamps(at[order], start),
            "channel": [channels[i] for i in order],
            "properties": [properties[i] for i in order],
        })  # fmt: skip


def messages(log: Log, who: People, rng: np.random.Generator, channels: Sequence[str], age: Floats, per_customer: float = 7.0) -> None:
    """Earlier campaigns of the last four months: `message_sent` on consented channels and the engagement each person is inclined to.

    `age` (n,) days since each joined: nobody was written to before. `per_customer`: mean messages in the whole four months.
    """
    n, reach = len(who.peak), np.clip(age, 1.0, 120.0)  # days, (n,)
    for channel in channels:
        c = list(CHANNELS).index(channel)  # type: ignore[arg-type]
        allowed = np.asarray(who.columns[f"consent_{channel}"])
        count = np.where(
            allowed, rng.poisson(per_customer * reach / 120 * {"email": 0.55, "sms": 0.2, "push": 0.25, "in_app": 0.3}[channel]), 0
        )
        rows = np.repeat(np.arange(n), count)
        at = -rng.uniform(0.02, 1, len(rows)) * reach[rows] * DAY
        told = f'{{"channel": "{channel}"}}'
        log.add(rows, at, "message_sent", [channel] * len(rows), [told] * len(rows))
        first = rng.random(len(rows)) < (0.1 + 0.7 * who.liking[rows, c]) * (0.5 if channel == "sms" else 1.0)
        step = at + rng.exponential(3 * 3600, len(rows)) + 20
        for event in ENGAGED[channel]:
            hit = first & (step < -60)
            log.add(rows[hit], step[hit], event, [channel] * int(hit.sum()), [told] * int(hit.sum()))
            first &= rng.random(len(rows)) < 0.25
            step = step + rng.exponential(600, len(rows)) + 5
        if channel == "email":
            machine = rng.random(len(rows)) < 0.3
            log.add(rows[machine], at[machine] + 15, "email_opened", [channel] * int(machine.sum()),
                    ['{"channel": "email", "machine": true}'] * int(machine.sum()))  # fmt: skip


def timestamps(seconds: Floats, start: datetime) -> NDArray[np.datetime64]:
    """Moments relative to the start as UTC datetime64 in microseconds, whole seconds."""
    base = np.datetime64(int(start.timestamp()), "s")
    out: NDArray[np.datetime64] = (base + seconds.astype(np.int64).astype("timedelta64[s]")).astype("datetime64[us]")
    return out


def write(path: Path, columns: Mapping[str, Any]) -> None:
    """A Parquet file; datetime columns are marked UTC. The bytes depend on the content alone."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays = {name: pa.array(values) for name, values in columns.items()}
    for name, array in arrays.items():
        if pa.types.is_timestamp(array.type):
            arrays[name] = array.cast(pa.timestamp("us", tz="UTC"))
    pq.write_table(pa.table(arrays), path, compression="zstd")
