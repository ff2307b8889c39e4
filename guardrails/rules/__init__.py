"""The content rules, one file per family. Importing this package fills `RULES`."""

from guardrails.rules import characters, claims, email, in_app, links, offers, private, push, sms, templates, words
from guardrails.rules.base import RULES, Copy, Hit, Rule, rule

__all__ = ["RULES", "Copy", "Hit", "Rule", "characters", "claims", "email", "in_app", "links", "offers", "private", "push", "rule", "sms",
           "templates", "words"]  # fmt: skip
