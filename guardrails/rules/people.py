"""People: other people's praise, and what a message may not say about the person who reads it."""

from __future__ import annotations

from collections.abc import Iterator

from guardrails.phrases import Phrases
from guardrails.rules.base import Copy, Hit, Severity, rule

_PRAISE = Phrases(
    r"\"(?=(?:[^\"\s]{1,40} ){3})[^\"\n]{12,300}\"\s{0,2}[-,(]{1,2}\s?(?!(?:and|or|but|the|our|by|it|we|you|is)\b)[A-Z][\w.'-]{0,30}|"
    r"\"(?=(?:[^\"\s]{1,40} ){3})[^\"\n]{12,300}\"\s?(?:says|said|writes|wrote|raves|reports|sagt|schreibt|dit|ecrit|dice|"
    r"escribe)\s(?!our\b|the\b)[A-Z]|"
    r"(?i:(?<!what )\b(?:our |happy |real |loyal )?(?<!what our )(?<!% of )(?<!% of our )(?:customers|members|guests|reviewers|"
    r"users|clients|readers|shoppers) "
    r"(?:all |really |just |keep )?"
    r"(?:say(?:ing)?(?! (?:hello|hi|goodbye|yes|no)\b)|love|loved|rave|told us|tell us|swear by|call us|rated?|adore|recommend)\b|"
    r"(?<!leave us a )(?<!leave a )(?<!write a )(?<!give us a )\b(?:five|5|4\.\d)[ -]stars? (?:reviews?|ratings?)\b(?! (?:helps?|"
    r"would|means?|makes?|from you))|"
    r"\brated \d(?:\.\d)?(?: ?/ ?5| out of (?:5|five)| stars?)|"
    r"\b(?:recommended|loved|endorsed|trusted|worn|used) by (?:thousands|millions|doctors|experts|athletes|celebrities|influencers|dr\.?|"
    r"\d[\d,]*|your favou?rite)\b|"
    r"\b(?:dr\.?|doctor|chef|coach) [a-z][\w'-]{1,30} (?:recommends|swears by|loves|uses)\b|"
    r"\b(?:kunden|kundinnen|gaste|mitglieder|leser|nutzer) (?:sagen|lieben|schwarmen|empfehlen|bewerten)\b|"
    r"\bnos (?:client(?:e|s|es)+|hotes|membres|lecteurs|utilisateurs) (?:disent|adorent|aiment|recommandent|plebiscitent)\b|"
    r"\bnuestr[oa]s (?:clientes|clientas|huespedes|socios|lectores|usuarios) (?:dicen|adoran|aman|recomiendan)\b|"
    r"\ba nuestr[oa]s (?:clientes|clientas|huespedes|socios|usuarios) les (?:encanta|gusta)\b)|[★⭐]{3,}",
    flags=0,
)
_DISCLOSED = Phrases(
    r"\b(?:not paid|never paid|paid (?:partner\w*|endorsement|post|review)|was paid|were paid|(?:was|were|not) compensated|"
    r"compensated|sponsored|gifted|"
    r"received (?:it |this |the product |a )?(?:for )?free|free (?:sample|product) in return|in exchange for|individual results|"
    r"results (?:may |will )?vary|verified (?:review\w*|customers?|purchas\w+|buyers?)|not typical|typical results|unpaid|affiliate|"
    r"our (?:own )?employees?|works (?:for|with) us|ambassador|werbung|anzeige|verifizierte\w*|collaboration remuneree|avis verifies?|"
    r"publicidad|opinion(?:es)? verificadas?)\b|(?<!\w)#(?:ad|sponsored|werbung|anzeige|publi)\b"
)


@rule(
    "X08",
    "A testimonial says how it came about: paid, gifted, from a verified customer, typical or not.",
    severity="ask",
    source="FTC endorsement guides, 16 CFR 255",
    phrases=[_PRAISE],
    passes=[
        {"body": '"The warmest socks I have owned." - Dana, verified customer.'},
        {"body": "Leave us a 5-star review? Any review helps."},
    ],
    fails=[
        {"body": '"The warmest socks I have owned." - Dana R.'},
        {"body": "Our customers love these socks."},
        {"body": "Rated 4.8 out of 5."},
    ],
)
def praise_is_disclosed(copy: Copy) -> Iterator[Hit]:
    """16 CFR 255.2 (what consumers can expect) and 255.5 (material connections)."""
    for field, view, match in copy.matches(_PRAISE) if not any(copy.matches(_DISCLOSED)) else ():
        advice = "Add how it came about (verified customer, paid or not, results vary), or take it out."
        yield copy.hit(field, view, *match.span(), f"“{match[0]}” reads as a testimonial. {advice}")
        return


_HEALTH = (
    r"diabetics?|pregnant(?: woman)?|disabled(?: person)?|blind|deaf|infertile|depressed|bipolar|autistic|hiv[- ]positive|"
    r"epileptics?|asthmatics?|"
    r"obese|overweight|alcoholics?|addicts?|cancer (?:patient|survivor)s?|wheelchair users?|menopausal|anorexics?|"
    r"schizophrenics?|terminally ill"
)
_BELIEF = (
    r"muslims?|christians?|catholics?|jew|jews|jewish|hindus?|sikhs?|buddhists?|mormons?|atheists?|democrats?|republicans?|"
    r"conservatives?|"
    r"union members?|communists?"
)
_ORIGIN = (
    r"black (?:wo)?m[ae]n|white (?:wo)?m[ae]n|black person|african[- ]americans?|hispanics?|latin[oax]s?|asian(?:[- ]american)?s?|"
    r"native americans?|immigrants?|refugees?|arabs?|mexicans?|people of colou?r|person of colou?r"
)
_LOVE = r"gay(?: man)?|lesbians?|bisexuals?|transgender(?: (?:wo)?man)?|queer(?: person)?|homosexuals?"
_NEED = r"on welfare|on food stamps|on public assistance|undocumented|in debt|bankrupt"
_SENSITIVE = rf"(?:{_HEALTH}|{_BELIEF}|{_ORIGIN}|{_LOVE}|{_NEED})"
_STATUS = (
    r"(?:single (?:mothers?|moms?|mums?|dads?|fathers?|parents?|wom[ae]n|m[ae]n)|divorced?e?s?|widow(?:er|ed)?s?|unmarried|"
    r"(?:newly )?married"
    r"(?: (?:wo)?m[ae]n)?|wom[ae]n|men|man|mothers?|moms?|mums?|dads?|fathers?|seniors?|senior citizens?|elderly(?: person)?|"
    r"retirees?|pensioners?|older adults?|middle-aged|over (?:50|60|65|70)|in your (?:fifties|sixties|seventies))"
)
_VERY = r"(?:(?:a|an|newly|recently|now|currently|also|still|likely|probably|living as a|proud|young|older|fellow)\s+){0,3}"
_BEING = (
    r"(?:because|since|as|now that|we (?:know|noticed|see|understand|heard)(?: that)?|knowing(?: that)?|given that)"
    r"\s+you(?:'re|\s+are|\s+may be|\s+might be)"
)
_NOT_OF_READER = (
    r"(?![\w'-])(?!,?\s+(?:i|she|he|my|our founder)\b)(?!\s+(?:friday|box|spot|owned|led|company|brand|bookshop|team|menu|cuisine|food))"
)
_TOLD = Phrases(
    rf"\b(?:as|being)\s+(?:a|an)\s+(?:(?:proud|young|older|fellow|new)\s+){{0,2}}{_SENSITIVE}{_NOT_OF_READER}"
    r"(?=[,.!?;:]|$|\s+(?:you|like you|with|man|woman|person|mother|father|parent|customer|shopper|reader|member)\b)|"
    rf"\b{_BEING}\s+{_VERY}{_SENSITIVE}{_NOT_OF_READER}|"
    rf"\b(?:fellow\s+)?{_SENSITIVE}\s+(?:people\s+)?like\s+you(?!\w)(?!r)|"
    r"\b(?:because|since|as|now that|we (?:know|noticed|see|heard)(?: that)?)\s+you\s+(?:have|suffer from|live with|"
    r"struggle with)\s+(?:a\s+)?"
    r"(?:diabetes|cancer|hiv|depression|anxiety|asthma|epilepsy|adhd|autism|dementia|a disability|disability|arthritis|an addiction|"
    r"mental illness|high blood pressure)\b|"
    r"\b(?:weil|da)\s+(?:sie|du)\s+(?:[\w-]+\s+){0,2}(?:diabetiker(?:in)?|schwanger|behindert|muslim(?:a|in)?|judisch|schwul|lesbisch)\b|"
    r"\bparce que vous etes\s+(?:diabetique|enceinte|handicapee?|musulmane?|juive?|gay|lesbienne)\b|"
    r"\bporque (?:eres|es usted|estas|esta)\s+(?:diabetic[oa]|embarazada|discapacitad[oa]|musulman[a]?|judi[oa]|gay|lesbiana)\b"
)
_HINTED = Phrases(
    rf"\bas\s+(?:a|an)\s+(?:(?:proud|young|older|busy|new|working)\s+){{0,2}}{_STATUS}{_NOT_OF_READER}(?=[,.!]|\s+(?:you|"
    rf"like you|your|with|over)\b)|"
    rf"\b{_BEING}\s+{_VERY}{_STATUS}{_NOT_OF_READER}|"
    rf"\b{_STATUS}\s+(?:people\s+)?(?:like\s+you|your\s+age)(?!\w)|"
    r"\b(?:at|for|of)\s+your\s+(?:age|faith|race|religion|ethnicity|nationality|sexual orientation|gender|background)\b|"
    r"\byour\s+(?:diabetes|cancer|hiv status|depression|disability|pregnancy|menopause|epilepsy|dementia|diagnosis|addiction|infertility|"
    r"sexual orientation|sexuality|ethnicity|religion|religious beliefs|political views|immigration status|"
    r"divorce)\b(?!\s+(?:test|pillow|kit|vitamins?))"
)


@rule(
    "X09",
    "No copy that addresses a protected class or tells or infers a sensitive trait of the reader.",
    severity="block",
    source="Regulation B, 12 CFR 1002.4(b); GDPR 9",
    phrases=[_TOLD, _HINTED],
    passes=[
        {"body": "Women's shoes, and a gift for Mother's Day. Because you are a Gold member."},
        {"body": "Suitable for people with diabetes. As a thank you: an early look."},
    ],
    fails=[
        {"body": "As a single mother, you count every dollar."},
        {"body": "Because you are diabetic, we picked these."},
        {"body": "We noticed you're pregnant."},
    ],
)
def nobody_is_singled_out(copy: Copy) -> Iterator[Hit]:
    """12 CFR 1002.4(b): no statement that discourages on a prohibited basis. GDPR 9(1): health, belief and origin are not inferred.

    A sensitive trait told to the reader's face blocks; sex, age, family status and hints are raised for a person.
    """
    levels: tuple[tuple[Phrases, Severity], ...] = ((_TOLD, "block"), (_HINTED, "ask"))
    for pattern, severity in levels:
        for field, view, match in copy.matches(pattern):
            advice = "Write about the product or what the customer did, not about who they are."
            said = f"“{match[0].strip()}” speaks of a protected or sensitive trait of the reader. {advice}"
            yield copy.hit(field, view, *match.span(), said, severity)
