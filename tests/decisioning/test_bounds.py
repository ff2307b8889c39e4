"""Intervals that hold in small logs: coverage by simulation where the normal interval fails, hard cases, customers as units."""

import numpy as np
import pytest

from journeyman.decisioning.bounds import below, gain_interval, value_interval
from journeyman.decisioning.evaluation import evaluate
from journeyman.errors import PolicyError

ACTIONS, RATE = 10, 0.03


def world(spread, seed=0):
    """Logging and target shares and success rates of ten actions; the more spread, the heavier the largest weights."""
    g = np.random.default_rng(seed)
    p, t = (np.exp(spread * g.normal(size=ACTIONS)) for _ in range(2))
    rate = np.exp(g.normal(size=ACTIONS))
    return p / p.sum(), t / t.sum(), RATE * rate / rate.mean()


def drawn(generator, n, p, t, rate):
    action = generator.choice(ACTIONS, size=n, p=p)
    return (generator.random(n) < rate[action]).astype(float), p[action], t[action]


@pytest.mark.parametrize("n", [20, 50, 200])
@pytest.mark.parametrize("spread", [0.3, 1.5])
def test_the_bound_covers_where_the_normal_interval_does_not(n, spread):
    """Weights up to 2 and up to 60, three successes of a hundred."""
    p, t, rate = world(spread)
    value, gain = (t * rate).sum(), ((t - p) * rate).sum()
    hits, repeats = {"normal": np.zeros(2), "bound": np.zeros(2)}, 200
    g = np.random.default_rng(n)
    for _ in range(repeats):
        r, logged, target = drawn(g, n, p, t, rate)
        for name, hit in hits.items():
            found = evaluate(r, logged, target, interval=name)
            ips = found.estimates["ips"]
            hit += [ips.low <= value <= ips.high, found.gain.low <= gain <= found.gain.high]
    assert (hits["bound"] / repeats >= 0.95).all(), hits
    if n < 200 or spread > 1:
        assert (hits["normal"] / repeats < 0.85).all(), hits


def test_one_side_errs_no_more_often_than_it_may():
    """At a loose level and a mean near the edge, where a bound that is merely nearly right is found out."""
    g = np.random.default_rng(5)
    for draw, mean in ((lambda n: g.random(n) < 0.03, 0.03), (lambda n: g.pareto(1.5, n), 2.0), (g.random, 0.5)):
        missed = np.mean([below(draw(40).astype(float), 0.2) > mean for _ in range(600)])
        assert missed <= 0.2
    assert missed > 0.005  # and it is no empty promise: the bound is near enough to miss now and then


def test_an_action_the_log_hardly_ever_tried_is_not_ruled_out():
    """The target always does what the log did once in 200 times and what always succeeds: unseen in most logs, yet within the bound."""
    g, hits = np.random.default_rng(2), np.zeros(2)
    for _ in range(200):
        rare = g.random(100) < 0.005
        found = evaluate(rare.astype(float), np.where(rare, 0.005, 0.995), rare.astype(float), interval="bound")
        hits += [found.interval[0] <= 1.0 <= found.interval[1], found.gain.low <= 0.995 <= found.gain.high]
        if not rare.any():
            assert found.interval == (0.0, 1.0)
    assert (hits / 200 >= 0.95).all()


def test_bounds_stay_in_range_tighten_with_rows_and_need_no_order():
    p, t, rate = world(0.5)
    widths = []
    for n in (1, 50, 1000, 20_000):
        r, logged, target = drawn(np.random.default_rng(n), n, p, t, rate)
        w = target / logged
        low, high = value_interval(r, w, 0.05)
        assert 0 <= low < high <= 1
        assert value_interval(r[::-1], w[::-1], 0.05) == pytest.approx((low, high), abs=1e-7)
        lower, upper = gain_interval(r, w, 0.05)
        assert -1 <= lower < upper <= 1
        wide = value_interval(r, w, 0.01)
        assert wide[0] <= low and wide[1] >= high
        widths.append(high - low)
    assert widths == sorted(widths, reverse=True) and widths[-1] < 0.03
    assert value_interval(np.ones(50), np.ones(50), 0.05)[1] == 1.0 and below(np.zeros(9), 0.05) == 0.0


def customers(generator, count, p, t, rate):
    """Customers of one to four decisions that share their fate: action, reward and so weight."""
    each = generator.integers(1, 5, size=count)
    r, logged, target = drawn(generator, count, p, t, rate)
    who = np.repeat(np.arange(count), each)
    return r[who], logged[who], target[who], who


def test_decisions_of_one_customer_are_not_taken_for_independent():
    p, t, _ = world(0.5)
    rate = np.full(ACTIONS, 0.3) + 0.02 * np.arange(ACTIONS)
    value, hits = (t * rate).sum(), dict.fromkeys(("rows", "normal", "bootstrap", "bound"), 0)
    g = np.random.default_rng(8)
    for _ in range(150):
        r, logged, target, who = customers(g, 150, p, t, rate)
        found = {name: evaluate(r, logged, target, groups=who, interval=name, resamples=200) for name in ("normal", "bootstrap", "bound")}
        found["rows"] = evaluate(r, logged, target)
        for name, f in found.items():
            hits[name] += f.estimates["ips"].low <= value <= f.estimates["ips"].high
    assert hits["rows"] < 0.85 * 150 and hits["normal"] > 0.9 * 150 and hits["bootstrap"] > 0.88 * 150 and hits["bound"] >= 0.95 * 150


def test_groups_of_one_change_nothing():
    p, t, rate = world(0.5)
    r, logged, target = drawn(np.random.default_rng(0), 500, p, t, rate)
    for name in ("normal", "bootstrap", "bound"):
        alone = evaluate(r, logged, target, interval=name)
        assert evaluate(r, logged, target, interval=name, groups=np.arange(500)) == alone


def test_the_bound_wants_rewards_in_range():
    with pytest.raises(PolicyError, match="rewards in"):
        evaluate([0.0, 1.5], [0.5, 0.5], [0.5, 0.5], interval="bound")
    with pytest.raises(PolicyError, match="groups"):
        evaluate([0.0, 1.0], [0.5, 0.5], [0.5, 0.5], groups=[0.5, 1])
    with pytest.raises(PolicyError, match="interval"):
        evaluate([0.0, 1.0], [0.5, 0.5], [0.5, 0.5], interval="bound-ish")
