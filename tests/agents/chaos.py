"""What can go wrong between us and a model, one by one, as the test server does it.

429 rate limit with Retry-After · 500 · drip: a reply that never ends · cut: the connection breaks off in the body · malformed: no JSON ·
truncated: half the JSON · schema: JSON of another shape · refusal · empty · leak: our own prompt in place of copy · runaway length
"""

from __future__ import annotations

import asyncio
import json
import random
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

Fault = Literal["429", "500", "drip", "cut", "malformed", "truncated", "schema", "refusal", "empty", "leak", "runaway"]
FAULTS: tuple[Fault, ...] = ("429", "500", "drip", "cut", "malformed", "truncated", "schema", "refusal", "empty", "leak", "runaway")
ON_THE_LINE: tuple[Fault, ...] = FAULTS[:4]
"""The rest come as a chat completion."""
PROSE = "It went on and on, and nobody stopped it. "


@dataclass(frozen=True)
class Response:
    """What goes over the wire, and how: `whole`, the headers and then a byte now and then (`drip`), or half and hung up (`cut`)."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    how: Literal["whole", "drip", "cut"] = "whole"


def completion(request: dict[str, Any], content: str | None, *, finish: str = "stop", **message: Any) -> bytes:
    """A chat completion. Tokens are counted as a quarter of the characters; of a prompt whose start was seen before, `_cached` are."""
    used = {"prompt_tokens": sum(len(m["content"]) for m in request["messages"]) // 4, "completion_tokens": len(content or "") // 4}
    usage = used | {"total_tokens": sum(used.values()), "prompt_tokens_details": {"cached_tokens": request.get("_cached", 0) // 4}}
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 0,
        "model": request["model"],
        "choices": [{"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": content, **message}}],
        "usage": usage,
    }
    return json.dumps(body).encode()


def spoiled(fault: Fault, request: dict[str, Any], value: dict[str, Any], draw: random.Random) -> Response:
    """The reply to `request` that would have been `value`, gone wrong."""
    text = json.dumps(value)
    good = completion(request, text)
    match fault:
        case "429":
            return Response(429, b'{"error": {"message": "not now"}}', {"Retry-After": "7"})
        case "500":
            return Response(500, b'{"error": {"message": "not now"}}')
        case "drip":
            return Response(200, good, how="drip")
        case "cut":
            return Response(200, good, how="cut")
        case "malformed":
            return Response(200, completion(request, text.replace('"', "'")))
        case "truncated":
            return Response(200, completion(request, text[: max(1, len(text) // 2)]))
        case "schema":
            return Response(200, completion(request, json.dumps({"answer": value, "confidence": 0.9})))
        case "refusal":
            return Response(200, completion(request, None, refusal="I cannot help with that."))
        case "empty":
            return Response(200, completion(request, ""))
        case "leak":
            return Response(200, completion(request, _leaked(request["messages"][0]["content"], value, draw)))
        case "runaway":
            return Response(200, completion(request, text[:-1] + PROSE * 2000, finish="length"))


def _leaked(prompt: str, value: dict[str, Any], draw: random.Random) -> str:
    """The first text of some length in the reply is a piece of our instructions; a reply that holds none is all instructions."""
    words = prompt.split()
    start = draw.randrange(40)
    piece = " ".join(words[start : start + 40])
    drafts = value.get("variants") or [value]
    if isinstance(drafts[0], dict) and "body" in drafts[0]:
        drafts[0]["body"] = piece
        return json.dumps(value)
    return prompt


class Patience:
    """A deadline for `Door(deadline=server.patience)` that costs no time: it is over for the calls under way as soon as the server drips
    to every one of them, and nothing else could happen any more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Timeout]] = []
        self._dripping = self._age = 0

    @asynccontextmanager
    async def __call__(self, seconds: float) -> AsyncIterator[None]:
        async with asyncio.timeout(None) as limit:
            mine = (asyncio.get_running_loop(), limit)
            with self._lock:
                self._waiting.append(mine)
                self._weigh()
            try:
                yield
            finally:
                with self._lock:
                    self._waiting.remove(mine)
                    self._weigh()

    def drip(self) -> int:
        """The server begins to drip; returns what to give to `over`."""
        with self._lock:
            self._dripping += 1
            age = self._age
            self._weigh()
            return age

    def over(self, age: int) -> None:
        """The client went away."""
        with self._lock:
            if age == self._age:
                self._dripping -= 1

    def _weigh(self) -> None:
        if not self._dripping or self._dripping < len(self._waiting):
            return
        self._dripping, self._age = 0, self._age + 1
        for loop, limit in self._waiting:
            loop.call_soon_threadsafe(self._end, (loop, limit))

    def _end(self, one: tuple[asyncio.AbstractEventLoop, asyncio.Timeout]) -> None:
        if one in self._waiting and not one[1].expired():
            one[1].reschedule(one[0].time())
