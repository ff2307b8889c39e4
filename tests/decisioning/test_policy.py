"""Decisions: exact propensities, repeatable bit for bit, eligibility, hold, floor."""

import hashlib
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from journeyman.decisioning import Policy
from journeyman.errors import PolicyError

D, VARIANTS, WINDOWS = 5, 12, 3


def product(seed=0, *, hold=True, costs=True, draws=32, **more):
    """A policy over variants × windows (with hold first) that has learned a little."""
    g = np.random.default_rng(seed)
    features = np.concatenate([np.repeat(g.normal(size=(VARIANTS, 4)), WINDOWS, 0), np.tile(np.eye(WINDOWS), (VARIANTS, 1))], 1)
    items = np.repeat(np.arange(VARIANTS), WINDOWS)
    if hold:
        features, items = np.concatenate([np.zeros((1, 7)), features]), np.concatenate([[-1], items])
    count = len(items)
    price = np.where(np.arange(count) % 2, 0.002, 0.01) if costs else np.zeros(count)
    price[0] = 0.0
    policy = Policy.create(
        features, D, seed, hold=0 if hold else None, costs=price, items=items, draws=draws, temper=1.0, **{"floor": 0.05, **more}
    )
    x = g.normal(size=(400, D))
    action = g.integers(count, size=400)
    policy.learn(x, action, g.random(400) < 1 / (1 + np.exp(1.5 - x[:, 0] * features[action, 0])))
    return policy, g.normal(size=(200, D)).astype(np.float32), g.random((200, count)) < 0.4


def brute(policy, x, may):
    """(n, S): winners by plain arithmetic over all draws."""
    weights, units = policy._belief.weights.astype(float), policy._belief.identities.astype(float)
    _, features, _ = policy.mode()
    padded = np.concatenate([units, np.zeros((len(units), 1))], 1)[:, policy._shape.identity_of]  # (S, K)
    full = np.concatenate([np.ones((len(x), 1)), x], 1)
    score = np.einsum("nd,sdq,kq->nsk", full, weights, features) + padded
    net = 1 / (1 + np.exp(-score)) - policy.costs
    net[~np.broadcast_to(may[:, None, :], net.shape)] = -np.inf
    return net.argmax(2), 1 / (1 + np.exp(-score))


@pytest.mark.parametrize("shape", [{}, {"hold": False}, {"costs": False}, {"hold": False, "costs": False}])
def test_propensities_are_exact_against_brute_force_over_all_draws(shape):
    policy, x, may = product(**shape)
    winner, reward = brute(policy, x, may)
    wins = (winner[:, :, None] == np.arange(may.shape[1])).mean(1)
    want = 0.95 * wins + 0.05 * may / may.sum(1, keepdims=True)
    assert np.allclose(policy.propensities(x, may), want, atol=1e-12)
    chosen = policy.decide(x, may, seed=3)
    rows = np.arange(len(x))
    assert np.array_equal(chosen.propensity, policy.propensities(x, may)[rows, chosen.action])
    assert np.allclose(chosen.expected, reward.mean(1)[rows, chosen.action], atol=1e-6)
    assert np.allclose(policy.rewards(x), reward.mean(1), atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32), taught=st.integers(0, 3000), density=st.floats(0.02, 1), draws=st.sampled_from([1, 3, 32, 64]),
    temper=st.sampled_from([0.01, 0.3, 1.0]), hold=st.booleans(), costs=st.booleans(), scale=st.sampled_from([0.01, 1.0, 30.0]),
)  # fmt: skip
def test_leaving_out_who_cannot_win_changes_not_a_bit(seed, taught, density, draws, temper, hold, costs, scale):
    g = np.random.default_rng(seed)
    features = np.concatenate([np.repeat(g.normal(size=(150, 5)), 2, 0), np.tile(np.eye(2), (150, 1))], 1)
    items = np.repeat(np.arange(150), 2)
    price = g.choice([0.0, 0.002, 0.01], 300) if costs else np.zeros(300)
    policy = Policy.create(features, D, seed, hold=0 if hold else None, items=items, costs=price, draws=draws, temper=temper)
    x = g.normal(size=(taught, D))
    action = g.integers(300, size=taught)
    policy.learn(x, action, g.random(taught) < 1 / (1 + np.exp(1.5 - 2 * x[:, 0] * features[action, 0])))
    x, may = (scale * g.normal(size=(70, D))).astype(np.float32), g.random((70, 300)) < density
    may[::3, :200] = False  # some customers see the last units alone
    live = np.ones(300, bool)
    (some, _), (all_, _) = policy._field.winners(x, may, live), policy._field.winners(x, may, live, prune=False)
    assert np.array_equal(some, all_)


def test_most_actions_are_left_out_once_much_is_learned():
    """Otherwise looking for those who cannot win would be work for nothing."""
    g = np.random.default_rng(0)
    features = g.normal(size=(200, 4))
    policy = Policy.create(features, D, draws=32)
    x, action = g.normal(size=(40_000, D)), g.integers(200, size=40_000)
    policy.learn(x, action, g.random(40_000) < 1 / (1 + np.exp(2 - features[action, 0] - x[:, 0] * features[action, 1])))
    x, may, live = g.normal(size=(50, D)).astype(np.float32), np.ones((50, 200), bool), np.ones(200, bool)
    assert policy._field.winners(x, may, live)[1].mean() < 100


def test_actions_without_a_product_structure_score_the_same():
    g = np.random.default_rng(1)
    policy = Policy.create(g.normal(size=(23, 6)), D, items=g.integers(5, size=23), draws=16, temper=1.0, costs=g.random(23) * 0.01)
    x, may = g.normal(size=(50, D)).astype(np.float32), g.random((50, 23)) < 0.7
    wins = (brute(policy, x, may)[0][:, :, None] == np.arange(23)).mean(1)
    assert np.allclose(policy.propensities(x, may, floor=0.0), wins, atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.floats(0, 1), st.floats(0, 1))
def test_rows_sum_to_one_and_nothing_ineligible_is_ever_chosen(seed, density, floor):
    policy, x, _ = product()
    may = np.random.default_rng(seed).random((len(x), len(policy.costs))) < density
    p = policy.propensities(x, may, floor=floor)
    chosen = policy.decide(x, may, seed=seed, floor=floor)
    some = may.any(1)
    assert np.allclose(p.sum(1), some) and (p[~may] == 0).all()
    assert (chosen.action[~some] == -1).all() and (chosen.propensity[~some] == 0).all()
    assert may[some, chosen.action[some]].all() and (chosen.propensity[some] > 0).all()
    assert np.array_equal(p[some, chosen.action[some]], chosen.propensity[some])


def test_one_row_alone_repeats_its_answer_bit_for_bit_on_any_number_of_threads():
    policy, x, may = product()
    keys = np.random.default_rng(7).integers(2**63, size=len(x), dtype=np.uint64) * np.uint64(2)
    before = numba.get_num_threads()
    try:
        answers = []
        for threads in range(1, min(2, numba.config.NUMBA_NUM_THREADS) + 1):
            numba.set_num_threads(threads)
            answers.append(policy.decide(x, may, keys=keys, seed=11))
    finally:
        numba.set_num_threads(before)
    order = np.random.default_rng(8).permutation(len(x))
    shuffled = policy.decide(x[order], may[order], keys=keys[order], seed=11)
    alone = [policy.decide(x[i : i + 1], may[i : i + 1], keys=keys[i : i + 1], seed=11) for i in range(len(x))]
    for field in ("action", "propensity", "expected"):
        first = getattr(answers[0], field)
        assert all(np.array_equal(getattr(a, field), first) for a in answers)
        assert np.array_equal(getattr(shuffled, field), first[order])
        assert np.array_equal(np.concatenate([getattr(a, field) for a in alone]), first)


def test_chunks_do_not_show(monkeypatch):
    policy, x, may = product()
    whole, p = policy.decide(x, may, seed=1), policy.propensities(x, may)
    monkeypatch.setattr("journeyman.decisioning.policy.CHUNK", 37)
    parts = policy.decide(x, may, seed=1)
    assert all(np.array_equal(a, b) for a, b in zip(whole, parts, strict=True))
    assert np.array_equal(policy.propensities(x, may), p)


def test_another_process_decides_the_same(tmp_path):
    policy, x, may = product()
    policy.save(tmp_path / "p")
    np.savez(tmp_path / "in.npz", x=x, may=may)
    code = (
        "import sys, hashlib, numpy as np; from journeyman.decisioning import Policy; f = np.load(sys.argv[2]);"
        "c = Policy.load(sys.argv[1]).decide(f['x'], f['may'], seed=5); print(hashlib.sha256(b''.join(a.tobytes() for a in c)).hexdigest())"
    )
    said = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "p"), str(tmp_path / "in.npz")], capture_output=True, text=True, check=True, timeout=300
    )
    assert said.stdout.strip() == hashlib.sha256(b"".join(a.tobytes() for a in policy.decide(x, may, seed=5))).hexdigest()


def test_choices_come_as_often_as_their_propensities_say():
    policy, x, may = product()
    times = 20_000
    p = policy.propensities(x[:1], may[:1], floor=0.3)[0]
    chosen = policy.decide(np.repeat(x[:1], times, 0), np.repeat(may[:1], times, 0), seed=4, floor=0.3)
    seen = np.bincount(chosen.action, minlength=len(p))
    assert chisquare(seen[p > 0], p[p > 0] * times).pvalue > 0.001
    over_seeds = np.concatenate([policy.decide(x[:1], may[:1], seed=s, floor=0.3).action for s in range(3000)])
    assert chisquare(np.bincount(over_seeds, minlength=len(p))[p > 0], p[p > 0] * 3000).pvalue > 0.001


def test_without_a_seed_every_call_draws_anew_and_the_sequence_repeats():
    a, x, may = product()
    b, *_ = product()
    first, second = a.decide(x, may, floor=1.0), a.decide(x, may, floor=1.0)
    assert not np.array_equal(first.action, second.action)
    assert np.array_equal(b.decide(x, may, floor=1.0).action, first.action)
    assert np.array_equal(b.decide(x, may, floor=1.0).action, second.action)


def test_the_floor_is_uniform_and_zero_floor_never_leaves_the_winners():
    policy, x, may = product()
    some = may.any(1)
    assert np.allclose(policy.propensities(x, may, floor=1.0)[some], (may / np.maximum(may.sum(1, keepdims=True), 1))[some])
    greedy = policy.decide(x, may, floor=0.0, seed=2)
    assert np.array_equal((policy.wins(x, may) == greedy.action[:, None]).any(1), np.ones(len(x), bool))


def test_hold_wins_where_messages_cost_more_than_they_bring():
    policy, x, _ = product(costs=False)
    free = policy.propensities(x, floor=0.0)[:, 0]
    policy.costs = np.where(np.arange(len(policy.costs)) == 0, 0.0, 0.5)
    dear = policy.propensities(x, floor=0.0)[:, 0]
    assert free.mean() < 0.5 < dear.mean() and (dear >= free).all()
    policy.costs = np.where(np.arange(len(policy.costs)) == 0, 0.0, 1.0)
    assert (policy.decide(x, floor=0.0, seed=1).action == 0).all()


def test_holds_reward_is_the_customers_base_rate_whatever_its_features_say():
    policy, x, _ = product()
    weights, *_ = policy.mode()
    base = 1 / (1 + np.exp(-(weights[0, 0] + x @ weights[1:, 0])))
    assert np.corrcoef(policy.rewards(x)[:, 0], base)[0, 1] > 0.95
    g = np.random.default_rng(3)
    held = Policy.create(g.normal(size=(6, 3)) + 2, D, hold=2)
    assert np.array_equal(held.mode()[1][2], [1, 0, 0, 0, 0])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda p, x, may: p.decide(np.where(x > 2, np.nan, x), may),
        lambda p, x, may: p.decide(np.where(x > 2, np.inf, x), may),
        lambda p, x, may: p.decide(x[:, :3], may),
        lambda p, x, may: p.decide(x[0], may[0]),
        lambda p, x, may: p.decide(x, may[:, :3]),
        lambda p, x, may: p.decide(x, may.astype(float)),
        lambda p, x, may: p.decide(x, may, keys=np.arange(len(x)) - 1),
        lambda p, x, may: p.decide(x, may, keys=np.arange(3)),
        lambda p, x, may: p.decide(x, may, floor=1.5),
        lambda p, x, may: p.decide([["a"] * D], None),
        lambda p, x, may: p.propensities(x, floor=float("nan")),
        lambda p, x, may: p.learn(x, np.zeros(len(x)), np.zeros(len(x))),
        lambda p, x, may: p.learn(x, np.full(len(x), 99), np.zeros(len(x))),
        lambda p, x, may: p.learn(x, np.zeros(len(x), int) - 1, np.zeros(len(x))),
        lambda p, x, may: p.learn(x, np.zeros(len(x), int), np.full(len(x), 1.1)),
        lambda p, x, may: p.learn(x, np.zeros(len(x), int), np.full(len(x), np.nan)),
        lambda p, x, may: p.add_actions(np.zeros((2, 3))),
        lambda p, x, may: p.retire([999]),
        lambda p, x, may: setattr(p, "costs", [1.0, 2.0]),
        lambda p, x, may: Policy.create(np.full((3, 2), np.nan), 2),
        lambda p, x, may: Policy.create(np.zeros(3), 2),
        lambda p, x, may: Policy.create(np.zeros((0, 3)), 2),
        lambda p, x, may: Policy.create(np.zeros((2, 3)), 2, hold=2),
        lambda p, x, may: Policy.create(np.zeros((2, 3)), 2, half_life=0),
    ],
)
def test_wrong_inputs_are_refused_with_a_remedy(spoil):
    with pytest.raises(PolicyError) as refused:
        spoil(*product())
    assert refused.value.remedy


def test_no_rows_no_trouble():
    policy, x, may = product()
    assert [len(a) for a in policy.decide(x[:0], may[:0])] == [0, 0, 0]
    assert policy.propensities(x[:0]).shape == (0, len(policy.costs))
    seen = policy.seen
    policy.learn(x[:0], np.zeros(0, int), np.zeros(0))
    assert policy.seen == seen


def test_what_is_compiled_is_compiled_anew_when_its_parts_change():
    """numba keeps compiled loops by the date of their own file; the parts of `lanes` are compiled into those of `race`."""
    from journeyman.decisioning import lanes, race

    assert hashlib.sha256(Path(lanes.__file__).read_bytes()).hexdigest().startswith(race.COMPILED_WITH) and len(race.COMPILED_WITH) >= 8


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=D, max_size=D), st.booleans())
def test_no_finite_number_makes_nan(seed, row, taught):
    policy, x, may = product(seed % 5)
    x[seed % 200] = row
    if taught:
        policy.learn(x, np.arange(200) % 37, np.arange(200) % 7 == 0)
    chosen = policy.decide(x, may, seed=seed)
    p = policy.propensities(x, may)
    assert np.isfinite(chosen.expected).all() and (chosen.expected >= 0).all() and (chosen.expected <= 1).all()
    assert np.allclose(p.sum(1), may.any(1)) and np.isfinite(policy.rewards(x)).all()
    assert may[may.any(1), chosen.action[may.any(1)]].all()
