"""LVE, MVE and FDD on toy meshes, and on the default head without posing it."""

from __future__ import annotations

import numpy as np
import pytest

from voxface.errors import VoxfaceError
from voxface.evaluation.metrics import (
    about_rest,
    lip_vertex_error,
    mean_vertex_error,
    r_squared,
    r_squared_of_motion,
    upper_face_deviation,
)
from voxface.evaluation.posed_head import PosedHead
from voxface.face import ARKIT_CHANNELS, FaceClip, Rig, RigPart
from voxface.rig import default_head


def toy(frames: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Return a still true mesh of five vertices, and a copy."""
    mesh = np.zeros((frames, 5, 3))
    mesh[:, :, 0] = np.arange(5)
    return mesh, mesh.copy()


def test_lve_is_the_largest_lip_vertex_squared_and_averaged_over_time() -> None:
    said, true = toy(2)
    said[0, 1] += (3, 4, 0)  # 5 mm off
    said[0, 2] += (1, 0, 0)
    said[1, 2] += (0, 0, 1)  # 1 mm off
    said[1, 4] += 100  # no lip
    assert lip_vertex_error(said, true, [1, 2]) == pytest.approx((25 + 1) / 2)
    assert lip_vertex_error(said, true, [1, 2], root=True) == pytest.approx(13**0.5)
    lips = np.array([False, True, True, False, False])
    assert lip_vertex_error(said, true, lips) == pytest.approx(13)
    assert lip_vertex_error(said, true) > 1000


def test_mve_is_a_mean_of_distances() -> None:
    said, true = toy(2)
    said[0, 0] += (3, 4, 0)
    assert mean_vertex_error(said, true) == pytest.approx(5 / 10)
    assert mean_vertex_error(said, true, [0]) == pytest.approx(5 / 2)
    assert mean_vertex_error(true, true) == 0


def test_fdd_is_true_liveliness_less_the_predicted() -> None:
    """Vertex 3 is 0 or 2 mm from rest (deviation 1), and half of that in the prediction."""
    said, true = toy(4)
    true[::2, 3, 1] += 2
    said[::2, 3, 1] += 1
    neutral = toy()[0][0]
    assert upper_face_deviation(said, true, neutral, [3]) == pytest.approx(0.5)
    assert upper_face_deviation(said, true, neutral, [3, 4]) == pytest.approx(0.25)
    assert upper_face_deviation(true, said, neutral, [3]) == pytest.approx(-0.5)
    assert upper_face_deviation(true, np.roll(true, 1, axis=0), neutral) == 0


def test_meshes_that_are_none() -> None:
    said, true = toy()
    with pytest.raises(VoxfaceError, match=r"frames, vertices, 3"):
        mean_vertex_error(said[:, :, :2], true[:, :, :2])
    with pytest.raises(VoxfaceError, match="same frames"):
        lip_vertex_error(said[:3], true)
    with pytest.raises(VoxfaceError, match="no such lip vertex among 5"):
        lip_vertex_error(said, true, [7])
    with pytest.raises(VoxfaceError, match="no such lip vertex"):
        lip_vertex_error(said, true, np.zeros(5, bool))
    with pytest.raises(VoxfaceError, match="numbers or 5 truth values"):
        lip_vertex_error(said, true, np.ones(4, bool))
    said[0, 0, 0] = np.nan
    with pytest.raises(VoxfaceError, match="NaN"):
        upper_face_deviation(said, true, true[0])


@pytest.fixture(scope="module")
def rig() -> Rig:
    return default_head()


@pytest.fixture(scope="module")
def head(rig) -> PosedHead:
    return PosedHead(rig)


def clips(frames: int = 40) -> tuple[FaceClip, FaceClip, np.ndarray]:
    rng = np.random.default_rng(0)
    weights = [rng.uniform(0, 0.4, (frames, len(ARKIT_CHANNELS))) for _ in range(2)]
    said, true = (FaceClip(w, 25) for w in weights)
    return said, true, np.arange(frames) < 6


def test_the_masks_are_where_their_names_say(rig, head) -> None:
    lips, upper = rig.neutral[head.lips], rig.neutral[head.upper]
    assert 300 < len(head.lips) < 900
    assert np.abs(lips[:, 0]).max() < 2.5  # the mouth is 4.4 cm wide
    assert upper[:, 1].min() > lips[:, 1].max()
    assert not set(head.lips) & set(head.upper)


def test_figures_are_those_of_the_posed_meshes(rig, head) -> None:
    said, true, resting = clips()
    found = head(said, true, resting)

    def posed(rows: np.ndarray, about: bool) -> list[np.ndarray]:
        neutral, moves = 10.0 * rig.neutral[rows], 10.0 * rig.deltas[:, rows].astype(float)
        weights = [clip.weights.astype(float) for clip in (said, true)]
        if about:
            weights = [about_rest(w, resting) for w in weights]
        return [neutral + np.tensordot(w, moves, axes=1) for w in weights]

    one, other = posed(head.lips, True)
    assert found.lve == pytest.approx(lip_vertex_error(one, other), rel=1e-4)
    assert found.lve_root == pytest.approx(lip_vertex_error(one, other, root=True), rel=1e-4)
    one, other = posed(head.face, True)
    assert found.mve == pytest.approx(mean_vertex_error(one, other), rel=1e-4)
    assert found.r2_motion == pytest.approx(r_squared_of_motion(one, other), rel=1e-4)
    assert found.r2_absolute == pytest.approx(r_squared(*posed(head.face, False)), rel=1e-6)
    one, other = posed(head.upper, True)
    neutral = 10.0 * rig.neutral[head.upper]
    assert found.fdd == pytest.approx(upper_face_deviation(one, other, neutral), abs=1e-4)


def test_the_right_face_is_right_and_a_still_one_only_in_published_style(head) -> None:
    _, true, resting = clips()
    right = head(true, true, resting)
    assert (right.lve, right.mve, right.fdd, right.r2_motion) == (0, 0, 0, 1)
    still = head(FaceClip(np.zeros_like(true.weights), 25), true, resting)
    assert still.r2_absolute > 0.99
    assert still.r2_motion == 0
    assert still.fdd > 0


def test_what_the_truth_never_tracked_does_not_count(head) -> None:
    said, true, resting = clips()
    jaw = np.array([name == "jawOpen" for name in ARKIT_CHANNELS])
    seen = FaceClip(np.where(jaw, true.weights, 0), 25, tracked=jaw)
    same_jaw = FaceClip(np.where(jaw, true.weights, said.weights), 25)
    found = head(same_jaw, seen, resting)
    assert found.lve == pytest.approx(0, abs=1e-9)
    assert np.isnan(found.fdd)


def test_a_rig_without_lips() -> None:
    triangle = np.array([[0, 1, 2]], np.int32)
    bare = Rig("bare", np.eye(3), (RigPart("skin", triangle),), ("jawOpen",), np.zeros((1, 3, 3)))
    with pytest.raises(VoxfaceError, match="roll the lips"):
        PosedHead(bare)
