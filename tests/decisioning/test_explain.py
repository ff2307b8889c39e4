"""Explanations add up and name what really mattered."""

import numpy as np
import pytest

from journeyman.decisioning import ContextEncoder, Policy
from journeyman.decisioning.explain import explain
from journeyman.errors import PolicyError

CUSTOMER = ["evening_share", "orders", "noise"]
ATTRIBUTES = ["channel=email", "channel=sms", "theme=savings"]


@pytest.fixture(scope="module")
def taught():
    """Evening people answer to SMS; nothing else matters."""
    g = np.random.default_rng(0)
    features = np.array([[0, 0, 0], [1, 0, 0], [1, 0, 1], [0, 1, 0], [0, 1, 1]], float)
    policy = Policy.create(features, 3, hold=0, base_rate=0.2, floor=0.05)
    x = g.normal(size=(6000, 3))
    action = g.integers(5, size=6000)
    policy.learn(x, action, g.random(6000) < 1 / (1 + np.exp(2 - 1.5 * x[:, 0] * features[action, 1])))
    return policy


def told(policy, x, action, **more):
    return explain(policy, x, action, context_labels=CUSTOMER, action_labels=ATTRIBUTES, **more)


def test_it_names_the_feature_and_the_attribute_that_mattered(taught):
    x = np.array([2.0, 0.5, -0.5], np.float32)
    why = told(taught, x, 3)
    assert why.customer[0][0] == "evening_share" and why.customer[0][1] > 0.5
    assert {why.attributes[0][0], why.attributes[1][0]} == {"channel=email", "channel=sms"}
    assert {r.action for r in why.rivals[:2]} == {3, 4} and why.rivals[0].expected > why.hold_expected
    assert why.eligible == 5 and why.models == 64


def test_contributions_add_up_to_the_models_log_odds(taught):
    x = np.array([1.0, -1.0, 0.3], np.float32)
    why = told(taught, x, 4, top=50)
    weights, features, identity = taught.mode()
    score = np.append(1.0, x) @ weights @ features.T + identity
    assert why.total == pytest.approx(score[4] - score[1:].mean())
    assert sum(v for _, v in why.attributes) + why.identity == pytest.approx(why.total)


def test_rivals_carry_exact_propensities_and_win_shares(taught):
    x, may = np.array([0.1, 0.2, 0.3], np.float32), np.array([True, True, False, True, True])
    why = told(taught, x, int(taught.decide(x[None], may[None], seed=1).action[0]), eligible=may)
    p = taught.propensities(x[None], may[None])[0]
    assert sum(r.win_share for r in why.rivals) == pytest.approx(1)
    for rival in why.rivals:
        assert rival.propensity == p[rival.action] == pytest.approx(0.95 * rival.win_share + 0.05 / 4)
    assert 2 not in {r.action for r in why.rivals}
    assert told(taught, x, 0, eligible=may).action == 0


def test_with_the_encoder_the_original_features_are_named():
    g = np.random.default_rng(1)
    matrix = g.normal(size=(3000, 4)).astype(np.float32)
    matrix[:, 1] = matrix[:, 0] + 0.1 * matrix[:, 1]
    names = ["a", "a_twin", "b", "c"]
    encoder = ContextEncoder.fit(names, matrix, dim=3)
    x = encoder.encode(names, matrix)
    policy = Policy.create(np.eye(2), len(encoder.labels), base_rate=0.3)
    action = g.integers(2, size=3000)
    policy.learn(x, action, g.random(3000) < 1 / (1 + np.exp(1 - 1.5 * matrix[:, 2] * (action - 0.5))))
    row = int(matrix[:, 2].argmax())
    why = explain(
        policy,
        x[row],
        1,
        context_labels=encoder.labels,
        action_labels=["one", "two"],
        encoder=encoder,
        inputs=encoder.scaled(names, matrix)[row],
    )
    assert why.customer[0][0] == "b" and why.customer[0][1] > 0


def test_an_action_that_could_not_be_chosen_is_refused(taught):
    x = np.zeros(3, np.float32)
    with pytest.raises(PolicyError, match="could not have been chosen"):
        told(taught, x, 2, eligible=[True, True, False, True, True])
    with pytest.raises(PolicyError, match="label"):
        explain(taught, x, 1, context_labels=["one"], action_labels=ATTRIBUTES)
