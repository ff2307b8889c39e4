"""Names of events and features: from the words of a goal to what the feature catalogue calls them.

With an empty catalogue the house's own names hold (`days_since_last_order`, `events_<event>_total` …).
"""

from __future__ import annotations

import re

_FORMS = """
    created=create,creat made=make,made started=start uploaded=upload invited=invite,invit installed=install
    connected=connect completed=complete,complet added=add activated=activate,activat verified=verify,verifi finished=finish
    opened=open,get,got joined=join upgraded=upgrade,upgrad launched=launch published=publish imported=import
    scheduled=schedule,schedul written=write,wrote,written left=leave,left downloaded=download enabled=enable,enabl
    linked=link funded=fund watched=watch played=play tried=try,tri set_up=set_up sent=send,sent redeemed=redeem
    claimed=claim submitted=submit recorded=record built=build,built shared=share,shar taken=take_out,taken_out
    applied=apply_for,applied_for
"""
_PARTICIPLES = {f.replace("_", " "): p for p, forms in (row.split("=") for row in _FORMS.split()) for f in forms.split(",")}
"""Verb forms (and their stems) by participle, as event names have it."""
VERB = (
    r"(?:set up|take out|taken out|appl(?:y|ied) for|submitt?|"
    + "|".join(sorted((v for v in _PARTICIPLES if " " not in v and v != "submit"), key=len, reverse=True))
    + r")(?:ed|d|ied|n)?"
)
_STOP = (
    "yet in for to with and or since on at but within after from by during of so who that anything still ever before again us now "
    "next this last is are"
)
NOUN = rf"[a-z]+(?:[ -](?!(?:{_STOP.replace(' ', '|')})\b)[a-z]+)?"
ORDER = (
    r"(?:shop(?:ped|ping)?|buy|bought|order(?:ed)?|purchas(?:e|ed)|transact(?:ed)?|spent|(?:made|make|placed|place) (?:an?|any"
    r"|another|a second|their first) (?:purchases?|orders?)|spent anything)"
)
ACTS: list[tuple[str, str]] = [
    (r"(?:(?:been )?seen(?: them)?|heard from(?: them)?|been active|active|come back|came back|been back|return(?:ed)?)", ""),
    (ORDER, "order"),
    (r"(?:book(?:ed)?|stay(?:ed)?|(?:made|make) (?:an?|any|another) (?:booking|reservation)s?|reserved|checked in)", "booking"),
    (
        r"(?:visit(?:ed)?|browsed?|been in)",
        "visit",
    ),
    (
        r"(?:logged in|logged on|signed in|log in|used (?:the |our )?(?:app|product|platform|software|tool|service|it))",
        "login",
    ),
    (r"(?:opened|open|read)(?: an?| any| our| the)? (?:emails?|newsletters?)", "email_opened"),
    (r"(?:clicked|click)(?: on)?(?: an?| any| our| the)? (?:emails?|newsletters?|links?)", "email_clicked"),
    (r"(?:opened)(?: an?| any| our| the)? (?:push(?: notifications?)?|notifications?)", "push_opened"),
    (r"(?:unsubscribed)", "unsubscribed"),
]
ACT = "(?:" + "|".join(pattern for pattern, _ in ACTS) + ")"
NOUNS: dict[str, str] = {
    "order": "order", "purchase": "order", "transaction": "order", "buy": "order", "sale": "order", "booking": "booking", "stay": "booking",
    "reservation": "booking", "visit": "visit", "login": "login", "session": "login", "card payment": "card_payment", "payment": "payment",
    "activity": "", "engagement": "", "review": "review_written", "referral": "referral_sent", "project": "project_created",
}  # fmt: skip
THING = "(?:" + "|".join(sorted(NOUNS, key=len, reverse=True)) + ")"
_HELD = r"(?:account|card|loan|mortgage|insurance|policy|fund|portfolio|pension|isa|deposit|subscription)"


class Catalogue:
    """The features an audience may name. Empty: unknown, every name of the house is allowed."""

    def __init__(self, features: dict[str, str]) -> None:
        self.features = features
        self.events = sorted({m[1] for f in features if (m := re.fullmatch(r"events_(\w+)_total", f))})

    def has(self, feature: str) -> bool:
        return not self.features or feature in self.features

    def event(self, wanted: str) -> str:
        """The catalogue's name for an event: itself, or the one that shares its noun and most of its words."""
        if wanted in ("order", "") or not self.features or wanted in self.events:
            return wanted
        stems = {stem(w) for w in wanted.split("_")}
        near = [(len(stems & {stem(w) for w in e.split("_")}) / len(stems | {stem(w) for w in e.split("_")}), e) for e in self.events]
        best = max(near, default=(0.0, ""))
        return best[1] if best[0] >= 0.5 or (best[0] > 0.3 and stem(wanted.split("_")[0]) == stem(best[1].split("_")[0])) else wanted

    def total(self, event: str) -> str:
        return "orders_total" if event == "order" and self.has("orders_total") else f"events_{event}_total"

    def since(self, event: str) -> str:
        return "days_since_last_order" if event == "order" and self.has("days_since_last_order") else f"days_since_{event}"

    def within(self, event: str, window: int) -> str:
        return f"orders_{window}d" if event == "order" and self.has(f"orders_{window}d") else f"events_{event}_{window}d"


def stem(word: str) -> str:
    """A word without its commonest endings."""
    return re.sub(r"(?:ings?|ed|es|s|e)$", "", word) if len(word) > 4 else word.rstrip("s")


def act_event(words: str) -> str:
    """The event of a verb phrase that ACT has matched."""
    return next(event for pattern, event in ACTS if re.fullmatch(pattern, words.strip(), re.I))


def verb_event(verb: str, noun: str) -> str:
    """`created`, `a project` → `project_created`; `open`, `savings account` → `savings_opened`."""
    verb = verb.lower()
    participle = _PARTICIPLES.get(verb) or next(
        (p for v, p in sorted(_PARTICIPLES.items(), key=lambda x: -len(x[0])) if verb.startswith(v)), verb
    )
    if participle in ("made", "placed") and (known := NOUNS.get(singular(noun.lower()))):
        return known
    return f"{slug_of(noun)}_{participle}"


def held_event(noun: str) -> str | None:
    """The event of coming to hold a product (`savings account` → `savings_opened`); None for things that are ordered."""
    return f"{slug_of(noun)}_opened" if re.search(rf"\b{_HELD}s?$", noun.strip(), re.I) else None


def slug_of(noun: str) -> str:
    """The noun's words joined by underscores, singular, without a trailing `account`."""
    words = [w for w in re.split(r"[ -]+", noun.lower().strip()) if w]
    if len(words) > 1 and words[-1].rstrip("s") == "account":
        return "_".join(words[:-1])
    return "_".join([*words[:-1], singular(words[-1])]) if words else "thing"


def singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word == "savings":
        return word
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3 else word
