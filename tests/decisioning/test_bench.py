"""The comparison with other bandits: its worlds are what they say, and what is missing is named."""

import numpy as np
import pytest

from bench import quality
from bench.bandits import simple, systems
from bench.bandits.race import earned
from journeyman.simulation.laboratory import WORLDS, make


@pytest.mark.parametrize("name", WORLDS)
def test_worlds(name):
    world = make(name, 3, 4_000)
    there = np.arange(world.chance.shape[1]) < world.available[:, None]
    assert (world.chance * there).sum() / there.sum() == pytest.approx(0.03, abs=0.005)  # a random policy earns 3 %
    assert 0.03 < world.best_fixed < world.best.mean()
    again = make(name, 3, 4_000)
    assert np.array_equal(world.chance, again.chance) and np.array_equal(world.luck, again.luck)
    assert not np.array_equal(world.chance, make(name, 4, 4_000).chance)


def test_a_system_is_told_what_is_due_and_no_more():
    told = []

    class Spy(simple.Chance):
        def learn(self, contexts, actions, rewards):
            told.append(len(rewards))

    world = make("f", 0, 3_000)
    chance, _ = earned(Spy(world.features, 32, 0), world)
    assert sum(told) == 1_000 and len(chance) == 3_000 and chance.mean() == pytest.approx(0.03, abs=0.01)
    late = make("b", 0, 2_000)
    grown = simple.Chance(late.features[:200], 32, 0)
    earned(grown, late)
    assert grown.count == 300


def test_learning_from_counts_beats_chance():
    world = make("e", 1, 6_000)
    counts, chance = (earned(made(world.features, 32, 0), world)[0].mean() for made in (simple.BetaThompson, simple.Chance))
    assert counts > 1.2 * chance


def test_a_peer_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setitem(systems.SYSTEMS, "nobody", systems.Entry(None, "no-such-package"))
    assert {"bench": "quality.missing", "system": "nobody", "package": "no-such-package", "installed": False} in list(quality.summary([]))


def test_ours_is_held_against_the_best_other_learner():
    def row(name, seed, share):
        stamp = systems.stamp(systems.SYSTEMS[name])
        return {"system": name, "stamp": stamp, "world": "a", "seed": seed, "share": share, "best_fixed": 0.6, "seconds": 1.0}

    shares = {"journeyman": 0.7, "beta Thompson sampling": 0.5, "random": 0.9}
    rows = [row(name, seed, share + seed / 100) for name, share in shares.items() for seed in range(3)]
    verdict = next(line for line in quality.summary(rows) if line["bench"] == "quality.verdict")
    assert verdict["best_other"] == "beta Thompson sampling" and verdict["ahead"] == pytest.approx(0.2) and verdict["first"]
