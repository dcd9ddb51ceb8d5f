"""Gate, smoothing and frame rate, each alone."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxface.engine.frame_rate import FrameRateStage
from voxface.engine.gate import ATTACK, RELEASE, SilenceGate
from voxface.engine.smoothing import Smoother
from voxface.face import REST_POSE

RATES = [Fraction(n) for n in (1, 10, 24, 25, 30, 60, 100, 120, 144, 1000)] + [
    Fraction(30_000, 1001), Fraction(24_000, 1001), Fraction(1, 3),
]  # fmt: skip
cuts = st.lists(st.integers(0, 200), max_size=10).map(sorted)


def test_the_gate_closes_fully_and_opens_fully():
    speech = np.float32([0] * 50 + [1] * 50 + [0] * 50)
    opening = SilenceGate().push(speech)
    assert (opening[:50] == 0).all()
    assert (opening[50 + round(ATTACK * 100) : 100] == 1).all()
    assert (opening[100 + round(RELEASE * 100) :] == 0).all()
    assert (np.diff(opening[50:60]) >= 0).all()
    assert (np.diff(opening[100:]) <= 0).all()
    assert np.abs(np.diff(opening)).max() < 0.35


def test_sound_that_begins_with_speech_finds_the_gate_open():
    assert (SilenceGate().push(np.ones(3, np.float32)) == 1).all()


def test_a_short_doubt_does_not_shut_the_mouth():
    speech = np.ones(100, np.float32)
    speech[50:55] = 0
    assert SilenceGate().push(speech).min() > 0.5


def test_the_gate_does_not_jump_at_rounding_errors():
    speech = np.random.default_rng(0).uniform(0, 1, 500).astype(np.float32)
    one, other = SilenceGate().push(speech), SilenceGate().push(speech + np.float32(1e-6))
    np.testing.assert_allclose(one, other, atol=2e-5)


@given(cuts)
@settings(max_examples=25, deadline=None)
def test_the_gate_does_not_depend_on_the_cuts(where):
    speech = np.random.default_rng(1).uniform(0, 1, 200).astype(np.float32)
    gate = SilenceGate()
    parts = [gate.push(part) for part in np.split(speech, where)]
    np.testing.assert_array_equal(np.concatenate(parts), SilenceGate().push(speech))


def test_smoothing_is_symmetric_and_as_wide_as_it_says():
    frames = np.zeros((101, 1), np.float32)
    frames[50] = 1
    smoother = Smoother(80)
    result = np.concatenate([smoother.push(frames), smoother.flush()])[:, 0]
    np.testing.assert_allclose(result, result[::-1], atol=1e-7)
    assert result.sum() == pytest.approx(1, abs=1e-5)
    assert result[50] == result.max()
    assert result[50 + 4] / result[50] == pytest.approx(0.5, abs=1e-5)
    assert smoother.delay_frames == 7


def test_no_smoothing_returns_the_very_frames():
    frames = np.ones((5, 2), np.float32)
    for width in (0, 5, 10):
        smoother = Smoother(width)
        assert smoother.push(frames) is frames
        assert smoother.delay_frames == 0
        assert smoother.flush() is None


@given(cuts, st.sampled_from([0.0, 15.0, 33.0, 250.0]))
@settings(max_examples=40, deadline=None)
def test_smoothing_does_not_depend_on_the_cuts(where, width):
    frames = np.random.default_rng(2).uniform(0, 1, (200, 3)).astype(np.float32)
    smoother, whole = Smoother(width), Smoother(width)
    parts = [smoother.push(part) for part in np.split(frames, where)]
    expected = [whole.push(frames)]
    for stage, pieces in ((smoother, parts), (whole, expected)):
        rest = stage.flush()
        pieces.extend([] if rest is None else [rest])
    assert len(np.concatenate(parts)) == 200
    np.testing.assert_array_equal(np.concatenate(parts), np.concatenate(expected))


def ramp(count: int, first: int = 0):
    """Frames whose one weight is their time in seconds, and heads at rest."""
    weights = (np.arange(first, first + count, dtype=np.float32) / 100)[:, None]
    return weights, np.broadcast_to(np.float32(REST_POSE), (count, 7))


@pytest.mark.parametrize("fps", RATES, ids=str)
def test_frames_stand_at_k_over_fps(fps):
    total = round(3 * fps)
    weights, head = FrameRateStage(fps).push(*ramp(301), total, last=True)
    assert len(weights) == len(head) == total
    np.testing.assert_allclose(weights[:, 0], np.arange(total) / float(fps), atol=1e-5)


@given(cuts, st.sampled_from(RATES))
@settings(max_examples=60, deadline=None)
def test_frame_rates_do_not_depend_on_the_cuts(where, fps):
    weights, head = ramp(200)
    total = round(2 * fps)
    stage = FrameRateStage(fps)
    parts = []
    for begin, end in zip([0, *where], [*where, 200], strict=True):
        parts.append(stage.push(weights[begin:end], head[begin:end], total)[0])
    parts.append(stage.push(weights[:0], head[:0], total, last=True)[0])
    whole = FrameRateStage(fps).push(weights, head, total, last=True)[0]
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=1e-6)


def test_there_is_no_drift_in_three_hours():
    fps = Fraction(30_000, 1001)
    stage, returned = FrameRateStage(fps), 0
    for begin in range(0, 3 * 3600 * 100, 100_000):
        count = min(100_000, 3 * 3600 * 100 - begin)
        # Small numbers keep float32 exact: time since this block began.
        weights = ((np.arange(count) - 0.0) / 100).astype(np.float32)[:, None]
        head = np.broadcast_to(np.float32(REST_POSE), (count, 7))
        found = stage.push(weights, head, 10**9)[0]
        number = returned + np.arange(len(found))
        expected = np.float64(number) * 1001 / 30_000 - begin / 100
        inside = expected >= 0  # the frame between two blocks is mixed from both
        np.testing.assert_allclose(found[inside, 0], expected[inside], atol=1e-4)
        returned += len(found)
    assert abs(returned - 3 * 3600 * fps) <= 1


def test_no_more_than_the_sound_deserves():
    stage = FrameRateStage(Fraction(60))
    assert len(stage.push(*ramp(100), total=20)[0]) == 20
    assert len(stage.push(*ramp(0), total=30)[0]) == 10
    assert len(stage.push(*ramp(0), total=70, last=True)[0]) == 40
