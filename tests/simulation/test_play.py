"""Policies at play in the laboratory: the same twice, the oracle above all, learners above chance, misfits named."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from journeyman.decisioning import Policy
from journeyman.domain import Variant
from journeyman.errors import PolicyError, RunError
from journeyman.simulation.cast import POLICIES, cast, contest, fitting, known, usual
from journeyman.simulation.laboratory import WORLDS
from journeyman.simulation.play import Diary, Laboratory, standing
from journeyman.simulation.players import AbTest, BestFixed, BetaThompson, BusinessAsUsual, Chance, Moment, Oracle, Player, Told

CHEAP = ("random", "best-fixed", "ab-test", "beta-ts")


def quiet(*_: object) -> None:
    """Tells nobody."""


@pytest.fixture(scope="module")
def short():
    """World a, 5,000 customers in ten days, everybody plays."""
    stage = Laboratory("a", 7, 10, 5_000)
    return stage, contest(stage, ("journeyman", *CHEAP), 7, tell=quiet)


def test_the_same_seed_plays_the_same(short):
    stage, first = short
    again = contest(stage, ("journeyman", "beta-ts", "random"), 7, tell=quiet)
    for name, diary in again.items():
        assert np.array_equal(diary.reward, first[name].reward) and np.array_equal(diary.decisions, first[name].decisions)
    assert not np.array_equal(stage.play(cast("beta-ts", stage, 8)).reward, first["beta-ts"].reward)


def test_nobody_is_above_the_oracle_and_its_own_regret_is_nothing(short):
    _, diaries = short
    for name, diary in diaries.items():
        found = standing(diary, diaries["oracle"])
        assert (found.regret >= -1e-9).all() and (np.diff(found.regret) >= -1e-9).all(), name
    own = standing(diaries["oracle"], diaries["oracle"])
    assert not own.regret.any() and own.total_share == 1.0 and (own.share == 1.0).all()


def test_the_product_learns_and_chance_does_not(short):
    _, diaries = short
    found = {name: standing(diary, diaries["oracle"]) for name, diary in diaries.items()}
    assert found["random"].per_100 == pytest.approx(3.0, abs=0.4)
    assert found["journeyman"].total_share > 1.8 * found["random"].total_share
    assert found["journeyman"].share[-1] > 1.5 * found["journeyman"].share[0]
    assert found["best-fixed"].total_share > found["ab-test"].total_share > found["random"].total_share


@pytest.mark.parametrize("name", WORLDS)
def test_every_world_can_be_played_for_any_number_of_days(name):
    stage = Laboratory(name, 1, 7, 3_000)
    for player in (cast(p, stage, 1) for p in (*CHEAP, "oracle")):
        diary = stage.play(player)
        assert diary.decisions.sum() == 3_000 and len(diary.reward) == 7 and not diary.violations.any() and not diary.broken
    assert usual(stage) == ["journeyman", "random", "best-fixed"] and stage.rules == ()


def test_new_actions_reach_a_player_when_they_come():
    class Spy(Chance):
        seen: list[int] = []  # noqa: RUF012

        def grow(self, features):
            self.seen.append(len(features))

        def choose(self, moment):
            self.seen.append(moment.eligible.shape[1])
            return super().choose(moment)

    Laboratory("b", 0, 3, 3_000).play(Spy())
    assert Spy.seen == [200, 200, 100, 300, 300]  # half time falls into the second day


def test_late_rewards_are_told_late():
    told: list[int] = []

    class Spy(Chance):
        def learn(self, told_: Told):
            told.append(len(told_.rewards))

    Laboratory("f", 0, 3, 3_000).play(Spy())
    assert told == [1_000]


def test_standing_by_hand():
    def diary(*reward: float) -> Diary:
        ten = np.full(len(reward), 10)
        return Diary(ten, ten, np.array(reward), np.zeros(len(reward), np.int64))

    found = standing(diary(*[1.0] * 8), diary(0.0, *[2.0] * 7))
    assert found.regret.tolist() == [-1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    assert found.share.tolist() == pytest.approx([0.0, 1.0, 0.75, 4 / 6, 5 / 8, 0.6, 7 / 12, 0.5])  # the last seven days alone
    assert found.total_share == pytest.approx(8 / 14) and found.per_100 == pytest.approx(10.0)


def moment(eligible: list[list[bool]], day: date = date(2026, 3, 3), truth: object = None, hold: int | None = 0) -> Moment:
    n = len(eligible)
    return Moment(np.zeros((n, 1), np.float32), np.array(eligible), np.arange(n, dtype=np.uint64), day, 5, hold, truth)


def test_players_take_what_is_eligible_and_hold_only_where_there_is_nothing_else():
    shown = moment([[True, False, True], [True, True, False], [True, False, False]])
    counting = (BetaThompson(3, 1), AbTest(3, 400, 1), Chance(), BestFixed([9.0, 1.0, 2.0]))
    for player in counting:
        assert player.choose(shown).tolist() == [2, 1, 0]
    best = Oracle().choose(moment([[True, True, True], [True, False, True]], truth=np.array([[0.0, 0.3, 0.2], [0.0, 0.3, 0.2]])))
    assert best.tolist() == [1, 2]


def test_counts_are_corrected_not_doubled():
    player = BetaThompson(2, 0)
    for reward in (0.0, 0.5, 1.0):
        player.learn(Told(np.zeros((1, 1), np.float32), np.array([1]), np.array([reward]), np.array([77], np.uint64)))
    assert player.tries.tolist() == [0, 1] and player.success.tolist() == [0, 1]


def test_an_ab_test_ends_and_then_keeps_to_its_winner():
    player = AbTest(40, 400, 0)
    assert player.candidates.sum() == 6  # a hundred tries for all of them
    shown = moment([[True] * 40] * 100, hold=None)
    assert set(player.choose(shown).tolist()) == set(np.flatnonzero(player.candidates).tolist())
    winner = int(np.flatnonzero(player.candidates)[3])
    player.learn(Told(np.zeros((20, 1), np.float32), np.full(20, winner), np.ones(20), np.arange(20, dtype=np.uint64)))
    assert set(player.choose(shown).tolist()) == {winner}


def test_business_as_usual_decides_on_two_days():
    mail = Variant(id="m", channel="email", theme="savings", tone="warm", body="x")
    player = BusinessAsUsual([None, (mail, "morning")], "savings")
    tuesday, wednesday = date(2026, 3, 3), date(2026, 3, 4)
    assert player.choose(moment([[True, True], [True, False]], tuesday)).tolist() == [1, 0]
    assert player.choose(moment([[True, True]], wednesday)).tolist() == [-1]


@pytest.mark.parametrize("name", ["jorneyman", "random:x", "journeyman:", ""])
def test_an_unknown_policy_is_told_which_there_are(name):
    with pytest.raises(PolicyError, match="no policy") as told:
        known(name)
    assert all(p in told.value.remedy for p in POLICIES)


def test_business_as_usual_has_no_place_in_the_laboratory():
    with pytest.raises(PolicyError, match="no channels"):
        cast("bau", Laboratory("e", 0, 2, 100), 0)


def test_days_need_customers():
    with pytest.raises(RunError, match="over 9 days"):
        Laboratory("e", 0, 9, 8)


def test_a_saved_policy_goes_on_where_it_fits_and_is_refused_where_not(tmp_path):
    stage, path = Laboratory("e", 3, 4, 2_000), tmp_path / "policy"
    policy = stage.fresh(3)
    stage.play(cast("journeyman", stage, 3))
    rng = np.random.default_rng(0)
    rows, actions = np.arange(2_000), rng.integers(12, size=2_000)
    policy.learn(stage.world.contexts, actions, stage.world.rewards(rows, actions))
    policy.save(path)
    taught, new = stage.play(cast(f"journeyman:{path}", stage, 3)), stage.play(cast("journeyman", stage, 3))
    assert taught.reward[0] > new.reward[0]

    with pytest.raises(PolicyError, match=r"chooses among 12 actions, the world has 300.*") as told:
        fitting(path, Laboratory("a", 3, 4, 2_000))
    assert "--policy journeyman" in told.value.remedy and str(path) in told.value.message
    with pytest.raises(PolicyError, match="as many actions, but others"):
        fitting(path, Laboratory("e", 4, 4, 2_000))
    Policy.create(np.zeros((12, 5), np.float32), 8).save(path)
    with pytest.raises(PolicyError, match=r"expects 8 numbers about a customer, the world gives 32; its actions have 5 attributes"):
        fitting(path, stage)
    with pytest.raises(PolicyError, match="no policy at"):
        fitting(tmp_path / "none", stage)


def test_a_player_need_only_choose():
    player = Player()
    player.grow(np.zeros((1, 1), np.float32))
    with pytest.raises(NotImplementedError):
        player.choose(moment([[True]]))
