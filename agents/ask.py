"""The one door to a language model. No other file calls one.

    door = Door("openai:gpt-4.1-mini", budget=Budget(tokens=2_000_000), cache=folder)
    reply = await door.ask("write", Copies, brief=…, …)      # reply.value is a valid Copies

Render the prompt → in the cache? → call with structured output (the JSON schema stands in the prompt too, for servers that ignore
response_format) → find the JSON → validate → on a fault tell the model what was wrong (twice at most). Transport is retried apart, with
back-off, honouring Retry-After; the client's own retries are off. Every request is written to the ledger. A refusal, an empty reply or
one that parses to nothing is an error, never a value. It is not a chat: nothing is remembered from one `ask` to the next.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from pydantic import BaseModel
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt

from agents._cache import ReplyCache
from agents._ledger import Budget, CostRow, Ledger, MemoryLedger, ModelCall, Outcome, Price, cost_table, known_prices
from agents._reply import Unusable, json_in, mended, valid, wire_schema
from agents._transport import Between, Endpoint, Request, Trouble, diagnose, pause
from journeyman.clock import Clock, SystemClock
from journeyman.errors import ModelNonsense, ModelRefused, ModelUnavailable, WorkspaceError
from prompts import Prompt, load

__all__ = ["Between", "Budget", "CostRow", "Door", "Ledger", "MemoryLedger", "ModelCall", "Price", "Reply", "Request", "cost_table"]

T = TypeVar("T", bound=BaseModel)
MENDS = 2
"""How often a model is told what was wrong with its reply."""


@dataclass(frozen=True)
class Reply(Generic[T]):
    """A valid value and what it took. Tokens, cost (US dollars, None: unknown) and seconds add up all requests made for it."""

    value: T
    prompt_hash: str
    model: str
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float | None = 0.0
    seconds: float = 0.0
    cached: bool = False


@dataclass
class _Line:
    """What belongs to one event loop."""

    loop: asyncio.AbstractEventLoop
    chat: BaseChatModel
    gate: asyncio.Semaphore


class _Broken(Exception):
    """Transport trouble, for tenacity to weigh."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.said)
        self.trouble = trouble


class Door:
    """Asks one model, under one concurrency limit and one budget.

    `model` is `openai:NAME` or any `init_chat_model` name; OPENAI_BASE_URL and OPENAI_API_KEY are read from `env`. `cache` is a folder
    (None: no cache). `seed` drives the jitter alone. `sleep` and `timer` (monotonic seconds) are replaced in tests. `options` go to the
    chat model as they are (temperature, …). `between` stands between the door and the line: it gets each request and the way to send it,
    and may answer in its place (a recording). Raises WorkspaceError when a key or a needed price is missing.
    """

    def __init__(
        self,
        model: str,
        *,
        ledger: Ledger | None = None,
        budget: Budget | None = None,
        cache: Path | None = None,
        concurrency: int = 8,
        clock: Clock | None = None,
        timeout: float = 120.0,
        max_output: int = 8192,
        tries: int = 6,
        seed: int = 0,
        prices: Mapping[str, Price] | None = None,
        options: Mapping[str, Any] | None = None,
        env: Mapping[str, str] = os.environ,
        prompts: Callable[[str], Prompt] = load,
        between: Between | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.model = model
        self.ledger: Ledger = ledger if ledger is not None else MemoryLedger()
        self.budget = budget or Budget()
        self._endpoint = Endpoint.find(model, env)
        self._price = {**known_prices(), **(prices or {})}.get(self._endpoint.name)
        if self.budget.money is not None and self._price is None:
            raise WorkspaceError(
                f"A money budget is set but the price of {model} is not known.", remedy="Use limits.tokens, or give the model's price."
            )
        self._cache = ReplyCache(cache) if cache else None
        self._concurrency, self._timeout, self._max_output, self._tries, self._seed = concurrency, timeout, max_output, tries, seed
        self._options = dict(options or {})
        self._clock: Clock = clock or SystemClock()
        self._prompts, self._between, self._sleep, self._timer = prompts, between, sleep, timer
        self._line: _Line | None = None
        self._plain = False
        """The server refused response_format: the schema in the prompt has to do."""

    async def ask(self, prompt_id: str, schema: type[T], *, check: Callable[[T], T] | None = None, **inputs: Any) -> Reply[T]:
        """A reply valid as `schema`, and accepted by `check` (returns the value; raises ValueError with what to tell the model).

        Raises ModelRefused, ModelNonsense, ModelUnavailable, BudgetSpent; PromptError when the inputs are not the prompt's.
        """
        prompt = self._prompts(prompt_id)
        wire = wire_schema(schema)
        messages: list[tuple[str, str]] = [*prompt.render(**inputs, schema=json.dumps(wire, ensure_ascii=False))]
        key = self._key(prompt, messages, wire)
        if self._cache and (kept := self._cache.get(key)) is not None:
            try:
                value = valid(schema, kept, check)
            except Unusable:
                pass  # the schema or the check has moved on: ask again
            else:
                self._record(prompt, "cached", 0, 0, 0.0)
                return Reply(value, prompt.hash, self.model, cached=True)
        line = self._open()
        async with line.gate:
            reply = await self._converse(line.chat, prompt, wire, messages, schema, check, random.Random(f"{self._seed}:{key}"))  # noqa: S311
        if self._cache:
            self._cache.put(key, reply.value.model_dump(mode="json", by_alias=True))
        return reply

    async def _converse(
        self,
        chat: BaseChatModel,
        prompt: Prompt,
        wire: dict[str, Any],
        messages: list[tuple[str, str]],
        schema: type[T],
        check: Callable[[T], T] | None,
        draw: random.Random,
    ) -> Reply[T]:
        spent_in = spent_out = 0
        started, why = self._timer(), ""
        for _ in range(1 + MENDS):
            said, tokens_in, tokens_out, seconds = await self._request(chat, prompt, wire, messages, draw)
            spent_in, spent_out = spent_in + tokens_in, spent_out + tokens_out
            refusal = said.additional_kwargs.get("refusal")
            finish = said.response_metadata.get("finish_reason") or said.response_metadata.get("stop_reason")
            if refusal or finish in ("content_filter", "refusal"):
                self._record(prompt, "refused", tokens_in, tokens_out, seconds)
                raise ModelRefused(
                    f"{self.model} declined the prompt {prompt.id}: {self._endpoint.scrub(refusal or 'its content filter stepped in')}",
                    remedy="Reword the goal or brief, or use another model.",
                )
            text = str(said.text)
            try:
                if finish == "length":
                    raise Unusable(f"It was cut off after {tokens_out} tokens: be shorter.")
                value = valid(schema, json_in(text), check)
            except Unusable as problem:
                why = str(problem)
                self._record(prompt, "invalid", tokens_in, tokens_out, seconds)
                messages = [*messages, ("assistant", text), ("user", mended(why))] if text.strip() else [*messages, ("user", mended(why))]
                continue
            self._record(prompt, "ok", tokens_in, tokens_out, seconds)
            cost = self._price.of(spent_in, spent_out) if self._price else None
            return Reply(value, prompt.hash, self.model, spent_in, spent_out, cost, self._timer() - started)
        raise ModelNonsense(
            f"{self.model} gave no valid reply to the prompt {prompt.id} in {1 + MENDS} tries. Last: {self._endpoint.scrub(why)}",
            remedy="Use a stronger model, or model: offline.",
        )

    async def _request(
        self, chat: BaseChatModel, prompt: Prompt, wire: dict[str, Any], messages: list[tuple[str, str]], draw: random.Random
    ) -> tuple[AIMessage, int, int, float]:
        """One answer, transport retried: message, tokens in and out (guessed from lengths where the server counts none), seconds."""
        guess = sum(len(text) for _, text in messages) // 3 + 1
        worst = (guess + self._max_output, self._price.of(guess, self._max_output) if self._price else None)

        async def once() -> tuple[AIMessage, int, int, float]:
            self.budget.hold(*worst)
            used, money = 0, 0.0
            started = self._timer()
            try:
                live = partial(self._send, chat, wire, messages)
                said = await (self._between(self._told(prompt, wire, messages), live) if self._between else live())
                counted = said.usage_metadata
                took, gave = (counted["input_tokens"], counted["output_tokens"]) if counted else (guess, len(str(said.text)) // 3 + 1)
                used, money = took + gave, self._price.of(took, gave) if self._price else 0.0
                return said, took, gave, self._timer() - started
            except _Broken:
                self._record(prompt, "transport", 0, 0, self._timer() - started)
                raise
            finally:
                self.budget.settle(worst, used, money)

        def wait(state: RetryCallState) -> float:
            problem = state.outcome.exception() if state.outcome else None
            assert isinstance(problem, _Broken)
            return pause(state.attempt_number, problem.trouble, draw)

        passing = retry_if_exception(lambda problem: isinstance(problem, _Broken) and problem.trouble.passing)
        retrying = AsyncRetrying(stop=stop_after_attempt(self._tries), wait=wait, retry=passing, sleep=self._sleep, reraise=True)
        try:
            return await retrying(once)
        except _Broken as problem:
            raise ModelUnavailable(f"{self.model} {problem.trouble.said}.", remedy=problem.trouble.remedy) from None

    async def _send(self, chat: BaseChatModel, wire: dict[str, Any], messages: list[tuple[str, str]]) -> AIMessage:
        """One HTTP request. Raises _Broken for trouble on the line."""
        strict = {"strict": True} if self._endpoint.compatible else {}
        try:
            if self._plain:
                return await chat.ainvoke(messages)
            shaped = chat.with_structured_output(wire, method="json_schema", include_raw=True, **strict)
            answer = await shaped.ainvoke(messages)
            assert isinstance(answer, dict)
            raw: AIMessage = answer["raw"]
            return raw
        except Exception as problem:
            if not self._plain and getattr(problem, "status_code", None) in (400, 422) and "response_format" in str(problem):
                self._plain = True
                return await self._send(chat, wire, messages)
            if (cut := _stopped(problem)) is not None:
                return cut
            if (trouble := diagnose(problem, self._endpoint, self._clock.now())) is None:
                raise
            raise _Broken(trouble) from None

    def _told(self, prompt: Prompt, wire: dict[str, Any], messages: list[tuple[str, str]]) -> Request:
        return Request(prompt, tuple(messages), wire, self.model, {"max_output": self._max_output, **self._options})

    def _open(self) -> _Line:
        loop = asyncio.get_running_loop()
        if self._line is None or self._line.loop is not loop:
            chat = self._endpoint.open(self._timeout, self._max_output, self._options)
            self._line = _Line(loop, chat, asyncio.Semaphore(self._concurrency))
        return self._line

    def _key(self, prompt: Prompt, messages: list[tuple[str, str]], wire: dict[str, Any]) -> str:
        place = self._endpoint.base_url or ""
        known = json.dumps([prompt.hash, messages, wire, self.model, place, self._max_output, self._options], sort_keys=True, default=str)
        return hashlib.sha256(known.encode()).hexdigest()

    def _record(self, prompt: Prompt, outcome: Outcome, tokens_in: int, tokens_out: int, seconds: float) -> None:
        spared = outcome == "cached"
        cost = 0.0 if spared else self._price.of(tokens_in, tokens_out) if self._price else None
        self.ledger.record(
            ModelCall(
                prompt=prompt.id,
                prompt_version=prompt.version,
                prompt_hash=prompt.hash,
                model=self.model,
                at=self._clock.now(),
                outcome=outcome,
                tokens_in=tokens_in,
                tokens_out=tokens_out,
                cost=cost,
                seconds=max(0.0, seconds),
            )
        )


def _stopped(problem: Exception) -> AIMessage | None:
    """The message behind the client's exceptions for a reply that hit the length limit or a content filter; None for any other."""
    reason = {"LengthFinishReasonError": "length", "ContentFilterFinishReasonError": "content_filter"}.get(type(problem).__name__)
    if reason is None:
        return None
    usage = getattr(getattr(problem, "completion", None), "usage", None)
    counted = (
        {"input_tokens": usage.prompt_tokens, "output_tokens": usage.completion_tokens, "total_tokens": usage.total_tokens}
        if usage
        else None
    )
    return AIMessage(content="", response_metadata={"finish_reason": reason}, usage_metadata=counted)
