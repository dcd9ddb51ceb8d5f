"""Our few rotation formulas against SciPy's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation, Slerp

from voxface.face.euler import euler_from_quaternion, quaternion_from_euler
from voxface.face.rotation import (
    multiplied,
    normalized,
    quaternion_from_rotation_vector,
    rotation_vector_from_quaternion,
    slerp,
)


@pytest.fixture(scope="module")
def rotations() -> Rotation:
    return Rotation.random(300, rng=np.random.default_rng(7))


def same_rotation(ours, theirs: Rotation, tolerance: float = 1e-9) -> bool:
    mine = Rotation.from_quat(ours, scalar_first=True)
    return bool((mine.inv() * theirs).magnitude().max() < tolerance)


def test_rotation_vectors_become_the_quaternions_of_scipy(rotations):
    vectors = np.concatenate([rotations.as_rotvec(), np.zeros((1, 3)), [[1e-12, 0, 0]]])
    expected = Rotation.from_rotvec(vectors)
    ours = quaternion_from_rotation_vector(vectors)
    assert np.allclose(np.linalg.norm(ours, axis=1), 1)
    assert same_rotation(ours, expected)


def test_quaternions_become_the_rotation_vectors_of_scipy(rotations):
    quaternions = rotations.as_quat(scalar_first=True)
    # Either sign of a quaternion is the same rotation.
    quaternions[::2] *= -1
    ours = rotation_vector_from_quaternion(quaternions)
    assert np.allclose(ours, rotations.as_rotvec(), atol=1e-9)


def test_the_identity_has_a_zero_rotation_vector():
    assert np.array_equal(rotation_vector_from_quaternion([1, 0, 0, 0]), [0, 0, 0])


def test_normalized_turns_a_zero_quaternion_into_the_identity():
    result = normalized([[0, 0, 0, 0], [0, 3, 0, 4]])
    assert np.allclose(result, [[1, 0, 0, 0], [0, 0.6, 0, 0.8]])
    assert np.allclose(normalized([0, 0, 0, 0]), [1, 0, 0, 0])


def test_slerp_agrees_with_scipy(rotations):
    quaternions = rotations.as_quat(scalar_first=True)
    for fraction in (0.0, 0.25, 0.5, 1.0):
        ours = slerp(quaternions[:-1], quaternions[1:], np.full(len(quaternions) - 1, fraction))
        for row in range(0, 40):
            between = Slerp([0, 1], rotations[row : row + 2])(fraction)
            assert same_rotation(ours[row], between, 1e-7)


def test_slerp_takes_the_short_way_and_survives_equal_ends():
    start = np.array([1.0, 0, 0, 0])
    assert same_rotation(slerp(start, -start, 0.5), Rotation.identity(), 1e-7)
    assert same_rotation(slerp(start, start, 0.3), Rotation.identity(), 1e-7)


def test_euler_angles_are_scipys_intrinsic_yaw_pitch_roll(rotations):
    ours = euler_from_quaternion(rotations.as_quat(scalar_first=True))
    assert np.allclose(ours, rotations.as_euler("YXZ"), atol=1e-7)


def test_euler_angles_return_to_their_quaternion(rotations):
    quaternions = rotations.as_quat(scalar_first=True)
    assert same_rotation(quaternion_from_euler(euler_from_quaternion(quaternions)), rotations, 1e-7)


@pytest.mark.parametrize("pitch", [np.pi / 2, -np.pi / 2])
def test_a_face_that_looks_straight_up_or_down_keeps_its_rotation(pitch):
    truth = Rotation.from_euler("YXZ", [0.4, pitch, 0.3])
    angles = euler_from_quaternion(truth.as_quat(scalar_first=True))
    assert angles[2] == 0
    assert same_rotation(quaternion_from_euler(angles), truth, 1e-6)


def test_the_signs_are_those_of_the_docstring():
    nose, left_ear = np.array([0, 0, 1.0]), np.array([1.0, 0, 0])

    def turned(angles, point):
        return Rotation.from_quat(quaternion_from_euler(angles), scalar_first=True).apply(point)

    assert turned([0.3, 0, 0], nose)[0] > 0.2  # yaw: to the subject's left, +x
    assert turned([0, 0.3, 0], nose)[1] < -0.2  # pitch: down
    assert turned([0, 0, 0.3], left_ear)[1] > 0.2  # roll: left ear up


def test_products_are_those_of_scipy():
    one, other = (Rotation.random(20, random_state=seed) for seed in (1, 2))
    expected = (one * other).as_quat(scalar_first=True)
    product = multiplied(one.as_quat(scalar_first=True), other.as_quat(scalar_first=True))
    sign = np.sign(np.sum(product * expected, axis=1, keepdims=True))
    np.testing.assert_allclose(product * sign, expected, atol=1e-12)
    alone = multiplied(one[0].as_quat(scalar_first=True), other.as_quat(scalar_first=True))
    np.testing.assert_allclose(alone[0], product[0], atol=1e-12)
