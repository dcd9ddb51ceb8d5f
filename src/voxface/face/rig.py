"""`Rig`: a head that a clip can move, as arrays. Reading and writing files is the work of `rig`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.errors import VoxfaceError


@dataclass(frozen=True)
class Material:
    """How a part of a rig looks: the core of glTF's metallic-roughness model.

    Parameters
    ----------
    name : str
    color : tuple of float
        Linear red, green, blue and alpha, 0 to 1; multiplies texture and vertex colours.
    roughness, metallic : float
        0 to 1.
    texture : bytes, optional
        The base colour picture as a PNG or JPEG file, sRGB.
    transparent : bool
        Whether alpha is blended.
    two_sided : bool
        Whether the back of a triangle is seen.
    cutoff : float
        Where alpha is lower, nothing is drawn: hair and lashes painted on cards. 0: all is drawn.
    """

    name: str = "skin"
    color: tuple[float, float, float, float] = (0.8, 0.8, 0.8, 1.0)
    roughness: float = 0.6
    metallic: float = 0.0
    texture: bytes | None = field(default=None, repr=False)
    transparent: bool = False
    two_sided: bool = False
    cutoff: float = 0.0


@dataclass(frozen=True, eq=False)
class RigPart:
    """Some triangles of a rig that share a name and a material.

    Parameters
    ----------
    name : str
    triangles : ndarray of int32, shape (F, 3)
        Vertex numbers, counter-clockwise seen from outside.
    material : Material
    """

    name: str
    triangles: NDArray[np.int32]
    material: Material = Material()


@dataclass(frozen=True, eq=False)
class Rig:
    """A neutral head, named displacements and what follows the head's motion.

    Right-handed: +x the subject's left, +y up, +z out of the face; centimetres.

    Parameters
    ----------
    name : str
    neutral : array_like, shape (V, 3)
        Vertices at rest, in centimetres.
    parts : tuple of RigPart
        The triangles, by material.
    targets : tuple of str
        The N names of the morph targets as the rig has them.
    deltas : array_like, shape (N, V, 3)
        Displacement of every vertex at weight 1, in centimetres.
    uv : array_like, shape (V, 2), optional
        Texture coordinates, (0, 0) the upper left corner as in glTF.
    colors : array_like, shape (V, 4), optional
        Linear vertex colours, 0 to 1.
    normals : array_like, shape (V, 3), optional
        Unit normals at rest; computed from the triangles where a reader needs them and they
        are not given.
    head_share : array_like, shape (V,), optional
        How far each vertex follows the head's motion, 0 (shoulders) to 1 (all above the neck; the
        default).
    head_pivot : tuple of float
        The point about which the head turns, in centimetres.
    expressions : mapping of str to mapping of str to float
        Poses that the rig's file defines by name (VRM expressions): weights by target.
    source : Path, optional
        The file the rig was read from. An export keeps what that file has beyond a rig.

    Raises
    ------
    VoxfaceError
        If shapes do not fit together or a value is not finite.
    """

    name: str
    neutral: NDArray[np.float32]
    parts: tuple[RigPart, ...]
    targets: tuple[str, ...]
    deltas: NDArray[np.float32]
    uv: NDArray[np.float32] | None = None
    colors: NDArray[np.float32] | None = None
    normals: NDArray[np.float32] | None = None
    head_share: NDArray[np.float32] = None  # type: ignore[assignment]
    head_pivot: tuple[float, float, float] = (0.0, 0.0, 0.0)
    expressions: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    source: Path | None = None

    def __post_init__(self) -> None:
        vertices = len(np.asarray(self.neutral))
        shapes = {
            "neutral": (vertices, 3),
            "deltas": (len(self.targets), vertices, 3),
            "uv": (vertices, 2),
            "colors": (vertices, 4),
            "normals": (vertices, 3),
            "head_share": (vertices,),
        }
        if self.head_share is None:
            object.__setattr__(self, "head_share", np.ones(vertices, np.float32))
        for name, shape in shapes.items():
            given = getattr(self, name)
            if given is not None:
                object.__setattr__(self, name, _checked(name, given, shape))
        for part in self.parts:
            used = part.triangles
            if used.ndim != 2 or used.shape[1] != 3:
                raise VoxfaceError(f"part {part.name} has triangles of shape {used.shape}")
            if used.size and (used.min() < 0 or used.max() >= vertices):
                raise VoxfaceError(f"part {part.name} uses vertices that the rig does not have")

    @property
    def triangles(self) -> NDArray[np.int32]:
        """All triangles, shape (F, 3)."""
        return np.concatenate([part.triangles for part in self.parts])

    def posed(self, weights: ArrayLike) -> NDArray[np.float32]:
        """Return the vertices for one row of target weights, without the head's motion.

        Parameters
        ----------
        weights : array_like, shape (N,)
            A weight for each of `targets`.

        Returns
        -------
        ndarray of float32, shape (V, 3)
            In centimetres.
        """
        row = np.asarray(weights, np.float32)
        moving = np.flatnonzero(row)
        return self.neutral + np.tensordot(row[moving], self.deltas[moving], axes=1)


def _checked(name: str, values: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.float32]:
    array = np.asarray(values, np.float32)
    if array.shape != shape:
        raise VoxfaceError(f"the rig's {name} have shape {array.shape}; expected {shape}")
    if not np.isfinite(array).all():
        raise VoxfaceError(f"the rig's {name} hold values that are not finite numbers")
    return array
