from __future__ import annotations

import numpy as np
import pytest

from voxface.face import ARKIT_CHANNELS, FaceClip
from voxface.face.euler import quaternion_from_euler
from voxface.formats.braille import braille_curve
from voxface.formats.curves import both_sides, head_turns, main_curves
from voxface.formats.summary import find_gaps, summarize


@pytest.fixture
def clip() -> FaceClip:
    weights = np.zeros((100, 52))
    weights[:, ARKIT_CHANNELS.index("jawOpen")] = np.linspace(0, 0.8, 100)
    weights[:, ARKIT_CHANNELS.index("eyeBlinkLeft")] = 0.4
    tracked = np.ones((100, 52), bool)
    tracked[:, ARKIT_CHANNELS.index("tongueOut")] = False
    tracked[:, ARKIT_CHANNELS.index("eyeBlinkRight")] = False
    tracked[20:30] = False
    tracked[95:] = False
    head = np.zeros((100, 7))
    head[:, 3:] = quaternion_from_euler(np.outer(np.linspace(-0.1, 0.1, 100), [1, 0, 0]))
    return FaceClip(weights * tracked, 50, head=head, tracked=tracked, start=1.0)


def test_a_clip_in_figures(clip):
    summary = summarize(clip)
    assert (summary.frames, summary.fps, summary.duration, summary.start) == (100, 50, 2.0, 1.0)
    assert summary.untracked == ("eyeBlinkRight", "tongueOut")
    assert np.allclose(summary.gaps, [(1.4, 1.6), (2.9, 3.0)])
    ranges = {each.name: each for each in summary.channels}
    assert ranges["jawOpen"].low == 0
    assert ranges["jawOpen"].high == pytest.approx(0.8 * 94 / 99)
    assert ranges["jawOpen"].moves
    assert ranges["eyeBlinkLeft"].low == ranges["eyeBlinkLeft"].high == pytest.approx(0.4)
    assert not ranges["eyeBlinkLeft"].moves
    yaw = summary.head[0]
    assert (yaw.name, yaw.unit) == ("yaw", "°")
    assert (yaw.low, yaw.high) == pytest.approx((-np.degrees(0.1), np.degrees(0.1)), abs=1e-4)


def test_curves_leave_out_what_was_not_seen(clip):
    blink = both_sides(clip, "blink", "eyeBlink")
    # Only the left side was seen, so it alone is the mean.
    assert blink.values[0] == pytest.approx(0.4)
    assert np.isnan(blink.values[20:30]).all()
    assert [curve.name for curve in main_curves(clip)][:2] == ["jawOpen", "mouthPucker"]


def test_head_turns_do_not_jump_at_half_a_turn():
    angles = np.linspace(3.0, 3.4, 20)
    head = np.zeros((20, 7))
    head[:, 3:] = quaternion_from_euler(np.outer(angles, [1, 0, 0]))
    yaw = head_turns(FaceClip(np.zeros((20, 52)), 30, head=head))[0]
    assert np.allclose(np.diff(yaw.values), np.degrees(angles[1] - angles[0]), atol=1e-3)


def test_an_empty_clip_has_figures_too():
    summary = summarize(FaceClip(np.zeros((0, 52)), 30))
    assert (summary.frames, summary.gaps, summary.head) == (0, (), ())
    assert find_gaps(FaceClip(np.zeros((3, 52)), 30)) == ()


def test_braille_draws_levels_and_holes():
    assert braille_curve([0, 0, 0, 0], 2, 1, 0, 1) == ["⣀⣀"]
    assert braille_curve([1, 1, 1, 1], 2, 1, 0, 1) == ["⠉⠉"]
    assert braille_curve([0.0, 0.0, np.nan, np.nan], 2, 1, 0, 1) == ["⣀⠀"]
    assert braille_curve([], 3, 2, 0, 1) == ["   ", "   "]
    top, bottom = braille_curve(np.linspace(0, 1, 40), 5, 2, 0, 1)
    assert top[0] == bottom[-1] == "⠀"
    assert top[-1] != "⠀" != bottom[0]


def test_braille_shows_a_peak_of_one_frame_in_a_long_clip():
    values = np.zeros(100_000)
    values[77_777] = 1
    lines = braille_curve(values, 40, 2, 0, 1)
    assert sum(character != "⠀" for character in lines[0]) in (1, 2)
