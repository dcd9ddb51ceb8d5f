"""Reading a moving mesh back from a GLB file, of voxface's or another's making."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError
from voxface.face import MeshClip, MeshTopology
from voxface.formats.glb import frame_grid, head_poses, is_mesh, notes_of
from voxface.formats.mesh_glb import GAP

if TYPE_CHECKING:
    from voxface.rig.gltf_file import GltfFile, Json
    from voxface.rig.tracks import Track

# ruff: noqa: PLC0415

_METRES_TO_CM = 100


def load(path: Path) -> MeshClip:
    """Read the first mesh whose morph weights an animation moves.

    Raises
    ------
    VoxfaceError
        If the file is damaged, or holds no such mesh, or one of several primitives.
    """
    from voxface.rig.gltf_file import read_gltf, understanding

    file = read_gltf(path)
    with understanding(file.name):
        return _read(file)


def holds_mesh(path: Path) -> bool:
    """Tell whether a file is a moving mesh that voxface wrote."""
    from voxface.rig.gltf_file import read_gltf

    try:
        return any(is_mesh(each) for each in read_gltf(path).items("animations"))
    except (VoxfaceError, AttributeError, TypeError):
        return False


def _read(file: GltfFile) -> MeshClip:
    from voxface.rig.primitives import read_triangles
    from voxface.rig.tracks import read_tracks

    for animation in file.items("animations"):
        tracks = read_tracks(file, animation)
        moving = next((each for each in tracks if _moves_mesh(file, each)), None)
        if moving is not None:
            break
    else:
        raise VoxfaceError(
            f"{file.name} animates no morph targets, so there is no moving mesh in it; "
            "export it with its shape key animation"
        )
    mesh = file.item("meshes", file.item("nodes", moving.node)["mesh"])
    shown = [each for each in mesh["primitives"] if not _is_gap(each)]
    if len(shown) != 1:
        raise VoxfaceError(
            f"{file.name}: its moving mesh has {len(shown)} materials; "
            "voxface reads meshes of one: join them and export it again"
        )
    primitive, notes = shown[0], notes_of(animation)
    neutral, deltas = _shapes(file, primitive)
    if moving.values.shape[1] != len(deltas):
        raise file.broken("an animation has another number of weights than its mesh targets")
    triangles = read_triangles(file, primitive, len(neutral))
    topology = MeshTopology(
        str(notes.get("topology") or mesh.get("name") or Path(file.name).stem),
        np.zeros((0, 3), np.int32) if triangles is None else triangles,
        len(neutral),
        _regions(file, primitive, notes),
    )
    fps, grid = frame_grid(moving.times, notes)
    offsets = np.tensordot(moving.at(grid), deltas.astype(np.float64), axes=1)
    metadata = dict(notes.get("metadata") or {})
    if "largest_error_cm" in notes:
        kept = ("morphs", "components", "largest_error_cm")
        metadata["glb"] = {name: notes[name] for name in kept if name in notes}
    start = float(notes.get("start", grid[0]))
    vertices = (neutral + offsets).astype(np.float32)
    return MeshClip(
        vertices, topology, fps, neutral, head_poses(file, tracks, grid), start, metadata
    )


def _moves_mesh(file: GltfFile, track: Track) -> bool:
    return track.path == "weights" and "mesh" in file.item("nodes", track.node)


def _is_gap(primitive: Json) -> bool:
    return (primitive.get("extras") or {}).get("voxface") == GAP


def _shapes(file: GltfFile, primitive: Json) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the neutral face (V, 3) and the targets (K, V, 3), in centimetres."""
    from voxface.rig.accessors import read_floats

    neutral = read_floats(file, primitive["attributes"]["POSITION"], 3)
    deltas = np.zeros((len(primitive.get("targets", ())), *neutral.shape), np.float32)
    for row, target in zip(deltas, primitive.get("targets", ()), strict=True):
        if "POSITION" in target:
            row[:] = read_floats(file, target["POSITION"], 3)
    return neutral * np.float32(_METRES_TO_CM), deltas * np.float32(_METRES_TO_CM)


def _regions(
    file: GltfFile, primitive: Json, notes: Mapping[str, Any]
) -> dict[str, NDArray[np.float32]]:
    from voxface.rig.accessors import read_floats

    return {
        str(name): read_floats(file, primitive["attributes"][f"_REGION_{number}"], 1)[:, 0]
        for number, name in enumerate(notes.get("regions") or ())
    }
