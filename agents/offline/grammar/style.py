"""What the copy is to be like: phrases banned, tones, products, languages, and whether credit rules apply."""

from __future__ import annotations

import re

from agents.offline.grammar.goal import Goal, rx
from agents.offline.grammar.kind import TONES
from agents.offline.grammar.numbers import NUMBER, PERCENT
from agents.offline.tongues import NAMES
from journeyman.domain import Brand, Regulated

_QUOTED = r"(?:\"[^\"∎]{1,80}\"|(?<!\w)'[^'∎]{1,80}'(?!\w))"
_SAY = r"(?:say(?:ing)?|use|using|mention(?:ing)?|write|writing|include|including|call it)"
_BAN = (
    rf"\b(?:never|not|avoid|without|no|do not|banned?|forbidden)(?: ever)?(?: {_SAY})?(?: of)?(?: (?:the|any|words?|phrases?"
    rf"|terms?|expressions?|wording|like|such as|as|banned|following))*:? ?"
)
_BANNED = rx(rf"{_BAN}(?P<list>{_QUOTED}(?: ?(?:,|or|and|nor|,? ?or) ?{_QUOTED})*)")
_BANNED_LIST = rx(r"\b(?:banned|forbidden) (?:words?|phrases?|terms?)(?: are)?[: ]{1,2}(?P<list>[^.;∎]{1,200})")
_BANNED_BARE = rx(
    rf"\b(?:never|not|avoid(?:ing)?)(?: ever)? (?:{_SAY} )?(?:the )?(?:(?:words?|phrases?|terms?) |(?<=say )|(?<=saying )"
    rf"|(?<=mention )|(?<=mentioning ))(?P<list>[^.;,∎]{{1,60}}?)(?= ?(?:[.;,]|$| in (?:the|any)\b))"
)
_TONE_WORDS = {
    "warm": r"warm|friendly|kind|caring|heartfelt|empathetic|gentle|personal",
    "playful": r"playful|fun|funny|witty|cheeky|humorous|light-?hearted|whimsical",
    "direct": r"direct|concise|short|matter-of-fact|no-nonsense|straightforward|clear|crisp|to the point|plain",
}
_ANY_TONE = "|".join(_TONE_WORDS.values())
_TONE = rx(
    rf"\b(?P<no>no|not|never|avoid|without)? ?(?:be |too |an? |in |keep it |sound |use )*(?P<words>(?:{_ANY_TONE})(?:(?: ?,| and| "
    rf"or| but)? (?:{_ANY_TONE}))*) (?:tones?|voice|style|copy|wording|language|emails?|messages?|texts?)\b"
               rf"|\b(?:tone|voice|style)(?: of voice)?(?: (?:is|should be|to be|must be))?[: =]{{1,3}}(?P<no2>not "
               rf")?(?P<words2>(?:{_ANY_TONE})(?:(?: ?,| and| or| but)? (?:{_ANY_TONE}))*)\b"
           rf"|\b(?:keep it|be|sound) (?P<words3>(?:{_ANY_TONE})(?:(?: ?,| and| or| but)? (?:{_ANY_TONE}))*)\b"
           rf"|(?:^|(?<=[.;!?] ))(?P<words4>(?:{_ANY_TONE})(?:(?: ?,| and| or| but)? (?:{_ANY_TONE}))*)(?= ?(?:[.;!?]|$))")  # fmt: skip
_OTHER_TONE = rx(r"\b(?:formal|professional|luxurious|authoritative|serious|edgy|inspiring|corporate) (?:tone|voice|style)\b")
_CREDIT = rx(
    r"\b(?:loans?|mortgages?|credit cards?|(?<!store )(?<!bonus )credit (?:lines?|limits?|products?|offers?)|lines? of credit"
    r"|apr|overdrafts?|financing|instal?ments?|bnpl|buy now,? pay later|interest rates?|refinanc\w+|payday|balance transfers?"
    r"|lending|borrow\w*)\b"
)
_RATE = rx(
    rf"{NUMBER}{PERCENT}(?: (?:intro(?:ductory)?|representative|variable|fixed|purchase))? (?:apr|apy|aer|interest(?: "
    rf"rate)?)\b(?: (?:for|on|over)[^.;,]{{0,40}})?"
)
_LANGUAGES = {
    "english": "en", "spanish": "es", "french": "fr", "german": "de", "italian": "it", "portuguese": "pt", "dutch": "nl", "polish": "pl",
    "swedish": "sv", "danish": "da", "norwegian": "no", "japanese": "ja", "chinese": "zh", "arabic": "ar", "hindi": "hi", "turkish": "tr",
}  # fmt: skip
_LANGUAGE = rx(
    rf"\b(?:in|into|languages?:?|write|copy) (?P<list>(?:{'|'.join(_LANGUAGES)})(?:(?: ?, ?| and | or | & )(?:{'|'.join(_LANGUAGES)}))*)\b"
)


def read_banned(goal: Goal) -> list[str]:
    """Phrases the copy must not use, as written. Read first: quoted words are nobody else's business."""
    phrases: list[str] = []
    for m in goal.take(_BANNED):
        phrases += [q[1:-1].strip() for q in re.findall(_QUOTED, m["list"])]
    for m in [*goal.take(_BANNED_LIST), *goal.take(_BANNED_BARE)]:
        phrases += [p.strip(" '\"") for p in re.split(r",| or | and | nor ", m["list"])]
    return list(dict.fromkeys(p[:200] for p in phrases if p))[:500]


def tones_in(words: str) -> list[str]:
    """The house's tones that words speak of."""
    return [t for t, pattern in _TONE_WORDS.items() if re.search(rf"\b(?:{pattern})\b", words, re.I)]


def read_tones(goal: Goal) -> list[str]:
    """The tones wanted; all when the goal does not say."""
    wanted: list[str] = []
    unwanted: list[str] = []
    for m in goal.take(_TONE):
        words = next(m[g] for g in ("words", "words2", "words3", "words4") if m[g])
        found = tones_in(words)
        (unwanted if m["no"] or m["no2"] else wanted).extend(found)
    for m in goal.take(_OTHER_TONE):
        goal.ask(f"Of warm, playful and direct, which comes nearest to “{m.group()}”?")
    return [t for t in TONES if (t in wanted or not wanted) and t not in unwanted] or ["direct"]


def read_products(goal: Goal, brand: Brand) -> list[str]:
    """Ids of the products the goal names; all of the brand's when it names none."""
    named = [
        p.id
        for p in brand.products
        if re.search(rf"\b(?:{re.escape(p.name)}|{re.escape(p.id)})\b(?! (?:customers?|holders?|owners?|users?)\b)", goal.whole, re.I)
    ]
    return (named or [p.id for p in brand.products])[:200]


def read_languages(goal: Goal, brand: Brand) -> list[str]:
    """What the copy is written in: the languages the goal names; else its own, where it is not English; else the brand's."""
    named = [_LANGUAGES[w] for m in goal.take(_LANGUAGE) for w in re.findall(r"\w+", m["list"].lower()) if w in _LANGUAGES]
    chosen = list(dict.fromkeys(named)) or [brand.default_language if goal.language == "en" else goal.language]
    if not named and chosen[0] != brand.default_language:
        goal.assume(f"Copy is written in {NAMES[goal.language]}, as the goal is; the brand's own language is {brand.default_language}.")
    return chosen


def read_regulated(goal: Goal) -> Regulated:
    """`credit` when the journey promotes lending."""
    for m in goal.take(_RATE):
        goal.ask(f"“{m.group().strip()}” is a rate; which terms must stand beside it (rule X05)?")
    if found := [
        m for m in _CREDIT.finditer(goal.whole) if not re.match(r" ?(?:customers?|holders?|owners?|users?)\b", goal.whole[m.end() :])
    ]:
        goal.assume(f"“{found[0].group()}” makes this credit advertising: its rules apply to all copy.")
        return "credit"
    return "none"
