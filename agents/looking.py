"""A model that may look before it answers: a bounded loop over `Door.ask`'s structured replies, so that it works on every provider.

Each step the model either looks (names a tool with its arguments, a typed record) or answers. What a look found is shown in the next step
as data. A look is only ever one of the typed tools; arguments that do not fit are told back by the door; the last step must answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel

from agents.ask import Door, Reply
from journeyman.errors import JourneymanError

LOOKS = 8
"""Looks a model may take before it must answer."""
SHOWN = 4_000
"""Characters of one finding that are shown."""


class Step(Protocol):
    """What the model says in a step: `look` is None when it answers."""

    @property
    def look(self) -> BaseModel | None: ...


S = TypeVar("S", bound=BaseModel)
Tool = Callable[[Any], Any]
"""From a look (its record) to what was found: anything JSON holds. May raise JourneymanError, which the model is told."""


async def look_and_answer(
    door: Door,
    prompt: str,
    schema: type[S],
    tools: dict[type[BaseModel], Tool],
    *,
    check: Callable[[S], S] = lambda step: step,
    review: Callable[[S], str | None] = lambda _step: None,
    looks: int = LOOKS,
    **inputs: Any,
) -> Reply[S]:
    """The reply of the step that answers. The prompt takes `seen` (looks and what they found) and `left` (looks that are left) besides
    `inputs`. `review` may send an answer back once, with what is the matter. Raises what `Door.ask` raises."""
    seen: list[dict[str, Any]] = []
    told = False

    def bounded(step: S) -> S:
        look = _look(step)
        if look is not None and len(seen) >= looks:
            raise ValueError("No looks are left: answer now, look null.")
        return check(step)

    while True:
        reply = await door.ask(prompt, schema, check=bounded, seen=seen, left=max(looks - len(seen), 0), **inputs)
        if (look := _look(reply.value)) is not None:
            seen = [*seen, {"look": look.model_dump(mode="json", by_alias=True), "found": _found(tools, look, seen)}]
        elif not told and (remark := review(reply.value)):
            told, seen = True, [*seen, {"look": "your answer, checked", "found": remark}]
        else:
            return reply


def _look(step: BaseModel) -> BaseModel | None:
    look: BaseModel | None = getattr(step, "look", None)
    return look


def _found(tools: dict[type[BaseModel], Tool], look: BaseModel, seen: Sequence[dict[str, Any]]) -> str:
    """What a look found, as text no longer than SHOWN."""
    if look.model_dump(mode="json", by_alias=True) in [s["look"] for s in seen]:
        return "You have looked there already; it stands above."
    try:
        found = tools[type(look)](look)
    except JourneymanError as problem:
        found = {"error": f"{problem.message} {problem.remedy or ''}".strip()}
    text = json.dumps(found, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]} … (cut)"
