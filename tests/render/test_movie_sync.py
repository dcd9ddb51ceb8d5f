"""Sound and picture of a rendered video: planted clicks and planted movements meet."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from film_props import jaw_clip

from media import click, write_media
from voxface.errors import VoxfaceError
from voxface.render.film import Shooting, render_video
from voxface.render.movie import SOUND_RATE
from voxface.render.performance import Performance

pytestmark = pytest.mark.usefixtures("drawing")
SIZE = (64, 96)
MOMENTS = (0.4, 1.0, 1.7)
"""Seconds of the planted clicks and jaw openings."""


def decode(path):
    """Return times and mean grey of the pictures, the sound from time 0, and the streams."""
    with av.open(str(path)) as container:
        streams = {
            stream.type: (stream.start_time, float(stream.duration * stream.time_base))
            for stream in container.streams
        }
        times, pictures = [], []
        sound = np.zeros(0, np.float32)
        for frame in container.decode():
            if isinstance(frame, av.VideoFrame):
                times.append(frame.time)
                pictures.append(frame.to_ndarray(format="gray").astype(np.float32))
            else:
                at = round(frame.time * frame.sample_rate)
                assert abs(at - len(sound)) <= 1
                sound = np.concatenate([sound, frame.to_ndarray()[0]])
    return np.array(times), np.array(pictures), sound, streams


def lower_part(pictures):
    """Return how bright the lower third of each picture is: the open jaw reaches into it."""
    return pictures[:, 2 * SIZE[1] // 3 :].mean(axis=(1, 2))


def openings(times, pictures):
    """Return when the jaw first stands open, for every opening."""
    shown = lower_part(pictures)
    is_open = shown > (shown.min() + shown.max()) / 2
    return times[np.flatnonzero(np.diff(is_open.astype(int)) == 1) + 1]


def pulses(fps, start=0.0, seconds=2.2):
    """Return a clip whose jaw stands open for 0.1 s from each of MOMENTS on."""
    times = start + np.arange(round(seconds * float(fps))) / float(fps)
    jaw = np.zeros(len(times))
    for moment in MOMENTS:
        jaw[(times >= moment - 1e-9) & (times < moment + 0.1)] = 1
    return jaw_clip(jaw, fps, start=start)


@pytest.fixture(scope="module")
def clicks(tmp_path_factory):
    sound = sum(click(2.2, moment, 44_100) for moment in MOMENTS)
    path = tmp_path_factory.mktemp("sound") / "clicks.wav"
    return write_media(path, np.float32(sound), 44_100, "pcm_s16le", "s16")


def heard(sound):
    """Return the times of the loudest samples about MOMENTS."""
    found = []
    for moment in MOMENTS:
        begin = round((moment - 0.15) * SOUND_RATE)
        part = np.abs(sound[begin : begin + round(0.3 * SOUND_RATE)])
        assert part.max() > 0.2
        found.append((begin + part.argmax()) / SOUND_RATE)
    return np.array(found)


@pytest.mark.parametrize(
    ("video_fps", "clip_fps", "start"),
    [("30", 60, 0.0), ("30000/1001", 60, 0.0), ("25", 100, 0.3), ("60", 30, -0.2)],
)
def test_movements_and_clicks_agree_within_a_frame(
    ball_head, clicks, tmp_path, video_fps, clip_fps, start
):
    fps = Fraction(video_fps)
    path = tmp_path / "out.mp4"
    frames = render_video(
        [Performance(pulses(clip_fps, start, 2.2 - start))],
        path,
        ball_head,
        Shooting(SIZE, fps),
        clicks,
    )
    times, pictures, sound, streams = decode(path)
    assert len(times) == frames == np.ceil(2.2 * float(fps) - 1e-6)
    np.testing.assert_allclose(times, np.arange(frames) / float(fps), atol=1e-4)
    seen = openings(times, pictures)
    assert len(seen) == len(MOMENTS)
    np.testing.assert_allclose(heard(sound), MOMENTS, atol=0.002)
    # The first picture at or after the moment: never early, never more than a frame late. A clip
    # slower than the video rises over one of its own frames.
    slack = 1 / float(fps) + (1 / clip_fps if clip_fps < fps else 0)
    late = seen - np.array(MOMENTS)
    assert (late > -slack).all()
    assert (late < slack).all()
    if clip_fps > fps:
        assert (late > -1e-3).all()
    assert streams["video"][0] == 0
    assert streams["audio"][0] == 0
    assert streams["audio"][1] == pytest.approx(streams["video"][1], abs=1e-3)


def test_each_picture_shows_the_clip_at_its_own_time(ball_head, tmp_path):
    """A jaw that opens ever wider is seen ever wider, step by step, held before and after."""
    jaw = np.linspace(0, 1, 10)
    clip = jaw_clip(jaw, 30, start=0.2)
    path = tmp_path / "steps.mp4"
    assert render_video([Performance(clip)], path, ball_head, Shooting(SIZE, Fraction(30))) == 16
    _, pictures, sound, streams = decode(path)
    shown = lower_part(pictures)
    assert len(sound) == 0
    assert list(streams) == ["video"]
    assert np.ptp(shown[:7]) < 0.5
    assert (np.diff(shown[6:]) > 0.5).all()


def test_long_sound_lengthens_the_video_and_short_sound_ends_in_silence(
    ball_head, clicks, tmp_path
):
    short = Performance(jaw_clip(np.zeros(15), 30))
    path = tmp_path / "a.mp4"
    assert render_video([short], path, ball_head, Shooting(SIZE), clicks) == 66
    long = Performance(jaw_clip(np.zeros(90), 30))
    render_video([long], path, ball_head, Shooting(SIZE), clicks)
    _, pictures, sound, streams = decode(path)
    assert len(pictures) == 90
    assert streams["audio"][1] == pytest.approx(3.0, abs=1e-3)
    assert np.abs(sound[round(2.3 * SOUND_RATE) :]).max() < 1e-3


def test_the_index_stands_in_front_and_the_colours_are_named(ball_head, clicks, tmp_path):
    path = tmp_path / "a.mp4"
    render_video([Performance(jaw_clip(np.zeros(5), 30))], path, ball_head, Shooting(SIZE), clicks)
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(str(path)) as container:
        codec = container.streams.video[0].codec_context
        assert codec.name == "h264"
        assert codec.pix_fmt == "yuv420p"
        assert (codec.colorspace, codec.color_range) == (1, 1)
        assert container.streams.audio[0].codec_context.name == "aac"


def test_nothing_is_left_of_a_video_that_fails(ball_head, clicks, tmp_path):
    def stop(done, total):
        if done == 3:
            raise KeyboardInterrupt

    performance = Performance(jaw_clip(np.zeros(30), 30))
    earlier = tmp_path / "a.mp4"
    earlier.write_bytes(b"of an earlier run")
    with pytest.raises(KeyboardInterrupt):
        render_video([performance], earlier, ball_head, Shooting(SIZE), clicks, on_progress=stop)
    assert earlier.read_bytes() == b"of an earlier run"
    broken = tmp_path / "broken.flac"
    write_media(broken, np.zeros(80_000, np.float32), 16_000, "flac", "s16")
    broken.write_bytes(broken.read_bytes()[:-300])
    with pytest.raises(VoxfaceError, match="broken"):
        render_video([performance], earlier, ball_head, Shooting(SIZE), broken)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.mp4", "broken.flac"]
