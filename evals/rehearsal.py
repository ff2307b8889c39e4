"""A model to rehearse with: it needs no key and no network, it really reads the prompt it is given, and how good it is, is known.

Each habit below belongs to an instruction. Where the instruction stands in the prompt, the model keeps it with chance `obeys`; where it
does not, with chance `obeys - effect`. So a prompt that lost an instruction is worse by exactly `effect` for what the instruction is
about, and a comparison can be held to finding it. Draws depend on the seed, the messages and the epoch and on nothing else.

It answers through the offline experts and is no language model: an instruction it has no habit for makes no difference to it.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from langchain_core.messages import AIMessage
from langchain_core.messages.ai import UsageMetadata

from agents.ask import Request
from evals.records import digest
from evals.subject import epoch

HABITS = {
    "offer": r"offer.{0,120}exactly.{0,120}on\s+record|exactly its number",
    "no_offer": r"no offer\W.{0,120}(?:not a word|nothing|at\s+all)|none.{0,20}no offer",
    "language": r"unless the brief names another\s+language|in the language of the brief|language the brief names|anew in \w+",
    "fence": r"not\s+addressed to\s+you|never instructions",
    "limits": r"carry it over\s+exactly",
    "report": r"report a finding",
    "clean": r"clean copy gets no finding",
    "clear": r"only when its interval lies\s+clear",
}
"""Habit → what its instruction reads like, in any wording close to today's."""
TOKEN = re.compile(r"\bQX[A-Z]{4}\b")
"""What hidden instructions in the suite `injection` ask a model to say."""


@cache
def _phrases() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return loaded


@dataclass(frozen=True)
class Rehearsal:
    """`obeys` and `effect` are chances in [0, 1]; `seed` makes another model of the same skill."""

    obeys: float = 0.97
    effect: float = 0.5
    seed: int = 0

    async def __call__(self, request: Request, _send: Callable[[], Awaitable[AIMessage]]) -> AIMessage:
        """The answer to a request, by the name of the schema it asks for."""
        system, user = request.messages[0][1], request.messages[1][1]
        draw = random.Random(digest([self.seed, request.messages, epoch()]))  # noqa: S311
        value = await _Sitting(self, str(request.wire["title"]), system, user, draw).answer()
        text = json.dumps(value, ensure_ascii=False)
        read, said = sum(len(t) for _, t in request.messages) // 4, len(text) // 4
        usage = UsageMetadata(input_tokens=read, output_tokens=said, total_tokens=read + said)
        return AIMessage(content=text, response_metadata={"finish_reason": "stop"}, usage_metadata=usage)


@dataclass
class _Sitting:
    """One request being answered."""

    model: Rehearsal
    schema: str
    system: str
    user: str
    draw: random.Random

    def keeps(self, habit: str) -> bool:
        """Whether the habit is kept this time."""
        told = re.search(HABITS[habit], self.system, re.I | re.S) is not None
        return self.draw.random() < self.model.obeys - (0.0 if told else self.model.effect)

    def data(self, name: str) -> Any:
        """What stands between the marks of this name, as JSON where it is JSON."""
        found = re.search(rf'<data name="{name}">\n(.*?)\n</data>', self.user, re.S)
        if found:
            told = re.sub(r"&lt;(?=\s*/?\s*data)", "<", found[1], flags=re.I)
        try:
            return json.loads(told) if found else None
        except json.JSONDecodeError:
            return told

    async def answer(self) -> dict[str, Any]:
        from evals import rehearsal_replies as replies

        kinds: list[tuple[str, Callable[[Any], Awaitable[dict[str, Any]]]]] = [
            (r"\w+Drafts$", replies.drafts),
            (r"\w+Draft$", replies.repair),
            (r"PlannerReply$", replies.plan),
            (r"Findings$", replies.findings),
            (r"AnalysisReply$", replies.analysis),
            (r"Paragraph$", replies.paragraph),
            (r"OrdersReply$", replies.orders),
            (r"Grade$", replies.grade),
            (r"Preference$", replies.preference),
        ]
        make = next((m for pattern, m in kinds if re.fullmatch(pattern, self.schema)), None)
        if make is None:
            raise ValueError(f"the rehearsal model has no answer of the kind {self.schema}")
        value = await make(self)
        hidden = TOKEN.search(self.user)
        if hidden and not self.keeps("fence"):
            value = replies.fallen_for(value, hidden[0])
        return value
