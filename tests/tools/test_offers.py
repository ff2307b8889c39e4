"""An incentive budget brought to a cohort: what is chosen sets the money aside that is due, and goes to those it moves."""

import numpy as np
import pytest

from journeyman.decisioning import Policy
from tools.offers import ASKED, Allowance, drawn, terms

LIABILITY = np.array([0.0, 0.0, 5.0, 10.0])


def taught(**settings):
    """Hold, a plain message, a small and a large offer; offers move only customers with a large first number."""
    features = np.array([[0, 0], [1, 0], [1, 0.5], [1, 1]], np.float32)
    policy = Policy.create(features, 3, 5, hold=0, costs=[0, 0.001, 0.001, 0.001], **settings)
    g = np.random.default_rng(1)
    x, action = g.normal(size=(30_000, 3)), g.integers(0, 4, 30_000)
    chance = 1 / (1 + np.exp(3 - 0.4 * (action > 0) - features[action, 1] * (0.5 + x[:, 0])))
    policy.learn(x, action, (g.random(30_000) < chance).astype(float))
    return policy


@pytest.mark.parametrize("share", [0.02, 0.2, 0.6])
def test_choices_under_a_price_set_aside_what_is_due(share):
    policy, x = taught(), np.random.default_rng(2).normal(size=(4000, 3))
    eligible = np.ones((4000, 4), bool)
    freely = LIABILITY[policy.decide(x, eligible, seed=1).action]
    money = share * freely.sum()
    on = terms(policy, x, eligible, LIABILITY, money, 0.01)
    chosen = policy.at_costs(policy.costs + on.price * LIABILITY).decide(x, eligible, seed=1)
    spent = LIABILITY[chosen.action]
    assert on.share == 1 and on.price > 0
    luck = 3 * np.sqrt(10 * money)  # three standard errors of a sum of offers; and the price is found on some of them only
    assert spent.sum() == pytest.approx(money, abs=0.1 * money + luck)
    got = spent > 0
    assert x[got, 0].mean() > x[freely > 0, 0].mean() + 0.1, "a scarcer offer goes to those it moves more"
    assert policy.costs[3] == 0.001, "the policy itself is not changed"


def test_no_price_without_offers_to_give_or_a_budget_that_binds():
    policy, x = taught(), np.zeros((10, 3))
    everything, nothing = np.ones((10, 4), bool), np.ones((10, 4), bool)
    nothing[:, 2:] = False
    assert terms(policy, x, nothing, LIABILITY, 100.0, 0.01) == (0.0, 1.0)
    assert terms(policy, x, everything, LIABILITY, 1e6, 0.01) == (0.0, 1.0)
    assert terms(policy, x, everything, LIABILITY, 0.0, 0.01) == (0.0, 0.0)


def test_where_exploring_alone_would_cost_too_much_a_lot_decides():
    policy, count = taught(), 2 * ASKED
    on = terms(policy, np.zeros((count, 3)), np.ones((count, 4), bool), LIABILITY, 50.0, 0.5)
    by_chance = 0.5 * LIABILITY.mean() * count
    assert on.share == pytest.approx(50 / by_chance) and on.price > 1 / 5


def test_an_allowance_paces_the_days_and_pace_tightens():
    month = Allowance(limit=2800.0, days=28, redeemed=1.0)
    assert month.today(1.0) == pytest.approx(100) and month.today(0.5) == pytest.approx(50)
    assert Allowance(limit=100.0, spent=70.0, promised={7: 30.0}, days=3).today(1.0) == 0


def test_the_lottery_keeps_to_its_share_and_does_not_depend_on_company():
    names = [f"c{i}" for i in range(4000)]
    won = drawn(names, "2026-03-02", 0.1)
    assert 330 < won.sum() < 470
    assert drawn(names, "2026-03-02", 1.0).all() and not drawn(names, "2026-03-02", 0.0).any()
    assert not np.array_equal(won, drawn(names, "2026-03-03", 0.1))
    assert np.array_equal(drawn(names[:50], "2026-03-02", 0.1), won[:50])
