"""Hypotheses tilt the policy's first guess, and data gives the tilt up."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from journeyman.decisioning import Policy
from journeyman.decisioning.expectations import BELIEF, tilts
from journeyman.domain import Hypothesis
from journeyman.errors import PolicyError

LABELS = ("channel=email", "channel=sms", "theme=savings", "incentive=percent_off", "incentive size", "text 1", "send_window=evening")


def about(lever: str, level: str, strength: float) -> Hypothesis:
    return Hypothesis(text="x", lever=lever, level=level, strength=strength)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("hypotheses", "expected"),
    [
        ([], {}),
        ([Hypothesis(text="We shall see.", strength=1)], {}),
        ([about("channel", "sms", 1)], {"channel=sms": 1}),
        ([about("theme", "savings", 0.2), about("theme", "savings", -0.5)], {"theme=savings": -0.5}),
        ([about("incentive", "percent_off-15", 0.5)], {"incentive=percent_off": 0.5}),
        ([about("incentive", "none", 0.5)], {"incentive=percent_off": -0.5}),
        ([about("send_window", "evening", 0.4), about("theme", "moon", 1)], {"send_window=evening": 0.4}),
    ],
)
def test_a_hypothesis_tilts_the_column_of_its_level(hypotheses: list[Hypothesis], expected: dict[str, float]) -> None:
    found = tilts(LABELS, hypotheses)
    assert {label: x / BELIEF for label, x in zip(LABELS, found, strict=True) if x} == pytest.approx(expected)


ACTIONS = np.vstack([np.zeros(2), np.repeat(np.eye(2), 3, axis=0)]).astype(np.float32)  # hold, three of lever A, three of lever B


def policy(*tilted: float) -> Policy:
    return Policy.create(ACTIONS, 3, seed=1, hold=0, tilts=tilted or None, temper=0.12)


def shares(made: Policy, people: int = 400) -> tuple[float, float]:
    """How often A and B are chosen."""
    at = np.random.default_rng(0).normal(size=(people, 3)).astype(np.float32)
    each = made.propensities(at).mean(axis=0)
    return float(each[1:4].sum()), float(each[4:].sum())


def test_a_tilted_policy_starts_where_its_hypothesis_points_and_explores_all_the_same() -> None:
    even, towards = shares(policy()), shares(policy(0.0, 0.3))
    assert towards[1] > even[1] + 0.05 and towards[0] > 0.02


def test_data_gives_a_wrong_hypothesis_up() -> None:
    made = policy(0.0, 0.3)
    draw = np.random.default_rng(2)
    at = draw.normal(size=(6_000, 3)).astype(np.float32)
    action = draw.integers(1, 7, len(at))
    made.learn(at, action, (draw.random(len(at)) < np.where(action < 4, 0.12, 0.04)).astype(float))
    assert shares(made)[0] > 0.9


def test_nothing_expected_is_the_policy_as_it_was() -> None:
    one, other = policy(), policy(0.0, 0.0)
    at = np.ones((5, 3), np.float32)
    assert np.array_equal(one.propensities(at), other.propensities(at))


def test_tilts_are_kept_with_the_policy(tmp_path: Path) -> None:
    made = policy(0.0, 0.3)
    made.save(tmp_path / "p")
    loaded = Policy.load(tmp_path / "p")
    assert loaded.actions.tilts.tolist() == [0.0, 0.3] and shares(loaded) == shares(made)
    loaded.add_actions(np.ones((1, 2), np.float32))
    assert loaded.actions.tilts.tolist() == [0.0, 0.3]
    with pytest.raises(PolicyError, match="merged"):
        policy().merge(made)


def test_tilts_must_fit() -> None:
    with pytest.raises(PolicyError, match="tilts"):
        policy(1.0)


def test_a_policy_of_the_format_before_is_read_as_expecting_nothing(tmp_path: Path) -> None:
    policy(0.0, 0.3).save(tmp_path / "new")
    with np.load(tmp_path / "new") as stored:
        arrays = {name: stored[name] for name in stored.files if name != "actions.tilts"}
    about = json.loads(arrays["about"].tobytes()) | {"format": 2}
    arrays["about"] = np.frombuffer(json.dumps(about).encode(), np.uint8)
    with (tmp_path / "old").open("wb") as file:
        np.savez(file, **arrays)
    assert Policy.load(tmp_path / "old").actions.tilts.tolist() == [0.0, 0.0]
