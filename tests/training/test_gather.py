"""What a run hears: other features, half the rate, smoothed labels, some minutes, joined takes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fabricated import CHANNELS, JAW, bursts, make_example, write_recording
from voxface.audio import read
from voxface.audio.features import features
from voxface.errors import VoxfaceError
from voxface.training.augment import Augmentation
from voxface.training.crops import CropConfig, Crops
from voxface.training.extra_features import (
    EXTRA_FEATURES,
    extras_of_mel,
    recorded_extras,
    scaled_extras,
)
from voxface.training.gather import joined, smoothed
from voxface.training.hearing import Hearing
from voxface.training.recipe import recipe_from_dict
from voxface.training.split import only_minutes

REST = np.zeros(CHANNELS, np.float32)


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def recorded(tmp_path):
    """Return an example of a recording that is there, and all its features."""
    path = write_recording(tmp_path / "a.wav", bursts())
    rows = features(read(path))
    return make_example(len(rows), mel=rows[:, :80], recording=str(path)), rows


def test_columns_come_from_the_recording(recorded, tmp_path) -> None:
    example, rows = recorded
    [found] = recorded_extras([example])
    np.testing.assert_allclose(found, scaled_extras(rows, EXTRA_FEATURES), atol=0.5)
    assert found.min() >= -80
    assert found.max() <= 10
    (tmp_path / "a.wav").unlink()
    write_recording(tmp_path / "a.wav", bursts(seed=3)[: 2 * 16_000])
    [other] = recorded_extras([example])
    assert not np.array_equal(found, other)  # estimated: it is not that recording any more


def test_estimates_from_mel_are_near_what_is_measured(recorded) -> None:
    """Noise of known level: loudness within 2 dB, and crossings within a tenth."""
    _, rows = recorded
    estimated = extras_of_mel(torch.from_numpy(rows[:, :80]), EXTRA_FEATURES).numpy()
    true = scaled_extras(rows, EXTRA_FEATURES)
    loud = rows[:, 82] > -30
    assert loud.sum() > 50
    off = np.abs(estimated - true)[loud].mean(axis=0)
    assert off[2] < 2
    assert off[1] < 0.1 * 180
    assert off[0] < 5
    silence = extras_of_mel(torch.full((1, 80), -80.0), EXTRA_FEATURES).numpy()
    np.testing.assert_allclose(silence[0], Hearing(extras=EXTRA_FEATURES).silence[80:], atol=0.1)


def test_crops_have_the_columns_asked_for(recorded) -> None:
    hearing = Hearing(extras=("loudness", "voiceActivity"))
    [example] = hearing.heard([recorded[0]])
    assert example.features.shape[1] == 82
    config = CropConfig(frames=60, warm_up=20, batch=6, noise_only=0.3)
    batch = Crops([example], config, Augmentation(), REST, hearing, 0).draw(0)
    assert batch.features.shape == (6, 80, 82)
    assert torch.isfinite(batch.features).all()
    # Louder mel bands are louder in the column too, whatever augmentation did.
    level = extras_of_mel(batch.features[:, :, :80], ("loudness",))[:, :, 0]
    r = torch.corrcoef(torch.stack([level.flatten(), batch.features[:, :, 80].flatten()]))[0, 1]
    assert float(r) > 0.9


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 60))
def test_half_the_rate_and_back(frames: int) -> None:
    hearing = Hearing(rate=50)
    ramp = np.arange(frames, dtype=np.float32)[:, None] * np.ones((1, 3), np.float32)
    slow = hearing.slower(ramp)
    assert len(slow) == (frames + 1) // 2
    back = hearing.at_feature_rate(slow, frames)
    assert back.shape == ramp.shape
    np.testing.assert_allclose(back[1 : frames - 2], ramp[1 : frames - 2], atol=1e-4)


def test_crops_at_half_the_rate_are_as_long_in_frames() -> None:
    mel = np.full((400, 80), -50.0)
    mel[:, 0] = np.arange(400) / 10 - 50
    motion = np.zeros((400, CHANNELS))
    motion[:, JAW] = np.arange(400) / 100
    config = CropConfig(frames=50, warm_up=10, batch=4, clean=1.0, noise_only=0.0)
    batch = Crops([make_example(400, mel=mel, motion=motion)], config, None, REST,
                  Hearing(rate=50), 0).draw(0)  # fmt: skip
    assert batch.features.shape == (4, 60, 80)
    assert not batch.weight[:, :10].any()
    inside = batch.features[:, :, 0] > -50
    by_sound, by_jaw = (batch.features[:, :, 0] + 50) * 10, batch.motion[:, :, JAW] * 100
    assert (by_sound - by_jaw)[inside & (batch.weight[:, :, JAW] > 0)].abs().max() < 0.6


def test_smoothing_is_a_gaussian_without_delay() -> None:
    """An impulse of 1 becomes a curve of that width at half its height, about the same frame."""
    motion = np.zeros((200, CHANNELS))
    motion[100, JAW] = 4.0
    found = smoothed(make_example(200, motion=motion), 120.0).motion[:, JAW].astype(float)
    assert found.argmax() == 100
    np.testing.assert_allclose(found[80:100], found[101:121][::-1], atol=1e-3)
    assert int((found > found.max() / 2).sum()) in (11, 12, 13)
    assert found.sum() == pytest.approx(4.0, rel=0.02)


def test_smoothing_leaves_what_was_not_seen() -> None:
    example = make_example(100, motion=np.ones((100, CHANNELS)))
    seen = example.seen.copy()
    seen[40:] = 0
    motion = example.motion.copy()
    motion[40:] = 0
    found = smoothed(replace(example, seen=seen, motion=motion), 100.0)
    np.testing.assert_allclose(found.motion[:40], 1, atol=1e-3)
    assert not found.motion[40:].any()


def test_minutes_are_nested_and_in_every_voice() -> None:
    takes = [make_example(600, name=f"t{n}", recording=f"{n}.wav") for n in range(30)]
    voices = [replace(t, name=f"{t.name} x", corpus="revoiced") for t in takes]
    sizes = {}
    for minutes in (0.25, 1.0, 2.0, 9.0):
        left = only_minutes([*takes, *voices], minutes, 0)
        sizes[minutes] = {e.recording for e in left}
        heard = sum(len(e) for e in left if e.corpus == "grid")
        assert heard == min(round(minutes * 6000), 30 * 600)
        assert heard == sum(len(e) for e in left if e.corpus == "revoiced")
    assert sizes[0.25] < sizes[1.0] < sizes[2.0] < sizes[9.0]
    other = {e.recording for e in only_minutes(takes, 1.0, 1)}
    assert other != sizes[1.0]


def test_joined_takes_are_of_one_speaker() -> None:
    takes = [make_example(50 + n, name=f"{who}{n}", speaker=who) for who in "ab" for n in range(5)]
    found = joined(takes, 2, 0)
    assert len(found) == 6
    assert sum(map(len, found)) == sum(map(len, takes))
    for example in found:
        assert len({part[0] for part in example.name.split("+")}) == 1
        assert len(example.motion) == len(example.features) == len(example.seen)
    apart = [replace(takes[0], about={"speed": 1.1}), replace(takes[1], about={"speed": 1.2})]
    assert len(joined(apart, 2, 0)) == 2


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"data": {"features": ["loudnes"]}}, "did you mean 'loudness'"),
        ({"data": {"features": ["loudness"]}}, "'bands' of model must be 81, not 80"),
        ({"data": {"rate": 30}}, "must be 100 or 50, not 30"),
        ({"data": {"join": 0}}, "'join' is 1 or more"),
        ({"data": {"minutes": -1}}, "are 0 or more"),
        ({"hears": "phones", "data": {"features": ["loudness"]}}, "phones have no other features"),
        ({"logger": "papyrus"}, "unknown logger 'papyrus'"),
        ({"pretraining": {"share": 2.0}}, "'share' is between 0 and 1"),
    ],
)
def test_settings_that_do_not_fit(values, message) -> None:
    with pytest.raises(VoxfaceError) as raised:
        recipe_from_dict(values)
    assert message in str(raised.value)
