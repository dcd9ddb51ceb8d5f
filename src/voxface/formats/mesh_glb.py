"""glTF 2.0 (``.glb``) of a moving mesh: morph targets, their weights over time, and the head.

Metres, +y up. The mesh at rest is the neutral face. Its morph targets are principal components of
the motion, as many as keep every vertex within an error, or every frame itself; weights may be
negative, which glTF allows. The head's motion moves the node ``head``. What glTF has no word for
(exact rate, start, topology, regions, the error) stands in the animation's ``extras.voxface``.

Spec: https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html, sections 3.7.2 and 3.11.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError
from voxface.face import FaceClip, Material, MeshClip
from voxface.formats.mesh_components import LARGEST_ERROR, Components, components_of
from voxface.formats.mesh_gaps import Gap, mesh_gaps
from voxface.formats.mesh_look import SKIN, mesh_colours
from voxface.formats.output import OutputFile

# Rigs are slow to import, so they wait until a mesh is written.
# ruff: noqa: PLC0415

MOST_FRAMES = 500
"""Frames of a clip whose every frame may become a morph target."""
GAP = "gap"
"""What `extras.voxface` says of a primitive that is no part of the mesh."""
_CM = np.float32(0.01)


def save(
    clip: MeshClip,
    path: Path,
    *,
    morphs: str = "components",
    components: int | None = None,
    largest_error: float = LARGEST_ERROR,
    normals: bool = True,
    gaps: bool = False,
) -> None:
    """Write a clip as an animated mesh.

    Parameters
    ----------
    clip : MeshClip
    path : Path
    morphs : str
        ``components``, or ``frames``: a morph target for every frame, exact, for short clips.
    components : int, optional
        How many components; default: as many as `largest_error` asks for.
    largest_error : float
        Centimetres that any vertex of any frame may be off.
    normals : bool
        Whether morph targets turn the normals too, which light needs; doubles the file.
    gaps : bool
        Whether what lies behind lips and lids is closed, as parts of its own: for looking at.

    Raises
    ------
    VoxfaceError
        If the clip has no frames, or too many for ``frames``, or an option is unknown.
    """
    content = mesh_glb(
        clip,
        morphs=morphs,
        components=components,
        largest_error=largest_error,
        normals=normals,
        gaps=gaps,
    )
    with OutputFile(path) as file:
        file.write(content)


def mesh_glb(
    clip: MeshClip,
    *,
    morphs: str = "components",
    components: int | None = None,
    largest_error: float = LARGEST_ERROR,
    normals: bool = True,
    gaps: bool = False,
) -> bytes:
    """Return a GLB file of a clip; see `save`."""
    from voxface.rig.animation import EXTRAS, MorphTrack, add_animation
    from voxface.rig.head_motion import HeadNode
    from voxface.rig.packer import Packer

    if not len(clip):
        raise VoxfaceError("a clip without frames cannot become an animation")
    found = _targets(clip, morphs, components, largest_error)
    names = tuple(f"motion{number + 1:03d}" for number in range(len(found.deltas)))
    packer = Packer({"asset": {"version": "2.0", "generator": "voxface"}})
    mesh = {
        "name": clip.topology.name,
        "primitives": [
            _primitive(packer, clip, found.deltas, normals),
            *(
                _gap(packer, each, clip.neutral, found.deltas)
                for each in (mesh_gaps(clip.topology, clip.neutral) if gaps else ())
            ),
        ],
        "weights": [0.0] * len(names),
        "extras": {"targetNames": list(names)},
    }
    node = {"name": clip.topology.name, "mesh": packer.add("meshes", mesh)}
    below = packer.add("nodes", node)
    head = packer.add("nodes", {"name": "head", "children": [below]})
    packer.document["scene"] = packer.add("scenes", {"name": "voxface", "nodes": [head]})
    # An animation of this module's own would say all of it a second time.
    moving = FaceClip(
        found.weights, clip.fps, names, clip.head, start=clip.start, metadata=clip.metadata
    )
    track = MorphTrack(below, found.weights)
    add_animation(packer, moving, [track], HeadNode.standing(head, (0.0, 0.0, 0.0)))
    packer.document["animations"][0]["extras"][EXTRAS] |= {
        "kind": "mesh",
        "topology": clip.topology.name,
        "regions": list(clip.topology.regions),
        "morphs": morphs,
        "components": len(names),
        "largest_error_cm": found.largest_error,
    }
    return packer.finish()


def _targets(
    clip: MeshClip, morphs: str, components: int | None, largest_error: float
) -> Components:
    if morphs == "components":
        return components_of(clip.offsets, components, largest_error)
    if morphs != "frames":
        raise VoxfaceError(f"morphs are 'components' or 'frames', not '{morphs}'")
    if components is not None:
        raise VoxfaceError("morphs='frames' has a target for every frame: leave out components")
    if len(clip) > MOST_FRAMES:
        raise VoxfaceError(
            f"a target for every frame suits clips of up to {MOST_FRAMES} frames, not {len(clip)}; "
            "leave out morphs='frames'"
        )
    return Components(clip.offsets, np.eye(len(clip), dtype=np.float32), 0.0)


def _primitive(
    packer: Any, clip: MeshClip, deltas: NDArray[np.float32], normals: bool
) -> dict[str, Any]:
    from voxface.rig.normals import vertex_normals
    from voxface.rig.packer import VERTICES

    triangles = clip.topology.triangles
    if not len(triangles):
        raise VoxfaceError("a mesh without triangles cannot become a GLB file; write .npz")
    rest = vertex_normals(clip.neutral, triangles)
    colours = np.rint(mesh_colours(clip.topology) * 65535).astype("<u2")
    attributes = {
        "POSITION": packer.accessor(clip.neutral * _CM, target=VERTICES, bounds=True),
        "NORMAL": packer.accessor(rest, target=VERTICES),
        "COLOR_0": packer.accessor(colours, target=VERTICES, normalized=True),
    }
    for number, mask in enumerate(clip.topology.regions.values()):
        attributes[f"_REGION_{number}"] = packer.accessor(mask, target=VERTICES)
    targets = []
    for delta in deltas:
        target = {"POSITION": packer.accessor(delta * _CM, target=VERTICES, bounds=True)}
        if normals:
            turned = vertex_normals(clip.neutral + delta, triangles) - rest
            target["NORMAL"] = packer.accessor(turned, target=VERTICES)
        targets.append(target)
    return {
        "attributes": attributes,
        "indices": _indices(packer, triangles),
        "material": _material(packer, SKIN),
        "targets": targets,
    }


def _gap(
    packer: Any, gap: Gap, neutral: NDArray[np.float32], deltas: NDArray[np.float32]
) -> dict[str, Any]:
    from voxface.rig.packer import VERTICES

    def vectors(values: NDArray[np.float32]) -> int:
        return int(packer.accessor(values * _CM, target=VERTICES, bounds=True))

    forward = np.tile(np.array((0, 0, 1), np.float32), (len(gap.vertices), 1))
    return {
        "attributes": {
            "POSITION": vectors(gap.placed(neutral)),
            "NORMAL": packer.accessor(forward, target=VERTICES),
        },
        "indices": _indices(packer, gap.triangles),
        "material": _material(packer, gap.material),
        "targets": [{"POSITION": vectors(gap.moved(delta))} for delta in deltas],
        "extras": {"voxface": GAP},
    }


def _indices(packer: Any, triangles: NDArray[np.int32]) -> int:
    from voxface.rig.packer import INDICES

    # The largest number of a type is glTF's mark for a restart and must not be an index.
    kind = "<u2" if triangles.max() < 65535 else "<u4"
    return int(packer.accessor(triangles.reshape(-1).astype(kind), target=INDICES))


def _material(packer: Any, look: Material) -> int:
    surface = {
        "baseColorFactor": list(look.color),
        "metallicFactor": look.metallic,
        "roughnessFactor": look.roughness,
    }
    entry = {"name": look.name, "pbrMetallicRoughness": surface, "doubleSided": look.two_sided}
    return int(packer.add("materials", entry))
