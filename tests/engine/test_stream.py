"""`Stream`: the same numbers as the whole recording, in time, whatever comes in."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tiny_model import true_frames
from voxface.engine import Controls, Model, Stream, animate
from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, SPEECH_CHANNELS

CONTROLS = Controls(
    gain={"jawOpen": 1.3}, offset={"browInnerUp": 0.1}, strength={"head": 0.7}, smoothing=45
)
SPEECH = [ARKIT_CHANNELS.index(name) for name in SPEECH_CHANNELS]
settle = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def streamed(stream: Stream, parts) -> tuple[np.ndarray, np.ndarray]:
    """Weights and head of all frames, checked to follow one another in time."""
    clips = [stream.push(part) for part in parts]
    clips.append(stream.flush())
    frames = 0
    for clip in clips:
        assert clip.start == pytest.approx(float(frames / clip.fps), abs=1e-9)
        frames += len(clip)
    return np.concatenate([c.weights for c in clips]), np.concatenate([c.head for c in clips])


def assert_same_as_whole(stream: Stream, parts, sound, rate: float) -> None:
    weights, head = streamed(stream, parts)
    whole = animate(
        sound, fps=stream.fps, sample_rate=rate, controls=stream.controls, model=stream.model
    )
    assert weights.shape == whole.weights.shape
    np.testing.assert_allclose(weights, whole.weights, atol=1e-4)
    np.testing.assert_allclose(head, whole.head, atol=1e-4)


@given(
    st.lists(st.integers(0, 20_000), max_size=12).map(sorted),
    st.sampled_from([60, 100, 24, "29.97", 1, 144]),
    st.sampled_from([16_000, 48_000, 22_050]),
    st.sampled_from([Controls(), CONTROLS, Controls(silence_gate=False)]),
)
@settle
def test_streaming_equals_offline(tiny, murmur, where, fps, rate, controls):
    sound = murmur[:20_000]
    stream = Stream(fps, rate, controls, tiny)
    assert_same_as_whole(stream, np.split(sound, where), sound, rate)


@given(
    st.lists(st.integers(0, 32_000), max_size=12).map(sorted),
    st.sampled_from([60, "29.97"]),
    st.sampled_from([Controls(), CONTROLS]),
)
@settle
def test_streaming_equals_offline_with_the_default_model(
    default_model, murmur, where, fps, controls
):
    sound = murmur[:32_000]
    stream = Stream(fps, 16_000, controls, default_model)
    assert_same_as_whole(stream, np.split(sound, where), sound, 16_000)


def test_single_samples_and_none_at_all(tiny, murmur):
    sound = murmur[10_000:11_500]
    parts = [sound[:0]]
    for sample in np.split(sound, len(sound)):
        parts += [sample, sound[:0]]
    assert_same_as_whole(Stream(60, model=tiny), parts, sound, 16_000)


@pytest.mark.parametrize("fps", [60, 100, 25, "29.97"])
@pytest.mark.parametrize("samples", [1, 100, 267, 16_000, 31_999])
def test_as_many_frames_as_the_sound_is_long(tiny, fps, samples):
    sound = np.full(samples, 0.1, np.float32)
    clip = animate(sound, fps=fps, sample_rate=16_000, model=tiny)
    assert len(clip) == max(1, round(Fraction(samples, 16_000) * clip.fps))
    assert clip.start == 0


def test_frames_are_what_the_model_says_at_their_time(tiny, murmur):
    frames, _ = true_frames(murmur)
    clip = animate(
        murmur,
        fps=50,
        sample_rate=16_000,
        model=tiny,
        controls=Controls(silence_gate=False, life=0),
    )
    expected = frames[::2, :52].clip(0, 1)
    expected[:, ARKIT_CHANNELS.index("tongueOut")] = 0
    np.testing.assert_allclose(clip.weights, expected, atol=1e-5)
    np.testing.assert_allclose(clip.head[:, :3], frames[::2, 52:55], atol=1e-5)
    angle = np.linalg.norm(frames[::2, 55:], axis=1)
    np.testing.assert_allclose(clip.head[:, 3], np.cos(angle / 2), atol=1e-5)


def test_channels_that_the_model_never_saw_are_not_tracked(tiny, murmur):
    column = ARKIT_CHANNELS.index("tongueOut")
    clip = animate(murmur, sample_rate=16_000, model=tiny)
    assert not clip.tracked[:, column].any()
    assert not clip.weights[:, column].any()
    assert np.delete(clip.tracked, column, axis=1).all()
    wanted = Controls(offset={"tongueOut": 0.25})
    clip = animate(murmur, sample_rate=16_000, model=tiny, controls=wanted)
    assert clip.tracked.all()
    assert clip["tongueOut"] == pytest.approx(0.25)


def test_the_mouth_rests_in_silence(tiny, murmur):
    sound = np.concatenate([murmur, np.zeros(32_000, np.float32), murmur])
    clip = animate(sound, fps=100, sample_rate=16_000, model=tiny)
    assert (clip.weights[340:480][:, SPEECH] == 0).all()
    assert clip.weights[:300][:, SPEECH].max() > 0.05
    assert clip.weights[500:][:, SPEECH].max() > 0.05


def test_the_default_model_rests_in_digital_silence(default_model):
    if "untrained" in default_model.description.version:
        pytest.skip("the packaged model is not trained")
    clip = animate(np.zeros(10 * 16_000, np.float32), sample_rate=16_000, model=default_model)
    assert (clip.weights[60:][:, SPEECH] == 0).all()


def test_int16_and_stereo_blocks(tiny, murmur):
    whole = np.int16(murmur * 32767)
    stereo = np.stack([whole, whole], axis=1)
    stream = Stream(60, model=tiny)
    from_stereo = streamed(stream, [stereo[:1], stereo[1:2000], stereo[2000:]])[0]
    floats = animate(murmur, sample_rate=16_000, model=tiny).weights
    np.testing.assert_allclose(from_stereo, floats, atol=2e-3)


@pytest.mark.parametrize(
    ("rate", "fps", "smoothing"),
    [
        (16_000, 60, 0), (16_000, 100, 40), (16_000, "29.97", 25), (16_000, 2, 0),
        (48_000, 60, 0), (44_100, 30, 40), (8_000, 60, 0), (44_100, 2, 0),
    ],
)  # fmt: skip
def test_latency_is_kept_and_not_exaggerated(tiny, rate, fps, smoothing):
    stream = Stream(fps, rate, Controls(smoothing=smoothing), tiny)
    step = rate // 1000  # a millisecond
    worst, pushed, returned = 0.0, 0, 0
    while pushed < 2 * rate:
        pushed += step
        count = len(stream.push(np.zeros(step, np.float32)))
        for number in range(returned, returned + count):
            worst = max(worst, pushed / rate - float(number / stream.fps))
        returned += count
    assert worst <= stream.latency + step / rate + 1e-9
    # Frames do not meet the resampler's short waits at every place, so other rates may do better.
    assert worst >= stream.latency - (0.0015 if rate == 16_000 else 0.005)


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_the_default_latency_is_at_most_120_ms(default_model, rate):
    assert Stream(60, rate, model=default_model).latency <= 0.120


def test_reset_and_flush_begin_anew(tiny, murmur):
    stream = Stream(60, 48_000, CONTROLS, tiny)
    first = streamed(stream, [murmur])
    second = streamed(stream, [murmur])
    stream.push(murmur[:7777])
    stream.reset()
    third = streamed(stream, [murmur])
    for other in (second, third):
        np.testing.assert_array_equal(first[0], other[0])
        np.testing.assert_array_equal(first[1], other[1])


def test_flush_without_sound_gives_no_frames(tiny):
    stream = Stream(60, model=tiny)
    assert len(stream.flush()) == 0
    stream.push(np.zeros(0))
    assert len(stream.flush()) == 0


def test_a_bad_block_leaves_the_stream_as_it_was(tiny, murmur):
    stream = Stream(60, model=tiny)
    parts = [stream.push(murmur[:5000])]
    for bad in (np.array([np.nan]), np.zeros((2, 2, 2)), np.zeros(3, np.int64)):
        with pytest.raises(VoxfaceError):
            stream.push(bad)
    parts += [stream.push(murmur[5000:]), stream.flush()]
    whole = animate(murmur, sample_rate=16_000, model=tiny)
    np.testing.assert_allclose(np.concatenate([p.weights for p in parts]), whole.weights, atol=1e-4)


@pytest.mark.parametrize("wrong", [{"fps": 0}, {"fps": "fast"}, {"sample_rate": 5}])
def test_wrong_options_are_refused(tiny, wrong):
    with pytest.raises(VoxfaceError):
        Stream(model=tiny, **wrong)


def test_a_channel_that_the_model_lacks(tmp_path):
    from tiny_model import write_tiny_model  # noqa: PLC0415

    names = [f"other{n}" for n in range(51)] + ["jawOpen"]
    model = Model(write_tiny_model(tmp_path / "m.onnx", channels=names, untrained_channels=[]))
    assert Stream(model=model).push(np.zeros(16_000)).channels == tuple(names)
    with pytest.raises(VoxfaceError, match="unknown channel 'mouthClose'"):
        Stream(model=model, controls=Controls(gain={"mouthClose": 2}))


def test_two_streams_share_a_model_and_nothing_else(tiny, murmur):
    one, other = Stream(60, model=tiny), Stream(60, model=tiny)
    mixed = []
    for part in np.split(murmur, 10):
        mixed.append(one.push(part).weights)
        other.push(part[::-1].copy())
    mixed.append(one.flush().weights)
    alone = animate(murmur, sample_rate=16_000, model=tiny).weights
    np.testing.assert_allclose(np.concatenate(mixed), alone, atol=1e-4)
