"""The content rules, one file per family. Importing this package fills `RULES`."""

from guardrails.rules import (
    characters,
    claims,
    credit,
    email,
    in_app,
    letter,
    links,
    offers,
    orders,
    people,
    private,
    push,
    sms,
    templates,
    tongue,
    urgency,
    words,
)
from guardrails.rules.base import RULES, Copy, Hit, Rule, rule

__all__ = ["RULES", "Copy", "Hit", "Rule", "characters", "claims", "credit", "email", "in_app", "letter", "links", "offers", "orders",
           "people", "private", "push", "rule", "sms", "templates", "tongue", "urgency", "words"]  # fmt: skip
