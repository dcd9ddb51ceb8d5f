from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, REST_POSE, FaceClip, frame_count
from voxface.face.resample import interpolate_frames


def ramp(frames: int, fps, **more) -> FaceClip:
    """Return a clip whose every weight rises by 0.1 a second, its head by 1 cm and 0.2 rad."""
    seconds = np.arange(frames) / float(Fraction(fps))
    head = np.zeros((frames, 7))
    head[:, 0] = seconds
    vectors = np.outer(seconds, [0, 0.2, 0])
    head[:, 3:] = Rotation.from_rotvec(vectors).as_quat(scalar_first=True)
    return FaceClip(np.repeat(0.1 * seconds[:, None], 52, axis=1), fps, head=head, **more)


def test_a_clip_has_defaults_and_knows_its_times():
    clip = FaceClip(np.zeros((3, 52)), "29.97", start=2.0)
    assert clip.channels == ARKIT_CHANNELS
    assert clip.fps == Fraction(30000, 1001)
    assert np.array_equal(clip.head, np.tile(np.float32(REST_POSE), (3, 1)))
    assert clip.tracked.all()
    assert np.allclose(clip.times, 2.0 + np.arange(3) * 1001 / 30000, atol=1e-12)
    assert clip.duration == pytest.approx(3 * 1001 / 30000)
    assert len(clip) == 3
    assert "3 frames" in repr(clip)


def test_a_clip_cannot_be_written_to():
    clip = ramp(4, 30)
    for array in (clip.weights, clip.head, clip.tracked):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_channels_are_read_by_name():
    clip = FaceClip([[0.1, 0.2]], 30, channels=("a", "jawOpen"))
    assert clip["jawOpen"] == pytest.approx([0.2])
    with pytest.raises(VoxfaceError, match="jawOpen"):
        clip["jawOpne"]


def test_select_reorders_and_marks_what_is_missing():
    clip = FaceClip([[0.1, 0.2]], 30, channels=("a", "b"), tracked=[[True, False]])
    chosen = clip.select(["c", "b", "a"])
    assert chosen.channels == ("c", "b", "a")
    assert np.allclose(chosen.weights, [[0, 0.2, 0.1]])
    assert chosen.tracked.tolist() == [[False, False, True]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"weights": np.zeros((2, 51))}, "expected"),
        ({"weights": np.zeros(52)}, "expected"),
        ({"weights": np.full((2, 52), np.nan)}, "finite"),
        ({"head": np.zeros((2, 6))}, "head has shape"),
        ({"head": np.zeros((2, 7))}, "unit quaternions"),
        ({"head": np.full((2, 7), np.inf)}, "finite"),
        ({"tracked": np.ones((3, 52))}, "tracked has shape"),
        ({"fps": 0}, "frame rate"),
        ({"start": float("nan")}, "finite"),
        ({"channels": ("jawOpen",) * 52}, "differ"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, message):
    with pytest.raises(VoxfaceError, match=message):
        FaceClip(**{"weights": np.zeros((2, 52)), "fps": 30, **arguments})


def test_tracked_may_be_given_per_channel():
    clip = FaceClip(np.zeros((5, 2)), 30, channels=("a", "b"), tracked=[True, False])
    assert clip.tracked.shape == (5, 2)
    assert not clip.tracked[:, 1].any()


@settings(max_examples=40, deadline=None)
@given(
    frames=st.integers(2, 90),
    rate=st.sampled_from([24, 25, "29.97", 30, 50, "59.94", 60, 100, 12.5]),
    wanted=st.sampled_from([24, 25, "29.97", 30, 60, 100, "1000/33"]),
)
def test_resampling_a_straight_line_gives_the_line(frames, rate, wanted):
    clip = ramp(frames, FaceClip(np.zeros((1, 52)), rate).fps)
    again = clip.resample(wanted)
    assert len(again) == frame_count(len(clip) / clip.fps, again.fps)
    # After the last frame the last value holds.
    seconds = np.minimum(again.times, clip.times[-1])
    assert np.allclose(again["jawOpen"], 0.1 * seconds, atol=1e-6)
    assert np.allclose(again.head[:, 0], seconds, atol=1e-5)
    angles = Rotation.from_quat(again.head[:, 3:], scalar_first=True).as_rotvec()[:, 1]
    assert np.allclose(angles, 0.2 * seconds, atol=1e-5)


def test_resampling_keeps_start_and_metadata_and_the_same_rate_changes_nothing():
    clip = ramp(10, 30, start=1.5, metadata={"source": "a.wav"})
    assert np.array_equal(clip.resample(30).weights, clip.weights)
    other = clip.resample(60)
    assert (other.start, other.metadata) == (1.5, {"source": "a.wav"})
    assert len(FaceClip(np.zeros((0, 52)), 30).resample(60)) == 0


def test_a_resampled_frame_is_tracked_where_both_neighbours_are():
    tracked = np.ones((4, 52), bool)
    tracked[2] = False
    again = ramp(4, 30, tracked=tracked).resample(60)
    assert again.tracked[:, 0].tolist() == [True, True, True, False, False, False, True, True]
    assert not again.weights[~again.tracked].any()


def test_interpolation_holds_the_ends():
    clip = ramp(3, 10)
    weights, head = interpolate_frames(clip.weights, clip.head, np.array([-1.0, 0.5, 9.0]))
    assert np.allclose(weights[:, 0], [0, 0.005, 0.02])
    assert np.allclose(np.linalg.norm(head[:, 3:], axis=1), 1)
    assert np.allclose(head[2], clip.head[2])
