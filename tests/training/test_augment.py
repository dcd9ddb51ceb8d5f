"""Augmentation: every change does what it says to planted spectra, and no more."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from voxface.audio.features import MEL_BANDS, mel_centres
from voxface.training.augment import (
    HIGH,
    LOW,
    Augmentation,
    coloured_noise,
    limit_band,
    lose_quiet_bands,
    mask_parts,
    mix,
    reverberate,
    warp_frequency,
)

NOTHING = Augmentation(
    warp=0, equalisation=0, tilt=0, gain=(0, 0), noise=0, reverberation=0, band_limit=0, codec=0,
    mask=0,
)  # fmt: skip
CHANGES = {
    "reverberate": reverberate,
    "lose_quiet_bands": lose_quiet_bands,
    "limit_band": limit_band,
    "mask_parts": mask_parts,
}


def speech(batch: int = 4, frames: int = 50, seed: int = 0) -> torch.Tensor:
    """Return log-mel in dB, (B, T, 80)."""
    draw = torch.Generator().manual_seed(seed)
    return LOW + 80 * torch.rand(batch, frames, MEL_BANDS, generator=draw)


def noise(batch: int = 4, frames: int = 50) -> torch.Tensor:
    rng = np.random.default_rng(1)
    return torch.from_numpy(np.stack([coloured_noise(frames, rng) for _ in range(batch)]))


def test_all_switched_off_changes_nothing() -> None:
    mel = speech()
    torch.testing.assert_close(NOTHING(mel, noise(), torch.ones(4)), mel, atol=1e-4, rtol=0)


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 6), st.integers(2, 90), st.integers(0, 10_000))
def test_shape_and_range_stay(batch: int, frames: int, seed: int) -> None:
    torch.manual_seed(seed)
    strong = Augmentation(noise=1, reverberation=1, band_limit=1, codec=1, mask=1)
    mel = speech(batch, frames, seed)
    before = mel.clone()
    changed = strong(mel, noise(batch, frames), torch.ones(batch))
    assert changed.shape == mel.shape
    assert changed.dtype == torch.float32
    assert torch.isfinite(changed).all()
    assert float(changed.min()) >= LOW
    assert float(changed.max()) <= HIGH
    assert torch.equal(mel, before)


@pytest.mark.parametrize("name", CHANGES)
def test_each_change_keeps_shape_and_leaves_its_input_alone(name: str) -> None:
    torch.manual_seed(0)
    mel = speech()
    before = mel.clone()
    changed = CHANGES[name](mel)
    assert changed.shape == mel.shape
    assert torch.isfinite(changed).all()
    assert not torch.equal(changed, before)
    assert torch.equal(mel, before)


@pytest.mark.parametrize("name", ["noise", "reverberation", "band_limit", "codec", "mask"])
def test_a_probability_is_a_share_of_the_batch(name: str) -> None:
    torch.manual_seed(0)
    mel = speech(400, 8)
    changed = replace(NOTHING, **{name: 0.3})(mel, noise(400, 8), torch.ones(400))
    touched = (changed - mel).abs().amax((1, 2)) > 1e-3
    assert 0.2 < float(touched.float().mean()) < 0.4


@pytest.mark.parametrize("factor", [0.8, 0.9, 1.1, 1.2])
def test_warp_moves_a_peak_to_its_band(factor: float) -> None:
    """Read at `factor` times every frequency, a peak at f appears at f / factor."""
    centres = mel_centres()
    band = 50
    mel = LOW + 60 * np.exp(-((np.arange(MEL_BANDS) - band) ** 2) / 50)
    heard = torch.tensor(mel, dtype=torch.float32).expand(1, 3, -1)
    warped = warp_frequency(heard, torch.tensor([factor]))[0, 1]
    wanted = int(np.argmin(np.abs(centres - centres[band] / factor)))
    assert abs(int(warped.argmax()) - wanted) <= 1
    assert float(warped.max()) == pytest.approx(float(heard.max()), abs=3)


def test_warp_by_one_is_the_same_and_items_differ() -> None:
    mel = speech(3)
    warped = warp_frequency(mel, torch.tensor([1.0, 0.85, 1.0]))
    torch.testing.assert_close(warped[[0, 2]], mel[[0, 2]], atol=1e-4, rtol=0)
    assert (warped[1] - mel[1]).abs().max() > 1


@settings(max_examples=15, deadline=None)
@given(st.floats(-5, 40))
def test_mix_reaches_the_asked_ratio(ratio: float) -> None:
    """Signal: loud frames at a known level; the added noise lies `ratio` dB under them."""
    signal = torch.full((2, 40, MEL_BANDS), -100.0)
    signal[:, 10:, 7] = -20.0
    hiss = torch.full((2, 40, MEL_BANDS), -63.0)
    mixed = mix(signal, hiss, (ratio, ratio))
    added = 10 * torch.log10((10 ** (mixed[:, :10] / 10)).sum(2))
    torch.testing.assert_close(added, torch.full_like(added, -20 - ratio), atol=0.05, rtol=0)


def test_mix_adds_power() -> None:
    signal = torch.full((1, 20, MEL_BANDS), -30.0)
    mixed = mix(signal, torch.full_like(signal, -50.0), (0, 0))
    torch.testing.assert_close(mixed, signal + 10 * math.log10(2), atol=1e-3, rtol=0)


def test_reverberation_only_adds_and_decays() -> None:
    torch.manual_seed(0)
    mel = torch.full((8, 120, MEL_BANDS), -75.0)
    mel[:, 20] = -10.0
    wet = reverberate(mel)
    assert (wet >= mel - 1e-3).all()
    torch.testing.assert_close(wet[:, :20], mel[:, :20], atol=6.0, rtol=0)
    tail = wet[:, 21:, 0]
    assert (tail[:, 0] > -45).all()
    assert (tail[:, 0] < -5).all()
    assert (tail.diff(dim=1) <= 1e-3).all()
    # The fall per 10 ms belongs to a reverberation time of 0.1 to 0.8 s.
    fall = tail[:, 0] - tail[:, 1]
    assert (fall > 60 / 80 - 0.1).all()
    assert (fall < 60 / 10 + 0.1).all()


def test_codec_loses_only_what_is_far_under_the_peak() -> None:
    torch.manual_seed(0)
    mel = torch.full((6, 5, MEL_BANDS), -20.0)
    mel[:, :, 10] = -40  # 20 dB under: kept
    mel[:, :, 20] = -75  # 55 dB under: lost
    lossy = lose_quiet_bands(mel)
    assert torch.equal(lossy[:, :, 10], mel[:, :, 10])
    torch.testing.assert_close(lossy[:, :, 20], mel[:, :, 20] - 25)


def test_band_limit_keeps_the_middle() -> None:
    torch.manual_seed(0)
    centres = torch.as_tensor(mel_centres())
    mel = torch.zeros(40, 3, MEL_BANDS)
    limited = limit_band(mel)
    middle = (centres > 350) & (centres < 2800)
    assert torch.equal(limited[:, :, middle], mel[:, :, middle])
    assert (limited[:, :, centres > 7000] == -50).all()
    low = limited[:, 0, 0] == -50
    assert 0.2 < float(low.float().mean()) < 0.8


def test_masking_blanks_few_bands_and_a_short_time() -> None:
    torch.manual_seed(0)
    mel = torch.zeros(60, 100, MEL_BANDS)
    masked = mask_parts(mel)
    bands = ((masked == LOW).float().mean(1) > 0.9).sum(1)
    assert int(bands.min()) >= 1
    assert int(bands.max()) <= 10
    # The blanked time is flat at one value below the rest; count frames away from 0 in free bands.
    frames = ((masked != 0).sum(2) == MEL_BANDS).sum(1)
    assert int(frames.min()) >= 1
    assert int(frames.max()) <= 6


def test_gain_stays_inside_its_range() -> None:
    torch.manual_seed(0)
    mel = torch.full((200, 3, MEL_BANDS), -40.0)
    change = replace(NOTHING, gain=(-10, 5))(mel, mel, torch.ones(200)) - mel
    assert torch.allclose(change, change[:, :1, :1].expand_as(change), atol=1e-4)
    assert -10 <= float(change.min()) < -8
    assert 3 < float(change.max()) <= 5


def test_coloured_noise_is_about_minus_forty() -> None:
    rng = np.random.default_rng(0)
    many = np.stack([coloured_noise(100, rng) for _ in range(200)])
    assert many.shape == (200, 100, MEL_BANDS)
    assert many.dtype == np.float32
    assert np.isfinite(many).all()
    assert abs(many.mean() + 40) < 3
    again = coloured_noise(100, np.random.default_rng(0))
    np.testing.assert_array_equal(again, many[0])


def test_sped_up_voices_are_moved_part_of_the_way_back() -> None:
    """Sound sped up by 1.3 has its formants 1.3 times too high; they come down by up to that."""
    torch.manual_seed(0)
    centres = mel_centres()
    band = 50
    mel = LOW + 60 * np.exp(-((np.arange(MEL_BANDS) - band) ** 2) / 50)
    heard = torch.tensor(mel, dtype=torch.float32).expand(100, 3, -1)
    moved = NOTHING(heard, heard, torch.full((100,), 1.3))[:, 1].argmax(1)
    ratio = centres[band] / centres[moved.numpy()]
    assert ratio.min() > 0.97
    assert ratio.max() < 1.33
    assert ratio.max() - ratio.min() > 0.2
