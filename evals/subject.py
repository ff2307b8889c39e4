"""What a run measures: the five agents on one model with one choice of prompts, and what each attempt cost.

Agents are the program's own, asked through its own door: what is measured is what runs. An attempt is a context: calls made inside it are
booked to it, and its epoch is part of what a recording is found by, so that a repeated question gets a fresh answer in every epoch.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeVar

from langchain_core.messages import AIMessage

from agents.ask import Between, Door, ModelCall, Price, Request
from agents.roles import Team
from agents.team import OFFLINE, assemble
from evals.cassette import Cassette
from evals.records import Mark, digest
from journeyman.clock import Clock, SystemClock
from prompts import Prompt, load

T = TypeVar("T")
REHEARSAL = "rehearsal"
NOWHERE = "http://127.0.0.1:9/v1"
"""Where nothing listens: the address of a model that is replayed or rehearsed, never called."""
_HERE = Path(__file__).parent


@dataclass
class Tally:
    """One attempt's calls. `replayed`: seconds that recorded answers took when they were recorded."""

    epoch: int
    calls: list[ModelCall] = field(default_factory=list)
    replayed: float = 0.0

    def spent(self) -> dict[str, Any]:
        """The figures of an Attempt."""
        costs = [c.cost for c in self.calls]
        return {
            "calls": len(self.calls),
            "tokens_in": sum(c.tokens_in for c in self.calls),
            "tokens_out": sum(c.tokens_out for c in self.calls),
            "cost": None if None in costs else sum(c or 0.0 for c in costs),
            "seconds": sum(c.seconds for c in self.calls) + self.replayed,
        }


_NOW: ContextVar[Tally | None] = ContextVar("attempt", default=None)


def epoch() -> int:
    """The epoch of the attempt at hand; 1 outside any."""
    tally = _NOW.get()
    return tally.epoch if tally else 1


class _Book:
    """The door's ledger: books each call to the attempt at hand."""

    def record(self, call: ModelCall) -> None:
        if tally := _NOW.get():
            tally.calls.append(call)


@dataclass
class Subject:
    """A model (`offline`, `rehearsal`, or what the door takes) with prompts of choice. `settings` are the model's (temperature, …);
    `cassette` keeps or replays its answers; `between` answers in its place."""

    model: str = OFFLINE
    prompts: Mapping[str, Prompt] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    cassette: Cassette | None = None
    between: Between | None = None
    clock: Clock = field(default_factory=SystemClock)
    env: Mapping[str, str] = field(default_factory=lambda: os.environ)
    shared: dict[Any, asyncio.Future[Any]] = field(default_factory=dict, init=False)
    kept: dict[str, Any] = field(default_factory=dict, init=False)

    @cached_property
    def team(self) -> Team:
        """The five agents. Raises WorkspaceError when a key is missing."""
        if self.model == OFFLINE:
            return assemble(OFFLINE)
        return assemble(self._name, **self._door)

    @cached_property
    def door(self) -> Door:
        """A door of its own, for a judge."""
        return Door(self._name, **self._door)

    @property
    def _name(self) -> str:
        return f"openai:{REHEARSAL}" if self.model == REHEARSAL else self.model

    @property
    def _door(self) -> dict[str, Any]:
        unheard = self.between is not None or (self.cassette is not None and not self.cassette.live)
        env = dict(self.env) | ({"OPENAI_BASE_URL": NOWHERE, "OPENAI_API_KEY": "none"} if unheard else {})
        return {
            "prices": {REHEARSAL: Price(input=0, output=0)},
            "ledger": _Book(),
            "env": env,
            "options": dict(self.settings),
            "prompts": self.prompt,
            "between": self._line,
            "clock": self.clock,
        }

    def prompt(self, id: str) -> Prompt:
        """The prompt in use: the one chosen, else the one on file."""
        return self.prompts.get(id) or load(id)

    async def _line(self, request: Request, send: Callable[[], Awaitable[AIMessage]]) -> AIMessage:
        between = self.between
        live = partial(between, request, send) if between else send
        if self.cassette is None:
            return await live()
        said, seconds = await self.cassette.play(request, epoch(), live)
        if tally := _NOW.get():
            tally.replayed += seconds
        return said

    @contextmanager
    def attempt(self, number: int) -> Iterator[Tally]:
        """One attempt in epoch `number`."""
        token = _NOW.set(tally := Tally(number))
        try:
            yield tally
        finally:
            _NOW.reset(token)

    async def once(self, key: Any, make: Callable[[], Awaitable[T]]) -> T:
        """`make()` once per key and epoch, however many attempts want it; all get its answer, or its error. The first pays."""
        key = (key, epoch())
        if (going := self.shared.get(key)) is None:
            going = self.shared[key] = asyncio.ensure_future(make())
        done: T = await asyncio.shield(going)
        return done

    def keep(self, name: str, make: Callable[[], T]) -> T:
        """`make()` once per run: what is the same for every attempt."""
        if name not in self.kept:
            self.kept[name] = make()
        found: T = self.kept[name]
        return found

    def mark(self) -> Mark:
        """The model by name and hash: of its name and settings, and for the experts without a model of their own code."""
        what: list[Any] = [self.model, dict(self.settings)]
        if self.model == OFFLINE:
            files = sorted(f for f in (_HERE.parent / "agents" / "offline").rglob("*") if f.suffix in (".py", ".yaml"))
            what += [hashlib.sha256(f.read_bytes()).hexdigest() for f in files]
        return Mark(name=self.model, hash=digest(what))
