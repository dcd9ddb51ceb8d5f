"""A head that known weights moved gives those weights back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planted_mesh import planted_mesh, speaking_face
from small_rig import small_rig
from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, FaceClip, MeshClip, MeshTopology, face_mesh
from voxface.rig import connect, default_head
from voxface.rig.face_mesh_rig import (
    face_mesh_rig,
    face_mesh_rig_about,
    trusted_vertices,
    usual_weights,
)
from voxface.rig.mesh_weights import channel_shapes, residual, weights_from_mesh


def talk(frames=30, names=("jawOpen", "mouthSmileLeft", "eyeBlinkRight", "browInnerUp")):
    """Return slow curves of a few channels."""
    weights = np.zeros((frames, 52), np.float32)
    for number, name in enumerate(names):
        curve = 0.5 - 0.5 * np.cos(np.arange(frames) / (6 + number))
        weights[:, ARKIT_CHANNELS.index(name)] = 0.6 * curve
    return FaceClip(weights, 30, start=0.5)


def moved(rig, clip):
    offsets = np.tensordot(connect(rig).weights(clip), rig.deltas, axes=1)
    topology = MeshTopology(rig.name, rig.triangles, len(rig.neutral))
    return MeshClip(
        rig.neutral + offsets, topology, clip.fps, rig.neutral, clip.head, clip.start, {"a": 1}
    )


def test_default_head_gives_weights_back():
    clip = talk()
    found = weights_from_mesh(moved(default_head(), clip))
    np.testing.assert_allclose(found.weights, clip.weights, atol=0.04)
    assert np.abs(found.weights - clip.weights).mean() < 0.003
    assert found.metadata["solve"]["mean_cm"] < 0.005
    assert found.tracked.all()


def test_a_rig_of_ones_own_gives_weights_back_exactly():
    rig, clip = small_rig(), talk()
    found = weights_from_mesh(moved(rig, clip), rig, smoothness=0, ridge=0)
    np.testing.assert_allclose(found.weights, clip.weights, atol=1e-3)
    assert found.metadata["solve"]["rig"] == "small"


def test_time_head_and_metadata_stay():
    rig, clip = small_rig(), talk()
    turned = np.tile(np.float32([1, 2, 3, 0.6, 0.8, 0, 0]), (len(clip), 1))
    clip = replace(clip, fps="29.97", head=turned)
    found = weights_from_mesh(moved(rig, clip), rig)
    assert (found.fps, found.start, found.metadata["a"]) == (clip.fps, 0.5, 1)
    np.testing.assert_array_equal(found.head, clip.head)
    assert found.channels == ARKIT_CHANNELS


def test_smoothness_means_the_same_at_any_frame_rate():
    rig, slow = small_rig(), talk(frames=90)
    mesh = moved(rig, slow)
    once, twice = (
        weights_from_mesh(mesh.resample(fps), rig, smoothness=1.0).resample(30) for fps in (30, 120)
    )
    undone = np.abs(once.weights - slow.weights).max()
    assert undone > 0.02
    np.testing.assert_allclose(once.weights[5:-5], twice.weights[5:-5], atol=0.1 * undone)


def test_what_a_rig_lacks_is_untracked():
    rig, clip = small_rig(("jawOpen", "mouthSmile_L", "eyeBlinkRight")), talk()
    found = weights_from_mesh(moved(rig, clip), rig, ridge=0, smoothness=0)
    seen = {name for name, told in zip(ARKIT_CHANNELS, found.tracked[0], strict=True) if told}
    assert seen == {"jawOpen", "mouthSmileLeft", "eyeBlinkRight"}
    np.testing.assert_allclose(found["mouthSmileLeft"], clip["mouthSmileLeft"], atol=1e-3)
    assert not found["browInnerUp"].any()


def test_a_target_for_both_sides_gives_both():
    rig = small_rig(("jawOpen", "eyeBlink"))
    both = talk(names=("jawOpen", "eyeBlinkLeft"))
    weights = both.weights.copy()
    weights[:, ARKIT_CHANNELS.index("eyeBlinkRight")] = both["eyeBlinkLeft"]
    clip = replace(both, weights=weights)
    found = weights_from_mesh(moved(rig, clip), rig, ridge=0, smoothness=0)
    np.testing.assert_allclose(found.weights, clip.weights, atol=1e-3)


def test_a_target_that_moves_nothing_is_untracked():
    rig = small_rig()
    deltas = rig.deltas.copy()
    deltas[ARKIT_CHANNELS.index("cheekPuff")] = 0
    found = weights_from_mesh(moved(rig, talk()), replace(rig, deltas=deltas))
    assert not found.tracked[:, ARKIT_CHANNELS.index("cheekPuff")].any()
    assert found.tracked.sum() == 51 * len(found)


def test_face_of_468_points_opens_its_jaw():
    clip = speaking_face(2.0)
    found = weights_from_mesh(clip)
    opened = -clip.offsets[:, 152, 1]
    assert np.corrcoef(found["jawOpen"], opened)[0, 1] > 0.95
    assert found["jawOpen"].max() > 0.2
    assert found["jawOpen"].min() < 0.02
    assert not found.tracked[0, ARKIT_CHANNELS.index("tongueOut")]


def test_face_of_468_points_gives_its_own_weights_back():
    rig, clip = face_mesh_rig(), talk()
    exact = weights_from_mesh(moved(rig, clip), ridge=0, smoothness=0)
    np.testing.assert_allclose(exact.weights, clip.weights, atol=1e-3)
    usual = weights_from_mesh(moved(rig, clip))
    assert np.abs(usual["jawOpen"] - clip["jawOpen"]).mean() < 0.03


def test_shapes_of_the_468_points_stay_in_their_places():
    rig, (topology, neutral) = face_mesh_rig(), face_mesh()
    assert set(rig.targets).isdisjoint(face_mesh_rig_about()["left_out"])
    size = dict(zip(rig.targets, np.linalg.norm(rig.deltas, axis=2), strict=True))
    lips, upper = topology.rows("lips"), topology.rows("upper", 0.9)
    assert size["jawOpen"][lips].max() > 1
    assert size["jawOpen"][upper].max() < 0.1
    assert size["browInnerUp"][lips].max() < 0.05
    left = neutral[:, 0] > 1.5
    assert size["mouthSmileLeft"][~left & (neutral[:, 0] < -1.5)].max() < 0.1
    # Brought together by mouthClose, the lips of an open jaw meet.
    jaw, shut = (rig.deltas[rig.targets.index(name)] for name in ("jawOpen", "mouthClose"))
    gap = [(neutral + move)[13, 1] - (neutral + move)[14, 1] for move in (jaw, jaw + shut)]
    assert gap[1] < 0.5 * gap[0]


def test_the_468_points_know_how_far_to_be_trusted():
    trust, usual = trusted_vertices(), usual_weights()
    assert trust.shape == (468,)
    assert trust.mean() == pytest.approx(1)
    assert set(usual) == set(face_mesh_rig().targets)
    assert usual["jawOpen"] > 0.1 > usual["mouthLeft"] > 0


def test_residual_is_a_distance():
    shapes = np.zeros((1, 3, 3), np.float32)
    shapes[0, :2, 0] = 1
    offsets = np.zeros((2, 3, 3), np.float32)
    offsets[:, :2] = (0.5, 0, 0.3)
    offsets[:, 2] = 9
    left = residual(offsets, shapes, np.full((2, 1), 0.5, np.float32))
    assert left == {"mean_cm": 0.3, "p95_cm": 0.3}
    assert residual(offsets[:0], shapes, np.zeros((0, 1), np.float32))["mean_cm"] == 0


def test_bad_input_says_what_is_wrong():
    mesh = planted_mesh()
    with pytest.raises(VoxfaceError, match="30 vertices and the rig 'small'") as caught:
        weights_from_mesh(mesh, small_rig())
    assert "\n" not in str(caught.value)
    with pytest.raises(VoxfaceError, match="name the rig"):
        weights_from_mesh(mesh)
    with pytest.raises(VoxfaceError, match="no target named after an ARKit channel"):
        channel_shapes(small_rig(("one", "two")))
