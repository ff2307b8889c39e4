"""What kind of journey a goal asks for: the five use cases, and what reduces to them (retention, abandoned cart, review requests …).

A kind brings its themes, the event that counts, and an audience for goals that name none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from agents.offline.grammar.events import NOUN, NOUNS, VERB, held_event, verb_event
from agents.offline.grammar.goal import Goal, rx

Family = Literal["win_back", "second_purchase", "activation", "cross_sell", "loyalty"]
THEMES: dict[Family, list[str]] = {
    "win_back": ["we_miss_you", "savings", "fresh_picks", "favourites", "convenience", "seasonal"],
    "second_purchase": ["thank_you", "savings", "pairs_well", "new_in", "care_tips", "community"],
    "activation": ["quick_start", "time_saved", "templates", "teamwork", "small_wins", "help_at_hand"],
    "cross_sell": ["peace_of_mind", "goals", "round_ups", "rewards", "simplicity", "control"],
    "loyalty": ["your_points", "local_discoveries", "quiet_escape", "family_time", "member_rate", "seasonal"],
}
TONES = ["warm", "playful", "direct"]
OFFER_THEMES = frozenset({"savings", "rewards", "your_points", "member_rate"})
"""Themes that speak of an offer; left out where the goal rules every offer out."""
WHY = {
    "we_miss_you": "a kind word that they are missed brings people back",
    "savings": "a good price gets people to act",
    "fresh_picks": "seeing what is fresh gives people a reason to look again",
    "favourites": "people come back for what they already liked",
    "convenience": "people act when it is made easy",
    "seasonal": "the season gives people a reason to act now",
    "thank_you": "thanks make a second visit more likely",
    "pairs_well": "people buy what goes well with what they have",
    "new_in": "new things make people curious",
    "care_tips": "people who get more out of their purchase come back",
    "community": "people like to do what others like them enjoy",
    "quick_start": "people start when the first step is small",
    "time_saved": "people act when they see the time they save",
    "templates": "a ready-made example beats an empty page",
    "teamwork": "people stay with what they use together",
    "small_wins": "an early success leads to the next",
    "help_at_hand": "people start when they know that help is near",
    "peace_of_mind": "people want to feel safe",
    "goals": "a goal of one's own gets people going",
    "round_ups": "small amounts that add up are easy to agree to",
    "rewards": "a reward gets people to act",
    "simplicity": "people act when there is little to do",
    "control": "people like to see and steer things themselves",
    "your_points": "points that are waiting to be used bring people back",
    "local_discoveries": "things to discover nearby make people want to travel",
    "quiet_escape": "the promise of rest makes people want to get away",
    "family_time": "time with the family is a reason to travel",
    "member_rate": "people use a rate that is only for them",
}


@dataclass(frozen=True)
class Kind:
    """One kind of journey. `name` is the marketer's word for it, `family` the use case it reduces to."""

    name: str
    family: Family
    event: str
    themes: tuple[str, ...]
    likely_share: float
    """Share of all customers such an audience usually is: an assumption, for sizing comparison arms only."""


def _kind(name: str, family: Family, event: str, likely: float, without: str = "") -> Kind:
    return Kind(name, family, event, tuple(t for t in THEMES[family] if t not in without.split()), likely)


KINDS = {
    k.name: k
    for k in (
        _kind("win_back", "win_back", "order", 0.35),
        _kind("second_purchase", "second_purchase", "order", 0.25),
        _kind("activation", "activation", "project_created", 0.25),
        _kind("cross_sell", "cross_sell", "order", 0.4),
        _kind("loyalty", "loyalty", "order", 0.4),
        _kind("retention", "win_back", "order", 0.5, without="we_miss_you"),
        _kind("abandoned_cart", "win_back", "order", 0.1, without="we_miss_you seasonal"),
        _kind("review_request", "second_purchase", "review_written", 0.2, without="savings pairs_well new_in"),
        _kind("upsell", "cross_sell", "order", 0.3, without="round_ups"),
        _kind("referral", "cross_sell", "referral_sent", 0.4, without="round_ups peace_of_mind"),
    )
}
_CUES: dict[str, list[tuple[str, int]]] = {
    "win_back": [
        (r"\bwin(?:s|ning)? (?:(?:\w+ ){0,4})?back\b|\bwin[_-]back\b", 5),
        (r"\breactivat\w+|\breengag\w+|\bre-?awaken\w*|\brevive\b|\brecover (?:lost|lapsed)", 5),
        (r"\b(?:lapsed|dormant|churned|lost|inactive|sleeping|lapsing)\b", 3),
        (r"\b(?:bring|get|lure|tempt|draw|invite)(?:s|ing)? (?:\w+ ){1,4}back\b|\bcome back\b|\breturn\b|\bmiss(?:ed)? you\b", 3),
        (
            r"\bno (?:orders?|purchases?|bookings?|visits?) (?:for|in) \d"
            r"|\bnot (?:shopped|ordered|bought|purchased|visited|been (?:back|seen|active)|booked|logged in)\b[^.;]{0,30}\b(?:for"
            r"|in|since)\b",
            3,
        ),
    ],
    "second_purchase": [
        (r"\b(?:second|repeat|another|next|follow-?up)[ _-](?:order|purchase|buy|sale)s?\b", 4),
        (r"\bfirst-time (?:buyers?|customers?|shoppers?)\b|\b(?:1|one|single)-time (?:buyers?|customers?|shoppers?)\b", 4),
        (r"\brepeat (?:buyers?|customers?|shoppers?|business|rate|purchas\w+)", 3),
        (r"\b(?:bought|ordered|purchased|shopped) (?:only |just |exactly )?once\b", 3),
        (r"\b(?:buy|order|shop|purchase) again\b|\breorder\b", 2),
    ],
    "activation": [
        (r"(?<!re)\bactivat\w+", 5),
        (r"\bonboard\w*", 5),
        (r"\bfirst (?:project|order|purchase|booking|payment|transfer|deposit|workout|lesson|post|upload|one)s?\b", 3),
        (r"\b(?:new|recent) (?:sign-ups?|users?|accounts?|members?|registrations?)\b|\btrial(?:s|ists)?\b", 3),
        (r"\bget(?:ting)? started\b|\bset up\b|\bnever (?:ordered|bought|purchased|used)\b", 3),
        (r"\bwelcome (?:series|journey|flow|programme|program)\b", 5),
    ],
    "cross_sell": [
        (r"\bcross[ _-]?sell\w*", 6),
        (
            r"\b(?:sell|promote|offer|pitch|market|introduce)\b[^.;]{3,50}? to\b[^.;]{0,40}\b(?:customers|holders|users|owners"
            r"|members|clients)\b",
            3,
        ),
        (r"\bcomplementary\b|\badd-?ons?\b|\balso (?:buy|take|open)\b|\bbundles?\b", 3),
        (r"\bdo not have (?:an?|the|one|our|any)\b", 1),
    ],
    "upsell": [(r"\bup-?sell\w*", 6), (r"\bupgrad\w+", 5), (r"\b(?:premium|pro|paid) (?:plan|tier|version)\b", 3)],
    "referral": [
        (
            r"\breferr?(?:al|als|ing|s)?\b|\binvite (?:a |their |your )?friends?\b|\brecommend (?:us|a friend)\b|\btell (?:a friend"
            r"|their friends)\b|\bbring a friend\b",
            6,
        )
    ],
    "loyalty": [
        (r"\bloyalty (?:members?|programme|program|journey|club|tier|scheme|customers?)", 5),
        (r"\bloyalty\b(?! points)|\bloyal\b", 3),
        (r"\bmembers?\b|\bmembership\b", 1),
        (r"\banother (?:stay|visit|booking|trip|night)\b|\bstay again\b|\bbook again\b", 4),
        (r"\breward\w*\b[^.;]{0,20}\b(?:vips?|loyal|best|top|regular)\b", 3),
        (r"\brewards? (?:club|members?|programme|program)\b|\bpoints balances?\b|\bredeem\b", 4),
    ],
    "retention": [
        (r"\bretain\w*|\bretention\b", 5),
        (r"\b(?:drift|slip)\w* away\b", 3),
        (
            r"\b(?:prevent|reduce|stop|cut|lower|avoid|fight) (?:\w+ ){0,2}churn\b|\bat[- ]risk\b|\bchurn risk\b|\babout to (?:leave"
            r"|churn|lapse)\b",
            5,
        ),
        (r"\bkeep (?:our |the )?(?:\w+ )?(?:customers|buyers|shoppers|members|users|subscribers|people|guests)\b|\brenew\w*", 3),
    ],
    "abandoned_cart": [
        (
            r"\babandon\w*[ _-](?:\w+ )?(?:carts?|baskets?|checkouts?|trolleys?|bookings?)|\b(?:carts?|baskets?|checkouts?"
            r"|trolleys?)[ _-]abandon\w*",
            7,
        ),
        (r"\bleft (?:\w+ ){0,4}in (?:their|the) (?:carts?|baskets?|trolleys?)", 7),
        (r"\b(?:not|never) (?:finish|complete|check)\w* (?:\w+ ){0,2}(?:checkout|order|purchase|out)\b", 5),
    ],
    "review_request": [
        (
            r"\b(?:ask|request|collect|gather|get|leave|write|more)(?:ing|s)?\b[^.;]{0,60}\b(?:reviews?|ratings?|feedback"
            r"|testimonials?)\b|\breview[ _-]requests?\b",
            6,
        )
    ],
}
_COMPILED = {name: [(rx(pattern), weight) for pattern, weight in cues] for name, cues in _CUES.items()}
_MARKETING = rx(
    r"\b(?:sell|sales?|buy|bought|orders?|purchase\w*|customers?|shoppers?|revenue|book(?:ing)?s?|campaign|journey|promot\w+"
    r"|visit\w*|spend\w*|engag\w+|subscribers?|guests?|audience|messages?|discounts?)\b"
)
_FIRST_THING = rx(r"\bfirst (?P<thing>order|purchase|booking|stay|payment|card payment|project|login|visit|review)s?\b")
_FIRST_VERB = rx(
    rf"\b(?:to|and|them|users|people) (?P<verb>{VERB}) (?:an?|their|the|our)(?: very)?(?: first)? (?P<noun>(?!first one\b){NOUN})"
)
_SOLD = rx(
    rf"\b(?:cross[ _-]?sell|sell|promote|offer|pitch|market|introduce|open)(?:ing)?(?: an?| the| our| their)?(?: new)? (?P<noun>{NOUN})"
)
_STAYS = re.compile(r"\b(?:book(?:ed|ing|ings)?|stays?|guests?|rooms?|nights? at|hotels?|resorts?|trips?)\b", re.I)


def read_kind(goal: Goal) -> Kind | None:
    """The kind with the strongest cues, the earlier-named on a tie; retention, as a doubt, for a goal that is about customers at
    all; None for anything else. Takes no words."""
    scores: dict[str, tuple[int, int]] = {}
    for name, cues in _COMPILED.items():
        hits = [(m.start(), weight) for pattern, weight in cues if (m := pattern.search(goal.whole))]
        if hits and (strength := sum(w for _, w in hits)) > 1:
            scores[name] = (strength, -min(at for at, _ in hits))
    if scores:
        return KINDS[max(scores, key=lambda name: scores[name])]
    if not _MARKETING.search(goal.whole):
        return None
    goal.doubt("aim")
    return KINDS["retention"]


def _first_step(goal: Goal) -> str:
    """What new people are to do first: `place their first order`, `create a project`."""
    if m := _FIRST_THING.search(goal.whole):
        return NOUNS[m["thing"].lower()]
    if m := _FIRST_VERB.search(goal.whole):
        return verb_event(m["verb"], m["noun"])
    if not re.search(r"\bprojects?\b|\bnot (?:yet )?\w+(?:ed|t|de)\b|\bnever\b", goal.whole, re.I):
        goal.ask("Which first step makes a newcomer active? I have taken the first project.")
    return "project_created"


def main_event(goal: Goal, kind: Kind) -> str:
    """The event of the kind in this trade: people book stays where others order. Before events the goal names are known."""
    if kind.name == "activation":
        return _first_step(goal)
    if kind.name == "upsell" and re.search(r"\b(?:plans?|tiers?|versions?|subscriptions?)\b", goal.whole, re.I):
        return "plan_upgraded"
    if kind.name == "cross_sell" and (sold := _SOLD.search(goal.whole)) and (event := held_event(sold["noun"])):
        return event
    if kind.event == "order" and _STAYS.search(goal.whole) and not re.search(r"\b(?:shop\w*|order\w*|bought|buy\w*)\b", goal.whole, re.I):
        return "booking"
    return kind.event
