"""A run's ceiling in tokens and money. Knows nothing of HTTP or prompts."""

from __future__ import annotations

from dataclasses import dataclass, field

from journeyman.errors import BudgetSpent


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
