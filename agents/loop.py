"""A small loop that lets a model call tools before it answers: look, look again, be done. Bounded in steps, and every answer is checked.

Each step is one structured question through the door: `{"step": {"call": TOOL, "arguments": …}}` or `{"step": {"done": …}}`. Arguments are
validated by the tool's own schema; results go back into the next question quoted as data, cut to a length. What a tool refuses is told, not
raised. The last step has no tools left to call; without any tools it is one plain question. Which tools are given is the caller's choice:
give none that change anything.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, Union

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from journeyman.errors import JourneymanError

if TYPE_CHECKING:
    from agents.ask import Door

T = TypeVar("T", bound=BaseModel)
STEPS = 5
"""Questions asked at most, the final answer among them."""
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
    check: Callable[[T], T] | None = None,
    steps: int = STEPS,
    **inputs: Any,
) -> T:
    """The model's final answer, valid as `done` and past `check`, after at most `steps` - 1 calls of `tools`. The prompt is given `tools`
    (`name: what it does`) and `seen` (calls and their results) beside `inputs`. Raises ModelError."""
    if not tools:
        return (await door.ask(prompt, done, check=check, tools=[], seen=[], **inputs)).value
    seen: list[dict[str, Any]] = []
    told = [f"{name}: {' '.join(tool.description.split())}" for name, tool in tools.items()]
    for left in range(steps, 0, -1):
        asked = tools if left > 1 else {}
        schema = _step(done, asked)

        def checked(reply: Step) -> Step:
            step = reply.step
            if check is None or not hasattr(step, "done"):
                return reply
            return reply.model_copy(update={"step": step.model_copy(update={"done": check(step.done)})})

        reply = await door.ask(prompt, schema, check=checked, tools=told if asked else [], seen=seen, **inputs)
        step = reply.value.step
        if hasattr(step, "done"):
            answer: T = step.done
            return answer
        seen.append(await _called(tools[step.call], step.arguments, seen))
    raise AssertionError("the last step has no tool to call")


async def _called(tool: Tool, arguments: BaseModel, seen: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A call and its result, or why it was refused; the same call again is answered without making it."""
    given = arguments.model_dump(mode="json", exclude_none=True)
    call = {"call": tool.name, "arguments": given}
    if any(earlier["call"] == tool.name and earlier["arguments"] == given for earlier in seen):
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
        ways.append(create_model(f"Call_{name}", __config__=strict, call=(named, ...), arguments=(_arguments(name, tool), ...)))
    ways.append(create_model(f"Done_{done.__name__}", __config__=strict, done=(done, ...)))
    either: Any = Union[tuple(ways)]  # noqa: UP007 (made at run time)
    return create_model(f"{done.__name__}Step", __base__=Step, step=(either, ...))


def _arguments(name: str, tool: Tool) -> type[BaseModel]:
    """The tool's arguments, nothing further allowed."""
    fields: dict[str, Any] = {key: (field.annotation, field) for key, field in tool.args_schema.model_fields.items()}
    return create_model(f"{name}_arguments", __config__=ConfigDict(extra="forbid"), **fields)
