"""The clauses an audience is described by, each a pattern and what it means as a predicate. Order matters: the more specific first.

A builder returns None when the words are no condition after all; they are then left to other readers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from agents.offline.grammar import conditions as c
from agents.offline.grammar import traits as t
from agents.offline.grammar.conditions import OPS
from agents.offline.grammar.dates import DATE, duration
from agents.offline.grammar.events import ACT, NOUN, THING, VERB
from agents.offline.grammar.goal import rx
from agents.offline.grammar.numbers import NUMBER, PERCENT, money
from agents.offline.grammar.reader import Match, Reader
from journeyman.domain import Predicate


@dataclass(frozen=True)
class Clause:
    """One way of describing people."""

    pattern: re.Pattern[str]
    build: Callable[[Reader, Match], Predicate | None]


_HAVE_NOT = (
    r"\b(?:(?:have|has|had|did|do|does|were|was|are|is)(?: not|n't)(?: yet| ever)?|never(?: have| has| yet)?"
    r"|(?:nobody|no one|none of them)(?:'?s| has| have)?|not)"
)
_FILL = r"(?: (?:anything|with us|from us|again|back|at all|a thing|in store|online|here|us|our \w+|since then|any \w+|another \w+|a \w+))*"
_FOR = (
    r"(?: (?:for|in|within|over|since|during|these))(?: (?:at least|over|the|last|past|previous|as long as|a period of"
    r"|about)){0,3}(?P<more> more than)?(?: the)?(?: last| past)? "
)
_AGO = r"(?: (?:was|is|being|dates back|lies))?"
_HOW = rf"(?P<how>{'|'.join(sorted(map(re.escape, OPS), key=len, reverse=True))})"
_LAST = rf"(?: (?:in|within|over|during|from)(?: the)?(?: last| past| previous)? {duration('w')})?"
_PAST = r"(?:shopped|bought|ordered|purchased|booked|stayed|visited|logged in|made an? (?:purchase|order|booking)|placed an order)"
_WHO = r"(?:people|customers?|households?|users?|members?|shoppers?|buyers?|guests?|clients?|subscribers?)"


def _clauses() -> list[Clause]:
    rows: list[tuple[str, Callable[[Reader, Match], Predicate | None]]] = [
        (
            rf"\b(?P<feature>(?:days_since|orders|revenue|events|touches|attribute|category_share|hour_share|weekday_share"
                rf"|average_order|items_per|discount_share|order_gap|weekend_share)\w*) ?(?P<op>>=|<=|==|!=|=|>|<|is) "
                rf"?(?P<n>{NUMBER})", t.direct),
        (
            rf"\b(?:(?:have |has |were |was |been |being |got |are )*(?:not |never |no )?(?:been )?|not )(?:already "
            rf")?(?:contacted|messaged|emailed|reached|texted|touched|written to|mailed|received (?:an?|any|our) (?:messages?"
            rf"|emails?|sms|push\w*)|got (?:an?|any) (?:messages?|emails?))(?: (?:by us|from us|already|at all))*"
             rf"(?: (?:(?:in|within|during|over|for)(?: the)?(?: last| past| previous)? {duration('t')}|(?:this|in the last|in "
             rf"the past|earlier this|last) (?P<this>day|week|month)|(?:since )?(?P<now>today|yesterday)))", t.contacted),
        (rf"{_HAVE_NOT} (?P<act>{ACT}){_FILL}{_FOR}{duration('t')}(?: now| already)?", c.not_since),
        (rf"\b(?:but|and|though|yet) (?:have )?(?:not|nothing) (?:since|in|within|for)(?: the)?(?: last| past) "
            rf"{duration('t')}", c.not_lately),
        (rf"{_HAVE_NOT} (?P<act>{ACT}){_FILL} since (?:{DATE})", c.not_since_date),
        (
            rf"{_HAVE_NOT} (?P<act>{ACT}){_FILL} (?P<when>recently|lately|(?:in|for) (?:a|quite a)(?: long| little)? (?:while"
            rf"|time)|any ?more|in ages|for ages|for some time)\b", c.vague),
        (rf"\b(?:no|zero|without(?: an?| any)?|have no|has no)(?: new)? (?P<thing>{THING})s?(?: at all)?{_FOR}{duration('t')}", c.no_thing),
        (
            rf"\b(?:whose )?last (?:(?P<thing>{THING})s?|(?P<verb>ordered|bought|purchased|shopped|booked|visited|stayed|seen"
            rf"|active)){_AGO}(?: from us| with us)? (?:(?:within|in)(?: the)?(?: last| past)? )?(?:{_HOW} )?{duration('t')}(?: "
            rf"or more)?(?: ago| back| old)?", c.last_ago),
        (
            rf"\b(?:inactive|lapsed|dormant|silent|quiet|away|gone|absent|disengaged|churned|not active|asleep|lost)(?: {_WHO} "
            rf"?\(|(?: (?:for|since|in|over|more than|at least|the|last|past)){{0,4}} ?\(?)(?:>=? ?)?{duration('t')}\)?", c.inactive),
        (
            rf"\b{duration('t')} (?:of (?:inactivity|silence)|inactive|dormant|lapsed|without (?:an?|any) (?:orders?|purchases?"
            rf"|bookings?|visits?|logins?)|since (?:the |their )?last (?:orders?|purchases?|bookings?|visits?|stays?))", c.inactive),
        (
            rf"{_HAVE_NOT} (?P<verb>{VERB})(?: an?| the| any| their| our)?(?: first| single| new)? (?P<noun>{NOUN})(?: (?:for|in"
            rf"|within|over))(?: the)?(?: last| past)? {duration('t')}", c.never_verb_for),
        (rf"{_HAVE_NOT} (?P<verb>{VERB})(?: an?| the| any| their| our| 1| one)(?: first| single| new)? (?P<noun>{NOUN})(?: yet)?",
         c.never_verb),
        (
            rf"(?:{_HAVE_NOT}|\b(?:have|has|are) yet to) (?P<act>{ACT})(?: anything| from us| with us)*(?: yet| so far| at all| "
            rf"before)?(?=\b)(?! (?:once|twice|for|in|since|within|more))", c.never_act),
        (rf"\b(?:have|has|are) yet to (?P<verb>{VERB})(?: an?| the| any| their| our)?(?: first)? (?P<noun>{NOUN})", c.never_verb),
        (
            rf"\b(?:no|zero|0|without(?: an?| any)?|have no|has no) (?P<thing>{THING})s?(?: yet| so far| at all| on record)?\b(?! "
            rf"(?:in|for|within|over|page|form|confirmation|value))", c.no_things),
        (
            rf"\b(?:(?:do|does) not(?: yet)? (?:have|own|hold|use)|without|lack(?:ing)?|have no|has no|missing)(?: an?| the| our| "
            rf"any| such an?)? (?P<noun>one|it|them|{NOUN})(?: (?:yet|so far))?", c.not_own),
        (
            rf"\b(?:joined|signed up|registered|enrolled|subscribed|became (?:an? )?(?:customers?|members?)|created an account"
            rf"|started (?:an?|their) (?:trial|account)|sign-ups?|registrations?|sign-up was)(?: (?:with us|from|in|within|during"
            rf"|over))*(?: the)?(?: last| past| previous)? (?:(?P<how>more than|over|at least|less than|under|fewer than|at most"
            rf"|up to) )?{duration('t')}(?P<ago> ago| back)?", t.joined),
        (
            rf"\b(?:joined|signed up|registered|enrolled|subscribed|became (?:an? )?(?:customers?|members?))(?: with us)? "
            rf"(?P<word>since|after|before) (?:{DATE})", t.joined_since),
        (
            rf"\bwithin(?: the first)? {duration('t')} (?:of|after|from) (?:sign(?:ing)?[ -]?up|joining|registering|registration"
            rf"|their sign-up|enrolling)(?P<how>)?(?P<ago>(?!))?", t.joined),
        (
            rf"\b(?:(?:been|stayed) (?:{_WHO}|with us|registered)(?: (?:for|over|more than|at least|longer than))*|with us(?: "
            rf"(?:for|over|more than|at least|longer than))+|tenure(?: (?:of|over|more than|at least))+"
             rf"|{_WHO} (?:for|of) (?:over|more than|at least|longer than)|accounts?(?: that are)? older than) {duration('t')}(?: "
             rf"old)?", t.tenure),
        (
            rf"\b(?:abandon\w* (?:\w+ )?(?:carts?|baskets?|checkouts?|trolleys?)|(?:carts?|baskets?|checkouts?)[ -]abandon\w+"
            rf"|left (?:\w+ ){{0,4}}in (?:their|the) (?:carts?|baskets?|trolleys?)){_LAST}", c.abandoned),
        (
            rf"\b(?:spent|spend|lifetime (?:value|spend|revenue)|ltv|revenue|total spend)(?: (?:of|is|was|a total of|in "
            rf"total))?(?: {_HOW})?[ :]{{1,2}}{money('s')}(?P<plus>\+| or more)?{_LAST}", t.spent),
        (rf"\b(?:{_HOW} )?{money('s')}(?P<plus>\+| or more)? (?:spent|in (?:revenue|spend|orders)){_LAST}", t.spent),
        (
            rf"\b(?:average|avg|mean|typical)?\.? ?(?:order values?|baskets?(?: values?| sizes?)?|aov|orders?)(?: (?:of|is|was"
            rf"|worth))?(?: {_HOW})? {money('s')}", t.basket_if),
        (
            rf"\b(?P<channel>email(?= eng)|sms(?= eng)|push(?= eng)|discount(?= sh)|weekend(?= sh)) (?:engagement(?: rates?)?"
            rf"|share)(?: (?:of|is))?(?: {_HOW})? ?(?P<n>{NUMBER}){PERCENT}", t.rate),
        (
            rf"(?<![$€£\w])(?:(?:have |has |had |with |made |placed |who )*(?:{_HOW} ))?(?P<n>{NUMBER})(?: ?(?:-|to|or) "
            rf"?(?P<high>\d+))?(?P<plus>\+| or more)? (?:\w+ )??(?P<thing>{THING})s?\b(?: (?:placed|made|so far))?{_LAST}", c.counted_if),
        (
            rf"\b(?P<act>{_PAST})(?: with us| from us)?(?: (?P<how>at least|only|just|exactly|more than|no more than|at most"
            rf"|fewer than|less than))? (?P<times>once|twice|thrice|\d+\+? times?)(?P<plus> or more)?{_LAST}", c.times),
        (
            rf"\b(?:(?:only|just|exactly|at least|more than) )?(?P<how>(?!))?(?P<times>once|twice)(?P<plus> or more)?[ "
            rf"-](?P<act>shopped|bought|ordered|purchased|booked){_LAST}", c.times),
        (
            rf"\b(?P<act>{ACT})(?: anything| with us| from us)* (?:in|within|during|over)(?: the)?(?: last| past| previous) "
            rf"{duration('t')}", c.recent_if),
        (r"\b(?:1|one|single|first)-time (?:\w+ )?(?:buyers?|customers?|shoppers?|purchasers?|guests?)\b", c.single),
        (r"\brepeat (?:buyers?|customers?|shoppers?|guests?)\b", c.repeat),
        (
            r"\b(?P<what>credit card|debit card|card|savings|loan|mortgage|insurance|subscription)[ -]?(?:customers?|holders?"
            r"|owners?|users?)\b", c.holders),
        (
            r"\b(?:new|recent) (?:sign-ups?|customers?|users?|members?|subscribers?|registrations?|accounts?|joiners?)\b"
            r"|\bnewcomers?\b", t.newcomers),
        (rf"\b(?:lapsed|inactive|dormant|churned|lapsing|lost) {_WHO}", c.lapsed),
        (
            r"\bvips?\b(?: (?:customers?|members?|shoppers?))?|\b(?:best|top|high-value|high value|most valuable) (?:customers?"
            r"|buyers?|shoppers?|guests?|members?|households?)|\bbig spenders?\b", t.vip),
        (r"\b(?P<when>weekend|morning|evening|midday|afternoon|night) (?:shoppers?|buyers?|customers?)\b", t.habit),
        (
            r"\b(?:(?P<full>full[- ]price)|discount|bargain|deal|coupon)[ -](?:shoppers?|buyers?|customers?|hunters?|seekers?"
            r"|lovers?|users?)\b", t.bargain),
        (rf"\b(?:buy|bought|ordered|purchased|like|love)(?: our| the| some| any)? (?P<noun>{NOUN})", t.category),
        (
            r"\b(?P<tier>gold|silver|platinum|bronze|diamond|premium|basic|free|pro|student)(?: tier| level| plan)?(?: "
            r"(?:members?|customers?|users?|guests?|households?))\b(?P<place>(?!))?", t.attribute),
        (
            rf"(?:\b(?:{_WHO}|living|based|located|live|who are|those)|∎) in (?P<place>(?-i:[A-Z][a-z]+(?: "
            rf"[A-Z][a-z]+)?))(?P<tier>(?!))?", t.attribute),
    ]  # fmt: skip
    return [Clause(rx(pattern), build) for pattern, build in rows]


CLAUSES = _clauses()
