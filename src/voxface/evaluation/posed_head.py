"""Figures in millimetres on the vertices of a head that shows the predicted and the true face."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError
from voxface.evaluation.metrics import about_rest
from voxface.face import FaceClip, Rig
from voxface.rig import connect

FloatArray = NDArray[np.float64]

MILLIMETRES = 10.0
"""Of a rig's centimetre."""
ROLLED = 0.5
"""Lips are what rolling them in moves at least half as far as anything."""
UPPER = 0.2
"""The upper face is what brows, lids and cheeks move a fifth as far as anything, and further than
the mouth does."""
_MOUTH = ("jaw", "mouth", "cheekPuff", "tongue")
_EXPRESSION = ("brow", "eyeBlink", "eyeSquint", "eyeWide", "cheekSquint", "noseSneer")
EVERY = 4
"""Means over vertices are taken over every so manieth: thousands more would say the same."""
FRAMES = 300
"""Frames that are posed at once; memory stays flat over long takes."""


@dataclass(frozen=True)
class MeshScore:
    """Figures on a head's vertices, about each face's own rest unless said otherwise.

    Attributes
    ----------
    lve, lve_root
        Lip vertex error, in mm², and its root in mm; see `metrics.lip_vertex_error`.
    mve
        Mean distance of the vertices that some channel moves, in mm.
    fdd
        Upper-face dynamics deviation, in mm; NaN where the truth has no brows or lids.
    r2_motion
        R² of the motion of these vertices.
    r2_absolute
        R² of their absolute positions, as published: near 1 for a face that never moves.
    """

    lve: float
    lve_root: float
    mve: float
    fdd: float
    r2_motion: float
    r2_absolute: float


class PosedHead:
    """A head on which predicted and true faces are compared.

    Parameters
    ----------
    rig : Rig
        With targets that roll the lips in, and brows.

    Attributes
    ----------
    face, lips, upper : ndarray of int
        Numbers of the vertices that are looked at: of those that some channel moves by 0.1 mm (one
        in `EVERY`), of the lips (all), and of the upper face (one in `EVERY`).

    Raises
    ------
    VoxfaceError
        If no target rolls the lips, or none moves the upper face.
    """

    def __init__(self, rig: Rig) -> None:
        self._connection = connect(rig)
        names = [part.name for part in rig.parts]
        chosen = (
            [part for part in rig.parts if part.name == "skin"] if "skin" in names else rig.parts
        )
        skin = np.zeros(len(rig.neutral), bool)
        for part in chosen:
            skin[part.triangles] = True
        reach = np.linalg.norm(rig.deltas.astype(np.float64), axis=2) * skin

        def moved(starts: tuple[str, ...]) -> FloatArray:
            rows = [row for row, name in enumerate(rig.targets) if name.startswith(starts)]
            return np.asarray(reach[rows].max(axis=0, initial=0))

        rolled, mouth, expression = moved(("mouthRoll",)), moved(_MOUTH), moved(_EXPRESSION)
        if not (rolled.any() and expression.any()):
            raise VoxfaceError(
                f"'{rig.name}' cannot be measured: it needs targets that roll the lips "
                "(mouthRollUpper, mouthRollLower) and move the brows, as the default head has"
            )
        self.face = np.flatnonzero(reach.max(axis=0) > 0.1 / MILLIMETRES)[::EVERY]
        self.lips = np.flatnonzero(rolled > ROLLED * rolled.max())
        upper = (expression > UPPER * expression.max()) & (expression > mouth)
        self.upper = np.flatnonzero(upper)[::EVERY]

        def moves(rows: NDArray[np.int64]) -> NDArray[np.float32]:
            part = MILLIMETRES * rig.deltas[:, rows]
            return np.asarray(part.reshape(len(rig.targets), -1), np.float32)

        self._face, self._lips, self._upper = moves(self.face), moves(self.lips), moves(self.upper)
        neutral = MILLIMETRES * rig.neutral[self.face].astype(np.float64)
        self._size = neutral.size
        self._spread = float(((neutral - neutral.mean()) ** 2).sum())
        flat = self._face.astype(np.float64)
        self._gram = flat @ flat.T
        self._sum = flat.sum(axis=1)
        self._towards = flat @ (neutral - neutral.mean()).ravel()

    def __call__(
        self, predicted: FaceClip, true: FaceClip, resting: NDArray[np.bool_]
    ) -> MeshScore:
        """Compare clips of the same frames; channels the truth never tracked are left at rest."""
        known = np.asarray(true.tracked.any(axis=0))
        said, own = (
            self._connection.weights(
                FaceClip(np.where(known, clip.weights, 0), clip.fps, clip.channels)
            ).astype(np.float64)
            for clip in (predicted, true.select(predicted.channels))
        )
        said_motion, own_motion = about_rest(said, resting), about_rest(own, resting)
        brows = [c for c, name in enumerate(predicted.channels) if name.startswith(_EXPRESSION)]
        off = said_motion - own_motion
        lips = [part.max(axis=1) for part in _lengths(off, self._lips)]
        lve = float((np.concatenate(lips).astype(np.float64) ** 2).mean())
        distance = sum(float(part.sum(dtype=np.float64)) for part in _lengths(off, self._face))
        return MeshScore(
            lve,
            lve**0.5,
            distance / (len(off) * len(self.face)),
            self._dynamics(own_motion) - self._dynamics(said_motion)
            if known[brows].any()
            else float("nan"),
            self._told(
                said_motion - said_motion.mean(axis=0), own_motion - own_motion.mean(axis=0)
            ),
            self._told_absolutely(said, own),
        )

    def _dynamics(self, motion: FloatArray) -> float:
        """Return the mean over upper-face vertices of the deviation of their distance from rest."""
        sums = np.zeros((2, len(self.upper)))
        for size in _lengths(motion, self._upper):
            sums += np.stack([size, size**2]).sum(axis=1, dtype=np.float64)
        mean, square = sums / len(motion)
        return float(np.sqrt(np.maximum(square - mean**2, 0)).mean())

    def _told(self, said: FloatArray, own: FloatArray) -> float:
        """Return R² of motion from weights alone: squared lengths are a form of the targets."""
        whole = self._squared(own)
        return 1 - self._squared(said - own) / whole if whole > 1e-12 else float("nan")

    def _told_absolutely(self, said: FloatArray, own: FloatArray) -> float:
        count = len(own) * self._size
        # The mean of all coordinates, less that of the neutral face.
        shift = float((own @ self._sum).sum()) / count
        around = (
            len(own) * self._spread
            + 2 * float((own @ self._towards).sum())
            + self._squared(own)
            - count * shift**2
        )
        return 1 - self._squared(said - own) / around

    def _squared(self, weights: FloatArray) -> float:
        return float(np.einsum("ti,ij,tj->", weights, self._gram, weights, optimize=True))


def _lengths(weights: FloatArray, moves: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    """Yield how far vertices (V,) are moved in parts of the frames, each (P, V)."""
    for begin in range(0, len(weights), FRAMES):
        moved = weights[begin : begin + FRAMES].astype(np.float32) @ moves
        moved *= moved
        yield np.sqrt(moved[:, 0::3] + moved[:, 1::3] + moved[:, 2::3])
