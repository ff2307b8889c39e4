"""From a goal, a reader a concern, to its plan. What a reader understands it takes; what is left at the end is asked about.

Doubts are noted on the goal: the plan that comes back is made under their assumptions, and whoever asked decides whether that will do.
"""

from __future__ import annotations

import re
from copy import copy

from agents.offline.grammar.audience import read_audience
from agents.offline.grammar.beliefs import hypotheses, read_beliefs
from agents.offline.grammar.budget import read_budget
from agents.offline.grammar.budget import spoken_of as budget_spoken_of
from agents.offline.grammar.caps import cover, read_caps, read_cooldown, read_total_caps, settle_caps
from agents.offline.grammar.caps import spoken_of as caps_spoken_of
from agents.offline.grammar.channels import read_channels
from agents.offline.grammar.dates import read_horizon
from agents.offline.grammar.describe import describe
from agents.offline.grammar.doubts import Unclear
from agents.offline.grammar.events import Catalogue
from agents.offline.grammar.goal import BLANK, Goal, count, rx
from agents.offline.grammar.guard import decline_switches, refuse_protected
from agents.offline.grammar.hours import read_hours
from agents.offline.grammar.kind import KINDS, OFFER_THEMES, WHY, Kind, main_event, read_kind
from agents.offline.grammar.measure import note_targets, read_attribution, read_shares, settle_shares
from agents.offline.grammar.objective import read_events
from agents.offline.grammar.offers import read_offers
from agents.offline.grammar.priority import read_priority
from agents.offline.grammar.renewal import read_renewal
from agents.offline.grammar.schedule import read_schedule
from agents.offline.grammar.style import read_banned, read_languages, read_products, read_regulated, read_tones
from agents.offline.grammar.telling import told
from agents.roles import Setting
from journeyman.domain import ActionSets, Audience, Channel, Guardrails, Hypothesis, Objective, Plan, comparisons
from journeyman.errors import PlanError

_LEFT = rx(rf"[^.;,{BLANK}]{{0,40}}\d[^.;,{BLANK}]{{0,40}}")
_LIMITING = rx(rf"\b(?:never|not|avoid|only|must|without|except|exclud\w+|maximum|at most|no more than|unless)\b[^.;,{BLANK}]{{6,80}}")
_WHOM = rx(
    r"\b(?:households|guests|members|users|subscribers|shoppers|buyers|first-time buyers|sign-ups|savings account|vips|customers"
    r"|basket|cart)\b"
)


def read(goal: Goal, setting: Setting) -> Plan:
    """The plan, every limit as stated or stricter. Raises Unclear where it cannot go on, PlanError for what no goal may ask."""
    brand = setting.brand
    banned = read_banned(goal)
    switched = decline_switches(goal)
    refuse_protected(goal, brand)
    kind = _kind_of(goal, switched)
    if any(d.about == "aim" for d in goal.doubts) and (meant := _kind_by_audience(goal, Catalogue(setting.features))):
        kind = meant
    beliefs = read_beliefs(goal)
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
    if budget and not budget.amount and offers.incentives:
        goal.doubt("budget", *budget_spoken_of(goal))
        offers.incentives = []
    horizon = read_horizon(goal)
    caps = settle_caps(goal, [*caps, *read_caps(goal, bare=True), *read_total_caps(goal, horizon)])
    default: list[Channel] = ["email", "push", "in_app"] if kind.family == "activation" else ["email", "push"]
    channels = read_channels(goal, default)
    tones = read_tones(goal)
    languages = read_languages(goal, brand)
    channels = [c for c in channels if not any(cap.channel == c and cap.limit == 0 for cap in caps)]
    if not channels:
        raise Unclear("no_message", *caps_spoken_of(goal))
    caps = cover(goal, caps, channels)
    themes = [t for t in kind.themes if not (offers.refused and t in OFFER_THEMES)]
    window = _attribution(goal, attribution, horizon)
    success = whom.event or event
    events = {success: 1.0} | (weighted or _engagement(goal, channels))
    measurement = settle_shares(goal, shares, setting.customers, kind.likely_share)
    sets = ActionSets(
        channels=channels,
        themes=themes,
        tones=tones,
        products=read_products(goal, brand),
        incentives=offers.incentives[:40],
        send_windows=windows,
    )
    supposed = [*hypotheses(goal, beliefs, sets), *_reasons(themes)]
    _ask_what_is_left(goal)
    return Plan(
        name=_name(goal, kind),
        goal=goal.raw,
        objective=Objective.model_validate(
            {
                "events": [{"event": e, "weight": w} for e, w in events.items()],
                "attribution_window_days": window,
                "view_through": 1.0 if weighted else VIEW_THROUGH,
            }
        ),
        audience=Audience(description=describe(whom.where, _people(goal)), where=whom.where),
        action_sets=sets,
        priority=read_priority(goal.raw),
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
        languages=languages,
        assumptions=[told(a, goal) for a in goal.assumptions[:50]],
        hypotheses=[h.model_copy(update={"text": told(h.text, goal)}) for h in supposed[:50]],
        questions=[told(q, goal) for q in goal.questions[:50]],
    )


def _kind_of(goal: Goal, switched: bool) -> Kind:
    kind = read_kind(goal)
    if kind is None and switched:
        raise PlanError(
            "The goal only asks to switch off what protects customers.",
            remedy="Say what the journey is to raise; consent, opt-outs, checks and approval always hold.",
        )
    if kind is None:
        raise Unclear("aim_unknown")
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


def _kind_by_audience(goal: Goal, catalogue: Catalogue) -> Kind | None:
    """The kind of journey that whom it is for points to, where the goal does not say what they should do; settles the doubt."""
    scout = copy(goal)
    scout.questions, scout.assumptions, scout.doubts = [], [], []
    try:
        where = read_audience(scout, KINDS["retention"], "order", catalogue).where
    except Unclear:
        return None
    if any("Audience assumed" in a for a in scout.assumptions):
        return None
    said = {(c.feature, c.op, c.value) for c in comparisons(where)}
    names = {name for name, op, _ in said if op in (">=", ">")}
    kinds = (
        ("abandoned_cart", any("cart_abandoned" in name for name in names)),
        ("second_purchase", ("orders_total", "==", 1) in said),
        ("activation", any(name == "days_since_signup" and op in ("<=", "<") for name, op, _ in said)),
        ("win_back", any(name.startswith("days_since_") and name != "days_since_signup" for name in names)),
    )
    if found := next((KINDS[name] for name, fits in kinds if fits), None):
        goal.doubts = [d for d in goal.doubts if d.about != "aim"]
        goal.assume(f"The aim is read from whom the goal is for: {found.name.replace('_', ' ')}.")
    return found


def _reasons(themes: list[str]) -> list[Hypothesis]:
    """Why each theme might work: to be found out, so of no weight."""
    return [Hypothesis(text=f"{t.replace('_', ' ').capitalize()}: {WHY[t]}.", lever="theme", level=t) for t in themes]


def _people(goal: Goal) -> str:
    found = _WHOM.search(goal.whole)
    word = found.group().lower() if found else ""
    return word.capitalize() if word in ("households", "guests", "members", "users", "subscribers", "shoppers", "buyers") else "Customers"


def name(goal: Goal) -> str:
    """The journey's name, as far as the goal tells."""
    try:
        kind = read_kind(goal)
    finally:
        goal.doubts.clear()
    return _name(goal, kind) if kind else "journey"


def _name(goal: Goal, kind: Kind) -> str:
    found = _WHOM.search(goal.whole)
    return f"{kind.name}-{found.group().lower() if found else 'journey'}".replace("_", "-").replace(" ", "-")
