"""Off-policy evaluation: right on average, honest intervals, no verdict without overlap, agreement on real logs."""

import os
from pathlib import Path

import numpy as np
import pytest

from journeyman.decisioning.evaluation import evaluate
from journeyman.errors import PolicyError

ESTIMATORS = ("ips", "snips", "dm", "dr", "sndr", "switch-dr")


def log(n=4000, seed=0, bias=0.0):
    """A log of a soft policy over 8 actions with a good (or biased) reward model, and the truth of a better policy."""
    g = np.random.default_rng(seed)
    rate = 1 / (1 + np.exp(2.5 - g.normal(size=(n, 8))))
    logging = np.exp(0.5 * g.normal(size=(n, 8)))
    logging /= logging.sum(1, keepdims=True)
    target = 0.2 / 8 + 0.8 * np.exp(6 * rate) / np.exp(6 * rate).sum(1, keepdims=True)
    action = (g.random(n)[:, None] < logging.cumsum(1)).argmax(1)
    row = np.arange(n)
    model = np.clip(rate * (1 + 0.1 * g.normal(size=rate.shape)) + bias, 0, 1)
    given = {
        "reward": (g.random(n) < rate[row, action]).astype(float),
        "propensity": logging[row, action],
        "target_propensity": target[row, action],
        "q_logged": model[row, action],
        "q_target": (target * model).sum(1),
    }
    return given, (target * rate).sum(1).mean()


@pytest.mark.parametrize("bias", [0.0, 0.1])
def test_estimators_are_right_on_average_and_intervals_cover(bias):
    found, truths = [], []
    for seed in range(120):
        given, truth = log(1500, seed, bias)
        found.append(evaluate(**given))
        truths.append(truth)
    for name in ESTIMATORS:
        each = [f.estimates[name] for f in found]
        error = np.array([e.value for e in each]) - truths
        if name == "dm":
            assert error.mean() == pytest.approx(bias, abs=0.01)
            continue
        assert abs(error.mean()) < 4 * error.std() / np.sqrt(len(error)) + 1e-3
        assert np.mean([e.low <= t <= e.high for e, t in zip(each, truths, strict=True)]) > 0.88
        assert np.mean([e.stderr for e in each]) == pytest.approx(error.std(), rel=0.3)


def test_formulas_against_a_hand_made_log():
    r, p, t = np.array([1.0, 0, 1, 0]), np.array([0.5, 0.5, 0.25, 0.5]), np.array([0.5, 0.25, 0.5, 0.5])
    q, big = np.array([0.5, 0.2, 0.6, 0.1]), np.array([0.4, 0.3, 0.5, 0.2])
    w = t / p  # 1, 0.5, 2, 1
    found = evaluate(r, p, t, q, big)
    assert found.estimates["ips"].value == pytest.approx(0.75)
    assert found.estimates["snips"].value == pytest.approx(3 / 4.5)
    assert found.estimates["dm"].value == pytest.approx(0.35)
    assert found.estimates["dr"].value == pytest.approx(0.35 + np.mean(w * (r - q)))
    assert found.estimates["sndr"].value == pytest.approx(0.35 + (w * (r - q)).sum() / 4.5)
    assert found.ess == pytest.approx(4.5**2 / 6.25) and found.max_weight == 2
    assert found.estimates["ips"].stderr == pytest.approx((w * r).std(ddof=1) / 2)


def test_switch_drops_a_weight_that_would_drown_the_rest():
    given, truth = log(3000, 1)
    given["propensity"][7], given["target_propensity"][7], given["reward"][7] = 1e-4, 0.9, 1.0
    found = evaluate(**given)
    assert abs(found.estimates["switch-dr"].value - truth) < 0.1 < abs(found.estimates["ips"].value - truth)


def test_switch_dr_is_the_published_estimator_written_by_action():
    """Wang, Agarwal and Dudík (2017): doubly robust on actions of weight up to a threshold, the reward model alone on the others."""
    g = np.random.default_rng(3)
    n, row = 2000, np.arange(2000)
    p, t = g.dirichlet(np.full(12, 2.0), n), g.dirichlet(np.full(12, 2.0), n)
    p[7], t[7] = np.where(np.arange(12) == 0, 1e-4, 0.9999 / 11), np.where(np.arange(12) == 0, 0.9, 0.1 / 11)
    q, action = g.random((n, 12)) * 0.1, (g.random(n)[:, None] < p.cumsum(1)).argmax(1)
    action[7] = 0  # a draw that hardly ever happens
    r, w = (g.random(n) < 0.05).astype(float), t / p
    r[7] = 1.0
    mine = w[row, action]
    found = evaluate(r, p[row, action], t[row, action], q[row, action], (t * q).sum(1))

    def published(threshold):
        small = w <= threshold
        residual = np.where(mine <= threshold, mine * (r - q[row, action]), 0.0)
        return float(((t * q * small).sum(1) + residual + (t * q * ~small).sum(1)).mean())

    by_action = [published(x) for x in np.quantile(mine, [1.0, 0.999, 0.99, 0.98, 0.95, 0.9, 0.75, 0.5])]
    assert by_action[0] == pytest.approx(found.estimates["dr"].value)
    assert min(abs(found.estimates["switch-dr"].value - v) for v in by_action[1:]) < 1e-12
    assert found.estimates["switch-dr"].stderr < found.estimates["dr"].stderr


def test_the_bootstrap_agrees_with_the_normal_interval_and_repeats():
    given, _ = log(3000)
    normal, boot, again = (evaluate(**given, interval=i, seed=3, resamples=400) for i in ("normal", "bootstrap", "bootstrap"))
    for name in ESTIMATORS:
        assert boot.estimates[name] == again.estimates[name]
        assert boot.estimates[name].stderr == pytest.approx(normal.estimates[name].stderr, rel=0.2)
    assert evaluate(**given, interval="bootstrap", seed=4, resamples=400).estimates["dr"].low != boot.estimates["dr"].low


def test_a_better_policy_is_called_better_and_the_same_one_no_different():
    given, _ = log(20_000)
    found = evaluate(**given)
    assert found.overlap == "good" and found.verdict == "better" and found.estimator == "dr"
    assert found.interval == (found.estimates["dr"].low, found.estimates["dr"].high)
    same = evaluate(given["reward"], given["propensity"], given["propensity"])
    assert same.verdict == "no difference" and same.estimator == "snips" and same.ess == pytest.approx(20_000)
    assert same.gain.value == pytest.approx(0) and same.gain.stderr == pytest.approx(0)
    assert evaluate(1 - given["reward"], given["propensity"], given["target_propensity"]).verdict == "worse"


def test_no_verdict_where_the_log_hardly_covers_the_target():
    n = 3000
    g = np.random.default_rng(0)
    p, reward = np.full(n, 1 / 300), (g.random(n) < 0.03).astype(float)
    certain = (g.random(n) < 1 / 300).astype(float)  # always one of 300 actions
    heavy = np.full(n, 1 / 300)
    heavy[0] = 1.0
    for target in (certain, heavy, np.zeros(n), np.full(n, 0.5)):  # the last: weights of 150 that cannot average to 1
        found = evaluate(reward, p, target)
        assert found.overlap == "poor" and found.verdict == "refused"
        assert found.to_contract()["overlap"] == "poor"
        assert np.isfinite(found.value)


def test_the_contract_names_every_field():
    given, _ = log(500)
    document = evaluate(**given).to_contract()
    assert set(document) == {"n", "ess", "max_weight", "overlap", "estimates"}
    assert set(document["estimates"]) == set(ESTIMATORS)
    assert all(set(e) == {"value", "stderr", "low", "high"} for e in document["estimates"].values())
    assert set(evaluate(given["reward"], given["propensity"], given["target_propensity"]).to_contract()["estimates"]) == {"ips", "snips"}


@pytest.mark.parametrize(
    "change",
    [
        {"propensity": 0.0}, {"propensity": 1.5}, {"propensity": np.nan}, {"target_propensity": -0.1}, {"target_propensity": 1.2},
        {"reward": np.inf}, {"q_target": np.nan},
    ],
)  # fmt: skip
def test_logs_out_of_range_are_refused(change):
    given, _ = log(50)
    for name, value in change.items():
        given[name][3] = value
    with pytest.raises(PolicyError):
        evaluate(**given)


def test_logs_that_do_not_fit_are_refused():
    given, _ = log(50)
    with pytest.raises(PolicyError, match="shape"):
        evaluate(given["reward"][:-1], given["propensity"], given["target_propensity"])
    with pytest.raises(PolicyError, match="together"):
        evaluate(given["reward"], given["propensity"], given["target_propensity"], given["q_logged"])
    with pytest.raises(PolicyError, match="empty"):
        evaluate([], [], [])


LOGS = Path(os.environ.get("OPEN_BANDIT_LOGS", Path(__file__).parents[3] / "shared" / "data" / "obd"))
PUBLISHED = {
    "men": {"ips": 0.00453356, "snips": 0.00460423, "dm": 0.00415043, "dr": 0.00456874, "sndr": 0.00457526},
    "women": {"ips": 0.00681347, "snips": 0.00681097, "dm": 0.00455473, "dr": 0.00686307, "sndr": 0.00686222},
}
"""What Open Bandit Pipeline gives on these logs, to eight decimals."""


@pytest.mark.parametrize("campaign", ["men", "women"])
def test_a_real_log_of_a_random_policy_prices_thompson_sampling(campaign):
    """Open Bandit logs: uniform logging, a Thompson-sampling target, reward models fitted elsewhere, importance weights as published."""
    file = LOGS / f"{campaign}.npz"
    if not file.exists():
        pytest.skip(f"no Open Bandit log at {file} (set OPEN_BANDIT_LOGS)")
    with np.load(file, allow_pickle=False) as data:
        action, place, reward, p, published, q, target = (data[k] for k in ("action", "position", "reward", "pscore", "w", "q_hat", "ad0"))
    row = np.arange(len(action))
    t = target[action, place]
    found = evaluate(reward, p, t, q[row, action, place], (target.T[place] * q[row, :, place]).sum(1))
    assert t / p == pytest.approx(published, rel=1e-6)
    assert found.overlap == "good"
    assert {name: found.estimates[name].value for name in PUBLISHED[campaign]} == pytest.approx(PUBLISHED[campaign], abs=1e-8)
    assert found.estimates["ips"].value == pytest.approx(np.mean(published * reward))
    assert found.estimates["snips"].value == pytest.approx((published * reward).sum() / published.sum())
    values = [found.estimates[name] for name in ESTIMATORS if name != "dm"]
    assert max(e.low for e in values) < min(e.high for e in values)
    assert 0 < found.value < 0.02


@pytest.mark.parametrize("n", [20, 50, 200])
def test_a_bound_holds_where_the_normal_interval_does_not(n):
    """Eight actions, successes of a few per cent, weights that vary much: three standard errors above 5 % of 300 logs would be 26."""
    g = np.random.default_rng(n)
    log = 0.9 * g.dirichlet(np.full(8, 0.5)) + 0.1 / 8
    target, rate = g.dirichlet(np.ones(8)), g.uniform(0, 0.06, 8)
    missed = {"normal": 0, "bound": 0}
    gains = dict(missed)
    for _ in range(300):
        action = g.choice(8, n, p=log)
        reward = (g.random(n) < rate[action]).astype(float)
        for kind in missed:
            found = evaluate(reward, log[action], target[action], interval=kind)
            missed[kind] += not found.estimates["ips"].low <= target @ rate <= found.estimates["ips"].high
            gains[kind] += not found.gain.low <= (target - log) @ rate <= found.gain.high
    assert missed["bound"] <= 26 and gains["bound"] <= 26
    assert missed["normal"] > 40, "else this log is no hard one"


def test_a_bound_is_of_use_where_policies_are_alike():
    g = np.random.default_rng(3)
    reward = (g.random(20_000) < 0.05).astype(float)
    found = evaluate(reward, np.full(20_000, 0.5), np.full(20_000, 0.5), interval="bound")
    assert 0.044 < found.interval[0] < found.logged < found.interval[1] < 0.06
    better = g.random(20_000) < 0.5  # one action earns 20 %, the other nothing; the target takes the first more often
    paid = (better & (g.random(20_000) < 0.2)).astype(float)
    found = evaluate(paid, np.full(20_000, 0.5), np.where(better, 0.9, 0.1), interval="bound")
    assert found.verdict == "better" and found.gain.low > 0.05 and found.estimates["ips"].low < 0.18 < found.estimates["ips"].high
    with pytest.raises(PolicyError, match=r"rewards in \[0, 1\]"):
        evaluate(2 * reward, np.full(20_000, 0.5), np.full(20_000, 0.5), interval="bound")
