"""The tracks of a glTF animation as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.face.rotation import slerp
from voxface.rig.accessors import read_accessor, read_floats
from voxface.rig.gltf_file import GltfFile, Json

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Track:
    """Keys of one property of one node.

    Parameters
    ----------
    node : int
    path : str
        ``weights``, ``rotation``, ``translation`` or ``scale``.
    times : ndarray, shape (K,)
        In seconds, rising.
    values : ndarray, shape (K, width)
    stepped : bool
        Whether a key holds until the next; otherwise values change evenly in between. Splines are
        read as their keys with straight lines in between.
    """

    node: int
    path: str
    times: FloatArray
    values: FloatArray
    stepped: bool = False

    def at(self, times: FloatArray) -> FloatArray:
        """Return the values at other times, shape (T, width); the ends hold."""
        positions = np.interp(times, self.times, np.arange(len(self.times), dtype=np.float64))
        # Keys are float32 times, the coarser the later they are: as near as that is on the key.
        span = float(self.times[-1] - self.times[0])
        blur = 1e-3 + float(np.spacing(np.float32(self.times[-1]))) * len(self.times) / max(span, 1)
        nearest = np.round(positions)
        positions = np.where(np.abs(positions - nearest) < blur, nearest, positions)
        below = positions.astype(np.int64)
        if self.stepped:
            return self.values[below]
        above = np.minimum(below + 1, len(self.times) - 1)
        fraction = positions - below
        if self.path == "rotation":
            return slerp(self.values[below], self.values[above], fraction)
        blend = fraction[:, None]
        return np.asarray(self.values[below] * (1 - blend) + self.values[above] * blend)


def read_tracks(file: GltfFile, animation: Json) -> list[Track]:
    """Return the tracks of an animation that move nodes of the document.

    Raises
    ------
    VoxfaceError
        If the animation contradicts the specification.
    """
    tracks = []
    samplers = animation.get("samplers", [])
    for channel in animation.get("channels", []):
        target, number = channel.get("target", {}), channel.get("sampler")
        if target.get("node") is None:
            continue
        if type(number) is not int or not 0 <= number < len(samplers):
            raise file.broken("an animation has no sampler for one of its channels")
        tracks.append(_read_track(file, samplers[number], int(target["node"]), target.get("path")))
    return tracks


def _read_track(file: GltfFile, sampler: Json, node: int, path: Any) -> Track:
    times = read_floats(file, sampler.get("input"), 1)[:, 0].astype(np.float64)
    output = read_accessor(file, sampler.get("output")).astype(np.float64)
    kind = sampler.get("interpolation", "LINEAR")
    per_key = 3 if kind == "CUBICSPLINE" else 1
    if not len(times) or (np.diff(times) < 0).any() or output.size % (len(times) * per_key):
        raise file.broken("an animation's keys and values do not fit together")
    if not np.isfinite(output).all():
        raise file.broken("an animation holds values that are not finite numbers")
    values = output.reshape(len(times), per_key, -1)[:, per_key // 2]
    return Track(node, str(path), times, values, kind == "STEP")
