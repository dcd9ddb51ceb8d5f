"""Real spherical harmonics up to degree four: functions of direction in a few numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float32]
DEGREES: NDArray[np.int64] = np.repeat(np.arange(5), [1, 3, 5, 7, 9])
"""The degree of each of the 25 functions."""


def harmonics(directions: ArrayLike, count: int = 25) -> FloatArray:
    """Evaluate the first functions at unit vectors.

    Parameters
    ----------
    directions : array_like, shape (N, 3)
        Unit vectors.
    count : int
        9 for degrees up to two, 25 for degrees up to four.

    Returns
    -------
    ndarray of float32, shape (count, N)
        Orthonormal over the sphere.

    Notes
    -----
    Sloan, "Stupid spherical harmonics (SH) tricks", GDC 2008, appendix A2, to degree four.
    """
    x, y, z = np.asarray(directions, np.float32).T
    xx, yy, zz, xy, yz, xz = x * x, y * y, z * z, x * y, y * z, x * z
    result = np.empty((count, len(x)), np.float32)
    first = (
        np.full_like(x, 0.28209479), 0.48860251 * y, 0.48860251 * z, 0.48860251 * x,
        1.09254843 * xy, 1.09254843 * yz, 0.31539157 * (3 * zz - 1), 1.09254843 * xz,
        0.54627422 * (xx - yy),
    )  # fmt: skip
    for row, values in enumerate(first):
        result[row] = values
    if count > len(first):
        more = (
            0.59004359 * y * (3 * xx - yy), 2.89061144 * xy * z, 0.45704579 * y * (5 * zz - 1),
            0.37317633 * z * (5 * zz - 3), 0.45704579 * x * (5 * zz - 1),
            1.44530572 * z * (xx - yy), 0.59004359 * x * (xx - 3 * yy),
            2.50334294 * xy * (xx - yy), 1.77013077 * yz * (3 * xx - yy),
            0.94617470 * xy * (7 * zz - 1), 0.66904654 * yz * (7 * zz - 3),
            0.10578555 * (35 * zz * zz - 30 * zz + 3), 0.66904654 * xz * (7 * zz - 3),
            0.47308735 * (xx - yy) * (7 * zz - 1), 1.77013077 * xz * (xx - 3 * yy),
            0.62583574 * (xx * (xx - 3 * yy) - yy * (3 * xx - yy)),
        )  # fmt: skip
        for row, values in enumerate(more, len(first)):
            result[row] = values
    return result
