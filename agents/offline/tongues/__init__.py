"""Goals in German, French and Spanish, said in the English that the goal grammar reads: one grammar, a phrase book a language.

A phrase book (`de.yaml`, `fr.yaml`, `es.yaml`) is data: numbers and dates in that language's writing are read first, then what no goal
may ask for (`guarded`: protected traits, switching off protection), then words, then phrases, each `pattern => English`, in order. It
is no translator: what it does not know stays as it is, and the grammar asks about it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Literal

import yaml

Language = Literal["en", "de", "fr", "es"]
LANGUAGES: tuple[Language, ...] = ("en", "de", "fr", "es")
NAMES: dict[Language, str] = {"en": "English", "de": "German", "fr": "French", "es": "Spanish"}
HERE = Path(__file__).parent

_NUMBER = r"\d+(?:\.\d+)?"
_MONEY = rf"[$€£] ?{_NUMBER}k?|{_NUMBER}k? ?(?:[$€£]|(?:euros?|eur|usd|dollars?|chf|francs?|franken|pfund|livres?|libras?)\b)"
_GROUPS = {
    "n": rf"({_NUMBER})",
    "d": rf"((?:{_NUMBER}\+? )?(?:days|weeks|months|years|hours|quarters))",
    "m": rf"({_MONEY})",
    "act": r"(ordered|bought|booked|visited|logged in|opened an email|clicked an email|signed up)",
    "msg": r"(messages?|emails?|sms|push|in-app)",
    "how": r"(at least|at most|more than|less than|exactly|up to|only)",
    "times": rf"(once|twice|{_NUMBER} times)",
    "w": "([\\w\ue000-\uf8ff](?:[\\w\ue000-\uf8ff -]{0,40}?[\\w\ue000-\uf8ff])?)",
    "q": "([\ue000-\uf8ff](?:(?:,|and|or|nor| )*[\ue000-\uf8ff])*)",
}
_SIGNS = str.maketrans({
    "‘": "'", "’": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-", "−": "-", "‑": "-", "\u00a0": " ",
    "\u202f": " ", "\u2009": " ", "％": "%", "¿": "", "¡": "",
})  # fmt: skip
_QUOTED = re.compile(r'"\s*([^"\n]{1,80}?)\s*"')
_TIDY = [(re.compile(r" +"), " "), (re.compile(r" +([.,;!?])"), r"\1"), (re.compile(r"\bwho(?:,? who)+\b"), "who")]
_ENDS = re.compile(r"\s*\n\s*|(?<=[;!?]) +|(?<=\.)(?<!\d\.) +(?=[\"“„«¿¡(]?[^\W\d_a-zà-öø-ÿ])")
_KEPT = re.compile("[\ue000-\uf8ff]")
_TELLS_EN = frozenset(
    [
        "the",
        "and",
        "of",
        "to",
        "for",
        "with",
        "who",
        "have",
        "has",
        "not",
        "no",
        "at",
        "most",
        "per",
        "week",
        "email",
        "only",
        "back",
        "win",
        "customers",
        "them",
        "their",
        "from",
        "in",
        "on",
        "a",
        "an",
        "is",
        "are",
        "people",
        "by",
        "never",
        "up",
        "off",
        "messages",
        "between",
        "more",
        "than",
        "any",
        "orders",
        "days",
        "every",
        "but",
        "our",
        "we",
    ]
)
"""What `tells` is in a phrase book."""


@dataclass(frozen=True)
class Book:
    """One language's phrase book, compiled."""

    language: Language
    tells: frozenset[str]
    rules: tuple[tuple[re.Pattern[str], str], ...]

    def known(self, text: str) -> int:
        """How many letters of `text` its rules turn into others: words the languages share tell nothing."""
        read = ((m.group(), m.expand(plain)) for rule, plain in self.rules for m in rule.finditer(text))
        return sum(len(said) for said, turned in read if re.search(r"[^\W\d_]{3}", said) and _letters(said) != _letters(turned))

    def say(self, text: str) -> str:
        """`text` with every rule applied; a rule that takes the space before the next word gives it back."""
        for rule, plain in self.rules:
            text = rule.sub(partial(_put, plain), text)
        return text


def _letters(text: str) -> str:
    return re.sub(r"\W", "", text).lower()


def _put(plain: str, m: re.Match[str]) -> str:
    return m.expand(plain) + " " * (m.group().endswith(" ") and not plain.endswith(" "))


@cache
def book(language: Language) -> Book:
    """The phrase book of a language other than English. Raises ValueError, naming the line, for one that is no rule."""
    told = yaml.safe_load((HERE / f"{language}.yaml").read_text("utf-8"))
    rules = [*_dates(told["months"]), *_figures(told["thousands"], told["numbers"])]
    for part in ("guarded", "words", "phrases"):
        rules += [_rule(line, f"{language}.yaml, {part}") for line in told[part].splitlines() if line.strip()]
    return Book(language, frozenset(map(str, told["tells"])), tuple(rules))


def language_of(goal: str) -> Language:
    """The language most of the goal's small words belong to; where they do not tell, the one whose phrase book knows most of the goal;
    English where that knows nothing."""
    words = re.findall(r"[^\W\d_]+", goal.lower())
    points = {"en": sum(w in _TELLS_EN for w in words), **{t: sum(w in book(t).tells for w in words) for t in LANGUAGES[1:]}}
    best = [tongue for tongue in LANGUAGES if points[tongue] == max(points.values())]
    if len(best) == 1:
        return best[0]
    known = {tongue: book(tongue).known(goal) for tongue in LANGUAGES[1:]}
    likely = max(LANGUAGES[1:], key=lambda tongue: known[tongue])
    return likely if known[likely] and ("en" not in best or not points["en"]) else best[0]


def sentences(text: str) -> list[str]:
    """The lines and sentences of a text; `max. 2` and `Tsd. €` end none."""
    return [part for part in _ENDS.split(text) if part.strip()]


def english(goal: str, language: Language, keep: tuple[str, ...] = ()) -> str:
    """`goal` in the grammar's English. What stands in quotation marks and what `keep` names (products) is left as written."""
    if language == "en":
        return goal
    kept: list[str] = []
    text = goal.translate(_SIGNS)
    for pattern in (_QUOTED, *(re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.I) for name in keep if name)):
        text = pattern.sub(lambda m: _keep(m, kept), text)
    text = _KEPT.sub(lambda m: kept[ord(m.group()) - 0xE000], book(language).say(text))
    for pattern, plain in _TIDY:
        text = pattern.sub(plain, text)
    return text.strip()


def _keep(match: re.Match[str], kept: list[str]) -> str:
    kept.append(f'"{match[1]}"' if match.re is _QUOTED else match.group())
    return chr(0xE000 + len(kept) - 1)


def _rule(line: str, where: str) -> tuple[re.Pattern[str], str]:
    pattern, arrow, plain = line.strip().partition("=>")
    if not arrow:
        raise ValueError(f"{where}: “{line.strip()}” has no =>.")
    for name, group in _GROUPS.items():
        pattern = pattern.replace("{" + name + "}", group)
    pattern, plain = pattern.strip(), plain.strip()
    end = "" if "(?=" in pattern else r"(?!\w)"  # a look ahead says itself where the words end
    return re.compile(rf"(?<!\w)(?:{pattern}){end}", re.I), plain


def _dates(months: list[str]) -> list[tuple[re.Pattern[str], str]]:
    """Days as written there (`31.12.2026`, `1er mars 2027`, `1 de marzo de 2027`): the day first."""
    found = [(re.compile(r"(?<![\d.,/])(\d{1,2})[./](\d{1,2})[./](20\d\d)(?!\d)"), r"\3-\2-\1")]
    for number, name in enumerate(months, 1):
        english_name = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ][number - 1]
        day = rf"(?<!\w)(\d{{1,2}})(?:\.|er|º)? (?:de )?(?:{name})\.?(?!\w)"
        found += [
            (re.compile(rf"{day}(?: de| del)? (20\d\d)", re.I), rf"\2-{number:02}-\1"),
            (re.compile(day, re.I), rf"\1 {english_name}"),
            (re.compile(rf"(?<!\w)(?:ende|fin(?:ales)?)(?: de)? {name}(?!\w)", re.I), f"end of {english_name}"),
        ]
    return found


def _figures(thousands: str, numbers: dict[str, int]) -> list[tuple[re.Pattern[str], str]]:
    """`1.000,50` and `1 000,50` as 1000.50; numbers in words as digits."""
    between = r"[. ]" if thousands == "." else r"[ .]"
    found = [(re.compile(rf"(?<![\d.,-])(\d{{1,3}}){between}(\d{{3}})(?![\d.-])(?:{between}(\d{{3}})(?!\d))?"), r"\1\2\3")]
    found += [(re.compile(r"(?<![\d.,])(\d+),(\d{1,2})(?![\d,])"), r"\1.\2")]
    found += [(re.compile(rf"(?<!\w){word}(?!\w)", re.I), str(n)) for word, n in sorted(numbers.items(), key=lambda w: -len(w[0]))]
    return found
