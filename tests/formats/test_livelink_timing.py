"""Frame rates and lost frames, inferred from timecodes alone."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from voxface.formats.livelink_timing import infer_timing


def codes(count: int, rate: int, step: float = 1.0, first: float = 0.0, keep=None) -> list[str]:
    total = first + step * np.arange(count)
    total = total if keep is None else total[keep]
    texts = []
    for each in np.round(total, 3):
        second, frame = divmod(each, rate)
        texts.append(f"14:{int(second) // 60:02d}:{int(second) % 60:02d}:{frame:06.3f}")
    return texts


@pytest.mark.parametrize("rate", [2, 12, 23, 24, 25, 29, 30, 48, 50, 59, 60, 61, 90, 100, 120, 240])
@pytest.mark.parametrize("first", [0.0, 7.643])
def test_any_whole_rate_is_found_from_the_turn_of_a_second(rate, first):
    timing = infer_timing(codes(3 * rate, rate, first=first % rate))
    assert timing.fps == rate
    assert np.allclose(timing.positions, np.arange(3 * rate), atol=1e-2)


def test_frames_may_come_at_parts_of_a_timecode_frame():
    timing = infer_timing(codes(200, 30, step=0.5))
    assert timing.fps == 60
    assert np.allclose(timing.positions, np.arange(200))


def test_lost_frames_leave_their_places():
    keep = np.r_[0:50, 57:180]
    timing = infer_timing(codes(180, 60, keep=keep))
    assert timing.fps == 60
    assert np.allclose(timing.positions, keep)


@pytest.mark.parametrize(
    ("count", "rate", "expected"),
    [(30, 30, 30), (25, 25, 25), (20, 30, 60), (1, 60, 60), (70, 100, 90), (100, 100, 100)],
)
def test_takes_shorter_than_a_second_get_the_likeliest_rate(count, rate, expected):
    timing = infer_timing(codes(count, rate))
    assert timing.fps == expected
    assert "assumed" in timing.notes["frame_rate"]


@pytest.mark.parametrize(
    "texts",
    [
        [],
        ["noon", "later"],
        [f"00:00:{second:02d}:00.000" for second in range(20)],
        ["00:00:00:05.000"] * 20,
    ],
)
def test_timecodes_that_say_nothing_fall_back_to_sixty(texts):
    timing = infer_timing(texts)
    assert timing.fps == Fraction(60)
    assert timing.positions is None
    assert "assumed" in timing.notes["frame_rate"]
