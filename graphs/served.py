"""The graphs as `langgraph dev` opens them (langgraph.json): its server calls a factory without parameters and brings checkpoints of its
own. To run one there needs the context of a workspace, which only `app` has: this is for looking at graphs, not for running journeys.
"""

from __future__ import annotations

from typing import Any

from graphs import campaign as _campaign
from graphs import cohort as _cohort
from graphs import learning as _learning


def campaign() -> Any:
    """From a goal to a published library."""
    return _campaign.build()


def cohort() -> Any:
    """One scheduled run for a journey's customers."""
    return _cohort.build()


def learning() -> Any:
    """From events to a better policy."""
    return _learning.build()
