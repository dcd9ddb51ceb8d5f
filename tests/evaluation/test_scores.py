"""Every figure of a take: what planted faults do to each, and what they leave alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fabricated import BURSTS, CHANNELS, JAW, PUCKER, burst_phones, bursts, captured_clip, jaw_of
from voxface.audio.features import features
from voxface.errors import VoxfaceError
from voxface.evaluation.matching import COLUMNS
from voxface.evaluation.posed_head import PosedHead
from voxface.evaluation.recordings import example_of_sound
from voxface.evaluation.scores import REGION_COLUMNS, Scores, score
from voxface.face import ARKIT_CHANNELS, FaceClip
from voxface.phones.articulation import articulation_frames
from voxface.rig import default_head

THRESHOLD = 0.1


@pytest.fixture(scope="module")
def head() -> PosedHead:
    return PosedHead(default_head())


@pytest.fixture(scope="module")
def take(tmp_path_factory):
    """Return an example with a capture on disk, and the prediction that is right."""
    sound = bursts()
    path = tmp_path_factory.mktemp("take") / "take.npz"
    captured_clip(sound, lost=(20, 21, 22)).save(path)
    speech = np.zeros(300, np.uint8)
    for begin, end in BURSTS:
        speech[round(begin * 100) - 10 : round(end * 100) + 15] = 1
    example = replace(
        example_of_sound(sound, "take", capture=str(path)),
        speech=speech,
        articulation=articulation_frames(burst_phones(), 300),
    )
    jaw = jaw_of(sound, np.arange(300) / 100)
    weights = np.full((300, CHANNELS), 0.02)
    weights[:, JAW], weights[:, PUCKER] = jaw, 0.7 - jaw
    pose = np.tile([0.0, 0, 0, 1, 0, 0, 0], (300, 1))
    pose[:, 0] = jaw
    return example, FaceClip(weights, 100, head=pose)


def changed(clip: FaceClip, change) -> FaceClip:
    weights = clip.weights.copy()
    weights[:, [JAW, PUCKER]] = change(weights[:, [JAW, PUCKER]])
    return replace(clip, weights=weights)


@pytest.fixture(scope="module")
def right(take, head) -> Scores:
    return score(*take, threshold=THRESHOLD, head=head)


def test_the_right_face(right) -> None:
    told = right.figures
    for name in ("jaw_r", "mouth_r", "jaw_ratio", "mouth_ratio", "r2_motion", "mesh_r2_motion"):
        assert told[name] == pytest.approx(1, abs=1e-3), name
    for name in ("jaw_error", "error", "error_absolute", "lag", "lve_root", "mve", "fdd"):
        assert told[name] == pytest.approx(0, abs=1e-3), name
    assert told["dtw_cost"] < 0.01
    assert told["dtw_ms"] < 20
    assert told["onset_lag"] == pytest.approx(right.own["onset_lag"], abs=20)
    for name in ("jitter", "silence_motion", "beats"):
        assert told[name] == pytest.approx(right.own[name], rel=1e-3), name
    assert (right.frames, right.unseen) == (72, 3)


def test_channels_regions_and_phones(right) -> None:
    assert right.channels["r"][COLUMNS.index("jawOpen")] == pytest.approx(1)
    assert np.isnan(right.channels["r"][COLUMNS.index("browInnerUp")])  # does not move
    assert np.isnan(right.channels["error"][COLUMNS.index("tongueOut")])  # never tracked
    assert right.channels["r"][COLUMNS.index("head x")] == pytest.approx(1)
    assert right.region("head position")["r"] == pytest.approx(1)
    assert np.isnan(right.region("eyes")["r"])
    assert right.region("eyes")["error"] == pytest.approx(0, abs=1e-6)
    assert set(right.phones) == {"p b m", "open vowels", "silence"}
    assert sum(told["frames"] for told in right.phones.values()) == 72
    assert np.isnan(right.phone("f v")["error"])


def test_every_column_is_in_one_region() -> None:
    assert (np.sum(list(REGION_COLUMNS.values()), axis=0) == 1).all()
    assert len(COLUMNS) == len(ARKIT_CHANNELS) + 6


def test_a_still_face_fools_no_figure_but_the_published(take, head) -> None:
    example, clip = take
    still = changed(clip, lambda w: 0 * w + 0.15)
    told = score(example, still, threshold=THRESHOLD, head=head).figures
    assert (told["jaw_r"], told["jaw_ratio"], told["closure_recall"], told["beats"]) == (0, 0, 0, 0)
    assert told["r2_motion"] == pytest.approx(0, abs=1e-6)
    assert np.isnan([told["lag"], told["dtw_ms"], told["onset_lag"], told["above_8_hz"]]).all()
    assert told["mesh_r2_absolute"] > 0.99
    assert 0 < told["fdd"] < 0.2  # nobody's brows move here; the jaw takes cheeks along


@pytest.mark.parametrize("late", [-60, 50, 90])
def test_a_face_at_another_time(take, right, late: int) -> None:
    example, clip = take
    moved = replace(clip, weights=np.roll(clip.weights, late // 10, axis=0))
    told = score(example, moved).figures
    assert told["lag"] == pytest.approx(late, abs=10)
    assert told["onset_lag"] - right.figures["onset_lag"] == pytest.approx(late, abs=20)
    assert np.sign(told["dtw_late_ms"]) == np.sign(late)
    assert told["jaw_r"] < right.figures["jaw_r"] - 0.01
    # The clock of a clip counts, not its first frame.
    back = replace(moved, start=-late / 1000)
    assert score(example, back).figures["lag"] == pytest.approx(0, abs=10)


def test_a_small_face(take, right) -> None:
    example, clip = take
    told = score(example, changed(clip, lambda w: 0.5 * w + 0.1)).figures
    assert told["jaw_r"] == pytest.approx(1, abs=1e-4)
    assert told["jaw_ratio"] == pytest.approx(0.5, abs=1e-3)
    assert told["jitter"] == pytest.approx(0.5 * right.own["jitter"], rel=0.01)
    assert told["r2_motion"] == pytest.approx(0.75, abs=0.01)
    assert told["error_absolute"] > told["error"]


def test_a_trembling_face(take, right) -> None:
    example, clip = take
    wave = 0.02 * np.sin(2 * np.pi * 11 * np.arange(300) / 100)[:, None]
    told = score(example, changed(clip, lambda w: np.clip(w + wave, 0, 1))).figures
    assert told["jitter"] > right.own["jitter"] + 1
    assert told["above_8_hz"] > right.figures["above_8_hz"] + 0.001
    assert told["silence_motion"] > right.own["silence_motion"] + 0.005
    assert told["jaw_r"] > 0.97


def test_lips_that_never_shut_and_lips_that_never_open(take) -> None:
    example, clip = take
    open_lips = score(example, changed(clip, lambda w: w + 0.3), threshold=THRESHOLD).figures
    assert (open_lips["closure_recall"], open_lips["closure_false"]) == (0, 0)
    shut = score(example, changed(clip, lambda w: 0 * w), threshold=THRESHOLD).figures
    assert (shut["closure_recall"], shut["closure_false"]) == (1, 1)


def test_swapped_channels_are_seen(take) -> None:
    example, clip = take
    swapped = clip.weights.copy()
    swapped[:, [JAW, PUCKER]] = clip.weights[:, [PUCKER, JAW]]
    told = score(example, replace(clip, weights=swapped)).figures
    assert told["jaw_r"] == pytest.approx(-1, abs=1e-3)
    # Another order of columns with names that say so is no fault.
    turned = clip.select(ARKIT_CHANNELS[::-1])
    assert score(example, turned).figures["jaw_r"] == pytest.approx(1, abs=1e-5)


def test_another_frame_rate_is_no_fault_and_a_wrong_one_is(take) -> None:
    example, clip = take
    assert score(example, clip.resample(60)).figures["jaw_r"] == pytest.approx(1, abs=0.01)
    with pytest.raises(VoxfaceError, match=r"lasts 6\.00 s and the take 3\.00 s"):
        score(example, replace(clip, fps=50))
    with pytest.raises(VoxfaceError, match="check frame rate and start"):
        score(example, replace(clip, fps=200))


def test_predictions_that_cannot_be_of_the_take(take) -> None:
    example, clip = take
    with pytest.raises(VoxfaceError, match="divide percentages by 100"):
        score(example, replace(clip, weights=100 * clip.weights))
    short = FaceClip(clip.weights[:100], 100)
    with pytest.raises(VoxfaceError, match="covers 22 of 72 captured frames"):
        score(example, short)
    with pytest.raises(VoxfaceError, match="none of the 52 ARKit channels"):
        score(example, FaceClip(clip.weights[:, :1], 100, ("smile",)))
    with pytest.raises(VoxfaceError, match="covers 0"):
        score(example, replace(clip, start=9.0))
    with pytest.raises(VoxfaceError, match="not finite"):
        replace(clip, weights=np.full_like(clip.weights, np.nan))


def test_a_take_of_which_neither_phones_nor_pose_are_known(take) -> None:
    example, clip = take
    bare = replace(
        example,
        articulation=np.zeros((300, 0), np.uint8),
        about=example.about | {"pose": "unknown"},
    )
    found = score(bare, clip, threshold=THRESHOLD)
    assert np.isnan(found.figures["closure_recall"])
    assert np.isnan(found.region("head turn")["error"])
    assert not found.phones
    assert "lve" not in found.figures


def test_sound_becomes_an_example() -> None:
    sound = bursts()
    example = example_of_sound(sound)
    np.testing.assert_allclose(example.features, features(sound)[:, :80], atol=0.05)
    assert example.speech[60] == 1
    assert example.speech[290] == 0
    assert not example.seen.any()
