"""R², jitter and spectra with planted truths; invariances; and input that is no measurement."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxface.errors import VoxfaceError
from voxface.evaluation import metrics
from voxface.evaluation.metrics import (
    amplitude_ratio,
    jitter,
    lag,
    mean_absolute_error,
    motion_where,
    pearson,
    power_above,
    r_squared,
    r_squared_of_motion,
)

SEEDS = st.integers(0, 10_000)
GAINS = st.floats(0.05, 20)
OFFSETS = st.floats(-5, 5)


def noise(seed: int, frames: int = 60, columns: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(frames, columns))


@pytest.mark.parametrize("told", [-0.5, 0.0, 0.4, 0.97, 1.0])
def test_a_known_r_squared(told: float) -> None:
    """What is off lies across the truth and has the size that leaves so much told."""
    time = 2 * np.pi * np.arange(200) / 200
    true, across = np.sin(3 * time)[:, None], np.cos(3 * time)[:, None]
    said = true + np.sqrt(1 - told) * across
    assert r_squared(said, true) == pytest.approx(told)
    assert r_squared_of_motion(said, true) == pytest.approx(told)
    assert r_squared_of_motion(said, true, [0.0]) == pytest.approx(told)


def test_a_still_head_tells_its_shape_and_nothing_of_its_motion() -> None:
    rng = np.random.default_rng(0)
    neutral = 50 * rng.normal(size=(100, 3))
    true = neutral + rng.normal(size=(40, 100, 3))
    still = np.broadcast_to(neutral, true.shape)
    assert r_squared(still, true) > 0.999
    assert r_squared_of_motion(still, true) == 0
    assert r_squared_of_motion(still, true, neutral) == 0
    assert np.isnan(r_squared_of_motion(still, still))


@settings(max_examples=20)
@given(SEEDS, GAINS, OFFSETS)
def test_r_knows_neither_gain_nor_offset_and_the_ratio_only_gain(
    seed: int, gain: float, offset: float
) -> None:
    said, true = noise(seed), noise(seed + 1)
    np.testing.assert_allclose(pearson(gain * said + offset, true), pearson(said, true), atol=1e-9)
    np.testing.assert_allclose(
        amplitude_ratio(gain * said + offset, true), gain * amplitude_ratio(said, true)
    )
    np.testing.assert_allclose(pearson(-said, true), -pearson(said, true), atol=1e-9)
    np.testing.assert_allclose(pearson(said, true), pearson(true, said), atol=1e-12)


@settings(max_examples=20)
@given(SEEDS)
def test_errors_obey_the_triangle(seed: int) -> None:
    a, b, c = noise(seed), noise(seed + 1), noise(seed + 2)
    detour = mean_absolute_error(a, b) + mean_absolute_error(b, c)
    assert (mean_absolute_error(a, c) <= detour + 1e-12).all()
    assert not mean_absolute_error(a, a).any()
    np.testing.assert_array_equal(mean_absolute_error(a, b), mean_absolute_error(b, a))


def test_untracked_entries_do_not_count_and_columns_without_any_have_no_error() -> None:
    true, tracked = np.zeros((10, 3)), np.ones((10, 3), bool)
    said = np.full((10, 3), 0.2)
    said[:5, 0] = 9.0
    tracked[:5, 0] = tracked[:, 1] = False
    found = mean_absolute_error(said, true, tracked)
    np.testing.assert_allclose(found[[0, 2]], 0.2)
    assert np.isnan(found[1])
    with pytest.raises(VoxfaceError, match="tracked must be bool"):
        mean_absolute_error(said, true, tracked[:4])


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9])
def test_planted_trembling(share: float) -> None:
    """Two sinusoids, of 2 and of 12 Hz, whose powers are what is asked."""
    time = np.arange(400) / 100
    slow, fast = np.sin(2 * np.pi * 2 * time), np.sin(2 * np.pi * 12 * time)
    mixed = np.sqrt(1 - share) * slow + np.sqrt(share) * fast
    columns = np.stack([mixed, 0.01 * mixed + 3], axis=1)
    np.testing.assert_allclose(power_above(columns, 100), share, atol=0.01)


def test_power_needs_frames_and_rate() -> None:
    assert np.isnan(power_above(np.ones(50), 100))
    with pytest.raises(VoxfaceError, match="nothing above 6 Hz"):
        power_above(noise(0), 12)
    with pytest.raises(VoxfaceError, match="needs at least 8"):
        power_above(noise(0, frames=5), 100)


@settings(max_examples=15)
@given(SEEDS, GAINS, OFFSETS)
def test_motion_knows_gain_and_no_offset(seed: int, gain: float, offset: float) -> None:
    values = noise(seed)
    np.testing.assert_allclose(jitter(gain * values + offset, 30), gain * jitter(values, 30))
    everywhere = np.ones(len(values), bool)
    assert motion_where(gain * values + offset, everywhere) == pytest.approx(
        gain * motion_where(values, everywhere)
    )
    np.testing.assert_allclose(jitter(values, 60), 4 * jitter(values, 30))


def two(wrong):
    """Return the metrics of a prediction and a truth, on one prediction."""
    true = noise(1)
    return {
        "pearson": lambda: pearson(wrong, true),
        "ratio": lambda: amplitude_ratio(wrong, true),
        "error": lambda: mean_absolute_error(wrong, true),
        "r_squared": lambda: r_squared(wrong, true),
        "r_squared_of_motion": lambda: r_squared_of_motion(wrong, true),
        "lag": lambda: lag(wrong[:, 0], true[:, 0], 25),
    }


@pytest.mark.parametrize("name", two(noise(0)))
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_that_are_no_numbers(name: str, bad: float) -> None:
    wrong = noise(0)
    wrong[7, 0] = bad
    with pytest.raises(VoxfaceError, match="are NaN or infinite"):
        two(wrong)[name]()


@pytest.mark.parametrize("name", two(noise(0)))
def test_other_shapes(name: str) -> None:
    with pytest.raises(VoxfaceError, match="same frames and channels"):
        two(noise(0, frames=59))[name]()


@pytest.mark.parametrize(
    "call",
    [
        lambda: pearson(noise(0, 2), noise(1, 2)),
        lambda: lag([0.0, 1.0], [0.0, 1.0], 25),
        lambda: jitter(noise(0, 2), 25),
        lambda: amplitude_ratio(noise(0, 1), noise(1, 1)),
    ],
)
def test_too_few_frames(call) -> None:
    with pytest.raises(VoxfaceError, match="this figure needs at least"):
        call()


def test_other_input_that_is_none() -> None:
    with pytest.raises(VoxfaceError, match="not an array of numbers"):
        pearson([["a"]], [["b"]])
    with pytest.raises(VoxfaceError, match="one number"):
        pearson(0.5, 0.5)
    with pytest.raises(VoxfaceError, match="frames per second must be positive"):
        lag(noise(0)[:, 0], noise(1)[:, 0], float("nan"))
    with pytest.raises(VoxfaceError, match="one truth value for each of 60 frames"):
        metrics.about_rest(noise(0), np.ones(59, bool))
    with pytest.raises(VoxfaceError, match="one truth value"):
        motion_where(noise(0), np.ones(60))
    with pytest.raises(VoxfaceError, match="threshold"):
        metrics.closures(np.zeros(50), 100, [0.1], [], float("nan"))
    with pytest.raises(VoxfaceError, match="NaN"):
        metrics.closures([0.1, np.nan], 100, [0.1], [], 0.1)
