"""Captured takes and animated curves become examples, on planted faces."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from fabricated import (
    BURSTS,
    CHANNELS,
    DEAD,
    JAW,
    PUCKER,
    burst_phones,
    bursts,
    captured_clip,
    jaw_of,
    make_canonical,
)
from voxface.corpus.captured import (
    CANONICAL_LEAST_TAKES,
    EXPRESSION_WEIGHT,
    Take,
    captured_example,
    channel_weight,
    curve_examples,
    measure_canonical,
    measure_speakers,
)
from voxface.corpus.labels import DEAD_CENTRE
from voxface.errors import VoxfaceError
from voxface.evaluation.metrics import lag, pearson
from voxface.face import ARKIT_CHANNELS, FaceClip, channel_index
from voxface.phones.articulation import articulation_frames


def take(seed: int, speaker: str = "anna", lost: tuple[int, ...] = (), gain: float = 1.0) -> Take:
    sound = bursts(seed=seed)
    return Take(
        f"{speaker}{seed}",
        speaker,
        "grid",
        captured_clip(sound, lost=lost, gain=gain),
        lambda: sound,
        partial(articulation_frames, burst_phones()),
        {"text": "ba ba ba"},
    )


@pytest.fixture(scope="module")
def measured():
    takes = [take(seed) for seed in range(6)] + [take(s, "ben", gain=0.4) for s in range(6)]
    scales = measure_speakers(takes)
    return takes, scales, measure_canonical(takes, scales)


def test_an_example_of_a_take(measured) -> None:
    takes, scales, canonical = measured
    example = captured_example(takes[0], scales["anna"], canonical)
    assert (example.name, example.speaker, example.corpus) == ("anna0", "anna", "grid")
    assert example.about == {"text": "ba ba ba"}
    assert len(example) == 300
    assert example.features.shape == (300, 80)
    assert example.motion.shape == (300, CHANNELS)
    assert example.articulation.shape == (300, 27)
    assert example.seen[:297].all()
    # The mouth may move a little before and after each burst, and nowhere else.
    speech = example.speech.astype(bool)
    for begin, end in BURSTS:
        assert speech[round(begin * 100) : round(end * 100)].all()
    assert not speech[:30].any()


def test_labels_follow_the_face_in_time(measured) -> None:
    takes, scales, canonical = measured
    example = captured_example(takes[0], scales["anna"], canonical)
    weights = canonical.weights(example.motion.astype(float))
    true = jaw_of(bursts(), np.arange(300) / 100)
    seen = example.seen.astype(bool)
    assert float(pearson(weights[seen, JAW], true[seen])) > 0.97
    assert abs(lag(weights[seen, JAW], true[seen], 100)) <= 10
    assert float(pearson(weights[seen, PUCKER], -true[seen])) > 0.95


def test_speakers_who_move_alike_get_the_same_motion(measured) -> None:
    """Ben's weights are 40 % of Anna's for the same sounds; in motion they agree."""
    takes, scales, canonical = measured
    anna = captured_example(takes[0], scales["anna"], canonical).motion[:, JAW].astype(float)
    ben = captured_example(takes[6], scales["ben"], canonical).motion[:, JAW].astype(float)
    assert float(pearson(anna, ben)) > 0.97
    assert abs(anna.std() / ben.std() - 1) < 0.1


def test_own_gain_and_offset_give_the_speakers_own_weights(measured) -> None:
    takes, scales, canonical = measured
    for number, speaker in ((1, "anna"), (7, "ben")):
        example = captured_example(takes[number], scales[speaker], canonical)
        own = example.motion * example.own_gain + example.own_offset
        odds = canonical.centre + canonical.deviation * own
        jaw = 1 / (1 + np.exp(-odds[:, JAW]))
        frames = takes[number].clip["jawOpen"]
        middle = slice(2, len(frames) - 2)
        assert np.abs(jaw[::4][middle] - frames[middle]).mean() < 0.03


def test_lost_frames_never_become_labels(measured) -> None:
    _, scales, canonical = measured
    lost = (0, 1, 30, 31, 32, 33, 74)
    example = captured_example(take(0, lost=lost), scales["anna"], canonical)
    assert not example.seen[:6].any()
    assert not example.seen[117:135].any()
    assert not example.seen[295:].any()
    hidden = example.seen == 0
    assert not example.motion[hidden].any()
    assert not example.pose[hidden].any()
    # What is seen is what it would be had nothing been lost, but for the smoothing at the edges.
    whole = captured_example(take(0), scales["anna"], canonical)
    both = ~hidden & (whole.seen == 1)
    off = np.abs(example.motion[both, JAW].astype(float) - whole.motion[both, JAW])
    assert off.mean() < 0.02
    assert off.max() < 1.0


def test_pose_stands_at_its_time(measured) -> None:
    takes, scales, canonical = measured
    example = captured_example(takes[0], scales["anna"], canonical)
    np.testing.assert_allclose(
        example.pose[: 74 * 4 : 4, 0].astype(float), takes[0].clip.head[:74, 0], atol=2e-3
    )
    assert not example.pose[:, 1:].any()


def test_channels_count_by_what_speech_moves() -> None:
    weight = channel_weight(make_canonical())
    assert weight[JAW] == weight[PUCKER] == 1
    assert weight[channel_index("browInnerUp")] == EXPRESSION_WEIGHT
    assert weight[DEAD] == 0


def test_the_canonical_speaker_lies_between(measured) -> None:
    takes, scales, canonical = measured
    assert canonical.centre[DEAD] == DEAD_CENTRE
    middle = canonical.weights(np.zeros((1, CHANNELS)))[0, JAW]
    assert 0.02 < middle < 0.4
    example = captured_example(takes[0], scales["anna"], canonical)
    moved = canonical.weights(example.motion[example.seen == 1].astype(float))[:, JAW].std()
    own = [t.clip["jawOpen"].std() for t in takes]
    assert own[6] < moved < own[0]
    # At rest, before anybody speaks, the canonical face is at zero.
    assert canonical.weights(example.motion[8:30].astype(float))[:, JAW].max() < 0.05


def test_speakers_with_few_takes_have_no_say(measured) -> None:
    takes, scales, canonical = measured
    strange = [take(s, "carl", gain=0.05) for s in range(CANONICAL_LEAST_TAKES - 1)]
    more = measure_canonical(takes + strange, scales | measure_speakers(strange))
    np.testing.assert_array_equal(more.centre, canonical.centre)


def test_too_few_takes_of_everybody_is_told() -> None:
    few = [take(seed) for seed in range(CANONICAL_LEAST_TAKES - 1)]
    with pytest.raises(VoxfaceError, match="at least 5 captured takes"):
        measure_canonical(few, measure_speakers(few))


def test_a_speaker_who_was_never_seen_is_told() -> None:
    blind = [take(seed, lost=tuple(range(75))) for seed in range(CANONICAL_LEAST_TAKES)]
    with pytest.raises(VoxfaceError, match="anna"):
        measure_speakers(blind)


def test_animated_curves() -> None:
    """Curves with true zeros: in time, scaled to the canonical amplitude, of unknown pose."""
    sound = bursts()
    jaw = 0.3 * jaw_of(sound, np.arange(90) / 30)
    weights = np.stack([jaw - jaw.min(), 0 * jaw], axis=1)
    clip = FaceClip(weights, 30, ("jawOpen", "mouthFunnel"))
    canonical = make_canonical()
    [example] = curve_examples([Take("a", "shirley", "facegood", clip, lambda: sound)], canonical)
    assert example.about["pose"] == "unknown"
    assert example.articulation.shape == (300, 0)
    wanted = np.zeros(CHANNELS)
    wanted[JAW] = 1
    np.testing.assert_array_equal(example.channel_weight, wanted)
    assert not np.delete(example.motion, JAW, axis=1).any()
    back = canonical.weights(example.motion.astype(float))[:, JAW]
    seen = example.seen.astype(bool)
    true = np.interp(np.arange(300) / 100, np.arange(90) / 30, weights[:, 0])
    assert float(pearson(back[seen], true[seen])) > 0.99
    moved = canonical.weights(np.random.default_rng(1).normal(size=(20_000, CHANNELS)))[:, JAW]
    assert back[seen].std() == pytest.approx(moved.std(), rel=0.1)


def test_clips_of_fewer_channels_are_told_by_name() -> None:
    """A tracker without tongue, in another order: nothing moves to another channel."""
    plain = take(0)
    names = tuple(reversed([n for n in ARKIT_CHANNELS if n != "tongueOut"]))
    other = Take(
        "anna0", "anna", "grid", plain.clip.select(names), plain.read_sound, plain.articulation
    )
    takes = [plain] + [take(s) for s in range(1, 6)]
    scales = measure_speakers(takes)
    canonical = measure_canonical(takes, scales)
    one = captured_example(plain, scales["anna"], canonical)
    two = captured_example(other, scales["anna"], canonical)
    np.testing.assert_array_equal(one.motion, two.motion)
    np.testing.assert_array_equal(one.channel_weight, two.channel_weight)
