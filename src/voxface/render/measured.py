"""Measured light, kept: in the package for the default head, in the user's cache for other rigs."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError
from voxface.face import Rig
from voxface.folders import cache_folder
from voxface.formats.output import OutputFile
from voxface.render.occlusion import DIRECTIONS, SIZE, SMOOTHING, transfer
from voxface.render.posing import Poser

FloatArray = NDArray[np.float32]
SHIPPED = Path(__file__).with_name("head_light.npz")
"""The measured light of the default head; ``scripts/head_light`` writes it."""
FINEST = 1023
"""Steps between nothing and the largest number of a column."""
LEAST = 0.004
"""What changes by less when the mouth opens does not change."""
MOST_KEPT = 32
"""Heads in the user's cache."""
_DAMAGED = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True)
class MeasuredLight:
    """How light from all around reaches each vertex; see `occlusion.transfer`.

    Parameters
    ----------
    shut, opened : ndarray of float32, shape (V, 25)
        With the mouth shut, and open.
    """

    shut: FloatArray
    opened: FloatArray


def measured_light(context: Any, rig: Rig, poser: Poser, open_row: FloatArray) -> MeasuredLight:
    """Return the light of a rig: what was kept of it, or else measured and kept.

    Parameters
    ----------
    context : moderngl.Context
    rig : Rig
    poser : Poser
        Of the same rig.
    open_row : ndarray, shape (N,)
        Target weights that open the mouth; all 0 where nothing does.
    """
    key = light_key(rig, open_row)
    kept = read_light(SHIPPED, key)
    if kept is not None:
        return kept
    folder = cache_folder() / "light"
    path = folder / f"{key}.npz"
    kept = read_light(path, key)
    if kept is not None:
        return kept
    found = measure_light(context, rig, poser, open_row)
    with suppress(VoxfaceError, OSError):  # a cache that cannot be written is none
        folder.mkdir(parents=True, exist_ok=True)
        write_light(path, key, found)
        for old in sorted(folder.glob("*.npz"), key=lambda each: each.stat().st_mtime)[:-MOST_KEPT]:
            old.unlink()
    return found


def measure_light(context: Any, rig: Rig, poser: Poser, open_row: FloatArray) -> MeasuredLight:
    """Measure the light of a rig; see `measured_light`."""
    shut = transfer(context, rig, poser, np.zeros(len(rig.targets), np.float32))
    opened = transfer(context, rig, poser, open_row) if open_row.any() else shut
    return MeasuredLight(shut, opened)


def light_key(rig: Rig, open_row: FloatArray) -> str:
    """Return a hash of all that a rig's measured light depends on."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(f"1 {DIRECTIONS} {SIZE} {SMOOTHING} {FINEST} {LEAST}".encode())
    digest.update(np.ascontiguousarray(rig.neutral).tobytes())
    for target in np.flatnonzero(open_row):
        digest.update(f"{open_row[target]:.5f}".encode())
        digest.update(np.ascontiguousarray(rig.deltas[target]).tobytes())
    for part in rig.parts:
        digest.update(f"{part.material.two_sided} {part.material.transparent}".encode())
        digest.update(np.ascontiguousarray(part.triangles).tobytes())
    return digest.hexdigest()


def write_light(path: Path, key: str, light: MeasuredLight) -> None:
    """Write measured light to a file.

    Numbers become whole steps, and each vertex the difference from the one before, which lies
    beside it most often: that packs well.

    Raises
    ------
    VoxfaceError
        If the file cannot be written.
    """
    scale = np.maximum(np.abs(light.shut).max(axis=0), np.abs(light.opened).max(axis=0))
    scale = np.maximum(scale, 1e-6).astype(np.float32) / FINEST
    change = light.opened - light.shut
    changed = np.flatnonzero(np.abs(change).max(axis=1, initial=0) > LEAST)
    packed = io.BytesIO()
    np.savez_compressed(
        packed,
        key=np.array(key),
        scale=scale,
        shut=_differences(light.shut / scale),
        changed=changed.astype(np.int32),
        change=_differences(change[changed] / scale),
    )
    with OutputFile(path) as file:
        file.write(packed.getvalue())


def read_light(path: Path, key: str) -> MeasuredLight | None:
    """Read measured light; None if there is none, or not of the rig with this key."""
    try:
        with np.load(path, allow_pickle=False) as file:
            if str(file["key"]) != key:
                return None
            shut = np.cumsum(file["shut"], axis=0, dtype=np.int16) * file["scale"]
            opened = shut.copy()
            opened[file["changed"]] += (
                np.cumsum(file["change"], axis=0, dtype=np.int16) * file["scale"]
            )
            return MeasuredLight(shut, opened)
    except _DAMAGED:
        return None


def _differences(steps: FloatArray) -> NDArray[np.int16]:
    whole = np.rint(steps).astype(np.int16)
    return np.diff(whole, axis=0, prepend=np.zeros((1, whole.shape[1]), np.int16))
