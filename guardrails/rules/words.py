"""Words: profanity and slurs, phrases the brand or plan bans, and the manners of spam."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from guardrails.phrases import Phrases
from guardrails.profanity import disguised, spaced, suspicious, swearing
from guardrails.rules.base import Copy, Hit, rule


@lru_cache(maxsize=256)
def _banned(phrases: tuple[str, ...]) -> re.Pattern[str] | None:
    plain = [" ".join(p.casefold().replace("’", "'").split()) for p in phrases if p.strip()]
    written = [disguised(p, masked=False) for p in plain] + [spaced(p) for p in plain if " " not in p and len(p) > 3 and p.isalpha()]
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
    plan = copy.guardrails.banned_phrases if copy.guardrails else []
    banned = _banned((*copy.brand.banned_phrases, *plan))
    suspect = suspicious("\n".join([view.text for _, view in copy.prose]))
    for field, view in copy.prose:
        for match in swearing(view.text) if suspect else ():
            yield copy.hit(field, view, *match.span(), f"“{match[0]}” reads as profanity or a slur. Say it another way.")
        for match in banned.finditer(view.text) if banned else ():
            if any(c.isalpha() for c in match[0]) or not re.search(r"[a-z]", match[0], re.I):
                yield copy.hit(field, view, *match.span(), f"“{match[0]}” is on the list of banned phrases. Say it another way.")


_CAPS = re.compile(r"[A-Z]{4}(?<![\w@#{|*-].{4})[A-Z]*(?![\w-])")
_A_CODE = re.compile(r"\b(?:code|coupon|voucher|use|enter|type|apply)[:\s]+[\"']?$", re.I)
_SHOUT = re.compile(r"[!?](?=[!?])(?:(?<=!)!+|(?<=\?)\?+|(?:(?<=\?)!|(?<=!)\?)(?:\?!|!\?)*)")
_SPAM = Phrases(
    r"\b(?:act now|click here|buy now|order now|100% free|risk[- ]free|no obligation|once in a lifetime|winner|you(?:'ve|"
    r" have) won|congratulations you|make money|"
    r"extra cash|double your|earn \$|cash bonus|urgent|dear friend|this isn't spam|this is not spam|"
    r"(?<!not )(?<!satisfaction )guaranteed|miracle|"
    r"no catch|limited time|while supplies last|"
    r"amazing deal|best price|lowest price|million dollars|free money|what are you waiting for)\b"
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
    patterns = (_CAPS, _SHOUT, _SPAM.pattern) if _SPAM in copy.near else (_CAPS, _SHOUT)
    loud = [(field, view, match) for field, view in copy.prose for pattern in patterns for match in pattern.finditer(view.text)]
    code = copy.variant.incentive.code if copy.variant.incentive else None
    found = [
        (field, view, match)
        for field, view, match in loud
        if match[0] not in _FINE
        and match[0] != code
        and match[0] not in copy.brand.name.split()
        and copy.values["postal_address"].find(match[0]) < 0
        and not _A_CODE.search(view.text, max(0, match.start() - 12), match.start())
    ]
    for field, view, match in found:
        yield copy.hit(field, view, *match.span(), f"“{match[0]}” looks like spam to filters (score {len(found)}). Say it calmly.")
