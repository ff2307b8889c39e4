"""Copy and what is thought of it: briefs, variants, violations, verdicts."""

from __future__ import annotations

import hashlib
from typing import Literal

from pydantic import Field

from journeyman.domain.base import Channel, Id, Record, Regulated, Short, Text, Topic
from journeyman.domain.plan import Incentive


class Brief(Record):
    """One cell of the action sets: an order for `count` variants."""

    id: Id
    channel: Channel
    theme: Short
    tone: Short
    product: Short | None = None
    incentive: Incentive | None = None
    language: str = "en"
    count: int = Field(default=1, ge=1, le=100)
    note: Text = ""
    """Anything else the writer should know: a hypothesis to test, a repair to make."""
    translates: list[Id] = Field(default_factory=list, max_length=100)
    """Approved variants whose idea is carried over into `language`; empty: new ideas are wanted."""


class Cta(Record):
    """The call to action."""

    label: Short
    url: str = Field(max_length=2000)


class Variant(Record):
    """One message for one channel: Jinja2 text over declared variables. Fields a channel does not use are absent.

    `subject`, `preheader`, `body`, `cta` for e-mail; `title`, `body`, `cta` for push and in-app; `body` for SMS.
    """

    id: Id
    channel: Channel
    language: str = "en"
    subject: Text | None = None
    preheader: Text | None = None
    title: Text | None = None
    body: Text
    cta: Cta | None = None
    theme: Short = ""
    tone: Short = ""
    product: Short | None = None
    topic: Topic = "marketing"
    regulated: Regulated = "none"
    incentive: Incentive | None = None

    def texts(self) -> dict[str, str]:
        """The fields a customer sees, by name (`cta.label` and `cta.url` included), in reading order."""
        seen = {"subject": self.subject, "preheader": self.preheader, "title": self.title, "body": self.body}
        if self.cta:
            seen |= {"cta.label": self.cta.label, "cta.url": self.cta.url}
        return {name: text for name, text in seen.items() if text is not None}

    def fingerprint(self) -> str:
        """sha256 of the content, hex: what an approval is an approval of. Any edit changes it."""
        return hashlib.sha256(self.model_dump_json(exclude_none=True).encode()).hexdigest()


class Rendered(Record):
    """A variant filled in for one customer: plain text, no template syntax left."""

    subject: str | None = None
    preheader: str | None = None
    title: str | None = None
    body: str
    cta: Cta | None = None


class Violation(Record):
    """One broken rule; `span` is [start, end) in characters of `field`, None for the whole field."""

    rule: str = Field(pattern=r"^[ESPIX]\d\d$")
    severity: Literal["block", "warn"]
    field: str
    span: tuple[int, int] | None = None
    message: str


class Verdict(Record):
    """What `check` says of one variant: any block rejects; `escalate` is for what only a person or model can settle."""

    id: str
    verdict: Literal["approve", "reject", "escalate"]
    violations: list[Violation] = Field(default_factory=list)


class Written(Record):
    """A variant with where it came from; the row of the library."""

    variant: Variant
    brief: Id
    author: Short
    """`offline` or the model's name."""
    prompt: str | None = None
    """The prompt's hash, None when no model was asked."""
    skeleton: str | None = None
    """The offline writer's sentence pattern, so that none repeats in a row."""
