"""Claps that were planted are found, speech is left alone, and sound and face stay aligned."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("scipy", reason="preparation needs the extra 'train'")

from media import tone
from planted_mesh import speaking_face
from voxface.audio import SAMPLE_RATE, read
from voxface.corpus import claps
from voxface.corpus.claps import (
    BEFORE,
    SILENCE,
    clap_spans,
    cut_claps,
    cut_together,
    find_claps,
    silence_claps,
)
from voxface.errors import VoxfaceError


def clap(rng: np.random.Generator, decay: float = 0.008) -> np.ndarray:
    """Two hands: noise that begins at once and is gone in milliseconds, then a little room."""
    times = np.arange(3200) / SAMPLE_RATE
    noise = rng.normal(size=(2, len(times)))
    sound = noise[0] * np.exp(-times / decay) + 0.08 * noise[1] * np.exp(-times / 0.05)
    return sound / np.abs(sound).max()


def with_clap(sound: np.ndarray, at: float, level: float, rng: np.random.Generator) -> np.ndarray:
    clapped = sound.astype(float)
    first = round(at * SAMPLE_RATE)
    part = clapped[first : first + 3200]
    part += level * clap(rng)[: len(part)]
    return np.clip(clapped, -1, 1).astype(np.float32)


def voiced(seconds: float, seed: int = 0) -> np.ndarray:
    """Syllables: a buzz through two formants, and hissing between, four a second."""
    rng = np.random.default_rng(seed)
    times = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    swell = np.clip(np.sin(2 * np.pi * 2 * times), 0, 1)
    buzz = sum(np.sin(2 * np.pi * 120 * k * times) / k for k in range(1, 25))
    hiss = np.diff(rng.normal(size=len(times) + 1)) * np.clip(-np.sin(2 * np.pi * 2 * times), 0, 1)
    return (0.15 * swell * buzz + 0.04 * hiss).astype(np.float32)


@pytest.fixture(scope="module")
def speech(shared) -> list[Path]:
    """Every tenth of the readers."""
    files = sorted((shared / "data" / "voices" / "librispeech").glob("*.ogg"))
    return files[5::10]


def test_claps_planted_in_real_speech_are_found(speech):
    rng = np.random.default_rng(2)
    found, early = [], []
    for file in speech:
        sound = read(file)
        at = rng.uniform(0.1, 0.9) * (len(sound) / SAMPLE_RATE - 0.2)
        heard = find_claps(with_clap(sound, at, 2 * np.abs(sound).max(), rng))
        near = heard[np.abs(heard - at) < 0.02]
        found.append(len(near) > 0)
        early += list(near - at)
    assert np.mean(found) > 0.9
    assert np.abs(early).max() < 0.006


def test_speech_without_claps_is_left_alone(speech):
    seconds, false = 0.0, 0
    for file in speech:
        sound = read(file)
        seconds += len(sound) / SAMPLE_RATE
        false += len(find_claps(sound))
    assert seconds > 300
    assert false <= 1


def test_loud_hissing_and_sudden_stops_are_no_claps():
    rng = np.random.default_rng(3)
    sound = voiced(4)
    times = np.arange(len(sound)) / SAMPLE_RATE
    # An /s/ twice as loud as all else, and a /t/: sudden, but with nothing low in it.
    hiss = np.diff(rng.normal(size=len(sound) + 1))
    sound += 0.2 * hiss * (np.abs(times - 1.0) < 0.06)
    for at in (2.0, 2.75):
        sound += 0.3 * hiss * np.where(times >= at, np.exp(-(times - at) / 0.02), 0)
    assert not len(find_claps(sound.astype(np.float32)))


@pytest.mark.parametrize("level", [0.3, 0.6, 1.0])
@pytest.mark.parametrize("at", [0.01, 1.4, 2.13, 3.9])
def test_claps_in_a_made_voice_are_found_where_they_are(level, at):
    rng = np.random.default_rng(4)
    sound = 0.3 * voiced(4)
    assert not len(find_claps(sound))
    heard = find_claps(with_clap(sound, at, level, rng))
    assert heard == pytest.approx([at], abs=0.005)


def test_silence_takes_the_place_of_claps_and_moves_nothing():
    rng = np.random.default_rng(5)
    sound = 0.3 * voiced(4)
    clapped = with_clap(with_clap(sound, 1.2, 0.8, rng), 2.9, 0.8, rng)
    quiet, spans = silence_claps(clapped)
    assert len(quiet) == len(sound) and len(spans) == 2
    for (begin, end), at in zip(spans, (1.2, 2.9), strict=True):
        assert end - begin == pytest.approx(SILENCE)
        assert begin == pytest.approx(at - BEFORE, abs=0.006)
        assert not quiet[round(begin * SAMPLE_RATE) : round(end * SAMPLE_RATE)].any()
    away = np.ones(len(sound), bool)
    for begin, end in spans:
        away[round((begin - 0.003) * SAMPLE_RATE) : round((end + 0.003) * SAMPLE_RATE)] = False
    np.testing.assert_array_equal(quiet[away], clapped[away])
    assert not len(find_claps(quiet))
    assert np.abs(clapped).max() == pytest.approx(0.8, rel=0.2), "the sound given is unchanged"


def test_sound_without_claps_comes_back_as_it_was():
    sound = tone(1)
    quiet, spans = silence_claps(sound)
    assert not spans
    np.testing.assert_array_equal(quiet, sound)
    assert not len(find_claps(np.zeros(16_000)))
    assert not len(find_claps(np.zeros(0)))


def test_spans_that_touch_are_one():
    spans = clap_spans([0.01, 1.0, 1.1, 1.95], 2.0)
    assert spans == [(0.0, pytest.approx(0.18)), (pytest.approx(0.97), pytest.approx(1.27)),
                     (pytest.approx(1.92), 2.0)]  # fmt: skip


@pytest.mark.parametrize("fps", [25, 30, Fraction(30000, 1001), 50])
@pytest.mark.parametrize("start", [0.0, 0.013, -0.02])
def test_what_is_left_stays_aligned_over_many_cuts(fps, start, monkeypatch):
    monkeypatch.setattr(claps, "FADE", 0.0)
    rate = float(fps)
    # The sound tells its own time.
    sound = (np.arange(round(12 * SAMPLE_RATE)) / SAMPLE_RATE).astype(np.float32)
    frames = int(11.9 * rate)
    spans = [(0.0, 0.06), *((k + 0.111, k + 0.311) for k in range(1, 11)), (11.5, 11.55)]
    left, kept = cut_together(sound, frames, rate, spans, start)
    shown = start + np.flatnonzero(kept) / rate
    middles = start + (np.arange(kept.sum()) + 0.5) / rate
    inside = middles > 0.003
    heard = left[np.round(middles[inside] * SAMPLE_RATE).astype(int)]
    np.testing.assert_allclose(heard, shown[inside] + 0.5 / rate, atol=2.1 / SAMPLE_RATE)
    for begin, end in spans:
        # What sounds before the first frame stays.
        assert not ((left > max(begin, start) + 1e-4) & (left < end)).any()
    removed = (~kept).sum() / rate
    assert len(sound) - len(left) == pytest.approx(removed * SAMPLE_RATE, abs=1)


def test_claps_are_cut_from_a_mesh_too():
    rng = np.random.default_rng(6)
    mesh = speaking_face(3.0)
    sound = with_clap(0.3 * voiced(3), 1.5, 0.9, rng)
    left, cut, spans = cut_claps(sound, mesh)
    assert len(spans) == 1 and len(cut) < len(mesh)
    assert len(left) / SAMPLE_RATE == pytest.approx(cut.duration, abs=0.001)
    np.testing.assert_array_equal(cut.vertices[:36], mesh.vertices[:36])
    np.testing.assert_array_equal(cut.vertices[-20:], mesh.vertices[-20:])
    np.testing.assert_array_equal(cut.head[-20:], mesh.head[-20:])
    assert not len(find_claps(left))


def test_a_cut_that_leaves_nothing_is_told():
    with pytest.raises(VoxfaceError, match="leaves no frame"):
        cut_together(tone(1), 25, 25, [(0.0, 1.0)])
