"""OpenUSD of a moving mesh: points over time in a `UsdGeom.Mesh`, the head's motion above it.

Centimetres, +y up, the face looks along +z. Time codes are frames: code 0 is the beginning of the
sound, frame k of a clip stands at ``start * fps + k``, and ``timeCodesPerSecond`` is the frame rate
(29.97 is the double nearest to 30000/1001; the exact fraction stands in the layer's custom data).
The points without a time are the neutral face; regions are primvars.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pxr import Gf, Kind, Sdf, Tf, Usd, UsdGeom, Vt

from voxface.errors import VoxfaceError
from voxface.face import REST_POSE, MeshClip, MeshTopology, parse_frame_rate
from voxface.formats.json_text import plain_json
from voxface.formats.mesh_look import mesh_colours
from voxface.formats.output import OutputFile
from voxface.formats.timeline import likely_rate, rate_from_times
from voxface.formats.usd import usd_reason
from voxface.formats.usd_mesh import integers, vectors
from voxface.formats.usd_reader import named_as_usd

_REGION = "region_"
"""Primvars of regions are called ``region_0`` and so on; their names need not be USD's."""


def save(clip: MeshClip, path: Path) -> None:
    """Write ``.usda`` (text) or ``.usdc`` (binary, also ``.usd``)."""
    if not len(clip):
        raise VoxfaceError("a clip without frames cannot become an animation")
    suffix = path.suffix.lower()
    with tempfile.TemporaryDirectory(prefix="voxface-") as folder:
        whole = Path(folder) / f"mesh{'.usdc' if suffix == '.usd' else suffix}"
        try:
            stage = Usd.Stage.CreateNew(str(whole))
            _build(stage, clip)
            stage.GetRootLayer().Save()
        except Tf.ErrorException as error:
            raise VoxfaceError(f"cannot write {path}: {usd_reason(error)}") from None
        with OutputFile(path) as file:
            file.write(whole.read_bytes())


def _build(stage: Any, clip: MeshClip) -> None:
    fps = float(clip.fps)
    first = clip.start * fps
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.y)
    UsdGeom.SetStageMetersPerUnit(stage, UsdGeom.LinearUnits.centimeters)
    stage.SetTimeCodesPerSecond(fps)
    stage.SetFramesPerSecond(fps)
    stage.SetStartTimeCode(first)
    stage.SetEndTimeCode(first + len(clip) - 1)
    layer = stage.GetRootLayer()
    layer.documentation = "Moving mesh by voxface; centimetres, +x is the subject's left."
    layer.customLayerData = {
        "voxface": {
            "kind": "mesh",
            "fps": str(clip.fps),
            "start": float(clip.start),
            "topology": clip.topology.name,
            "regions": json.dumps(list(clip.topology.regions)),
            "metadata": plain_json(dict(clip.metadata)),
        }
    }
    head = UsdGeom.Xform.Define(stage, "/Head")
    stage.SetDefaultPrim(head.GetPrim())
    Usd.ModelAPI(head.GetPrim()).SetKind(Kind.Tokens.component)
    place, turn = head.AddTranslateOp(), head.AddOrientOp()
    mesh = _mesh(stage, clip)
    points, extent = mesh.GetPointsAttr(), mesh.GetExtentAttr()
    for frame, vertices in enumerate(clip.vertices):
        time = Usd.TimeCode(first + frame)
        pose = clip.head[frame].tolist()
        place.Set(Gf.Vec3d(*pose[:3]), time)
        turn.Set(Gf.Quatf(pose[3], *pose[4:]), time)
        points.Set(vectors(vertices), time)
        extent.Set(vectors(np.stack([vertices.min(0), vertices.max(0)])), time)


def _mesh(stage: Any, clip: MeshClip) -> Any:
    topology = clip.topology
    mesh = UsdGeom.Mesh.Define(stage, "/Head/Face")
    mesh.CreatePointsAttr(vectors(clip.neutral))
    mesh.CreateExtentAttr(vectors(np.stack([clip.neutral.min(0), clip.neutral.max(0)])))
    mesh.CreateFaceVertexIndicesAttr(integers(topology.triangles.reshape(-1)))
    mesh.CreateFaceVertexCountsAttr(integers(np.full(len(topology.triangles), 3)))
    mesh.CreateSubdivisionSchemeAttr(UsdGeom.Tokens.none)
    mesh.CreateDoubleSidedAttr(True)
    colours = mesh.CreateDisplayColorPrimvar(UsdGeom.Tokens.vertex)
    colours.Set(vectors(mesh_colours(topology)[:, :3]))
    primvars = UsdGeom.PrimvarsAPI(mesh)
    for number, mask in enumerate(topology.regions.values()):
        primvar = primvars.CreatePrimvar(
            f"{_REGION}{number}", Sdf.ValueTypeNames.FloatArray, UsdGeom.Tokens.vertex
        )
        primvar.Set(Vt.FloatArray.FromNumpy(mask))
    return mesh


def load(path: Path) -> MeshClip:
    """Read the first mesh whose points move, of triangles; and the head if voxface wrote it."""
    with named_as_usd(path) as file:
        try:
            stage = Usd.Stage.Open(str(file))
            mesh = _moving_mesh(stage)
        except Tf.ErrorException as error:
            raise VoxfaceError(f"{path} is damaged or not USD: {usd_reason(error)}") from None
        if mesh is None:
            raise VoxfaceError(f"{path} holds no mesh whose points move")
        return _clip(path, stage, mesh)


def holds_mesh(path: Path) -> bool:
    """Tell whether a file holds a mesh whose points move."""
    try:
        with named_as_usd(path) as file:
            return _moving_mesh(Usd.Stage.Open(str(file))) is not None
    except (Tf.ErrorException, VoxfaceError):
        return False


def _moving_mesh(stage: Any) -> Any:
    meshes = (UsdGeom.Mesh(prim) for prim in stage.Traverse() if prim.IsA(UsdGeom.Mesh))
    return next((mesh for mesh in meshes if mesh.GetPointsAttr().GetNumTimeSamples()), None)


def _clip(path: Path, stage: Any, mesh: Any) -> MeshClip:
    points = mesh.GetPointsAttr()
    codes = list(points.GetTimeSamples())
    frames = [np.asarray(points.Get(code), np.float32) for code in codes]
    if len({frame.shape for frame in frames}) != 1:
        raise VoxfaceError(
            f"{path}: the number of its points changes; a mesh clip has one topology"
        )
    counts = np.asarray(mesh.GetFaceVertexCountsAttr().Get() or ())
    if (counts != 3).any():
        raise VoxfaceError(f"{path} has faces of more than three corners; triangulate it first")
    centimetres = np.float32(UsdGeom.GetStageMetersPerUnit(stage) * 100)
    vertices = np.stack(frames) * centimetres
    rest = points.Get(Usd.TimeCode.Default())
    neutral = vertices[0] if rest is None else np.asarray(rest, np.float32) * centimetres
    ours = dict(stage.GetRootLayer().customLayerData.get("voxface", {}))
    times = np.array(codes) / stage.GetTimeCodesPerSecond()
    if "fps" in ours:
        fps = parse_frame_rate(str(ours["fps"]))
    else:
        fps = rate_from_times(times) or likely_rate(float(stage.GetTimeCodesPerSecond()))
    corners = np.asarray(mesh.GetFaceVertexIndicesAttr().Get() or (), np.int32).reshape(-1, 3)
    primvars = UsdGeom.PrimvarsAPI(mesh)
    regions = {
        name: np.asarray(primvars.GetPrimvar(f"{_REGION}{number}").Get(), np.float32)
        for number, name in enumerate(json.loads(str(ours.get("regions", "[]"))))
    }
    name = str(ours.get("topology") or mesh.GetPrim().GetName())
    return MeshClip(
        vertices,
        MeshTopology(name, corners, len(neutral), regions),
        fps,
        neutral,
        _head(mesh, codes) if ours else np.tile(np.array(REST_POSE, np.float32), (len(codes), 1)),
        float(ours.get("start", times[0])),
        json.loads(str(ours.get("metadata", "{}"))),
    )


def _head(mesh: Any, codes: list[float]) -> NDArray[np.float32]:
    """Return the motion of the prim above the mesh, shape (T, 7)."""
    above = UsdGeom.Xformable(mesh.GetPrim().GetParent())
    place, turn = above.GetOrderedXformOps()
    head = np.empty((len(codes), 7), np.float32)
    for row, code in zip(head, codes, strict=True):
        rotation = turn.Get(code)
        row[:3] = place.Get(code)
        row[3:] = (rotation.real, *rotation.imaginary)
    return head
