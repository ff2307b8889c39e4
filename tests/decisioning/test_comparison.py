"""The comparison arms: exact propensities, eligible actions only, repeatable."""

from datetime import date, timedelta

import numpy as np
import pytest

from journeyman.chance import keys
from journeyman.decisioning.comparison import bau, random_control
from journeyman.domain import Incentive, Variant

MONDAY = date(2026, 3, 2)
TUESDAY, FRIDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=4)
PEOPLE = keys([f"c{i}" for i in range(8000)])


def variant(id, channel="email", theme="savings", value=15.0):
    return Variant(id=id, channel=channel, theme=theme, body="b", incentive=Incentive(kind="percent_off", value=value) if value else None)


ACTIONS = [
    (variant("a"), "morning"), (variant("b"), "morning"), (variant("c", value=10), "morning"), (variant("d", value=20), "morning"),
    (variant("e", theme="fresh"), "morning"), (variant("f"), "evening"), (variant("g", "push"), "midday"), (variant("h", "sms"), "midday"),
    None,
]  # fmt: skip
HOLD, K = 8, 9


def everything(n=8000):
    return np.ones((n, K), bool)


def test_random_control_draws_as_its_propensity_says():
    action, propensity = random_control(everything(), HOLD, seed=1, keys=PEOPLE)
    shares = np.bincount(action, minlength=K) / len(action)
    assert shares[HOLD] == pytest.approx(0.5, abs=0.02)
    assert np.allclose(shares[:HOLD], 1 / 16, atol=0.01)
    assert set(propensity[action == HOLD]) == {0.5}
    assert set(propensity[action != HOLD]) == {1 / 16}


def test_random_control_keeps_to_the_eligible():
    rng = np.random.default_rng(0)
    eligible = rng.random((len(PEOPLE), K)) < 0.3
    action, propensity = random_control(eligible, HOLD, seed=1, keys=PEOPLE)
    some = eligible.any(1)
    assert eligible[np.flatnonzero(some), action[some]].all()
    assert (action[~some] == -1).all()
    assert (propensity > 0).all()
    only_hold = eligible.sum(1) == eligible[:, HOLD]
    assert (propensity[only_hold] == 1).all()


def test_draws_depend_on_the_key_alone():
    whole = random_control(everything(), HOLD, seed=1, keys=PEOPLE)[0]
    part = random_control(everything(100)[::-1], HOLD, seed=1, keys=PEOPLE[:100][::-1])[0]
    assert (part[::-1] == whole[:100]).all()
    assert (random_control(everything(), HOLD, seed=2, keys=PEOPLE)[0] != whole).any()


def test_bau_mails_the_standard_theme_and_middle_offer_on_tuesday():
    action, propensity = bau(everything(), ACTIONS, HOLD, TUESDAY, theme="savings", seed=1, keys=PEOPLE)
    assert set(action) == {0, 1}
    assert np.mean(action == 0) == pytest.approx(0.5, abs=0.02)
    assert set(propensity) == {0.5}


def test_bau_reminds_on_friday_and_rests_otherwise():
    eligible = everything()
    eligible[::2, 6] = False
    action, propensity = bau(eligible, ACTIONS, HOLD, FRIDAY, theme="savings", seed=1, keys=PEOPLE)
    assert set(action[1::2]) == {6}
    assert set(action[::2]) == {7}
    for day in (0, 2, 3, 5, 6):
        action, propensity = bau(everything(), ACTIONS, HOLD, MONDAY + timedelta(days=day), theme="savings", seed=1, keys=PEOPLE)
        assert set(action) == {HOLD}
        assert set(propensity) == {1.0}


@pytest.mark.parametrize(
    ("missing", "taken"), [([0, 1], 5), ([0, 1, 5], {2, 3}), ([0, 1, 2, 3, 5], 4), ([0, 1, 2, 3, 4, 5], HOLD), (range(K), -1)]
)
def test_bau_takes_the_nearest_message(missing, taken):
    eligible = everything(200)
    eligible[:, list(missing)] = False
    action, _ = bau(eligible, ACTIONS, HOLD, TUESDAY, theme="savings", seed=1, keys=PEOPLE[:200])
    assert set(action) == (taken if isinstance(taken, set) else {taken})
