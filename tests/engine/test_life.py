"""Life alone: what the literature says of it, and that chance and cuts do what they should."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxface.engine import Life
from voxface.engine.expression import timeline
from voxface.engine.expression_stage import ExpressionStage
from voxface.engine.life import MOTION, LifeMotion, LifeStage, Loudness, replaced
from voxface.engine.life.chance import between, log_normal, mixed, normal, uniform
from voxface.engine.life.clocks import strike
from voxface.engine.life.parameters import parameters
from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, SPEECH_CHANNELS

GOLDEN = Path(__file__).resolve().parent.parent / "golden" / "life"
LID, YAW, PITCH, BROW = (MOTION.index(n) for n in ("lid", "gazeYaw", "gazePitch", "brow"))
TURNS = [MOTION.index(name) for name in ("yaw", "pitch", "roll")]
PLACES = [MOTION.index(name) for name in ("x", "y", "z")]
TEN_MINUTES = 60_000
SILENCE = (np.zeros(TEN_MINUTES), np.full(TEN_MINUTES, -80.0))


def conversation(frames: int = TEN_MINUTES) -> tuple[np.ndarray, np.ndarray]:
    """Probability of speech and level: phrases of 1 to 3.5 s, pauses of 0.4 to 1.2 s."""
    random = np.random.default_rng(1)
    speech, level = np.zeros(frames), np.full(frames, -70.0)
    begin = 30
    while begin < frames:
        end = min(frames, begin + int(random.integers(100, 350)))
        time = np.arange(end - begin) / 100
        speech[begin:end] = 1
        level[begin:end] = -24 + 6 * np.sin(27 * time) + 4 * np.sin(7.5 * time) - 3 * time
        begin = end + int(random.integers(40, 120))
    window = np.hanning(9) / np.hanning(9).sum()
    return np.convolve(speech, window, "same").clip(0, 1), level


TALK = conversation()


def motion(life: Life, heard: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    return LifeMotion(life).push(*heard)


def closings(lid: np.ndarray) -> np.ndarray:
    """Frames at which the lids pass a third of the way down."""
    return np.flatnonzero((lid[1:] > 0.33) & (lid[:-1] <= 0.33)) + 1


@pytest.fixture(scope="module")
def talking() -> np.ndarray:
    return motion(Life(), TALK)


@pytest.fixture(scope="module")
def silent() -> np.ndarray:
    return motion(Life(), SILENCE)


# Chance


def test_the_hash_scrambles_and_loses_nothing():
    values = [mixed(n) for n in range(10_000)]
    assert len(set(values)) == len(values)
    assert all(0 <= value < 1 << 32 for value in values)
    bits = np.array([[value >> bit & 1 for bit in range(32)] for value in values])
    assert np.abs(bits.mean(axis=0) - 0.5).max() < 0.02


def test_draws_are_what_they_are_called():
    even = np.array([uniform(7, 3, n) for n in range(20_000)])
    assert np.histogram(even, 10, (0, 1))[0].min() > 1850
    assert abs(np.corrcoef(even[1:], even[:-1])[0, 1]) < 0.02
    other = np.array([uniform(8, 3, n) for n in range(20_000)])
    assert abs(np.corrcoef(even, other)[0, 1]) < 0.02
    bell = np.array([normal(7, 4, n) for n in range(20_000)])
    assert (bell.mean(), bell.std()) == (pytest.approx(0, abs=0.03), pytest.approx(1, abs=0.02))
    skewed = np.array([log_normal(7, 5, n, 0.6) for n in range(20_000)])
    assert skewed.mean() == pytest.approx(1, abs=0.03)
    assert np.log(skewed).std() == pytest.approx(0.6, abs=0.02)
    spread = [between(7, 6, n, (2.0, 3.0)) for n in range(1000)]
    assert 2 < min(spread) < 2.01
    assert 2.99 < max(spread) < 3


def test_a_clock_strikes_between_two_frames():
    assert strike(np.array([0.0, 1.0, 3.0]), 2.0) == (2, 0.5)
    assert strike(np.array([0.0, 1.0, 3.0]), 1.0) == (1, 1.0)
    assert strike(np.array([0.0, 1.0, 3.0]), 3.1) is None


# Blinks


@pytest.mark.parametrize(("heard", "low", "high"), [(SILENCE, 13, 21), (TALK, 21, 31)])
def test_blink_rates_are_natural(heard, low, high):
    """Bentivoglio 1997: 17 a minute at rest, 26 in conversation."""
    rates = [len(closings(motion(Life(seed=seed), heard)[:, LID])) / 10 for seed in range(5)]
    assert min(rates) > low
    assert max(rates) < high


def test_a_wanted_blink_rate_is_kept():
    for heard in (SILENCE, TALK):
        lid = motion(Life(blink_rate=40, seed=1), heard)[:, LID]
        assert len(closings(lid)) / 10 == pytest.approx(40, rel=0.15)
    twice = motion(Life(blinks=2), SILENCE)[:, LID]
    assert len(closings(twice)) == pytest.approx(
        2 * len(closings(motion(Life(), SILENCE)[:, LID])), rel=0.2
    )


def test_intervals_between_blinks_are_skewed_and_never_too_short(silent):
    intervals = np.diff(closings(silent[:, LID])) / 100
    assert np.median(intervals) < intervals.mean()
    assert 0.35 < intervals.std() / intervals.mean() < 0.9
    assert intervals.min() > 0.25


def test_lids_close_faster_than_they_open(silent):
    change = np.diff(silent[:, LID]) * 100
    peaks = [
        (change[begin - 5 : begin + 12].max(), -change[begin : begin + 40].min())
        for begin in closings(silent[:, LID])
        if begin > 5
    ]
    closing, opening = np.median(peaks, axis=0)
    assert 1.3 < closing / opening < 2.0


def test_a_full_blink_shuts_the_eye_and_a_few_do_not(silent):
    depths = np.array([silent[b : b + 16, LID].max() for b in closings(silent[:, LID])])
    assert depths.max() == 1
    full = depths > 0.97
    assert 0.8 < full.mean() < 0.98
    assert depths.min() > 0.4


@pytest.mark.parametrize("fps", [24, 25, 30])
def test_a_full_blink_is_seen_at_film_rates(silent, fps):
    """Frames sample the lids linearly; every full blink has a frame that is all but shut."""
    lid = silent[:, LID]
    times = np.arange(0, 599, 1 / fps)
    seen = np.interp(times, np.arange(len(lid)) / 100, lid)
    for begin in closings(lid):
        if lid[begin : begin + 16].max() == 1 and begin < 59_000:
            near = np.abs(times - begin / 100 - 0.05) < 0.2
            assert seen[near].max() > 0.95


def test_blinks_come_where_phrases_end(talking):
    speech = TALK[0]
    ends = np.flatnonzero((speech[1:] < 0.5) & (speech[:-1] >= 0.5))
    blinks = closings(talking[:, LID])
    after = np.mean([((blinks > end - 5) & (blinks < end + 60)).any() for end in ends])
    elsewhere = ends + 137
    anywhere = np.mean([((blinks > e - 5) & (blinks < e + 60)).any() for e in elsewhere])
    assert after > 1.6 * anywhere
    assert after > 0.35


# Gaze


def test_saccades_follow_the_main_sequence(talking):
    """Lee, Badler & Badler 2002: 25 ms + 2.4 ms per degree."""
    speed = np.hypot(*np.diff(talking[:, [YAW, PITCH]], axis=0).T) * 100
    moving = speed > 12
    starts = np.flatnonzero(moving[1:] & ~moving[:-1]) + 1
    seen = []
    for start in starts:
        stop = start + int(np.argmin(moving[start : start + 12]))
        size = np.hypot(*(talking[stop, [YAW, PITCH]] - talking[start, [YAW, PITCH]]))
        if size > 5:
            seen.append((size, stop - start))
    sizes, lengths = np.array(seen).T
    assert len(sizes) > 100
    expected = 2.5 + 0.24 * sizes
    assert np.abs(lengths - expected).max() <= 2.1
    assert np.corrcoef(sizes, lengths)[0, 1] > 0.7
    assert speed.max() < 600


def test_eyes_rest_mostly_on_the_viewer(talking, silent):
    away = [np.mean(np.hypot(m[:, YAW], m[:, PITCH]) > 3.2) for m in (talking, silent)]
    assert 0.06 < away[0] < 0.3
    assert away[1] < 0.5 * away[0]
    assert np.abs(talking[:, YAW]).max() < 18
    assert np.abs(talking[:, PITCH]).max() < 14
    assert abs(talking[:, YAW].mean()) < 1


# Head, breath, brows


def test_the_head_moves_a_little_and_more_in_speech(talking, silent):
    limits = vars(parameters().head.limit_degrees)
    for column, name in zip(TURNS, ("yaw", "pitch", "roll"), strict=True):
        assert np.abs(talking[:, column]).max() < limits[name]
        assert 0.25 < talking[:, column].std() < 2.5
        assert silent[:, column].std() < 0.8 * talking[:, column].std()
    assert np.abs(talking[:, PLACES]).max() < 1
    strong = motion(Life(head=2, breathing=2, gaze=2), TALK)
    assert np.abs(strong[:, TURNS[0]]).max() < limits["yaw"]


def test_the_head_moves_slowly_enough(talking):
    """Hadar et al. 1983: almost all below 3.7 Hz."""
    power = np.abs(np.fft.rfft(talking[:, TURNS[1]] - talking[:, TURNS[1]].mean())) ** 2
    hertz = np.fft.rfftfreq(len(talking), 0.01)
    assert power[hertz > 7].sum() < 0.002 * power.sum()
    assert power[hertz > 3.7].sum() < 0.1 * power.sum()
    assert power[(hertz > 0.2) & (hertz < 3.7)].sum() > 0.5 * power.sum()


def test_loud_syllables_nod_the_head():
    speech, level = np.ones(2000), np.full(2000, -26.0)
    level[1000:1025] += 9
    nod = motion(Life(gaze=0), (speech, level)) - motion(Life(gaze=0), (speech, level * 0 - 26))
    pitch = nod[:, TURNS[1]]
    assert np.abs(pitch[:1000]).max() < 1e-9
    assert pitch[1000:1060].max() > 0.5
    assert 1005 < pitch.argmax() < 1035
    assert nod[1000:1060, BROW].max() > 0


def test_breath_is_12_to_18_a_minute_at_rest_and_comes_in_at_pauses(silent):
    still = motion(Life(blinks=0, gaze=0, head=0, brows=0), SILENCE)
    rise = still[:, PLACES[1]]
    breaths = np.sum((rise[1:] > 0.06) & (rise[:-1] <= 0.06)) / 10
    assert 12 <= breaths <= 18
    speech = np.tile(np.r_[np.ones(300), np.zeros(80)], 100)
    rise = motion(Life(blinks=0, gaze=0, head=0, brows=0), (speech, speech * 0 - 26))[:, PLACES[1]]
    inhaled = np.maximum(np.diff(rise), 0)
    pausing = speech[1:] == 0
    assert inhaled[pausing].mean() > 2 * inhaled[~pausing].mean()


def test_brows_stay_in_bounds(talking):
    assert talking[:, BROW].min() == 0
    assert 0.02 < talking[:, BROW].max() <= parameters().brows.limit


# Chance again, cuts, strengths


def test_the_same_seed_is_the_same_life_and_another_another(talking):
    np.testing.assert_array_equal(motion(Life(seed=0), TALK), talking)
    other = motion(Life(seed=1), TALK)
    for column in (LID, YAW, PITCH, *TURNS, *PLACES):
        assert abs(np.corrcoef(other[:, column], talking[:, column])[0, 1]) < 0.9
    blinks = set(closings(talking[:, LID])) & set(closings(other[:, LID]))
    assert len(blinks) < 30


@given(st.lists(st.integers(0, 3000), max_size=15).map(sorted))
@settings(max_examples=25, deadline=None)
def test_life_does_not_depend_on_the_cuts(where):
    speech, level = TALK[0][:3000], TALK[1][:3000]
    whole = motion(Life(seed=2), (speech, level))
    life = LifeMotion(Life(seed=2))
    parts = zip(np.split(speech, where), np.split(level, where), strict=True)
    np.testing.assert_allclose(np.concatenate([life.push(*p) for p in parts]), whole, atol=1e-9)


def test_frame_by_frame_is_the_same_and_reset_begins_again(talking):
    life = LifeMotion(Life())
    for _ in range(2):
        single = [life.push(TALK[0][n : n + 1], TALK[1][n : n + 1]) for n in range(1500)]
        np.testing.assert_allclose(np.concatenate(single), talking[:1500], atol=1e-9)
        life.reset()


def test_rounding_stays_rounding(talking):
    random = np.random.default_rng(0)
    noisy = (
        TALK[0] + random.normal(0, 1e-6, TEN_MINUTES),
        TALK[1] + random.normal(0, 1e-6, TEN_MINUTES),
    )
    difference = np.abs(motion(Life(), noisy) - talking).max(axis=0)
    assert difference[LID] < 3e-4
    assert difference.max() < 3e-3  # degrees


@pytest.mark.parametrize(
    ("part", "columns"),
    [("blinks", [LID]), ("gaze", [YAW, PITCH]), ("brows", [BROW]), ("head", None)],
)
def test_a_strength_of_0_turns_a_part_off_exactly(part, columns):
    heard = TALK[0][:3000], TALK[1][:3000]
    if columns is None:  # breath moves the head too
        assert not motion(Life(head=0, breathing=0), heard)[:, [*TURNS, *PLACES]].any()
    else:
        result = motion(Life(**{part: 0}), heard)
        assert not result[:, columns].any()
        assert result[:, [c for c in range(10) if c not in columns]].any(axis=0).all()


def test_strengths_of_gaze_scale_its_angles():
    heard = TALK[0][:3000], TALK[1][:3000]
    one, half = motion(Life(), heard), motion(Life(gaze=0.5), heard)
    np.testing.assert_allclose(half[:, [YAW, PITCH]], one[:, [YAW, PITCH]] / 2, atol=1e-12)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"blinks": -0.1}, "blinks is -0.1; give a number, 0 to 2"),
        ({"gaze": 2.1}, "gaze is 2.1"),
        ({"head": float("nan")}, "head is nan"),
        ({"breathing": "much"}, "breathing is 'much'"),
        ({"blink_rate": 0}, "blink_rate is 0; give a number, 1 to 60"),
        ({"seed": -1}, "seed is -1; give a whole number"),
        ({"seed": 1.5}, "seed is 1.5"),
    ],
)
def test_wrong_lives_are_refused(wrong, message):
    with pytest.raises(VoxfaceError, match=message):
        Life(**wrong)


# Loudness


def test_a_full_scale_sine_is_0_decibels_and_silence_the_least():
    meter = Loudness(3)
    meter.push(np.sin(np.arange(16_000) * 2 * np.pi * 1000 / 16_000).astype(np.float32))
    level = meter.take(100)
    np.testing.assert_allclose(level[:96], 0, atol=1e-3)
    assert (level[98:] == -80).all()
    assert (meter.take(5) == -80).all()


@given(st.lists(st.integers(0, 5000), max_size=8).map(sorted), st.integers(0, 8))
@settings(max_examples=20, deadline=None)
def test_loudness_does_not_depend_on_the_cuts(where, lead):
    sound = np.random.default_rng(0).normal(0, 0.1, 5000).astype(np.float32)
    whole = Loudness(lead)
    whole.push(sound)
    pieces, levels, taken, pushed = Loudness(lead), [], 0, 0
    for part in np.split(sound, where):
        pieces.push(part)
        pushed += len(part)
        ready = max(0, pushed // 160 - 9 - taken)
        levels.append(pieces.take(ready))
        taken += ready
    levels.append(pieces.take(32 - taken))
    np.testing.assert_allclose(np.concatenate(levels), whole.take(32), atol=1e-5)


# The frames


def living(life: Life, given_motion: np.ndarray, frames: np.ndarray | None = None, **factors):
    column = np.ones(58, np.float32)
    for name, factor in factors.items():
        column[ARKIT_CHANNELS.index(name)] = factor
    if frames is None:
        frames = np.zeros((len(given_motion), 58), np.float32)
    head = LifeStage(life, ARKIT_CHANNELS, column).apply(frames, given_motion)
    return dict(zip(ARKIT_CHANNELS, frames[:, :52].T, strict=True)), head


def row(**values: float) -> np.ndarray:
    return np.array([[values.get(name, 0.0) for name in MOTION]])


def test_eyes_look_where_the_gaze_is_both_alike():
    left = living(Life(), row(gazeYaw=15))[0]
    assert left["eyeLookOutLeft"] == left["eyeLookInRight"] == pytest.approx(0.5)
    assert left["eyeLookInLeft"] == left["eyeLookOutRight"] == 0
    down = living(Life(), row(gazePitch=15))[0]
    assert down["eyeLookDownLeft"] == down["eyeLookDownRight"] == pytest.approx(0.5)
    assert down["eyeBlinkLeft"] == pytest.approx(0.15)
    up = living(Life(), row(gazePitch=-12.5))[0]
    assert up["eyeLookUpRight"] == pytest.approx(0.5)
    assert up["eyeBlinkLeft"] == 0


def test_eyes_turn_against_the_head():
    weights, head = living(Life(), row(yaw=6))
    assert weights["eyeLookInLeft"] == weights["eyeLookOutRight"] == pytest.approx(0.2)
    np.testing.assert_allclose(head, [[0, 0, 0, 0, np.radians(6), 0]], atol=1e-12)
    frames = np.zeros((1, 58), np.float32)
    frames[0, 55] = np.radians(-6)  # the model lifts the nose: the eyes go down
    weights, head = living(Life(), row(), frames)
    assert weights["eyeLookDownLeft"] == pytest.approx(0.2)
    assert not head.any()


def test_a_shut_eye_neither_squints_nor_is_wide():
    frames = np.full((1, 58), 0.4, np.float32)
    weights = living(Life(), row(lid=1.0), frames)[0]
    assert weights["eyeBlinkLeft"] == weights["eyeBlinkRight"] == 1
    for name in ("eyeSquintLeft", "eyeSquintRight", "eyeWideLeft", "eyeWideRight"):
        assert weights[name] == 0


def test_gains_scale_life_too():
    weights = living(Life(), row(lid=1.0, gazeYaw=15), eyeBlinkLeft=0, eyeLookInRight=0.5)[0]
    assert weights["eyeBlinkLeft"] == 0
    assert weights["eyeBlinkRight"] == 1
    assert weights["eyeLookInRight"] == pytest.approx(0.25)
    assert weights["eyeLookOutLeft"] == pytest.approx(0.5)


def test_life_never_touches_the_mouth_and_stays_in_bounds(talking):
    frames = np.random.default_rng(0).uniform(0, 1, (3000, 58)).astype(np.float32)
    before = frames.copy()
    far = talking[:3000] * 2
    far[:, LID] /= 2
    weights, _ = living(Life(), far, frames)
    for column, name in enumerate(ARKIT_CHANNELS):
        assert (weights[name] >= 0).all()
        assert (weights[name] <= 1).all()
        if name in SPEECH_CHANNELS:
            np.testing.assert_array_equal(weights[name], before[:, column])


def test_life_replaces_the_models_own_lids_and_gaze():
    keep = dict(
        zip(ARKIT_CHANNELS, replaced(Life(blinks=0.25, gaze=1), ARKIT_CHANNELS), strict=True)
    )
    assert keep["eyeBlinkLeft"] == keep["eyeSquintRight"] == pytest.approx(0.75)
    assert keep["eyeLookDownLeft"] == 0
    assert keep["jawOpen"] == keep["browInnerUp"] == keep["cheekSquintLeft"] == 1


# What other languages are held against


@pytest.mark.parametrize("name", ["talk", "silence", "strengths"])
def test_golden_motion(name):
    case = json.loads((GOLDEN / f"{name}.json").read_text())
    assert case["columns"] == list(MOTION)
    result = LifeMotion(Life(**case["life"])).push(case["speech"], case["level"])
    np.testing.assert_allclose(result[:: case["every"]], case["motion"], atol=2e-8)


def test_golden_chance_and_loudness():
    case = json.loads((GOLDEN / "chance.json").read_text())
    for draw, even, bell in zip(
        case["seed_stream_counter"], case["uniform"], case["normal"], strict=True
    ):
        assert uniform(*draw) == even
        assert normal(*draw) == pytest.approx(bell, abs=1e-12)
    case = json.loads((GOLDEN / "loudness.json").read_text())
    meter = Loudness(case["lead"])
    meter.push(np.float32(case["sound"]))
    np.testing.assert_allclose(meter.take(len(case["level"])), case["level"], atol=1e-4)


def test_golden_stage():
    case = json.loads((GOLDEN / "stage.json").read_text())
    frames = np.array(case["frames"])
    wanted = {name: timeline(name, value) for name, value in case["expression"].items()}
    ExpressionStage(wanted, case["channels"]).push(frames, np.array(case["speaking"]))
    np.testing.assert_allclose(frames[:, :52], case["after_expression"], atol=1e-8)
    factors = np.ones(58, np.float32)
    factors[case["channels"].index("eyeBlinkLeft")] = case["factors"]["eyeBlinkLeft"]
    factors[52:] = case["factors"]["head"]
    head = LifeStage(Life(), case["channels"], factors).apply(frames, np.array(case["motion"]))
    np.testing.assert_allclose(frames[:, :52], case["after_life"], atol=1e-8)
    np.testing.assert_allclose(head, case["head"], atol=1e-8)
