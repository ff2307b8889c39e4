"""The planner without a model: reads the goal with the goal grammar, a reader a concern, and puts the plan together.

Deterministic. What it cannot read it asks back; what the goal leaves open it decides and says so. Raises PlanError for a goal that is
empty, contradicts itself, cannot be carried out, or chooses people by a protected trait (rule X09).
"""

from __future__ import annotations

import re
from datetime import date

from pydantic import ValidationError

from agents.offline.grammar.audience import read_audience
from agents.offline.grammar.budget import read_budget
from agents.offline.grammar.caps import cover, read_caps, read_cooldown, read_total_caps, settle_caps
from agents.offline.grammar.channels import read_channels
from agents.offline.grammar.dates import read_horizon
from agents.offline.grammar.describe import describe
from agents.offline.grammar.events import Catalogue
from agents.offline.grammar.goal import BLANK, Goal, count, rx
from agents.offline.grammar.guard import decline_switches, refuse_protected
from agents.offline.grammar.hours import read_hours
from agents.offline.grammar.kind import OFFER_THEMES, WHY, Kind, main_event, read_kind
from agents.offline.grammar.measure import note_targets, read_attribution, read_shares, settle_shares
from agents.offline.grammar.objective import read_events
from agents.offline.grammar.offers import read_offers
from agents.offline.grammar.priority import read_priority
from agents.offline.grammar.renewal import read_renewal
from agents.offline.grammar.schedule import read_schedule
from agents.offline.grammar.style import read_banned, read_languages, read_products, read_regulated, read_tones
from agents.roles import Setting
from journeyman.domain import ActionSets, Audience, Channel, Guardrails, Objective, Plan
from journeyman.errors import PlanError

_LONGEST = 20_000
_LEFT = rx(rf"[^.;,{BLANK}]{{0,40}}\d[^.;,{BLANK}]{{0,40}}")
_LIMITING = rx(rf"\b(?:never|not|avoid|only|must|without|except|exclud\w+|maximum|at most|no more than|unless)\b[^.;,{BLANK}]{{6,80}}")
_WHOM = rx(
    r"\b(?:households|guests|members|users|subscribers|shoppers|buyers|first-time buyers|sign-ups|savings account|vips|customers"
    r"|basket|cart)\b"
)


class OfflinePlanner:
    """Understands English goals by rules."""

    async def plan(self, goal: str, setting: Setting) -> Plan:
        """The plan of a goal, every limit as stated or stricter. Raises PlanError."""
        try:
            return _plan(goal, setting)
        except ValidationError as problem:
            first = problem.errors()[0]
            where = ".".join(str(x) for x in first["loc"])
            raise PlanError(
                f"The goal asks for something a plan cannot hold: {where}: {first['msg']}.", remedy="Reword that part of the goal."
            ) from problem


def _plan(raw: str, setting: Setting) -> Plan:
    goal, brand = _opened(raw, setting), setting.brand
    banned = read_banned(goal)
    switched = decline_switches(goal)
    refuse_protected(goal, brand)
    kind = _kind_of(goal, switched)
    regulated = read_regulated(goal)
    renewal = read_renewal(goal)
    attribution = read_attribution(goal)
    shares = read_shares(goal)
    schedule = read_schedule(goal, brand)
    budget = read_budget(goal, brand)
    cooldown = read_cooldown(goal)
    quiet, windows = read_hours(goal)
    caps = read_caps(goal)
    note_targets(goal)
    catalogue = Catalogue(setting.features)
    event = catalogue.event(main_event(goal, kind))
    weighted = read_events(goal, catalogue)
    whom = read_audience(goal, kind, event, catalogue)
    offers = read_offers(goal, brand)
    horizon = read_horizon(goal)
    caps = settle_caps(goal, [*caps, *read_caps(goal, bare=True), *read_total_caps(goal, horizon)])
    default: list[Channel] = ["email", "push", "in_app"] if kind.family == "activation" else ["email", "push"]
    channels = read_channels(goal, default)
    tones = read_tones(goal)
    read_languages(goal, brand)
    channels = [c for c in channels if not any(cap.channel == c and cap.limit == 0 for cap in caps)]
    if not channels:
        raise PlanError("The frequency caps leave no channel to send by.", remedy="Allow at least one message on one channel.")
    caps = cover(goal, caps, channels)
    themes = [t for t in kind.themes if not (offers.refused and t in OFFER_THEMES)]
    window = _attribution(goal, attribution, horizon)
    success = whom.event or event
    events = {success: 1.0} | (weighted or _engagement(goal, channels))
    measurement = settle_shares(goal, shares, setting.customers, kind.likely_share)
    _ask_what_is_left(goal)
    _explain(goal, themes)
    return Plan(
        name=_name(goal, kind),
        goal=raw,
        objective=Objective.model_validate(
            {
                "events": [{"event": e, "weight": w} for e, w in events.items()],
                "attribution_window_days": window,
                "view_through": 1.0 if weighted else VIEW_THROUGH,
            }
        ),
        audience=Audience(description=describe(whom.where, _people(goal)), where=whom.where),
        action_sets=ActionSets(
            channels=channels,
            themes=themes,
            tones=tones,
            products=read_products(goal, brand),
            incentives=offers.incentives[:40],
            send_windows=windows,
        ),
        priority=read_priority(raw),
        renewal=renewal,
        guardrails=Guardrails(
            frequency_caps=caps,
            cooldown_hours=cooldown,
            quiet_hours=quiet,
            incentive_budget=budget,
            max_discount_percent=offers.max_percent,
            banned_phrases=banned,
            regulated=regulated,
        ),
        measurement=measurement,
        schedule=schedule.model_copy(update={"horizon_days": horizon}),
        hypotheses=goal.hypotheses[:50],
        questions=goal.questions[:50],
    )


def _opened(raw: str, setting: Setting) -> Goal:
    """The goal, ready to be read. Raises PlanError when there is nothing to read or too much."""
    if not re.search(r"[A-Za-z]{2}", raw):
        raise PlanError("The goal is empty.", remedy="Say what you want to raise, for whom, by which channels and within which limits.")
    if len(raw) > _LONGEST:
        raise PlanError(
            f"The goal has {len(raw):,} characters.", remedy=f"Keep it under {_LONGEST:,}; knowledge belongs into knowledge/*.md."
        )
    return Goal(raw, date.fromisoformat(setting.today[:10]))


def _kind_of(goal: Goal, switched: bool) -> Kind:
    kind = read_kind(goal)
    if kind is None and switched:
        raise PlanError(
            "The goal only asks to switch off what protects customers.",
            remedy="Say what the journey is to raise; consent, opt-outs, checks and approval always hold.",
        )
    if kind is None:
        raise PlanError(
            "I cannot tell from the goal what customers should do.",
            remedy="Say it in English, for instance: win back customers who have not ordered for 60 days, by email, up to 10% off.",
        )
    return kind


ENGAGEMENT: dict[Channel, str] = {"email": "email_clicked", "sms": "sms_clicked", "push": "push_opened", "in_app": "in_app_clicked"}
ENGAGED = 0.5
VIEW_THROUGH = 0.25
"""What a click or opened notification is worth while the policy learns: the success itself is rare, and much of it needs no message."""


def _engagement(goal: Goal, channels: list[Channel]) -> dict[str, float]:
    goal.assume(
        "While learning, a click or an opened notification counts for half a success, and a success without one for a quarter, because "
        "many of those would have come anyway; lift counts every success in full."
    )
    return {ENGAGEMENT[c]: ENGAGED for c in channels}


def _attribution(goal: Goal, stated: int | None, horizon: int) -> int:
    if stated is None:
        window = min(3, horizon)
        goal.assume(
            f"A success counts for a message for {count(window, 'day')} after it: long enough to act, short enough to be its doing."
        )
        return window
    if stated > horizon:
        goal.ask(
            f"The attribution window of {count(stated, 'day')} is longer than the journey ({count(horizon, 'day')}); "
            "should the journey run longer?"
        )
    return stated


def _ask_what_is_left(goal: Goal) -> None:
    """A number or a limit that no reader took must not be lost in silence."""
    for pattern, question in (
        (_LEFT, "What does “{}” mean for the plan?"),
        (_LIMITING, "I found no place in the plan for “{}”; how should it be kept?"),
    ):
        for m in goal.take(pattern):
            words = m.group().strip(" -:,()'\"")
            if m.start() and goal.whole[m.start() - 1 : m.start() + 1].isalnum():
                words = words.partition(" ")[2] or words  # begins in the middle of a word
            if re.search(r"[A-Za-z]{3}|\d", words):
                goal.ask(question.format(words))


def _explain(goal: Goal, themes: list[str]) -> None:
    for theme in themes:
        goal.assume(f"{theme.replace('_', ' ').capitalize()}: {WHY[theme]}.")


def _people(goal: Goal) -> str:
    found = _WHOM.search(goal.whole)
    word = found.group().lower() if found else ""
    return word.capitalize() if word in ("households", "guests", "members", "users", "subscribers", "shoppers", "buyers") else "Customers"


def _name(goal: Goal, kind: Kind) -> str:
    found = _WHOM.search(goal.whole)
    return f"{kind.name}-{found.group().lower() if found else 'journey'}".replace("_", "-").replace(" ", "-")
