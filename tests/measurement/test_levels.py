"""Levels and segments: the policy's taste is corrected for, intervals are sane, planted differences are found."""

import numpy as np
import pytest

from journeyman.measurement.levels import even_rate, level_reports, segment_reports, segments, who_answers


@pytest.fixture
def log():
    """4,000 sends where the policy shows `savings` by email mostly to likely buyers: truth 0.1 for everybody else's theme too."""
    rng = np.random.default_rng(0)
    likely = rng.random(4000) < 0.5
    p_savings = np.where(likely, 0.9, 0.1)
    savings = rng.random(4000) < p_savings
    reward = (rng.random(4000) < np.where(likely, 0.3, 0.1)).astype(float)
    return np.where(savings, "savings", "fresh"), reward, np.where(savings, p_savings, 1 - p_savings), likely


def test_propensities_take_out_the_policys_taste(log):
    theme, reward, propensity, _ = log
    reports = {r.level: r for r in level_reports({"theme": theme}, reward, propensity)}
    naive = reward[theme == "savings"].mean() - reward[theme == "fresh"].mean()
    assert naive > 0.1
    assert abs(reports["savings"].reward_rate - reports["fresh"].reward_rate) < 0.05
    assert all(r.low <= 0.2 <= r.high for r in reports.values())
    assert sum(r.sends for r in reports.values()) == 4000


def test_no_success_still_has_an_interval():
    (report,) = level_reports({"channel": ["sms"] * 20}, np.zeros(20), np.full(20, 0.5))
    assert report.low == report.reward_rate == 0
    assert 0.1 < report.high < 0.3


def test_levels_absent_are_left_out_and_the_best_comes_first():
    reports = level_reports({"incentive": ["a", None, "b", "b"]}, np.array([0.0, 1, 1, 1]), np.ones(4))
    assert [(r.level, r.sends) for r in reports] == [("b", 2), ("a", 1)]


def test_no_sends_no_reports():
    assert level_reports({"theme": []}, np.array([]), np.array([])) == []
    assert segment_reports({"theme": []}, np.array([]), np.array([]), {}) == []


def test_a_planted_segment_is_found_and_nothing_else():
    rng = np.random.default_rng(1)
    evening, odd = rng.random(3000) < 0.5, rng.random(3000) < 0.5
    channel = rng.choice(["sms", "email"], 3000)
    reward = (rng.random(3000) < 0.05 + 0.25 * (evening & (channel == "sms"))).astype(float)
    masks = {"evening shoppers": evening, "odd ones": odd}
    found = segment_reports({"channel": channel}, reward, np.full(3000, 0.5), masks)
    assert [(r.segment, r.lever, r.level) for r in found] == [("evening shoppers", "channel", "sms")]
    assert found[0].reward_rate > found[0].overall_rate + 0.05


def test_segments_split_named_features_at_the_median():
    matrix = np.array([[1, 5, np.nan], [2, 5, np.nan], [3, 5, np.nan], [np.nan, 5, 1]], np.float32)
    masks = segments(["weekend_share", "orders_total", "discount_share"], matrix)
    assert set(masks) == {"weekend shoppers", "weekday shoppers"}
    assert masks["weekend shoppers"].tolist() == [False, False, True, False]
    assert masks["weekday shoppers"].tolist() == [True, True, False, False]


def answers(seed, ratio):
    """3,000 sends: some people answer more to everything, theme `a` does better with everybody, and `ratio` times better with `s1`."""
    rng = np.random.default_rng(seed)
    members = {f"s{k}": rng.random(3000) < 0.5 for k in range(10)}
    theme, channel = rng.choice(list("abcdef"), 3000), rng.choice(["sms", "email"], 3000)
    rate = np.where(members["s0"], 0.12, 0.05) * np.where(theme == "a", 1.5, 1) * np.where((theme == "a") & members["s1"], ratio, 1)
    reward = (rng.random(3000) < rate).astype(float)
    return segment_reports({"theme": theme, "channel": channel}, reward, np.full(3000, 0.2), members)


def test_who_answers_more_to_everything_is_no_finding_and_nor_is_what_works_for_all():
    assert sum(bool(answers(seed, 1.0)) for seed in range(40)) <= 4  # 5 % of the times, 2 of 40, are chance


def test_what_works_for_some_is_found_with_the_rate_it_is_compared_with():
    found = [[r for r in answers(seed, 3.0) if (r.segment, r.level) == ("s1", "a")] for seed in range(20)]
    assert sum(map(bool, found)) >= 14
    assert all(r.low > r.overall_rate and r.reward_rate > r.overall_rate for rows in found for r in rows)


def test_who_answers_is_told_best_first_and_only_of_groups_that_can_be_compared():
    rng = np.random.default_rng(2)
    keen = rng.random(2000) < 0.5
    reward = (rng.random(2000) < np.where(keen, 0.2, 0.05)).astype(float)
    few = np.arange(2000) < 30
    found = who_answers(reward, np.full(2000, 0.5), {"newcomers": ~keen, "frequent buyers": keen, "few": few, "all but few": ~few})
    assert [(r.lever, r.level) for r in found] == [("segment", "frequent buyers"), ("segment", "newcomers")]
    assert found[0].low > found[1].high and found[0].sends + found[1].sends == 2000


def test_all_sends_are_weighed_as_their_levels_are(log):
    """A policy that shows what works to those who like it earns more than any level does when shown to everybody."""
    theme, reward, propensity, _ = log
    rates = [r.reward_rate for r in level_reports({"theme": theme}, reward, propensity)]
    assert min(rates) <= even_rate(reward, propensity) <= max(rates)
    assert even_rate(np.array([]), np.array([])) == 0
