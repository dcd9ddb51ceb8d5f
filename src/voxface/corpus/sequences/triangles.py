"""Triangles of a corpus's template, from .ply or .obj files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError


def read_obj(path: Path) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Return vertices (V, 3) and triangles (F, 3) of a Wavefront file; polygons are fanned.

    Raises
    ------
    VoxfaceError
        If it cannot be read or holds no mesh.
    """
    vertices, triangles = [], []
    for line in _lines(path):
        words = line.split()
        if not words:
            continue
        try:
            if words[0] == "v":
                vertices.append([float(word) for word in words[1:4]])
            elif words[0] == "f":
                triangles += _fan([int(word.split("/")[0]) - 1 for word in words[1:]])
        except ValueError:
            raise VoxfaceError(f"{path} is damaged at '{line.strip()[:40]}'") from None
    return _checked(path, vertices, triangles)


def read_ply(path: Path) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Return vertices (V, 3) and triangles (F, 3) of a Stanford file, text or little-endian.

    Raises
    ------
    VoxfaceError
        If it cannot be read, is of another kind or holds no mesh.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise VoxfaceError(f"cannot read {path}: {error.strerror or error}") from None
    head, mark, body = data.partition(b"end_header")
    body = body.removeprefix(b"\r").removeprefix(b"\n")
    text = head.decode("latin1").replace("\r", "")
    counts = dict(re.findall(r"element (\w+) (\d+)", text))
    if not mark or not text.startswith("ply") or {"vertex", "face"} - set(counts):
        raise VoxfaceError(f"{path} is no PLY file of a mesh")
    total, faces = int(counts["vertex"]), int(counts["face"])
    of_vertex = text.split("element vertex")[1].split("element")[0]
    columns = re.findall(r"property (\w+) (\w+)", of_vertex)
    try:
        if "format ascii" in text:
            rows = body.decode("latin1").split("\n")
            vertices = [[float(word) for word in row.split()[:3]] for row in rows[:total]]
            polygons = [[int(w) for w in row.split()[1:]] for row in rows[total : total + faces]]
            triangles = [corner for polygon in polygons for corner in _fan(polygon)]
            return _checked(path, vertices, triangles)
        if "binary_little_endian" not in text:
            raise VoxfaceError(f"{path} is a big-endian PLY file; save it as text")
        kind = np.dtype([(name, _TYPES[type_]) for type_, name in columns])
        table = np.frombuffer(body, kind, total)
        found = re.search(r"property list (\w+) (\w+)", text)
        assert found is not None
        face = np.dtype([("n", _TYPES[found[1]]), ("corners", _TYPES[found[2]], 3)])
        corners = np.frombuffer(body[total * kind.itemsize :], face, faces)
    except (ValueError, KeyError, IndexError, AssertionError) as error:
        raise VoxfaceError(f"{path} is damaged ({error})") from None
    if (corners["n"] != 3).any():
        raise VoxfaceError(f"{path} holds polygons that are no triangles; save it as triangles")
    places = np.stack([table[axis] for axis in "xyz"], axis=1)
    return _checked(path, places.tolist(), corners["corners"].tolist())


_TYPES = {
    "char": "i1", "uchar": "u1", "int8": "i1", "uint8": "u1", "short": "<i2", "ushort": "<u2",
    "int": "<i4", "uint": "<u4", "int32": "<i4", "uint32": "<u4", "float": "<f4",
    "float32": "<f4", "double": "<f8", "float64": "<f8",
}  # fmt: skip


def template_triangles(root: Path, names: Sequence[str], vertices: int) -> NDArray[np.int32]:
    """Return the triangles of the first template that is there.

    Raises
    ------
    VoxfaceError
        If none is, or it has another number of vertices; the message says which file to put where.
    """
    for name in names:
        path = root / name
        if path.is_file():
            found, triangles = (read_ply if path.suffix == ".ply" else read_obj)(path)
            if len(found) != vertices:
                raise VoxfaceError(
                    f"{path} has {len(found)} vertices, and the sequences have {vertices}"
                )
            return triangles
    raise VoxfaceError(
        f"'{root}' holds no template of the mesh's triangles; put one there as {names[0]}"
    )


def surface_area(vertices: NDArray[np.floating], triangles: NDArray[np.int32]) -> float:
    """Return the area of a mesh, in its unit squared."""
    a, b, c = (np.asarray(vertices, np.float64)[triangles[:, corner]] for corner in range(3))
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="latin1").splitlines()
    except OSError as error:
        raise VoxfaceError(f"cannot read {path}: {error.strerror or error}") from None


def _fan(corners: Sequence[int]) -> list[list[int]]:
    return [[corners[0], corners[k], corners[k + 1]] for k in range(1, len(corners) - 1)]


def _checked(
    path: Path, vertices: Sequence[Sequence[float]], triangles: Sequence[Sequence[int]]
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    places, corners = np.asarray(vertices, np.float32), np.asarray(triangles, np.int32)
    if places.ndim != 2 or corners.ndim != 2:
        raise VoxfaceError(f"{path} holds no mesh of triangles")
    if corners.min() < 0 or corners.max() >= len(places):
        raise VoxfaceError(f"{path} is damaged: its triangles use vertices that it does not have")
    return places, corners
