from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from voxface.errors import VoxfaceError
from voxface.face import frame_count, parse_frame_rate


@pytest.mark.parametrize(
    ("value", "exact"),
    [
        (60, Fraction(60)),
        ("25", Fraction(25)),
        (29.97, Fraction(30000, 1001)),
        ("29.97", Fraction(30000, 1001)),
        (30000 / 1001, Fraction(30000, 1001)),
        (np.float32(29.97), Fraction(30000, 1001)),
        (23.976, Fraction(24000, 1001)),
        (23.98, Fraction(24000, 1001)),
        (59.94, Fraction(60000, 1001)),
        ("30000/1001", Fraction(30000, 1001)),
        (12.5, Fraction(25, 2)),
        (Fraction(1000, 33), Fraction(1000, 33)),
    ],
)
def test_rates_are_exact(value, exact):
    assert parse_frame_rate(value) == exact


@pytest.mark.parametrize(
    "value", ["fast", "", "1/0", "nan", "inf", 0, -25, 1001, 1e-9, float("nan"), float("inf")]
)
def test_what_is_no_rate_is_refused(value):
    with pytest.raises(VoxfaceError, match="frame rate"):
        parse_frame_rate(value)


def test_frame_count_is_the_nearest_and_at_least_one():
    assert frame_count(Fraction(1), Fraction(60)) == 60
    assert frame_count(0.0, Fraction(60)) == 1
    assert frame_count(600, Fraction(30000, 1001)) == 17982
