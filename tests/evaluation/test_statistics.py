"""Intervals and tests: a planted difference must be found, and none where there is none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from voxface.errors import VoxfaceError
from voxface.evaluation.statistics import (
    benjamini_hochberg,
    bootstrap_mean,
    bootstrap_means,
    compare_methods,
    corrected,
    holm,
    paired_test,
)

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=8)


def scores_of(shift: float, takes: int = 40, seed: int = 0, noise: float = 0.05):
    """Return two methods on takes that differ much; the second is better by `shift`."""
    rng = np.random.default_rng(seed)
    hard = rng.uniform(0.2, 0.9, takes)
    one = hard + noise * rng.normal(size=takes)
    other = hard + shift + noise * rng.normal(size=takes)
    names = [f"take{n}" for n in range(takes)]
    return {
        "one": dict(zip(names, one, strict=True)),
        "other": dict(zip(names, other, strict=True)),
    }


def test_a_planted_difference_is_found() -> None:
    (found,) = compare_methods(scores_of(0.06))
    assert (found.one, found.other, found.units, found.left_out) == ("one", "other", 40, 0)
    assert found.wilcoxon < 0.01
    assert found.t < 0.01
    assert found.low < found.difference < found.high < 0
    assert found.difference == pytest.approx(-0.06, abs=0.03)
    assert found.effect < -0.3
    assert -1 <= found.rank_effect < -0.3
    assert (found.wilcoxon_holm, found.wilcoxon_bh) == (found.wilcoxon, found.wilcoxon)


def test_none_is_found_where_there_is_none() -> None:
    """Under the null, p-values are below 0.05 in about one in twenty."""
    found = [compare_methods(scores_of(0, seed=seed))[0] for seed in range(200)]
    for name in ("wilcoxon", "t"):
        share = np.mean([getattr(one, name) < 0.05 for one in found])
        assert 0.01 < share < 0.11
    assert np.mean([one.low < 0 < one.high for one in found]) > 0.87


def test_the_tests_are_those_of_scipy() -> None:
    scores = scores_of(0.02, takes=12)
    (found,) = compare_methods(scores)
    a, b = (np.array(list(scores[name].values())) for name in ("one", "other"))
    assert found.wilcoxon == pytest.approx(stats.wilcoxon(a, b).pvalue)
    assert found.t == pytest.approx(stats.ttest_rel(a, b).pvalue)


def test_rank_effect_of_known_signs() -> None:
    """Differences 1, 2, 3 and -4: ranks 6 against 4 of 10."""
    assert paired_test([1.0, 2.0, 3.0, -4.0]).rank_effect == pytest.approx(0.2)
    assert paired_test([1.0, 2.0, 3.0]).rank_effect == 1


def test_equal_methods_differ_in_nothing() -> None:
    same = scores_of(0)["one"]
    (found,) = compare_methods({"a": same, "b": same})
    assert (found.difference, found.wilcoxon, found.t, found.effect) == (0, 1, 1, 0)


def test_a_shift_of_every_take_alike_is_certain() -> None:
    (found,) = compare_methods({"a": {"x": 1.5, "y": 2.5}, "b": {"x": 1.0, "y": 2.0}})
    assert found.t == 0
    assert found.wilcoxon == 0.5  # what two takes can show at most
    assert found.effect == np.inf


def test_missing_figures_are_counted() -> None:
    scores = scores_of(0.04)
    scores["one"]["take3"] = float("nan")
    del scores["other"]["take5"]
    (found,) = compare_methods(scores)
    assert (found.units, found.left_out) == (38, 2)


def test_a_speaker_with_many_takes_counts_once() -> None:
    """Three speakers prefer one method, a fourth with most of the takes the other."""
    takes = {
        f"{s}{n}": s for s, many in (("a", 2), ("b", 2), ("c", 2), ("d", 50)) for n in range(many)
    }
    scores = {
        "one": {take: 0.9 if who == "d" else 0.2 for take, who in takes.items()},
        "other": dict.fromkeys(takes, 0.3),
    }
    (by_take,) = compare_methods(scores)
    (by_speaker,) = compare_methods(scores, clusters=takes)
    assert by_take.units == 56
    assert by_take.wilcoxon < 1e-4
    assert by_speaker.units == 4
    assert by_speaker.difference == pytest.approx((0.6 - 3 * 0.1) / 4)
    assert by_speaker.wilcoxon > 0.1


def test_a_baseline_is_compared_with_the_others_alone() -> None:
    scores = scores_of(0.04) | {"third": scores_of(0)["one"]}
    assert len(compare_methods(scores)) == 3
    found = compare_methods(scores, baseline="other")
    assert [(c.one, c.other) for c in found] == [("one", "other"), ("third", "other")]
    with pytest.raises(VoxfaceError, match="did you mean 'other'"):
        compare_methods(scores, baseline="othr")


def test_what_cannot_be_compared() -> None:
    with pytest.raises(VoxfaceError, match="two methods"):
        compare_methods({"one": {"a": 1.0}})
    with pytest.raises(VoxfaceError, match="any common take"):
        compare_methods({"one": {"a": 1.0}, "other": {"b": 1.0}})
    with pytest.raises(VoxfaceError, match="finite"):
        paired_test([1.0, float("nan")])
    assert np.isnan(compare_methods({"one": {"a": 1.0}, "other": {"a": 2.0}})[0].t)


def test_holm_by_hand() -> None:
    np.testing.assert_allclose(holm([0.01, 0.04, 0.03]), [0.03, 0.06, 0.06])
    np.testing.assert_allclose(holm([0.01, float("nan"), 0.04]), [0.02, float("nan"), 0.04])
    np.testing.assert_allclose(benjamini_hochberg([0.01, 0.04, 0.03]), [0.03, 0.04, 0.04])
    with pytest.raises(VoxfaceError, match="0 to 1"):
        holm([1.5])


@settings(max_examples=40)
@given(P_VALUES)
def test_corrections_keep_order_and_only_raise(p: list[float]) -> None:
    given_p = np.array(p)
    for found in (holm(p), benjamini_hochberg(p)):
        assert (found >= given_p - 1e-12).all()
        assert (found <= 1).all()
        assert (np.diff(found[np.argsort(given_p, kind="stable")]) >= -1e-12).all()
    assert (holm(p) >= benjamini_hochberg(p) - 1e-12).all()
    assert holm(p).min() == pytest.approx(min(1, given_p.min() * len(p)))


def test_many_lists_are_one_family() -> None:
    lists = [compare_methods(scores_of(0.02, seed=seed))[0] for seed in range(5)]
    together = corrected(lists)
    assert min(c.wilcoxon_holm for c in together) == pytest.approx(
        min(1, 5 * min(c.wilcoxon for c in lists))
    )


def test_the_interval_is_as_wide_as_theory_says() -> None:
    values = np.random.default_rng(0).normal(0.6, 0.1, 80)
    found = bootstrap_mean(values)
    assert found.mean == pytest.approx(values.mean())
    assert found.high - found.low == pytest.approx(2 * 1.96 * values.std() / np.sqrt(80), rel=0.1)
    assert found == bootstrap_mean(values)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(1)
    drawn = [bootstrap_mean(rng.exponential(1.0, 40), draws=500) for _ in range(200)]
    assert 0.86 < np.mean([one.low <= 1 <= one.high for one in drawn]) < 0.99


def test_clusters_make_the_interval_as_wide_as_speakers_differ() -> None:
    """Speakers differ by 0.2, takes of one by 0.01: forty takes of four are four, not forty."""
    rng = np.random.default_rng(0)
    who = np.repeat(list("abcd"), 10)
    values = np.repeat([0.2, 0.4, 0.6, 0.8], 10) + 0.01 * rng.normal(size=40)
    alone, drawn = bootstrap_mean(values), bootstrap_mean(values, list(who))
    assert drawn.mean == pytest.approx(alone.mean)
    assert drawn.high - drawn.low > 2.5 * (alone.high - alone.low)
    assert bootstrap_mean(values, ["a"] * 40) == alone


def test_nobody_counts_more_for_more_takes() -> None:
    found = bootstrap_mean([0.0] * 9 + [1.0], ["a"] * 9 + ["b"])
    assert (found.mean, found.count) == (0.5, 10)


def test_one_take_has_no_interval_and_none_no_mean() -> None:
    one = bootstrap_mean([0.4, float("nan")])
    assert (one.mean, one.count, one.missing) == (0.4, 1, 1)
    assert np.isnan([one.low, one.high]).all()
    none = bootstrap_mean([float("nan")] * 3)
    assert np.isnan([none.mean, none.low]).all()
    assert (none.count, none.missing) == (0, 3)
    assert bootstrap_mean([]).count == 0


def test_columns_of_a_table_are_means_of_their_own() -> None:
    table = np.random.default_rng(0).normal(size=(30, 3))
    table[4:9, 1] = np.nan
    found = bootstrap_means(table)
    np.testing.assert_allclose([one.mean for one in found], np.nanmean(table, axis=0))
    assert [one.missing for one in found] == [0, 5, 0]
    assert found[1].high - found[1].low > 0


def test_tables_that_are_none() -> None:
    with pytest.raises(VoxfaceError, match="infinite"):
        bootstrap_mean([1.0, float("inf")])
    with pytest.raises(VoxfaceError, match="2 speakers are named for 3 takes"):
        bootstrap_mean([1.0, 2.0, 3.0], ["a", "b"])
    with pytest.raises(VoxfaceError, match="one axis"):
        bootstrap_mean([[1.0]])
