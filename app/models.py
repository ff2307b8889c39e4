"""The agents of a workspace on a language model: which door they go through, at what prices."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import prompts
from agents.prices import Price, read_prices
from agents.roles import Team
from journeyman.store import Store, model_calls

if TYPE_CHECKING:
    from agents.ask import Budget
    from app.workspace import Workspace


def prices(space: Workspace) -> dict[str, Price]:
    """The workspace's own prices. Raises WorkspaceError when the file named is not there or wrong."""
    own = space.settings.prices
    return read_prices(space.root / Path(own)) if isinstance(own, str) else dict(own)


def doubt(space: Workspace, model: str, today: Any) -> str | None:
    """What a person should know of the price of a model: missing, or old."""
    from agents.prices import doubt, known_prices

    name = model.removeprefix("openai:")
    return doubt(name, {**known_prices(), **prices(space)}.get(name), today)


def team(space: Workspace, model: str, budget: Budget, store: Store, **door: Any) -> Team:
    """Five agents on `model`. `door`: what else its door is told. A doubtful price is said once, as a warning in the log."""
    from agents.team import assemble

    if found := doubt(space, model, store.clock.now().date()):
        logging.getLogger("journeyman").warning(found)
    settings = {
        "cache": space.state / "replies",
        "ledger": model_calls.StoreLedger(store),
        "budget": budget,
        "concurrency": space.settings.limits.concurrency,
        "prices": prices(space),
        "clock": store.clock,
    }
    return assemble(model, **{**settings, **door})


def warm(recall: Callable[[Sequence[str]], object]) -> None:
    """Loads what checking, comparing and looking up copy need, which takes seconds: for a thread, while a model is waited for. What is
    loaded by then stays: the garbage collector need not look through all of it again, for a fifth of a second each time."""
    from guardrails.check import check
    from journeyman.domain import Brand, Guardrails, Variant

    recall(["warm"])
    prompts.warm()
    check(Variant(id="warm", channel="sms", body="Act now.", theme="any", tone="any"), Brand(name="Any"), Guardrails())
    gc.freeze()
