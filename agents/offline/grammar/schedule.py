"""When cohort runs happen: time zone, run days and hour. The plan has no field for days without sending; runs stay away instead."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo, available_timezones

from agents.offline.grammar.channels import named
from agents.offline.grammar.goal import Goal, rx
from journeyman.domain import Brand, Schedule

_PLACES = {
    "new york": "America/New_York",
    "eastern": "America/New_York",
    "est": "America/New_York",
    "edt": "America/New_York",
    "et": "America/New_York",
    "chicago": "America/Chicago",
    "central": "America/Chicago",
    "cst": "America/Chicago",
    "mountain": "America/Denver",
    "denver": "America/Denver",
    "pacific": "America/Los_Angeles",
    "los angeles": "America/Los_Angeles",
    "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles",
    "pt": "America/Los_Angeles",
    "london": "Europe/London",
    "uk": "Europe/London",
    "bst": "Europe/London",
    "gmt": "UTC",
    "utc": "UTC",
    "paris": "Europe/Paris",
    "berlin": "Europe/Berlin",
    "cet": "Europe/Berlin",
    "central european": "Europe/Berlin",
    "madrid": "Europe/Madrid",
    "rome": "Europe/Rome",
    "sydney": "Australia/Sydney",
    "tokyo": "Asia/Tokyo",
    "india": "Asia/Kolkata",
    "ist": "Asia/Kolkata",
    "singapore": "Asia/Singapore",
    "dublin": "Europe/Dublin",
    "toronto": "America/Toronto",
}
_NAMES = "|".join(sorted(map(re.escape, _PLACES), key=len, reverse=True))
_ZONE = rx(
    rf"\b(?P<iana>(?:Africa|America|Asia|Atlantic|Australia|Europe|Indian|Pacific)/[A-Za-z_]+(?:/[A-Za-z_]+)?)\b"
    rf"|\b(?P<place>{_NAMES}) (?:standard |daylight )?time\b"
    rf"|\btime ?zone(?: is)?[: =]{{1,3}}(?P<place2>{_NAMES})\b|(?P<place3>(?-i:\b(?:EST|EDT|ET|CST|PST|PDT|PT|BST|GMT|UTC|CET|IST)\b))"
)
_WEEKDAYS_ONLY = rx(
    r"\b(?:(?:not|never|no|nothing|avoid|skip|except|without|outside(?: of)?)(?: (?:send|sending|messages?|emails?|sms|push"
    r"|on|at|over|during|the|any|contact|anything|sends|texts?))* (?:weekends?|saturdays?(?: (?:and|or) sundays?)?|sundays?)"
    r"|(?:only (?:on |send on )?)?(?:weekdays|monday to friday|mon-fri|monday-friday|working days|business days)(?: only)?)\b"
)
_DAY = rx(
    r"\b(?:every|each|on) (?P<day>mon|tues|wednes|thurs|fri|satur|sun)days?\b|\b(?P<day2>mon|tues|wednes|thurs|fri|satur|sun)days only\b"
)
_RUN = rx(
    r"\b(?:run|runs|cohort runs?|schedule[d]?)(?: it)?[: ]{1,2}(?:daily|every day|every morning|once a day)(?: at "
    r"(?P<h>[01]?\d|2[0-3])(?::(?P<m>[0-5]\d))?(?P<ap>am|pm)?)?\b"
)
_NUMBERS = {"mon": 1, "tues": 2, "wednes": 3, "thurs": 4, "fri": 5, "satur": 6, "sun": 0}


def read_schedule(goal: Goal, brand: Brand) -> Schedule:
    """Cron and zone; the horizon is read elsewhere."""
    zone = next(iter(brand.time_zones), "UTC") if len(brand.time_zones) <= 1 else "UTC"
    for m in goal.take(_ZONE):
        name = m["iana"] or _PLACES[(m["place"] or m["place2"] or m["place3"]).lower()]
        if name in available_timezones():
            zone = ZoneInfo(name).key
        else:
            goal.ask(f"{name} is no time zone I know; runs are timed in {zone}. Which is it?")
    minute, hour, on = 0, 6, "*"
    for m in goal.take(_RUN):
        if m["h"]:
            hour, minute = int(m["h"]) % 12 + 12 * (m["ap"].lower() == "pm") if m["ap"] else int(m["h"]), int(m["m"] or 0)
    if weekdays := goal.take(_WEEKDAYS_ONLY):
        goal.mentioned |= {c for m in weekdays if re.search(r"\bno\b", m.group(), re.I) for c in named(m.group())}
        on = "1-5"
        goal.ask(
            "A plan has no field for days without sending; runs are set for Monday to Friday. Is a message then never wanted "
            "at a weekend, whatever happens?"
        )
    if days := sorted({_NUMBERS[(m["day"] or m["day2"]).lower()] for m in goal.take(_DAY)}):
        on = ",".join(map(str, days))
    return Schedule(cron=f"{minute} {hour} * * {on}", timezone=zone if zone in available_timezones() else "UTC")
