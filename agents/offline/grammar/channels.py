"""Which channels the goal names, allows only, or rules out. Channels Journeyman cannot send are asked about."""

from __future__ import annotations

import re

from agents.offline.grammar.doubts import Unclear
from agents.offline.grammar.goal import Goal, rx
from journeyman.domain import CHANNELS, Channel

WORDS: dict[Channel, str] = {
    "email": r"e?mails?|emailing|newsletters?|mailings?",
    "sms": r"sms(?:es)?(?: messag(?:es?|ing))?|texts?(?: messages?)?|texting",
    "push": r"(?:(?:mobile|web|app) )?push(?:es)?(?:[ -](?:notifications?|messages?|alerts?))?|(?:app|mobile) notifications?",
    "in_app": r"in-app(?: (?:messag(?:es?|ing)|notifications?|banners?|pop-?ups?))?|pop-?ups?",
}
ANY = "|".join(WORDS.values())
_LIST = rf"(?:{ANY})(?:(?:\s?[,/&+]\s?|\s)(?:(?:and|or|nor|plus|then|no)\s)?(?:{ANY})\b)*"
_ONLY = rx(
    rf"\b(?:only|just|solely|exclusively|strictly)(?: (?:use|via|by|through|send|on|with|over))?(?: the)? (?P<which>{_LIST})\b(?!\s?\d)"
)
_ONLY_AFTER = rx(rf"\b(?P<which>{_LIST})(?: (?:channels?|messages?))?[ -](?:only|exclusively|alone)\b|\b(?P<and>{_LIST}), nothing else\b")
_OUT = rx(
    rf"\b(?:no|not?(?: (?:via|by|through|use|using|send(?: them)?|on|any|want))?|without(?: any)?|never(?: (?:use|send|by"
    rf"|via))?|except(?: for)?"
    rf"|exclud(?:e|ing)|skip|avoid|but(?: not)?|leave out|apart from|other than|minus|rather than|instead of)(?: any| the| "
    rf"an?)? (?P<which>{_LIST})\b"
    r"(?: (?:them|people|customers|anyone|anybody))?(?: (?:at all|please|channel))?"
)
_OFF = rx(rf"\b(?P<which>{_LIST}) (?:is|are) (?:off[- ]limits|forbidden|not allowed|out|excluded|banned|off)\b")
_IN = rx(rf"\b(?P<which>{ANY})\b")
_ALL = rx(r"\b(?:(?:all|any|every|whichever)(?: (?:of )?(?:the|our|available|possible))? channels?|omni-?channel|everything we have)\b")
_NOT_OURS = rx(
    r"\b(?:whats ?app|facebook|instagram|tiktok|direct mail|post(?:al mail|cards?)|phone calls?|telephone|telemarketing|rcs|linkedin)\b"
)


def named(text: str) -> list[Channel]:
    """Channels whose words stand in `text`, in the house's order."""
    return [c for c in CHANNELS if re.search(rf"\b(?:{WORDS[c]})\b", text, re.I)]


def read_channels(goal: Goal, default: list[Channel]) -> list[Channel]:
    """The plan's channels; `default` when the goal names none. Raises Unclear when it rules out all it allows."""
    for match in goal.take(_NOT_OURS):
        goal.ask(f"{match.group()} is no channel Journeyman sends by; may email, SMS, push or in-app carry it instead?")
    every = bool(goal.take(_ALL))
    barring = [*goal.take(_OFF), *goal.take(_OUT)]
    out = {c for m in barring for c in named(m["which"])}
    alone = [*goal.take(_ONLY), *goal.take(_ONLY_AFTER)]
    only = [c for m in alone for c in named(m["which"] or m.groupdict().get("and") or "")]
    spans = [m.span() for m in [*alone, *barring]]
    wanted = {c for m in goal.take(_IN) for c in named(m["which"])} | goal.mentioned
    if only and (clash := out & set(only)):
        goal.doubt("channels", *spans, channels=" + ".join(sorted(clash)).replace("_", "-"))
        out -= clash
    chosen = set(only) or (set(CHANNELS) if every else (wanted or set(default)) | goal.believed)
    if left := [c for c in CHANNELS if c in chosen - out]:
        if not (only or wanted or every):
            goal.assume(f"Messages go by {' and '.join(left).replace('_', '-')}, as the goal names no channel.")
        return left
    if not (only or wanted or every) and (left := [c for c in CHANNELS if c not in out]):
        goal.ask(f"Only {' and '.join(left).replace('_', '-')} are left; do customers agree to hear from you there?")
        return left
    raise Unclear("no_channel", *spans)
