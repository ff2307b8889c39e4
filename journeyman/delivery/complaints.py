"""Complaints: a journey whose e-mails too many people report as spam stops by itself, until a person lets it go on (rule E08).

Gmail and Yahoo ask senders to stay under three complaints in a thousand messages and turn away mail from those who do not. Counted are the
e-mails of the last thirty days, or since a person last resumed the journey; fewer than three complaints are chance, not a rate.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import func, select

from journeyman.domain import Event, Record
from journeyman.store import Store, audit, events, journeys
from journeyman.store.tables import sends

RATE = 0.003
LEAST = 3
WINDOW = timedelta(days=30)
ACTOR = "guardrails"
PAUSED, RESUMED = "paused for complaints", "resumed"


class Complaints(Record):
    """A journey's e-mails since a moment, and how many people complained of them."""

    journey: str
    since: datetime
    sent: int
    complained: int

    @property
    def rate(self) -> float:
        """Complaints per message."""
        return self.complained / self.sent if self.sent else 0.0

    @property
    def too_many(self) -> bool:
        """Whether the journey must stop."""
        return self.complained >= LEAST and self.rate >= RATE

    def __str__(self) -> str:
        who = "Nobody" if not self.complained else "1 person" if self.complained == 1 else f"{self.complained:,} people"
        share = f"{self.rate:.2%}; a" if self.complained else "a"
        return f"{who} reported an e-mail as spam, of {self.sent:,} since {self.since:%Y-%m-%d} ({share} journey stops at {RATE:.1%})."


def counted(store: Store, journey: str, now: datetime) -> Complaints:
    """The journey's complaints as they stand. A complaint counts against the journey of the message it names, else of the last e-mail the
    customer had before it."""
    log = audit.read(store, since=now - WINDOW)
    since = max([now - WINDOW, *(e.at for e in log if e.action == RESUMED and e.detail["journey"] == journey)])
    mine = select(func.count()).where(
        sends.c.journey == journey, sends.c.channel == "email", sends.c.state.in_(("sent", "unknown")), sends.c.claimed_at > since
    )
    with store.reading() as connection:
        sent = connection.scalar(mine) or 0
    told = [e for e in events.read(store, since=since, names=["complained"]) if e.properties.get("channel", "email") == "email"]
    by = {e.customer for e in told if _journey(store, e) == journey}
    return Complaints(journey=journey, since=since, sent=sent, complained=len(by))


def _journey(store: Store, complaint: Event) -> str | None:
    """Whose message it was about."""
    named = complaint.properties.get("send")
    mail = select(sends.c.journey).where(sends.c.channel == "email", sends.c.customer == complaint.customer)
    last = mail.where(sends.c.claimed_at <= complaint.timestamp).order_by(sends.c.claimed_at.desc()).limit(1)
    with store.reading() as connection:
        found: str | None = connection.scalar(mail.where(sends.c.id == str(named)) if named else last)
    return found


def heed(store: Store, happened: Iterable[Event]) -> list[Complaints]:
    """Pauses every live journey that new complaints bring over the rate, and writes it to the audit log. Returns those."""
    if not any(e.event == "complained" and e.properties.get("channel", "email") == "email" for e in happened):
        return []
    with store.transaction():
        live = [j.name for j in journeys.listed(store) if j.state == "live"]
        stopped = [c for c in (counted(store, name, store.clock.now()) for name in live) if c.too_many]
        for count in stopped:
            journeys.pause(store, count.journey)
            detail = {"journey": count.journey, "rule": "E08", "sent": count.sent, "complained": count.complained, "rate": count.rate}
            audit.write(store, actor=ACTOR, action=PAUSED, detail=detail)
    return stopped


def resume(store: Store, journey: str, *, by: str) -> None:
    """A person lets a paused journey go on; complaints are counted anew from here. Raises PlanError when there is none of that name."""
    with store.transaction():
        journeys.go_live(store, journey)
        audit.write(store, actor=by, action=RESUMED, detail={"journey": journey})


def why_paused(store: Store, journey: str) -> str | None:
    """In words, why a journey stands still; None where it was not stopped for complaints."""
    told = [e for e in audit.read(store) if e.action in (PAUSED, RESUMED) and e.detail.get("journey") == journey]
    if not told or told[-1].action != PAUSED:
        return None
    entry = told[-1].detail
    return (
        f"It was paused on {told[-1].at:%Y-%m-%d}: {entry['complained']} people complained about {entry['sent']:,} e-mails "
        f"({entry['rate']:.1%}; from {RATE:.1%} on mail programs turn mail away)."
    )
