"""Labels: speakers' scales, the canonical speaker, smoothing without delay, gaps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabricated import CHANNELS, DEAD, JAW, PUCKER, make_canonical
from voxface.corpus.labels import (
    DEAD_CENTRE,
    FLOOR,
    MOTION_LIMIT,
    SpeakerScale,
    at_feature_rate,
    canonical_speaker,
    load_canonical,
    log_odds,
    save_canonical,
    sigmoid,
    smoothed_log_odds,
)
from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, FaceClip


def clip(weights: np.ndarray, lost: tuple[int, ...] = (), fps: float = 25) -> FaceClip:
    tracked = np.ones(weights.shape, bool)
    tracked[list(lost)] = False
    names = ARKIT_CHANNELS[: weights.shape[1]]
    return FaceClip(np.where(tracked, weights, 0), fps, names, tracked=tracked)


@settings(max_examples=30)
@given(st.floats(FLOOR, 1 - FLOOR))
def test_log_odds_and_back(weight: float) -> None:
    value = np.array([weight])
    np.testing.assert_allclose(sigmoid(log_odds(value)), value, rtol=1e-9)


def test_log_odds_are_bounded() -> None:
    low, high = log_odds(np.array([0.0, 1.0]))
    assert low == pytest.approx(np.log(FLOOR), rel=1e-4)
    assert high == pytest.approx(-low)


def test_speakers_motion_and_back() -> None:
    rng = np.random.default_rng(0)
    mean, deviation = rng.normal(-3, 1, 6), rng.uniform(0.5, 2, 6)
    curves = [mean + deviation * rng.uniform(-1.7, 1.7, (n, 6)) for n in (50, 4000)]
    curves[0][7] = np.nan
    scale = SpeakerScale.measure(curves)
    known = np.concatenate(curves)[np.isfinite(np.concatenate(curves)).all(1)]
    np.testing.assert_allclose(scale.mean, known.mean(0))
    np.testing.assert_allclose(scale.deviation, known.std(0))
    motion = scale.motion(curves[1])
    np.testing.assert_allclose(motion * scale.deviation + scale.mean, curves[1])
    assert abs(scale.motion(known).std(0) - 1).max() < 1e-9


def test_two_speakers_who_move_alike_have_one_motion() -> None:
    """Another offset in front of the sigmoid and another gain: the same motion."""
    motion = np.random.default_rng(0).normal(size=(500, 3))
    quiet, lively = -4 + 0.5 * motion, -1 + 1.5 * motion
    found = [SpeakerScale.measure([curve]).motion(curve) for curve in (quiet, lively)]
    np.testing.assert_allclose(found[0], found[1], atol=1e-9)


def test_a_channel_that_hardly_moves_is_not_blown_up() -> None:
    curves = np.random.default_rng(0).normal(0, 0.01, (500, 2))
    scale = SpeakerScale.measure([curves])
    np.testing.assert_array_equal(scale.deviation, 0.3)
    assert abs(scale.motion(curves)).max() < 0.2


def test_faults_are_clipped() -> None:
    scale = SpeakerScale(np.zeros(1), np.ones(1))
    found = scale.motion(np.array([[99.0], [-99.0], [1.0]]))[:, 0]
    np.testing.assert_array_equal(found, [MOTION_LIMIT, -MOTION_LIMIT, 1])


@pytest.mark.parametrize("fps", [25, 60, 100])
def test_smoothing_has_no_delay(fps: float) -> None:
    """A symmetric bump stays symmetric about its own middle."""
    frames, middle = 4 * fps + 1, 2 * fps
    since = (np.arange(frames) - middle) / fps
    weights = sigmoid(-3 + 4 * np.exp(-((since / 0.08) ** 2)))[:, None].repeat(2, 1)
    odds = smoothed_log_odds(clip(weights, fps=fps))
    np.testing.assert_allclose(odds, odds[::-1], atol=1e-6)
    assert int(odds[:, 0].argmax()) == middle
    # Smoothing lowers a bump but keeps what is around it.
    assert odds[middle, 0] < 1
    np.testing.assert_allclose(odds[0], -3, atol=1e-5)


def test_smoothing_takes_jitter_away() -> None:
    noise = np.random.default_rng(0).normal(0, 0.2, (400, 2))
    odds = smoothed_log_odds(clip(sigmoid(-2 + noise), fps=60))
    assert odds.std() < 0.5 * noise.std()


def test_lost_frames_do_not_leak_into_their_neighbours() -> None:
    """Lost frames hold zeros, which are -11.5 in log-odds: none of it may be seen elsewhere."""
    weights = np.full((50, 2), 0.3)
    odds = smoothed_log_odds(clip(weights, lost=(0, 20, 21, 22, 49)))
    assert np.isnan(odds[[0, 20, 21, 22, 49]]).all()
    kept = np.delete(odds, [0, 20, 21, 22, 49], axis=0)
    np.testing.assert_allclose(kept, log_odds(np.array([0.3]))[0], atol=1e-5)


def test_reading_at_the_feature_rate() -> None:
    times = np.arange(26) / 25
    curves = np.stack([times, np.sin(2 * np.pi * times)], axis=1)
    found, seen = at_feature_rate(curves, times, 101)
    clock = np.arange(101) / 100
    assert seen.all()
    np.testing.assert_allclose(found[:, 0], clock, atol=1e-9)
    np.testing.assert_allclose(found[:, 1], np.sin(2 * np.pi * clock), atol=0.01)


def test_a_late_clip_starts_late() -> None:
    times = 0.5 + np.arange(25) / 25
    found, seen = at_feature_rate(np.ones((25, 1)), times, 200)
    np.testing.assert_array_equal(seen, (np.arange(200) >= 48) & (np.arange(200) <= 148))
    np.testing.assert_array_equal(found[:, 0], seen)


def test_gaps_are_not_seen_and_hold_nothing() -> None:
    times = np.arange(50) / 25
    curves = np.ones((50, 1))
    curves[20:25] = np.nan
    found, seen = at_feature_rate(curves, times, 200)
    clock = np.arange(200) / 100
    inside = (clock > times[19] + 1e-9) & (clock < times[25] - 1e-9)
    assert not seen[inside].any()
    assert not found[~seen].any()
    outside = (clock <= times[19]) | (clock > times[25])
    assert seen[outside & (clock <= times[-1])].all()


def test_one_lost_frame_is_bridged_not_copied() -> None:
    times = np.arange(50) / 25
    curves = times[:, None].copy()
    curves[20] = np.nan
    found, seen = at_feature_rate(curves, times, 196)
    assert seen.all()
    np.testing.assert_allclose(found[:, 0], np.arange(196) / 100, atol=1e-9)


@pytest.mark.parametrize("known", [0, 1])
def test_next_to_nothing_known_is_nothing_seen(known: int) -> None:
    curves = np.full((10, 3), np.nan)
    curves[:known] = 1
    found, seen = at_feature_rate(curves, np.arange(10) / 25, 40)
    assert found.shape == (40, 3)
    assert not seen.any()
    assert not found.any()


def synthetic_speakers(seed: int = 0):
    """Return motions, scales and amplitudes of three speakers; one channel is dead."""
    rng = np.random.default_rng(seed)
    motions, scales, amplitudes = [], [], []
    for centre, gain in ((-4.0, 0.8), (-2.0, 1.2), (-1.0, 1.0)):
        motion = rng.normal(size=(3000, CHANNELS))
        odds = centre + gain * motion
        odds[:, DEAD] = log_odds(np.zeros(1))[0]
        scale = SpeakerScale.measure([odds])
        motions.append(scale.motion(odds))
        scales.append(scale)
        amplitudes.append(np.where(np.arange(CHANNELS) == DEAD, 0, sigmoid(odds).std(0)))
    return motions, scales, amplitudes


def test_canonical_speaker_moves_as_much_as_captured_ones_do_on_average() -> None:
    motions, scales, amplitudes = synthetic_speakers()
    canonical = canonical_speaker(motions, scales, amplitudes, np.full(CHANNELS, -0.5))
    moved = sigmoid(canonical.centre + canonical.deviation * np.concatenate(motions)).std(0)
    alive = np.arange(CHANNELS) != DEAD
    np.testing.assert_allclose(moved[alive], np.mean(amplitudes, axis=0)[alive], rtol=0.03)
    np.testing.assert_allclose(
        canonical.deviation[JAW], np.prod([s.deviation[JAW] for s in scales]) ** (1 / 3)
    )


def test_a_dead_channel_stays_at_zero() -> None:
    canonical = canonical_speaker(*synthetic_speakers(), np.zeros(CHANNELS))
    assert canonical.centre[DEAD] == DEAD_CENTRE
    weights = canonical.weights(np.random.default_rng(0).normal(0, 1, (500, CHANNELS)))
    assert weights[:, DEAD].max() < 1e-3
    assert weights[:, PUCKER].max() > 0.1


def test_rest_is_zero_and_below_it_too() -> None:
    canonical = canonical_speaker(*synthetic_speakers(), np.full(CHANNELS, 0.4))
    weights = canonical.weights(np.zeros((1, CHANNELS)) - 4)
    np.testing.assert_array_equal(weights, 0)
    # A rest above the usual would cut the motion off: then the fifth percentile is the zero.
    alive = np.arange(CHANNELS) != DEAD
    assert (canonical.weights(np.full((1, CHANNELS), -1.0))[0, alive] > 0).all()


def test_own_motion_keeps_offset_and_gain() -> None:
    canonical = make_canonical()
    motion = np.random.default_rng(0).normal(size=(50, CHANNELS))
    scale = SpeakerScale(np.full(CHANNELS, -3.0), np.full(CHANNELS, 0.5))
    odds = scale.mean + scale.deviation * motion
    gain = scale.deviation / canonical.deviation
    offset = (scale.mean - canonical.centre) / canonical.deviation
    np.testing.assert_allclose(canonical.own_motion(odds), gain * motion + offset, atol=1e-9)


def test_canonical_speaker_on_disk(tmp_path) -> None:
    canonical = make_canonical()
    path = tmp_path / "new" / "canonical.npz"
    save_canonical(path, canonical)
    found = load_canonical(path)
    for name in ("centre", "deviation", "rest", "resting"):
        np.testing.assert_array_equal(getattr(found, name), getattr(canonical, name))
    assert [item.name for item in path.parent.iterdir()] == ["canonical.npz"]


def _damaged(path) -> None:
    save_canonical(path, make_canonical())
    path.write_bytes(path.read_bytes()[:-200])


def _one_array(path) -> None:
    with path.open("wb") as file:
        np.save(file, np.zeros(3))


BAD = {
    "missing": lambda path: None,
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("no"),
    "damaged": _damaged,
    "of another make": lambda path: np.savez(path, channels=np.array(ARKIT_CHANNELS)),
    "other channels": lambda path: np.savez(path, channels=np.array(["a"])),
    "one array": _one_array,
    "a folder": lambda path: path.mkdir(),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_canonical_speaker_that_cannot_be_read(tmp_path, kind: str) -> None:
    path = tmp_path / "canonical.npz"
    BAD[kind](path)
    with pytest.raises(VoxfaceError, match="voxface prepare") as raised:
        load_canonical(path)
    assert "\n" not in str(raised.value)
