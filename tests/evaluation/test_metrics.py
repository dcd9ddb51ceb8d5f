"""Figures of merit on planted truths."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxface.evaluation.metrics import (
    MOVING,
    about_rest,
    amplitude_ratio,
    closures,
    jitter,
    lag,
    mean_absolute_error,
    motion_where,
    moving,
    pearson,
)


def curve(frames: int = 400, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.convolve(rng.normal(size=frames + 40), np.hanning(15), mode="same")[20:-20]


@settings(max_examples=25)
@given(st.floats(-1, 1))
def test_known_correlation(r: float) -> None:
    """Two orthogonal curves of one length: r of the first and a mixture is what was mixed."""
    time = np.arange(1000) / 1000
    one, other = np.sin(2 * np.pi * 5 * time), np.cos(2 * np.pi * 5 * time)
    mixed = r * one + np.sqrt(1 - r * r) * other
    found = pearson(np.stack([mixed, 3 * mixed + 7], 1), np.stack([one, one], 1))
    np.testing.assert_allclose(found, r, atol=1e-9)


def test_a_face_that_never_moves_correlates_with_nothing() -> None:
    true = curve()[:, None]
    assert pearson(np.full_like(true, 0.3), true) == 0
    assert pearson(true, np.zeros_like(true)) == 0


@pytest.mark.parametrize("ratio", [0.0, 0.2, 1.0, 1.7])
def test_known_amplitude_ratio(ratio: float) -> None:
    true = curve()[:, None]
    np.testing.assert_allclose(amplitude_ratio(ratio * true + 0.4, true), ratio, atol=1e-12)


def test_no_ratio_to_what_does_not_move() -> None:
    assert np.isnan(amplitude_ratio(curve()[:, None], np.ones((400, 1)))).all()


def test_moving_columns() -> None:
    unit = curve() / curve().std()
    columns = np.stack([0.5 * MOVING * unit, 2 * MOVING * unit, 0 * unit], axis=1)
    assert moving(columns).tolist() == [False, True, False]


def test_error_about_rest_does_not_see_an_offset() -> None:
    true = np.abs(curve())[:, None]
    resting = np.zeros(400, bool)
    resting[:30] = True
    true[:30] = 0.1
    said = true + 0.25
    error = mean_absolute_error(about_rest(said, resting), about_rest(true, resting))
    np.testing.assert_allclose(error, 0, atol=1e-12)
    np.testing.assert_allclose(mean_absolute_error(said, true), 0.25)
    said[100:200] += 0.2
    error = mean_absolute_error(about_rest(said, resting), about_rest(true, resting))
    np.testing.assert_allclose(error, 0.2 * 100 / 400)


def test_rest_is_the_median_of_resting_frames() -> None:
    values = np.arange(10.0)[:, None]
    resting = np.isin(np.arange(10), [2, 3, 9])
    np.testing.assert_array_equal(about_rest(values, resting)[:, 0], np.arange(10) - 3)


def test_rest_without_resting_frames_is_low() -> None:
    values = np.arange(101.0)[:, None]
    np.testing.assert_allclose(about_rest(values, np.zeros(101, bool))[0], -10)


@pytest.mark.parametrize("fps", [25, 100])
@pytest.mark.parametrize("frames", [-5, -1, 0, 1, 7])
def test_known_lag(frames: int, fps: float) -> None:
    """A prediction that comes `frames` later has a positive lag."""
    whole = curve(500)
    true = whole[50:450]
    late = whole[50 - frames : 450 - frames]
    assert lag(late, true, fps) == pytest.approx(frames / fps * 1000)


def test_lag_is_sought_within_reach() -> None:
    whole = curve(500)
    found = lag(whole[30:430], whole[50:450], 100, reach=0.05)
    assert abs(found) <= 50


def test_a_face_that_never_moves_has_no_lag() -> None:
    assert np.isnan(lag(np.full(100, 0.2), curve(100), 25))
    assert np.isnan(lag(curve(100), np.zeros(100), 25))


@pytest.mark.parametrize("frames", [3, 12])
def test_lag_of_a_take_shorter_than_the_reach(frames: int) -> None:
    with np.errstate(all="raise"):
        found = lag(curve(frames), curve(frames), 25)
    assert np.isnan(found) or found == 0


def test_jitter_of_a_sinusoid() -> None:
    """The second derivative of a sin(wt) has the mean magnitude a w² 2 / pi."""
    fps, hertz, amplitude = 200, 3, 0.4
    time = np.arange(1000) / fps
    wave = amplitude * np.sin(2 * np.pi * hertz * time)[:, None]
    wanted = amplitude * (2 * np.pi * hertz) ** 2 * 2 / np.pi
    np.testing.assert_allclose(jitter(wave, fps), wanted, rtol=0.01)


def test_a_ramp_has_no_jitter() -> None:
    ramp = np.linspace(0, 1, 50)[:, None]
    np.testing.assert_allclose(jitter(ramp, 60), 0, atol=1e-9)


def test_motion_in_silence() -> None:
    weights = np.zeros((100, 4))
    weights[50:] = np.where(np.arange(50) % 2, 0.1, 0.3)[:, None]
    silent = np.arange(100) < 50
    assert motion_where(weights, silent) == 0
    assert motion_where(weights, ~silent) == pytest.approx(0.2)
    assert motion_where(np.full((9, 2), 0.7), np.ones(9, bool)) == 0
    # A step into a frame that is not silent is no motion in silence.
    assert np.isnan(motion_where(weights, np.zeros(100, bool)))
    assert np.isnan(motion_where(weights, np.arange(100) == 50))


def test_closures() -> None:
    """Four p/b/m, three of them shut; two of five open vowels shut by mistake."""
    fps = 100
    opening = np.full(400, 0.5)
    for time in (0.5, 1.0, 1.5):
        opening[round(time * fps) - 2 : round(time * fps) + 3] = 0.02
    opening[300:320] = 0.02
    score = closures(opening, fps, [0.5, 1.04, 1.5, 2.0], [0.2, 0.8, 2.5, 3.1, 3.15], 0.05)
    assert score.recall == 0.75
    assert score.false_share == pytest.approx(0.4)
    assert score.count == 4


def test_closures_have_a_reach() -> None:
    opening = np.full(300, 0.5)
    opening[100] = 0
    assert closures(opening, 100, [1.06], [], 0.1).recall == 1
    assert closures(opening, 100, [1.08], [], 0.1).recall == 0
    assert closures(opening, 100, [0.94], [], 0.1).recall == 1
    assert closures(opening, 100, [0.92], [], 0.1).recall == 0


def test_closures_at_the_ends_and_outside() -> None:
    opening = np.full(100, 0.5)
    opening[[0, 99]] = 0
    assert closures(opening, 100, [0.0, 0.99], [], 0.1).recall == 1
    assert closures(opening, 100, [5.0], [], 0.1).recall == 0


def test_nothing_to_score_is_not_a_score() -> None:
    score = closures(np.zeros(10), 100, [], [], 0.1)
    assert np.isnan(score.recall)
    assert np.isnan(score.false_share)
    assert score.count == 0
