"""The line to one model: a request at a time per caller, trouble on the way retried, under a budget, a deadline and a circuit breaker.

Connections are kept for the next call as long as the event loop lives; its end closes them. What a reply means is not known here.
"""

from __future__ import annotations

import asyncio
import random
import ssl
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import httpx
from httpx_aiohttp import HttpxAiohttpClient
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt

from agents._breaker import Breaker
from agents._budget import Budget
from agents._transport import Between, Broken, Endpoint, Request, diagnose, pause
from agents.prices import Price
from journeyman.clock import Clock
from journeyman.errors import ModelUnavailable

IDLE = 5.0
"""Seconds a connection is kept unused: common servers close theirs after about as long."""


@dataclass(frozen=True)
class Said:
    """A model's answer. `finish`: why it ended, in the provider's word. Tokens are guessed from lengths where the server counts none;
    `tokens_cached` of `tokens_in` the provider had already. `seconds` of the request that brought it."""

    text: str
    finish: str
    refusal: str
    tokens_in: int
    tokens_out: int
    tokens_cached: int
    seconds: float
    model: str
    id: str


@dataclass(frozen=True)
class Patience:
    """How long a call may take. `timeout`: seconds for one request in all, however slowly it drips. `sleep`, `timer` (monotonic
    seconds) and `deadline` are replaced in tests."""

    timeout: float
    tries: int
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    timer: Callable[[], float] = time.perf_counter
    deadline: Callable[[float], AbstractAsyncContextManager[Any]] = asyncio.timeout


class Seat:
    """One caller's place among those that may be under way at once. A context: taken on entering; in it, given to the next caller as
    soon as a reply is there, which goes out before the reply is made sense of, and taken again for the next request."""

    def __init__(self, gate: asyncio.Semaphore) -> None:
        self._gate, self._mine = gate, False

    async def take(self) -> None:
        """Waits for a place, unless one is held."""
        if not self._mine:
            await self._gate.acquire()
            self._mine = True

    async def give(self) -> None:
        """Lets the next caller go first."""
        self._release()
        await asyncio.sleep(0)

    async def __aenter__(self) -> Seat:
        await self.take()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._release()

    def _release(self) -> None:
        if self._mine:
            self._mine = False
            self._gate.release()


@dataclass
class _Open:
    """What belongs to one event loop. `keeper` closes the client when the loop ends."""

    loop: asyncio.AbstractEventLoop
    chat: BaseChatModel
    desk: asyncio.Semaphore
    gate: asyncio.Semaphore
    keeper: AsyncGenerator[httpx.AsyncClient, None]


class Line:
    """See the module. `plain` becomes true for good when the server refuses response_format."""

    def __init__(
        self,
        model: str,
        endpoint: Endpoint,
        *,
        budget: Budget,
        price: Price | None,
        breaker: Breaker,
        patience: Patience,
        clock: Clock,
        concurrency: int,
        max_output: int,
        options: Mapping[str, Any],
        between: Between | None,
    ) -> None:
        self._model, self._endpoint, self._budget, self._price = model, endpoint, budget, price
        self._breaker, self._patience, self._clock, self._between = breaker, patience, clock, between
        self._concurrency, self._max_output, self._options = concurrency, max_output, options
        self._open: _Open | None = None
        self.plain = False

    async def limits(self) -> tuple[asyncio.Semaphore, asyncio.Semaphore]:
        """Of this event loop: the desk, where twice as many questions are made ready as may be under way (if all were at once, the first
        would wait for the last), and the gate, which holds back calls over the concurrency limit."""
        here = await self._here()
        return here.desk, here.gate

    async def say(self, request: Request, draw: random.Random, troubled: Callable[[float], None]) -> Said:
        """One answer. `troubled` is told the seconds of every try that failed. Raises ModelUnavailable, CircuitOpen, BudgetSpent."""
        chat, patience, messages = (await self._here()).chat, self._patience, request.messages
        live = partial(self._send, chat, request)
        guess = sum(len(text.encode()) for _, text in messages) // 3 + 1
        worst = (guess + self._max_output, self._price.of(guess, self._max_output) if self._price else None)

        async def once() -> Said:
            with self._breaker.watch():
                self._budget.hold(*worst)
                used, money, started = 0, 0.0, patience.timer()
                try:
                    answer = await (self._between(request, live) if self._between else live())
                    said = _said(answer, guess, patience.timer() - started)
                    used = said.tokens_in + said.tokens_out
                    money = self._price.of(said.tokens_in, said.tokens_out, said.tokens_cached) if self._price else 0.0
                    return said
                except Broken:
                    troubled(patience.timer() - started)
                    raise
                finally:
                    self._budget.settle(worst, used, money)

        def wait(state: RetryCallState) -> float:
            problem = state.outcome.exception() if state.outcome else None
            assert isinstance(problem, Broken)
            return pause(state.attempt_number, problem.trouble, draw)

        passing = retry_if_exception(lambda problem: isinstance(problem, Broken) and problem.trouble.passing)
        stop = stop_after_attempt(patience.tries)
        try:
            return await AsyncRetrying(stop=stop, wait=wait, retry=passing, sleep=patience.sleep, reraise=True)(once)
        except Broken as broken:
            raise ModelUnavailable(f"{self._model} {broken.trouble.said}.", remedy=broken.trouble.remedy) from None

    async def _send(self, chat: BaseChatModel, request: Request) -> AIMessage:
        """One HTTP request. Raises Broken for trouble on the line."""
        messages = list(request.messages)
        try:
            async with self._patience.deadline(self._patience.timeout):
                if self.plain:
                    return await chat.ainvoke(messages)
                if self._endpoint.compatible:
                    return await chat.bind(extra_body=self._shape(request)).ainvoke(messages)
                answer = await chat.with_structured_output(dict(request.wire), method="json_schema", include_raw=True).ainvoke(messages)
            assert isinstance(answer, dict)
            raw: AIMessage = answer["raw"]
            return raw
        except Exception as problem:
            if not self.plain and getattr(problem, "status_code", None) in (400, 422) and "response_format" in str(problem):
                self.plain = True
                return await self._send(chat, request)
            if (cut := _stopped(problem)) is not None:
                return cut
            if (trouble := diagnose(problem, self._endpoint, self._clock.now())) is None:
                raise
            raise Broken(trouble) from None

    def _shape(self, request: Request) -> dict[str, Any]:
        """What asks for structured output, put into the body as it is: handed to the client as a parameter, the schema is walked through
        and the reply parsed there, at half of all the time a call costs us."""
        schema = {"name": request.wire["title"], "strict": True, "schema": request.wire}
        return {**(self._options.get("extra_body") or {}), "response_format": {"type": "json_schema", "json_schema": schema}}

    async def _here(self) -> _Open:
        """Opened once for each event loop."""
        loop = asyncio.get_running_loop()
        if self._open is None or self._open.loop is not loop:
            keeper = _kept(self._concurrency)
            chat = self._endpoint.open(await anext(keeper), self._patience.timeout, self._max_output, self._options)
            self._open = _Open(loop, chat, asyncio.Semaphore(2 * self._concurrency), asyncio.Semaphore(self._concurrency), keeper)
        return self._open


async def _kept(connections: int) -> AsyncGenerator[httpx.AsyncClient, None]:
    """A client that lives until the event loop ends: loops close the generators left open in them. Over aiohttp, which costs a third less
    of our time per call than httpx's own pool (decision 025)."""
    limits = httpx.Limits(max_keepalive_connections=connections, keepalive_expiry=IDLE)
    async with HttpxAiohttpClient(limits=limits, verify=_trust()) as client:
        yield client


@cache
def _trust() -> ssl.SSLContext:
    """Whom to trust, read from disk once."""
    return httpx.create_ssl_context()


def _said(message: AIMessage, guess: int, seconds: float) -> Said:
    told, counted, text = message.response_metadata, message.usage_metadata, str(message.text)
    finish = str(told.get("finish_reason") or told.get("stop_reason") or "")
    refusal = str(message.additional_kwargs.get("refusal") or "")
    if not refusal and finish in ("content_filter", "refusal"):
        refusal = "its content filter stepped in"
    took, gave = (counted["input_tokens"], counted["output_tokens"]) if counted else (guess, len(text.encode()) // 3 + 1)
    cached = (counted.get("input_token_details") or {}).get("cache_read") or 0 if counted else 0
    model = str(told.get("model_name") or told.get("model") or "")
    return Said(text, finish, refusal, took, gave, min(cached, took), max(0.0, seconds), model, str(told.get("id") or message.id or ""))


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
