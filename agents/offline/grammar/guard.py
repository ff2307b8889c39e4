"""What no goal may ask for: people chosen by protected traits (X09), and switching off what protects them.

The first is refused. The second is never obeyed: consent, opt-outs, quiet hours and checks hold whatever a goal says; the planner asks
whether the rest is wanted.
"""

from __future__ import annotations

import re

from agents.offline.grammar.goal import Goal, rx
from journeyman.domain import Brand
from journeyman.errors import PlanError

_WHO = (
    r"(?:people|customers?|households?|users?|members?|shoppers?|buyers?|guests?|subscribers?|clients?|persons?|audience"
    r"|consumers?|owners?|folks|applicants?|families|neighbou?rhoods?|communit(?:y|ies)|voters?)"
)
_GROUPS = {
    "age":
        rf"(?:\b(?:aged?|ages) (?:between |over |under |from |above |below )?\d{{2}}\b|\b\d{{2}}[- ]year[- ]olds?\b|\b(?:over"
        rf"|under)[- ]\d{{2}}s\b"
        rf"|\b{_WHO} (?:who are |that are )?(?:over|under|above|below|older than|younger than)(?: the age of)? \d{{2}}\b(?! ?(?:%"
        rf"|percent|days?|weeks?|months?|orders?|points?|purchases?|dollars?|euros?|pounds?|years? (?:with|as a)|[a-z]*bookings?))"
        rf"|\b(?:older|younger|young|elderly|middle-aged|retired) {_WHO}|\b(?:millennials?|gen[- ]?[xyz]|boomers?|seniors?(?: "
        rf"citizens?)?|pensioners?|teen(?:ager)?s|the elderly|retirees|minors)\b"
    rf"|\b(?:by|on|based on) (?:their )?age\b|\bage (?:group|bracket|range)\b)",
    "sex or gender":
        rf"\b(?:women|men|females?|males?|girls|boys|ladies|gentlemen|housewives|mothers|fathers|mums|moms|dads)\b(?!['’]s?\b| "
        rf"?(?:'s|s') )(?! (?:wear|clothing|fashion|shoes|boots|collection|line|range|products?|care|section|department))"
    rf"|\b(?:by|on|based on|of one|same) (?:their )?(?:gender|sex)\b|\b(?:trans(?:gender)?|non-?binary) {_WHO}|\bpregnan(?:t|cy)\b",
    "religion":
        rf"\b(?:muslims|christians|jews|hindus|sikhs|buddhists|catholics|protestants|atheists|mormons)\b|\b(?:muslim|christian"
        rf"|jewish|hindu|sikh|buddhist|catholic|religious) {_WHO}|\b(?:by|on|based on) (?:their )?(?:religion|faith)\b",
    "ethnicity or origin":
        rf"\b(?:hispanics|latinos?|latinas?|latinx|asians|immigrants|refugees|foreigners|african[- ]americans?|caucasians|arabs"
        rf"|gypsies|roma people)\b|\b(?:black|white|asian|hispanic|latino|arab|indian|ethnic|immigrant|minority|african) {_WHO}"
    r"|\b(?:by|on|based on) (?:their )?(?:race|ethnicity|national(?:ity| origin)|skin colou?r|ancestry)\b",
    "disability": rf"\b(?:the disabled|disabilit(?:y|ies)|wheelchair users?|(?:disabled|blind|deaf|handicapped|autistic) {_WHO})",
    "health":
        rf"\b(?:diabetics?|cancer|depress(?:ed|ion)|hiv|asthma(?:tics?)?|obes(?:e|ity)|overweight|addict(?:s|ed|ion)|anxiety"
        rf"|infertil\w+|dementia|chronically ill|patients with|(?:sick|ill|unhealthy) {_WHO}"
    r"|mental(?:ly)? (?:ill|health)|medical conditions?|(?:by|on|based on) (?:their )?health)\b",
    "sexual orientation": r"\b(?:gays|lesbians?|homosexuals?|lgbt\w*|queers?|bisexuals?"
    rf"|(?:gay|queer|straight) {_WHO}|sexual orientation)\b",
    "marital status":
        rf"\b(?:(?:married|divorced|widowed|unmarried|single) (?:{_WHO}|women|men|couples)|widows|divorcees|singles|newlyweds"
        rf"|marital status)\b",
    "politics or union membership":
        rf"\b(?:republicans|democrats|(?:republican|conservative|liberal|left-wing|right-wing|union) (?:{_WHO}|voters)|political "
        rf"(?:views|opinions?)|trade union members)\b",
    "public assistance": r"\b(?:on (?:welfare|benefits|food stamps)|welfare recipients|public assistance)\b",
}  # fmt: skip
_PROTECTED = {name: rx(pattern) for name, pattern in _GROUPS.items()}
_NOT_TARGETED = re.compile(
    r"\b(?:not|never|without|regardless|irrespective|no|independent\w*|whatever)\b[^.;,]{0,40}$|\bregardless of[^.;]{0,60}$", re.I
)
_PROTECTION = (
    r"(?:consent|opt[- ]?ins?|opt[- ]?outs?|unsubscrib\w+|suppression(?: list)?s?|permissions?|guardrails?|compliance|(?:the "
    r"|all |your |any )*(?:rules|limits|checks?|policies|safety)"
    r"|gdpr|can-spam|privacy|approvals?|reviews?|legal|quiet hours|frequency caps?|do[- ]not[- ](?:contact|disturb)(?: lists?)?|send gate)"
)
_OFF = rx(
    rf"\b(?:ignor\w+|bypass\w*|disregard\w*|skip(?:ping)?|overrid\w+|disabl\w+|circumvent\w*|switch(?:ing)? off|turn(?:ing)? "
    rf"off|forget(?: about)?|work around|get around|drop|remove|suspend|waive)"
    rf"(?: (?:the|all|any|every|your|our|their|about|previous|whether \w+ have))* {_PROTECTION}\b(?: checks?| rules?| lists?| "
    rf"requirements?| links?)?"
    rf"|\b(?:without|no need (?:for|to \w+)|not need|do not (?:check|require|wait for|need|ask for|honou?r|bother with))(?: "
    rf"(?:any|the|an?|their|for))* (?:{_PROTECTION})\b(?: links?)?"
    rf"|\b(?:even|also|including|especially)(?: \w+){{0,3}} (?:if|though|those|people|customers|the ones|anyone)?(?: "
    rf"\w+){{0,3}}? ?(?:unsubscribed|opted[- ]out|not (?:opted[- ]in|consented|agreed|given consent)|withdr\w+|complained)\b"
    r"|\bno (?:unsubscribe|opt[- ]?out)(?: links?| lines?| options?)?\b"
    r"|\b(?:ignore|disregard|forget|override) (?:all |any |the |your |previous |prior |above |earlier |these "
    r")+(?:instructions?|prompts?|rules?|orders?)\b"
    r"|\b(?:auto-?approve|approve (?:everything|it all|all of it|yourself|automatically)|mark (?:\w+ ){0,3}as approved|system "
    r"prompt|you are now|jailbreak|developer mode|act as (?:an? )?(?:unrestricted|different))\b"
)


def refuse_protected(goal: Goal, brand: Brand) -> None:
    """Raises PlanError (X09) when the goal chooses people by a protected trait or by a feature on the brand's sensitive list."""
    for name, pattern in _PROTECTED.items():
        for m in pattern.finditer(goal.text):
            if not _NOT_TARGETED.search(goal.before(m.start())):
                raise PlanError(
                    f"X09: “{goal.said(*m.span())}” chooses people by {name}, a protected trait.",
                    remedy="Describe the audience by what customers do (orders, visits, tenure, channels) instead.",
                )
    for feature in brand.sensitive_features:
        words = feature.lower().removeprefix("attribute_").replace("_", " ").strip()
        if words and re.search(rf"\b(?:{re.escape(feature.lower())}|{re.escape(words)})\b", goal.text, re.I):
            raise PlanError(
                f"X09: the brand lists “{feature}” as sensitive; no audience may be chosen by it.",
                remedy="Leave it out of the goal, or describe the audience by what customers do.",
            )


def decline_switches(goal: Goal) -> bool:
    """Takes out what would switch off a guardrail and asks about it; True when there was such a thing."""
    declined = goal.take(_OFF)
    for m in declined:
        goal.ask(
            f"The goal says “{m.group().strip()}”. Consent, opt-outs, checks and approval always hold, so the plan leaves that out. "
            "Is the rest what you want?"
        )
    return bool(declined)
