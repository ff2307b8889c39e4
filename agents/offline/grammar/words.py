"""Brings a goal into one spelling before it is read: quotes, dashes, bullets, contractions, common typos, numbers as digits.

Not a spell checker: only words the grammar itself knows are mended, and only by one swapped, doubled or dropped letter.
"""

from __future__ import annotations

import re

from agents.offline.grammar.numbers import digits

_SIGNS = str.maketrans({
    "‘": "'", "’": "'", "“": '"', "”": '"', "«": '"', "»": '"', "–": "-", "—": "-", "−": "-", "‑": "-", "\u00a0": " ", "\u202f": " ",
    "\t": " ", "×": "x", "\r": "\n", "＄": "$", "…": ".", "％": "%",
})  # fmt: skip
_BULLET = re.compile(r"\s*\n\s*(?:[-*•·‣◦–]+\s+|\d{1,2}[.)]\s+|(?=[A-Z]))|\s*\n\s*\n\s*")
_FIRST_BULLET = re.compile(r"^\s*(?:[-*•·‣◦]+\s+|\d{1,2}[.)]\s+)")
_SPELLINGS = [
    (re.compile(pattern, re.I), plain)
    for pattern, plain in (
        (r"\b(do|does|did|have|has|had|is|are|was|were|would|should|could|must)n'?t\b", r"\1 not"),
        (r"\bwon'?t\b", "will not"),
        (r"\b(?:can't|cant|cannot)\b", "can not"),
        (r"\be-mail", "email"),
        (r"\bin[- ]?app\b", "in-app"),
        (r"\btext messag(?=e|ing)", "sms messag"),
        (r"\bsign[- ]?up(s?)\b", r"sign-up\1"),
        (r"\b(?:re-?win|win)[- ]?(?:ning[- ])?backs?\b", "win back"),
        (r"\bre-(activat|engag)", r"re\1"),
        (r"\b(first|one|single|1st|1)[- ]time(r?)\b(?=r|[- ](?:\w+ )?(?:buyer|customer|shopper|purchaser|guest))", r"\1-time\2"),
        (r"\bfirst-timers?\b", "first-time buyers"),
        (r"\b2nd\b", "second"),
        (r"\b1st (?=order|purchase|project|booking|time)", "first "),
        (r"\b(\d{1,2}(?:[:.]\d\d)?) ?([ap])(?:m\b|\. ?m\b(?:\.(?! (?-i:[A-Z])|$))?)", r"\1\2m"),
        (r"\b(\d{1,2}(?:[:.]\d\d)?) (?:o'clock )?in the morning\b", r"\1am"),
        (r"\b(\d{1,2}(?:[:.]\d\d)?) (?:o'clock )?(?:in the (?:evening|afternoon)|at night)\b", r"\1pm"),
        (r"\b(\d{1,2}) ?o'clock\b", r"\1:00"),
        (r"\b(cool-?down|gap|apart|wait|spacing|interval)([^.;,\d]{0,12})(\d+) ?h\b", r"\1\2\3 hours"),
        (r"\b(\d+) ?h\b(?= (?:apart|between|gap|cool-?down|pause))", r"\1 hours"),
        (r"\bbetween ([$€£]\d[\d,.]*k?) and ([$€£]?\d[\d,.]*k?)", r"\1-\2"),
        (r"\b(\d{1,3})\.000\b", r"\g<1>000"),
        (r"\bper cent\b|\bpercentage points?\b", "percent"),
        (r"\bmax\.(?= ?\w)", "max"),
        (r"\bmin\.(?= ?\d)", "min"),
        (r"<=|=<|≤", " at most "),
        (r"≥|>=", " >= "),
    )
]
_KNOWN = [
    "abandoned",
    "account",
    "activate",
    "activation",
    "active",
    "afternoon",
    "audience",
    "bonus",
    "booked",
    "booking",
    "bookings",
    "bought",
    "budget",
    "business",
    "buyers",
    "campaign",
    "channel",
    "channels",
    "churned",
    "contact",
    "contacted",
    "control",
    "cooldown",
    "coupon",
    "coupons",
    "customer",
    "customers",
    "daily",
    "delivery",
    "discount",
    "discounts",
    "dollars",
    "dormant",
    "email",
    "emails",
    "euros",
    "evening",
    "everyone",
    "except",
    "exclude",
    "first",
    "fortnight",
    "free",
    "frequency",
    "guests",
    "holdout",
    "hours",
    "households",
    "inactive",
    "incentive",
    "incentives",
    "joined",
    "lapsed",
    "loyalty",
    "maximum",
    "members",
    "message",
    "messages",
    "midnight",
    "minimum",
    "month",
    "monthly",
    "months",
    "morning",
    "never",
    "night",
    "notification",
    "notifications",
    "opened",
    "order",
    "ordered",
    "orders",
    "people",
    "percent",
    "points",
    "pounds",
    "project",
    "purchase",
    "purchased",
    "purchases",
    "push",
    "quarter",
    "quiet",
    "refer",
    "referral",
    "registered",
    "reminder",
    "repeat",
    "retention",
    "review",
    "savings",
    "second",
    "shipping",
    "shopped",
    "shoppers",
    "shopping",
    "spent",
    "subscribers",
    "thousand",
    "hundred",
    "twenty",
    "three",
    "seven",
    "eight",
    "twice",
    "until",
    "upgrade",
    "upsell",
    "users",
    "visited",
    "voucher",
    "weekend",
    "weekends",
    "weekly",
    "weeks",
    "week",
    "within",
    "without",
    "days",
    "back",
    "once",
    "least",
    "most",
    "yesterday",
    "hold",
]
_REAL = frozenset(
    [
        "budge",
        "custom",
        "deliver",
        "eros",
        "euro",
        "expect",
        "expects",
        "fist",
        "free",
        "guess",
        "guest",
        "hour",
        "household",
        "houses",
        "lapse",
        "last",
        "lest",
        "member",
        "moat",
        "moth",
        "must",
        "older",
        "pints",
        "point",
        "quit",
        "quite",
        "reviews",
        "saving",
        "seen",
        "send",
        "sent",
        "spend",
        "tea",
        "tees",
        "thee",
        "there",
        "through",
        "tree",
        "uses",
        "user",
        "weed",
        "were",
    ]
)
_WORD = re.compile(r"[A-Za-z]{4,}")


def normalise(raw: str) -> str:
    """`raw` in one spelling, one line, single spaces; a new bullet or line that starts a thought becomes `; `. Case is kept."""
    text = _FIRST_BULLET.sub("", raw.translate(_SIGNS))
    text = " ".join(_BULLET.sub("; ", text).split())
    text = _WORD.sub(lambda m: _mend(m.group()), text)
    for pattern, plain in _SPELLINGS:
        text = pattern.sub(plain, text)
    return " ".join(digits(text).split())


def _mend(word: str) -> str:
    low = word.lower()
    return low if low in _REAL else _TYPOS.get(low, word) if low not in _VOCABULARY else word


def _slips(word: str) -> set[str]:
    """Every spelling of `word` with two neighbours swapped or, for words of five letters and more, one letter doubled or dropped."""
    swapped = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(1, len(word) - 1)}
    if len(word) < 5:
        return swapped
    doubled = {word[: i + 1] + word[i:] for i in range(len(word))}
    return swapped | doubled | {word[:i] + word[i + 1 :] for i in range(1, len(word))}


_VOCABULARY = frozenset(_KNOWN)
_TYPOS = {slip: word for word in reversed(_KNOWN) for slip in sorted(_slips(word)) if slip not in _REAL and slip not in _VOCABULARY}
