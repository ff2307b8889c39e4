"""The phrase banks: hand-written copy as YAML, one file per kind of goal, and which of them suits a brief.

A bank holds whole sentences and paragraphs, so that any letter goes with any reason, offer and ask of its theme and tone. `{slots}` are
filled by the copywriter; a unit whose slot has no value is not used. `general.yaml` has a theme per kind and speaks of no trade: it
serves themes that no bank knows, and brands whose trade a bank would get wrong.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml
from pydantic import Field

from journeyman.domain import Brand, Brief, Plan, Record

KINDS = ("win_back", "second_purchase", "activation", "cross_sell", "loyalty")
GENERAL = "general"
TONES = ("warm", "playful", "direct")


class Letter(Record):
    """An e-mail's beginning: the subject, what the inbox shows beside it, and the paragraph that keeps the subject's promise."""

    subject: str
    preheader: str
    opening: str


class Words(Record):
    """Units of one theme in one tone: any title goes with any line."""

    letters: list[Letter] = Field(default_factory=list)
    titles: list[str] = Field(default_factory=list)
    lines: list[str] = Field(default_factory=list)


class Cell(Words):
    """`food` holds what only a grocer or a kitchen would say."""

    food: Words = Words()


class Theme(Record):
    """One reason to act: paragraphs in a tone that fits all, and a cell per tone."""

    reasons: list[str]
    warm: Cell
    playful: Cell
    direct: Cell

    def cell(self, tone: str) -> Cell:
        """The tone's cell; a tone nobody knows is spoken plainly."""
        return {"warm": self.warm, "playful": self.playful}.get(tone, self.direct)


class Toned(Record):
    """Units that differ by tone only."""

    warm: list[str]
    playful: list[str]
    direct: list[str]

    def of(self, tone: str) -> list[str]:
        return {"warm": self.warm, "playful": self.playful}.get(tone, self.direct)


class Bank(Record):
    """One kind's copy. `subjects` are for messages with an offer; `labels` for buttons; `links` lead in a link in a text message."""

    labels: list[str]
    links: list[str]
    products: list[str]
    offers: Toned
    asks: Toned
    subjects: Toned
    themes: dict[str, Theme]


@cache
def load(name: str) -> Bank:
    """The bank of a kind, or `general`. Raises ValidationError when a file breaks the shape, FileNotFoundError when there is none."""
    return Bank.model_validate(yaml.safe_load((Path(__file__).parent / f"{name}.yaml").read_text(encoding="utf-8")))


_KIND_WORDS = {
    "win_back": r"win\W?back|win \w+ back|lapsed|dormant|re-?activat|re-?engage|churned|(?:n't| not) (?:shopped|ordered|bought)|come back",
    "second_purchase": r"second (?:order|purchase)|repeat|first[- ]time (?:buyers?|customers?)|first (?:order|purchase)|buy again",
    "activation": r"activat|onboard|sign-?ups?|new users?|trial|first project",
    "cross_sell": r"cross-?sell|up-?sell|savings account|add-?on|upgrade|refer",
    "loyalty": r"loyal|members?\b|points|guests?|another stay|re-?book",
}
_TRADE = {
    "cross_sell": re.compile(r"\bsavings? (?:account|goal|pot)s?\b|\bround-?ups?\b|savings_opened", re.I),
    "loyalty": re.compile(r"\b(?:hotels?|inns?|lodges?|resorts?|guest ?houses?|overnight|rooms?)\b", re.I),
}
_FOOD = re.compile(r"\b(?:grocer\w*|produce|bakery|deli|supermarket|butcher|vegetables?|kitchen staples)\b", re.I)
_MADE = re.compile(r"^(?:first_)?([a-z]+(?:_[a-z]+)?)_(?:created|made|started|published|launched)$")


def kind_of(plan: Plan) -> str:
    """The kind a plan is of: the bank that knows most of its themes, and, where that does not settle it, the words of its goal."""
    told = f"{plan.goal} {plan.name.replace('-', ' ').replace('_', ' ')}"

    def score(kind: str) -> float:
        return len(load(kind).themes.keys() & set(plan.action_sets.themes)) + 0.5 * bool(re.search(_KIND_WORDS[kind], told, re.I))

    return max(KINDS, key=score)


def find(brief: Brief, plan: Plan, brand: Brand) -> tuple[Bank, str]:
    """The bank that suits the brief and the name of its theme there."""
    kind = kind_of(plan)
    knows = brief.theme in load(kind).themes
    if knows and (kind in ("win_back", "second_purchase") or (thing_of(plan) if kind == "activation" else _trades(kind, plan, brand))):
        return load(kind), brief.theme
    return load(GENERAL), kind


def suits(kind: str, plan: Plan, brand: Brand) -> bool:
    """Whether a kind's own copy is right for the brand: a savings account or a hotel is not everybody's trade."""
    return kind not in _TRADE or _trades(kind, plan, brand)


def thing_of(plan: Plan) -> str | None:
    """What the success event makes (`project_created`: a project), None when it makes nothing with a name."""
    for success in plan.objective.events:
        if made := _MADE.match(success.event):
            return made[1].replace("_", " ")
    return None


def is_food(brand: Brand) -> bool:
    """Whether the brand sells food to cook and eat at home, going by its own words."""
    return bool(_FOOD.search(_about(brand)))


def _trades(kind: str, plan: Plan, brand: Brand) -> bool:
    events = " ".join(e.event for e in plan.objective.events)
    return bool(_TRADE[kind].search(f"{_about(brand)} {plan.goal} {events}"))


def _about(brand: Brand) -> str:
    return " ".join([brand.name, brand.voice, *(f"{p.name} {p.category} {p.description}" for p in brand.products)])
