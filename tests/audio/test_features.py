"""Speech features against planted sounds."""

from __future__ import annotations

import numpy as np
import pytest

from media import tone
from voxface.audio.features import (
    FEATURE_NAMES,
    HOP,
    MEL_BANDS,
    analysis_window,
    features,
    frame_total,
    mel_filters,
)

LOUDNESS = FEATURE_NAMES.index("loudness")
CROSSINGS = FEATURE_NAMES.index("zeroCrossingRate")
ACTIVITY = FEATURE_NAMES.index("voiceActivity")


@pytest.mark.parametrize("level", [1.0, 0.1, 0.01])
def test_a_sine_has_its_own_level(level):
    found = features(tone(1, hertz=1000, level=level))[20:80]
    decibel = 20 * np.log10(level)
    np.testing.assert_allclose(found[:, LOUDNESS], decibel, atol=0.1)
    # The strongest band sees nearly all of it: a triangle's peak may lie beside the sine.
    assert found[:, :MEL_BANDS].max(axis=1) == pytest.approx(decibel, abs=1.5)


@pytest.mark.parametrize("hertz", [200, 500, 1000, 2500, 6000])
def test_a_sine_lights_the_band_around_it(hertz):
    band = features(tone(0.5, hertz=hertz))[25, :MEL_BANDS].argmax()
    weights = mel_filters()[:, band]
    frequency = np.flatnonzero(weights) * 16_000 / 512
    assert frequency.min() - 32 <= hertz <= frequency.max() + 32


def test_zero_crossings_count_the_frequency():
    found = features(tone(1, hertz=1000))[20:80, CROSSINGS]
    np.testing.assert_allclose(found, 2 * 1000 / 16_000, atol=0.006)


def test_frames_are_centred_on_their_time():
    sound = np.zeros(16_000, np.float32)
    sound[50 * HOP] = 1
    energy = features(sound)[:, :MEL_BANDS].mean(axis=1)
    assert energy.argmax() == 50
    assert energy[49] == pytest.approx(energy[51], abs=1e-3)
    # 25 ms windows see 12.5 ms to either side: the neighbours do, the next ones do not.
    assert energy[49] > -79
    assert energy[[48, 52]] == pytest.approx(-80, abs=1e-3)


def test_the_range_is_bounded_and_silence_is_its_floor():
    silence = features(np.zeros(1600))
    assert silence[:, :MEL_BANDS] == pytest.approx(-80, abs=1e-3)
    assert silence[:, LOUDNESS] == pytest.approx(-80, abs=1e-3)
    assert silence[:, ACTIVITY].max() < 1e-3
    loud = features(100 * tone(0.2))
    assert loud[:, :MEL_BANDS].max() == 10
    assert features(tone(0.2))[10, ACTIVITY] > 0.99


def test_shapes():
    for samples in (0, 1, 159, 160, 161, 16_000):
        found = features(np.zeros(samples))
        assert found.shape == (frame_total(samples), 83)
        assert found.dtype == np.float32


def test_long_sound_is_the_same_in_any_chunk():
    sound = np.random.default_rng(0).normal(0, 0.1, 6100 * HOP).astype(np.float32)
    tail = features(sound[5990 * HOP :])
    np.testing.assert_allclose(features(sound)[5992:], tail[2:], atol=1e-3)


def test_the_window_and_the_filters():
    assert analysis_window().sum() == pytest.approx(2, abs=1e-5)
    filters = mel_filters()
    assert filters.shape == (257, MEL_BANDS)
    assert (filters >= 0).all()
    assert (filters.sum(axis=0) > 0).all()
    # Neighbouring triangles add up to one between their peaks.
    inside = filters.sum(axis=1)[3:240]
    np.testing.assert_allclose(inside, 1, atol=1e-5)
