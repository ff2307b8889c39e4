"""The world that answers: customers with a hidden truth, day by day.

`advance(day, sends)` returns what happens on that UTC day: replies to the day's sends, delayed replies to earlier ones, and what customers
do by themselves. The answer is a pure function of (seed, features at the start, all sends up to and including that day): randomness is
keyed by customer, day and send, so a killed run is rebuilt by advancing again through the earlier days, in the same order or with the
sends of a day shuffled. One customer's sends never touch another customer.

`expected` tells what the truth would give for every customer and action: the yardstick for the oracle's share. Nothing here may be shown
to a policy. What is assumed and what is unrealistic: docs/simulation.md.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from journeyman.chance import keys, normal, uniform
from journeyman.domain import CHANNELS, WINDOW_HOURS, Event, Send, SendWindow, Variant
from journeyman.errors import RunError
from journeyman.simulation.reply import Replies, reply, share_within
from journeyman.simulation.settings import SETTINGS, UseCase
from journeyman.simulation.till import Till
from journeyman.simulation.truth import Truth, persuaded

Floats = NDArray[np.float64]
TIRES = np.array([0.7, 1.2, 0.9, 0.4])
"""What one message on each channel adds to fatigue (email, sms, push, in-app)."""
RECOVERY_HOURS = 6 * 24.0
SATED_HOURS, SATED = 7 * 24.0, 0.35
"""After a success a customer heeds messages about as much as this, for a week."""
WINDOWS: tuple[SendWindow, ...] = tuple(WINDOW_HOURS)
OPENS = {"email": "email_opened"}
CLICKS = {"email": "email_clicked", "sms": "sms_clicked", "push": "push_opened", "in_app": "in_app_clicked"}


class _Item(NamedTuple):
    """Something that will happen: hours since the start, the id its event gets, the customer's row."""

    at: float
    id: str
    row: int
    kind: str
    """An event name, or `offer` (internal: an offer was noticed)."""
    send: Send | None


class World:
    """n customers and their truth. `matrix` (n, d) is the feature table at `start` (the same one must be given to replay a run);
    `zones` time zones by customer (missing or invalid: UTC)."""

    def __init__(
        self,
        use_case: UseCase,
        seed: int,
        start: datetime,
        *,
        customers: Sequence[str],
        names: Sequence[str],
        matrix: NDArray[np.floating],
        variants: Sequence[Variant] = (),
        zones: Mapping[str, str | None] | None = None,
    ) -> None:
        self.setting, self.seed = SETTINGS[use_case], seed
        self.first_day = start.astimezone(UTC).date()
        self.start = datetime.combine(self.first_day, datetime.min.time(), UTC)
        self.customers = list(customers)
        self._row = {c: i for i, c in enumerate(self.customers)}
        self.truth = Truth(self.setting, seed, self.customers, names, matrix)
        self.truth.calibrate({c: share_within(c, 3) for c in CHANNELS})
        self._zones = [_zone((zones or {}).get(c)) for c in self.customers]
        self._variants: dict[str, int] = {}
        self._known: list[Variant] = []
        self._appeal = np.empty((len(customers), 0), np.float32)  # (n, V)
        self.add_variants(variants)
        self.next_day = self.first_day
        self._fatigue = self.truth.tired()  # (n,) as of _fatigue_at
        self._fatigue_at = np.zeros(len(customers))  # (n,) hours
        self._left = np.full((len(customers), len(CHANNELS)), np.inf)  # (n, C) hours of the unsubscribe
        self._won = np.full(len(customers), -np.inf)  # (n,) hours of the last success
        self._ahead: list[_Item] = []
        self._till = Till()

    def add_variants(self, variants: Sequence[Variant]) -> None:
        """Makes new copy known; a variant known already is left as it is. Tastes depend on the copy alone, not on when it is added."""
        new = [v for v in {v.id: v for v in variants}.values() if v.id not in self._variants]
        if new:
            self._variants |= {v.id: len(self._known) + j for j, v in enumerate(new)}
            self._known += new
            self._appeal = np.concatenate([self._appeal, self.truth.appeal(new).astype(np.float32)], axis=1)

    def advance(self, day: date, sends: Sequence[Send]) -> list[Event]:
        """What happens on `day`, oldest first. Days must follow one another from the start's; sends that were not sent are ignored.

        Raises RunError for a day out of turn, and for a send to somebody, or of a variant, the world does not know.
        """
        if day != self.next_day:
            raise RunError(f"The simulated world expects {self.next_day}, not {day}.", remedy="Advance it day by day from its start.")
        sent = {s.id: s for s in sends if s.state == "sent" and s.sent_at is not None}
        for batch in self._rounds(list(sent.values())):
            self._take(batch)
        self._live(day)
        end = self._hours(datetime.combine(day + timedelta(days=1), datetime.min.time(), UTC))
        events: list[Event] = []
        while self._ahead and self._ahead[0].at < end:
            if event := self._happen(heapq.heappop(self._ahead)):
                events.append(event)
        self.next_day = day + timedelta(days=1)
        return events

    def expected(
        self, rows: NDArray[np.intp], day: date, actions: Sequence[tuple[str, SendWindow] | None], *, within_days: float = 3.0
    ) -> NDArray[np.float32]:
        """Chance, (rows, K), that an action taken on `day` makes one more success within `within_days` of it, as the world stands now.

        An action is (variant id, send window), or None for hold, which adds nothing. Sends at the start of their window, local time.
        """
        used = sorted({self._index(a[0]) for a in actions if a})
        place = {v: j for j, v in enumerate(used)}
        drift = np.array([self.truth.drift(self._known[v].theme, self._days(day) / 7) for v in used], np.float32)
        share = np.array([share_within(c, within_days) for c in CHANNELS])
        scale = share[[CHANNELS.index(self._known[v].channel) for v in used]].astype(np.float32)
        persuade = persuaded(self._appeal[rows[:, None], used] + drift).astype(np.float32) * scale  # (r, V')
        notice = np.zeros((len(rows), len(CHANNELS) * len(WINDOWS)), np.float32)
        for c in range(len(CHANNELS)):
            for w, window in enumerate(WINDOWS):
                at = self._days(day) * 24.0 + WINDOW_HOURS[window][0]
                cell = (np.full(len(rows), x) for x in (c, w, day.weekday(), at))
                notice[:, c * len(WINDOWS) + w] = self._notice(rows, *cell)[0]
        out = np.zeros((len(rows), len(actions)), np.float32)
        touch = [(k, a) for k, a in enumerate(actions) if a]
        columns = [place[self._index(a[0])] for _, a in touch]
        cells = [CHANNELS.index(self._known[self._index(a[0])].channel) * len(WINDOWS) + WINDOWS.index(a[1]) for _, a in touch]
        out[:, [k for k, _ in touch]] = persuade[:, columns] * notice[:, cells]
        return out

    def organic(self, rows: NDArray[np.intp], *, within_days: float = 3.0) -> Floats:
        """Chance, (rows,), of a success within `within_days` without any message, as the world stands now."""
        return np.asarray(-np.expm1(-self._hazard(rows) * within_days))

    def _rounds(self, sends: list[Send]) -> list[list[Send]]:
        """Sends in batches with no customer twice in one, each customer's in order of time."""
        seen: dict[str, int] = defaultdict(int)
        rounds: list[list[Send]] = []
        for send in sorted(sends, key=lambda s: (s.sent_at or s.scheduled_at, s.id)):
            if send.customer not in self._row:
                raise RunError(f"The simulated world has no customer {send.customer}.", remedy="Give it all of the workspace's customers.")
            turn = seen[send.customer]
            seen[send.customer] += 1
            if turn == len(rounds):
                rounds.append([])
            rounds[turn].append(send)
        return rounds

    def _take(self, sends: list[Send]) -> None:
        """Draws the replies to a batch and puts them ahead."""
        rows = np.array([self._row[s.customer] for s in sends])
        variants = [self._index(s.variant) for s in sends]
        channel = np.array([CHANNELS.index(s.channel) for s in sends])
        local = [(s.sent_at or s.scheduled_at).astimezone(self._zones[r]) for s, r in zip(sends, rows, strict=True)]
        at = np.array([self._hours(moment) for moment in local])
        weekday = np.array([moment.weekday() for moment in local])
        notice, strain = self._notice(rows, channel, np.array([_window(m.hour) for m in local]), weekday, at)
        drift = [self.truth.drift(self._known[v].theme, float(t) / 168) for v, t in zip(variants, at, strict=True)]
        persuade = persuaded(self._appeal[rows, variants] + np.array(drift))
        answers = reply(
            self.seed, self.truth.keys[rows], keys([s.id for s in sends]), at, channel, notice, persuade.astype(np.float64), strain,
            self.truth.privacy[rows],
        )  # fmt: skip
        for j, (send, row) in enumerate(zip(sends, rows, strict=True)):
            self._plan(send, int(row), j, answers)
        self._fatigue[rows] = self._tired(rows, at) + TIRES[channel]
        self._fatigue_at[rows] = at

    def _plan(self, send: Send, row: int, j: int, answers: Replies) -> None:
        c = CHANNELS.index(send.channel)
        incentive = self._variant(send).incentive
        ahead = [
            ("machine", answers.machine[j], "email_opened"),
            ("open", answers.noticed[j], OPENS.get(send.channel)),
            ("offer", answers.noticed[j], "offer" if incentive else None),
            ("click", answers.clicked[j], CLICKS.get(send.channel)),
            ("success", answers.converted[j], self.setting.event),
            ("left", answers.left[j], "unsubscribed"),
            ("complaint", answers.left[j] if answers.complained[j] else np.nan, "complained"),
        ]
        for what, at, kind in ahead:
            if kind and np.isfinite(at):
                heapq.heappush(self._ahead, _Item(float(at), f"sim:{send.id}:{what}", row, kind, send))
        if np.isfinite(answers.left[j]):
            self._left[row, c] = min(self._left[row, c], answers.left[j])

    def _live(self, day: date) -> None:
        """What customers do by themselves on `day`: at most one success each, at an hour of their habit."""
        rows = np.arange(len(self.customers))
        number = self._days(day)
        season = 1 + 0.1 * np.sin(2 * np.pi * number / 60)
        strain = np.minimum(self._tired(rows, np.full(len(rows), number * 24.0)) / self.truth.patience, 3)
        hazard = self._hazard(rows) * self.truth.weekday[:, day.weekday()] * season * (1 - 0.05 * strain)
        hit = np.flatnonzero(uniform(self.seed, "organic", number, self.truth.keys) < -np.expm1(-hazard))
        spread = normal(self.seed, "moment", number, self.truth.keys[hit])
        for row, offset in zip(hit, spread, strict=True):
            local = float(np.clip(self.truth.peak[row] + 2.5 * offset, 6.0, 23.5))
            away = datetime.combine(day, datetime.min.time(), self._zones[row]).utcoffset() or timedelta()
            at = number * 24.0 + (local - away.total_seconds() / 3600) % 24
            heapq.heappush(self._ahead, _Item(at, f"sim:{self.customers[row]}:{day}", int(row), self.setting.event, None))

    def _happen(self, item: _Item) -> Event | None:
        """The event of an item whose time has come, None when there is none to see."""
        if item.kind == "offer" and item.send:
            if incentive := self._variant(item.send).incentive:
                self._till.hold(item.row, item.at, item.send, incentive)
            return None
        properties: dict[str, Any] = {}
        if item.kind == self.setting.event:
            if not self.setting.again and np.isfinite(self._won[item.row]):
                return None
            properties = self._success(item)
            self._won[item.row] = item.at
        elif item.send:
            properties = {"send": item.send.id, "channel": item.send.channel}
            if item.id.endswith(":machine"):
                properties["machine"] = True
        moment = self.start + timedelta(seconds=int(item.at * 3600))
        return Event(message_id=item.id, customer=self.customers[item.row], event=item.kind, timestamp=moment, properties=properties)

    def _success(self, item: _Item) -> dict[str, Any]:
        """Amount and redemption. Half of those who come by themselves with an offer in hand use it too: offers cost margin."""
        gross: float | None = None
        if self.setting.amount is not None:
            gross = round(float(self.truth.amount[item.row] * np.exp(0.35 * normal(self.seed, "amount", item.id)[0])), 2)
        offer = None
        if item.send is None:
            offer = self._till.held(item.row, item.at) if uniform(self.seed, "redeem", item.id)[0] < 0.5 else None
        elif incentive := self._variant(item.send).incentive:
            offer = (item.send, incentive)
        return self._till.ring(gross, offer)

    def _notice(
        self, rows: NDArray[np.intp], channel: NDArray[np.intp], window: NDArray[np.intp], weekday: NDArray[np.intp], at: Floats
    ) -> tuple[Floats, Floats]:
        """Chance that a message is noticed, and the strain (fatigue over patience) it meets, both (b,)."""
        truth = self.truth
        base = np.empty(len(rows))
        for c, name in enumerate(CHANNELS):
            for weekend in (False, True):
                mine = (channel == c) & ((weekday >= 5) == weekend)
                if mine.any():
                    base[mine] = truth.noticed(name, weekend)[rows[mine], window[mine]]
        strain = self._tired(rows, at) / truth.patience[rows]
        heed = truth.weekday[rows, weekday] / (1 + strain**2)
        heed = heed * np.where(at - self._won[rows] < SATED_HOURS, SATED, 1.0) * (self._left[rows, channel] > at)
        if not self.setting.again:
            heed = heed * np.isinf(self._won[rows])
        return np.minimum(base * heed, 0.95), strain

    def _tired(self, rows: NDArray[np.intp], at: Floats) -> Floats:
        """Fatigue, (b,), at the hours `at`."""
        out: Floats = self._fatigue[rows] * np.exp(-np.maximum(at - self._fatigue_at[rows], 0) / RECOVERY_HOURS)
        return out

    def _hazard(self, rows: NDArray[np.intp]) -> Floats:
        never = np.isinf(self._won[rows])
        after = self.truth.hazard_after[rows] if self.setting.again else np.zeros(len(rows))
        return np.where(never, self.truth.hazard[rows], after)

    def _variant(self, send: Send) -> Variant:
        return self._known[self._index(send.variant)]

    def _index(self, variant: str) -> int:
        try:
            return self._variants[variant]
        except KeyError:
            raise RunError(
                f"The simulated world has never seen variant {variant}.", remedy="Add the library's variants to it first."
            ) from None

    def _days(self, day: date) -> int:
        return (day - self.first_day).days

    def _hours(self, moment: datetime) -> float:
        return (moment - self.start).total_seconds() / 3600


def _window(hour: int) -> int:
    """The send window an hour belongs to; night hours count as the nearer edge's."""
    return 0 if hour < 11 else 1 if hour < 14 else 2 if hour < 18 else 3


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ValueError, OSError, KeyError):
        return ZoneInfo("UTC")
