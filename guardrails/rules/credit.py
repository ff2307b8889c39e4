"""Credit: rates by their legal name, terms that bring the rest, promises no lender can keep.

Copy is credit copy when the variant or the plan says `regulated: credit`. Other copy that talks of lending in its own words is judged too,
but only raised for a person: code cannot know whether the brand lends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from guardrails.phrases import Phrases
from guardrails.rules.base import Copy, Hit, Severity, lending, rule

_LENDING = Phrases(
    r"\b(?:loans?|mortgages?|re-?financ(?:e|es|ing)|financing|lenders?|lending|borrow(?:ing|ers?)?|lines? of credit|"
    r"credit (?:lines?|limit)|"
    r"instal?lment plans?|buy now,? pay later|pay (?:it )?(?:over time|in (?:\d|three|four)(?: instal?lments)?)|cash advance)\b|"
    r"(?<!no )(?<!without a )(?<!with a )(?<!by )(?<!any )\bcredit cards?\b(?! (?:needed|required|necessary|payments?))|"
    r"\b(?:raten)?kredit(?!karten?zahlung)\w*|\bdarlehen\b|\bpret (?:personnel|immobilier)\b|\bprestamos?\b"
)
_MONEY = Phrases(r"\b(?:invest(?:ing|ments?|ors?)?|savings? accounts?|direct deposits?|crypto\w*|annuit(?:y|ies)|debts?|credit score)\b")


def _spoken(copy: Copy, words: Phrases) -> bool:
    return any(copy.matches(words))


CREDIT = {"regulated": "credit"}
_APR = r"(?:a\.?p\.?r\b\.?|annual percentage rate)"
_SAID_APR = Phrases(rf"\d\s?(?:%|percent)[^.!?\n]{{0,30}}?\b{_APR}|\b{_APR}[^.!?\n]{{0,30}}?\d\s?(?:%|percent)")
_RATE = Phrases(
    r"(?:\b(?P<before>interest|rates?|from|at|as low as|starting (?:at|from)|just|only)(?: (?:rate|of|is|are|at|from|just|"
    r"only|starting|fixed)){0,3}"
    r"[ :]{1,2})?(?<![\d.])(?P<rate>\d{1,2}(?:\.\d{1,3})?\s?(?:%|percent\b))"
    r"(?P<after>(?: (?:fixed|variable|annual|introductory|intro|simple|yearly|monthly|promotional)){0,3} (?:interest|rates?|"
    r"financing|per (?:year|annum|"
    r"month)|a (?:year|month)|p\.?\s?a\b|for (?:the first )?\w+ (?:months?|years?)))?"
)
_DOWN = Phrases(
    r"(?:[$€£]\s?\d[\d,.]*|\b[1-9]\d?(?:\.\d+)?\s?(?:%|percent))\s+(?:down\b(?!\s+(?:from|on last))|down\s?payment|deposit\b)|"
    r"\b(?:down\s?payments?|deposit) (?:of|from|is|as low as) (?:just |only )?(?:[$€£]\s?)?[1-9]|\b\d\d?% financing\b"
)
_NUMBER = Phrases(
    r"\b(?:\d{1,3}|four|six|twelve|twenty-four|thirty-six|forty-eight)[ -](?:(?:easy|equal|fixed|monthly|weekly|biweekly|"
    r"interest-free) ){0,3}"
    r"(?:payments|instal?lments)\b|\b\d{1,3}[ -](?:months?|years?)[ -](?:(?:fixed|car|auto|personal|home|"
    r"student) ){0,2}(?:loans?|mortgages?|"
    r"financing|term|terms|to (?:re)?pay|repayment)\b|\b(?:re)?pay(?:ments?)? (?:it )?(?:back )?(?:spread )?(?:over|in|"
    r"within) \d{1,3} (?:months|"
    r"years|instal?lments)\b|"
    r"\bfor \d{1,3} months\b"
)
_PAYMENT = Phrases(
    r"[$€£]\s?\d[\d,.]*\d?\s?(?:(?:a|per|each|every)\s|/\s?)(?:month|mo|week|wk)\b|[$€£]\s?\d[\d,.]*\d?\s(?:monthly|weekly)\b|"
    r"\b(?:payments?|instal?lments?) (?:of|from|as low as|at|just|only) (?:just |only )?[$€£]\s?\d"
)
_CHARGE = Phrases(
    r"\b(?:finance charges?|(?:total )?interest|borrowing costs?)(?: (?:is|of|only|just|less|than|under|totals?|at|"
    r"most)){0,3}:? [$€£]\s?\d|"
    r"[$€£]\s?\d[\d,.]*\d? (?:in (?:total )?)?(?:finance charges?|interest)\b"
)
_OTHER = re.compile(
    r"\s*(?:off|back|cash\s?-?back|discount|down|deposit|apy|a\.p\.y|more|less|of (?!the loan)|rewards?|points|commission|"
    r"fees?|financing|instant|online|digital|free)\b",
    re.I,
)


@rule(
    "X05",
    "In credit copy a rate is called APR, and a down payment, payment or finance charge brings the other terms.",
    severity="block",
    source="Regulation Z, 12 CFR 1026.24(c) and (d)",
    phrases=[_RATE, _DOWN, _NUMBER, _PAYMENT, _CHARGE],
    passes=[
        {"body": "A loan at 6.9% APR, 48 monthly payments of $239, no down payment.", **CREDIT},
        {"body": "Financing is available. Take years to repay, with easy monthly payments.", **CREDIT},
        {"body": "Socks from $9 a month. No credit card needed."},
    ],
    fails=[
        {"body": "A loan at 6.9% interest.", **CREDIT},
        {"body": "Drive it home for $239 a month.", **CREDIT},
        {"body": "Our loans start at $99 per month."},
    ],
)
def credit_terms_are_whole(copy: Copy) -> Iterator[Hit]:
    """12 CFR 1026.24(c): a rate of finance charge is stated as an annual percentage rate. (d)(1) triggers; (d)(2) what is required."""
    if not (stated := lending(copy)) and not _spoken(copy, _LENDING):
        return
    severity: Severity = "block" if stated else "ask"
    whole = " | ".join(view.text for _, view in copy.prose)
    apr, number, amount = bool(_SAID_APR.search(whole)), bool(_NUMBER.search(whole)), bool(_PAYMENT.search(whole))
    lacking = [
        words for words, said in (("the APR", apr), ("how many payments there are", number), ("what each payment is", amount)) if not said
    ]
    for field, view in copy.prose:
        for match in _RATE.finditer(view.text):
            is_rate = match["before"] or match["after"]
            if is_rate and not _OTHER.match(view.text, match.end("rate")) and not _near_apr(view.text, match):
                yield copy.hit(
                    field, view, *match.span("rate"), f"“{match[0].strip()}” is a rate not called APR. Write it as “… % APR”.", severity
                )
        for pattern in (_DOWN, _NUMBER, _PAYMENT, _CHARGE):
            for match in pattern.finditer(view.text) if lacking else ():
                advice = f"brings the other terms with it: add {_listed(lacking)} and the down payment if there is one, or take it out."
                yield copy.hit(field, view, *match.span(), f"“{match[0].strip()}” {advice}", severity)


def _near_apr(text: str, rate: re.Match[str]) -> bool:
    """Whether the sentence the rate stands in names an APR."""
    start = max((text.rfind(end, 0, rate.start()) for end in (". ", "! ", "? ", "\n")), default=-1) + 1
    stops = [at for end in (". ", "! ", "? ", "\n") if (at := text.find(end, rate.end())) >= 0]
    return bool(re.search(rf"\b{_APR}", text[start : min(stops, default=len(text))], re.I))


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


_PROMISE = Phrases(
    r"(?<!satisfaction )(?<!satisfaction is )(?<!not )(?<!n't )(?<!never )(?<!money-back )(?<!money back )\bguaranteed\b"
    r"(?! (?:delivery|shipping|refund|fresh|returns? (?:policy|within)|by the (?:fdic|government)))(?! (?:issue|acceptance of))|"
    r"(?<!satisfaction )\bwe guarantee (?:your |you )?(?:approval|acceptance|a loan|results|savings|returns)\b|"
    r"(?<!not )\bpre-?\s?(?:approved|qualified|selected for credit)\b|\b(?:no|zero|without(?: any)?) risks?\b|"
    r"\brisk[- ]free\b(?! (?:trial|returns?|exchange))|"
    r"\b(?:no|without(?: a)?) credit checks?\b|\binstant (?:approval|credit|cash)\b|(?<!not )\beveryone (?:qualifies|is (?:approved|"
    r"accepted)|gets approved)\b|"
    r"\bbad credit\?? (?:no problem|is (?:fine|ok(?:ay)?)|welcome)\b|\b(?:lowest|best) (?:rates?|apr)\b|\b(?:fix|erase|"
    r"repair) your credit\b|"
    r"\b(?:get|be) out of debt\b|\b(?:free|easy) money\b|\bno (?:hidden (?:fees|costs|charges)|strings attached)\b"
)
_LENDER = Phrases(
    r"\bguaranteed (?:approval|acceptance|loans?|credit|returns(?! policy)|income|profits?)\b|\bpre-?\s?approved\b|\b(?:no|"
    r"without(?: a)?) credit checks?\b|"
    r"\bbad credit\?? (?:no problem|is (?:fine|ok(?:ay)?)|welcome)\b|\b(?:erase|repair|fix) your credit\b"
)
"""Promises that only money matters are sold with, whatever else the copy says."""


@rule(
    "X06",
    "No promise about money that misleads: guaranteed, pre-approved, no risk and the like.",
    severity="ask",
    source="UDAAP, 12 U.S.C. 5531 and 5536; 12 CFR 1022.54 on prescreened offers",
    phrases=[_PROMISE, _LENDER],
    passes=[
        {"body": "Satisfaction guaranteed: see our return policy. Loans are subject to approval.", **CREDIT},
        {"body": "Fresh bread, guaranteed. A no-risk recipe."},
    ],
    fails=[
        {"body": "Guaranteed approval within minutes.", **CREDIT},
        {"body": "You are pre-approved, with no risk.", **CREDIT},
        {"body": "Bad credit? No problem: you are pre-approved."},
    ],
)
def no_misleading_promise(copy: Copy) -> Iterator[Hit]:
    """12 U.S.C. 5531, 5536 (unfair, deceptive or abusive acts); a firm offer of credit has conditions of its own, 12 CFR 1022.54."""
    money = lending(copy) or _spoken(copy, _LENDING) or _spoken(copy, _MONEY)
    for field, view, match in copy.matches(_PROMISE if money else _LENDER):
        advice = "may mislead about money. Say what is offered and on which terms, or take it out."
        yield copy.hit(field, view, *match.span(), f"“{match[0]}” {advice}")
