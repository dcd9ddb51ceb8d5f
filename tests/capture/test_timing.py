from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxface.capture.timing import choose_rate, lay_grid

RATES = [
    Fraction(rate) for rate in ("24000/1001", "24", "25", "30000/1001", "30", "50", "60000/1001")
]


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("frames", [2, 75, 9000])
def test_a_declared_rate_survives_times_rounded_to_milliseconds(rate: Fraction, frames: int):
    times = np.round(np.arange(frames) / float(rate), 3)
    assert choose_rate(times, [rate]) == rate


@pytest.mark.parametrize("rate", RATES)
def test_a_minute_of_times_tells_the_rate_without_any_claim(rate: Fraction):
    times = np.round(np.arange(3600) / float(rate), 3)
    assert choose_rate(times, []) == rate


def test_a_rounded_header_means_the_exact_rate():
    times = np.arange(75) / 29.97
    assert choose_rate(times, [Fraction(2997, 100)]) == Fraction(30000, 1001)
    assert choose_rate(np.arange(75) / 25, [Fraction(2501, 100)]) == 25


def test_a_claim_that_the_times_contradict_is_not_believed():
    times = np.arange(100) / 30
    assert choose_rate(times, [Fraction(90_000), Fraction(1000), Fraction(25)]) == 30
    assert choose_rate(times, [Fraction(60)]) == 30


def test_a_wavering_phone_gets_the_rate_that_it_means():
    random = np.random.default_rng(1)
    times = np.arange(600) / 30 + random.uniform(-0.008, 0.008, 600)
    times = np.delete(times, [50, 51, 52, 300])
    mean_rate = Fraction(len(times)) / Fraction(times[-1]).limit_denominator(1000)
    assert choose_rate(times, [mean_rate]) == 30


def test_a_constant_video_lies_on_its_grid_untouched():
    times = 7.5 + np.round(np.arange(100) / 29.97, 3)
    grid = lay_grid(times, Fraction(30000, 1001))
    np.testing.assert_array_equal(grid.positions, np.arange(100))
    assert grid.covered.all()


def test_dropped_pictures_are_marked_and_the_rest_stay_in_their_places():
    kept = np.delete(np.arange(50), [10, 30, 31, 32])
    grid = lay_grid(kept / 25, Fraction(25))
    assert len(grid.positions) == 50
    np.testing.assert_array_equal(np.flatnonzero(~grid.covered), [10, 30, 31, 32])
    np.testing.assert_array_equal(kept[grid.positions[grid.covered].astype(int)], kept)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0.024, 0.05), min_size=3, max_size=60))
def test_a_ramp_filmed_at_wavering_times_stays_a_ramp_of_time(intervals: list[float]):
    times = np.concatenate([[2.0], 2.0 + np.cumsum(intervals)])
    grid = lay_grid(times, Fraction(30))
    value = np.interp(grid.positions, np.arange(len(times)), times)  # each picture shows its time
    wanted = np.minimum(2.0 + np.arange(len(value)) / 30, times[-1])
    assert np.abs(value - wanted).max() <= 0.1 / 30 + 1e-9
    assert len(value) == round((times[-1] - 2.0) * 30) + 1
    assert grid.covered.all()


def test_a_single_picture_is_one_frame():
    assert choose_rate([3.0], [Fraction(30)]) == 30
    assert choose_rate([3.0], []) == 25
    grid = lay_grid([3.0], Fraction(30))
    np.testing.assert_array_equal(grid.positions, [0])
