"""Scores of takes: the truth on disk against planted predictions; intervals; lips; quiet sounds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fabricated import (
    BURSTS,
    CHANNELS,
    JAW,
    PUCKER,
    burst_phones,
    bursts,
    captured_clip,
    jaw_of,
    make_example,
)
from voxface.errors import VoxfaceError
from voxface.evaluation.lips import (
    closure_threshold,
    motion_without_speech,
    nobody_speaking,
    opening,
    phone_middles,
    score_lips,
)
from voxface.evaluation.takes import FIGURES, TakeScore, score_take, summary, truth
from voxface.face import FaceClip
from voxface.phones.times import TimedPhone


@pytest.fixture
def take(tmp_path):
    """Return an example whose captured clip is on disk, and the prediction that is right."""
    sound = bursts()
    captured_clip(sound, lost=(20, 21, 22)).save(tmp_path / "take.npz")
    example = make_example(
        300, phones=burst_phones(), capture=str(tmp_path / "take.npz"), recording="take.wav"
    )
    speech = np.zeros(300, np.uint8)
    for begin, end in BURSTS:
        speech[round(begin * 100) - 10 : round(end * 100) + 15] = 1
    jaw = jaw_of(sound, np.arange(300) / 100)
    weights = np.full((300, CHANNELS), 0.02)
    weights[:, JAW], weights[:, PUCKER] = jaw, 0.7 - jaw
    return replace(example, speech=speech), FaceClip(weights, 100)


def changed(clip: FaceClip, change) -> FaceClip:
    weights = clip.weights.copy()
    weights[:, [JAW, PUCKER]] = change(weights[:, [JAW, PUCKER]])
    return replace(clip, weights=weights)


def test_the_right_face_scores_best(take) -> None:
    example, right = take
    score = score_take(example, right)
    assert score.name == "take"
    assert score.speaker == "anna"
    assert score.jaw_r == pytest.approx(1, abs=1e-6)
    assert score.mouth_r == pytest.approx(1, abs=1e-6)
    assert score.jaw_ratio == pytest.approx(1, abs=1e-4)
    assert score.mouth_ratio == pytest.approx(1, abs=1e-4)
    assert score.mouth_error == pytest.approx(0, abs=1e-6)
    assert score.jaw_error == pytest.approx(0, abs=1e-6)
    assert score.lag == 0


def test_a_small_face_on_another_rest(take) -> None:
    """Half as lively and 0.1 higher: r knows neither, the ratio one, the error about rest one."""
    example, right = take
    score = score_take(example, changed(right, lambda w: 0.5 * w + 0.1))
    true = captured_clip(bursts())["jawOpen"]
    assert score.jaw_r == pytest.approx(1, abs=1e-6)
    assert score.jaw_ratio == pytest.approx(0.5, abs=1e-4)
    assert score.mouth_ratio == pytest.approx(0.5, abs=1e-4)
    seen = np.delete(np.arange(75), [20, 21, 22])
    rest = np.median(true[seen][example.speech[seen * 4] == 0])
    wanted = np.abs(0.5 * (true[seen] - rest)).mean()
    assert score.jaw_error == pytest.approx(float(wanted), abs=2e-3)


def test_a_late_face(take) -> None:
    example, right = take
    score = score_take(example, replace(right, weights=np.roll(right.weights, 8, axis=0)))
    assert score.lag == 80
    assert score.jaw_r < 0.95


def test_a_still_face(take) -> None:
    example, right = take
    score = score_take(example, replace(right, weights=np.full_like(right.weights, 0.1)))
    assert score.jaw_r == 0
    assert score.mouth_r == 0
    assert score.jaw_ratio == pytest.approx(0, abs=1e-9)
    assert np.isnan(score.lag)


def test_lost_frames_do_not_count(take) -> None:
    example, right = take
    weights = right.weights.copy()
    weights[78:92] = 1  # around the lost frames 20 to 22
    weights[[80, 84, 88]] = 1
    weights[76:80] = right.weights[76:80]
    weights[92] = right.weights[92]
    score = score_take(example, replace(right, weights=weights))
    assert score.jaw_error == pytest.approx(0, abs=1e-6)


def test_a_shorter_prediction_is_compared_where_it_is(take) -> None:
    example, right = take
    shorter = replace(
        right, weights=right.weights[:250], head=right.head[:250], tracked=right.tracked[:250]
    )
    assert score_take(example, shorter).jaw_r == pytest.approx(1, abs=1e-6)


def test_no_truth_is_told() -> None:
    with pytest.raises(VoxfaceError, match="'take' has no captured face"):
        truth(make_example(5))


def score_of(**figures: float) -> TakeScore:
    return TakeScore("a", "anna", **(dict.fromkeys(FIGURES, 0.5) | figures))


def test_bootstrap_interval_holds_the_mean() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(0.6, 0.1, 80)
    found = summary([score_of(jaw_r=float(v)) for v in values])
    mean, low, high = found["jaw_r"]
    assert mean == pytest.approx(values.mean())
    assert low < mean < high
    # As wide as the normal interval of a mean.
    assert high - low == pytest.approx(2 * 1.96 * values.std() / np.sqrt(80), rel=0.15)
    assert found["mouth_r"] == (0.5, 0.5, 0.5)
    assert set(found) == set(FIGURES)
    assert summary([score_of(jaw_r=float(v)) for v in values]) == found


def test_takes_without_a_figure_do_not_count() -> None:
    scores = [score_of(lag=20.0), score_of(lag=float("nan"))]
    assert summary(scores)["lag"][0] == 20
    assert "lag" not in summary(scores[1:])


def test_middles_of_lips_that_close_and_of_open_vowels() -> None:
    phones = [
        TimedPhone("sil", 0, 0.2), TimedPhone("b", 0.2, 0.3), TimedPhone("ɑ", 0.3, 0.5),
        TimedPhone("m", 0.5, 0.6), TimedPhone("uː", 0.6, 0.8), TimedPhone("n", 0.8, 0.9),
        TimedPhone("f", 0.9, 1.0), TimedPhone("w", 1.0, 1.1), TimedPhone("iː", 1.1, 1.3),
        TimedPhone("p", 1.3, 1.32), TimedPhone("æ", 1.32, 1.5),
    ]  # fmt: skip
    at = phone_middles(make_example(150, phones=tuple(phones)))
    np.testing.assert_allclose(at.shut, [0.25, 0.55], atol=0.006)  # the p is too short to judge
    np.testing.assert_allclose(at.tongue, [0.85], atol=0.006)
    np.testing.assert_allclose(at.opened, [0.4, 1.41], atol=0.006)
    np.testing.assert_allclose(at.rounded, [0.7], atol=0.006)
    np.testing.assert_allclose(at.spread, [0.4, 1.2, 1.41], atol=0.006)


def test_opening_is_the_jaw_less_what_closes_the_lips() -> None:
    clip = FaceClip([[0.5, 0.5], [0.5, 0.0]], 25, ("jawOpen", "mouthClose"))
    np.testing.assert_allclose(opening(clip), [0.0, 0.5])


def lips(frames: int = 300, fps: int = 100, miss: int = 0) -> FaceClip:
    """Return a jaw that is open but on every "b" of `bursts` except the first `miss`."""
    jaw = np.full(frames, 0.5)
    time = np.arange(frames) / fps
    jaw[(time < 0.3) | (time > 2.7)] = 0
    for begin, _ in BURSTS[miss:]:
        jaw[np.abs(time - begin - 0.04) < 0.03] = 0.02
    return FaceClip(jaw[:, None], fps, ("jawOpen",)).select(
        ("jawOpen", "mouthClose", "mouthPucker", "mouthFunnel")
    )


def test_score_of_closures() -> None:
    example = make_example(300, phones=burst_phones(), recording="a.wav")
    right = score_lips([example] * 2, lambda example: lips(), 0.05).shut
    assert (right.recall, right.false_share, right.count) == (1, 0, 6)
    wrong = score_lips([example], lambda example: lips(miss=1), 0.05).shut
    assert wrong.recall == pytest.approx(2 / 3)
    shut = score_lips(
        [example], lambda example: replace(lips(), weights=0 * lips().weights), 0.05
    ).shut
    assert (shut.recall, shut.false_share) == (1, 1)


def test_score_of_open_and_rounded_vowels() -> None:
    phones = (
        TimedPhone("b", 0.2, 0.3), TimedPhone("ɑ", 0.3, 0.5), TimedPhone("m", 0.5, 0.6),
        TimedPhone("uː", 0.6, 0.8), TimedPhone("iː", 1.1, 1.3),
    )  # fmt: skip
    example = make_example(150, phones=phones, recording="a.wav")
    time = np.arange(150) / 100
    said = np.zeros((150, 4))
    said[:, 0] = 0.5 * ((time > 0.3) & (time < 0.5))
    said[:, 2] = 0.5 * ((time > 0.6) & (time < 0.8))
    names = ("jawOpen", "mouthClose", "mouthPucker", "mouthFunnel")
    right = score_lips([example], lambda example: FaceClip(said, 100, names), 0.1)
    assert (right.opened, right.rounded) == (1, 1)
    wrong = score_lips([example], lambda example: FaceClip(0.5 - said, 100, names), 0.1)
    assert (wrong.opened, wrong.rounded) == (0, 0)


def test_recordings_without_such_phones() -> None:
    example = make_example(300, recording="a.wav")
    score = score_lips([example], lambda example: lips(), 0.05)
    assert score.shut.count == 0
    assert np.isnan(score.opened)
    assert np.isnan(score.rounded)


def test_threshold_is_what_captured_lips_pass(tmp_path) -> None:
    clip = lips(75, 25)
    clip.save(tmp_path / "a.npz")
    example = make_example(300, phones=burst_phones(), capture=str(tmp_path / "a.npz"))
    threshold = closure_threshold([example] * 3)
    assert 0.0 <= threshold <= 0.02 + 1e-6
    score = score_lips(
        [replace(example, about=example.about | {"recording": "a"})],
        lambda example: lips(),
        threshold + 1e-6,
    )
    assert score.shut.recall >= 0.9


def test_threshold_needs_closed_lips(tmp_path) -> None:
    lips(75, 25).save(tmp_path / "a.npz")
    example = make_example(300, capture=str(tmp_path / "a.npz"))
    with pytest.raises(VoxfaceError, match="p, b or m"):
        closure_threshold([example])


def test_sounds_without_speech() -> None:
    sounds = nobody_speaking(4.0)
    assert set(sounds) == {
        "digital silence", "white noise", "pink noise", "mains hum", "plucked strings",
    }  # fmt: skip
    for name, sound in sounds.items():
        assert sound.shape == (64_000,)
        assert sound.dtype == np.float32
        assert np.abs(sound).max() <= 1
        level = 20 * np.log10(max(float(np.sqrt(np.mean(sound**2))), 1e-9))
        if name != "digital silence":
            assert -34 < level < -29
    assert not sounds["digital silence"].any()
    white, pink = (np.abs(np.fft.rfft(sounds[f"{n} noise"])) ** 2 for n in ("white", "pink"))
    assert 0.5 < white[100:1000].mean() / white[10_000:].mean() < 2
    assert pink[100:1000].mean() > 10 * pink[10_000:].mean()
    np.testing.assert_array_equal(nobody_speaking(4.0)["pink noise"], sounds["pink noise"])


def test_motion_without_speech_is_of_speech_channels() -> None:
    def predict(sound) -> FaceClip:
        frames = len(sound) // 160
        weights = np.zeros((frames, CHANNELS))
        weights[::2, 0] = 0.9  # a blink is no speech
        if sound.any():
            weights[::2, JAW] = 0.25
        return FaceClip(weights, 100)

    found = motion_without_speech(predict, seconds=1.0)
    assert found["digital silence"] == 0
    # One of the 31 or so channels that speech moves, stepping by 0.25 every frame.
    assert found["white noise"] == pytest.approx(0.25 / 31, rel=0.1)
