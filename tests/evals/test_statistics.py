"""The statistics against what they promise: exactness, bounds, correction, and the share of false alarms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from evals.agreement import agreement
from evals.statistics import cases_needed, holm, paired, share_below, sign_test

shares = st.floats(0, 1, allow_nan=False)


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_sign_test_is_the_exact_binomial(better: int, worse: int) -> None:
    known = binomtest(worse, better + worse, 0.5, alternative="greater").pvalue if better + worse else 1.0
    assert sign_test(better, worse) == pytest.approx(known)


@given(st.dictionaries(st.text(min_size=1, max_size=3), shares, min_size=1, max_size=8))
def test_holm_lies_between_the_p_value_and_bonferronis_and_keeps_the_order(p: dict[str, float]) -> None:
    adjusted = holm(p)
    assert all(p[k] <= adjusted[k] <= min(1.0, len(p) * p[k]) + 1e-12 for k in p)
    order = sorted(p, key=lambda k: p[k])
    assert [adjusted[k] for k in order] == sorted(adjusted.values())


def test_holm_on_a_known_example() -> None:
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03}) == pytest.approx({"a": 0.03, "c": 0.06, "b": 0.06})


@given(st.lists(st.floats(-1, 1, allow_nan=False), min_size=1, max_size=40))
@settings(max_examples=60, deadline=None)
def test_a_gain_is_never_called_a_loss_and_order_does_not_matter(differences: list[float]) -> None:
    names = [str(i) for i in range(len(differences))]
    one = paired(differences, names, draws=300)
    gain = paired([abs(d) for d in differences], names, draws=300)
    assert one.difference == pytest.approx(sum(differences) / len(differences))
    assert gain.p_sign >= 0.5 and gain.p_mean >= 0.5
    assert 0 < one.p_mean <= 1 and one.better + one.worse <= one.clusters
    assert one == paired(differences, names, draws=300)


def test_a_copied_case_is_no_evidence_when_it_is_one_cluster() -> None:
    rng = np.random.default_rng(3)
    few = list(rng.choice([-0.5, 0.0, 0.5], size=12, p=[0.5, 0.3, 0.2]))
    names = [str(i) for i in range(12)]
    single = paired(few, names)
    copied = paired(few * 10, names * 10)
    blind = paired(few * 10, [str(i) for i in range(120)])
    assert copied.p_sign == single.p_sign and copied.p_mean == pytest.approx(single.p_mean, abs=0.05)
    assert copied.low == pytest.approx(single.low, abs=0.05)
    assert blind.p_mean < 0.01 < copied.p_mean


@pytest.mark.parametrize(("n", "size", "base"), [(60, 1, 0.9), (100, 1, 0.7), (120, 6, 0.8), (40, 1, 0.98)])
def test_intervals_cover_and_nothing_changed_is_rarely_an_alarm(n: int, size: int, base: float) -> None:
    """Two hundred comparisons of a model with itself, three metrics each, clusters with moods of their own."""
    rng = np.random.default_rng(n)
    names = [str(i // size) for i in range(n)]
    covered = alarms = 0
    for seed in range(200):
        p = {}
        for metric in "abc":
            moods = np.clip(base + rng.normal(0, 0.1, n), 0, 1)
            wind = rng.normal(0, 0.08, n // size).repeat(size) if size > 1 else np.zeros(n)
            before, after = (rng.binomial(3, np.clip(moods + s * wind, 0.02, 0.98)) / 3 for s in (1, -1))
            flip = rng.choice([-1, 1], n // size).repeat(size)  # whichever run is the base: nothing changed on the whole
            test = paired(list(flip * (after - before)), names, draws=600, seed=seed)
            covered += test.low <= 0 <= test.high
            p |= {f"{metric} mean": test.p_mean, f"{metric} sign": test.p_sign}
        alarms += min(holm(p).values()) <= 0.05
    assert covered / 600 >= 0.92
    assert alarms / 200 <= 0.05


def test_a_loss_is_found_more_surely_the_larger_it_is_and_the_more_is_asked() -> None:
    def found(effect: float, n: int, epochs: int) -> float:
        rng, names, hits = np.random.default_rng(7), [str(i) for i in range(n)], 0
        for seed in range(60):
            before, after = rng.binomial(epochs, 0.9, n) / epochs, rng.binomial(epochs, 0.9 - effect, n) / epochs
            test = paired(list(after - before), names, draws=400, seed=seed)
            hits += min(holm({"mean": test.p_mean, "sign": test.p_sign}).values()) <= 0.05
        return hits / 60

    assert found(0.2, 100, 1) > 0.9
    assert found(0.1, 100, 5) > 0.95
    assert found(0.05, 100, 1) < found(0.05, 100, 5) < found(0.05, 100, 12)


@pytest.mark.parametrize(("lost", "n"), [(0, 59), (1, 93), (2, 124)])
def test_few_losses_rule_out_only_what_their_number_allows(lost: int, n: int) -> None:
    assert share_below(lost, n, 0.05) <= 0.0502 < share_below(lost, n - 2, 0.05)
    differences = [-1.0] * lost + [0.0] * (n - lost)
    assert paired(differences, list(map(str, range(n)))).floor <= -share_below(lost, n, 0.05) + 1e-9
    assert paired([0.0] * n, list(map(str, range(n))), sampled=False).floor == 0.0


def test_cases_needed_shrinks_with_the_margin_and_suffices() -> None:
    assert cases_needed(0.5, 0.05) == math.ceil((2.4864749 * 0.5 / 0.05) ** 2)
    assert cases_needed(0.5, 0.1) < cases_needed(0.5, 0.05) < cases_needed(0.8, 0.05)
    assert share_below(0, cases_needed(0.0, 0.05), 0.05) <= 0.05
    assert cases_needed(0.0, 0.05, epochs=3) < cases_needed(0.0, 0.05)


def test_nothing_to_compare_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        paired([], [])


def test_agreement_on_known_tables() -> None:
    pairs = [(True, True)] * 40 + [(True, False)] * 10 + [(False, True)] * 10 + [(False, False)] * 40
    even = agreement("x", pairs)
    assert even.same == pytest.approx(0.8) and even.kappa == pytest.approx(0.6) and even.ac1 == pytest.approx(0.6)
    rare = agreement("x", [(True, True)] * 90 + [(True, False)] * 5 + [(False, True)] * 5)
    assert rare.kappa is not None and rare.kappa < 0 and rare.ac1 > 0.88  # the paradox AC1 was made for
    assert agreement("x", [(1, 1)] * 5).kappa is None and agreement("x", [(1, 1)] * 5).ac1 == 1.0
    assert agreement("x", []).things == 0
