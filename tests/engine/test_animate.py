"""`animate` on files and arrays."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

import voxface
from media import click, write_media
from voxface.engine import Controls, ahead, animate, animate_blocks
from voxface.errors import VoxfaceError
from voxface.face import FaceClip

PLAIN = Controls(silence_gate=False)


@pytest.mark.parametrize(
    ("suffix", "rate", "codec", "form"),
    [
        (".wav", 48_000, "pcm_s16le", "s16"),
        (".mp3", 44_100, "libmp3lame", "fltp"),
        (".m4a", 44_100, "aac", "fltp"),
    ],
)
def test_the_face_moves_when_the_sound_does(tmp_path, tiny, suffix, rate, codec, form):
    path = write_media(tmp_path / f"a click{suffix}", click(3, 2.0, rate), rate, codec, form)
    clip = animate(path, fps=100, model=tiny, controls=PLAIN)
    assert clip["jawOpen"].argmax() in (199, 200)
    assert clip.duration == pytest.approx(3, abs=0.06)
    assert clip.metadata["source"] == str(path)
    assert clip.metadata["model"] == "tiny 1"


def test_a_file_and_its_samples_give_the_same(tmp_path, tiny, murmur):
    path = write_media(tmp_path / "a.wav", murmur, 16_000, "pcm_f32le", "flt")
    from_file = animate(path, model=tiny, controls=PLAIN)
    from_array = animate(murmur, sample_rate=16_000, model=tiny, controls=PLAIN)
    np.testing.assert_allclose(from_file.weights, from_array.weights, atol=1e-4)


def test_blocks_make_the_whole(tiny):
    sound = np.random.default_rng(0).normal(0, 0.1, 16_000 * 35).astype(np.float32)
    blocks = list(animate_blocks(sound, sample_rate=16_000, model=tiny))
    whole = animate(sound, sample_rate=16_000, model=tiny)
    assert len(blocks) >= 4
    assert all(isinstance(block, FaceClip) for block in blocks)
    np.testing.assert_array_equal(np.concatenate([b.weights for b in blocks]), whole.weights)


def test_both_layouts_of_an_array(tiny, murmur):
    stereo = np.stack([murmur, murmur])
    one = animate(stereo, sample_rate=16_000, model=tiny)
    other = animate(stereo.T, sample_rate=16_000, model=tiny)
    np.testing.assert_array_equal(one.weights, other.weights)
    assert len(one) == 180


def test_the_first_line_a_user_writes(tmp_path, default_model, murmur):
    path = write_media(tmp_path / "speech.wav", murmur, 16_000, "pcm_s16le", "s16")
    voxface.animate(path).save(tmp_path / "speech.csv")
    again = FaceClip.load(tmp_path / "speech.csv")
    assert len(again) == 180
    assert again.fps == 60


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        (np.zeros(0), {"sample_rate": 16_000}, "zero seconds"),
        (np.zeros(100), {}, "sample rate of the array"),
        (np.array([np.nan]), {"sample_rate": 16_000}, "NaN"),
        ("none.wav", {}, "none.wav does not exist"),
        ("none.wav", {"sample_rate": 16_000}, "a file knows its own"),
        (np.zeros(100), {"sample_rate": 16_000, "fps": -1}, "frame rate"),
    ],
)
def test_bad_input_is_refused_in_one_line(tiny, source, options, message):
    with pytest.raises(VoxfaceError, match=message) as caught:
        animate(source, model=tiny, **options)
    assert "\n" not in str(caught.value)


def test_ahead_yields_all_in_order():
    assert list(ahead(iter(range(100)))) == list(range(100))
    assert list(ahead([])) == []


def test_ahead_raises_errors_at_their_place():
    def work():
        yield 1
        raise VoxfaceError("broken")

    items = ahead(work())
    assert next(items) == 1
    with pytest.raises(VoxfaceError, match="broken"):
        next(items)


def test_ahead_runs_only_so_far_ahead():
    made = []
    items = ahead((made.append(n) or n for n in range(100)), depth=2)
    next(items)
    time.sleep(0.1)
    assert len(made) <= 5
    items.close()


def test_closing_ends_the_thread_and_what_it_works_on():
    closed = []

    def work():
        try:
            yield from range(1000)
        finally:
            closed.append(True)

    items = ahead(work())
    next(items)
    items.close()
    assert closed == [True]
    assert not [t for t in threading.enumerate() if t.name == "voxface-ahead"]
