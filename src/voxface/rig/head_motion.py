"""Between the head pose of a clip and the local motion of a glTF node."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxface.rig.gltf_file import GltfFile, Json
from voxface.rig.scene import FACES_BACK, is_vrm0, local_transform

FloatArray = NDArray[np.float64]

_CENTIMETRE = 0.01


@dataclass(frozen=True)
class HeadNode:
    """A node that turns a head, at rest, and the space in which it turns.

    Parameters
    ----------
    node : int
    translation : ndarray, shape (3,)
        At rest, in its parent's space.
    rotation : ndarray, shape (4,)
        At rest, in its parent's space; x, y, z, w as in glTF.
    scale : ndarray, shape (3,)
    parent : ndarray, shape (4, 4)
        From the parent's space to that of the face: metres, the face along +z.
    """

    node: int
    translation: FloatArray
    rotation: FloatArray
    scale: FloatArray
    parent: FloatArray

    @classmethod
    def in_scene(cls, file: GltfFile, number: int, nodes: Mapping[int, FloatArray]) -> HeadNode:
        """Return a node of a file, given the global transforms of its scene."""
        parents = [each for each in nodes if number in file.item("nodes", each).get("children", [])]
        start = FACES_BACK if is_vrm0(file) else np.eye(4)
        parent = nodes[parents[0]] if parents else start
        return cls(number, *decompose(local_transform(file.item("nodes", number))), parent)

    @classmethod
    def standing(cls, number: int, place: tuple[float, float, float]) -> HeadNode:
        """Return a root node that is only moved to a place, given in centimetres."""
        where = np.array(place, np.float64) * _CENTIMETRE
        turn = np.array((0.0, 0.0, 0.0, 1.0))
        return cls(number, where, turn, np.ones(3), np.eye(4))

    def without_matrix(self, node: Json) -> None:
        """Write the node's rest as translation, rotation and scale, which alone may be animated."""
        if node.pop("matrix", None) is not None:
            node["translation"] = self.translation.tolist()
            node["rotation"] = self.rotation.tolist()
            node["scale"] = self.scale.tolist()

    def motion(self, head: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the node's rotation (T, 4; x, y, z, w) and translation (T, 3) for head poses.

        Parameters
        ----------
        head : ndarray, shape (T, 7)
            As in `FaceClip.head`.
        """
        pose = head.astype(np.float64)
        turn = np.concatenate([pose[:, 4:] @ self._turn(), pose[:, 3:4]], axis=1)
        turn = _product(turn, self.rotation)
        turn /= np.linalg.norm(turn, axis=1, keepdims=True)
        moved = pose[:, :3] * _CENTIMETRE @ np.linalg.pinv(self.parent[:3, :3]).T
        return turn.astype(np.float32), (self.translation + moved).astype(np.float32)

    def poses(self, rotation: FloatArray, translation: FloatArray) -> NDArray[np.float32]:
        """Return the head poses (T, 7) of a node's motion: the inverse of `motion`."""
        back = self.rotation * np.array((-1.0, -1.0, -1.0, 1.0))
        turn = _product(rotation, back)
        turn /= np.linalg.norm(turn, axis=1, keepdims=True)
        moved = (translation - self.translation) @ self.parent[:3, :3].T / _CENTIMETRE
        return np.concatenate(
            [moved, turn[:, 3:], turn[:, :3] @ self._turn().T], axis=1, dtype=np.float32
        )

    def _turn(self) -> FloatArray:
        """Return the parent's rotation (3, 3); of a mirrored parent the one that turns axes alike.

        A rotation keeps its angle in a mirrored space, and its axis is mirrored and reversed.
        """
        left, _, right = np.linalg.svd(self.parent[:3, :3])
        turn = left @ right
        return np.asarray(turn * np.sign(np.linalg.det(turn)))


def decompose(transform: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return translation, rotation (x, y, z, w) and scale of a transform without shear."""
    scale = np.linalg.norm(transform[:3, :3], axis=0)
    if np.linalg.det(transform[:3, :3]) < 0:
        scale[0] = -scale[0]
    turn = transform[:3, :3] / np.where(scale == 0, 1, scale)
    return transform[:3, 3].copy(), _quaternion(turn), scale


def _quaternion(turn: FloatArray) -> FloatArray:
    """Return the unit quaternion (x, y, z, w) of a rotation matrix.

    Notes
    -----
    Bar-Itzhack, "New method for extracting the quaternion from a rotation matrix", Journal of
    Guidance, Control, and Dynamics 23(6), 2000: the largest eigenvector, exact for any rotation.
    """
    (a, b, c), (d, e, f), (g, h, i) = turn
    k = np.array(
        [
            [a - e - i, b + d, c + g, h - f],
            [b + d, e - a - i, f + h, c - g],
            [c + g, f + h, i - a - e, d - b],
            [h - f, c - g, d - b, a + e + i],
        ]
    )
    largest: FloatArray = np.linalg.eigh(k)[1][:, -1]
    return largest if largest[3] >= 0 else -largest


def _product(first: FloatArray, second: FloatArray) -> FloatArray:
    """Return the Hamilton product of quaternions x, y, z, w: `second` is applied first."""
    first, second = np.broadcast_arrays(first, second)
    (ax, ay, az, aw), (bx, by, bz, bw) = first.T, second.T
    return np.stack(
        [
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
            aw * bw - ax * bx - ay * by - az * bz,
        ],
        axis=1,
    )
