"""Who is compared, by name: the class, its settings, the package it needs. Ours runs with its defaults.

Settings of the peers are the best of `GRID`, found by `python -m bench.bandits.grid` on world a at a seed that is not in the comparison.
"""

from __future__ import annotations

import hashlib
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

from bench.bandits import linear, ours, simple, vw

VW, MAB, CB = "vowpalwabbit", "mabwiser", "contextualbandits"


class Entry(NamedTuple):
    """`make(features, dim, seed)` is a new system; `package` what must be installed."""

    make: Any
    package: str
    settings: str = ""


SYSTEMS: dict[str, Entry] = {
    "journeyman": Entry(ours.Journeyman, "journeyman", "defaults"),
    "random": Entry(simple.Chance, "journeyman"),
    "beta Thompson sampling": Entry(simple.BetaThompson, "journeyman"),
    "A/B test, then winner": Entry(partial(simple.AbTest, share=0.25), "journeyman", "first quarter"),
    "mabwiser LinUCB": Entry(partial(linear.Mabwiser, policy="LinUCB", alpha=0.01), MAB, "alpha 0.01"),
    "mabwiser LinTS": Entry(partial(linear.Mabwiser, policy="LinTS", alpha=0.003), MAB, "alpha 0.003"),
    "contextualbandits LinUCB": Entry(partial(linear.ContextualBandits, method="LinUCB", alpha=0.01), CB, "alpha 0.01"),
    "contextualbandits BootstrappedUCB": Entry(partial(linear.ContextualBandits, method="BootstrappedUCB"), CB, "5 logistic models"),
    "contextualbandits BootstrappedTS": Entry(partial(linear.ContextualBandits, method="BootstrappedTS"), CB, "5 logistic models"),
    "VW squarecb": Entry(
        partial(vw.VowpalWabbit, options="--squarecb --gamma_scale 10000 -l 0.5"), VW, "--squarecb --gamma_scale 10000 -l 0.5"
    ),
    "VW softmax": Entry(partial(vw.VowpalWabbit, options="--softmax --lambda 500 -l 5"), VW, "--softmax --lambda 500 -l 5"),
    "VW epsilon": Entry(partial(vw.VowpalWabbit, options="--epsilon 0.1 -l 0.1"), VW, "--epsilon 0.1 -l 0.1"),
    "VW regcb": Entry(partial(vw.VowpalWabbit, options="--regcb"), VW, "--regcb"),
}
"""The cheap ones first: a comparison that is cut short has most of its rows."""
NOT_LEARNERS = {"random"}

GRID: dict[str, list[tuple[Any, str]]] = {
    "A/B test, then winner": [(partial(simple.AbTest, share=s), f"first {s:.0%}") for s in (0.1, 0.25, 0.5)],
    "mabwiser LinUCB": [(partial(linear.Mabwiser, policy="LinUCB", alpha=a), f"alpha {a}") for a in (0.001, 0.003, 0.01, 0.03, 0.1)],
    "mabwiser LinTS": [(partial(linear.Mabwiser, policy="LinTS", alpha=a), f"alpha {a}") for a in (0.0003, 0.001, 0.003, 0.01, 0.03)],
    "contextualbandits LinUCB": [
        (partial(linear.ContextualBandits, method="LinUCB", alpha=a), f"alpha {a}") for a in (0.003, 0.01, 0.03, 0.1)
    ],
    **{
        f"VW {options[0].split()[0].strip('-')}": [(partial(vw.VowpalWabbit, options=o), o) for o in options]
        for options in (
            [f"--squarecb --gamma_scale {g} -l {r}" for g in (1_000, 10_000, 100_000) for r in (0.2, 0.5, 1.5)],
            [f"--softmax --lambda {x} -l {r}" for x in (20, 100, 500, 2_000) for r in (0.5, 1.5, 5)],
            [f"--epsilon {e} -l {r}" for e in (0.05, 0.1, 0.2) for r in (0.1, 0.5)],
            [f"--regcb --mellowness {m} -l {r}" for m in (0.001, 0.01) for r in (0.1, 0.5)],
        )
    },
}


def installed(package: str) -> str | None:
    """The version, None when it is not there."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def stamp(entry: Entry) -> str:
    """What a run's result depends on besides world and seed; ours on the very code."""
    found = installed(entry.package) or "missing"
    if entry.make is ours.Journeyman:
        code = Path(__file__).parents[2] / "journeyman" / "decisioning"
        digest = hashlib.sha256(b"".join(f.read_bytes() for f in sorted(code.glob("*.py")))).hexdigest()
        return f"{found} {digest[:12]}"
    return f"{found} {entry.settings}"
