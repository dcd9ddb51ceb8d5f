"""Damaged and cut-off files are refused or salvaged; healthy ones of every kind are left alone."""

from __future__ import annotations

import io
import random
import tempfile
import warnings
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media import write_media
from voxface.audio import MediaWarning, read
from voxface.audio.wholeness import check_wholeness
from voxface.errors import VoxfaceError

SECONDS = 4

KNOWABLE = {
    # name: rate, codec, sample format, channels, picture, container options
    "plain.wav": (16_000, "pcm_s16le", "s16", 1, False, {}),
    "float.wav": (44_100, "pcm_f32le", "flt", 2, False, {}),
    "rf64.wav": (44_100, "pcm_s16le", "s16", 2, False, {"rf64": "always"}),
    "sound.w64": (16_000, "pcm_s16le", "s16", 1, False, {}),
    "sound.aiff": (44_100, "pcm_s16be", "s16", 2, False, {}),
    "sound.caf": (44_100, "pcm_s16le", "s16", 2, False, {}),
    "sound.au": (16_000, "pcm_s16be", "s16", 1, False, {}),
    "cbr.mp3": (44_100, "libmp3lame", "fltp", 2, False, {}),
    "low.mp3": (16_000, "libmp3lame", "fltp", 1, False, {}),
    "index last.m4a": (44_100, "aac", "fltp", 2, False, {}),
    "index first.m4a": (44_100, "aac", "fltp", 2, False, {"movflags": "faststart"}),
    "fragments.mp4": (
        44_100, "aac", "fltp", 2, False,
        {"movflags": "frag_keyframe+empty_moov+default_base_moof", "frag_duration": "500000"},
    ),
    "film.mp4": (48_000, "aac", "fltp", 2, True, {}),
    "film.mov": (32_000, "pcm_s16le", "s16", 2, True, {}),
    "film.mkv": (44_100, "aac", "fltp", 1, True, {}),
    "film.avi": (44_100, "libmp3lame", "fltp", 2, True, {}),
    "sound.flac": (44_100, "flac", "s16", 1, False, {}),
    "sound.ogg": (48_000, "libopus", "s16", 1, False, {}),
    "flac.ogg": (44_100, "flac", "s16", 1, False, {}),
    "sound.webm": (48_000, "libopus", "flt", 2, False, {}),
    "live.webm": (48_000, "libopus", "flt", 2, False, {"live": "1"}),
    "live.mkv": (48_000, "flac", "s16", 2, False, {"live": "1"}),
    "sound.wv": (44_100, "wavpack", "s16p", 2, False, {}),
    "sound.tta": (44_100, "tta", "s16", 2, False, {}),
}  # fmt: skip
"""Files that say how long they or their parts are."""

SILENT = {
    "no header.mp3": (44_100, "libmp3lame", "fltp", 2, False, {"write_xing": "0"}),
    "bare.aac": (44_100, "aac", "fltp", 2, False, {}),
    "bare.mp2": (44_100, "mp2", "s16", 2, False, {}),
    "bare.ac3": (48_000, "ac3", "fltp", 2, False, {}),
}
"""Files that say nothing of the kind: there loss cannot be known."""

ENDS_SAY = {
    "film.mpg": (44_100, "mp2", "s16", 2, True, {}),
    "film.ts": (48_000, "aac", "fltp", 2, True, {}),
}
"""Files in which only a packet cut in two tells of it."""

CHECKSUMS = ["sound.flac", "sound.ogg", "flac.ogg", "sound.wv"]


def speechlike(rate: int) -> np.ndarray:
    time = np.arange(SECONDS * rate) / rate
    tone = 0.3 * np.sin(440 * np.pi * time) * (1 + np.sin(6 * np.pi * time)) / 2
    return np.float32(tone + np.random.default_rng(0).normal(0, 0.03, len(time)))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return a function that gives a healthy file by name; each is made once."""
    folder = tmp_path_factory.mktemp("made")

    def find(name: str):
        path = folder / name
        if not path.exists():
            rate, codec, form, channels, picture, options = (KNOWABLE | SILENT | ENDS_SAY)[name]
            sound = speechlike(rate)
            write_media(path, sound, rate, codec, form, channels, picture, options=options)
        return path

    return find


def healthy(path) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return read(path)


def refused(path) -> str:
    with pytest.raises(VoxfaceError) as caught, warnings.catch_warnings():
        warnings.simplefilter("error")
        read(path)
    message = str(caught.value)
    assert path.name in message
    assert "\n" not in message
    return message


@pytest.mark.parametrize("name", KNOWABLE | SILENT | ENDS_SAY)
def test_healthy_files_give_no_alarm(made, name):
    assert len(healthy(made(name))) / 16_000 == pytest.approx(SECONDS, abs=0.1)
    assert check_wholeness(made(name)).fault is None


@pytest.mark.parametrize("name", KNOWABLE)
def test_a_cut_file_is_refused(made, tmp_path, name):
    data = made(name).read_bytes()
    anywhere = random.Random(0).sample(range(len(data) // 20, len(data) - 8000), 3)
    for length in (len(data) // 2, len(data) * 9 // 10, *anywhere):
        path = tmp_path / name
        path.write_bytes(data[:length])
        message = refused(path)
        assert "cut off" in message or "damaged" in message
        assert "--salvage (Python: salvage=True)" in message or "none of its sound" in message


@pytest.mark.parametrize("name", ENDS_SAY)
def test_a_packet_cut_in_two_is_refused(made, tmp_path, name):
    data = made(name).read_bytes()
    path = tmp_path / name
    path.write_bytes(data[: len(data) // 2 // 2048 * 2048 + 188 * 2 + 33])
    assert "cut off" in refused(path)


@pytest.mark.parametrize("name", SILENT)
def test_bare_streams_may_end_anywhere(made, tmp_path, name):
    data = made(name).read_bytes()
    path = tmp_path / name
    path.write_bytes(data[: len(data) // 2])
    assert len(healthy(path)) / 16_000 == pytest.approx(SECONDS / 2, abs=0.1)


@pytest.mark.parametrize("name", CHECKSUMS)
def test_changed_bytes_are_found_by_checksums(made, tmp_path, name):
    data = bytearray(made(name).read_bytes())
    data[len(data) * 2 // 3] ^= 0x55
    path = tmp_path / name
    path.write_bytes(data)
    assert "damaged" in refused(path)


@pytest.mark.parametrize("name", ["cbr.mp3", "film.mp4", "live.mkv", "sound.webm", "sound.flac"])
@pytest.mark.parametrize("fill", ["zeros", "noise"])
def test_overwritten_parts_are_found(made, tmp_path, name, fill):
    data = bytearray(made(name).read_bytes())
    length, begin = min(4000, len(data) // 8), len(data) // 2
    random_bytes = np.random.default_rng(3).bytes(length)
    data[begin : begin + length] = bytes(length) if fill == "zeros" else random_bytes
    path = tmp_path / name
    path.write_bytes(data)
    assert "damaged" in refused(path)


@pytest.mark.parametrize(
    "name", ["plain.wav", "cbr.mp3", "sound.flac", "index first.m4a", "film.mkv", "sound.aiff"]
)
def test_salvage_uses_what_is_there(made, tmp_path, name):
    data = made(name).read_bytes()
    path = tmp_path / name
    path.write_bytes(data[: len(data) // 2])
    with pytest.warns(MediaWarning, match="s .*can be decoded and used") as caught:
        sound = read(path, salvage=True)
    assert len(sound) / 16_000 == pytest.approx(SECONDS / 2, abs=0.3)
    assert len(caught) == 1
    assert "\n" not in str(caught[0].message)


def test_the_message_tells_how_much_is_there(made, tmp_path):
    path = tmp_path / "half.flac"
    data = made("sound.flac").read_bytes()
    path.write_bytes(data[: len(data) // 2])
    assert "of 4.0 s can be decoded: use that much by --salvage" in refused(path)


@pytest.mark.parametrize(
    "sizes",
    [(0, 0), (2**32 - 1, 2**32 - 1), (0x7FFFF024, 0x7FFFF000), (0x80000024, 0x80000000)],
    ids=["zero", "largest", "sox", "arecord"],
)
def test_wav_from_a_pipe(made, tmp_path, sizes):
    data = bytearray(made("plain.wav").read_bytes())
    place = data.index(b"data")
    data[4:8], data[place + 4 : place + 8] = (size.to_bytes(4, "little") for size in sizes)
    path = tmp_path / "piped.wav"
    path.write_bytes(data)
    assert len(healthy(path)) == SECONDS * 16_000


@pytest.mark.parametrize(
    ("container", "codec"),
    [
        ("wav", "pcm_s16le"), ("mp3", "libmp3lame"), ("matroska", "flac"), ("webm", "libopus"),
        ("flac", "flac"), ("ogg", "libopus"), ("avi", "pcm_s16le"), ("caf", "pcm_s16le"),
    ],
)  # fmt: skip
def test_streams_written_without_going_back(tmp_path, container, codec):
    path = tmp_path / f"piped.{container}"
    with path.open("wb") as file, av.open(_Pipe(file), "w", format=container) as output:
        stream = output.add_stream(codec, rate=48_000, layout="mono")
        form = stream.format.name
        frame = av.AudioFrame.from_ndarray(speechlike(48_000)[None], "fltp", "mono")
        frame.sample_rate, frame.pts = 48_000, 0
        resampler = av.AudioResampler(form, "mono", 48_000, stream.frame_size or 1024)
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            output.mux(stream.encode(part))
        output.mux(stream.encode(None))
    assert len(healthy(path)) / 16_000 == pytest.approx(SECONDS, abs=0.1)


def test_chained_ogg_and_joined_mp3(made, tmp_path):
    for name in ("sound.ogg", "cbr.mp3"):
        path = tmp_path / name
        path.write_bytes(2 * made(name).read_bytes())
        assert len(healthy(path)) / 16_000 == pytest.approx(2 * SECONDS, abs=0.2)


def test_tags_around_the_sound(made, tmp_path):
    for name in ("cbr.mp3", "sound.flac"):
        path = tmp_path / name
        tag = b"ID3\x04\0\0\0\0\x20\0" + bytes(4096)
        path.write_bytes(tag + made(name).read_bytes() + b"TAG" + bytes(125))
        assert len(healthy(path)) / 16_000 == pytest.approx(SECONDS, abs=0.1)


@given(
    st.sampled_from(
        [
            b"RIFF\x24\0\0\0WAVEfmt ", b"RF64\xff\xff\xff\xffWAVEds64", b"caff\0\1", b".snd",
            b"FORM\0\0\1\0AIFFSSND", b"riff", b"\0\0\0\x18ftyp", b"\x1a\x45\xdf\xa3\x9f",
            b"OggS\0\2", b"fLaC\0\0\0\x22",
            b"ID3\4\0\0\0\0\0\4", b"\xff\xfb\x90\x64", b"\0\0\1\xba\x44", b"G",
        ]
    ),
    st.binary(max_size=900),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_judged_without_trouble(beginning, rest):
    with tempfile.NamedTemporaryFile() as file:
        file.write(beginning + rest)
        file.flush()
        found = check_wholeness(Path(file.name))
    assert found.fault is None or found.fault.startswith("is ")


def test_shared_recordings_give_no_alarm(shared):
    choose = random.Random(0).sample
    for pattern, count in (
        ("grid_s1/original/*.mpg", 10),
        ("grid_s1/video/*.mkv", 15),
        ("grid_more/*.mkv", 15),
        ("voices/**/*.ogg", 40),
        ("facegood/*.flac", 2),
    ):
        found = sorted((shared / "data").glob(pattern))
        assert found, pattern
        for path in choose(found, min(count, len(found))):
            assert len(healthy(path)) > 0


class _Pipe(io.RawIOBase):
    """A file that can only be appended to."""

    def __init__(self, file) -> None:
        self._target = file

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def write(self, data) -> int:
        return self._target.write(data)
