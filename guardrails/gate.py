"""The send gate: the one deterministic place that no agent and no message passes by.

In one transaction per batch it looks at everything again, as it is at this moment, and claims what may leave. Within a batch, what was let
through counts for what comes after. It answers with the first reason it finds, in this order: plan_not_live, not_approved, no_address,
suppressed, consent, quiet_hours, cap, cooldown, outranked, budget, render; and duplicate for a send that is no longer planned.

A send caught in quiet hours waits when it may go out within `WAIT` of its scheduled time (its window is not over), else it is blocked.
Caps and cooldown count the messages of all journeys. Where a send would keep another live journey from writing to the customer within a
day, the one with the higher priority goes, then the one that expects more; the other is outranked.

Transactional messages neither count towards caps and cooldown nor are held up by them; everything else holds for them too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from math import inf

from guardrails._gate_facts import Facts, gather
from guardrails.quiet import allowed_at, candidates, next_allowed, zone_or_none
from guardrails.rules.sms import segments
from journeyman.clock import Clock
from journeyman.delivery.address import normalise
from journeyman.delivery.gatekeeper import Answer, Blocked, Claimed, Waiting
from journeyman.delivery.rendering import render
from journeyman.delivery.unsubscribe import Links
from journeyman.domain import BlockReason, Brand, Channel, Customer, Guardrails, Rendered, Send, Variant
from journeyman.errors import Refused, RenderError
from journeyman.store import Store, budget, outbox

WAIT = timedelta(hours=3)
"""The length of the shortest send window."""
TOLERANCE = 1e-9
"""Of sums of money, in units of the currency."""


class SendGate:
    """See the module; the contract is `journeyman.delivery.gatekeeper.Gate`. `links` makes unsubscribe links (default: under the brand's
    first domain); `extra` gives further template values for a send."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        brand: Brand,
        *,
        links: Links | None = None,
        extra: Callable[[Send], Mapping[str, str]] | None = None,
    ) -> None:
        self._store, self._clock, self._brand = store, clock, brand
        self._links = links or Links.of(brand)
        self._extra = extra

    def claim(self, sends: Sequence[Send]) -> list[Answer]:
        """One answer per send, in order; claims and blocks are written, waiting sends stay planned. What counts is the outbox's row, not
        the copy passed in. Raises StoreError."""
        with self._store.transaction():
            rows = outbox.named(self._store, [send.id for send in sends])
            open_ = {id_: row for id_, row in rows.items() if row.state == "planned"}
            answers = self._judge(list(dict.fromkeys(send.id for send in sends)), open_, again=False)
            outbox.block(self._store, {a.send.id: a.reason for a in answers.values() if isinstance(a, Blocked)})
            self._let_through([a for a in answers.values() if isinstance(a, Claimed)])
        given: set[str] = set()
        result: list[Answer] = []
        for send in sends:
            fresh = send.id in answers and send.id not in given
            result.append(answers[send.id] if fresh else Blocked(rows.get(send.id, send), "duplicate", "It is not planned any more."))
            given.add(send.id)
        return result

    def reclaim(self, sends: Sequence[Send]) -> list[Answer]:
        """For sends left claimed by a crash: the same look at everything. Blocked ones become unknown, waiting ones stay claimed."""
        with self._store.transaction():
            rows = {i: row for i, row in outbox.named(self._store, [send.id for send in sends]).items() if row.state == "claimed"}
            answers = self._judge(list(rows), rows, again=True)
            doubtful = {a.send.id: f"interrupted, then {a.reason}" for a in answers.values() if isinstance(a, Blocked)}
            outbox.unknown(self._store, doubtful)
            self._let_through([a for a in answers.values() if isinstance(a, Claimed)])
        return [answers[send.id] for send in sends if send.id in answers]

    def release(self, claims: Sequence[Claimed]) -> None:
        """Claims of sends that certainly did not leave are undone: planned again, their reservations free. One that another delivery has
        taken over or settled meanwhile is left alone."""
        with self._store.transaction():
            mine = sorted(outbox.standing(self._store, {claim.send.id: claim.at for claim in claims}))
            outbox.unclaim(self._store, mine)
            budget.release(self._store, mine)

    def _judge(self, order: Sequence[str], rows: Mapping[str, Send], *, again: bool) -> dict[str, Answer]:
        """Answers by send id, in the order given; `rows` are the outbox's own."""
        sends = [rows[id_] for id_ in order if id_ in rows]
        if not sends:
            return {}
        facts = gather(self._store, sends, self._clock.now(), again=again)
        answers: dict[str, Answer] = {}
        for send in sends:
            answers[send.id] = answer = self._one(send, facts)
            if isinstance(answer, Claimed):
                if send.topic == "marketing":
                    facts.history.setdefault(send.customer, []).append((send.channel, facts.now))
                facts.committed[send.journey] += send.liability
        return answers

    def _one(self, send: Send, facts: Facts) -> Answer:
        variant, customer = facts.variants.get((send.journey, send.variant)), facts.people.get(send.customer)
        if (send.journey, send.plan_version) not in facts.live:
            return Blocked(send, "plan_not_live")
        if variant is None or not _as_approved(send, *variant):
            return Blocked(send, "not_approved")
        if customer is None or not _reaches(send, customer):
            return Blocked(send, "no_address")
        if facts.suppressed.get((send.channel, send.address)) in ("all", send.topic):
            return Blocked(send, "suppressed")
        if (send.channel, send.topic) not in customer.consent:
            return Blocked(send, "consent")
        limits = facts.guardrails[send.journey]
        if (until := self._not_before(send, customer, limits, facts.now)) != facts.now:
            return Blocked(send, "quiet_hours") if until is None else Waiting(send, until)
        if reason := _over_limits(send, limits, facts.history.get(send.customer, ()), facts.now):
            return Blocked(send, reason)
        if send.topic == "marketing" and _outranked(send, customer, facts):
            return Blocked(send, "outranked")
        if _over_budget(send, limits, facts):
            return Blocked(send, "budget")
        return self._rendered(send, variant[0], customer, facts.now)

    def _not_before(self, send: Send, customer: Customer, limits: Guardrails, now: datetime) -> datetime | None:
        """`now`, or the moment to wait for, or None when that is too late."""
        if send.scheduled_at > now:
            return send.scheduled_at
        zones = candidates(customer.time_zone, self._brand.time_zones)
        if allowed_at(now, zones, limits.quiet_hours, send.channel):
            return now
        until = next_allowed(now, zones, limits.quiet_hours, send.channel)
        return until if until is not None and until - send.scheduled_at <= WAIT else None

    def _rendered(self, send: Send, variant: Variant, customer: Customer, now: datetime) -> Answer:
        url = self._links.link(send.id)
        extra = self._extra(send) if self._extra else None
        try:
            text = render(variant, self._brand, customer, unsubscribe_url=url, extra=extra)
            if variant.channel == "sms" and self._too_long(text):  # a name may cost a segment: without it, then
                text = render(variant, self._brand, Customer(id=customer.id), unsubscribe_url=url)
        except RenderError as problem:
            return Blocked(send, "render", problem.message)
        if variant.channel == "sms" and self._too_long(text):
            return Blocked(send, "render", f"{variant.id}: more than {self._brand.sms_segment_limit} segments.")
        zone = customer.time_zone if zone_or_none(customer.time_zone) else None
        return Claimed(Send.trusted({**send.__dict__, "state": "claimed"}), text, now, variant.language, zone, url)

    def _too_long(self, text: Rendered) -> bool:
        """Whether a text message takes more segments than the brand allows (rule S01), as it was rendered for this customer."""
        limit = self._brand.sms_segment_limit
        short = len(text.body) <= 67 * limit if limit > 1 else len(text.body) <= 70
        return not short and segments(text.body) > limit

    def _let_through(self, claims: Sequence[Claimed]) -> None:
        for moment in {claim.at for claim in claims}:
            outbox.claim(self._store, [claim.send.id for claim in claims if claim.at == moment], moment)
        for journey in {claim.send.journey for claim in claims}:
            held = {c.send.id: c.send.liability for c in claims if c.send.journey == journey and c.send.liability > 0}
            budget.reserve(self._store, journey, held)


def _as_approved(send: Send, variant: Variant, fingerprint: str) -> bool:
    """The send is of exactly the approved text, for the channel and topic it was approved for; the holdout is sent nothing."""
    same = send.variant_hash == fingerprint and (send.channel, send.topic) == (variant.channel, variant.topic)
    return same and send.arm != "holdout"


def _reaches(send: Send, customer: Customer) -> bool:
    """The send's address is still the customer's."""
    try:
        return normalise(send.channel, customer.address(send.channel) or "") == send.address
    except Refused:
        return False


History = Sequence[tuple[Channel, datetime]]


def _over_limits(send: Send, limits: Guardrails, history: History, now: datetime) -> BlockReason | None:
    """Which limit on the customer's marketing messages, all journeys' counted, keeps the send from going out `now`."""
    if send.topic != "marketing":
        return None
    ages = [(channel, now - when) for channel, when in history]
    for cap in limits.frequency_caps:
        if cap.channel in (None, send.channel):
            window = timedelta(days=cap.window_days)
            if sum(age < window and cap.channel in (None, channel) for channel, age in ages) >= cap.limit:
                return "cap"
    if limits.cooldown_hours and any(age < timedelta(hours=limits.cooldown_hours) for _, age in ages):
        return "cooldown"
    return None


def _outranked(send: Send, customer: Customer, facts: Facts) -> bool:
    """Whether journeys that go first want the customer too, and would get fewer of their messages through once this one is out."""
    mine = facts.ranks.get(send.id)
    rivals = [rival for rival, rank in facts.rivals.get(send.customer, ()) if mine and rival.journey != send.journey and rank > mine]
    if not rivals:
        return False
    ahead = sorted((rival for rival in rivals if _may(rival, customer, facts)), key=lambda rival: (rival.scheduled_at, rival.id))
    before = facts.history.get(send.customer, [])
    return not _through(ahead, before, facts) <= _through(ahead, [*before, (send.channel, facts.now)], facts)


def _may(send: Send, customer: Customer, facts: Facts) -> bool:
    return (send.channel, "marketing") in customer.consent and (send.channel, send.address) not in facts.suppressed


def _through(sends: Sequence[Send], before: History, facts: Facts) -> set[str]:
    """Which of these would pass the limits, one after another, each at its time."""
    history, passed = list(before), set[str]()
    for send in sends:
        moment = max(send.scheduled_at, facts.now)
        if not _over_limits(send, facts.guardrails[send.journey], history, moment):
            passed.add(send.id)
            history.append((send.channel, moment))
    return passed


def _over_budget(send: Send, limits: Guardrails, facts: Facts) -> bool:
    amount = limits.incentive_budget.amount if limits.incentive_budget else inf
    over = send.liability and facts.committed[send.journey] + send.liability > amount + TOLERANCE
    return not 0 <= send.liability < inf or bool(over)
