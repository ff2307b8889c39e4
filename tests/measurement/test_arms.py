"""Arms: stable, independent of order, of the planned size; the sample-ratio alarm."""

import numpy as np
import pytest

from journeyman.domain import Measurement
from journeyman.errors import PlanError
from journeyman.measurement.arms import assign, sample_ratio

CUSTOMERS = [f"c{i}" for i in range(20_000)]
SHARES = Measurement(holdout=0.1, random_control=0.2, bau=0.05)


def test_shares_are_met_and_no_alarm_sounds():
    ratio = sample_ratio(assign(CUSTOMERS, "winback", SHARES), SHARES)
    assert not ratio.alarm
    assert ratio.counts["random_control"] / 20_000 == pytest.approx(0.2, abs=0.01)
    assert sum(ratio.counts.values()) == 20_000


def test_an_arm_does_not_depend_on_the_others_or_their_order():
    arms = dict(zip(CUSTOMERS, assign(CUSTOMERS, "s", SHARES), strict=True))
    some = CUSTOMERS[7000:3:-13]
    assert list(assign(some, "s", SHARES)) == [arms[c] for c in some]


def test_another_salt_deals_anew():
    a, b = assign(CUSTOMERS, "s1", SHARES), assign(CUSTOMERS, "s2", SHARES)
    both = np.mean((a == "holdout") & (b == "holdout"))
    assert both == pytest.approx(0.01, abs=0.003)


def test_an_arm_is_the_same_tomorrow():
    assert list(assign(["ann", "bob", "cy", "dee", "eve", "fay"], "salt", Measurement(holdout=0.3, random_control=0.3, bau=0.3))) == [
        "treatment", "random_control", "treatment", "random_control", "random_control", "bau",
    ]  # fmt: skip


def test_raising_the_holdout_moves_nobody_out_of_it():
    small = assign(CUSTOMERS, "s", Measurement(holdout=0.1, random_control=0, bau=0))
    large = assign(CUSTOMERS, "s", Measurement(holdout=0.2, random_control=0, bau=0))
    assert set(large[small == "holdout"]) == {"holdout"}


def test_a_skewed_split_sounds_the_alarm():
    arms = assign(CUSTOMERS, "s", SHARES)
    lost = arms[~((arms == "holdout") & (np.arange(len(arms)) % 5 == 0))]
    assert sample_ratio(lost, SHARES).alarm


def test_an_arm_without_a_share_must_be_empty():
    shares = Measurement(holdout=0.5, random_control=0, bau=0)
    assert sample_ratio(np.array(["holdout", "treatment"] * 500 + ["bau"]), shares).alarm
    assert not sample_ratio(np.array(["holdout", "treatment"] * 500), shares).alarm


def test_no_treatment_left_is_an_error_with_a_remedy():
    with pytest.raises(PlanError, match="Lower the shares"):
        assign(["a"], "s", Measurement(holdout=0.5, random_control=0.4, bau=0.1))
