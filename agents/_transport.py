"""The line to a chat model: opening it by name, telling what went wrong on it, and how long to wait before the next try."""

from __future__ import annotations

import random
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

import httpx
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage

from journeyman.errors import ModelUnavailable, WorkspaceError
from prompts import Prompt

LONGEST_WAIT = 60.0
"""Seconds; a server that asks for more is asked again after this."""
KEY = "OPENAI_API_KEY"
BASE = "OPENAI_BASE_URL"
_SECRET = re.compile(r"\b(?:sk|pk|key|token)[-_][\w-]{6,}|Bearer\s+\S+|//[^/\s@]+@", re.IGNORECASE)


@dataclass(frozen=True)
class Endpoint:
    """A model's name and where it is served. `base_url` and `key` come from the environment and are for OpenAI-compatible servers."""

    provider: str
    name: str
    base_url: str | None
    key: str | None

    @classmethod
    def find(cls, model: str, env: Mapping[str, str]) -> Endpoint:
        """`openai:NAME`, or any name `init_chat_model` takes. Raises WorkspaceError when OpenAI itself is meant and no key is set."""
        provider, colon, name = model.partition(":")
        if not colon:
            provider, name = ("openai", model) if re.match(r"(gpt-|o\d|chatgpt)", model) else ("", model)
        if not name:
            raise WorkspaceError(f"{model!r} names no model.", remedy="Write model: openai:NAME, or model: offline.")
        if provider != "openai":
            return cls(provider, name, None, None)
        base_url, key = env.get(BASE) or None, env.get(KEY) or None
        if not key and not base_url:
            raise WorkspaceError(
                f"The model {model} needs a key and {KEY} is not set.",
                remedy=f"Set {KEY} in .env, set {BASE} for a server of your own, or use model: offline.",
            )
        return cls(provider, name, base_url, key or "none")

    @property
    def compatible(self) -> bool:
        """Whether it speaks OpenAI's chat completions."""
        return self.provider == "openai"

    @property
    def address(self) -> tuple[str, int] | None:
        """Host and port of the server, where they are known."""
        if not self.compatible:
            return None
        url = httpx.URL(self.base_url or "https://api.openai.com/v1")
        return url.host, url.port or (80 if url.scheme == "http" else 443)

    def open(self, client: httpx.AsyncClient, timeout: float, max_output: int, options: Mapping[str, Any]) -> BaseChatModel:
        """The chat model, its own retries off; over `client` where the provider is OpenAI-compatible.

        Raises ModelUnavailable when the provider's package is missing."""
        from langchain.chat_models import init_chat_model

        settings: dict[str, Any] = {"max_retries": 0, "timeout": timeout, "max_tokens": max_output, **options}
        if self.compatible:
            settings |= {"api_key": self.key, "base_url": self.base_url, "use_responses_api": False, "stream_usage": False}
            settings |= {"http_client": _never(), "http_async_client": client}
        try:
            opened = init_chat_model(self.name, model_provider=self.provider or None, **settings)
        except (ImportError, ValueError) as problem:
            raise ModelUnavailable(
                f"The model {self.name} cannot be used: {self.scrub(problem)}", remedy="Install the provider's package, or use openai:NAME."
            ) from None
        if not isinstance(opened, BaseChatModel):
            raise ModelUnavailable(f"{self.name} is not a chat model.", remedy="Name one as PROVIDER:NAME.")
        return opened

    def scrub(self, text: object) -> str:
        """The start of a provider's message, with anything that may be a secret struck out."""
        plain = " ".join(str(text).split())
        if self.key and self.key != "none":
            plain = plain.replace(self.key, "***")
        return _SECRET.sub("***", plain)[:300]


@dataclass(frozen=True)
class Request:
    """One request as it is about to leave: the prompt it came of, its messages, the JSON schema asked for, the model and its settings."""

    prompt: Prompt
    messages: tuple[tuple[str, str], ...]
    wire: Mapping[str, Any]
    model: str
    settings: Mapping[str, Any]


Between = Callable[[Request, Callable[[], Awaitable[AIMessage]]], Awaitable[AIMessage]]
"""What may stand between the door and the line: given a request and the way to send it, the answer."""


@dataclass(frozen=True)
class Trouble:
    """What went wrong on the line. `passing`: worth another try. `wait`: what the server asked for, seconds. `outage`: the server
    seems to be down, not merely busy."""

    said: str
    passing: bool
    remedy: str
    wait: float | None = None
    outage: bool = False


class Broken(Exception):
    """Trouble on the line, for those who weigh whether to try again."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.said)
        self.trouble = trouble


_CHECK_LINE = f"Check that the server of {BASE} is up and speaks OpenAI's chat completions, then run again: what is done is kept."


def diagnose(problem: Exception, endpoint: Endpoint, now: datetime) -> Trouble | None:
    """The trouble behind an exception of any provider's client; None when it is not about transport."""
    said = endpoint.scrub(problem)
    status = getattr(problem, "status_code", None)
    if isinstance(status, int):
        wait = _asked_wait(getattr(getattr(problem, "response", None), "headers", {}), now)
        if status in (401, 403):
            return Trouble(f"refused the key (HTTP {status})", False, f"Check {KEY} in .env; it must be valid for the server of {BASE}.")
        if status == 404:
            return Trouble(f"was not found: {said}", False, f"Check the model's name, and {BASE} (it usually ends in /v1).")
        if "insufficient_quota" in (getattr(problem, "code", None), getattr(problem, "type", None)):
            return Trouble("has no quota left", False, f"Add credit with the provider or set another {KEY}.")
        if status in (408, 409, 425, 429) or status >= 500:
            remedy = "Wait a while or lower limits.concurrency, then run again."
            return Trouble(f"answered HTTP {status}: {said}", True, remedy, wait, outage=status >= 500)
        return Trouble(f"did not take the request (HTTP {status}): {said}", False, "Check that the model and server suit the request.")
    kin = {kind.__name__ for kind in type(problem).__mro__}
    if kin & {"APITimeoutError", "TimeoutException", "TimeoutError"}:
        return Trouble("did not answer in time", True, "Lower limits.concurrency, or use a faster model, then run again.", outage=True)
    if kin & {"APIConnectionError", "TransportError", "ConnectionError"}:
        return Trouble("cannot be reached", True, _CHECK_LINE, outage=True)
    if kin & {"APIError", "AttributeError", "LookupError", "TypeError", "JSONDecodeError", "ValidationError"} or "response type" in said:
        return Trouble("answered with something that is not a chat completion", True, _CHECK_LINE, outage=True)
    return None


@cache
def _never() -> httpx.Client:
    """The client for calls that do not await; there are none, so it opens no connection."""
    return httpx.Client()


def _asked_wait(headers: Mapping[str, str], now: datetime) -> float | None:
    asked = headers.get("retry-after")
    if not asked:
        return None
    try:
        return max(0.0, float(asked))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(asked) - now).total_seconds())
    except (ValueError, TypeError):
        return None


def pause(attempt: int, trouble: Trouble, draw: random.Random) -> float:
    """Seconds to wait after try number `attempt` (from 1): what the server asked for, or 1, 2, 4 … with jitter in [½, 1½); at most 60."""
    wait = trouble.wait if trouble.wait is not None else 2.0 ** (attempt - 1) * (0.5 + draw.random())
    return min(wait, LONGEST_WAIT)
