"""How often people may be contacted: frequency caps, and the least time between two messages.

`read_caps` takes what speaks of messages; `read_bare_caps` (after the audience has been read) what merely says `once a day`.
"""

from __future__ import annotations

import re
from math import ceil

from agents.offline.grammar.channels import ANY, named
from agents.offline.grammar.dates import UNIT, days, duration
from agents.offline.grammar.doubts import Unclear
from agents.offline.grammar.goal import BELOW, UPPER, Goal, count, rx
from agents.offline.grammar.numbers import NUMBER
from journeyman.domain import Channel, FrequencyCap

_TIMES = {"once": 1, "twice": 2, "thrice": 3}
_N = rf"(?:{NUMBER}|once|twice|thrice)"
_NOUN = (
    rf"(?:(?:marketing |promotional |total )?(?:{ANY}|messages?|msgs?|touch(?:es|points?)?|contacts?|communications?|comms|sends?"
    r"|notifications?|reminders?|nudges?|pings?|times?|x))"
)
_ITEM = rf"(?:(?:{_N}) ?(?:-|to|or) ?)?{_N}(?! ?[%$€£])(?: ?{_NOUN}\b)*"
_WHOM = r"(?: ?(?:per|for each|to each|to any|for any|to|a) (?:customer|person|user|household|member|recipient|contact|head|guest|one))?"
_TAIL = r"(?: (?:max(?:imum)?|at (?:the )?most|tops|in total|combined|altogether|across (?:all )?channels|overall|or fewer|or less))?"
_PERIOD = (
    rf"(?: ?(?:/|per\b|each\b|every\b|an?\b|in any\b|within any\b|in an?\b|within an?\b|in\b(?! the)|within\b(?! the)|over "
    rf"any\b|any\b) ?(?P<pn>{NUMBER})?[ -]?"
    rf"(?P<unit>{UNIT})s?\b(?: (?:period|window))?| (?P<adv>daily|weekly|fortnightly|biweekly|bi-weekly|monthly|quarterly)\b"
    r"| every (?:other|second) (?P<other>day|week|month)\b| ?p\.?(?P<p>w)\b\.?)"
)
_LEAST = r"(?:at least|min(?:imum)?(?: of)?|no (?:fewer|less) than|not (?:fewer|less) than)"
_CAP = rx(
    rf"(?P<how>\b(?:{UPPER}|{BELOW}|{_LEAST}|only|just|more than)(?: (?:get|receive|send|be sent|contact|message))? "
    rf"?)?(?<![$€£\w.-])(?P<items>{_ITEM}"
    rf"(?: ?(?:,|and|plus|&|or|\+),? ?(?:{UPPER} ?)?{_ITEM}){{0,3}}){_WHOM}{_TAIL}{_PERIOD}{_WHOM}{_TAIL}"
    rf"(?:,? (?:of which|including|with)(?: {UPPER})? ?(?P<part>{_ITEM}))?"
)
_ADVERB = {
    "daily": 1,
    "weekly": 7,
    "fortnightly": 14,
    "biweekly": 14,
    "bi-weekly": 14,
    "monthly": 30,
    "quarterly": 90,
    "w": 7,
}
_WEEKLY_CAP = rx(
    rf"\b(?P<adv>daily|weekly|fortnightly|monthly)(?: (?P<noun>{_NOUN}))?(?: frequency)? (?:cap|limit|max(?:imum)?)(?: (?:of"
    rf"|is|at))?[: =]{{0,3}}(?P<n>{_N})"
    rf"|\bmax(?:imum)? (?P<adv2>daily|weekly|monthly) (?P<noun2>{_NOUN})[: =]{{0,3}}(?P<n2>{_N})"
)
_PACE = rx(
    rf"\b(?:{UPPER} ?)?(?:(?:an?|1|one|single|once) ?)?(?P<noun>{_NOUN})? ?every (?:(?P<other>other|second) (?P<ounit>day"
    rf"|week|month)|(?P<pn>{NUMBER}) (?P<unit>{UNIT})s?)\b"
)
_TOTAL = rx(
    rf"\b(?:{UPPER} ?)?(?P<items>{_ITEM}){_WHOM} (?:in total|in all|altogether|overall|all in all|(?:over|during|across|for"
    rf"|in) the (?:whole |entire )?"
    r"(?:campaign|journey|period|programme|program|run))\b"
)
_BARE_TOTAL = rx(
    rf"\b(?:{UPPER}|only|just|a single) ?(?P<items>{_ITEM})(?= ?(?:$|[.,;]))|(?<![\w$€£.-])(?P<items2>{_ITEM}) (?:only"
    rf"|max(?:imum)?|tops)(?= ?(?:$|[.,;]))"
)
_WEEKLY = rx(rf"\b(?P<adv>daily|weekly|fortnightly|monthly) (?P<noun>{_NOUN})\b")
_NO_CAP = rx(
    r"\bno (?:frequency )?(?:caps?|limits?)(?: on (?:messages|frequency|contacts?))?\b|\bas (?:often|many|much) as (?:you|we) "
    r"(?:like|can|want)\b"
             r"|\bunlimited messages\b|\bas often as possible\b")  # fmt: skip
_CAP_ONLY = rx(rf"\bfrequency(?: cap)?[: =]{{1,3}}(?P<n>{_N})(?! ?[/%]| per)")
_APART = rx(
    rf"\b(?:(?:at least|min(?:imum)?|no less than|leave|keep|wait|with|space[d]?(?: out)?|>=)[: "
    rf"]{{1,2}}){{0,2}}{duration('c')}(?: apart| (?:or more )?(?:in )?between"
    rf"(?: (?:any )?(?:2 |two |the )?(?:{_NOUN}|each|them|consecutive \w+))?| gap| pause| cooldown| of rest)\b"
    rf"|\b(?:cool-?down|cooling[- ]off(?: period)?|(?:minimum |min )?(?:gap|spacing|interval|pause|wait)(?: (?:between|of|is"
    rf"|at least|messages|sends|contacts|any|2|two)){{0,5}})[: =]{{0,3}}{duration('k')}"
    rf"|\b(?:no|never|not)(?: send)? 2 {_NOUN} (?:within|in|inside)(?: the same)? {duration('j')}"
)
_CONSECUTIVE = rx(
    r"\b(?:never|not|no)[^.;,]{0,30} (?:on )?(?:consecutive days|2 days (?:running|in a row)|back[- ]to[- ]back days|days in a row)\b"
)
_CONTACT_VERB = rx(
    r"\b(?P<verb>email|text|push|message|contact|write to|reach out to|send)(?: (?:them|people|customers|anyone|anybody"
    r"|anything|the same person|each of them|\w+s))?(?: \w+ly)? ?$"
)


_NOT_MORE = rx(r"\b(?:not|never)(?: ever)? (?:email|text|push|message|contact|send)(?: \w+){0,3} ?$")


def read_caps(goal: Goal, *, bare: bool = False) -> list[FrequencyCap]:
    """Caps, each as strict as stated or stricter. Without `bare`, only what names messages, a bound, or a rate such as `2/week`."""
    caps: list[FrequencyCap] = []
    least: list[tuple[float, float]] = []
    spans: list[tuple[int, int]] = []
    for m in goal.take(_WEEKLY_CAP):
        caps.append(_cap(m, m["noun"] or m["noun2"] or "", m["n"] or m["n2"], _ADVERB[(m["adv"] or m["adv2"]).lower()]))
    for m in goal.take(_CAP, lambda m: _speaks_of_messages(m, goal) or bare):
        window, how = _window(m, goal), (m["how"] or "").lower()
        spans.append(m.span())
        verb = _CONTACT_VERB.search(goal.before(m.start(), reach=40))
        channel = verb["verb"] if verb else ""
        if lead := _NOT_MORE.search(goal.text[: m.start()]):
            goal.blank(lead.start(), m.start())
        for item in re.finditer(_ITEM, m["items"], re.I):
            number = re.findall(_N, item.group(), re.I)[-1]
            if re.match(_LEAST, how):
                least.append((_number(number), window))
                continue
            below = re.match(BELOW, how) is not None
            caps.append(_cap(m, _words(item.group()) or channel, number, window, below=below))
        if m["part"]:
            caps.append(_cap(m, _words(m["part"]), re.findall(_N, m["part"], re.I)[-1], window))
    caps += [_cap(m, m["noun"], "1", _ADVERB[m["adv"].lower()]) for m in goal.take(_WEEKLY)]
    for m in goal.take(_PACE, lambda m: bare or bool(m["noun"])):
        window = 2 * _days(None, m["ounit"]) if m["other"] else _days(m["pn"], m["unit"])
        caps.append(_cap(m, m["noun"] or "", "1", window))
    caps += [FrequencyCap(limit=1, window_days=2) for _ in goal.take(_CONSECUTIVE)]
    for m in goal.take(_CAP_ONLY):
        goal.ask(f"Is the frequency cap of {m['n']} meant per week? I have taken it so.")
        caps.append(_cap(m, "", m["n"], 7))
    for n, window in least:
        if any(c.channel is None and c.limit / c.window_days < n / window for c in caps):
            goal.doubt("caps", *spans, least=f"{n:g}")
            continue
        goal.ask(
            f"The goal asks for at least {count(n, 'message')} in {count(window, 'day')}. The machine may always stay silent; "
            f"is an upper limit enough?"
        )
    goal.mentioned |= {c.channel for c in caps if c.channel and c.limit}
    return caps


def spoken_of(goal: Goal) -> list[tuple[int, int]]:
    """Where the goal names its caps."""
    return [m.span() for m in _CAP.finditer(goal.whole)]


def read_total_caps(goal: Goal, horizon: int) -> list[FrequencyCap]:
    """Caps over the whole journey of `horizon` days (at most a year)."""
    horizon = min(366, horizon)
    caps = [
        _cap(m, _words(m["items"]), re.findall(_N, m["items"], re.I)[-1], horizon)
        for m in goal.take(_TOTAL, lambda m: bool(_words(m["items"])))
    ]
    for m in goal.take(_BARE_TOTAL, lambda m: bool(_words(m["items"] or m["items2"]))):
        items = m["items"] or m["items2"]
        caps.append(_cap(m, _words(items), re.findall(_N, items, re.I)[-1], horizon))
    goal.mentioned |= {c.channel for c in caps if c.channel and c.limit}
    return caps


def settle_caps(goal: Goal, caps: list[FrequencyCap]) -> list[FrequencyCap]:
    """One cap per channel and window, the lowest; a default where the goal has none. Raises Unclear when nothing may be sent."""
    unlimited = goal.take(_NO_CAP)
    if not caps:
        if unlimited:
            goal.ask("The goal wants no frequency cap; I have kept one message a day. How many messages a week do people put up with?")
            return [FrequencyCap(limit=1, window_days=1)]
        goal.assume("At most two messages a week, as the goal names no frequency cap.")
        return [FrequencyCap(limit=2, window_days=7)]
    lowest: dict[tuple[Channel | None, int], FrequencyCap] = {}
    for cap in caps:
        key = (cap.channel, cap.window_days)
        lowest[key] = min(cap, lowest.get(key, cap), key=lambda c: c.limit)
    if any(c.channel is None and c.limit == 0 for c in lowest.values()):
        raise Unclear("no_message", *spoken_of(goal))
    return list(lowest.values())[:20]


def cover(goal: Goal, caps: list[FrequencyCap], channels: list[Channel]) -> list[FrequencyCap]:
    """`caps`, and a default for each of `channels` that none of them holds."""
    capped = {c.channel for c in caps}
    bare = [] if None in capped else [c for c in channels if c not in capped]
    if bare:
        goal.assume(f"At most two messages a week by {' and by '.join(bare).replace('_', '-')}, as the goal names no cap for that.")
    return [*caps, *(FrequencyCap(channel=c, limit=2, window_days=7) for c in bare)]


def read_cooldown(goal: Goal) -> float:
    """Hours between two messages to one person, the longest the goal names; 0 when it names none."""
    found = goal.take(_APART)
    hours = [24 * days(m, tag) for m in found for tag in "ckj" if m[f"{tag}_unit"]]
    if hours and max(hours) > 24 * 366:
        goal.doubt("gap", *(m.span() for m in found))
        return 0.0
    return max(hours, default=0.0)


def _speaks_of_messages(match: re.Match[str], goal: Goal) -> bool:
    how = (match["how"] or "").lower().strip()
    lead = goal.before(match.start(), reach=60)
    if how == "more than" and not re.search(r"\b(?:no|not|never|nobody|none)\b", lead, re.I):
        return False
    if _words(match["items"]) or _CONTACT_VERB.search(lead):
        return True
    bounded = how not in ("", "only", "just") and not re.search(rf"\b(?:{_LEAST})", how, re.I)
    rate = re.search(r"^\d+ ?(?:x\b.*|times?)?$", match["items"], re.I) and re.search(r"/|\bper\b|x\b|p\.?w", match.group(), re.I)
    return bool(
        (bounded or rate or re.search(r"\b(?:frequency|cap|contact)\b", lead, re.I))
        and not re.search(r"\b(?:who|that|shop\w*|buy\w*|order\w*|visit\w*|book\w*|use|bought)\b", lead, re.I)
    )


def _words(item: str) -> str:
    """The noun of `2 marketing emails`, without `times` and `x`."""
    return re.sub(rf"(?:{_N}|\b(?:-|to|or|times?|x|a|max(?:imum)?)\b)", " ", item, flags=re.I).strip(" -")


def _number(word: str) -> float:
    return float(_TIMES.get(word.lower(), 0) or word)


def _cap(m: re.Match[str], noun: str, number: str, window: float, *, below: bool = False) -> FrequencyCap:
    n = _number(number)
    if below:
        n = ceil(n) - 1
    if 0 < n < 1:  # half a message a week is one in two
        n, window = 1, window / n
    whole = max(1, ceil(window))
    if n > 1000 or whole > 366:
        raise Unclear("cap_size", m.span(), size=f"{n:g} / {count(whole, 'day')}")
    channels = named(noun)
    return FrequencyCap(channel=channels[0] if channels else None, limit=int(n), window_days=whole)


def _days(n: str | None, unit: str) -> float:
    per = {"hour": 1 / 24, "hr": 1 / 24, "day": 1, "week": 7, "wk": 7, "fortnight": 14, "month": 30, "quarter": 90, "year": 365, "yr": 365}
    return float(n or 1) * per[unit.lower()]


def _window(match: re.Match[str], goal: Goal) -> float:
    if match["other"]:
        return 2 * _days(None, match["other"])
    if adverb := (match["adv"] or match["p"] or "").lower():
        if adverb.startswith("bi"):
            goal.ask("Does biweekly mean every two weeks? I have taken it so.")
        return _ADVERB[adverb]
    return _days(match["pn"], match["unit"])
