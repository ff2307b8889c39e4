"""How success is shown: shares for comparison, the attribution window, and targets (which are noted, never promised)."""

from __future__ import annotations

from math import ceil

from agents.offline.grammar.dates import duration, least_days
from agents.offline.grammar.goal import Goal, count, rx
from agents.offline.grammar.numbers import NUMBER, PERCENT
from journeyman.domain import Measurement

WORTH_SEEING = 0.05
"""The lift, in successes per customer, that a comparison should be able to show."""
SIGMAS = 3.12
"""Standard errors between no lift and one that is seen four times in five: 2.28 of the interval at the plan's end and 0.84."""
SHARES = [s / 100 for s in range(10, 21)]
"""What a comparison arm may get unless the goal says: a tenth to a fifth."""
_HOLD = (
    r"(?:(?:global |universal )?hold[- ]?outs?|held out|hold(?:ing)? (?:out|back)|untouched|(?<!random )control(?: group)?"
    r"|unmessaged|without (?:any )?messages|contacted by nobody)"
)
_ARMS = {
    "random_control": r"(?:random(?:ised|ized)?[- ]controls?(?: group)?|random (?:messages|choice|arm))",
    "bau": r"(?:bau|business[- ]as[- ]usual|(?:current|existing|old) (?:rules|programme|program|journey))",
    "holdout": _HOLD,
}
_NO = {arm: rx(rf"\b(?:no|without(?: an?| any)?|zero|skip(?: the)?) {words}\b") for arm, words in _ARMS.items()}
_SHARE = {
    arm: rx(
        rf"(?P<n>{NUMBER}){PERCENT}(?: of (?:the |our |all )?\w+)?(?: (?:as|in|for|to|is|are|be|stays?|remains?|goes))*(?: "
        rf"(?:an?|the|our))?[ -]?{words}"
        rf"|\b{words}(?: (?:group|arm|share|size|set|sample|of|is|at|should|be|get|gets|receives|about|around)){{0,4}}[: "
        rf"=]{{0,3}}(?P<n2>{NUMBER}){PERCENT}(?: (?:of (?:the |our |all )?\w+|holdout))?"
    )
    for arm, words in _ARMS.items()
}
_KEEP_OUT = rx(
    rf"\b(?:keep|leave|hold|set aside|withhold|exclude) (?P<n>{NUMBER}){PERCENT}(?: of (?:the |our |all )?\w+)? ?(?:out|back"
    rf"|aside|alone|untouched|messages)?"
)
_ATTRIBUTION = rx(
    rf"\b(?:within|in|up to|inside)(?: the)?(?: first)? {duration('a')} (?:of|after|from|following) (?:an?|the|any|each|our"
    rf"|receiving (?:an?|the|any))? ?(?:messages?|emails?|sms|send(?:ing)?|touch\w*|contact|push|click|open)\b"
    rf"|\b(?:attribution|conversion|credit)(?: window)?(?: (?:of|is|at|within|over|period|window)){{0,3}}[: "
    rf"=]{{0,3}}{duration('b')}|\b{duration('c')}[ -](?:attribution|conversion)(?: window)?"
)
_MORE = rx(rf"\b(?:get|drive|win|generate|gain|bring in|reach|sell) (?:us )?(?P<n>{NUMBER}) (?:more|extra|additional|new|further) \w+")
_TARGET = rx(
    rf"\b(?:increas\w+|rais\w+|lift\w*|grow\w*|improv\w+|boost\w*|driv\w+|reduc\w+|cut\w*|lower\w*|decreas\w+|uplift"
    rf"|target(?: of)?|aim(?:ing)? for|goal(?: of| is)?|kpi|achieve|reach|get)"
    rf"(?:(?!\b(?:off|discounts?|prices?|budget|points|free|cap)\b)[^.;,∎]){{0,60}}?(?:\b(?:by|from|to|of|at least|a|an"
    rf"|another))? ?(?:at least |up to )?(?P<n>{NUMBER})(?:{PERCENT}(?: to {NUMBER}{PERCENT})?| percentage points)"
    rf"(?! ?(?:off|discount|coupon|voucher|rebate|cheaper|hold|control))(?: (?:lift|increase|more|uplift|higher|better|growth"
    rf"|(?:repeat|conversion|reactivation|activation|open|click)[ -]rate))?"
)


def read_attribution(goal: Goal) -> int | None:
    """Days in which a success counts for a message; None when the goal does not say. More than 90 is a doubt."""
    found = goal.take(_ATTRIBUTION)
    stated = [least_days(m, tag) for m in found for tag in "abc" if m[f"{tag}_unit"]]
    if not stated:
        return None
    if max(stated) > 90:
        goal.doubt("attribution", *(m.span() for m in found), size=f"{max(stated):g}")
    return max(1, ceil(min(*stated, 90)))


def read_shares(goal: Goal) -> dict[str, float]:
    """Stated shares by arm of the experiment, 0 to 0.9; that they leave no room for treatment is a doubt."""
    shares: dict[str, float] = {}
    spans: list[tuple[int, int]] = []
    for arm in _ARMS:
        if goal.take(_NO[arm]):
            shares[arm] = 0.0
            if arm == "holdout":
                goal.ask("Without a holdout nobody can tell what the messages earn. Would 5% be acceptable?")
        for m in goal.take(_SHARE[arm]):
            spans.append(m.span())
            shares[arm] = float(m["n"] or m["n2"]) / 100
    for m in goal.take(_KEEP_OUT) if "holdout" not in shares else ():
        spans.append(m.span())
        shares["holdout"] = float(m["n"]) / 100
    if sum(shares.values()) > 0.9:
        goal.doubt("shares", *spans, size=f"{sum(shares.values()):.0%}")
        return dict.fromkeys(_ARMS, 0.1)
    return shares


def note_targets(goal: Goal) -> None:
    """Targets such as `raise the repeat rate by 15%` are noted; a plan promises none."""
    for m in [*goal.take(_TARGET), *goal.take(_MORE)]:
        goal.assume(f"Target noted: “{m.group().strip()}”. The report will say whether the lift reaches it.")


def settle_shares(goal: Goal, stated: dict[str, float], customers: int, likely_share: float) -> Measurement:
    """The least share from a tenth to a fifth at which a lift worth seeing shows, in an audience of `likely_share` of `customers` (a tenth
    where nobody knows how many there are); what the goal states stands."""
    likely = round(customers * likely_share)
    share = SHARES[0]
    if likely:
        bound = (WORTH_SEEING / SIGMAS) ** 2
        share = next((s for s in SHARES if 0.25 / likely * (1 / s + 1 / (1 - 3 * s)) <= bound), SHARES[-1])
    if share > SHARES[0] and set(stated) < set(_ARMS):
        who = count(likely, "person").replace("persons", "people")
        goal.assume(
            f"The audience is likely to be small (about {who} of {customers:,}), so each comparison arm gets {share:.0%}; a lift of about "
            f"{ceil(100 * SIGMAS * (0.25 / likely * (1 / share + 1 / (1 - 3 * share))) ** 0.5)} in 100 customers can then be shown."
        )
    shares = {arm: stated.get(arm, share) for arm in _ARMS}
    if (total := sum(shares.values())) > 0.9:
        free = [arm for arm in shares if arm not in stated]
        shares |= {arm: round(max(0.0, 0.9 - sum(stated.values())) / len(free), 3) for arm in free}
        goal.ask(f"The comparison arms would take {total:.0%} of the audience; I have shrunk those the goal does not name.")
    return Measurement.model_validate(shares)
