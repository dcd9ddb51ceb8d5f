"""Arrays as mono sound at 16 kHz."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media import click, tone
from voxface.audio import SoundResampler, as_mono, as_mono_16k
from voxface.audio.resampler import resampling_delay
from voxface.errors import VoxfaceError


@pytest.mark.parametrize(
    ("kind", "full", "silence"),
    [
        (np.int8, 127, 0),
        (np.int16, 32767, 0),
        (np.int32, 2**31 - 1, 0),
        (np.uint8, 255, 128),
        (np.float64, 1.0, 0.0),
        (np.float16, 1.0, 0.0),
    ],
)
def test_full_scale_of_every_type_is_one(kind, full, silence):
    mono = as_mono(np.array([full, silence], kind))
    assert mono.dtype == np.float32
    assert mono == pytest.approx([1, 0], abs=0.01)


def test_the_shorter_axis_holds_the_channels():
    left, right = tone(0.1), np.zeros(1600, np.float32)
    for array in (np.stack([left, right]), np.stack([left, right], axis=1)):
        np.testing.assert_allclose(as_mono(array), left / 2, atol=1e-7)


def test_channels_last_may_be_said():
    assert as_mono(np.ones((1, 2), np.float32), channels_last=True).shape == (1,)
    assert as_mono(np.zeros((0, 2), np.int16), channels_last=True).shape == (0,)


def test_integers_are_averaged_without_overflow():
    assert as_mono(np.full((10, 2), 30_000, np.int16)) == pytest.approx(30_000 / 32768)


@pytest.mark.parametrize("rate", [8_000, 11_025, 44_100, 48_000, 96_000, 16_000.5])
def test_resampling_keeps_time_and_length(rate):
    sound = as_mono_16k(click(1, 0.5, round(rate)), rate)
    assert abs(len(sound) - 16_000) <= 2
    assert np.argmax(sound) / 16_000 == pytest.approx(0.5, abs=0.0002)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((4, 4, 4)), "shape"),
        (np.float32(3), "shape"),
        (np.zeros((500, 300)), "not sound"),
        (np.array([0.0, np.nan]), "NaN"),
        (np.array([0.0, -np.inf]), "infinite"),
        (np.zeros(5, np.int64), "int64"),
        (np.zeros(5, bool), "bool"),
        (np.zeros(5, complex), "complex"),
        (np.array(["a"]), "full scale"),
    ],
)
def test_what_is_not_sound_is_refused(array, message):
    with pytest.raises(VoxfaceError, match=message):
        as_mono(array)


@pytest.mark.parametrize("rate", [0, -16_000, 10, 2e6, float("nan"), float("inf"), "fast", None])
def test_unbelievable_rates_are_refused(rate):
    with pytest.raises(VoxfaceError, match="sample rate"):
        as_mono_16k(np.zeros(10), rate)


@given(st.lists(st.integers(0, 5000), max_size=8), st.sampled_from([8_000, 44_100, 48_000]))
@settings(max_examples=25, deadline=None)
def test_resampling_does_not_depend_on_the_cuts(cuts, rate):
    sound = np.random.default_rng(0).uniform(-1, 1, 5000).astype(np.float32)
    resampler = SoundResampler(rate, 16_000)
    parts = [resampler.push(part) for part in np.split(sound, sorted(cuts))]
    whole = np.concatenate([*parts, resampler.flush()])
    np.testing.assert_array_equal(whole, as_mono_16k(sound, rate))


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000])
def test_the_resampling_delay_is_never_exceeded(rate):
    resampler = SoundResampler(rate, 16_000)
    returned, longest = 0, 0.0
    for pushed in range(1, 20_000):
        # The newest sample that has not come out yet was pushed this long ago.
        longest = max(longest, pushed / rate - returned / 16_000)
        returned += len(resampler.push(np.zeros(1, np.float32)))
    assert longest <= resampling_delay(rate, 16_000) + 1 / 16_000
    assert resampling_delay(rate, 16_000) < longest + 0.003
    assert resampling_delay(16_000, 16_000) == 0


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000, 96_000, 12_345.678])
def test_resampling_keeps_time_level_and_length(rate):
    time = np.arange(round(2 * rate)) / rate
    sound = as_mono_16k(np.sin(2 * np.pi * 3000 * time), rate)
    assert len(sound) == pytest.approx(32_000, abs=1)
    middle = np.arange(1000, 31_000)
    np.testing.assert_allclose(sound[middle], np.sin(2 * np.pi * 3000 * middle / 16_000), atol=2e-3)


@pytest.mark.parametrize(("hertz", "low", "high"), [(7000, -0.1, 0.1), (8400, -200, -55)])
def test_resampling_lets_speech_through_and_nothing_above(hertz, low, high):
    sound = as_mono_16k(np.sin(2 * np.pi * hertz * np.arange(48_000) / 48_000), 48_000)
    level = 20 * np.log10(np.sqrt(2 * np.mean(sound[1000:-1000] ** 2)))
    assert low < level < high
