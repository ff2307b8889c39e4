"""The one door to a language model. No other file calls one.

    door = Door("openai:gpt-4.1-mini", budget=Budget(tokens=2_000_000), cache=folder)
    reply = await door.ask("write", Copies, brief=…, …)      # reply.value is a valid Copies

Render the prompt → in the cache? → call with structured output (the JSON schema stands in the prompt too, for servers that ignore
response_format) → find the JSON → validate → on a fault tell the model what was wrong (twice at most; a refusal is asked once more, as it
was). Transport is retried apart, with back-off, honouring Retry-After; the client's own retries are off; a model that fails again and
again is left alone for a while. A reply is in the cache before anybody uses it. Every request is written to the ledger, and every answer
is an OpenTelemetry span. A refusal, an empty reply or one that parses to nothing is an error, never a value. It is not a chat: nothing is
remembered from one `ask` to the next.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from opentelemetry.trace import Tracer
from pydantic import BaseModel

from agents._breaker import Breaker
from agents._budget import Budget
from agents._cache import ReplyCache, Turn
from agents._ledger import CostRow, Ledger, MemoryLedger, ModelCall, Outcome, cost_table
from agents._line import Line, Patience, Said, Seat
from agents._reply import Unusable, mended, read, shown, valid, wire_schema, wire_text
from agents._spans import Called, Spans
from agents._transport import Between, Endpoint, Request
from agents.prices import Price, doubt, known_prices
from journeyman.clock import Clock, SystemClock
from journeyman.errors import ModelNonsense, ModelRefused, WorkspaceError
from journeyman.place import place
from prompts import Prompt, load

__all__ = ["Between", "Budget", "CostRow", "Door", "Ledger", "MemoryLedger", "ModelCall", "Price", "Reply", "Request", "cost_table"]

T = TypeVar("T", bound=BaseModel)
Message = tuple[str, str]
MENDS = 2
"""How often a model is told what was wrong with its reply."""
REFUSALS = 2
"""So many refusals of the same request are meant."""


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
class _Asked(Generic[T]):
    """One question under way. `spent`: tokens in, out and cached so far."""

    prompt: Prompt
    key: str
    schema: type[T]
    check: Callable[[T], T] | None
    wire: dict[str, Any]
    messages: list[Message]
    spent: tuple[int, int, int] = (0, 0, 0)


class Door:
    """Asks one model, under one concurrency limit and one budget.

    `model` is `openai:NAME` or any `init_chat_model` name; OPENAI_BASE_URL and OPENAI_API_KEY are read from `env`. `cache` is a folder
    (None: no cache). `timeout`: seconds for one request in all; `tries` of it. After `failures` outages in a row (None: twice the
    concurrency, 8 at least) the model is left alone. `seed` drives the jitter alone. `prices` go before those listed. `options` go to
    the chat model as they are (temperature, …). `between` gets each request and the way to send it, and may answer in its place (a
    recording). `tracer` None: that of the process. `sleep`, `timer` (monotonic seconds) and `deadline`
    are replaced in tests. Raises WorkspaceError when a key or a needed price is missing.
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
        failures: int | None = None,
        seed: int = 0,
        prices: Mapping[str, Price] | None = None,
        options: Mapping[str, Any] | None = None,
        env: Mapping[str, str] = os.environ,
        prompts: Callable[[str], Prompt] = load,
        between: Between | None = None,
        tracer: Tracer | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        timer: Callable[[], float] = time.perf_counter,
        deadline: Callable[[float], AbstractAsyncContextManager[Any]] = asyncio.timeout,
    ) -> None:
        self.model = model
        self.ledger: Ledger = ledger if ledger is not None else MemoryLedger()
        self.budget = budget or Budget()
        self._clock: Clock = clock or SystemClock()
        self._endpoint = Endpoint.find(model, env)
        self._price = {**known_prices(), **(prices or {})}.get(self._endpoint.name)
        if self.budget.money is not None and self._price is None:
            raise WorkspaceError(
                f"A money budget is set but the price of {model} is not known.",
                remedy="Give the model's price under prices: in journeyman.yaml, or use limits.tokens.",
            )
        self._cache = ReplyCache(cache) if cache else None
        self._max_output, self._seed, self._options = max_output, seed, dict(options or {})
        self._settings = {"max_output": max_output, **self._options}
        self._prompts, self._timer = prompts, timer
        self.spans = Spans(self._endpoint, max_output, self._options, env, tracer)
        self._line = Line(
            model,
            self._endpoint,
            budget=self.budget,
            price=self._price,
            breaker=Breaker(model, self._clock, failures=failures or max(8, 2 * concurrency)),
            patience=Patience(timeout, tries, sleep, timer, deadline),
            clock=self._clock,
            concurrency=concurrency,
            max_output=max_output,
            options=self._options,
            between=between,
        )

    @property
    def doubt(self) -> str | None:
        """What a person should know of this model's price: missing, or old."""
        return doubt(self._endpoint.name, self._price, self._clock.now().date())

    async def ask(self, prompt_id: str, schema: type[T], *, check: Callable[[T], T] | None = None, **inputs: Any) -> Reply[T]:
        """A reply valid as `schema`, and accepted by `check` (returns the value; raises ValueError with what to tell the model).

        Raises ModelRefused, ModelNonsense, ModelUnavailable, BudgetSpent; PromptError when the inputs are not the prompt's.
        """
        desk, gate = await self._line.limits()
        async with desk:
            asked = self._asked(prompt_id, schema, check, inputs)
            if (kept := self._kept(asked)) is not None:
                self._record(asked, "cached")
                self.spans.cached(asked.prompt)
                return Reply(kept, asked.prompt.hash, self.model, cached=True)
            async with Seat(gate) as seat:
                with self.spans.call(asked.prompt, asked.key[:16]) as called:
                    return await self._converse(asked, called, seat)

    def _asked(self, prompt_id: str, schema: type[T], check: Callable[[T], T] | None, inputs: dict[str, Any]) -> _Asked[T]:
        prompt, shape = self._prompts(prompt_id), wire_text(schema)
        messages: list[Message] = [*prompt.render(**inputs, schema=shape)]
        return _Asked(prompt, self._key(prompt, messages, shape), schema, check, wire_schema(schema), messages)

    def _kept(self, asked: _Asked[T]) -> T | None:
        """The reply in the cache, if it is still valid: schema or check may have moved on."""
        if self._cache is None or (kept := self._cache.get(asked.key)) is None:
            return None
        try:
            return valid(asked.schema, kept, asked.check)
        except Unusable:
            return None

    async def _converse(self, asked: _Asked[T], called: Called, seat: Seat) -> Reply[T]:
        prompt, instructions = asked.prompt, asked.messages[0][1]
        draw = random.Random(f"{self._seed}:{asked.key}")  # noqa: S311
        turns: list[Turn] = self._cache.turns(asked.key)[: 1 + MENDS] if self._cache else []
        started, refused = self._timer(), 0

        def troubled(seconds: float) -> None:
            self._record(asked, "transport", seconds=seconds)
            called.request("transport")

        while len(turns) <= MENDS:
            messages = _with(asked.messages, turns)
            await seat.take()
            said = await self._line.say(Request(prompt, tuple(messages), asked.wire, self.model, self._settings), draw, troubled)
            await seat.give()
            asked.spent = (asked.spent[0] + said.tokens_in, asked.spent[1] + said.tokens_out, asked.spent[2] + said.tokens_cached)
            if said.refusal:
                self._told(asked, called, "refused", said)
                refused += 1
                if refused < REFUSALS:
                    continue
                self._over(asked)
                raise ModelRefused(
                    f"{self.model} declined the prompt {prompt.id}: {self._endpoint.scrub(said.refusal)}",
                    remedy="Reword the goal or brief, or use another model.",
                )
            try:
                if said.finish == "length":
                    raise Unusable(f"It was cut off after {said.tokens_out} tokens: be shorter.")
                value = read(asked.schema, said.text, asked.check, instructions)
            except Unusable as problem:
                turns.append((shown(said.text), str(problem)))
                if self._cache:
                    self._cache.go_on(asked.key, turns)
                self._told(asked, called, "invalid", said)
                continue
            if self._cache:
                self._cache.put(asked.key, value.model_dump(mode="json", by_alias=True))
            self._told(asked, called, "ok", said)
            called.content(messages, said.text)
            cost = self._price.of(*asked.spent) if self._price else None
            return Reply(value, prompt.hash, self.model, *asked.spent[:2], cost, self._timer() - started)
        self._over(asked)
        raise ModelNonsense(
            f"{self.model} gave no valid reply to the prompt {prompt.id} in {1 + MENDS} tries. Last: {self._endpoint.scrub(turns[-1][1])}",
            remedy="Use a stronger model, or model: offline.",
        )

    def _over(self, asked: _Asked[T]) -> None:
        """The conversation led nowhere: the next one starts afresh."""
        if self._cache:
            self._cache.end(asked.key)

    def _key(self, prompt: Prompt, messages: list[Message], shape: str) -> str:
        where = self._endpoint.base_url or ""
        known = json.dumps([prompt.hash, messages, shape, self.model, where, self._max_output, self._options], sort_keys=True, default=str)
        return hashlib.sha256(known.encode()).hexdigest()

    def _told(self, asked: _Asked[T], called: Called, outcome: Outcome, said: Said) -> None:
        """A reply came; what it cost is written down."""
        self._record(asked, outcome, said.tokens_in, said.tokens_out, said.tokens_cached, said.seconds)
        called.request(outcome, said)
        called.cost(self._price.of(*asked.spent) if self._price else None)

    def _record(
        self, asked: _Asked[T], outcome: Outcome, tokens_in: int = 0, tokens_out: int = 0, tokens_cached: int = 0, seconds: float = 0.0
    ) -> None:
        here = place.get()
        cost = 0.0 if outcome == "cached" else self._price.of(tokens_in, tokens_out, tokens_cached) if self._price else None
        self.ledger.record(
            ModelCall(
                prompt=asked.prompt.id,
                prompt_version=asked.prompt.version,
                prompt_hash=asked.prompt.hash,
                model=self.model,
                at=self._clock.now(),
                outcome=outcome,
                tokens_in=tokens_in,
                tokens_out=tokens_out,
                tokens_cached=tokens_cached,
                cost=cost,
                seconds=max(0.0, seconds),
                ask=asked.key[:16],
                run=here.run if here else None,
                step=here.step if here else None,
            )
        )


def _with(messages: list[Message], turns: list[Turn]) -> list[Message]:
    """The conversation so far: what the model said, and what it was told about it."""
    said: list[Message] = [m for text, why in turns for m in (("assistant", text), ("user", mended(why))) if m[1].strip()]
    return [*messages, *said]
