"""glTF 2.0 (``.glb``): a head with the clip as its animation, in one file.

The morph weights are tracks of the nodes with morph targets, the head's pose moves the head's node.
Where the rig was read from a glTF or VRM file, that file is kept and the animation added to it.
The sound is not in the file.

Spec: https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html, section 3.11 (animations).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, REST_POSE, FaceClip, Rig, parse_frame_rate
from voxface.formats.timeline import DEFAULT_RATE, rate_from_times
from voxface.formats.writer import CollectingWriter

if TYPE_CHECKING:
    from voxface.rig.gltf_file import GltfFile, Json
    from voxface.rig.tracks import Track

# Rigs are slow to import, so they wait until one is read or written.
# ruff: noqa: PLC0415


class GlbWriter(CollectingWriter):
    """Writes the rig of the header with the clip; the clip stays in memory until it is closed."""

    def _end(self) -> None:
        assert self.header.rig is not None
        self._file.write(glb_of(self.header.rig, self._clip()))


def glb_of(rig: Rig, clip: FaceClip) -> bytes:
    """Return a GLB file of a rig with a clip.

    A rig as it was read from a glTF or VRM file is that file with an animation added; one that was
    changed since, or comes from elsewhere, is written by itself.
    """
    from voxface.rig import write_glb
    from voxface.rig.draco import read_unpacked
    from voxface.rig.from_gltf import rig_from_gltf
    from voxface.rig.gltf_file import is_gltf
    from voxface.rig.patch import animate_gltf

    if rig.source is not None and is_gltf(rig.source):
        file = read_unpacked(rig.source)
        stored = rig_from_gltf(file)
        same = stored.targets == rig.targets and all(
            np.array_equal(getattr(stored, name), getattr(rig, name))
            for name in ("neutral", "deltas", "triangles", "head_share")
        )
        if same and [part.material for part in stored.parts] == [
            part.material for part in rig.parts
        ]:
            return animate_gltf(file, stored, clip)
    return write_glb(rig, clip)


def load(path: Path) -> FaceClip:
    """Read the animation of a head: morph weights by name, and the motion of the head's node.

    Of several animations the one that voxface wrote counts, or the first with morph weights.

    Raises
    ------
    VoxfaceError
        If the file is damaged or holds no animation of a face.
    """
    from voxface.rig.gltf_file import read_gltf, understanding

    file = read_gltf(path)
    with understanding(file.name):
        return _read_animation(file)


def is_mesh(animation: Mapping[str, Any]) -> bool:
    """Tell whether an animation of voxface's moves a mesh that has no channels."""
    return notes_of(animation).get("kind") == "mesh"


def _read_animation(file: GltfFile) -> FaceClip:
    from voxface.rig.tracks import read_tracks

    animation = _animation(file)
    if is_mesh(animation):
        raise VoxfaceError(
            f"{file.name} holds a moving mesh, not a face of channels; "
            "read it with 'voxface.face.MeshClip.load'"
        )
    tracks = read_tracks(file, animation)
    notes = notes_of(animation)
    times = np.unique(np.concatenate([track.times for track in tracks]))
    fps, grid = frame_grid(times, notes)
    weights, tracked, unknown = _weights(file, tracks, grid)
    unseen = set(notes.get("untracked") or ())
    tracked &= np.array([name not in unseen for name in ARKIT_CHANNELS])
    if not tracked.any():
        few = ", ".join(unknown[:4]) + (", …" if len(unknown) > 4 else "")
        raise VoxfaceError(
            f"{file.name} animates no morph target that voxface knows"
            + (f" ({few})" if few else "; export it with its shape key animation")
        )
    metadata = dict(notes.get("metadata") or {})
    if unknown:
        metadata["unknown_columns"] = unknown
    start = float(notes.get("start", grid[0]))
    return FaceClip(
        weights, fps, ARKIT_CHANNELS, head_poses(file, tracks, grid), tracked, start, metadata
    )


def _animation(file: GltfFile) -> Json:
    animations = file.items("animations")
    if not animations:
        raise VoxfaceError(f"{file.name} holds no animation: it is a rig (--rig), not a clip")
    for each in animations:
        if notes_of(each):
            return each

    def has_weights(entry: Json) -> bool:
        channels = entry.get("channels", [])
        return any(each.get("target", {}).get("path") == "weights" for each in channels)

    found = next((each for each in animations if has_weights(each)), None)
    if found is None:
        raise VoxfaceError(
            f"{file.name} animates no morph targets; export it with its shape key animation"
        )
    return found


def notes_of(animation: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what voxface noted of the clip it wrote; empty for other people's animations."""
    notes = (animation.get("extras") or {}).get("voxface")
    return notes if isinstance(notes, dict) else {}


def frame_grid(
    times: NDArray[np.float64], notes: Mapping[str, Any]
) -> tuple[Fraction, NDArray[np.float64]]:
    """Return the frame rate and the time of every frame in the file."""
    if "fps" in notes:
        fps = parse_frame_rate(str(notes["fps"]))
    else:
        fps = rate_from_times(times, 1e-5) or DEFAULT_RATE
    frames = round(float(times[-1] - times[0]) * float(fps)) + 1
    return fps, times[0] + np.arange(frames) / float(fps)


def _weights(
    file: GltfFile, tracks: list[Track], grid: NDArray[np.float64]
) -> tuple[NDArray[np.float32], NDArray[np.bool_], list[str]]:
    """Return weights and tracked of the 52 channels, and the targets that are none of them."""
    from voxface.rig.channels_of import channels_of
    from voxface.rig.connect import connect_names
    from voxface.rig.primitives import target_names
    from voxface.rig.vrm import read_expressions

    series: dict[str, NDArray[np.float64]] = {}
    for track in tracks:
        if track.path != "weights" or "mesh" not in file.item("nodes", track.node):
            continue
        names = target_names(file, file.item("meshes", file.item("nodes", track.node)["mesh"]))
        if track.values.shape[1] != len(names):
            raise file.broken("an animation has another number of weights than its mesh targets")
        for name, values in zip(names, track.at(grid).T, strict=True):
            series.setdefault(name, values)
    connection = connect_names(tuple(series), read_expressions(file))
    shown = channels_of(connection, series)
    if not any(channel.startswith("eyeLook") for channel in shown):
        shown |= _gaze(file, tracks, grid)
    weights = np.zeros((len(grid), len(ARKIT_CHANNELS)), np.float32)
    tracked = np.zeros(weights.shape, bool)
    for column, channel in enumerate(ARKIT_CHANNELS):
        if channel in shown:
            weights[:, column] = shown[channel]
            tracked[:, column] = True
    return weights, tracked, [name for name in connection.unused if series[name].any()]


def _gaze(
    file: GltfFile, tracks: list[Track], grid: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    """Return the eyeLook channels of eyes that are turned by bones."""
    from voxface.rig.eyes import find_eyes
    from voxface.rig.head_motion import HeadNode
    from voxface.rig.scene import scene_nodes

    nodes = scene_nodes(file)
    turning = {track.node: track for track in tracks if track.path == "rotation"}
    shown: dict[str, NDArray[np.float64]] = {}
    for eye in find_eyes(file):
        if eye.node in nodes and eye.node in turning:
            rest = HeadNode.in_scene(file, eye.node, nodes)
            still = np.tile(rest.translation, (len(grid), 1))
            shown |= eye.channels(rest.poses(turning[eye.node].at(grid), still)[:, 3:])
    return shown


def head_poses(
    file: GltfFile, tracks: list[Track], grid: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Return the motion of the node that turns the head, about its rest, shape (T, 7)."""
    from voxface.rig.head_motion import HeadNode
    from voxface.rig.scene import find_head, scene_nodes

    nodes = scene_nodes(file)
    number = find_head(file)
    moving = {track.path: track for track in tracks if track.node == number}
    if number is None or number not in nodes or not moving:
        return np.tile(np.array(REST_POSE, np.float32), (len(grid), 1))
    head = HeadNode.in_scene(file, number, nodes)
    rotation = np.tile(head.rotation, (len(grid), 1))
    translation = np.tile(head.translation, (len(grid), 1))
    if "rotation" in moving:
        rotation = moving["rotation"].at(grid)
    if "translation" in moving:
        translation = moving["translation"].at(grid)
    return head.poses(rotation, translation)
