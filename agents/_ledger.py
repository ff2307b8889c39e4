"""What model calls cost: the record of each, the run's budget, prices, and a table for people. Knows nothing of HTTP or prompts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal, Protocol

import yaml
from pydantic import Field

from journeyman.domain import Record
from journeyman.errors import BudgetSpent

Outcome = Literal["ok", "cached", "invalid", "refused", "transport"]


class ModelCall(Record):
    """One request to a model (or one it was spared, `cached`). `cost` is in US dollars, None when the model's price is unknown."""

    prompt: str
    prompt_version: int
    prompt_hash: str
    model: str
    at: datetime
    outcome: Outcome
    tokens_in: int = Field(default=0, ge=0)
    tokens_out: int = Field(default=0, ge=0)
    cost: float | None = None
    seconds: float = Field(default=0, ge=0)


class Ledger(Protocol):
    """Where calls are written down. Must not raise for a valid call."""

    def record(self, call: ModelCall) -> None: ...


class MemoryLedger:
    """Keeps the calls in a list."""

    def __init__(self) -> None:
        self.calls: list[ModelCall] = []

    def record(self, call: ModelCall) -> None:
        self.calls.append(call)


class Price(Record):
    """US dollars for a million tokens."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)

    def of(self, tokens_in: int, tokens_out: int) -> float:
        return (tokens_in * self.input + tokens_out * self.output) / 1e6


@cache
def known_prices() -> Mapping[str, Price]:
    """The prices in prices.yaml, by model name."""
    listed = yaml.safe_load(Path(__file__).with_name("prices.yaml").read_text(encoding="utf-8"))
    return {name: Price(**price) for name, price in listed["models"].items()}


@dataclass
class Budget:
    """A run's ceiling in tokens and in US dollars (None: no ceiling). A call starts only if its worst case still fits beside what is
    spent and what calls under way may need, so the ceiling holds with any concurrency. Share one among the doors of a run."""

    tokens: int | None = None
    money: float | None = None
    spent_tokens: int = 0
    spent_money: float = 0.0
    _held_tokens: int = field(default=0, init=False)
    _held_money: float = field(default=0.0, init=False)

    def hold(self, tokens: int, money: float | None) -> None:
        """Sets a call's worst case aside. Raises BudgetSpent when it does not fit."""
        if self.tokens is not None and self.spent_tokens + self._held_tokens + tokens > self.tokens:
            raise BudgetSpent(
                f"The run's token budget is used up: {self.spent_tokens:,} of {self.tokens:,} spent and the next call may need {tokens:,}.",
                remedy="Raise limits.tokens in journeyman.yaml and resume, or go on with what is written.",
            )
        if self.money is not None and self.spent_money + self._held_money + (money or 0) > self.money:
            raise BudgetSpent(
                f"The run's money budget is used up: ${self.spent_money:.2f} of ${self.money:.2f} spent and the next call may cost "
                f"${money or 0:.4f}.",
                remedy="Raise limits.money in journeyman.yaml and resume, or go on with what is written.",
            )
        self._held_tokens += tokens
        self._held_money += money or 0

    def settle(self, held: tuple[int, float | None], tokens: int, money: float | None) -> None:
        """Gives back what was held and books what was used."""
        self._held_tokens -= held[0]
        self._held_money -= held[1] or 0
        self.spent_tokens += tokens
        self.spent_money += money or 0


class CostRow(Record):
    """One line of the cost table. `cost` None: some of its calls have no known price."""

    prompt: str
    model: str
    calls: int
    cached: int
    failures: int
    tokens_in: int
    tokens_out: int
    cost: float | None
    seconds: float

    @property
    def money(self) -> str:
        """The cost for people: `$0.0123`, or `unknown`."""
        return "unknown" if self.cost is None else f"${self.cost:.4f}"


def cost_table(calls: Iterable[ModelCall]) -> list[CostRow]:
    """A row per prompt and model, sorted by them. `failures`: requests that brought no valid reply; `seconds`: waiting, added up."""
    groups: dict[tuple[str, str], list[ModelCall]] = {}
    for call in calls:
        groups.setdefault((call.prompt, call.model), []).append(call)
    return [
        CostRow(
            prompt=prompt,
            model=model,
            calls=len(group),
            cached=sum(c.outcome == "cached" for c in group),
            failures=sum(c.outcome in ("invalid", "refused", "transport") for c in group),
            tokens_in=sum(c.tokens_in for c in group),
            tokens_out=sum(c.tokens_out for c in group),
            cost=None if any(c.cost is None for c in group) else sum(c.cost or 0 for c in group),
            seconds=sum(c.seconds for c in group),
        )
        for (prompt, model), group in sorted(groups.items())
    ]
