"""Dominance functions: planted looks give the curves that the formula says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxface.visemes.dominance import Dominance, Segment, blend


def segment(start: float, end: float, value: float, **rule: float) -> Segment:
    return Segment(start, end, np.array([value]), Dominance(**{**PLAIN, **rule}))


PLAIN = {"alpha": 1.0, "before": 20.0, "after": 20.0}


def test_two_looks_blend_as_cohen_and_massaro_wrote():
    segments = [segment(0.0, 0.1, 0.2, alpha=3.0, after=15.0), segment(0.1, 0.2, 0.8)]
    curve = blend(segments, 21)[:, 0]
    time = np.arange(21) / 100
    first = 3 * np.exp(-np.where(time < 0.05, 20, 15) * np.abs(time - 0.05))
    second = np.exp(-20 * np.abs(time - 0.15))
    np.testing.assert_allclose(curve, (0.2 * first + 0.8 * second) / (first + second), atol=1e-9)


def test_a_curve_goes_from_one_look_to_the_next_without_turning():
    curve = blend([segment(0.0, 0.1, 0.0), segment(0.1, 0.2, 1.0)], 21)[5:16, 0]
    assert (np.diff(curve) > 0).all()
    assert curve[5] == pytest.approx(0.5)


def test_a_lead_moves_the_curve_to_earlier_times():
    looks = [segment(0.0, 0.5, 0.0), segment(0.5, 0.6, 1.0), segment(0.6, 1.0, 0.0)]
    np.testing.assert_allclose(blend(looks, 90, lead=0.05)[:, 0], blend(looks, 95)[5:, 0])


def test_a_long_look_holds_what_it_reached():
    looks = [segment(0.0, 0.2, 1.0), segment(0.2, 10.0, 0.0), segment(10.0, 10.2, 1.0)]
    curve = blend(looks, 1021)[:, 0]
    assert curve[60:960].max() < 0.001
    assert curve[110:910].max() < 1e-6


def test_far_from_every_look_the_nearest_rules():
    curve = blend([segment(0.0, 0.1, 0.7)], 300)[:, 0]
    assert curve[:150] == pytest.approx(np.full(150, 0.7))
    assert np.isfinite(curve).all()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(0.01, 0.4),
            st.floats(0, 1),
            st.floats(0.2, 40),
            st.floats(6, 70),
            st.floats(0, 1),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_curves_stay_between_their_targets_and_never_jump(parts):
    looks, at = [], 0.0
    for length, value, alpha, rate, core in parts:
        rule = {"alpha": alpha, "before": rate, "after": rate, "core": core}
        looks.append(segment(at, at + length, value, **rule))
        at += length
    curve = blend(looks, round(at * 100) + 1)[:, 0]
    values = [value for _, value, *_ in parts]
    assert min(values) - 1e-9 <= curve.min() <= curve.max() <= max(values) + 1e-9
    # Two opposed exponentials of 70 a second turn a whole range in no less than this.
    assert np.abs(np.diff(curve)).max(initial=0) <= 0.36 * (max(values) - min(values)) + 1e-9
