"""Moving meshes: shapes, time, the head's motion, and alignment."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from voxface.errors import VoxfaceError
from voxface.face import MESH_REGIONS, MeshClip, MeshTopology, face_mesh
from voxface.face.alignment import aligned
from voxface.face.rotation import quaternion_from_rotation_vector, rotated

SQUARE = MeshTopology("square", np.array([[0, 1, 2], [0, 2, 3]]), 4)
NEUTRAL = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], np.float32)


def clip_of(frames: int, fps: object = 25, **more: object) -> MeshClip:
    rise = np.arange(frames, dtype=np.float32)[:, None, None]
    return MeshClip(NEUTRAL + rise, SQUARE, fps, NEUTRAL, **more)


def test_time_and_offsets() -> None:
    clip = clip_of(50, "29.97", start=0.5)
    assert clip.fps == Fraction(30000, 1001)
    assert clip.times[30] == pytest.approx(0.5 + 30 * 1001 / 30000)
    assert clip.offsets[7] == pytest.approx(7)


def test_resampling_is_linear_in_between() -> None:
    clip = clip_of(26).resample(100)
    assert len(clip) == 104
    assert clip.offsets[10, 0, 0] == pytest.approx(2.5)


def test_head_turns_about_the_origin_and_moves() -> None:
    head = np.zeros((1, 7), np.float32)
    head[0, :3] = 1, 2, 3
    head[0, 3:] = quaternion_from_rotation_vector([0, 0, np.pi / 2])
    posed = MeshClip(NEUTRAL[None], SQUARE, 25, NEUTRAL, head).posed()
    assert posed[0, 1] == pytest.approx([1, 3, 3], abs=1e-6)


@given(st.integers(0, 10_000))
@settings(max_examples=30)
def test_rotation_of_points_is_scipys(seed: int) -> None:
    rng = np.random.default_rng(seed)
    vector, points = rng.normal(size=3), rng.normal(size=(5, 3))
    ours = rotated(quaternion_from_rotation_vector(vector), points)
    assert ours == pytest.approx(Rotation.from_rotvec(vector).apply(points))


@given(st.integers(0, 10_000), st.booleans())
@settings(max_examples=30)
def test_alignment_takes_out_a_planted_similarity(seed: int, scale: bool) -> None:
    rng = np.random.default_rng(seed)
    shape = rng.normal(size=(20, 3)) * (4, 5, 3)
    size = rng.uniform(0.3, 3) if scale else 1.0
    turn = Rotation.from_rotvec(rng.normal(size=3))
    moved = size * turn.apply(shape) + rng.normal(size=3) * 10
    assert aligned(moved[None], shape, scale=scale)[0] == pytest.approx(shape, abs=1e-8)


def test_alignment_by_weights_leaves_what_moves() -> None:
    rng = np.random.default_rng(1)
    shape = rng.normal(size=(30, 3)) * 5
    talking = shape.copy()
    talking[20:, 1] -= 2  # a jaw that opened
    weights = np.r_[np.ones(20), np.zeros(10)]
    found = aligned(Rotation.from_rotvec([0, 0.3, 0]).apply(talking)[None], shape, weights)[0]
    assert found - shape == pytest.approx(talking - shape, abs=1e-8)


def test_the_face_of_468_points() -> None:
    topology, neutral = face_mesh()
    assert topology.vertices == 468 and neutral.shape == (468, 3)
    assert set(MESH_REGIONS) <= set(topology.regions)
    chin, forehead, nose, left_eye = neutral[152], neutral[10], neutral[1], neutral[263]
    assert forehead[1] > nose[1] > chin[1] and left_eye[0] > 0
    assert nose[2] > neutral[:, 2].max() - 0.5  # out of the face
    a, b, c = (neutral[topology.triangles[:, k]] for k in range(3))
    outward = np.cross(b - a, c - a)[:, 2]
    assert (outward > 0).mean() > 0.95
    for region, inside, outside in (("mouth", 13, 10), ("upper", 10, 152), ("lips", 61, 1)):
        mask = topology.region(region)
        assert mask[inside] > 0.9 and mask[outside] < 0.1


@pytest.mark.parametrize(
    ("vertices", "neutral", "said"),
    [
        (np.zeros((2, 3, 3)), NEUTRAL, "expected"),
        (np.zeros((2, 4, 3)), NEUTRAL[:3], "neutral"),
        (np.full((2, 4, 3), np.nan), NEUTRAL, "finite"),
    ],
)
def test_shapes_that_do_not_fit(vertices, neutral, said) -> None:
    with pytest.raises(VoxfaceError, match=said):
        MeshClip(vertices, SQUARE, 25, neutral)


def test_topologies_that_do_not_fit() -> None:
    with pytest.raises(VoxfaceError, match="beyond"):
        MeshTopology("bad", np.array([[0, 1, 9]]), 4)
    with pytest.raises(VoxfaceError, match="region 'lips'"):
        MeshTopology("bad", np.array([[0, 1, 2]]), 4, {"lips": np.zeros(3)})
    with pytest.raises(VoxfaceError, match="unknown region"):
        SQUARE.region("lips")
