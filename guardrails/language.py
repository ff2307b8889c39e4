"""Which of four languages a text is in, by its most frequent small words. Says nothing when it is not sure.

A few dozen small words make up a large share of any running text, and differ from language to language; Grefenstette ("Comparing two
language identification schemes", 1995) tells languages apart by them. Advertising is terser, so a fifth is asked for here. It is no
identifier of all languages: a text in a fifth one counts few small words of these four and gets no answer, but a near relative
(Portuguese for Spanish) may be taken for one of them.
"""

from __future__ import annotations

import re
from collections.abc import Collection

NAMES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish"}
SHORTEST = 10
"""Words below which nothing is decided."""
_SHARE = 0.22
"""Share of a text's words that must be small words of the language found."""
_FEWEST = 4
"""Small words of its own the language found has at least."""
_LEAD = 3
"""How many times as many small words of its own the language found has as any that was asked for; words both share are left out."""
_SMALL = {
    "en": "the a and of to in is you your for it that with on are we our this be have as at not but from they will when what "
    "can if so all no "
    "has was by an or us just do more there here how now out up about who which them then than were been would could should these those "
    "into some any only where why did does had its their my me he she his her one want take make get see let",
    "de": "der die das und ist sie du dein deine deinen deiner ihr ihre ihren ihrer ihnen fur es mit auf wir uns unser "
    "unsere unseren dieser diese "
    "dieses dir dich haben hat wie bei nicht aber aus von zu zum zur den dem des ein eine einen einem einer im am an in sind werden wird "
    "wenn was kann konnen oder nur noch mehr so alle auch als um durch nach vor bis uber unter schon jetzt hier dann man sich mich mir "
    "ich er war sein keine kein etwas doch dass wieder bitte gibt heute ab",
    "fr": "le la les et de des du est vous votre vos pour il elle que qui avec sur sont nous notre nos ce cette ces dans un "
    "une au aux pas mais plus "
    "par ou si tout tous toute toutes ne se en y a qu on tu te ton ta tes avez avons etre fait comme chez sans deja encore "
    "ici jusqu quand vos leur leurs bien tres aussi meme depuis",
    "es": "el la los las y de del es usted tu tus su sus para que con en por un una unos unas se lo le les te nos nuestro "
    "nuestra nuestros nuestras "
    "este esta estos estas son no pero mas como si ya al a o ha hay muy cuando donde sin hasta desde todo todos toda todas tambien "
    "solo puede puedes tiene tienes sobre entre porque aqui ahora hoy te ti mi eso esto fue ser",
}
_LISTS = {language: frozenset(words.split()) for language, words in _SMALL.items()}
_ALL = frozenset().union(*_LISTS.values())
_FOREIGN = {language: _ALL - small for language, small in _LISTS.items()}
_WORD, _ASCII_WORD = re.compile(r"[^\W\d_]+"), re.compile(r"[a-z]+")


def scores(text: str) -> dict[str, int]:
    """How many words of the text are small words of each language. Accents do not count: give it folded text."""
    return _counted([w.casefold() for w in _WORD.findall(text)])


def _counted(words: list[str]) -> dict[str, int]:
    return {language: sum(map(small.__contains__, words)) for language, small in _LISTS.items()}


def guess(text: str, wanted: Collection[str]) -> str | None:
    """The language the text is in when it is clearly none of `wanted`; None when it is one of them, too short, or not clear.

    A `wanted` language outside the four leaves everything open: None.
    """
    if not all(language in _LISTS for language in wanted):
        return None
    words = (_ASCII_WORD if text.isascii() else _WORD).findall(text.casefold())
    if len(words) < SHORTEST:
        return None
    if any(sum(map(_FOREIGN[language].__contains__, words)) < _FEWEST for language in wanted):
        return None  # another language's words, without those both share, are fewer than it takes
    small = [word for word in words if word in _ALL]
    counted = _counted(small)
    best = max(counted, key=lambda language: counted[language])
    if best in wanted:
        return None
    others = max((n for language, n in counted.items() if language != best), default=0)
    asked = max((counted[language] for language in wanted), default=0)
    different = len(_LISTS[best].intersection(small))
    shared = max((sum(w in _LISTS[best] & _LISTS[language] for w in small) for language in wanted), default=0)
    leads = counted[best] - shared >= max(_FEWEST, _LEAD * (asked - shared))
    sure = different >= _FEWEST and counted[best] >= max(_FEWEST, _SHARE * len(words)) and counted[best] > 1.25 * others and leads
    return best if sure else None
