"""A small loop that lets a model call tools before it answers: look, look again, be done. Bounded in steps, and every answer is checked.

Each step is one structured question through the door: `{"step": {"call": TOOL, "arguments": …}}` or `{"step": {"done": …}}`. Arguments are
validated by the tool's own schema; results go back into the next question quoted as data, cut to a length. What a tool refuses is told, not
raised. The last step has no tools left to call and asks for the answer alone, as does every step without tools. An agent's work is a span,
and each call of a tool one beneath it. Which tools are given is the caller's choice: give none that change anything.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Protocol, TypeVar, Union

from pydantic import BaseModel, ConfigDict, Discriminator, Tag, ValidationError, create_model

from journeyman.errors import JourneymanError

if TYPE_CHECKING:
    from agents.ask import Door

T = TypeVar("T", bound=BaseModel)
STEPS = 5
"""Questions asked at most, the final answer among them."""
DONE = "done"
"""The way that ends the loop."""
ROOM = 6_000
"""Characters of one result that are shown."""


class Tool(Protocol):
    """What a LangChain tool is to the loop."""

    name: str
    description: str

    @property
    def args_schema(self) -> Any:
        """A pydantic model of the arguments."""
        ...

    async def ainvoke(self, input: Any) -> Any:
        """The result, JSON in shape. Raises JourneymanError or ValidationError when it refuses."""
        ...


class Step(BaseModel):
    """What every step's schema is: one way to go on, a call of a tool or the answer."""

    model_config = ConfigDict(extra="forbid")

    step: Any


async def work(
    door: Door,
    prompt: str,
    done: type[T],
    tools: Mapping[str, Tool],
    *,
    agent: str,
    check: Callable[[T], T] | None = None,
    review: Callable[[T], str | None] = lambda _answer: None,
    steps: int = STEPS,
    **inputs: Any,
) -> T:
    """The final answer of `agent`, valid as `done` and past `check`, after at most `steps` - 1 calls of `tools`. `review` may send an
    answer back once, with what is the matter. The prompt is given `tools` (`name: what it does`) and `seen` (calls and their results)
    beside `inputs`. Raises ModelError."""
    told = [f"{name}: {' '.join(tool.description.split())}" for name, tool in tools.items()]
    seen: list[dict[str, Any]] = []
    reviewed = False
    with door.spans.agent(agent):
        while True:
            asked = tools if len(seen) - reviewed < steps - 1 else {}
            found = await _asked(door, prompt, done, asked, check, tools=told if asked else [], seen=seen, **inputs)
            if isinstance(found, _Call):
                with door.spans.tool(found.tool.name):
                    seen.append(await _called(found.tool, found.arguments, seen))
            elif not reviewed and (remark := review(found)):
                reviewed = True
                seen.append({"call": "your answer, checked", "result": remark})
            else:
                return found


class _Call(NamedTuple):
    """A tool the model wants called."""

    tool: Tool
    arguments: BaseModel


async def _asked(
    door: Door, prompt: str, done: type[T], offered: Mapping[str, Tool], check: Callable[[T], T] | None, **inputs: Any
) -> T | _Call:
    """One question: the answer, or the call the model would make first."""
    if not offered:
        return (await door.ask(prompt, done, check=check, **inputs)).value

    def checked(reply: Step) -> Step:
        step = reply.step
        if check is None or not hasattr(step, "done"):
            return reply
        return reply.model_copy(update={"step": step.model_copy(update={"done": check(step.done)})})

    step = (await door.ask(prompt, _step(done, offered), check=checked, **inputs)).value.step
    if hasattr(step, "done"):
        answer: T = step.done
        return answer
    return _Call(offered[step.call], step.arguments)


async def _called(tool: Tool, arguments: BaseModel, seen: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A call and its result, or why it was refused; the same call again is answered without making it."""
    given = arguments.model_dump(mode="json", by_alias=True, exclude_none=True)
    call = {"call": tool.name, "arguments": given}
    if any(earlier["call"] == tool.name and earlier["arguments"] == given for earlier in seen if "arguments" in earlier):
        return {**call, "refused": "You have this answer already; see above."}
    try:
        result = await tool.ainvoke(given)
    except JourneymanError as refused:
        return {**call, "refused": f"{refused.message} {refused.remedy or ''}".strip()}
    except ValidationError as refused:
        return {**call, "refused": "; ".join(str(e["msg"]) for e in refused.errors(include_input=False)[:5])}
    text = json.dumps(result, ensure_ascii=False, default=str)
    return {**call, "result": result if len(text) <= ROOM else f"{text[:ROOM]} … (cut)"}


def _step(done: type[BaseModel], tools: Mapping[str, Tool]) -> type[Step]:
    """The schema of one step: a call of one of the tools, or the answer."""
    strict = ConfigDict(extra="forbid")
    ways: list[Any] = []
    for name, tool in tools.items():
        named: Any = Literal[name]
        way = create_model(f"Call_{name}", __config__=strict, call=(named, ...), arguments=(_arguments(name, tool), ...))
        ways.append(Annotated[way, Tag(name)])
    ways.append(Annotated[create_model(f"Done_{done.__name__}", __config__=strict, done=(done, ...)), Tag(DONE)])
    either: Any = Union[tuple(ways)]  # noqa: UP007 (made at run time)
    return create_model(f"{done.__name__}Step", __base__=Step, step=(Annotated[either, Discriminator(_way)], ...))


def _way(step: Any) -> str | None:
    """Which way a step means to go, so that a fault in it is told by that way's rules alone."""
    if isinstance(step, BaseModel):
        return getattr(step, "call", DONE)
    if not isinstance(step, dict):
        return None
    return str(step["call"]) if "call" in step else DONE if DONE in step else None


def _arguments(name: str, tool: Tool) -> type[BaseModel]:
    """The tool's arguments, nothing further allowed."""
    fields: dict[str, Any] = {key: (field.annotation, field) for key, field in tool.args_schema.model_fields.items()}
    return create_model(f"{name}_arguments", __config__=ConfigDict(extra="forbid"), **fields)
