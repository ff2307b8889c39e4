"""The reviewer without a model: phrase lists for what a reader of copy would object to. It can only add violations, never clear one.

Judged here: E07 (the subject promises an offer the body lacks), X06 (misleading claims in credit copy), X07 (superlatives and figures no
evidence proves), X08 (testimonials without a disclosure), X10 (urgency without an expiry date). Numbers against the offer record (X02, X03)
are the rule engine's; a phrase list finds less than a person, and says so by warning where it is not sure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from agents.roles import Opinion, Setting
from journeyman.domain import Brand, Plan, Variant, Violation

_OFFER = re.compile(
    r"\b\d+(?:\.\d+)? ?%(?: off)?|[$€£] ?\d[\d,.]* off\b|\bfree (?:shipping|delivery|gift)\b|\b\d[\d,]* (?:bonus )?points\b"
    r"|\b(?:discount|coupon|voucher|promo code|gift|sale|savings? inside|money off|special price|reward inside|half price)\b",
    re.I,
)
_FAMILIES = {
    "percent": r"%|percent|discount|money off|sale|savings?|save|special price|half price|coupon|voucher|code",
    "amount": r"[$€£]|discount|voucher|coupon|credit|money off|save|code",
    "shipping": r"(?:shipping|delivery)",
    "points": r"points?",
    "gift": r"gift|treat|surprise|sample|extra|free",
    "reward": r"reward|points?|gift|discount|off\b|[$€£%]",
}
_MISLEADING = re.compile(
    r"\bguaranteed?(?: approval| acceptance)?\b|\bpre-?approved\b|\b(?:no|zero|without(?: any)?) (?:risk|credit checks?"
    r"|hidden (?:fees?|costs?)|strings attached|obligations?)\b"
    r"|\brisk-free\b|\binstant (?:approval|decision|cash)\b|\beveryone (?:qualifies|is (?:approved|accepted))\b|\beasy "
    r"money\b|\bbad credit\b|\bfree money\b"
    r"|\b(?:lowest|best) (?:rates?|apr)\b|\bfix your credit\b|\bget out of debt\b",
    re.I,
)
_SUPERLATIVE = re.compile(
    r"\b(?:the )?(?:world['’]?s|nation['’]?s|country['’]?s|america['’]?s|industry['’]?s|city['’]?s)?[ -]?(?:best|#1|no\. ?1"
    r"|number[ -]one|cheapest|fastest|safest|finest|leading|top-rated|most (?:popular|trusted|loved|advanced|reliable"
    r"|affordable))\b"
    r"|\b(?:award-winning|unbeatable|unrivalled|unrivaled|unmatched|second to none|market leader|clinically proven"
    r"|scientifically proven|doctor recommended|proven to)\b",
    re.I,
)
_FIGURE = re.compile(
    r"\b(?:\d[\d,.]*\+?|thousands|millions|hundreds|\w+ (?:thousand|million)) (?:(?:happy|satisfied|loyal) )?(?:customers"
    r"|users|members|families|teams|companies|people|shoppers|guests|reviews|five-star)\b"
    r"|\b\d+ (?:out of|in) \d+ (?:customers|people|users|experts|dentists|doctors|members|guests)\b|\b\d+(?:\.\d+)?x "
    r"(?:faster|more|better|cheaper|longer)\b"
    r"|\b\d+(?:\.\d+)? ?% (?:of (?:customers|people|users|members|guests|teams|shoppers)|faster|more|less|fewer|better"
    r"|happier|natural|safe|effective|recycled|organic)\b"
    r"|\b(?:saves?|cuts?|reduces?) (?:you )?(?:up to |about )?\d+ (?:hours|minutes|days)\b",
    re.I,
)
_OPINION = re.compile(
    r"\b(?:your|our|my|his|her|their|at its|at their|look(?:ing)?|feel(?:ing)?|all the|all) (?:very )?(?:best|finest)\b|\bbest "
    r"(?:wishes|regards|of luck|seller|before|for you)\b|\b(?:do|try) (?:your|our) best\b", re.I)  # fmt: skip
_TESTIMONIAL = re.compile(
    r"[\"“][^\"”\n]{12,300}[\"”] ?(?:[-–—,] ?)[A-Z]\w+|\b(?:customers?|members?|guests?|people|reviewers?|users?) (?:say|says"
    r"|love|rave|told us|tell us|swear by|call us|rate us)\b"
    r"|\b(?:five|5)[ -]stars? (?:reviews?|ratings?)?\b|\bas (?:recommended|loved|used) by\b|★{3,}",
    re.I,
)
_DISCLOSED = re.compile(
    r"\b(?:paid|compensated|sponsored|gifted|individual results|results (?:may )?vary|verified (?:review|customer|purchase)"
    r"|real customer|typical)\b",
    re.I,
)
_URGENT = re.compile(
    r"\b(?:ends?|ending|expires?|expiring|closes?|gone|over) (?:tonight|today|tomorrow|soon|this (?:week|weekend)|at midnight"
    r"|in \d+ (?:hours|days|minutes))\b|\blast (?:chance|call|day|hours|few hours)\b|\bfinal (?:hours|day|call|chance"
    r"|reminder)\b"
    r"|\b(?:hurry|act now|act fast|don['’]t miss out|before it['’]?s (?:gone|too late)|while (?:stocks?|supplies) lasts?"
    r"|limited[- ]time|time is running out|running out|today only|tonight only|only \d+ left|almost gone|selling fast)\b",
    re.I,
)
_WORDS = re.compile(r"[a-z0-9#%]+")
_COMMON = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "and",
        "or",
        "to",
        "in",
        "for",
        "our",
        "your",
        "we",
        "is",
        "are",
        "by",
        "with",
        "most",
        "on",
        "at",
        "from",
        "it",
        "that",
        "this",
        "more",
        "than",
    ]
)


class OfflineReviewer:
    """Judges by phrase lists."""

    async def review(self, variants: Sequence[Variant], plan: Plan, setting: Setting) -> dict[str, Opinion]:
        """Opinions by variant id; ids without a violation are absent. Raises nothing."""
        found = {v.id: list(_violations(v, plan, setting.brand)) for v in variants}
        return {id_: Opinion(violations) for id_, violations in found.items() if violations}


def _violations(variant: Variant, plan: Plan, brand: Brand) -> Iterator[Violation]:
    texts = {field: text for field, text in variant.texts().items() if field != "cta.url"}
    yield from _subject(variant)
    credit = "credit" in (variant.regulated, plan.guardrails.regulated)
    for field, text in texts.items():
        for m in _MISLEADING.finditer(text) if credit else ():
            yield _said("X06", "block", field, m, "misleads in credit copy; say what is offered and on which terms, without promises")
        for m in (*_SUPERLATIVE.finditer(text), *_FIGURE.finditer(text)):
            if not (_is_opinion(text, m) or _is_proven(text, m, brand)):
                yield _said("X07", "block", field, m, "is a claim nothing in the brand's evidence proves; add the evidence or leave it out")
        for m in _TESTIMONIAL.finditer(text):
            if not _DISCLOSED.search(" ".join(texts.values())):
                yield _said(
                    "X08", "block", field, m, "reads as a testimonial; add a disclosure (verified customer, paid or not) or leave it out"
                )
        for m in _URGENT.finditer(text):
            if variant.incentive is None:
                yield _said(
                    "X10", "block", field, m, "is urgent, but nothing in this message expires; drop it or add an offer that ends on a date"
                )
            elif variant.incentive.expires is None:
                yield _said(
                    "X10", "block", field, m, "is urgent, but the offer record has no expiry date; add the date or drop the urgency"
                )


def _subject(variant: Variant) -> Iterator[Violation]:
    """E07: what a subject, preheader or title promises, the body holds."""
    for field in ("subject", "preheader", "title"):
        for m in _OFFER.finditer(getattr(variant, field) or ""):
            if not _kept(m.group(), variant.body):
                yield _said(
                    "E07", "block", field, m, f"promises what the body does not hold; bring it into the body or take it out of the {field}"
                )


def _kept(promise: str, body: str) -> bool:
    low = promise.lower()
    numbers = re.findall(r"\d[\d,.]*\d|\d", low)
    if any(not re.search(rf"(?<![\d.,]){re.escape(n)}(?![\d])", body) for n in numbers):
        return False
    family = (
        "shipping" if re.search("shipping|delivery", low) else "points" if "point" in low else "gift" if "gift" in low else "amount"
        if re.search("[$€£]", low) else "reward" if "reward" in low else "percent"
    )  # fmt: skip
    return re.search(rf"(?:{_FAMILIES[family]})", body, re.I) is not None


def _is_opinion(text: str, m: re.Match[str]) -> bool:
    """`all the best`, `your best week` and the like are no claims."""
    return any(o.start() < m.end() and m.start() < o.end() for o in _OPINION.finditer(text))


def _is_proven(text: str, m: re.Match[str], brand: Brand) -> bool:
    """Some evidence holds the claim's words, figures included, and shares another word with its sentence."""
    claim = set(_WORDS.findall(m.group().lower())) - _COMMON
    start, end = (
        max(text.rfind(c, 0, m.start()) for c in ".!?\n") + 1,
        min((i for c in ".!?\n" if (i := text.find(c, m.end())) >= 0), default=len(text)),
    )
    around = set(_WORDS.findall(text[start:end].lower())) - _COMMON - claim
    for evidence in brand.evidence:
        words = set(_WORDS.findall(evidence.claim.lower()))
        if claim <= words and (around & words or not around):
            return True
    return False


def _said(rule: str, severity: Literal["block", "warn"], field: str, m: re.Match[str], why: str) -> Violation:
    quoted = m.group().strip(' “”"')
    return Violation(rule=rule, severity=severity, field=field, span=m.span(), message=f"“{quoted}” {why}.")
