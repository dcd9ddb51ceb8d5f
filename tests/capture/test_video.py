from __future__ import annotations

import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from voxface.audio import SAMPLE_RATE, read_blocks
from voxface.capture.video import LONGEST_SIDE, open_video
from voxface.errors import VoxfaceError


def times_of(path: Path) -> list[float]:
    with open_video(path) as video:
        return [picture.time for picture in video.pictures]


def test_pictures_come_with_their_own_times(make_video: Callable[..., Path], grey: list):
    planted = np.cumsum([0.5, 0.03, 0.05, 0.033, 0.04, 0.1, 0.033, 0.033, 0.02, 0.033, 0.06, 0.03])
    path = make_video("phone.mkv", grey, planted)
    np.testing.assert_allclose(times_of(path), planted, atol=6e-4)


@pytest.mark.parametrize(
    ("picture_start", "sound_start"), [(0.0, 0.2), (0.4, 0.15), (0.4, 0.0), (0.3, 0.3)]
)
def test_pictures_and_sound_share_the_clock_of_the_sound_as_voxface_reads_it(
    make_video: Callable[..., Path], grey: list, picture_start: float, sound_start: float
):
    times = picture_start + np.arange(len(grey)) / 25
    path = make_video("offset.mkv", grey, times, sound_start=sound_start)
    with open_video(path) as video:
        first_picture = next(iter(video.pictures)).time - video.origin
        assert Fraction(25) in video.declared_rates
    tone = np.concatenate(list(read_blocks(path)))
    onset = np.flatnonzero(np.abs(tone) > 0.05)[0] / SAMPLE_RATE
    assert first_picture - onset == pytest.approx(picture_start - sound_start, abs=3e-3)


def test_a_silent_video_begins_with_its_picture(make_video: Callable[..., Path], grey: list):
    with open_video(make_video("silent.mkv", grey, 0.4 + np.arange(len(grey)) / 25)) as video:
        assert video.origin == pytest.approx(0.4, abs=1e-3)


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_phones_that_film_lying_down_give_upright_pictures(
    make_video: Callable[..., Path], degrees: int
):
    upright = np.full((64, 96, 3), 20, np.uint8)
    upright[:16, :24] = 230  # a white corner at the top left
    filmed = np.rot90(upright, degrees // 90)  # turned counterclockwise; the note turns it back
    path = make_video("phone.mp4", [filmed] * 3)
    note_turn(path, clockwise=degrees)
    with open_video(path) as video:
        picture = next(iter(video.pictures)).pixels
    assert picture.shape == upright.shape
    assert picture.flags.c_contiguous
    assert picture[:12, :20].mean() > 200
    assert picture[20:, 30:].mean() < 50


def note_turn(path: Path, clockwise: int) -> None:
    """Write the display matrix of ISO/IEC 14496-12 (track header box) for a clockwise turn."""
    data = bytearray(path.read_bytes())
    begin = data.index(b"tkhd") + 4 + 40  # version 0: 40 bytes before the matrix
    cosine, sine = {0: (1, 0), 90: (0, 1), 180: (-1, 0), 270: (0, -1)}[clockwise]
    one = 1 << 16
    data[begin : begin + 36] = struct.pack(
        ">9i", cosine * one, sine * one, 0, -sine * one, cosine * one, 0, 0, 0, 1 << 30
    )
    path.write_bytes(data)


def test_large_pictures_are_scaled_down(make_video: Callable[..., Path]):
    path = make_video("large.mkv", [np.full((1080, 2400, 3), 99, np.uint8)])
    with open_video(path) as video:
        assert next(iter(video.pictures)).pixels.shape == (864, LONGEST_SIDE, 3)


def test_damage_in_the_middle_costs_only_its_own_pictures(make_video: Callable[..., Path]):
    random = np.random.default_rng(0)
    noise = [random.integers(0, 255, (96, 128, 3), dtype=np.uint8) for _ in range(40)]
    path = make_video("hurt.mkv", noise)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 600] = bytes(600)
    path.write_bytes(data)
    times = times_of(path)
    assert 20 < len(times) <= 40
    assert times[-1] > 1.4


def test_what_is_no_video_is_refused_in_one_line(tmp_path: Path):
    text = tmp_path / "text.mp4"
    text.write_text("this is not a video")
    sound = tmp_path / "sound.wav"
    with av.open(str(sound), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=16_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1600), np.int16), layout="mono")
        frame.sample_rate = 16_000
        container.mux(stream.encode(frame))
    for path, words in (
        (text, "cannot be read as video"),
        (sound, "holds no video stream"),
        (tmp_path / "absent.mp4", "there is no file"),
    ):
        with pytest.raises(VoxfaceError, match=words) as caught, open_video(path):
            pass
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)
