"""Where in a run the work at hand stands, for whoever keeps records. Set by those who run graphs; read by those who call models."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A run, and the step of it that is under way (None: between steps)."""

    run: str
    step: int | None = None


place: ContextVar[Place | None] = ContextVar("place", default=None)
"""None outside any run."""
