from __future__ import annotations

import numpy as np
import pytest

from voxface.capture.pose import RestPose, head_motion, quaternions_from_matrices, rest_pose
from voxface.face.rotation import quaternion_from_rotation_vector

Rotation = pytest.importorskip("scipy.spatial.transform").Rotation


def matrices(rotations: Rotation, positions: np.ndarray) -> np.ndarray:
    result = np.tile(np.eye(4), (len(positions), 1, 1))
    result[:, :3, :3] = rotations.as_matrix()
    result[:, :3, 3] = positions
    return result


def scalar_first(rotation: Rotation) -> np.ndarray:
    quaternion = np.roll(rotation.as_quat(), 1, axis=-1)
    return np.where(quaternion[..., :1] < 0, -quaternion, quaternion)


def test_quaternions_of_any_rotation_agree_with_scipy():
    vectors = np.random.default_rng(0).uniform(-3, 3, (200, 3))
    vectors[0], vectors[1] = 0, (np.pi, 0, 0)
    rotations = Rotation.from_rotvec(vectors)
    found = quaternions_from_matrices(rotations.as_matrix())
    np.testing.assert_allclose(np.abs(np.sum(found * scalar_first(rotations), axis=1)), 1)


def test_a_face_that_keeps_still_is_at_rest_wherever_it_sits_and_looks():
    still = matrices(
        Rotation.from_rotvec(np.tile((0.2, -0.4, 0.1), (20, 1))), np.tile((3.0, -4, -38), (20, 1))
    )
    rest = rest_pose(still)
    np.testing.assert_allclose(rest.position, (3, -4, -38))
    np.testing.assert_allclose(
        head_motion(still, rest), np.tile((0, 0, 0, 1, 0, 0, 0), (20, 1)), atol=1e-6
    )


def test_a_planted_turn_and_shift_come_back_in_the_axes_of_the_face():
    rest = Rotation.from_euler("y", 90, degrees=True)  # looks along +x of the camera
    vectors = np.array([[0.0, 0, 0], [0.1, 0, 0], [0, 0.2, 0], [0, 0, -0.3]])
    steps = np.array([[0.0, 0, 0], [1.0, 0, 0], [0, 2.0, 0], [0, 0, 3.0]])  # of the face
    seen = matrices(rest * Rotation.from_rotvec(vectors), np.array((5, 6, -40)) + rest.apply(steps))
    pose = RestPose(np.array([5.0, 6, -40]), scalar_first(rest))
    head = head_motion(seen, pose)
    np.testing.assert_allclose(head[:, :3], steps, atol=1e-5)
    np.testing.assert_allclose(head[:, 3:], quaternion_from_rotation_vector(vectors), atol=1e-6)
    # Three centimetres out of a face that looks along +x of the camera is +x of the camera.
    np.testing.assert_allclose(seen[3, :3, 3], (8, 6, -40), atol=1e-9)


def test_rest_is_not_carried_away_by_a_fifth_of_wild_frames():
    random = np.random.default_rng(2)
    vectors = np.array([0.1, 0.3, -0.2]) + random.normal(0, 0.01, (200, 3))
    positions = np.array([1.0, 2, -40]) + random.normal(0, 0.1, (200, 3))
    vectors[::5], positions[::5] = (1.0, -1.2, 0.8), (30, 30, -10)
    rest = rest_pose(matrices(Rotation.from_rotvec(vectors), positions))
    np.testing.assert_allclose(rest.position, (1, 2, -40), atol=0.1)
    planted = scalar_first(Rotation.from_rotvec((0.1, 0.3, -0.2)))
    assert 2 * np.arccos(min(1, abs(rest.rotation @ planted))) < 0.02


def test_scale_and_noise_in_a_matrix_still_give_a_unit_quaternion():
    noisy = 1.05 * Rotation.from_rotvec([[0.3, 0.1, -0.2]]).as_matrix()
    noisy += np.random.default_rng(3).normal(0, 0.01, (1, 3, 3))
    found = quaternions_from_matrices(noisy)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1)
    wanted = scalar_first(Rotation.from_rotvec([[0.3, 0.1, -0.2]]))
    assert abs(float(np.sum(found * wanted))) > 0.9998
