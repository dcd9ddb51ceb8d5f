"""Alignment, lags and beats with planted times."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxface.errors import VoxfaceError
from voxface.evaluation.metrics import (
    align,
    audio_beats,
    beat_consistency,
    loudness,
    motion_minima,
    onset_lag,
)


def curve(frames: int = 300, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.convolve(rng.normal(size=frames + 40), np.hanning(15), mode="same")[20:-20]


def test_a_known_path() -> None:
    """The prediction says 0 twice and 3 once: the path is the one a hand draws."""
    found = align([0.0, 0, 1, 2, 3], [0.0, 1, 2, 3, 3], 10)
    assert found.path.tolist() == [[0, 0], [1, 0], [2, 1], [3, 2], [4, 3], [4, 4]]
    assert found.cost == 0
    # One frame of 100 ms late on four of six steps.
    assert found.deviation == pytest.approx(4 / 6 * 100)
    assert found.late == pytest.approx(found.deviation)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.integers(5, 60))
def test_a_curve_is_aligned_with_itself_on_the_diagonal(seed: int, frames: int) -> None:
    values = curve(frames, seed)
    found = align(values, values, 50)
    assert found.cost == 0
    assert found.deviation == 0
    assert (found.path[:, 0] == found.path[:, 1]).all()


@pytest.mark.parametrize("late", [-8, -3, 4, 10])
def test_a_known_shift(late: int) -> None:
    whole = curve(500)
    found = align(whole[50 - late : 450 - late], whole[50:450], 100)
    assert found.late == pytest.approx(10 * late, rel=0.1)
    assert found.deviation == pytest.approx(abs(10 * late), rel=0.1)
    assert found.cost < 0.05 * np.abs(whole).mean()


def test_alignment_is_that_of_dtaidistance() -> None:
    dtw = pytest.importorskip("dtaidistance.dtw")
    rng = np.random.default_rng(0)
    for frames, band in ((5, 3), (40, 10), (75, 30), (120, 4)):
        a, b = rng.normal(size=(2, frames)).cumsum(axis=1)
        wanted = dtw.distance(a, b, window=band + 1, inner_dist="euclidean")
        found = align(a, b, 100, reach=band / 100)
        assert found.cost * frames == pytest.approx(wanted)
        assert np.abs(np.diff(found.path, axis=1)).max() <= band
        assert set(map(tuple, np.diff(found.path, axis=0).tolist())) <= {(1, 1), (1, 0), (0, 1)}


def test_a_penalty_keeps_flat_curves_on_the_diagonal() -> None:
    rng = np.random.default_rng(0)
    a, b = (1e-3 * rng.normal(size=100) for _ in range(2))
    assert align(a, b, 100).deviation > 10
    assert align(a, b, 100, penalty=0.01).deviation == 0


def test_a_constant_prediction_has_a_cost_and_no_path() -> None:
    true = np.abs(curve())
    found = align(np.zeros(300), true, 100)
    assert found.cost == pytest.approx(true.mean())
    assert np.isnan([found.deviation, found.late]).all()


def test_what_cannot_be_aligned() -> None:
    with pytest.raises(VoxfaceError, match="NaN"):
        align([0.0, np.nan, 1], [0.0, 1, 2], 100)
    with pytest.raises(VoxfaceError, match="frame rates"):
        align(curve(300), curve(150), 100)
    with pytest.raises(VoxfaceError, match="one axis"):
        align(np.zeros((9, 2)), np.zeros((9, 2)), 100)
    with pytest.raises(VoxfaceError, match="positive"):
        align(curve(), curve(), 0)


@pytest.mark.parametrize("late", [-60, 0, 50, 120])
def test_a_mouth_that_opens_after_the_sound(late: int) -> None:
    level = -60 + 50 * np.clip(np.sin(2 * np.pi * 2.2 * np.arange(400) / 100), 0, 1) ** 0.5
    opening = np.roll((level + 60) / 100, late // 10)
    assert onset_lag(opening, level, 100) == late
    # Louder sound and a smaller mouth change nothing.
    assert onset_lag(0.1 * opening + 0.3, level + 10, 100) == pytest.approx(late, abs=10)
    assert np.isnan(onset_lag(np.full(400, 0.2), level, 100))


def test_loudness_adds_power() -> None:
    np.testing.assert_allclose(loudness(np.full((3, 10), -20.0)), -10)
    with pytest.raises(VoxfaceError, match="frames, bands"):
        loudness(np.zeros(10))


def test_beats_of_a_sound_that_sets_in_four_times() -> None:
    mel = np.full((300, 80), -70.0)
    for begin in (40, 100, 160, 250):
        mel[begin : begin + 25] = -20
    np.testing.assert_allclose(audio_beats(mel, 100), [0.4, 1.0, 1.6, 2.5], atol=0.03)
    assert not len(audio_beats(np.full((300, 80), -70.0), 100))


def test_motion_pauses_where_a_sinusoid_turns() -> None:
    time = np.arange(200) / 100
    swing = np.cos(2 * np.pi * 1.0 * time)[:, None]
    np.testing.assert_allclose(motion_minima(swing, 100), [0.5, 1.0, 1.5], atol=0.011)
    assert not len(motion_minima(np.ones((50, 3)), 100))


def test_beat_consistency_by_hand() -> None:
    assert beat_consistency([0.5, 1.0], [0.5, 1.0, 3.0]) == 1
    assert beat_consistency([0.5], [0.6]) == pytest.approx(np.exp(-0.5))
    assert beat_consistency([0.5, 2.0], [0.5]) == pytest.approx(0.5, abs=1e-6)
    assert beat_consistency([0.5], []) == 0
    assert np.isnan(beat_consistency([], [0.5]))
    with pytest.raises(VoxfaceError, match="finite"):
        beat_consistency([np.nan], [0.5])


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(0, 5), min_size=1, max_size=6), st.floats(-2, 2))
def test_beats_do_not_care_when_the_clock_begins(times: list[float], shift: float) -> None:
    still = [0.3, 1.7, 4.0]
    here = beat_consistency(times, still)
    there = beat_consistency(np.add(times, shift), np.add(still, shift))
    assert 0 <= here <= 1
    assert there == pytest.approx(here, abs=1e-9)
