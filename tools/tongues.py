"""Who is written to in which language: a customer in their own where the library holds any copy in it, else in the brand's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from journeyman.domain import Customer, Variant

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Tongues:
    """Languages of a library over its actions (hold left out) and of customers."""

    of: NDArray[np.intp]
    """(customers,): the language each is written to in."""
    open: Bools
    """(languages, K - 1): actions in a language that may be sent at all."""
    cells: Bools
    """(languages, cells): where there is such an action."""
    all: bool
    """Every action is open to everybody: one language, and nothing retired."""

    @classmethod
    def make(
        cls, copies: Sequence[Variant], usable: Bools, cell: NDArray[np.intp], cells: int, people: Sequence[Customer], own: str
    ) -> Tongues:
        """`copies` are the variants of the K - 1 actions, `usable` (K - 1,) says which may be sent, `cell` (K - 1,) where each belongs;
        `own` is the brand's language."""
        spoken = [v.language[:2] for v in copies]
        number = {language: n for n, language in enumerate(dict.fromkeys(spoken))}
        usual = number.get(own[:2], 0)
        said = np.array([number[language] for language in spoken], dtype=np.intp)
        open_ = (said[None, :] == np.arange(len(number))[:, None]) & usable
        where = np.zeros((len(number), cells), dtype=bool)
        for language, mine in enumerate(open_):
            where[language, cell[mine]] = True
        of = np.array([number.get(p.tongue or own[:2], usual) for p in people], dtype=np.intp)
        return cls(of, open_, where, len(number) == 1 and bool(usable.all()))
