"""How a journey stands: the policy's report for agents, and which decisions succeeded. Reads a shift, changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from journeyman.domain import Decision, LevelReport, PolicyReport
from journeyman.measurement.attribution import attribute
from journeyman.measurement.levels import even_rate, level_reports, segment_reports, segments, who_answers
from journeyman.store import budget, events, outbox, rewards

if TYPE_CHECKING:
    from tools.shift import Shift


SHOWN_OFTEN, WEAKEST = 60, 20
"""Sends from which a variant is judged by itself, and how many of the weak ones are named."""


class Standing:
    """See the module. A decision whose window has closed is looked at once and remembered."""

    def __init__(self, shift: Shift) -> None:
        self._shift = shift
        self._settled: dict[str, float] = {}

    def report(self) -> PolicyReport:
        """Rates by lever, level and segment, the budget, unsubscribes: as of now, over decisions whose window has closed."""
        shift = self._shift
        known, taught = self.successes(), rewards.learned(shift.store, shift.journey)
        made = {d.id: d for d in shift.made()}
        sent = [d for d in made.values() if d.id in known and d.variant is not None]
        held = [known[d.id] for d in made.values() if d.id in known and d.variant is None]
        earned = np.array([known[d.id] for d in sent])
        limit = shift.plan.guardrails.incentive_budget
        left = events.read(shift.store, names=["unsubscribed"])
        sends = outbox.counts(shift.store, shift.journey).get("sent", 0)
        standing = budget.standing(shift.store, shift.journey)
        levers, propensity = self._levers(sent), np.array([d.propensity for d in sent])
        members = self._members(sent) if sent else {}
        levels = [*level_reports(levers, earned, propensity), *who_answers(earned, propensity, members)] if sent else []
        return PolicyReport(
            journey=shift.journey,
            policy_version=shift.desk.policy_version,
            day=max((shift.store.clock.now() - shift.start).days, 0),
            horizon_days=shift.plan.schedule.horizon_days,
            customers=len({d.customer for d in made.values()}),
            decisions=len(made),
            rewards=len(taught),
            send_rate=sends / max(len(made), 1),
            reward_rate=even_rate(earned, propensity),
            hold_rate=float(np.mean(held)) if held else 0.0,
            unsubscribe_rate=len(left) / max(sends, 1),
            budget_left=limit.amount - standing.spent if limit else None,
            budget_total=limit.amount if limit else None,
            levels=[*levels, *self._weak(sent, earned, propensity)] if sent else [],
            segments=segment_reports(levers, earned, propensity, members) if sent else [],
        )

    def successes(self) -> dict[str, float]:
        """Decision → whether the plan's weightiest event came of it, for all that were learned and whose window has closed: people are told
        of successes, not of the lighter signs of engagement a policy learns from as well, nor of what is still coming in."""
        shift, now = self._shift, self._shift.store.clock.now()
        learned = rewards.learned(shift.store, shift.journey)
        whole = shift.plan.objective
        objective = whole.model_copy(update={"events": [e for e in whole.events if e.weight == whole.success_weight]})
        made = [d for d in shift.made() if d.id in learned and d.id not in self._settled]
        if made:
            since = made[0].decided_at - timedelta(days=objective.attribution_window_days)
            happened = events.read(shift.store, since=since, until=now, names=[e.event for e in objective.events])
            found = attribute(made, outbox.read(shift.store, shift.journey, since=since), happened, objective, now)
            self._settled.update({r.decision: r.reward for r in found if r.closed})
        return dict(self._settled)

    def _weak(self, sent: Sequence[Decision], earned: NDArray[np.float64], propensity: NDArray[np.float64]) -> list[LevelReport]:
        """The variants still in use whose whole interval lies below the journey's rate, weakest first."""
        known = level_reports({"variant": [d.variant for d in sent]}, earned, propensity)
        usual = even_rate(earned, propensity)
        usable = {v for v, _ in self._shift.desk.actions if v} - self._shift.desk.retired
        weak = [row for row in known if row.level in usable and row.sends >= SHOWN_OFTEN and row.high < usual]
        return sorted(weak, key=lambda row: (row.high, row.level))[:WEAKEST]

    def _levers(self, made: Sequence[Decision]) -> dict[str, list[str | None]]:
        variants = [self._shift.desk.variants[str(d.variant)][0] for d in made]
        return {
            "theme": [v.theme for v in variants],
            "channel": [v.channel for v in variants],
            "tone": [v.tone for v in variants],
            "incentive": [v.incentive.key if v.incentive else "none" for v in variants],
            "send_window": [d.window for d in made],
        }

    def _members(self, made: Sequence[Decision]) -> dict[str, NDArray[np.bool_]]:
        """Segments by the features at the journey's start."""
        first = self._shift.features(min(d.snapshot for d in made))
        rows = np.array([first.row_of.get(d.customer, -1) for d in made])  # who came later is in no segment
        return {name: mask[rows] & (rows >= 0) for name, mask in segments(first.names, first.matrix()).items()}
