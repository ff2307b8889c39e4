"""What model calls cost: the record of each, and a table for people. Knows nothing of HTTP or prompts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, Protocol

from pydantic import Field

from journeyman.domain import Record

Outcome = Literal["ok", "cached", "invalid", "refused", "transport"]


class ModelCall(Record):
    """One request to a model (or one it was spared, `cached`). `cost` is in US dollars, None when the model's price is unknown.
    `tokens_cached`, among `tokens_in`: what the provider had of the prompt already. `ask` is the same for all requests made for one
    answer; `run` and `step` say what it was asked for, where that is known."""

    prompt: str
    prompt_version: int
    prompt_hash: str
    model: str
    at: datetime
    outcome: Outcome
    tokens_in: int = Field(default=0, ge=0)
    tokens_out: int = Field(default=0, ge=0)
    tokens_cached: int = Field(default=0, ge=0)
    cost: float | None = None
    seconds: float = Field(default=0, ge=0)
    ask: str = ""
    run: str | None = None
    step: int | None = None


class Ledger(Protocol):
    """Where calls are written down. Must not raise for a valid call."""

    def record(self, call: ModelCall) -> None: ...


class MemoryLedger:
    """Keeps the calls in a list."""

    def __init__(self) -> None:
        self.calls: list[ModelCall] = []

    def record(self, call: ModelCall) -> None:
        self.calls.append(call)


class CostRow(Record):
    """One line of the cost table. `cost` None: some of its calls have no known price."""

    prompt: str
    version: int
    hash: str
    model: str
    calls: int
    cached: int
    failures: int
    tokens_in: int
    tokens_out: int
    tokens_cached: int
    cost: float | None
    seconds: float

    @property
    def name(self) -> str:
        """The prompt as it stood: `write@1f2e3d4c`."""
        return f"{self.prompt}@{self.hash[:8]}"

    @property
    def money(self) -> str:
        """The cost for people: `$0.0123`, or `unknown`."""
        return "unknown" if self.cost is None else f"${self.cost:.4f}"


def cost_table(calls: Iterable[ModelCall]) -> list[CostRow]:
    """A row per prompt as it stood (id, version, hash) and model, sorted by them. `failures`: requests that brought no valid reply;
    `seconds`: waiting, added up."""
    groups: dict[tuple[str, int, str, str], list[ModelCall]] = {}
    for call in calls:
        groups.setdefault((call.prompt, call.prompt_version, call.prompt_hash, call.model), []).append(call)
    return [
        CostRow(
            prompt=prompt,
            version=version,
            hash=hash,
            model=model,
            calls=len(group),
            cached=sum(c.outcome == "cached" for c in group),
            failures=sum(c.outcome in ("invalid", "refused", "transport") for c in group),
            tokens_in=sum(c.tokens_in for c in group),
            tokens_out=sum(c.tokens_out for c in group),
            tokens_cached=sum(c.tokens_cached for c in group),
            cost=None if any(c.cost is None for c in group) else sum(c.cost or 0 for c in group),
            seconds=sum(c.seconds for c in group),
        )
        for (prompt, version, hash, model), group in sorted(groups.items())
    ]
