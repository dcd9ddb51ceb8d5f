from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxface.face import REST_POSE
from voxface.formats.timeline import Rows, on_grid, rate_from_times


def ramp_rows(positions) -> Rows:
    position = np.asarray(positions, dtype=np.float32)
    head = np.tile(np.float32(REST_POSE), (len(position), 1))
    weights = np.repeat(0.01 * position[:, None], 2, axis=1)
    return Rows(weights, head, np.ones(weights.shape, bool))


@settings(max_examples=60, deadline=None)
@given(
    rate=st.sampled_from(
        [Fraction(r) for r in (24, 25, 30, 50, 60, 100, 120, 17)]
        + [Fraction(r * 1000, 1001) for r in (24, 30, 60)]
    ),
    count=st.integers(120, 400),
    start=st.floats(0, 1000),
)
def test_the_rate_is_found_from_written_times(rate, count, start):
    times = np.round(start + np.arange(count) / float(rate), 6)
    assert rate_from_times(times) == rate


def test_lost_rows_and_jitter_do_not_change_the_rate():
    random = np.random.default_rng(0)
    times = np.arange(600) / 30 + random.uniform(-0.002, 0.002, 600)
    assert rate_from_times(np.delete(times, slice(100, 140))) == 30


@pytest.mark.parametrize("times", [[], [1.0], [0, 0, 0], [2.0, 1.0, 0.0], [0, np.nan, 2]])
def test_times_that_say_nothing_give_no_rate(times):
    assert rate_from_times(times) is None


def test_even_rows_are_kept_as_they_are():
    rows = ramp_rows(np.arange(5))
    assert on_grid(rows, np.arange(5) + 0.001) is rows


def test_uneven_rows_are_read_by_time():
    positions = np.array([0, 1.2, 1.9, 3.1, 4.0])
    even = on_grid(ramp_rows(positions), positions)
    assert np.allclose(even.weights[:, 0], 0.01 * np.arange(5), atol=1e-7)
    assert even.tracked.all()


def test_lost_rows_are_marked_and_not_invented():
    positions = np.array([0, 1, 2, 6, 7.0])
    even = on_grid(ramp_rows(positions), positions)
    assert even.tracked[:, 0].tolist() == [True, True, True, False, False, False, True, True]
    assert np.allclose(even.weights[:, 1], [0, 0.01, 0.02, 0, 0, 0, 0.06, 0.07])
    assert np.allclose(np.linalg.norm(even.head[:, 3:], axis=1), 1)


@pytest.mark.parametrize("positions", [[0, 5, 1, 6, 2, 7, 3], [0, 1, 2, 1e7]])
def test_times_that_jump_about_are_not_times(positions):
    assert on_grid(ramp_rows(positions), np.float64(positions)) is None
