"""Decoding real files of many kinds, made on the fly."""

from __future__ import annotations

import os
import shutil
import warnings

import numpy as np
import pytest

from media import click, tone, write_media
from voxface.audio import MediaWarning, announced_duration, read, read_blocks
from voxface.errors import VoxfaceError

KINDS = [
    # suffix, rate, codec, sample format, channels, picture
    (".wav", 8_000, "pcm_u8", "u8", 1, False),
    (".wav", 16_000, "pcm_s16le", "s16", 1, False),
    (".wav", 48_000, "pcm_s24le", "s32", 2, False),
    (".wav", 22_050, "pcm_f32le", "flt", 2, False),
    (".wav", 96_000, "pcm_f64le", "dbl", 6, False),
    (".mka", 16_000, "pcm_s64le", "s64", 2, False),
    (".mp3", 44_100, "libmp3lame", "fltp", 2, False),
    (".m4a", 44_100, "aac", "fltp", 2, False),
    (".flac", 44_100, "flac", "s16", 1, False),
    (".ogg", 48_000, "libopus", "s16", 1, False),
    (".opus", 24_000, "libopus", "flt", 2, False),
    (".webm", 48_000, "libopus", "flt", 2, False),
    (".mp4", 48_000, "aac", "fltp", 2, True),
    (".mkv", 44_100, "aac", "fltp", 1, True),
    (".mov", 32_000, "pcm_s16le", "s16", 2, True),
    (".mpg", 44_100, "mp2", "s16", 2, True),
]
IDS = [f"{suffix[1:]}-{codec}-{channels}" for suffix, _, codec, _, channels, _ in KINDS]


def refusal(path) -> str:
    """The message with which a file is refused; nothing else may be raised or warned."""
    with warnings.catch_warnings(), pytest.raises(VoxfaceError) as caught:
        warnings.simplefilter("error")
        read(path)
    message = str(caught.value)
    assert path.name in message
    assert "\n" not in message
    return message


@pytest.mark.parametrize(("suffix", "rate", "codec", "form", "channels", "picture"), KINDS, ids=IDS)
def test_a_click_stays_where_it_was(tmp_path, suffix, rate, codec, form, channels, picture):
    path = tmp_path / f"a file with spaces: ä{suffix}"
    write_media(path, click(2, 1.25, rate), rate, codec, form, channels, picture)
    sound = read(path)
    assert sound.dtype == np.float32
    # MPEG-1 has nowhere to say that its encoder primes the sound with 481 samples.
    at = 1.25 + (481 / rate if codec == "mp2" else 0)
    assert np.argmax(np.abs(sound)) / 16_000 == pytest.approx(at, abs=0.003)
    assert 0.3 < np.abs(sound).max() < 1.2
    assert len(sound) / 16_000 == pytest.approx(2, abs=0.1)


@pytest.mark.parametrize(("suffix", "rate", "codec", "form", "channels", "picture"), KINDS, ids=IDS)
def test_a_tone_keeps_its_level(tmp_path, suffix, rate, codec, form, channels, picture):
    path = tmp_path / f"tone{suffix}"
    write_media(path, tone(1, rate), rate, codec, form, channels, picture)
    middle = read(path)[4000:12_000]
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.06)


def test_plain_sound_is_exact(tmp_path):
    sound = np.round(tone(0.5) * 32768) / 32768
    path = write_media(tmp_path / "plain.wav", sound, 16_000, "pcm_s16le", "s16")
    np.testing.assert_allclose(read(path), sound, atol=1e-6)


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
def test_sound_later_than_the_picture_begins_with_silence(tmp_path, suffix):
    path = tmp_path / f"late{suffix}"
    write_media(path, click(1, 0.5, 48_000), 48_000, "aac", "fltp", picture=True, late=0.7)
    sound = read(path)
    assert np.argmax(np.abs(sound)) / 16_000 == pytest.approx(1.2, abs=0.003)
    assert not sound[:8000].any()


def test_a_gap_in_the_timestamps_is_silence(tmp_path):
    path = tmp_path / "gap.mkv"
    write_media(path, click(2, 1.5, 48_000), 48_000, "flac", "s16", gap=(1.0, 0.8))
    sound = read(path)
    assert np.argmax(np.abs(sound)) / 16_000 == pytest.approx(2.3, abs=0.003)
    assert len(sound) / 16_000 == pytest.approx(2.8, abs=0.03)


def test_a_clock_set_anew_is_no_gap(tmp_path):
    path = tmp_path / "jump.mkv"
    write_media(path, click(2, 1.5, 48_000), 48_000, "flac", "s16", gap=(1.0, 5000.0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MediaWarning)
        assert len(read(path)) / 16_000 == pytest.approx(2, abs=0.03)


def test_blocks_are_the_whole_and_small(tmp_path):
    path = write_media(tmp_path / "long.flac", tone(31, 44_100), 44_100, "flac", "s16")
    blocks = list(read_blocks(path))
    assert len(blocks) >= 4
    assert max(map(len, blocks)) <= 11 * 16_000
    np.testing.assert_array_equal(np.concatenate(blocks), read(path))


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100])
def test_any_rate_may_be_asked_for(tmp_path, rate):
    path = write_media(tmp_path / "a.wav", click(1, 0.5, 48_000), 48_000, "pcm_s16le", "s16")
    sound = read(path, rate)
    assert len(sound) == rate
    assert np.argmax(sound) / rate == pytest.approx(0.5, abs=0.001)


def test_opposite_phase_cancels(tmp_path):
    path = tmp_path / "stereo.wav"
    frames = np.stack([tone(0.1), -tone(0.1)], axis=1)
    _raw_wav(path, np.int16(frames * 32767), channels=2)
    assert np.abs(read(path)).max() < 1e-4


def test_announced_duration(tmp_path):
    path = write_media(tmp_path / "a.mp3", tone(3, 44_100), 44_100, "libmp3lame", "fltp")
    assert announced_duration(path) == pytest.approx(3, abs=0.1)


def test_no_sound_track(tmp_path):
    path = tmp_path / "silent film.mp4"
    write_media(path, tone(1, 48_000), 48_000, "aac", "fltp", picture=True)
    film = tmp_path / "film.mkv"
    _only_the_picture(path, film)
    assert "no sound in it" in refusal(film)


def test_missing_folder_and_empty(tmp_path):
    assert "does not exist" in refusal(tmp_path / "none.wav")
    folder = tmp_path / "folder.wav"
    folder.mkdir()
    assert "is a folder" in refusal(folder)
    empty = tmp_path / "empty.wav"
    empty.touch()
    assert "empty" in refusal(empty)


def test_zero_length(tmp_path):
    path = tmp_path / "zero.wav"
    _raw_wav(path, np.zeros(0, np.int16))
    assert "zero seconds" in refusal(path)


def test_text_named_wav(tmp_path):
    path = tmp_path / "notes.wav"
    path.write_text("These are notes, not sound.\n" * 50)
    assert "not a sound or video file" in refusal(path)


@pytest.mark.parametrize("suffix", [".mp3", ".m4a", ".flac", ".ogg", ".txt"])
def test_random_bytes(tmp_path, suffix):
    path = tmp_path / f"noise{suffix}"
    path.write_bytes(np.random.default_rng(1).bytes(40_000))
    refusal(path)


def test_damaged_beyond_use(tmp_path):
    path = write_media(tmp_path / "a.flac", tone(3, 44_100), 44_100, "flac", "s16")
    data = bytearray(path.read_bytes())
    data[200:] = np.random.default_rng(0).bytes(len(data) - 200)
    path.write_bytes(data)
    refusal(path)


def test_m4a_without_its_index_is_refused(tmp_path):
    path = write_media(tmp_path / "a.m4a", tone(5, 44_100), 44_100, "aac", "fltp")
    path.write_bytes(path.read_bytes()[:20_000])
    assert "cut off" in refusal(path)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_is_refused(tmp_path, bad):
    sound = tone(1)
    sound[5000] = bad
    path = tmp_path / "nan.wav"
    _raw_wav(path, sound)
    assert "not finite" in refusal(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_unreadable(tmp_path):
    path = write_media(tmp_path / "a.wav", tone(1), 16_000, "pcm_s16le", "s16")
    path.chmod(0)
    assert "permission" in refusal(path)


def test_a_playlist_opens_nothing_far_away(tmp_path):
    path = tmp_path / "list.m3u8"
    path.write_text("#EXTM3U\n#EXTINF:10,\nhttp://192.0.2.1/a.ts\n#EXT-X-ENDLIST\n")
    refusal(path)


def test_the_shared_recordings_begin_at_zero(shared):
    clips = sorted((shared / "data/grid_s1/original").glob("*.mpg"))[:3]
    assert clips
    for clip in clips:
        assert len(read(clip)) / 16_000 == pytest.approx(3, abs=0.1)


def test_leaving_early_closes_the_file(tmp_path):
    path = write_media(tmp_path / "a.wav", tone(30), 16_000, "pcm_s16le", "s16")
    blocks = read_blocks(path)
    next(blocks)
    blocks.close()
    shutil.move(path, tmp_path / "b.wav")
    with pytest.raises(VoxfaceError):
        read(path)


def _raw_wav(path, samples, channels: int = 1, rate: int = 16_000) -> None:
    """A WAV of int16 or float32 samples, byte for byte."""
    kind = 3 if samples.dtype == np.float32 else 1
    width = samples.dtype.itemsize
    data = samples.tobytes()
    number = lambda value, size: int(value).to_bytes(size, "little")  # noqa: E731
    fmt = (
        number(kind, 2) + number(channels, 2) + number(rate, 4)
        + number(rate * width * channels, 4) + number(width * channels, 2) + number(width * 8, 2)
    )  # fmt: skip
    body = b"WAVEfmt " + number(16, 4) + fmt + b"data" + number(len(data), 4) + data
    path.write_bytes(b"RIFF" + number(len(body), 4) + body)


def _only_the_picture(source, target) -> None:
    import av  # noqa: PLC0415

    with av.open(str(source)) as read_from, av.open(str(target), "w") as write_to:
        stream = read_from.streams.video[0]
        copy = write_to.add_stream_from_template(stream)
        for packet in read_from.demux(stream):
            if packet.dts is not None:
                packet.stream = copy
                write_to.mux(packet)
