"""Looks over a plan before somebody approves it: what it may do at worst, and what in it can never work.

Pure arithmetic over the plan, the other live plans and a few facts about the audience. It sends nothing and stops nothing: the gate holds
the limits whatever the linter says. A `block` finding is a plan that cannot do what it says; a `warn` is for the person who approves.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from guardrails.cron import fires_per_week
from guardrails.power import smallest_lift
from guardrails.quiet import allowed_at
from journeyman.domain import CHANNELS, WINDOW_HOURS, Channel, Incentive, Plan, Record

_UTC = ZoneInfo("UTC")
_DAY = datetime(2001, 1, 1, tzinfo=_UTC)
"""Any day without a change of clocks."""
OFTEN = 5
"""Contacts a week, over all journeys, from which people begin to leave (practice)."""
ORDER = 50.0
"""What an order is reckoned at when nobody says."""


class AudienceFacts(Record):
    """What is known of the people a plan is for. `consented`: how many may be written to on a channel; absent: unknown."""

    size: int = Field(ge=0)
    consented: dict[Channel, int] = Field(default_factory=dict)
    base_rate: float = Field(default=0.05, gt=0, lt=1)
    """Share expected to succeed within the horizon without any message."""
    worthwhile_lift: float = Field(default=0.2, gt=0)
    """The smallest relative lift worth seeing: 0.2 is 20 % more successes."""
    average_order_value: float | None = Field(default=None, ge=0)
    products: list[str] | None = None
    """Ids of the brand's products; None: not checked."""
    languages: dict[str, int] = Field(default_factory=dict)
    """How many speak which language (two letters); whose language is unknown is left out."""


class Finding(Record):
    """One remark of the linter: what is the matter, and what to do."""

    severity: Literal["block", "warn"]
    code: str
    message: str
    remedy: str


def _block(code: str, message: str, remedy: str) -> Finding:
    return Finding(severity="block", code=code, message=message, remedy=remedy)


def _warn(code: str, message: str, remedy: str) -> Finding:
    return Finding(severity="warn", code=code, message=message, remedy=remedy)


def lint(plan: Plan, *, audience: AudienceFacts | None = None, other_plans: Sequence[Plan] = ()) -> list[Finding]:
    """The findings, blocks first. Without audience facts those that need them are left out."""
    found = [*_contacts(plan, other_plans), *_hours(plan), *_lengths(plan), *_briefs(plan, audience), *_budget(plan, audience)]
    if audience is not None:
        found += [*_people(plan, audience), *_power(plan, audience)]
    return sorted(found, key=lambda f: f.severity != "block")


def contacts_per_week(plan: Plan) -> float:
    """The most marketing messages one customer can get from this plan in any seven days (inf is impossible: runs bound it)."""
    rails, channels = plan.guardrails, plan.action_sets.channels
    most = float(fires_per_week(plan.schedule.cron))
    if rails.cooldown_hours:
        most = min(most, math.floor(7 * 24 / rails.cooldown_hours) + 1)
    weekly = [(cap.channel, float(cap.limit * math.ceil(7 / cap.window_days))) for cap in rails.frequency_caps]
    for channel, limit in weekly:
        if channel is None:
            most = min(most, limit)
    each = [min([limit for name, limit in weekly if name == channel], default=math.inf) for channel in channels]
    return min(most, sum(each))


def _contacts(plan: Plan, others: Sequence[Plan]) -> Iterator[Finding]:
    own, rest = contacts_per_week(plan), {p.name: contacts_per_week(p) for p in others if p.name != plan.name}
    if not plan.guardrails.frequency_caps:
        yield _warn(
            "no-cap",
            f"No frequency cap: one customer may get {own:g} messages a week.",
            "Add a cap, such as two messages in seven days.",
        )
    if (total := own + sum(rest.values())) > OFTEN:
        shares = ", ".join(f"{name} {n:g}" for name, n in [(plan.name, own), *rest.items()])
        yield _warn(
            "contacts",
            f"At worst one customer gets {total:g} messages a week over all live journeys ({shares}).",
            "Lower the caps, lengthen the cooldown, or end a journey; caps of journeys add up.",
        )
    if own == 0:
        yield _block(
            "cap-zero",
            "The caps allow no message at all.",
            "Raise the cap of 0, or drop the journey.",
        )


def _hours(plan: Plan) -> Iterator[Finding]:
    windows, quiet, some = plan.action_sets.send_windows, plan.guardrails.quiet_hours, False
    for channel in plan.action_sets.channels:
        for window in windows:
            start, end = (hour * 60 for hour in WINDOW_HOURS[window])
            open_ = [allowed_at(_DAY + timedelta(minutes=m), [_UTC], quiet, channel) for m in range(start, end)]
            some |= any(open_)
            if not any(open_):
                remedy = f"Take {window} out of the send windows, or shorten the quiet hours."
                yield _warn("window-closed", f"The {window} window lies in quiet hours for {_name(channel)}.", remedy)
            elif not open_[0]:
                message = f"Quiet hours cover the start of the {window} window for {_name(channel)}, which is when it sends."
                yield _warn("window-late", message, "End the quiet hours by the start of the window.")
    if not some:
        remedy = "Add a send window outside the quiet hours."
        yield _block("no-window", "Quiet hours leave no send window on any channel.", remedy)


def _lengths(plan: Plan) -> Iterator[Finding]:
    window, horizon = plan.objective.attribution_window_days, plan.schedule.horizon_days
    if window > horizon:
        yield _warn(
            "attribution-window",
            f"The attribution window ({window} days) is longer than the journey ({horizon} days).",
            "Shorten the window or lengthen the journey; otherwise no send is ever fully counted.",
        )


def _briefs(plan: Plan, audience: AudienceFacts | None) -> Iterator[Finding]:
    sets, rails = plan.action_sets, plan.guardrails
    for channel in sets.channels:
        if any(c.limit == 0 and c.channel == channel for c in rails.frequency_caps):
            remedy = f"Take {channel} out of the channels, or raise its cap."
            yield _warn("brief-unreachable", f"A cap of 0 lets nothing out by {_name(channel)}.", remedy)
        elif audience and audience.size and audience.consented.get(channel) == 0:
            remedy = f"Take {channel} out of the channels, or collect consent first."
            yield _warn("brief-unreachable", f"Nobody in the audience may be written to by {_name(channel)}.", remedy)
    limit = rails.max_discount_percent
    for offer in sets.incentives:
        if offer.kind == "percent_off" and limit is not None and offer.value > limit:
            message = f"{offer.value:g}% off is more than the plan's own {limit:g}%; its copy can never be approved."
            yield _block("brief-unreachable", message, "Lower the offer or raise the plan's limit.")
    known = audience.products if audience else None
    for product in sets.products if known is not None else ():
        if product not in (known or []):
            yield _warn("brief-unreachable", f"The brand sells no product {product!r}.", "Use the ids of the brand's products.")


def liability(offer: Incentive, order: float) -> float:
    """What one redemption costs at most, in the budget's currency: a share of an order, the amount, a cent a point, six for shipping."""
    reckoned = {
        "percent_off": offer.value / 100 * order,
        "amount_off": offer.value,
        "points": offer.value / 100,
        "free_shipping": 6.0,
        "gift": offer.value,
    }
    return reckoned[offer.kind]


def _budget(plan: Plan, audience: AudienceFacts | None) -> Iterator[Finding]:
    offers, budget = plan.action_sets.incentives, plan.guardrails.incentive_budget
    if not offers:
        return
    if budget is None:
        yield _warn(
            "no-budget",
            "There are offers but no incentive budget: spend is bounded by nothing.",
            "Set an incentive budget.",
        )
        return
    foreign = sorted({o.currency for o in offers if o.currency and o.currency != budget.currency and o.kind == "amount_off"})
    if foreign:
        yield _block(
            "currency",
            f"The budget is in {budget.currency}, offers are in {', '.join(foreign)}.",
            "Use one currency.",
        )
    order = audience.average_order_value if audience and audience.average_order_value is not None else ORDER
    dearest = max(liability(o, order) for o in offers)
    if dearest > budget.amount:
        yield _block(
            "budget-too-small",
            f"One redemption may cost {dearest:,.2f}, the budget is {budget.amount:,.2f} {budget.currency}: no offer can be sent.",
            "Raise the budget or lower the offer.",
        )
    elif audience is not None:
        sends = audience.size * (1 - plan.measurement.holdout) * contacts_per_week(plan) * plan.schedule.horizon_days / 7
        if (worst := sends * dearest) > budget.amount:
            reached = int(budget.amount / dearest)
            yield _warn(
                "budget",
                f"If every message carried the dearest offer and all were redeemed, {worst:,.0f} {budget.currency} would be owed "
                f"against {budget.amount:,.0f}. The gate stops offers at the budget, after {reached:,} of {sends:,.0f} sends at worst.",
                "Fine if offers are meant for few; else raise the budget or lower the offers.",
            )


def _people(plan: Plan, audience: AudienceFacts) -> Iterator[Finding]:
    if audience.size == 0:
        yield _block(
            "empty-audience",
            "Nobody matches the audience.",
            "Loosen the audience's conditions; look at `journeyman data profile`.",
        )
        return
    for channel in plan.action_sets.channels:
        without = audience.size - audience.consented.get(channel, audience.size)
        if 0 < without < audience.size and without / audience.size >= 0.2:
            share = f"{without:,} of {audience.size:,} ({without / audience.size:.0%})"
            remedy = "Reckon with the smaller audience, or ask for consent on another occasion."
            yield _warn("consent", f"{share} gave no consent for {_name(channel)}: nothing reaches them there.", remedy)
    known = [audience.consented[c] for c in plan.action_sets.channels if c in audience.consented]
    if len(known) == len(plan.action_sets.channels) and not any(known):
        yield _block(
            "no-reach",
            "Nobody in the audience may be written to on any of the plan's channels.",
            "Add a channel people consented to.",
        )


def _power(plan: Plan, audience: AudienceFacts) -> Iterator[Finding]:
    share, n, base = plan.measurement, audience.size, audience.base_rate
    treated = 1 - share.holdout - share.random_control - share.bau
    if n == 0:
        return
    if treated <= 0:
        yield _block(
            "no-treatment",
            "The comparison groups take the whole audience.",
            "Leave a share for treatment.",
        )
    elif share.holdout == 0:
        yield _warn(
            "no-holdout",
            "Without a holdout nobody will know what the journey earned.",
            "Hold out at least 5 to 10 percent.",
        )
    elif (lift := smallest_lift(n * treated, n * share.holdout, base)) > audience.worthwhile_lift:
        rest = 1 - share.random_control - share.bau
        shares = (h / 100 for h in range(1, 91) if h / 100 < rest)
        enough = next((h for h in shares if smallest_lift(n * (rest - h), n * h, base) <= audience.worthwhile_lift), None)
        remedy = f"A holdout of {enough:.0%} would show it." if enough else "Widen the audience, run longer, or look for a larger lift."
        shown = f"lifts above {lift:.0%}" if math.isfinite(lift) else "no lift at all"
        message = f"A holdout of {n * share.holdout:,.0f} people shows {shown}; the lift worth seeing is {audience.worthwhile_lift:.0%}"
        yield _warn("power", f"{message} (base rate {base:.1%}).", remedy)


def _name(channel: Channel) -> str:
    return dict(zip(CHANNELS, ("e-mail", "SMS", "push", "in-app message"), strict=True))[channel]
