"""`python -m bench.bandits.grid [SYSTEM ...]`: the peers' settings tried on world a at seed 100, a line each; VW, which is slow, over the
first 6,000 rounds."""

from __future__ import annotations

import json
import sys

from bench.bandits.race import earned
from bench.bandits.systems import GRID
from journeyman.simulation.laboratory import ROUNDS, make

SEED, SHORT = 100, 6_000


def main(names: list[str]) -> None:
    """Prints the mean share of the oracle of every setting."""
    for name in names or list(GRID):
        rounds = SHORT if name.startswith("VW") else ROUNDS
        world = make("a", SEED, rounds)
        for factory, settings in GRID[name]:
            chance, seconds = earned(factory(world.features, world.contexts.shape[1], 0), world)
            line = {"bench": "quality.grid", "system": name, "setting": settings, "share": round(chance.mean() / world.best.mean(), 4)}
            print(json.dumps(line | {"seconds": round(seconds, 1), "world": "a", "seed": SEED, "rounds": rounds}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
