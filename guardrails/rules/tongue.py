"""Language: the copy is in the language it says it is in."""

from __future__ import annotations

from collections.abc import Iterator

from guardrails.language import NAMES, guess
from guardrails.rules.base import Copy, Hit, rule


@rule(
    "X19",
    "The copy is in the variant's language, or the brand's when the variant names none.",
    severity="block",
    source="house rule: a customer is written to in the language they chose",
    passes=[
        {"body": "We kept the things you looked at in your basket, so that you can take them with you when it suits you."},
        {"body": "Wir haben dir ein paar Dinge zurückgelegt, die du dir in der letzten Woche bei uns angesehen hast.", "language": "de"},
        {"body": "Bonjour, voilà le Café au lait."},
    ],
    fails=[
        {"body": "Wir haben dir ein paar Dinge zurückgelegt, die du dir in der letzten Woche bei uns angesehen hast."},
        {"body": "We kept the things you looked at in your basket, so that you can take them when it suits you.", "language": "fr"},
    ],
)
def language_is_the_readers(copy: Copy) -> Iterator[Hit]:
    """House rule. Decided only for English, German, French and Spanish, and only for texts long enough; silent otherwise."""
    wanted = {copy.variant.language[:2].lower()}
    if "language" not in copy.variant.model_fields_set:
        wanted.add(copy.brand.default_language[:2])
    texts: dict[str, str] = {}
    for field, view in copy.prose:
        texts.setdefault(field, view.text)
    found = guess(" \n".join(texts.values()), wanted)
    if found:
        asked = NAMES.get(copy.variant.language[:2].lower(), copy.variant.language)
        advice = f"Write it in {asked}, or set the variant's `language` to “{found}”."
        yield Hit("body", None, f"The copy reads as {NAMES[found]}, and {asked} is asked for. {advice}")
