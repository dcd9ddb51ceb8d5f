"""The statistics of a study give planted truths back."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("pingouin", reason="the extra voxface[study] is not installed")
pytest.importorskip("krippendorff", reason="the extra voxface[study] is not installed")
pytest.importorskip("choix", reason="the extra voxface[study] is not installed")

from voxface.study.agreement import cronbach, krippendorff_ordinal
from voxface.study.comparisons import holm, pair_tests, rating_tests
from voxface.study.intervals import clustered_means
from voxface.study.ranking import bradley_terry, ranking

METHODS = ("a", "b", "c")


def ratings(rng, people=30, sounds=4, worth=(4.0, 3.0, 3.0), person=0.7, noise=0.6):
    """Return ratings 1 to 5 of methods of known worth, by people who differ in strictness."""
    strict = rng.normal(0, person, (people, 1, 1))
    wanted = np.array(worth)[None, :, None] + strict
    return np.clip(np.round(wanted + rng.normal(0, noise, (people, len(worth), sounds))), 1, 5)


def preferences(rng, strengths, people=40, sounds=4):
    """Return answers to pairs as the model of Bradley and Terry gives them."""
    first, second = np.triu_indices(len(strengths), 1)
    chance = 1 / (1 + np.exp(np.array(strengths)[second] - np.array(strengths)[first]))
    wins = rng.random((people, len(first), sounds)) < chance[None, :, None]
    return np.where(wins, 1.0, -1.0)


def test_identical_raters_agree_perfectly():
    panel = np.tile([1.0, 2, 3, 4, 5, 3], (6, 1))
    assert cronbach(panel) == pytest.approx(1)
    assert krippendorff_ordinal(panel) == pytest.approx(1)


def test_random_raters_do_not_agree():
    panel = np.random.default_rng(1).integers(1, 6, (20, 400)).astype(float)
    assert abs(cronbach(panel)) < 0.2
    assert abs(krippendorff_ordinal(panel)) < 0.02


def test_cronbach_by_its_definition():
    panel = np.random.default_rng(2).normal(size=(5, 12)) + np.arange(12)
    items, total = panel.var(axis=1, ddof=1).sum(), panel.sum(axis=0).var(ddof=1)
    assert cronbach(panel) == pytest.approx(5 / 4 * (1 - items / total))


def test_krippendorff_of_the_published_example():
    # K. Krippendorff, "Computing Krippendorff's alpha-reliability", 2011, section D: ordinal 0.815.
    gap = math.nan
    panel = np.array([
        [1, 2, 3, 3, 2, 1, 4, 1, 2, gap, gap, gap],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, gap, 3],
        [gap, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, gap],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, gap],
    ])  # fmt: skip
    assert krippendorff_ordinal(panel) == pytest.approx(0.815, abs=5e-4)


@pytest.mark.parametrize("panel", [np.zeros((0, 0)), np.full((3, 2), 4.0), np.full((1, 4), np.nan)])
def test_agreement_that_is_not_defined_is_none(panel):
    assert cronbach(panel) is None
    assert krippendorff_ordinal(panel) is None


def test_intervals_hold_the_truth_and_know_of_people():
    rng, held, widths, naive = np.random.default_rng(3), 0, [], []
    for _ in range(60):
        cube = rng.normal(0, 1, (25, 1, 1)) + rng.normal(3, 0.3, (25, 2, 8))
        mean, low, high = clustered_means(cube)
        held += int(low[0] < 3 < high[0])
        widths.append(high[0] - low[0])
        naive.append(2 * 1.96 * cube[:, 0].std() / np.sqrt(cube[:, 0].size))
        assert mean == pytest.approx(np.mean(cube, axis=(0, 2)))
    assert held >= 50
    assert np.mean(widths) > 2 * np.mean(naive)


def test_gaps_in_the_data_are_left_out():
    cube = np.array([[[1.0, np.nan], [5, 5]], [[3.0, 2.0], [np.nan, np.nan]]])
    means, low, high = clustered_means(cube)
    assert means == pytest.approx([2, 5])
    assert np.isfinite([*low, *high]).all()
    assert np.isnan(clustered_means(cube[:1])[1]).all()
    assert np.isnan(clustered_means(np.zeros((0, 2, 2)))[0]).all()


def test_a_planted_difference_is_found_and_equality_is_not():
    tests = {
        (t.first, t.second): t for t in rating_tests(ratings(np.random.default_rng(4)), METHODS)
    }
    for pair in (("a", "b"), ("a", "c")):
        assert tests[pair].p_holm < 0.001
        assert tests[pair].low < 1.0 < tests[pair].high or abs(tests[pair].difference - 1) < 0.3
        assert tests[pair].effect > 0.8
    assert tests["b", "c"].p_holm > 0.05
    assert abs(tests["b", "c"].difference) < 0.2


def test_equal_methods_are_rarely_told_apart():
    rng = np.random.default_rng(5)
    found = sum(
        any(t.p_holm < 0.05 for t in rating_tests(ratings(rng, worth=(3, 3, 3)), METHODS))
        for _ in range(40)
    )
    assert found <= 6


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert len(holm([])) == 0


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(-1.5, 1.5), min_size=2, max_size=4), st.integers(0, 99))
def test_expected_wins_give_strengths_back(strengths, seed):
    wanted = np.array(strengths) - np.mean(strengths)
    odds = np.exp(wanted[:, None])
    chance = odds / (odds + odds.T) * (1 - np.eye(len(wanted)))
    assert bradley_terry(1e5 * chance) == pytest.approx(wanted, abs=1e-3)


def test_the_ranking_agrees_with_hunter_s_own_iteration():
    # D. R. Hunter, "MM algorithms for generalized Bradley-Terry models", 2004.
    wins = np.array([[0, 7, 9], [3, 0, 8.5], [1, 1.5, 0]])
    played, worth = wins + wins.T + 0.2 * (1 - np.eye(3)), np.ones(3)
    for _ in range(2000):
        shared = played / (worth[:, None] + worth)
        worth = (wins + 0.1 * (1 - np.eye(3))).sum(axis=1) / shared.sum(axis=1)
        worth /= worth.sum()
    assert bradley_terry(wins) == pytest.approx(np.log(worth) - np.log(worth).mean(), abs=1e-6)


def test_planted_preferences_come_back_with_intervals():
    strengths = (-0.8, 1.0, -0.2)
    ranks = ranking(preferences(np.random.default_rng(6), strengths, people=60), METHODS)
    assert [each.method for each in ranks] == ["b", "c", "a"]
    for each in ranks:
        assert each.low < strengths[METHODS.index(each.method)] < each.high
        assert each.high - each.low < 0.8


def test_a_method_that_never_loses_has_a_finite_place():
    ranks = ranking(np.ones((5, 1, 3)), ("a", "b"))
    assert ranks[0].method == "a"
    assert math.isfinite(ranks[0].strength)
    assert ranking(np.zeros((0, 1, 3)), ("a", "b")) == []


def test_pairs_are_counted_and_tested():
    cube = np.zeros((8, 1, 3))
    cube[:, :, :2] = 1
    cube[0, 0, 0] = -1
    test = pair_tests(cube, ("a", "b"))[0]
    assert (test.first_wins, test.same, test.second_wins) == (15, 8, 1)
    assert test.share == pytest.approx((15 + 4) / 24)
    assert test.p_binomial == pytest.approx(2 * 17 / 2**16)
    assert test.p < 0.05
    empty = pair_tests(np.zeros((0, 1, 3)), ("a", "b"))[0]
    assert (empty.first_wins, empty.p, empty.p_binomial) == (0, 1.0, 1.0)
