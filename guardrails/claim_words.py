"""How claims are worded that need evidence (rule X07), in English, German, French and Spanish without accents. Data, no logic."""

from __future__ import annotations

from guardrails.phrases import Phrases

_ILLS = (
    r"(?:cancer|diseases?|illness(?:es)?|covid\S*|diabetes|anxiety|depression|pain|coughs?|colds?|flu|infections?|insomnia|migraines?|arthritis|"
    r"cholesterol|blood (?:pressure|sugar)|inflammation)"
)
_PEOPLE = r"(?:customers|people|users|members|guests|teams|doctors|dentists|experts|women|men|parents|shoppers|clients|families|companies)"
_PLACES = (
    r"(?:world|country|nation|city|town|state|region|market|planet|industry|galaxy|land|alps|us|usa|u\.s\.|uk|america|europe|britain|england|"
    r"germany|france|spain|italy|austria|switzerland|canada|california|texas)"
)
_BEST = r"(?:best|finest|leading|largest|biggest|fastest|cheapest|greatest|healthiest|safest|most \w+|no\.?\s?1|number one|favou?rite)"
_BEST_OF = (
    r"(?<!\w)#1\b|\b(?:"
    r"(?:clinically|scientifically|medically|laboratory|dermatologist)[\s-](?:proven|tested|approved|recommended|shown)|proven to|"
    r"(?:number one|no\.\s?1)|guaranteed (?:results|savings)|lab[- ]tested|"
    rf"{_PLACES}'s (?:\w+ )?{_BEST}|{_BEST} (?:[\w-]+ ){{0,2}}?(?:in|of|on) (?:the |all )?(?:whole )?{_PLACES}|best in class|"
    r"(?:market|industry|world)[\s-]leading|award[\s-]winning|voted (?:the )?(?:best|no|number|favou?rite)|"
    r"(?:the |our )?(?:lowest|cheapest|best) (?:prices?|rates?|fees?) (?:ever|anywhere|guaranteed|around|in (?:town|the \w+))"
    r")\b"
)
_HEALTH = (
    rf"\b(?:cures?|heals?|prevents?|treats?|lowers?|reduces?|relieves?|fights?) (?:your |the |high )?(?:\w+ )?{_ILLS}\b|"
    r"\b(?:boosts?|strengthens?|supports?) (?:your |the )?(?:immunity|immune system|metabolism)\b|\bdetox(?:es|ifies)\b|\bburns? fat\b|"
    r"\blose \d+ ?(?:pounds|lbs|kilos?|kg|inches)\b"
)
_COUNTED = (
    rf"\b(?:\d+|nine|eight|seven|four) (?:out of|in) (?:\d+|ten|five) (?:\w+ )?{_PEOPLE}\b|"
    r"\b(?:cuts?|reduc\w+|increas\w+|grew|boost\w*|improv\w+|slash\w*) (?:(?!prices?\b|costs?\b|fees?\b|rates?\b)\w+ ){1,4}"
    r"by (?:up to |over |almost )?\d+(?:\.\d+)?\s?(?:%|percent)|"
    rf"\b\d+(?:\.\d+)?\s?(?:%|percent) (?:of (?:our )?{_PEOPLE}|more effective|faster|better)\b"
)
_COMPARED = (
    r"\b(?:\w{2,14}er|more \w+) than (?:any|all|every|the) (?:other|brand|competit\w+|leading|rest|market)\w*\b|"
    r"\b\d+(?:\.\d+)?\s?(?:%|percent) (?:\w{2,12}er|more \w+) than (?:any|all|every|other|cotton|the)\b|"
    r"\b(?:twice|three times|ten times|\d+ ?times) (?:as \w+ as|\w+er than) (?:any|all|every|the|other)\b"
)
_GERMAN = (
    r"\b(?:fuhrend|\w{1,18}(?:st|ßt))e[nrsm]? (?:[\w-]+ ){0,3}?"
    r"(?:der (?:welt|stadt|branche|alpen|schweiz|region)|des (?:landes|marktes)|am markt|in (?:deutschland|europa|osterreich)|deutschlands|"
    r"europas|osterreichs|weltweit)\b|"
    r"\bnummer eins\b|\bnr\.? ?1\b|\b(?:klinisch|wissenschaftlich|medizinisch|dermatologisch) (?:getestet|erwiesen|bewiesen|belegt|"
    r"gepruft)\w*|"
    r"\bnachweislich\b|\btestsieger\w*|\bpreisgekront\w*|\bmarktfuhr\w+|\b(?:warmer|weicher|schneller|besser|gunstiger) als (?:jede|"
    r"alle)\w*|"
    r"\b(?:heilt|verhindert|lindert|senkt) (?:\w+ )?(?:krebs|krankheiten|schmerzen|erkaltungen|cholesterin|blutdruck)\b|"
    r"\bstarkt (?:das|dein|ihr) immunsystem\b|"
    r"\b\d+ von \d+ (?:kund|gast|arzt|nutzer|frauen|mannern|zahnarzt)\w*|\b\d+ ?(?:%|prozent) (?:unserer|aller|der) (?:kund|gast|nutzer)\w*"
)
_FRENCH = (
    r"\b(?:le|la|les|nos|notre) (?:meilleure?s?|plus (?:grande?s?|belles?|beaux?|chaude?s?|douce?s?|"
    r"rapides?)) (?:[\w-]+ ){0,3}(?:du (?:monde|pays|"
    r"marche)|de (?:france|la ville|la region|suisse)|d'europe|des alpes)\b|\bnumero un\b|\bn[o°]\s?1\b|"
    r"\b(?:cliniquement|scientifiquement|medicalement|dermatologiquement) (?:prouve|teste|demontre|approuve)\w*|"
    r"\belue?s? (?:meilleur|produit)\w*|"
    r"\bprimee?s?\b|\bleader (?:mondial|du marche|europeen)\b|\bplus \w+ que (?:toute?s? (?:les )?autres?|n'importe)\b|"
    r"\b(?:guerit|previent|soulage|reduit) (?:le |la |les |l')?(?:cancer|maladies?|douleurs?|rhumes?|cholesterol)\b|"
    r"\b\d+ (?:client|medecin|femme|utilisat)\w+ sur \d+\b|\b\d+ ?% (?:de nos|des) (?:client|utilisat|femme)\w+"
)
_SPANISH = (
    r"\b(?:el|la|los|las|nuestr[oa]s?) (?:mejor(?:es)?|mas \w+) (?:[\w-]+ ){0,3}(?:del (?:mundo|pais|mercado)|de (?:espana|"
    r"la ciudad|europa))\b|"
    r"\bmejor(?:es)? (?:[\w-]+ ){1,3}(?:del (?:mundo|pais|mercado)|de (?:espana|europa))\b|\bnumero uno\b|\bn[o°]\.?\s?1\b|"
    r"\b(?:clinica|cientifica|medica|dermatologica)mente (?:probad|testad|comprobad|demostrad)\w*|\bgalardonad[oa]s?\b|\bpremiad[oa]s?\b|"
    r"\blider (?:mundial|del mercado|europeo)\b|\bmas \w+ que (?:cualquier|tod[oa]s)\b|"
    r"\b(?:cura|previene|alivia|reduce) (?:el |la |los |las )?(?:cancer|enfermedad\w*|dolor\w*|resfriado\w*|colesterol)\b|"
    r"\b\d+ de cada \d+ (?:client|medic|mujer|usuari)\w+|\b(?:el )?\d+ ?% de (?:nuestr[oa]s|l[oa]s) (?:client|usuari|mujer)\w+"
)
CLAIMS = tuple(map(Phrases, (_BEST_OF, _HEALTH, _COUNTED, _COMPARED, _GERMAN, _FRENCH, _SPANISH)))
