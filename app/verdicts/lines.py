"""Verdicts as JSON Lines on stdout: one a line, in the file's order, each as soon as it is known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from app.cli.console import emit

if TYPE_CHECKING:
    from app.verdicts.judged import Judged


def write(judged: Iterable[Judged]) -> None:
    """Each verdict's id, verdict and violations."""
    for one in judged:
        emit(one.verdict)
