"""When people may be contacted in a day: quiet hours, allowed hours, send windows.

All that is said is added up to forbidden minutes of a day; the plan's one quiet span is whatever lies outside the longest stretch left,
so it is never shorter than stated.
"""

from __future__ import annotations

import re
from datetime import time

from agents.offline.grammar.channels import ANY, named
from agents.offline.grammar.goal import NOT, Goal, rx
from journeyman.domain import WINDOW_HOURS, QuietHours, SendWindow

DAY = 24 * 60
NIGHT = (21 * 60, 8 * 60)
_UNITLESS = (
    r"(?! ?(?:%|percent|days?|weeks?|months?|years?|orders?|points?|dollars?|euros?|messages?|emails?|customers?|hours\b|x\b"
    r"|[/$€£]|[.,]?\d))"
)


def _time(tag: str) -> str:
    return (
        rf"(?:(?P<{tag}_h>[01]?\d|2[0-4])(?:[:.h](?P<{tag}_m>[0-5]\d))?(?P<{tag}_z>h\b)? ?(?P<{tag}_ap>am|pm)?\b|(?P<{tag}_w>noon"
        rf"|midday|midnight))"
    )


_SPAN = rx(rf"(?<![\w$€£.,])(?:between |from )?(?<![\d.]){_time('a')} ?(?P<sep>and|to|till|til|until|through|-) ?{_time('b')}{_UNITLESS}")
_EDGE = rx(
    rf"\b(?P<word>after|later than|past|beyond|before|earlier than|until|till|stop at|from|by) (?:about "
    rf")?{_time('t')}{_UNITLESS}(?P<on> (?:onwards?|on\b))?"
)
_NIGHT = rx(r"\b(?:(?:at|late at|during the|in the middle of the) nights?|overnight|nights?|night[- ]?time)\b")
_OFFICE = rx(r"\b(?:business|office|working|work) hours\b")
_PART = rx(r"\b(?:(?:in|during) the |at |on )?(?P<part>mornings?|lunch ?time|lunch|middays?|noon|afternoons?|evenings?)\b")
_ONLY = re.compile(r"\b(?:only|just|solely|exclusively|strictly|keep (?:everything|it all|all \w+|every \w+))\b", re.I)
_QUIET = re.compile(rf"{NOT.pattern}|\b(?:quiet|silen\w+|dnd|disturb|blackout|sleep|no-?send)\b", re.I)
_NEGATED_QUIET = rx(
    r"\b(?:no|without|ignore|disregard|forget(?: about)?|skip|drop) quiet (?:hours|times?)\b|\bquiet (?:hours|times?)[: "
    r"=]{1,3}none\b|\b(?:24/7|around the clock|any time of (?:the )?day(?: or night)?)\b"
)
_SENDING = re.compile(r"\b(?:send\w*|deliver\w*|messag\w+|contact\w*|hours|windows?|allowed|ok(?:ay)?|between|reach)\b", re.I)
_CHANNEL_LEAD = rx(
    rf"\b(?:no|not|never|only)(?: send)?(?: any| out)? (?P<which>(?:{ANY}|messages?|anything)(?:(?: ?,| and| or) (?:{ANY}|messages?))*) ?$"
)
_BY = re.compile(rf"(?:\s|by|via|{ANY}|and|or|&|\+)+", re.I)
_DAYPART: dict[str, SendWindow] = {"m": "morning", "l": "midday", "n": "midday", "mid": "midday", "a": "afternoon", "e": "evening"}


def read_hours(goal: Goal) -> tuple[QuietHours, list[SendWindow]]:
    """Quiet hours and the send windows that lie outside them; that no hour or no window is left is a doubt."""
    forbidden: set[int] = set()
    night = False
    if goal.take(_NEGATED_QUIET):
        goal.ask("Quiet hours cannot be left out: 21:00 to 08:00 stays quiet. Which hours suit your customers?")
    spans = goal.take(_SPAN, lambda m: _is_time(m, goal))
    for m in spans:
        _swallow(goal, m)
        verdict = _verdict(goal, m)
        start, end = _read_span(m, quiet=verdict == "quiet")
        if start == end:
            goal.doubt("hours", m.span())
            continue
        inside = _minutes(start, end)
        forbidden |= inside if verdict == "quiet" else set(range(DAY)) - inside
    latest: list[int] = []
    earliest: list[int] = []
    said = list(spans)
    for m in goal.take(_EDGE, lambda m: _is_edge(m, goal)):
        said.append(m)
        after, at = _edge(m, goal)
        (latest if after else earliest).append(at)
        _swallow(goal, m)
    if latest or earliest:
        forbidden |= _minutes(min(latest, default=NIGHT[0]), max(earliest, default=NIGHT[1]))
    for m in goal.take(_OFFICE):
        clause = goal.before(m.start(), within=".;!?,")
        outside = re.search(r"\boutside\b", clause, re.I)
        forbidden |= _minutes(9 * 60, 17 * 60) if NOT.search(clause) and not outside else set(range(DAY)) - _minutes(9 * 60, 17 * 60)
    if goal.take(_NIGHT, lambda m: NOT.search(goal.before(m.start(), within=".;!?,")) is not None):
        night = True
    windows = _parts(goal)
    if not forbidden & _minutes(22 * 60, 7 * 60) or night:  # nothing said of the night: it stays quiet
        forbidden |= _minutes(*NIGHT)
    if not spans and not forbidden - _minutes(*NIGHT) and not night:
        goal.assume("Nothing is sent from 21:00 to 08:00 in the customer's own time.")
    quiet = _around_longest(goal, forbidden)
    if quiet is None or not (left := _windows(quiet, windows)):
        goal.doubt("hours", *(m.span() for m in said))
        return QuietHours(), list(WINDOW_HOURS)
    return quiet, left


def _is_time(m: re.Match[str], goal: Goal) -> bool:
    """Whether two numbers are times of day: marked as such, or spoken of between/from in a clause about sending."""
    marked = any(m[f"{t}_{g}"] for t in "ab" for g in ("m", "ap", "w", "z"))
    bounded = re.match(r"(?:between|from)", m.group(), re.I)
    clause = goal.before(m.start(), within=".;!?,") + goal.whole[m.end() : m.end() + 10]
    cue = _QUIET.search(clause) or _ONLY.search(clause) or _SENDING.search(clause)
    padded = re.match(r"(?:0\d|1\d|2\d)-(?:0\d|1\d|2\d)$", m.group().strip())
    only_after = re.match(r" ?only\b", goal.whole[m.end() :], re.I)
    return bool(
        marked
        or only_after
        or (cue and (bounded or padded))
        or re.search(r"\b(?:quiet|hours|only|outside)\b[^.;,]*$", clause[:-10] or clause, re.I)
    )


def _swallow(goal: Goal, m: re.Match[str]) -> None:
    """`no texts after 7pm` rules out hours, not the channel; a plan's quiet hours hold for every channel."""
    if lead := _CHANNEL_LEAD.search(goal.text[: m.start()]):
        goal.blank(lead.start(), m.start())
        if channels := named(lead["which"]):
            goal.mentioned |= set(channels)
            if not re.search("messages|anything", lead["which"], re.I):
                goal.ask(f"Quiet hours hold for every channel, though the goal speaks of {lead['which']} alone. Is that all right?")


def _verdict(goal: Goal, m: re.Match[str]) -> str:
    """`quiet` or `open`: what the words around a span say of it, the nearest first."""
    if re.match(r"\s*only\b", goal.whole[m.end() : m.end() + 8], re.I):
        return "open"
    for within in (".;!?,", ".;!?"):
        lead = goal.before(m.start(), within=within)
        if re.search(r"\boutside\b", lead, re.I):
            return "open"
        cues = sorted([(c.start(), "open") for c in _ONLY.finditer(lead)] + [(c.start(), "quiet") for c in _QUIET.finditer(lead)])
        if cues:
            return cues[-1][1]
        if _SENDING.search(lead):
            return "open"
    return "open" if m.group().lower().startswith(("between", "from")) else "quiet"


def _read_span(m: re.Match[str], *, quiet: bool) -> tuple[int, int]:
    a, b = _clock(m, "a"), _clock(m, "b")
    bare_a, bare_b = _bare(m, "a"), _bare(m, "b")
    if bare_a and bare_b:
        if quiet:  # "never between 9 and 8" is a night
            a = a + 12 * 60 if 6 * 60 <= a < 12 * 60 and b <= 12 * 60 else a
        elif b <= a or b < 8 * 60:  # "only between 9 and 5" is a day
            b += 12 * 60
    elif bare_a and m["b_ap"]:
        if m["b_ap"].lower() == "pm" and a + 12 * 60 < b and a < 12 * 60 and quiet:
            a += 12 * 60  # 9-11pm
        elif m["b_ap"].lower() == "am" and a >= b and a < 12 * 60:
            a += 12 * 60  # 9-8am
    elif bare_b and m["a_ap"] and not quiet and b <= a:
        b += 12 * 60
    return a % DAY, b % DAY


def _bare(m: re.Match[str], tag: str) -> bool:
    hour = m[f"{tag}_h"]
    return bool(
        hour and not m[f"{tag}_ap"] and not m[f"{tag}_m"] and not m[f"{tag}_z"] and int(hour) <= 12 and len(hour.lstrip("0")) == len(hour)
    )


def _clock(m: re.Match[str], tag: str) -> int:
    if word := m[f"{tag}_w"]:
        return 0 if word.lower() == "midnight" else 12 * 60
    hour, minute, half = int(m[f"{tag}_h"]), int(m[f"{tag}_m"] or 0), (m[f"{tag}_ap"] or "").lower()
    if half and hour <= 12:
        hour = hour % 12 + 12 * (half == "pm")
    return (hour * 60 + minute) % DAY


def _is_edge(m: re.Match[str], goal: Goal) -> bool:
    marked = any(m[f"t_{g}"] for g in ("m", "ap", "w", "z"))
    clause = goal.before(m.start(), within=".;!?,")
    cue = NOT.search(clause) or _ONLY.search(clause)
    word = m["word"].lower()
    if word in ("from", "by"):
        return marked and bool(cue or _SENDING.search(clause))
    return bool((cue and (marked or not re.search(r"\b(?:order|purchase|day|message)s?\b", clause, re.I))) or (marked and word != "by"))


def _edge(m: re.Match[str], goal: Goal) -> tuple[bool, int]:
    """Whether what is forbidden lies after (`not after 20:30`) or before (`only after 10am`) a minute of the day, and that minute."""
    clause = goal.before(m.start(), within=".;!?,")
    word, at = m["word"].lower(), _clock(m, "t")
    later = word in ("after", "later than", "past", "beyond", "stop at")
    if _bare(m, "t") and (later or word == "by") and at < 12 * 60:
        at += 12 * 60
    only = _ONLY.search(clause) is not None and not NOT.search(clause)
    forbids_after = word in ("stop at",) or (
        later != only if word in ("after", "past", "beyond", "before") else word in ("later than", "by")
    )
    if word in ("until", "till"):  # "nothing until 9am" forbids before; "send until 8pm" forbids after
        forbids_after = NOT.search(clause) is None
    if word == "from":
        forbids_after = NOT.search(clause) is not None
    return forbids_after, at


def _parts(goal: Goal) -> list[SendWindow]:
    """Send windows left by `only in the evening`, `not in the morning`."""
    only: list[SendWindow] = []
    out: list[SendWindow] = []
    for m in goal.take(_PART):
        word = m["part"].lower()
        window = _DAYPART["mid" if word.startswith("mid") else word[0]]
        clause = goal.before(m.start(), within=".;!?,")
        if NOT.search(clause):
            out.append(window)
        elif (
            not clause.strip()
            or _BY.fullmatch(clause)
            or _ONLY.search(clause)
            or _ONLY.match(goal.whole[m.end() + 1 : m.end() + 8])
            or _SENDING.search(clause)
        ):
            only.append(window)
    return [w for w in WINDOW_HOURS if (w in only or not only) and w not in out]


def _minutes(start: int, end: int) -> set[int]:
    return set(range(start, end)) if start < end else set(range(start, DAY)) | set(range(end))


def _around_longest(goal: Goal, forbidden: set[int]) -> QuietHours | None:
    """The quiet span outside the longest stretch of allowed minutes (round the clock); None when none is allowed."""
    best = run = 0
    end = 0
    for i in range(2 * DAY):
        run = 0 if i % DAY in forbidden else run + 1
        if best < run <= DAY:
            best, end = run, i + 1
    if not best:
        return None
    if best < DAY - len(forbidden):
        goal.ask("A plan has one quiet span; it covers all the hours you ruled out and what lies between them. Is that all right?")
    start, stop = end % DAY, (end - best) % DAY
    return QuietHours(start=time(*divmod(start, 60)), end=time(*divmod(stop, 60)))


def _windows(quiet: QuietHours, wanted: list[SendWindow]) -> list[SendWindow]:
    """Of `wanted`, those wholly outside `quiet`; failing that, those that begin outside it (a send leaves at the start)."""
    silent = _minutes(quiet.start.hour * 60 + quiet.start.minute, quiet.end.hour * 60 + quiet.end.minute)
    inside = [w for w in wanted if not silent & set(range(WINDOW_HOURS[w][0] * 60, WINDOW_HOURS[w][1] * 60))]
    return inside or [w for w in wanted if WINDOW_HOURS[w][0] * 60 not in silent]
