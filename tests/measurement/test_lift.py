"""Lift: known answers, coverage by simulation, the price of looking every day."""

import numpy as np
import pytest
from scipy.stats import ttest_ind

from journeyman.errors import RunError
from journeyman.measurement.lift import always_valid_z, lifts


def two_arms(rng, n=400, effect=0.1):
    arm = np.where(rng.random(n) < 0.7, "treatment", "holdout")
    before = rng.normal(size=n)
    outcome = (rng.random(n) < np.clip(0.3 + 0.2 * np.tanh(before) + effect * (arm == "treatment"), 0, 1)).astype(float)
    return outcome, arm, before[:, None]


def test_without_covariates_it_is_the_difference_of_means():
    outcome, arm, _ = two_arms(np.random.default_rng(1))
    lift = lifts(outcome, arm)["holdout"]
    treated, held = outcome[arm == "treatment"], outcome[arm == "holdout"]
    assert lift.value == pytest.approx(treated.mean() - held.mean())
    assert lift.relative == pytest.approx(treated.mean() / held.mean() - 1)
    assert lift.p_value == pytest.approx(ttest_ind(treated, held, equal_var=False).pvalue, rel=0.1)
    assert lift.low < lift.fixed_low < lift.value < lift.fixed_high < lift.high
    assert lift.relative_low < lift.relative < lift.relative_high
    assert (lift.treatment_n, lift.control_n) == (len(treated), len(held))


def test_the_always_valid_interval_is_not_much_wider():
    assert always_valid_z(1.0) / 1.96 < 1.17
    assert always_valid_z(1.0) == min(always_valid_z(f) for f in np.linspace(0.1, 3, 291).round(2))


def test_looking_every_day_errs_no_more_often_than_said():
    """Under no effect, with a look a day of a plan of 28 and as many after its end, the interval leaves out 0 in at most α of journeys."""
    steps = np.random.default_rng(11).normal(size=(20_000, 56)) / 28**0.5
    walk = steps.cumsum(axis=1)  # (journeys, looks): Brownian motion at f = 1/28 … 2
    seen = np.arange(1, 57) / 28
    bound = np.array([always_valid_z(f) for f in seen]) * seen**0.5
    crossed = np.abs(walk) > bound
    assert 0.02 < crossed[:, :28].any(axis=1).mean() < 0.045 and crossed.any(axis=1).mean() < 0.05


def test_every_arm_present_is_compared():
    rng = np.random.default_rng(2)
    arm = rng.choice(["treatment", "holdout", "bau"], 300)
    assert set(lifts(rng.random(300), arm)) == {"holdout", "bau"}


def test_covariates_narrow_the_interval_and_useless_ones_do_no_harm():
    rng = np.random.default_rng(3)
    arm = np.where(rng.random(2000) < 0.5, "treatment", "holdout")
    before = rng.normal(size=(2000, 1))
    outcome = before[:, 0] + 0.5 * rng.normal(size=2000) + 0.1 * (arm == "treatment")
    plain, helped = lifts(outcome, arm)["holdout"], lifts(outcome, arm, before)["holdout"]
    assert helped.variance_reduction > 0.6
    assert helped.high - helped.low < 0.6 * (plain.high - plain.low)
    before[::3] = np.nan
    useless = np.column_stack([before, np.ones(2000), np.full(2000, np.nan)])
    assert np.isfinite(lifts(outcome, arm, useless)["holdout"].value)
    noise = lifts(outcome, arm, rng.normal(size=(2000, 5)))["holdout"]
    assert noise.high - noise.low <= (plain.high - plain.low) * 1.001


def test_coverage_at_one_look():
    rng = np.random.default_rng(4)
    hits = {"fixed": 0, "always": 0, "relative": 0}
    for _ in range(400):
        lift = lifts(*two_arms(rng))["holdout"]
        hits["fixed"] += lift.fixed_low <= 0.1 <= lift.fixed_high
        hits["always"] += lift.low <= 0.1 <= lift.high
        hits["relative"] += lift.relative_low <= 1 / 3 <= lift.relative_high
    assert 0.92 <= hits["fixed"] / 400 <= 0.98
    assert hits["always"] / 400 >= 0.965  # 2.28 standard errors cover 97.7 %
    assert hits["relative"] / 400 >= 0.965


def test_looking_every_day_stays_honest_and_a_fixed_interval_would_not():
    rng = np.random.default_rng(5)
    runs, days, n = 300, 14, 300
    fooled_always = fooled_fixed = 0
    for _ in range(runs):
        arm = np.where(rng.random(n) < 0.6, "treatment", "holdout")
        outcome = np.cumsum(rng.random((days, n)) < 0.1, axis=0).astype(float)  # (days, n), no effect at all
        looks = [lifts(outcome[day], arm, fraction=(day + 1) / days)["holdout"] for day in range(days)]
        fooled_always += any(look.significant for look in looks)
        fooled_fixed += any(look.p_value < 0.05 for look in looks)
    assert fooled_always / runs <= 0.06
    assert fooled_fixed / runs > 0.1


def test_wrong_inputs_say_what_to_do():
    with pytest.raises(RunError, match="treated"):
        lifts(np.ones(3), np.array(["holdout"] * 3))
    with pytest.raises(RunError, match="not numbers"):
        lifts(np.array([1.0, np.nan, 0.0]), np.array(["treatment"] * 3))
    with pytest.raises(ValueError, match="above 0"):
        always_valid_z(0)


def test_nobody_succeeded():
    lift = lifts(np.zeros(10), np.array(["treatment", "holdout"] * 5))["holdout"]
    assert (lift.value, lift.relative, lift.p_value, lift.significant) == (0, None, 1.0, False)
