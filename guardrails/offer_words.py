"""How offers are worded: the patterns `guardrails.amounts` reads numbers, discounts, points and gifts with. Data, no logic."""

from __future__ import annotations

import re

from guardrails.phrases import Phrases, by_first_letter

ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
VALUES = {w: i for i, w in enumerate(ONES.split())} | {w: 10 * i for i, w in enumerate(TENS.split(), 2)} | {"a": 1, "an": 1}
SCALES = {"hundred": 100, "thousand": 1000, "grand": 1000}
ABROAD = {"zehn": 10, "zwanzig": 20, "dix": 10, "quinze": 15, "vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "diez": 10,
          "quince": 15, "veinte": 20, "treinta": 30, "cuarenta": 40, "cincuenta": 50, "funfzehn": 15, "dreissig": 30, "dreißig": 30,
          "vierzig": 40, "funfzig": 50}  # fmt: skip
"""The round numbers offers are made of in German, French and Spanish, without accents."""
VALUES |= ABROAD
WORD = by_first_letter(*ONES.split(), *TENS.split(), *SCALES, *ABROAD)
WORDS = rf"\b(?:{WORD}|a\s+(?:hundred|thousand|grand))(?:(?:\s?-\s?|\s{{1,3}}and\s{{1,3}}|\s{{1,3}})(?:{WORD})){{0,6}}\b"
FIGURE = r"\d(?<![\d.,].)(?:\d{0,2}(?:[,.' \u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?|\d*(?:[.,]\d+)?)(?![\d])"
NUMBER = rf"(?:{FIGURE}(?:\s?k\b)?|{WORDS})"
RANGE = rf"(?P<low>{NUMBER})(?:\s*(?:%|percent|per\s?-?cent|pct)?\s*(?:-|to|and|or|bis|a)\s*(?P<high>{NUMBER}))?"
SIGN = r"(?:(?<![a-z])(?=[a-z]{1,2}\$)(?:us|ca|c|au|a|nz|hk|s)\$|[$€£¥₹₽₩₺])"
CODE = r"(?=[a-z]{3}(?![a-z]))(?:usd|eur|gbp|cad|aud|nzd|chf|jpy|inr|sek|nok|dkk|pln|mxn|brl|sgd)"
CURRENCIES = {"€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₽": "RUB", "₩": "KRW", "₺": "TRY", "us$": "USD", "c$": "CAD", "ca$": "CAD",
              "a$": "AUD", "au$": "AUD", "nz$": "NZD", "hk$": "HKD", "s$": "SGD", "euro": "EUR", "quid": "GBP"}  # fmt: skip
"""What a sign or word stands for; `$`, dollars and bucks fit any dollar."""

OFF = (
    r"(?:off|back|cash\s?-?back|discount|reduction|rebate|savings?|saved|cheaper|(?:less|lower)(?=\s*(?:[.!,;:)]|$|than|for|on|with|when|this|"
    r"today|at\b))|rabatt|nachlass|ermassigung|gunstiger|remise|rabais|"
    r"de\s+descuento|di\s+sconto|korting|reduced|credit|voucher|coupon|gift\s?card|bonus|markdown|knocked\s+off|price\s+cut)"
)
TOUCH = re.compile(
    rf"\s*-?\s*(?:(?:in|of|worth|your|whole|full|extra|store|shop|statement|account|savings|next|de|d'une|zum|"
    rf"Ihre[rn]?)\s+){{0,3}}{OFF}\b",
    re.I,
)
BEFORE = re.compile(
    r"\b(?:save|saving|savings\s+of|saves|discount\s+of|take|knock(?:ing)?|slash(?:ed)?(?:\s+by)?|extra|additional|"
    r"reduced\s+by|cut\s+by|down\s+by|minus|"
    r"coupon|voucher|rebate|cashback|cash\s+back|credit\s+of|gift\s?card)\s+(?:(?:for|of|an?|the|extra|additional|further|"
    r"another|up|to|you|yourself|as|much|over|at|least|by)\s+){0,4}$",
    re.I,
)
SETTING = re.compile(
    r"\b(?:off|save|saving|discounts?|discounted|code|deal|offer|sale|coupon|voucher|rebate|promo\w*|cash\s?back|cheaper|"
    r"reduction|get|take|enjoy|"
    r"treat|claim|unlock|redeem|grab|score|snag|yours|for\s+you|on\s+us|today|tonight|only|now|just|your\s+(?:next|first|"
    r"order|purchase|basket|cart|stay|booking)|"
    r"price[sd]?|rabatt|remise|descuento|sconto|korting|limited|extra|back|welcome\s+gift|must\s+go|everything|thank[\s-]you)\b",
    re.I,
)
NOT_OFFER = re.compile(
    r"\s*-?\s*(?:(?:pure|fine|fully|all|real|genuine|dark|milk|raw|virgin|certified|natural|organic|recycled|post-consumer|"
    r"merino|egyptian|pima|of|de|bio|reine?|pure?)\s+){0,3}(?:"
    r"baumwolle|(?:schur|merino)?wolle|seide|leinen|kaschmir|roggen|weizen|dinkel|fett|zucker|kakao|alkohol|coton|laine|soie|lin\b|cachemire|"
    r"matiere grasse|sucre|cacao|d\'alcool|algodon|lana|seda|lino|cachemira|acidez|grasa|azucar|recicl\w+|recycel\w+|recycle\w*|"
    r"cotton|wool|lambswool|alpaca|mohair|angora|yak|cork|merino|linen|silk|cashmere|leather|polyester|nylon|elastane|spandex|viscose|lyocell|modal|hemp|bamboo|down|denim|"
    r"recycled|recyclable|recycling|organic|natural|vegan|vegetarian|plant-?\s?based|compostable|biodegradable|renewable|"
    r"sustainable|carbon|pure|wholegrain|whole|"
    r"juice|fruit|dark|milk|cream|butter|salt|iron|cocoa|cacao|chocolate|beef|arabica|rye|wheat|fat|alcohol|abv|vol|proof|humidity|spf|uv|gluten|sugar|protein|"
    r"complete|completed|done|full|finished|there|ready|set\s?up|charged?|charging|battery|loaded|uptime|accurate|accuracy|"
    r"effort|sure|certain|positive|honest|human|"
    r"real|authentic|genuine|original|online|digital|remote|secure|safe|satisf\w+|happ\w+|yours\s+to\s+keep|committed|behind|"
    r"less\s+\w+|lower\s+\w+|a\.?p\.?r|a\.?p\.?y|aer|interest|annual|p\.?a|gross|variable|fixed|tax|vat|gst|commission|fees?|of\s+(?:all|our|"
    r"the\s+(?:time|day|people|team|world|population|proceeds|profits?)|"
    r"proceeds|profits?|customers|members|people|users|teams|shoppers|guests|households|women|men|parents|respondents|those|us|you)|"
    r"more\s+(?!points|free|off|savings|for\s+less|miles)\w+|faster|quicker|lighter|stronger|brighter|longer|larger|bigger|"
    r"smaller|softer|thinner|thicker|warmer|cooler|better|higher|fewer|greater|"
    r"increase|growth|uplift|chance|match(?:ed)?|rate)\b",
    re.I,
)
SENTENCE = re.compile(r"[.!?](?:\s|$)|\n")


PERCENT = Phrases(rf"{RANGE}\s*-?\s*(?:%|percent(?:age)?\b|per\s?-?\s?cent\b|pct\b|por\s+ciento\b|pour\s?cent\b|prozent\b|procent\b)")
HALF = Phrases(
    r"\b(?:half|1\s*/\s*2)\s*-?\s*(?:the\s+|of\s+the\s+|regular\s+|usual\s+)?(?:price[ds]?|off|cost)\b|\b(?:price|prices|"
    r"cost)s?\s+(?:is\s+|are\s+|cut\s+|slashed\s+|sliced\s+)?(?:in|by)\s+half\b|"
    r"\bhalf\s+(?:off|what\s+you)\b|\bhalve[sd]?\s+(?:the|our|your)\s+(?:price|cost|bill)s?\b"
)
FRACTION = Phrases(r"\b(?:(?:a|one|1)[\s-]*)?(?P<part>third|quarter|fifth|tenth|1\s*/\s*[345])\s+(?:of\s+the\s+price\s+)?off\b")
PARTS = {"third": 100 / 3, "quarter": 25.0, "fifth": 20.0, "tenth": 10.0, "3": 100 / 3, "4": 25.0, "5": 20.0}
AMOUNT = Phrases(
    rf"(?<![a-z](?=[a-z]))(?:(?P<sign>{SIGN})\s?{RANGE}|\b(?P<lead>{CODE})\s?{RANGE.replace('low>', 'low2>').replace('high>', 'high2>')}|"
    rf"{RANGE.replace('low>', 'low3>').replace('high>', 'high3>')}\s?-?(?P<unit>[$€£₹]|{CODE}\b|dollars?\b|bucks?\b|"
    rf"euros?\b|quid\b|pounds?\b(?!\s+of)|cents?\b|pence\b|p\b(?=\s+off\b))"
    r"|\b(?P<one>an?)\s+(?P<unit1>dollar|buck|euro|fiver|tenner)\b(?=\s+off))"
)
BARE_OFF = Phrases(
    rf"\b(?:get|take|save|enjoy|have|knock|here's|score|grab|claim|with|extra)\s+(?:an?\s+)?(?:extra\s+)?(?P<low>{NUMBER})\s+off\b(?!-)|"
    rf"(?<![\w-])(?P<low2>{NUMBER})\s+off\s+(?:your|all|any|every(?:thing)?|orders?|next|purchases?|sitewide|store-?wide|"
    rf"today|with\s+code)\b|"
    rf"\b(?:save|take)(?:\s+big:?)?\s+(?P<low3>{NUMBER})(?=\s*(?:[.!]|$)|\s+(?:with\s+code|on\s+your|at\s+checkout))"
)
POINTS = Phrases(
    rf"{RANGE}\s*-?\s*(?:(?:bonus|extra|reward|rewards|loyalty|welcome|free|more|additional|member|elite|status|qualifying|"
    rf"double)\s+){{0,3}}(?P<what>points?|pts|miles|avios|stars|coins)\b"
)
TIMES_POINTS = Phrases(
    rf"\b(?:double|triple|treble|quadruple|twice|{NUMBER}\s?(?:x|×|times))\s+(?:the\s+|your\s+|as\s+many\s+|bonus\s+|"
    rf"reward\s+|loyalty\s+)?(?:points|pts|miles|rewards|avios|stars)\b|"
    r"\bpoints\s+(?:x|×)\s?\d|\b(?:double|triple)\s+(?:up\s+)?(?:on\s+)?(?:your\s+)?points\b"
)
EARNING = re.compile(
    r"\b(?:bonus|extra|earn|get|collect|reward|rewards|loyalty|claim|receive|worth|gift|free|welcome|yours|redeem|pocket|"
    r"bag)\b",
    re.I,
)
SHIPPING = Phrases(
    r"\bfree\s+(?:(?:and|&|fast|standard|express|next|day|next-day|same|same-day|two-day|home|local|worldwide|domestic|"
    r"international|priority|expedited|ground|return|u\.?s\.?|uk|"
    r"returns\s+and|2-day)\s+){0,3}(?:shipping|delivery|deliveries|postage|p\s?&\s?p|shipment)\b|"
    r"\b(?:shipping|delivery|postage)(?:'s|\s+is|\s+are|\s+comes|:)?\s+(?:(?:now|always|completely|totally|"
    r"absolutely)\s+)?(?:free|on\s+us|on\s+the\s+house|included\s+free|at\s+no\s+(?:extra\s+)?cost|complimentary)\b|"
    r"\bships?\s+(?:(?:it|them|everything|your\s+order|to\s+you)\s+)?(?:for\s+)?free\b|\bshipped\s+(?:for\s+)?free\b|"
    r"\bdelivered\s+(?:for\s+)?free\b|"
    r"\$0\s+(?:shipping|delivery|postage)\b|\b(?:complimentary|zero-cost|no-cost|free\s+of)\s+(?:shipping|delivery|"
    r"postage)\b|\b(?:no|zero|waive[ds]?|waiving|without)\s+(?:the\s+|your\s+|any\s+)?(?:shipping|delivery|"
    r"postage)\s+(?:fees?|costs?|charges?)\b|"
    r"\b(?:we'll|we\s+will|we)\s+(?:cover|pay(?:\s+for)?)\s+(?:the\s+|your\s+)?(?:shipping|delivery|postage)\b|"
    r"\bpay\s+(?:nothing|zero)\s+for\s+(?:shipping|delivery|postage)\b|"
    r"\b(?:livraison|envoi)\s+(?:est\s+)?(?:gratuite?|offerte?)\b|\b(?:gratis|kostenlose[rn]?)\s?-?\s?(?:versand|lieferung)\w*|\bversandkostenfrei\w*|"
    r"\b(?:versand|lieferung)\s+(?:ist\s+)?(?:heute\s+)?(?:gratis|kostenlos|kostenfrei)\b|\b(?:versand|lieferung)\s+geht\s+auf\s+uns\b|"
    r"\benvio\s+(?:es\s+)?(?:gratis|gratuito)\b|\bspedizione\s+gratuita\b|\bgratis\s+verzending\b"
)
MULTIBUY = Phrases(
    rf"\bbogof?\b|\bb[1o]g[1o]\b|\b(?:buy|purchase|order)\s+(?:any\s+)?{NUMBER}\b[^.!?\n]{{0,30}}?\bget\s+(?:{NUMBER}|a|an|"
    rf"another|the)\b(?!\s+(?:step|day|thing))"
    r"(?:\s+(?:\w+\s+)?(?:free|half))?|\b(?:buy|purchase|order)\s+(?:a|an|any|"
    r"this)\b[^.!?\n]{0,40}?\bget\s+[^.!?\n]{0,30}?\b(?:free|half|off)\b|"
    r"\b(?:second|2nd|third|3rd|another|next)\s+(?:\w+\s+)?(?:is\s+|comes\s+|item\s+)?(?:(?:for\s+)?free|half[\s-]price|"
    r"on\s+us)\b|\btwofer\b|"
    rf"\b(?:stay|take|pick|choose|get)\s+(?P<get>{NUMBER})\b[^.!?\n]{{0,24}}?\bpay\s+(?:only\s+)?(?:for\s+)?(?P<pay>{NUMBER})\b|"
    r"\b(?:drei|vier|funf|sieben|[3-9])\s+[^.!?\n\d]{0,40}?\b(?:zwei|drei|vier|sechs|[2-8])\s+(?:be)?zahlen\b|"
    r"\bzahlen\s+(?:sie\s+)?(?:nur\s+)?(?:zwei|drei|vier|[2-8])\b(?!\s?(?:euro|[€$%]))|\b(?:[2-9]|zwei|drei|vier)\s+zum\s+preis\s+von\b|"
    r"\b(?:[2-9]|deux|trois|quatre)\s+(?:\w+\s+)?(?:pour\s+le\s+prix\s+d|pour\s+(?:[1-8]|une?|deux|trois)\s+(?:paye|achete))|"
    r"\bla\s+(?:deuxieme|troisieme|quatrieme|2e|3e|4e)\s+\w+\s+(?:est\s+)?(?:offerte?|gratuite?|a\s+moitie\s+prix)\b|\ble\s+(?:deuxieme|"
    r"troisieme|2e|3e)\s+(?:\w+\s+)?(?:est\s+)?(?:offert|gratuit|a\s+moitie\s+prix)\b|"
    r"\b(?:el|la)\s+(?:segund[oa]|tercer[oa]?|cuart[oa])\s+\w+\s+(?:es\s+|sale\s+)?(?:gratis|a\s+mitad\s+de\s+precio)\b|"
    r"\b(?:die|der|das)\s+(?:zweite|dritte|vierte)\s+\w+\s+(?:ist\s+|gibt\s+es\s+)?(?:gratis|kostenlos|geschenkt|umsonst)\b"
)
N_FOR_M = Phrases(
    r"\b(?=[2-9tfs])(?:(?<!\.)(?P<get>[2-9]|two|three|four|five|six)(?:\s*-?\s*for\s*-?\s*|-4-|"
    r"\s4\s)(?:the\s+price\s+of\s+)?(?P<pay>[1-8]|one|two|three|four|five)\b(?!\s*(?:%|percent|/|:))|"
    r"[2-9]\s?(?:x|por)\s?[1-8]\b(?!\s?(?:cm|m|mm|%|,)))"
)
GIFT = Phrases(
    r"\b(?:free|complimentary|bonus)\s+(?:\w+[\s-]){0,2}?(?:gifts?|samples?|totes?|bags?|items?|products?|drinks?|coffees?|"
    r"desserts?|breakfasts?|nights?|upgrades?|months?|weeks?|years?|"
    r"meals?|pairs?|bottles?|box(?:es)?|tickets?|treats?|mugs?|dinners?|lunch(?:es)?|spa|massages?|credits?|goodies|"
    r"extras?)\b(?!\s+(?:with\s+(?:our|the)\s+)?(?:of\s+mind|from))|"
    r"\bgift\s+with\s+(?:every\s+|your\s+|any\s+|each\s+)?(?:purchase|order|booking|stay)\b|\b(?:a|"
    r"your)\s+(?:little\s+)?(?:free\s+)?gift\s+(?:is\s+)?(?:on\s+us|from\s+us)\b|"
    r"\b(?:one|something|it|first\s+month|first\s+week|this\s+one|(?:the\s+|your\s+)?first\s+\w+)(?:'s|\s+is)?\s+(?:on\s+us|"
    r"on\s+the\s+house)\b|\b(?:one|another|months?|weeks?|nights?|years?|item)\s+(?:for\s+)?free\b|\bfreebies?\b|"
    r"\b(?!pressure|eyes?|focus|blame)[a-z]{3,}\s+(?:is|are)\s+(?:free|(?:always\s+)?on\s+(?:us|the\s+house))\b(?!\s+(?:from|of|to|and|at)\b)|"
    r"\b(?:kostenlose[rsnm]?|gratis)[\s-]+(?:upgrade|fruhstuck|geschenk|probe|muster|monat|nacht|flasche|getrank|kaffee|dessert|massage|tasche)\w*|"
    r"\b(?:geht|gehen)\s+(?:heute\s+)?(?:aufs\s+haus|auf\s+uns)\b|\b(?:fruhstuck|kaffee|getrank|monat|nacht)\s+(?:ist\s+)?(?:gratis|geschenkt|kostenlos)\b|"
    r"\b(?:petit-dejeuner|cadeau|mois|nuit|cafe|boisson|dessert|echantillon|massage|bouteille|surclassement)s?\s+(?:est\s+|sont\s+)?(?:offert|gratuit)e?s?\b|"
    r"\b(?:desayuno|regalo|mes|noche|cafe|bebida|postre|muestra|masaje|botella)s?\s+(?:es\s+|son\s+|sale\s+)?(?:gratis|gratuit[oa]s?|de\s+regalo)\b|"
    r"\binvita\s+la\s+casa\b|"
    r"\b(?:first\s+)?(?:month|week|year|night|bottle|coffee|drink|dessert)\s+(?:is\s+)?free\b(?!-)"
)
VAGUE = Phrases(
    r"\bdiscount(?:s|ed)?\b|\bcoupons?\b|\bvouchers?\b|\bpromo(?:tional)?\s?codes?\b|\b(?:discount|coupon|offer|"
    r"voucher)\s+codes?\b|\brebates?\b|\bcash\s?-?back\b|\bmoney\s+off\b|\bprice\s+(?:cut|drop)s?\b|"
    r"\bmark(?:ed)?\s?-?downs?\b|\b(?:reduced|slashed|special|knock-?down)\s+prices?\b|\b(?:flash|summer|winter|spring|"
    r"autumn|fall|clearance|black\s+friday|cyber\s+monday|holiday|mid-?season|end[\s-]of[\s-]season|"
    r"our|big|huge|final|annual|members?-only|members'?)\s+sale\b|\bon\s+sale\b|\bsale\s+(?:is\s+on|ends|starts|now\s+on)\b|"
    r"\bclearance\b|\b(?:special|exclusive|limited[\s-]time|introductory|welcome|one-time|secret|"
    r"members?-only)\s+(?:offers?|deals?|savings)\b|"
    r"\bbonus\s+(?:points|miles)\b|\bextra\s+points\b|\bgift\s?cards?\b|\bstore\s+credit\b"
)
PRICE_CUT = Phrases(
    r"\b\d[\d.,]*\s?(?:[$€£]|dollars?|euros?)?\s+(?:instead\s+of|statt|au\s+lieu\s+de|en\s+vez\s+de)\s+[$€£]?\s?\d[\d.,]*|"
    r"\bwas\s+[$€£]\s?\d[\d.,]*,?\s+(?:is\s+)?now\s+[$€£]?\s?\d[\d.,]*"
)
COVERED = re.compile(r"\b(?:insured|covered|protected)\s+(?:up\s+)?to\s+(?:at\s+least\s+)?$", re.I)
"""Before the sum an insurance covers."""
DENIED = re.compile(r"\b(?:no|without|not\s+an?|never\s+an?|isn't\s+an?|zero)\s+(?:\w+\s+)?$", re.I)
