"""ICT-FaceKit data (USC Institute for Creative Technologies, "ICT Face Kit", MIT licence)."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError
from voxface.face import Material, Rig, RigPart
from voxface.rig.ict_parts import VERTICES, ict_colors, ict_head_share, ict_parts
from voxface.rig.pivot import guess_pivot

_DAMAGE = (
    zipfile.BadZipFile, zlib.error, EOFError, ValueError, TypeError, IndexError, OSError,
)  # fmt: skip


def rig_from_ict(path: Path) -> Rig:
    """Read an archive of ``neutral``, ``faces``, ``names``, ``deltas`` and optionally ``uv``.

    Vertices are in centimetres; faces are quads, or triangles with -1 as their fourth corner.
    Channels that are split into ``_L`` and ``_R`` stay targets of their own.

    Raises
    ------
    VoxfaceError
        If the archive is damaged or holds something else.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            missing = {"neutral", "faces", "names", "deltas"} - set(archive.files)
            if missing:
                raise VoxfaceError(
                    f"{path} is not ICT-FaceKit data: it lacks {', '.join(sorted(missing))}"
                )
            neutral = np.asarray(archive["neutral"], np.float32)
            deltas = np.asarray(archive["deltas"], np.float32)
            faces = np.asarray(archive["faces"], np.int32)
            names = tuple(str(name) for name in archive["names"])
            if faces.ndim != 2 or faces.shape[1] != 4:
                raise ValueError(f"faces have shape {faces.shape}, not (F, 4)")
            uv = _uv(archive, len(neutral), faces)
    except _DAMAGE as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise VoxfaceError(f"{path} is damaged or not ICT-FaceKit data: {reason}") from None
    pivot = guess_pivot(neutral, deltas)
    triangles = triangulate(faces)
    known = len(neutral) == VERTICES
    return Rig(
        path.stem,
        neutral,
        ict_parts(triangles) if known else (RigPart("skin", triangles, Material("skin")),),
        names,
        deltas,
        uv=uv,
        colors=ict_colors(neutral) if known else None,
        head_share=ict_head_share(neutral) if known else None,  # type: ignore[arg-type]
        head_pivot=(float(pivot[0]), float(pivot[1]), float(pivot[2])),
        source=path,
    )


def triangulate(faces: NDArray[np.int32]) -> NDArray[np.int32]:
    """Split quads (F, 4) into triangles; a fourth corner of -1 means there is none."""
    first = faces[:, :3]
    second = faces[faces[:, 3] >= 0][:, [0, 2, 3]]
    return np.concatenate([first, second])


def _uv(archive: Any, count: int, faces: NDArray[np.int32]) -> NDArray[np.float32] | None:
    """Return one texture coordinate for each vertex, upper left origin; seams are not split."""
    if "uv" not in archive.files or "face_uv" not in archive.files:
        return None
    corners = np.asarray(archive["face_uv"], np.int64)
    uv = np.zeros((count, 2), np.float32)
    used = (faces >= 0) & (corners >= 0)
    uv[faces[used]] = np.asarray(archive["uv"], np.float32)[corners[used]]
    uv[:, 1] = 1 - uv[:, 1]
    return uv
