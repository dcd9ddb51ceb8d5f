"""Upper faces for voices without video: what their teacher does not know, captured takes lend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from voxface.training.mesh.data import Heard

FloatArray = NDArray[np.float32]


class UpperFaces:
    """Upper faces of captured takes, whatever was said.

    A face that is labelled by a model of speech does not raise a brow. A net that hears half such
    faces learns that brows stay still; speech does not tell them anyway, so any captured motion is
    as true as another.

    Parameters
    ----------
    takes : sequence of Heard
        Those that a teacher labelled lend nothing.
    mask : ndarray, shape (V,)
        How far each vertex belongs to the upper face.
    """

    def __init__(self, takes: Sequence[Heard], mask: NDArray[np.float32]) -> None:
        self.lenders = [take for take in takes if not take.example.labelled]
        self.mask = mask[:, None].astype(np.float32)

    def lend(
        self, offsets: FloatArray, seen: FloatArray, rng: np.random.Generator
    ) -> tuple[FloatArray, FloatArray]:
        """Return offsets (n, V, 3) with another's upper face, and what of both was seen (n,)."""
        if not self.lenders:
            return offsets, seen
        lender = self.lenders[int(rng.integers(len(self.lenders)))]
        frames = len(offsets)
        begin = int(rng.integers(max(1, lender.frames - frames + 1)))
        upper, known = lender.face(begin, min(lender.frames, begin + frames))
        missing = frames - len(upper)  # a shorter take ends as it stands
        upper = np.pad(upper, [(0, missing), (0, 0), (0, 0)], mode="edge")
        known = np.pad(known, (0, missing), mode="edge")
        return offsets + self.mask * (upper - offsets), seen * known
