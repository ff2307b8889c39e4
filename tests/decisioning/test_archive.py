"""A policy's file: the same decisions after loading, whole or refused."""

import numpy as np
import pytest

from journeyman.decisioning import Policy
from journeyman.errors import PolicyError


@pytest.fixture
def learned():
    g = np.random.default_rng(0)
    policy = Policy.create(g.normal(size=(9, 3)), 4, seed=3, hold=0, costs=np.full(9, 0.001), half_life=900.0)
    x = g.normal(size=(300, 4)).astype(np.float32)
    policy.learn(x, g.integers(9, size=300), g.random(300) < 0.2)
    policy.retire([2])
    return policy, x


def test_a_loaded_policy_decides_and_learns_as_the_saved_one(learned, tmp_path):
    policy, x = learned
    policy.decide(x)  # moves on the policy's own seed
    policy.save(tmp_path / "policy.npz")
    other = Policy.load(tmp_path / "policy.npz")
    for _ in range(2):
        for a, b in zip(policy.decide(x), other.decide(x), strict=True):
            assert np.array_equal(a, b)
        assert np.array_equal(policy.propensities(x), other.propensities(x))
        for p in (policy, other):
            p.learn(x[:50], np.arange(50) % 9, np.arange(50) % 2)
    assert other.seen == 400 and other.settings == policy.settings


def test_saving_twice_gives_the_same_bytes_and_leaves_nothing_else(learned, tmp_path):
    policy, _ = learned
    policy.save(tmp_path / "a")
    first = (tmp_path / "a").read_bytes()
    policy.save(tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == first
    assert [f.name for f in tmp_path.iterdir()] == ["a"]


def test_a_failed_save_keeps_the_old_file(learned, tmp_path, monkeypatch):
    policy, _ = learned
    policy.save(tmp_path / "a")
    before = (tmp_path / "a").read_bytes()

    def broken(*_, **__):
        raise OSError("disk full")

    monkeypatch.setattr("journeyman.decisioning.archive.np.savez", broken)
    with pytest.raises(OSError, match="disk full"):
        policy.save(tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == before and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("place", [0.02, 0.2, 0.4, 0.6, 0.8, 0.97])
def test_a_damaged_file_is_refused(learned, tmp_path, place):
    policy, _ = learned
    policy.save(tmp_path / "a")
    whole = bytearray((tmp_path / "a").read_bytes())
    (tmp_path / "cut").write_bytes(whole[: int(len(whole) * place)])
    with pytest.raises(PolicyError, match="whole policy file"):
        Policy.load(tmp_path / "cut")
    at = int(len(whole) * place)
    whole[at : at + 40] = bytes(b ^ 0x5A for b in whole[at : at + 40])
    (tmp_path / "flipped").write_bytes(whole)
    with pytest.raises(PolicyError):
        Policy.load(tmp_path / "flipped")


def test_what_is_no_policy_is_refused(tmp_path):
    (tmp_path / "text").write_text("hello")
    np.savez(tmp_path / "other.npz", a=np.zeros(3))
    np.savez(tmp_path / "pickled.npz", about=np.array([{"format": 1}], dtype=object))
    for name in ("text", "other.npz", "pickled.npz"):
        with pytest.raises(PolicyError):
            Policy.load(tmp_path / name)
    with pytest.raises(PolicyError, match="no policy"):
        Policy.load(tmp_path / "absent")
    with pytest.raises(PolicyError):
        Policy.load(tmp_path)


def test_arrays_that_do_not_fit_each_other_are_refused(learned, tmp_path):
    policy, _ = learned
    policy.save(tmp_path / "a")
    with np.load(tmp_path / "a") as file:
        arrays = dict(file)
    for name, value in (
        ("belief.mean", arrays["belief.mean"][:-1]),
        ("actions.costs", arrays["actions.costs"] * np.nan),
        ("memory.reward", arrays["memory.reward"][:-1]),
    ):
        with (tmp_path / "b").open("wb") as file:
            np.savez(file, **{**arrays, name: value})
        with pytest.raises(PolicyError):
            Policy.load(tmp_path / "b")
