"""Words: profanity and slurs, phrases the brand or plan bans, and the manners of spam."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

from guardrails.rules.base import Copy, Hit, rule

_LEET = {
    "a": "a4@",
    "b": "b8",
    "c": "c(",
    "e": "e3",
    "g": "g9",
    "i": "i1!|",
    "l": "l1|",
    "o": "o0",
    "s": "s5$",
    "t": "t7+",
    "u": "uv",
    "z": "z2",
}
_ENDINGS = r"(?:e?s|ed|er|ers|ing|in|head|heads|y)?"
_GAP = r"[\s.\-_*·|/,]{1,3}"


def _letter(character: str, masked: bool) -> str:
    if not character.isalpha():
        return re.escape(character)
    return "[" + re.escape(_LEET.get(character, character)) + ("*#" if masked else "") + "]"


def _solid(phrase: str, masked: bool) -> str:
    """A pattern for the phrase with digits for letters, letters repeated and (masked) inner letters starred out."""
    written = []
    for word in phrase.split():
        last = len(word) - 1
        written.append(
            "".join(_letter(c, masked and 0 < i < last) + ("{1,9}" if c.isalpha() and masked else "") for i, c in enumerate(word))
        )
    return r"[\s_-]{1,9}".join(written)


def _spaced(word: str) -> str:
    return _GAP.join(_letter(c, False) for c in word)


@cache
def _profane() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The word list as one pattern, and the honest phrases as another."""
    whole, inside, honest = list[str](), list[str](), list[str]()
    for line in (Path(__file__).parent / "profanity.txt").read_text(encoding="utf-8").splitlines():
        word, _, allowed = (part.strip() for part in line.partition("|"))
        if word and not word.startswith("#"):
            (inside if word.startswith("*") else whole).append(word.strip("*"))
            honest += [p.strip() for p in allowed.split(";") if p.strip()]
    solid = "|".join(_solid(w, True) for w in whole)
    spaced = "|".join(_spaced(w) for w in (*whole, *inside) if len(w) > 3 and " " not in w)
    within = "|".join(_solid(w, True) for w in inside)
    pattern = rf"(?<![^\W_])(?:(?:{solid}){_ENDINGS}(?![^\W_])|(?:{spaced})(?![^\W_]))|(?:{within})[^\W_]*"
    return re.compile(pattern, re.I), re.compile("|".join(re.escape(p) for p in honest), re.I)


@lru_cache(maxsize=256)
def _banned(phrases: tuple[str, ...]) -> re.Pattern[str] | None:
    plain = [" ".join(p.casefold().replace("’", "'").split()) for p in phrases if p.strip()]
    written = [_solid(p, False) for p in plain] + [_spaced(p) for p in plain if " " not in p and len(p) > 3 and p.isalpha()]
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(written)})(?![^\W_])", re.I) if written else None


@rule(
    "X17",
    "No profanity, no slurs, none of the brand's or plan's banned phrases.",
    severity="block",
    source="brand; word list beside this file",
    brand={"name": "Acme", "banned_phrases": ["cheap", "act now"]},
    passes=[{"body": "Scunthorpe, Essex, Matsushita: a cheaper class of shiitake. It's hit the shelves for $455."}],
    fails=[{"body": "This is sh1t."}, {"body": "What the f u c k"}, {"body": "So ch3ap."}, {"body": "Act  now, please."}],
)
def clean_language(copy: Copy) -> Iterator[Hit]:
    pattern, honest = _profane()
    plan = copy.guardrails.banned_phrases if copy.guardrails else []
    banned = _banned((*copy.brand.banned_phrases, *plan))
    for field, view in copy.prose:
        left_alone = [m.span() for m in honest.finditer(view.text)]
        for match in pattern.finditer(view.text):
            start, end = match.span()
            enough = sum(c.isalpha() for c in match[0]) >= max(2, len(match[0].replace(" ", "")) // 3) and match[0][0] not in "*#"
            if enough and not any(s <= start < e or start <= s < end for s, e in left_alone):
                yield copy.hit(field, view, start, end, f"“{match[0]}” reads as profanity or a slur. Say it another way.")
        for match in banned.finditer(view.text) if banned else ():
            if any(c.isalpha() for c in match[0]) or not re.search(r"[a-z]", match[0], re.I):
                yield copy.hit(field, view, *match.span(), f"“{match[0]}” is on the list of banned phrases. Say it another way.")


_CAPS = re.compile(r"(?<![\w@#{|*-])[A-Z]{4,}(?![\w-])")
_A_CODE = re.compile(r"\b(?:code|coupon|voucher|use|enter|type|apply)[:\s]+[\"']?$", re.I)
_SHOUT = re.compile(r"!{2,}|\?{2,}|(?:\?!|!\?)+")
_SPAM = re.compile(
    r"\b(?:act now|click here|buy now|order now|100% free|risk[- ]free|no obligation|once in a lifetime|winner|you(?:'ve|"
    r" have) won|congratulations you|make money|"
    r"extra cash|double your|earn \$|cash bonus|urgent|dear friend|this isn't spam|this is not spam|"
    r"(?<!not )(?<!satisfaction )guaranteed|miracle|"
    r"no catch|limited time|while supplies last|"
    r"amazing deal|best price|lowest price|million dollars|free money|what are you waiting for)\b",
    re.I,
)
_FINE = {
    "STOP", "HELP", "STOPP", "BOGO", "FAQS", "ASAP", "HTML", "JSON", "YAML", "HTTP", "HTTPS", "README", "WLAN", "WIFI", "FDIC", "NCUA",
    "RSVP", "IKEA", "NASA", "NATO", "UEFA", "UNESCO", "UNICEF", "COVID", "GDPR", "DSGVO", "HIPAA", "CCPA", "IBAN", "SEPA", "GMBH", "SALE",
}  # fmt: skip


@rule(
    "X20",
    "Shouting and spam phrases; they cost delivery. Warns with a score.",
    severity="warn",
    source="practice: spam filters",
    passes={"body": "It is back in stock. Come and see."},
    fails=[{"body": "HURRY!!! It is BACK."}, {"body": "Act now, what are you waiting for?"}],
)
def spam_manners(copy: Copy) -> Iterator[Hit]:
    code = copy.variant.incentive.code if copy.variant.incentive else None
    fine = _FINE | set(copy.brand.name.split()) | ({code} if code else set())
    found = [
        (field, view, match)
        for field, view in copy.prose
        for pattern in (_CAPS, _SHOUT, _SPAM)
        for match in pattern.finditer(view.text)
        if match[0] not in fine
        and copy.values["postal_address"].find(match[0]) < 0
        and not _A_CODE.search(view.text, max(0, match.start() - 12), match.start())
    ]
    for field, view, match in found:
        yield copy.hit(field, view, *match.span(), f"“{match[0]}” looks like spam to filters (score {len(found)}). Say it calmly.")
