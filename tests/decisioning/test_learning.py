"""What a policy learns: better with data, mergeable, warm for new copy, forgetful where asked."""

from dataclasses import replace

import numpy as np
import pytest

from journeyman.decisioning import Policy
from journeyman.decisioning.memory import Memory
from journeyman.errors import PolicyError


class World:
    """Customers (n, 8) and actions (40, 6) with bilinear tastes on a low base rate; `rate` (n, K) is the truth."""

    def __init__(self, seed=0, base=-3.2, customers=1500, actions=40):
        g = np.random.default_rng(seed)
        self.x = g.normal(size=(customers, 8)).astype(np.float32)
        self.a = g.normal(size=(actions, 6)).astype(np.float32)
        taste = self.x[:, :4] @ g.normal(size=(4, 6)) @ self.a.T
        self.rate = 1 / (1 + np.exp(-(base + taste / taste.std() + 0.4 * (self.a @ g.normal(size=6)) / 6**0.5)))
        self.g = g

    def day(self, policy, seed, size=400):
        """Decide for some customers and learn from what they do; the true mean reward."""
        who = self.g.choice(len(self.x), size, replace=False)
        action = policy.decide(self.x[who], seed=seed).action
        rate = self.rate[who, action]
        policy.learn(self.x[who], action, self.g.random(size) < rate)
        return rate.mean()

    def worth(self, policy):
        return (policy.propensities(self.x) * self.rate).sum(1).mean()


def test_learning_beats_random_within_weeks_on_a_low_base_rate():
    world = World()
    policy = Policy.create(world.a, 8, seed=1)
    start = world.worth(policy)
    for day in range(12):
        world.day(policy, day)
    assert world.worth(policy) > 1.5 * world.rate.mean()
    assert world.worth(policy) > 1.3 * start
    assert policy.seen == 12 * 400
    assert policy.untaught().seen == 0 and policy.seen == 12 * 400
    assert np.array_equal(policy.untaught().rewards(world.x), Policy.create(world.a, 8, seed=1).rewards(world.x))


@pytest.mark.slow
@pytest.mark.parametrize("curved", [False, True])
def test_three_hundred_variants_in_four_weeks_beat_random_and_the_best_of_an_ab_test(curved):
    """300 variants of 20 attributes, 2,000 customers, 28 batches of 600 decisions, a base rate near 3 %."""
    gains = []
    for seed in range(3):
        g = np.random.default_rng(seed)
        x = g.normal(size=(2000, 24)).astype(np.float32)
        parts = [np.eye(size)[g.integers(size, size=300)] for size in (3, 6, 3, 2)]
        a = np.concatenate([*parts, g.normal(size=(300, 6)) / 6**0.5], 1).astype(np.float32)
        taste = x @ (g.normal(size=(24, 20)) * (g.random((24, 1)) < 0.35)) @ a.T
        if curved:  # five kinds of people, each with tastes of its own
            kind = (x @ g.normal(size=(24, 5))).argmax(1)
            of_kind = (g.normal(size=(5, 20)) @ a.T)[kind]
            taste = 0.5 * taste / taste.std() + 0.85 * (of_kind - of_kind.mean(0)) / of_kind.std()
        rate = 1 / (1 + np.exp(3.9 - 0.8 * taste / taste.std() - g.normal(size=300) * 0.3))
        policy, earned = Policy.create(a, 24, seed=seed), []
        sends, wins = np.zeros(300), np.zeros(300)
        for day in range(28):
            who = g.choice(2000, 600, replace=False)
            action = policy.decide(x[who], seed=day).action
            earned.append(rate[who, action].mean())
            policy.learn(x[who], action, g.random(600) < rate[who, action])
            if day < 10:  # the A/B test: ten days of everything, then the winner
                shown = g.integers(300, size=600)
                np.add.at(sends, shown, 1)
                np.add.at(wins, shown, g.random(600) < rate[who, shown])
        winner = ((wins + 0.6) / (sends + 20)).argmax()
        test_then_winner = (10 * rate.mean() + 18 * rate[:, winner].mean()) / 28
        gains.append((np.mean(earned) / rate.mean(), np.mean(earned) / test_then_winner))
    over_random, over_winner = np.mean(gains, axis=0)
    assert over_random > 1.5
    assert over_winner > 1.1


def test_prior_variances_follow_the_data():
    strong, none = World(), World()
    none.rate = np.full_like(none.rate, 0.05)
    learned = []
    for world in (strong, none):
        policy = Policy.create(world.a, 8, seed=1)
        for _ in range(8):
            who = world.g.choice(len(world.x), 600, replace=False)
            action = world.g.integers(len(world.a), size=600)
            policy.learn(world.x[who], action, world.g.random(600) < world.rate[who, action])
        learned.append(policy._belief.variance["interaction"])
    assert learned[0] > 3 * learned[1]


def test_identities_have_room_where_copy_differs_and_none_where_it_does_not():
    spread = []
    for own in (0.0, 0.7):
        g = np.random.default_rng(2)
        policy = Policy.create(np.zeros((60, 1)), 1, base_rate=0.1)
        rate = 1 / (1 + np.exp(2.2 - own * g.normal(size=60)))
        for _ in range(4):
            action = g.integers(60, size=3000)
            policy.learn(np.zeros((3000, 1)), action, g.random(3000) < rate[action])
        spread.append(policy._belief.variance["identity"] ** 0.5)
    assert spread[0] < 0.15 and 0.55 < spread[1] < 0.85


def test_each_lever_has_a_prior_of_its_own():
    g = np.random.default_rng(3)
    features = np.concatenate([np.eye(4)[g.integers(4, size=80)], np.eye(6)[g.integers(6, size=80)]], 1)
    policy = Policy.create(features, 2, groups=[0] * 4 + [1] * 6, base_rate=0.1)
    effect = features[:, :4] @ np.array([-0.8, -0.3, 0.3, 0.8])
    for _ in range(4):
        x, action = g.normal(size=(2000, 2)), g.integers(80, size=2000)
        policy.learn(x, action, g.random(2000) < 1 / (1 + np.exp(2 - effect[action])))
    found = policy._belief.variance
    assert found["action 0"] > 3 * found["action 1"] and found["interaction 0"] < 0.1
    with pytest.raises(PolicyError, match="groups"):
        Policy.create(features, 2, groups=[0])
    with pytest.raises(PolicyError, match="several levers"):
        Policy.create(features, 2, groups=[0] * 4 + [1] * 6, affinities=[[(0, 0), (1, 5)]])


def test_a_corrected_reward_is_as_if_the_first_had_never_been_said():
    world = World()
    g = np.random.default_rng(6)
    ids, action = g.permutation(900).astype(np.uint64), g.integers(40, size=900)
    reward = g.random(900)
    told, once = Policy.create(world.a, 8), Policy.create(world.a, 8)
    told.learn(world.x[:900], action, np.zeros(900), ids=ids)
    told.learn(world.x[:300], action[:300], reward[:300] / 2, ids=ids[:300])
    told.learn(world.x[:900], action, reward, ids=ids)
    once.learn(world.x[:900], action, reward, ids=ids)
    assert told.seen == once.seen == 900 and np.array_equal(told._memory.reward, once._memory.reward)
    assert np.allclose(told.mode()[0], once.mode()[0], atol=0.05)
    early = Policy.create(world.a, 8)
    early.learn(world.x[:900], action, np.zeros(900), ids=ids)
    for left, right in ((early, told), (told, early)):  # whoever knows the correction is believed, either way round
        both = Policy(left.settings, left.actions, left._memory, left._belief).merge(right)
        assert both.seen == 900 and np.array_equal(both._memory.reward, once._memory.reward)
    with pytest.raises(PolicyError, match="twice"):
        told.learn(world.x[:2], action[:2], reward[:2], ids=[7, 7])


def test_halves_merged_are_the_whole():
    world = World()
    g = np.random.default_rng(5)
    action = g.integers(40, size=1500)
    reward = g.random(1500) < world.rate[np.arange(1500), action]
    whole, one, two = (Policy.create(world.a, 8) for _ in range(3))
    whole.learn(world.x, action, reward)
    one.learn(world.x[:700], action[:700], reward[:700])
    two.learn(world.x[700:], action[700:], reward[700:])
    one.merge(two)
    assert one.seen == whole.seen == 1500
    assert np.array_equal(np.sort(one._memory.reward), np.sort(whole._memory.reward))  # what is remembered is exact
    assert np.abs(expected(one, world.x) - expected(whole, world.x)).max() < 1e-3


def expected(policy, x):
    """(n, K): rewards under the most likely model."""
    mean, columns, own = policy.mode()
    return 1 / (1 + np.exp(-(np.concatenate([np.ones((len(x), 1)), x], 1) @ mean @ columns.T + own)))


def test_a_fit_on_rows_in_several_places_is_the_fit_on_all():
    world = World()
    g = np.random.default_rng(8)
    action = g.integers(40, size=1500)
    action[:500] %= 20  # the parts know different actions
    reward = g.random(1500) < world.rate[np.arange(1500), action]
    whole, *shards = (Policy.create(world.a, 8) for _ in range(4))
    whole.learn(world.x, action, reward)
    for n, shard in enumerate(shards):
        shard.learn(world.x[500 * n :][:500], action[500 * n :][:500], reward[500 * n :][:500])
    asked = []

    def elsewhere(ask, parts):
        asked.append(len(parts))
        return map(ask, parts)

    Policy.refit(shards[0], shards[1:], spread_out=elsewhere)
    assert np.abs(expected(shards[0], world.x) - expected(whole.refit(), world.x)).max() < 1e-6
    assert set(asked) == {3} and len(asked) > 3


def test_many_small_batches_do_not_drift_from_one_fit():
    world = World(customers=6000)
    g = np.random.default_rng(9)
    action = g.integers(40, size=6000)
    reward = g.random(6000) < world.rate[np.arange(6000), action]
    stream, gaps = Policy.create(world.a, 8), []
    for low in range(0, 6000, 100):
        part = slice(low, low + 100)
        stream.learn(world.x[part], action[part], reward[part])
        if low % 2000 == 1900:
            batch = Policy(stream.settings, stream.actions, stream._memory, stream._belief).refit()
            gaps.append(np.abs(expected(stream, world.x) - expected(batch, world.x)).mean())
    assert max(gaps) < 1e-3 and gaps[-1] < 5e-4


def test_exploration_falls_with_knowledge_and_comes_back_with_new_actions():
    world = World()
    policy = Policy.create(world.a[:30], 8, seed=1)

    def boldness():
        """How much the drawn models differ, against how unsure the model itself is."""
        bold = Policy(replace(policy.settings, temper=1.0), policy.actions, policy._memory, policy._belief)
        bold._refit(bold._belief, 0)
        return (policy._belief.weights.std(0) / bold._belief.weights.std(0)).mean()

    world.day(policy, 0, 200)
    first = boldness()
    for day in range(1, 12):
        world.day(policy, day, 800)
    last = boldness()
    policy.add_actions(3 * world.a[30:])
    assert first > 1.5 * last and boldness() > 1.1 * last and 0 < last < 1


def test_merging_is_commutative_and_counts_shared_history_once():
    world = World()
    base = Policy.create(world.a, 8)
    world.day(base, 0)

    def branch(day):
        policy = Policy(base.settings, base.actions, base._memory, base._belief)
        world.day(policy, day)
        return policy

    a, b = branch(1), branch(2)
    left = Policy(a.settings, a.actions, a._memory, a._belief).merge(b)
    right = Policy(b.settings, b.actions, b._memory, b._belief).merge(a)
    assert left.seen == right.seen == 3 * 400
    assert np.array_equal(left._memory.contexts, right._memory.contexts)
    assert np.allclose(left.mode()[0], right.mode()[0], atol=0.05)
    assert len(left._memory) == 1200
    again = left.merge(b)
    assert again.seen == 1200


def test_policies_over_other_actions_do_not_merge():
    world = World()
    with pytest.raises(PolicyError, match="same actions"):
        Policy.create(world.a, 8).merge(Policy.create(world.a[1:], 8))


def test_new_copy_starts_warm_and_retired_copy_stays_away():
    world = World()
    policy = Policy.create(world.a[:30], 8, seed=1)
    for _ in range(10):
        who = world.g.choice(1500, 500, replace=False)
        action = world.g.integers(30, size=500)
        policy.learn(world.x[who], action, world.g.random(500) < world.rate[who, action])
    before = policy.rewards(world.x)
    new = policy.add_actions(world.a[30:])
    assert new.tolist() == list(range(30, 40))
    after = policy.rewards(world.x)
    assert np.corrcoef(before.ravel(), after[:, :30].ravel())[0, 1] > 0.95
    assert np.corrcoef(after[:, 30:].ravel(), world.rate[:, 30:].ravel())[0, 1] > 0.5
    policy.retire([3, 35])
    p = policy.propensities(world.x)
    assert (p[:, [3, 35]] == 0).all() and np.allclose(p.sum(1), 1)
    assert (p[:, 30:].sum(1) > 0).all()
    policy.retire(range(40))
    assert (policy.decide(world.x[:5]).action == -1).all()


def test_windows_of_one_variant_share_its_identity():
    g = np.random.default_rng(0)
    features = np.concatenate([np.zeros((20, 1)), np.tile(np.eye(2), (10, 1))], 1)  # variants alike but for who they are
    policy = Policy.create(features, 2, items=np.repeat(np.arange(10), 2), base_rate=0.2)
    x = g.normal(size=(4000, 2))
    action = g.integers(10, size=4000) * 2  # only ever sent in the first window
    policy.learn(x, action, g.random(4000) < np.where(action == 6, 0.5, 0.15))
    rewards = policy.rewards(x[:50]).mean(0)
    assert rewards[1::2].argmax() == 3


def test_half_life_forgets_what_was():
    g = np.random.default_rng(0)
    features = np.eye(2)
    x, action = g.normal(size=(3000, 2)), g.integers(2, size=3000)
    keeps, forgets = Policy.create(features, 2), Policy.create(features, 2, half_life=500)
    for policy in (keeps, forgets):
        policy.learn(x, action, g.random(3000) < np.where(action == 0, 0.4, 0.1))
        policy.learn(x[:1000], action[:1000], g.random(1000) < np.where(action[:1000] == 0, 0.1, 0.4))
    assert np.diff(forgets.rewards(x[:20]).mean(0))[0] > 0.1 > np.diff(keeps.rewards(x[:20]).mean(0))[0]


def test_memory_keeps_the_newest_rows():
    memory = Memory.empty(2)
    for n in range(5):
        memory = memory.with_batch(np.full((4, 2), n, np.float32), np.full(4, n, np.int32), np.zeros(4), salt=0, limit=10)
    assert memory.action.tolist() == [2, 2, 3, 3, 3, 3, 4, 4, 4, 4]
    assert memory.serials.tolist() == [2, 2, 3, 3, 3, 3, 4, 4, 4, 4] and memory.seen == 20
    assert memory.weights(4)[-5:].tolist() == [0.5, 2**-0.75, 2**-0.5, 2**-0.25, 1.0]


def test_rewards_between_nothing_and_success_count_in_part():
    policy = Policy.create(np.eye(2), 1)
    x = np.zeros((2000, 1))
    action = np.arange(2000) % 2
    policy.learn(x, action, np.where(action == 0, 0.5, 0.25))
    assert policy.rewards(x[:1])[0] == pytest.approx([0.5, 0.25], abs=0.03)
