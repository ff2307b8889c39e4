"""Decisions: who receives which action, how likely that was, what it taught; and what another policy would have earned.

`Policy` (the contextual bandit), `ContextEncoder` and `ActionEncoder` (from features and variants to arrays) are reached from here; imports
are lazy, so that a command which decides nothing does not load the compiled loops.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from journeyman.decisioning.encode import ActionEncoder, ContextEncoder
    from journeyman.decisioning.policy import Chosen, Policy

__all__ = ["ActionEncoder", "Chosen", "ContextEncoder", "Policy"]
_HOME = {"ActionEncoder": "encode", "ContextEncoder": "encode", "Chosen": "policy", "Policy": "policy"}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
