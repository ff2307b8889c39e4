"""Gathers a report's facts from the store, the snapshots and the outbox. Reads only; says nothing that was not measured."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from app.report.facts import ArmResult, Comparison, Interval, ReportFacts, ShownVariant
from app.report.terminal import plan_words
from graphs.state import Working
from journeyman.delivery import complaints
from journeyman.delivery.rendering import render
from journeyman.domain import ARMS, Customer, Decision
from journeyman.measurement.arms import assign, sample_ratio
from journeyman.measurement.audit import audit
from journeyman.measurement.lift import Lift, lifts
from journeyman.store import audit as audit_log
from journeyman.store import budget, events, library, outbox

if TYPE_CHECKING:
    from app.office import Office

LEAST_SENDS = 15
PER_CHANNEL = 4


async def gather(office: Office, work: Working, **told: Any) -> ReportFacts:
    """The facts of a journey as it stands. `told` overrides or adds what only the caller knows (notice, seed, oracle_share)."""
    from graphs.learning import build

    shift, plan, store = work.shift, work.plan, office.store
    now = office.clock.now()
    made = shift.made()
    first = _entries(made)
    outcome, daily = _outcomes(office, work, first, now)
    arm = np.array([d.arm for d in first])
    covariates = np.stack([shift.context(d) for d in first])
    days = _days(shift.start, now)
    found = lifts(outcome, arm, covariates, fraction=max((now - shift.start) / timedelta(days=plan.schedule.horizon_days), 1e-3))
    state = await build().ainvoke({"slot": f"{now:%Y-%m-%d}.report", "analyse": True}, context=office.working(shift.journey, work))
    sent = shift.sent()
    standing = budget.standing(store, shift.journey)
    limit = plan.guardrails.incentive_budget
    profile = office.profile
    brand = office.space.settings.brand
    counts = library.counts(store, shift.journey)
    facts: dict[str, Any] = {
        "notice": "Measured on your own customers.",
        "brand": brand.name,
        "journey": shift.journey,
        "goal": plan.goal,
        "model": office.team.model,
        "seed": None,
        "start": f"{shift.start:%Y-%m-%d}",
        "days": days,
        "customers": len(shift.desk.customers),
        "audience": len(first),
        "audience_words": plan.audience.description,
        "rows_read": office.tables.rows_read,
        "features": len(shift.features(first[0].snapshot).names),
        "problems": [f"{p.table}: {p.kind}, {p.count:,}. {p.remedy}" for p in profile.problems],
        "plan_words": plan_words(plan),
        "variants": {name: counts[name] for name in ("written", "approved", "rejected", "duplicates")},
        "decisions": sum(d.arm != "holdout" for d in made),
        "holds": sum(d.variant is None and d.arm != "holdout" for d in made),
        "sends": len(sent),
        "by_channel": dict(sorted(Counter(s.channel for s in sent).items())),
        "blocked": outbox.blocked(store, shift.journey),
        "violations": len(_violations(office, work)),
        "unsubscribes": len({e.customer for e in events.read(store, names=["unsubscribed"])}),
        "complaints": str(complaints.counted(store, shift.journey, now)),
        "paused": complaints.why_paused(store, shift.journey),
        "incentive_spend": round(standing.spent, 2),
        "incentive_budget": limit.amount if limit else None,
        "currency": limit.currency if limit else "USD",
        "success_event": max(plan.objective.events, key=lambda e: e.weight).event,
        "arms": _arms(arm, outcome, daily, Counter(s.arm for s in sent)),
        "comparisons": [_comparison(lift) for lift in found.values()],
        "oracle_share": None,
        "sample_ratio_ok": not sample_ratio(arm, plan.measurement).alarm,
        "narrative": state["narrative"],
        "learnings": state["analysis"]["learnings"],
        "levels": [row for row in state["report"]["levels"] if row["lever"] != "variant"],
        "segments": state["report"]["segments"],
        "best": _best(office, work),
        "renewals": _renewals(office, shift.journey),
    }
    return ReportFacts.model_validate(facts | told)


def _renewals(office: Office, journey: str) -> list[str]:
    """What the experimentation loop has done to the library, a line a cycle, from the audit log."""
    lines = []
    for entry in audit_log.read(office.store):
        if entry.action == "renew library" and entry.detail.get("journey") == journey:
            new, gone = len(entry.detail["new"]), len(entry.detail["retired"])
            why = f" Because: {entry.detail['why'][0]}" if entry.detail["why"] else ""
            lines.append(f"{entry.at:%Y-%m-%d}: {new} new variants came in, {gone} worn-out ones went.{why}")
    return lines


def _entries(made: Sequence[Decision]) -> list[Decision]:
    """Each customer's first decision: the day they entered the experiment."""
    first: dict[str, Decision] = {}
    for decision in made:
        first.setdefault(decision.customer, decision)
    return [first[c] for c in sorted(first)]


def _days(start: datetime, now: datetime) -> int:
    """Days begun since the start."""
    return max(-((start - now) // timedelta(days=1)), 1)


def _outcomes(office: Office, work: Working, first: Sequence[Decision], now: datetime) -> tuple[Any, Any]:
    """Whether each customer succeeded since entry (n,), and on which day first (n, days).

    Success is the plan's weightiest event (engagement with lighter weights helps a policy learn; it is not what is measured), once per
    customer: who comes back twice was won back once.
    """
    shift = work.shift
    top = max(e.weight for e in work.plan.objective.events)
    primary = [e.event for e in work.plan.objective.events if e.weight == top]
    place = {d.customer: i for i, d in enumerate(first)}
    days = _days(shift.start, now)
    daily = np.zeros((len(first), days))
    for event in events.read(office.store, since=shift.start, until=now, names=primary):
        i = place.get(event.customer)
        if i is not None and event.timestamp >= first[i].decided_at and not daily[i].any():
            daily[i, min((event.timestamp - shift.start).days, days - 1)] = 1.0
    return daily.sum(axis=1), daily


def _arms(arm: Any, outcome: Any, daily: Any, sends: Counter[Any]) -> list[ArmResult]:
    results = []
    for name in ARMS:
        mine = arm == name
        if mine.any():
            curve = 100 * daily[mine].mean(axis=0).cumsum()
            results.append(
                ArmResult(
                    arm=name,
                    customers=int(mine.sum()),
                    sends=sends.get(name, 0),
                    success_per_100=float(100 * outcome[mine].mean()),
                    daily=[round(float(v), 4) for v in curve],
                )
            )
    return results


def _comparison(lift: Lift) -> Comparison:
    relative = None
    if lift.relative is not None and lift.relative_low is not None and lift.relative_high is not None:
        relative = Interval(value=lift.relative, low=lift.relative_low, high=lift.relative_high)
    return Comparison(against=lift.versus, difference=Interval(value=lift.value, low=lift.low, high=lift.high), relative=relative)


def _violations(office: Office, work: Working) -> list[Any]:
    """What an independent reading of the outbox finds."""
    shift = work.shift
    people = office.tables.customers()
    arms = assign([p.id for p in people], shift.desk.salt, work.plan.measurement)
    return audit(
        office.space.outbox,
        people,
        work.plan.guardrails,
        brand_zones=office.space.settings.brand.time_zones,
        arms={p.id: str(a) for p, a in zip(people, arms, strict=True)},
        approved=set(shift.desk.variants),  # those retired since were approved when they went
        events=events.read(office.store, names=["unsubscribed", "complained"]),
        domains=office.space.settings.brand.domains,
    )


def _best(office: Office, work: Working) -> list[ShownVariant]:
    """Ten variants with the best rate, shrunk towards the mean of all by their number of sends; a few per channel, so that each is seen."""
    shift = work.shift
    known = shift.successes()
    earned: dict[str, list[float]] = defaultdict(list)
    for d in shift.made():
        if d.id in known and d.variant is not None:
            earned[d.variant].append(known[d.id])
    if not earned:
        return []
    mean = float(np.mean([r for rs in earned.values() for r in rs]))
    score = {v: (sum(rs) + 20 * mean) / (len(rs) + 20) for v, rs in earned.items() if len(rs) >= LEAST_SENDS} or {
        v: sum(rs) / len(rs) for v, rs in earned.items()
    }
    shown: list[ShownVariant] = []
    seen: Counter[str] = Counter()
    for name in sorted(score, key=lambda v: (-score[v], v)):
        variant = shift.desk.variants[name][0]
        if seen[variant.channel] < PER_CHANNEL and len(shown) < 10:
            seen[variant.channel] += 1
            rs = earned[name]
            half = 1.96 * float(np.std(rs)) / max(len(rs), 1) ** 0.5
            rate = float(np.mean(rs))
            shown.append(
                ShownVariant(
                    id=name, channel=variant.channel, theme=variant.theme, tone=variant.tone, incentive=variant.incentive, sends=len(rs),
                    reward_rate=Interval(value=rate, low=max(rate - half, 0), high=rate + half), rendered=_as_seen(office, variant),
                )
            )  # fmt: skip
    return shown


def _as_seen(office: Office, variant: Any) -> Any:
    brand = office.space.settings.brand
    host = brand.domains[0] if brand.domains else "brand.example"
    reader = Customer(id="reader", first_name="Maria")
    return render(variant, brand, reader, unsubscribe_url=f"https://{host}/unsubscribe/example")
