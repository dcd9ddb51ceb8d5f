"""Life and expressions in whole clips and streams."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voxface.engine import Controls, Life, Stream, animate
from voxface.face import ARKIT_CHANNELS, REGIONS, SPEECH_CHANNELS
from voxface.face.rotation import rotation_vector_from_quaternion

SPEECH = [ARKIT_CHANNELS.index(name) for name in SPEECH_CHANNELS]
STILL = np.zeros(16_000 * 30, np.float32)
settle = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def clip(sound, model, fps=100, **controls):
    return animate(sound, fps=fps, sample_rate=16_000, model=model, controls=Controls(**controls))


@given(
    st.lists(st.integers(0, 32_000), max_size=12).map(sorted),
    st.sampled_from([60, 100, "29.97"]),
    st.sampled_from([0.0, 40.0]),
)
@settle
def test_a_living_stream_equals_the_whole(tiny, murmur, where, fps, smoothing):
    controls = Controls(
        life=Life(blink_rate=60, head=2, gaze=2, seed=4),
        expression={"joy": [(0, 0), (1, 1)], "fear": 0.4},
        smoothing=smoothing,
    )
    sound = murmur[:32_000]
    stream = Stream(fps, 16_000, controls, tiny)
    parts = [stream.push(part) for part in np.split(sound, where)] + [stream.flush()]
    whole = animate(sound, fps=fps, sample_rate=16_000, model=tiny, controls=controls)
    for field in ("weights", "head"):
        streamed = np.concatenate([getattr(part, field) for part in parts])
        np.testing.assert_allclose(streamed, getattr(whole, field), atol=1e-6)


def test_push_by_push_with_the_default_model(default_model, murmur):
    stream = Stream(60, 16_000, Controls(life=Life(blink_rate=60)), default_model)
    parts = [stream.push(murmur[n : n + 160]) for n in range(0, len(murmur), 160)]
    parts.append(stream.flush())
    whole = clip(murmur, default_model, 60, life=Life(blink_rate=60))
    streamed = np.concatenate([part.weights for part in parts])
    np.testing.assert_allclose(streamed, whole.weights, atol=1e-4)


def test_a_flushed_stream_lives_the_same_life_again(tiny, murmur):
    stream = Stream(100, model=tiny)
    first = [stream.push(murmur), stream.flush()]
    second = [stream.push(murmur), stream.flush()]
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one.weights, other.weights)
        np.testing.assert_array_equal(one.head, other.head)


def test_in_silence_the_eyes_live_and_the_mouth_rests(default_model):
    living = clip(STILL, default_model, life=1)
    assert not living.weights[100:][:, SPEECH].any()
    assert living["eyeBlinkLeft"].max() == 1
    assert living["eyeLookOutLeft"].max() > 0.01
    assert np.ptp(living.head, axis=0).max() > 0.005


def test_the_mouth_is_the_models_own(tiny, murmur):
    living, raw = clip(murmur, tiny, life=Life(seed=3)), clip(murmur, tiny, life=0)
    np.testing.assert_array_equal(living.weights[:, SPEECH], raw.weights[:, SPEECH])
    assert np.abs(living.head - raw.head).max() > 1e-3


def test_eyes_rest_open_between_blinks(default_model):
    shut = clip(STILL, default_model, life=Life(gaze=0))["eyeBlinkLeft"]
    assert np.median(shut) == 0
    squint = clip(STILL, default_model)["eyeSquintLeft"]
    assert squint.max() == 0


@pytest.mark.parametrize("part", ["blinks", "gaze", "head", "breathing", "brows"])
def test_a_part_at_0_leaves_the_model_as_it_is(tiny, murmur, part):
    only = Life.of(0, **{part: 1.0})
    raw, living = clip(murmur, tiny, life=0), clip(murmur, tiny, life=only)
    moved = {
        "blinks": {n for n in ARKIT_CHANNELS if n.startswith(("eyeBlink", "eyeSquint", "eyeWide"))},
        "gaze": {n for n in ARKIT_CHANNELS if n.startswith("eyeLook")},
        "brows": {"browInnerUp", "browOuterUpLeft", "browOuterUpRight"},
    }.get(part, set())
    for name in ARKIT_CHANNELS:
        if name in moved:
            continue
        np.testing.assert_array_equal(living[name], raw[name])
    turned = np.abs(living.head - raw.head).max() > 1e-4
    assert turned == (part in ("head", "breathing"))
    if moved:
        assert any((living[name] != raw[name]).any() for name in moved)


def test_region_strengths_scale_life(tiny, murmur):
    still = clip(murmur, tiny, strength={"eyes": 0, "head": 0, "brows": 0})
    eyes = [ARKIT_CHANNELS.index(name) for name in (*REGIONS["eyes"], *REGIONS["brows"])]
    assert not still.weights[:, eyes].any()
    np.testing.assert_allclose(still.head, np.tile([0, 0, 0, 1, 0, 0, 0], (len(still), 1)))


def test_offsets_stand_beside_life(tiny, murmur):
    held = clip(murmur, tiny, offset={"browInnerUp": 0.3, "eyeSquintLeft": 0.2})
    assert held["browInnerUp"].min() >= 0.3 - 1e-6
    open_eye = held["eyeBlinkLeft"] == 0
    assert held["eyeSquintLeft"][open_eye] == pytest.approx(0.2)


def test_the_heads_rotations_are_composed(tiny, murmur):
    from scipy.spatial.transform import Rotation  # noqa: PLC0415

    raw = clip(murmur, tiny, life=0)
    living = clip(murmur, tiny, life=Life(head=2))
    alone = clip(murmur, tiny, life=Life(head=2), strength={"head": 1})
    model = Rotation.from_quat(raw.head[:, 3:], scalar_first=True)
    both = Rotation.from_quat(living.head[:, 3:], scalar_first=True)
    life = (both * model.inv()).as_rotvec(degrees=True)
    assert np.abs(life).max() < 9
    assert np.abs(life).max() > 0.5
    np.testing.assert_array_equal(living.head, alone.head)
    assert np.abs(rotation_vector_from_quaternion(living.head[:, 3:])).max() < 1


def test_metadata_says_which_life(tiny, murmur):
    about = clip(murmur, tiny, life=Life(gaze=0.5, seed=12)).metadata
    assert about["life"]["gaze"] == 0.5
    assert about["life"]["seed"] == 12
    assert about["controls"]["life"]["gaze"] == 0.5
    assert clip(murmur, tiny).metadata["controls"] == {}
    assert clip(murmur, tiny).metadata["life"]["blinks"] == 1


def test_an_expression_marks_its_channels_as_tracked(tiny, murmur):
    stream = Stream(60, model=tiny)
    assert not stream.push(murmur[:8000]).tracked[:, ARKIT_CHANNELS.index("tongueOut")].any()
    stream.express({"joy": 1}, fade=0.1)
    later = stream.push(murmur[8000:])
    assert later["mouthSmileLeft"].max() > 0.3
    assert later["cheekSquintLeft"].max() > 0.5


@pytest.mark.parametrize("name", ["joy", "anger", "sadness", "surprise", "disgust", "fear"])
def test_lips_still_shut_on_the_example(default_model, name):
    example = Path(__file__).resolve().parents[2] / "examples" / "speech.flac"
    model = default_model
    plain = animate(example, fps=100, model=model, controls=Controls(life=0))
    with_it = animate(
        example, fps=100, model=model, controls=Controls(life=0, expression={name: 1})
    )
    gaps = [c["jawOpen"] - c["mouthClose"] for c in (plain, with_it)]
    spoken = slice(100, 820)
    shut = gaps[0][spoken] < 0.02
    assert shut.sum() > 20
    assert gaps[1][spoken][shut].max() < 0.03
    opening = [np.mean(gap[spoken]) for gap in gaps]
    assert opening[1] >= opening[0] - 1e-4
