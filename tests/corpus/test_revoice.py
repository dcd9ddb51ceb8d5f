"""Takes in other voices: sound, face and phones stay together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fabricated import JAW, burst_phones, bursts, captured_clip
from voxface.audio.features import features
from voxface.corpus.captured import Take
from voxface.corpus.revoice import CODECS, SPEEDS, Voice, changed, revoiced, through_codec
from voxface.evaluation.metrics import lag, pearson
from voxface.phones.articulation import articulation_frames


def take() -> Take:
    sound = bursts()
    return Take(
        "anna0",
        "anna",
        "grid",
        captured_clip(sound),
        lambda: sound,
        lambda frames: articulation_frames(burst_phones(), frames),
        {"text": "ba"},
    )


@pytest.mark.parametrize("codec", CODECS, ids=lambda codec: f"{codec[0]} {codec[2]}")
def test_codecs_keep_length_and_time(codec) -> None:
    sound = bursts()
    coded = through_codec(sound, *codec)
    assert coded.shape == sound.shape
    assert coded.dtype == np.float32
    before, after = features(sound)[:, 82], features(coded)[:, 82]
    assert float(pearson(after, before)) > 0.9
    assert abs(lag(after, before, 100)) <= 10
    assert np.abs(coded).max() > 0.1
    assert not np.array_equal(coded, sound)


@pytest.mark.parametrize("speed", [0.7, 1.0, 1.25, 1.6])
def test_speed_changes_length_and_pitch(speed: float) -> None:
    time = np.arange(32_000) / 16_000
    tone = np.float32(0.3 * np.sin(2 * np.pi * 440 * time))
    fast = changed(tone, Voice(speed))
    assert len(fast) == pytest.approx(32_000 / speed, abs=2)
    spectrum = np.abs(np.fft.rfft(fast))
    assert spectrum.argmax() * 16_000 / len(fast) == pytest.approx(440 * speed, abs=1)


@pytest.mark.parametrize("speed", [0.7, 1.37, 1.6])
def test_face_and_phones_go_with_the_sound(speed: float) -> None:
    plain, other = take(), revoiced(take(), Voice(speed))
    assert other.about == {"text": "ba", "speed": speed}
    assert other.speaker == "anna"
    assert other.name != "anna0"
    assert other.corpus == "grid_revoiced"
    heard = features(other.read_sound())
    assert other.clip.duration == pytest.approx(3.0 / speed)
    np.testing.assert_array_equal(other.clip.weights, plain.clip.weights)
    loud = np.interp(other.clip.times, np.arange(len(heard)) / 100, heard[:, 82])
    assert float(pearson(other.clip.weights[:, JAW], loud)) > 0.85
    said = other.articulation(len(heard))
    assert said.shape == (len(heard), 27)
    spoken = said[:, 0] < 128
    loud_now = heard[:, 82] > -50
    assert (spoken == loud_now).mean() > 0.95


def test_a_take_without_phones_stays_without() -> None:
    assert revoiced(replace(take(), articulation=None), Voice(1.2)).articulation is None


def test_voices_are_drawn_within_their_range() -> None:
    rng = np.random.default_rng(0)
    drawn = [Voice.random(rng) for _ in range(300)]
    speeds = np.array([voice.speed for voice in drawn])
    assert speeds.min() >= SPEEDS[0] - 1e-3
    assert speeds.max() <= SPEEDS[1] + 1e-3
    assert abs(np.mean([voice.codec is None for voice in drawn]) - 0.5) < 0.1
    assert {voice.codec for voice in drawn} == {None, *range(len(CODECS))}
    assert Voice.random(np.random.default_rng(0)) == drawn[0]
