"""What a model costs: the price list `prices.yaml`, and prices of one's own over it. Knows nothing of calls.

An entry of the list has the day it was looked up and where. Prices age: `doubt` says when one is a year old, or missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import yaml
from pydantic import Field, ValidationError

from journeyman.domain import Record
from journeyman.errors import WorkspaceError

OLD = timedelta(days=365)
LIST = Path(__file__).with_name("prices.yaml")
FIX = "Give its price under prices: in journeyman.yaml, with the day as as_of (docs/models.md)."


class Price(Record):
    """US dollars for a million tokens. `cached`: for prompt tokens the provider had cached (None: as `input`). `as_of`: when it was
    looked up (None: not said), `source`: where."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cached: float | None = Field(default=None, ge=0)
    as_of: date | None = None
    source: str = Field(default="", max_length=300)

    def of(self, tokens_in: int, tokens_out: int, tokens_cached: int = 0) -> float:
        """Dollars; `tokens_cached` are among `tokens_in`."""
        fresh, spared = tokens_in - tokens_cached, self.input if self.cached is None else self.cached
        return (fresh * self.input + tokens_cached * spared + tokens_out * self.output) / 1e6


@cache
def known_prices() -> Mapping[str, Price]:
    """The prices in prices.yaml, by model name."""
    return read_prices(LIST)


def read_prices(file: Path) -> dict[str, Price]:
    """The prices in a YAML file, `models:` name → price. Raises WorkspaceError naming file, model and field."""
    try:
        listed = yaml.safe_load(file.read_text(encoding="utf-8"))
        return {str(name): Price.model_validate(price) for name, price in listed["models"].items()}
    except OSError as problem:
        raise WorkspaceError(f"Cannot read the prices in {file}: {problem.strerror}.", remedy="Check the path under prices:.") from None
    except ValidationError as problem:
        told = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in problem.errors(include_input=False)[:5])
        raise WorkspaceError(f"A price in {file} is wrong. {told}.", remedy="Correct the fields named.") from None
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, UnicodeDecodeError):
        raise WorkspaceError(f"{file} is no price list.", remedy="Write `models:` and under it NAME: {input: …, output: …}.") from None


def doubt(name: str, price: Price | None, today: date) -> str | None:
    """What a person should know of this price before relying on costs; None when there is nothing."""
    if price is None:
        return f"The price of {name} is not known: costs are shown as unknown, and only a token budget can hold. {FIX}"
    if price.as_of and today - price.as_of > OLD:
        return f"The price of {name} is of {price.as_of}, more than a year ago: costs may be wrong. {FIX}"
    return None
